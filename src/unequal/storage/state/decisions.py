"""Decisions, as they were made, and what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from unequal.storage.state import driver
from unequal.storage.state.customer_live import bump
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.money_column import Money
from unequal.storage.state.whose import today, whose
from unequal.terms.errors import LiveError

DECISION: Final = sa.Table(
    "decision",
    METADATA,
    sa.Column("decision_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    # JSON as it was written, to the byte: a replay compares with it.
    sa.Column("inputs", sa.Text, nullable=False),
    sa.Column("versions", sa.Text, nullable=False),
    sa.Column("winner", sa.Text),
    sa.Column("response", sa.Text, nullable=False),
)

sa.Index("ix_decision_customer_id_at", DECISION.c.customer_id, DECISION.c.at)

OUTCOME: Final = sa.Table(
    "outcome",
    METADATA,
    sa.Column("outcome_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("decision_id", sa.Text, sa.ForeignKey("decision.decision_id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("amount", Money),
    sa.Column("reason", sa.Text),
    sa.Column("author", sa.Text),
    # What is told twice is one outcome.
    sa.UniqueConstraint("decision_id", "kind", "at"),
)
"""`amount` counts ten-thousandths of the currency."""


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision: what it knew, by which versions, what won and what was answered; each as JSON text."""

    decision_id: str
    customer_id: str
    channel: str
    at: datetime
    inputs: str
    versions: str
    winner: str | None
    response: str


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """What came of a decision: accepted, declined, overridden, bought and whatever the project names.

    Args:
        at: when; naive UTC. One decision has one outcome of a kind at a moment.
        amount: dollars that it brought or cost, signed, where it has any.
        reason, author: of an agent who did otherwise.
    """

    decision_id: str
    kind: str
    at: datetime
    amount: Decimal | None = None
    reason: str | None = None
    author: str | None = None


_INSERT: Final = "INSERT INTO decision (decision_id, customer_id, channel, at, inputs, versions, winner, response)"


def insert(connection: sa.Connection, rows: Sequence[DecisionRow]) -> None:
    """Write decisions under the ids that they were made for."""
    given = [
        (
            row.decision_id,
            row.customer_id,
            row.channel,
            driver.stamp(connection, row.at),
            row.inputs,
            row.versions,
            row.winner,
            row.response,
        )
        for row in rows
    ]
    driver.insert_rows(connection, _INSERT, given)


def decision(connection: sa.Connection, decision_id: str) -> DecisionRow:
    """A decision as it was made.

    Raises:
        LiveError: LIV104, there is none of that id.
    """
    row = connection.execute(sa.select(DECISION).where(DECISION.c.decision_id == decision_id)).mappings().first()
    if row is None:
        raise LiveError("LIV104", "there is no such decision", where=decision_id, do="take the decision_id from what /v1/decide answered")
    return DecisionRow(**row)


def of_customer(connection: sa.Connection, customer_id: str, *, also: Iterable[str] = (), at_most: int = 20) -> list[DecisionRow]:
    """The last decisions on a customer, under whatever id; newest first."""
    ids = {*whose(connection, customer_id).ids, *also}
    newest = DECISION.c.at.desc(), DECISION.c.decision_id
    wanted = sa.select(DECISION).where(DECISION.c.customer_id.in_(ids)).order_by(*newest).limit(at_most)
    return [DecisionRow(**row) for row in connection.execute(wanted).mappings()]


def record_outcome(connection: sa.Connection, row: OutcomeRow, *, is_timed: bool = True) -> bool:
    """Write what came of a decision, once.

    Of all writers at one database one writes at a time, so that two who tell the same at once write it once.

    Args:
        connection: the writer's.
        row: what came of it.
        is_timed: whether it was told when it happened. Where not, `row.at` is when that reached us, and it is another one each time that
            it is sent: what has its kind and amount is then the same outcome, and of those that have not, none is lost.

    Returns:
        Whether it was news; false where the same was told before.

    Raises:
        LiveError: LIV104, there is no such decision.
    """
    customer_id = decision(connection, row.decision_id).customer_id
    if not is_timed:
        told = {one.at: one.amount for one in outcomes(connection, row.decision_id) if one.kind == row.kind}
        if row.amount in told.values():
            return False
        while row.at in told:
            row = replace(row, at=row.at + timedelta(microseconds=1))
    values = {name: getattr(row, name) for name in row.__slots__}
    # Not its count of rows, which PostgreSQL's driver does not tell of a statement that returns a key.
    if connection.execute(_insert_once(connection).values(**values).returning(OUTCOME.c.outcome_id)).first() is None:
        return False
    bump(connection, [today(connection, customer_id)])
    return True


def outcomes(connection: sa.Connection, decision_id: str) -> list[OutcomeRow]:
    """What came of a decision, in the order of time."""
    columns = [column for column in OUTCOME.columns if column.name != "outcome_id"]
    wanted = sa.select(*columns).where(OUTCOME.c.decision_id == decision_id).order_by(OUTCOME.c.at, OUTCOME.c.outcome_id)
    return [OutcomeRow(**row) for row in connection.execute(wanted).mappings()]


def _insert_once(connection: sa.Connection) -> sa.Insert:
    insert_into = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert_into(OUTCOME).on_conflict_do_nothing(index_elements=["decision_id", "kind", "at"])
