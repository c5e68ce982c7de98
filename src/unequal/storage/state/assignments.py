"""Which arm of a policy a customer is in: the first decision says so, and every later one reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import driver
from unequal.storage.state.metadata import METADATA

ASSIGNMENT: Final = sa.Table(
    "assignment",
    METADATA,
    sa.Column("policy", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("arm", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("share_held_out", sa.Text),
)
# By customer, for a decision reads all arms of one; the key serves analyses, which read all customers of one policy.
sa.Index("ix_assignment_customer_id", ASSIGNMENT.c.customer_id)

# Never DO UPDATE: the first word stands.
_INSERT: Final = "INSERT INTO assignment (policy, customer_id, arm, at, share_held_out)"
_ONCE: Final = "ON CONFLICT (policy, customer_id) DO NOTHING"


@dataclass(frozen=True, slots=True)
class Lot:
    """How a lot fell.

    Args:
        arm: treated or held_out.
        share_held_out: of those for whom it is drawn; shares change, and an analysis holds each lot against its own.
    """

    arm: str
    share_held_out: Decimal


def assign(connection: sa.Connection, drawn: Iterable[tuple[str, Mapping[str, Lot], datetime]]) -> None:
    """Write lots of policies that customers have none of yet: customer, lots, when they were drawn; the caller holds the customers' versions."""
    rows = []
    for customer_id, lots, at in drawn:
        if lots:
            stamped = driver.stamp(connection, at)
            rows += [(policy, customer_id, lot.arm, stamped, str(lot.share_held_out)) for policy, lot in sorted(lots.items())]
    driver.insert_rows(connection, _INSERT, rows, _ONCE)
