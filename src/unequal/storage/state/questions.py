"""Questions put to customers, on whatever channel, and what they answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import driver
from unequal.storage.state.customer_live import bump
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.whose import rows_of, whose

QUESTION_ASKED: Final = sa.Table(
    "question_asked",
    METADATA,
    sa.Column("asked_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("asked_at", sa.DateTime, nullable=False),
    sa.Column("decision_id", sa.Text),
    sa.Column("answer", sa.Text),
    sa.Column("answered_at", sa.DateTime),
)
"""No decision: he said it unasked, or said something else later."""


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A question that was put to a customer; answer and answered_at are None until he answers."""

    customer_id: str
    question: str
    channel: str
    asked_at: datetime
    decision_id: str | None = None
    answer: str | None = None
    answered_at: datetime | None = None


_INSERT: Final = "INSERT INTO question_asked (customer_id, question, channel, asked_at, decision_id)"


def ask(connection: sa.Connection, asked: Iterable[tuple[str, AskedRow]]) -> None:
    """Write, each under its customer's id of today, that questions are put; the caller holds the customers' versions."""
    rows = [(customer_id, row.question, row.channel, driver.stamp(connection, row.asked_at), row.decision_id) for customer_id, row in asked]
    driver.insert_rows(connection, _INSERT, rows)


def answer(connection: sa.Connection, customer_id: str, question: str, said: str, *, channel: str, at: datetime) -> bool:
    """Write what a customer answered: to the question when it was last put, or, where none waits for an answer, as a row of its own.

    Returns:
        Whether a question waited for it.
    """
    customer = whose(connection, customer_id)
    bump(connection, [customer.customer_id])
    column = QUESTION_ASKED.c
    waits = column.customer_id.in_(customer.ids), column.question == question, column.answer.is_(None)
    newest = sa.select(column.asked_id).where(*waits).order_by(column.asked_at.desc(), column.asked_id.desc()).limit(1)
    asked_id = connection.execute(newest).scalar()
    if asked_id is not None:
        connection.execute(QUESTION_ASKED.update().where(column.asked_id == asked_id).values(answer=said, answered_at=at))
        return True
    row = {"customer_id": customer.customer_id, "question": question, "channel": channel, "asked_at": at, "answer": said, "answered_at": at}
    connection.execute(QUESTION_ASKED.insert().values(**row))
    return False


def of_customer(connection: sa.Connection, customer_id: str) -> list[AskedRow]:
    """Every question that was put to a customer, under whatever id, in the order of time."""
    return [AskedRow(**row) for row in rows_of(connection, QUESTION_ASKED, customer_id, QUESTION_ASKED.c.asked_at)]
