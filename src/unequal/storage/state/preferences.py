"""What customers prefer, told or shown: each change is a row of its own, and none is ever edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state.customer_live import bump
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.whose import rows_of, today

PREFERENCE: Final = sa.Table(
    "preference",
    METADATA,
    sa.Column("preference_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class PreferenceRow:
    """One preference of a customer.

    Args:
        customer_id: under which it was written.
        name: channel, time, frequency, topic and whatever the project names.
        value: as text.
        channel: where it holds; None: on every channel.
        at: since when; naive UTC. The latest is what counts.
        source: told or shown.
    """

    customer_id: str
    name: str
    value: str
    channel: str | None
    at: datetime
    source: str


def record(connection: sa.Connection, row: PreferenceRow) -> None:
    """Write it under the customer's id of today: every decision from now on obeys it."""
    customer_id = today(connection, row.customer_id)
    bump(connection, [customer_id])
    values = {name: getattr(row, name) for name in row.__slots__} | {"customer_id": customer_id}
    connection.execute(PREFERENCE.insert().values(**values))


def of_customer(connection: sa.Connection, customer_id: str) -> list[PreferenceRow]:
    """Everything that a customer ever preferred, under whatever id, in the order of time."""
    return [PreferenceRow(**row) for row in rows_of(connection, PREFERENCE, customer_id, PREFERENCE.c.at)]
