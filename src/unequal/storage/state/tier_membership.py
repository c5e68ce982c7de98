"""Which level of service each customer got, and when: a row when he is met with another one than before; the last holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import assignments, driver
from unequal.storage.state.assignments import Lot
from unequal.storage.state.customer_live import bump
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.whose import today

TIER_MEMBERSHIP: Final = sa.Table(
    "tier_membership",
    METADATA,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("since", sa.DateTime, primary_key=True),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("before", sa.Text),
)

_INSERT: Final = "INSERT INTO tier_membership (customer_id, since, tier, before)"
# Two who meet a customer in the same instant see the same of him.
_ONCE: Final = "ON CONFLICT (customer_id, since) DO NOTHING"


@dataclass(frozen=True, slots=True)
class TierRow:
    """A level of service that a customer got.

    Args:
        customer_id: under which he stood then.
        tier: which; empty where he lost the one that he had and got no other.
        since: naive UTC.
        before: the one that he had; None where he had none.
    """

    customer_id: str
    tier: str
    since: datetime
    before: str | None = None


def insert(connection: sa.Connection, rows: Iterable[TierRow]) -> None:
    """Write levels of service; the caller holds the customers' versions."""
    given = [(row.customer_id, driver.stamp(connection, row.since), row.tier, row.before) for row in rows]
    driver.insert_rows(connection, _INSERT, given, _ONCE)


@dataclass(frozen=True, slots=True)
class Met:
    """What is to be remembered of a customer who was met, and of whom nothing was decided.

    Args:
        customer_id: whom; any id of his.
        at: when, naive UTC.
        tier: the level of service that he got; None: the one that he had.
        lot: of a trial, by its name, that was drawn for him; None: it was drawn before.
    """

    customer_id: str
    at: datetime
    tier: TierRow | None = None
    lot: tuple[str, Lot] | None = None


def remember(connection: sa.Connection, several: Iterable[Met]) -> None:
    """Write what is to be remembered, each under the customer's id of today."""
    for one in several:
        customer_id = today(connection, one.customer_id)
        # Who is met twice before the first time is written is remembered once.
        has_tier = one.tier is not None and _last(connection, customer_id) != one.tier.tier
        has_lot = one.lot is not None and not _has_lot(connection, customer_id, one.lot[0])
        if one.tier is not None and has_tier:
            insert(connection, [TierRow(customer_id, one.tier.tier, one.tier.since, one.tier.before)])
        if one.lot is not None and has_lot:
            assignments.assign(connection, [(customer_id, dict([one.lot]), one.at)])
        if has_tier or has_lot:
            bump(connection, [customer_id])


def _last(connection: sa.Connection, customer_id: str) -> str | None:
    row = TIER_MEMBERSHIP.c
    wanted = sa.select(row.tier).where(row.customer_id == customer_id).order_by(row.since.desc()).limit(1)
    return connection.execute(wanted).scalar()


def _has_lot(connection: sa.Connection, customer_id: str, trial: str) -> bool:
    row = assignments.ASSIGNMENT.c
    wanted = sa.select(row.arm).where(row.customer_id == customer_id, row.policy == trial)
    return connection.execute(wanted).first() is not None


def members(connection: sa.Connection) -> list[TierRow]:
    """The level of service of every customer who has one, the last that he got, under his id of today; by id."""
    redirect = sa.table("customer_redirect", sa.column("old_id"), sa.column("customer_id"))
    row = TIER_MEMBERSHIP.c
    joined = TIER_MEMBERSHIP.outerjoin(redirect, redirect.c.old_id == row.customer_id)
    today_id = sa.func.coalesce(redirect.c.customer_id, row.customer_id)
    wanted = sa.select(today_id, row.tier, row.since, row.before).select_from(joined).order_by(today_id, row.since, row.customer_id)
    last = {found[0]: TierRow(*found) for found in connection.execute(wanted)}
    return list(last.values())
