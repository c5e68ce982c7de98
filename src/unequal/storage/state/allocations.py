"""What was planned where there was not enough for all: the limits of each allotted batch, and what more of them would have brought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state.group_commit import Writer
from unequal.storage.state.metadata import METADATA

ALLOCATION: Final = sa.Table(
    "allocation",
    METADATA,
    sa.Column("audience_id", sa.Text, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("plan", sa.Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One plan.

    Args:
        audience_id: of the batch that was decided by it.
        at: when it was made; naive UTC.
        plan: JSON; it names no customer.
    """

    audience_id: str
    at: datetime
    plan: str


def last(connection: sa.Connection, until: datetime | None = None) -> AllocationRow | None:
    """The plan that was made last, up to a moment; None where there is none."""
    wanted = sa.select(ALLOCATION).order_by(ALLOCATION.c.at.desc(), ALLOCATION.c.audience_id.desc()).limit(1)
    if until is not None:
        wanted = wanted.where(ALLOCATION.c.at <= until)
    found = connection.execute(wanted).mappings().first()
    return None if found is None else AllocationRow(**found)


class AllocationLog:
    """Plans, written. Made by `open_live`; safe for threads."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def put(self, audience_id: str, at: datetime, plan: str) -> None:
        """Keep a plan; durable when this returns."""
        row = {"audience_id": audience_id, "at": at, "plan": plan}
        self._writer.write(lambda connection: connection.execute(ALLOCATION.insert().values(row)) and None)
