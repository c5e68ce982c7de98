"""Which arm of a policy a customer is in: the first decision says so, and every later one reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
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
)
# By customer, for a decision reads all arms of one; the key serves analyses, which read all customers of one policy.
sa.Index("ix_assignment_customer_id", ASSIGNMENT.c.customer_id)

# Never DO UPDATE: the first word stands.
_INSERT: Final = "INSERT INTO assignment (policy, customer_id, arm, at)"
_ONCE: Final = "ON CONFLICT (policy, customer_id) DO NOTHING"


def assign(connection: sa.Connection, customer_id: str, arms: Mapping[str, str], at: datetime) -> None:
    """Write the arms of policies that have none for this customer yet; the caller holds the customer's version."""
    assign_each(connection, [(customer_id, arms, at)])


def assign_each(connection: sa.Connection, drawn: Iterable[tuple[str, Mapping[str, str], datetime]]) -> None:
    """The same of several: customer, arms, and when they were drawn."""
    rows = []
    for customer_id, arms, at in drawn:
        if arms:
            stamped = driver.stamp(connection, at)
            rows += [(policy, customer_id, arm, stamped) for policy, arm in sorted(arms.items())]
    driver.insert_rows(connection, _INSERT, rows, _ONCE)
