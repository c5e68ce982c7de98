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


def assign(connection: sa.Connection, drawn: Iterable[tuple[str, Mapping[str, str], datetime]]) -> None:
    """Write arms of policies that customers have none of yet: customer, arms, when they were drawn; the caller holds the customers' versions."""
    rows = []
    for customer_id, arms, at in drawn:
        if arms:
            stamped = driver.stamp(connection, at)
            rows += [(policy, customer_id, arm, stamped) for policy, arm in sorted(arms.items())]
    driver.insert_rows(connection, _INSERT, rows, _ONCE)
