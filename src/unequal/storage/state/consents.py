"""Consents, withdrawals and objections: each is a row of its own, and none is ever edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state.customer_live import bump
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.whose import rows_of, whose

CONSENT: Final = sa.Table(
    "consent",
    METADATA,
    sa.Column("consent_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("channel", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("recorded_at", sa.DateTime, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """What a customer said on being contacted.

    Args:
        customer_id: under which it was written.
        purpose: for what, as the project names it.
        channel: on which; None: on every one.
        status: granted, withdrawn or objected.
        at: when he said so; naive UTC. The latest is what counts, in whatever order they become known.
        recorded_at: when it became known.
        evidence: how it is known, so that it can be shown.
        version: counts a customer's words on this purpose and channel; the state sets it.
    """

    customer_id: str
    purpose: str
    channel: str | None
    status: str
    at: datetime
    recorded_at: datetime
    evidence: str
    version: int = 0


def record(connection: sa.Connection, row: ConsentRow) -> int:
    """Write it under the customer's id of today: every decision from now on obeys it.

    Returns:
        Its version.
    """
    customer = whose(connection, row.customer_id)
    # First, for it holds other writers off until this one is written.
    bump(connection, [customer.customer_id])
    of_same = CONSENT.c.purpose == row.purpose, CONSENT.c.channel.is_not_distinct_from(row.channel)
    latest = sa.select(sa.func.max(CONSENT.c.version)).where(CONSENT.c.customer_id.in_(customer.ids), *of_same)
    version = int(connection.execute(latest).scalar() or 0) + 1
    values = {name: getattr(row, name) for name in row.__slots__} | {"customer_id": customer.customer_id, "version": version}
    connection.execute(CONSENT.insert().values(**values))
    return version


def of_customer(connection: sa.Connection, customer_id: str) -> list[ConsentRow]:
    """Everything that a customer said on being contacted, under whatever id, in the order in which he said it."""
    return [ConsentRow(**row) for row in rows_of(connection, CONSENT, customer_id, CONSENT.c.at)]
