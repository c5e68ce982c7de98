"""Timers: what is to be done for a customer later, unless something comes in between; each fires once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import driver
from unequal.storage.state.customer_live import bump
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.whose import today, whose
from unequal.terms.errors import LiveError

TIMER: Final = sa.Table(
    "timer",
    METADATA,
    sa.Column("timer_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("event_id", sa.Text, nullable=False),
    sa.Column("due_at", sa.DateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("status_at", sa.DateTime),
    # One event sets one timer of a policy, however often it is looked at.
    sa.UniqueConstraint("policy", "event_id"),
)
PENDING: Final = TIMER.c.status == sa.literal_column("'pending'")
sa.Index("ix_timer_due_at", TIMER.c.due_at, sqlite_where=PENDING, postgresql_where=PENDING)
sa.Index("ix_timer_customer_id", TIMER.c.customer_id)


@dataclass(frozen=True, slots=True)
class TimerRow:
    """One timer.

    Args:
        policy: for which it fires.
        customer_id: for whom, under the id that he had; what `due` gives is today's.
        event_id: the event, or the milestone, that set it.
        due_at: naive UTC.
        status: pending, fired or cancelled.
        status_at: since when it is no longer pending.
    """

    policy: str
    customer_id: str
    event_id: str
    due_at: datetime
    status: str = "pending"
    status_at: datetime | None = None
    timer_id: int = 0


class TimerIsTaken(LiveError):  # noqa: N818 - named for what it says
    """LIV102: a timer has fired already, or was cancelled: nothing is left to do."""

    def __init__(self, timer_id: int) -> None:
        super().__init__("LIV102", "a timer has fired already, or was cancelled", where=f"timer {timer_id}", do="leave it: it is done with")


_SET: Final = """
    INSERT INTO timer (policy, customer_id, event_id, due_at, status) VALUES (?, ?, ?, ?, 'pending')
    ON CONFLICT (policy, event_id) DO NOTHING"""
_CALL_OFF: Final = "UPDATE timer SET status = 'cancelled', status_at = ? WHERE timer_id = ? AND status = 'pending'"
_CLAIM: Final = "UPDATE timer SET status = 'fired', status_at = ? WHERE timer_id = ? AND status = 'pending'"


def put(connection: sa.Connection, rows: Sequence[TimerRow]) -> int:
    """Set timers; those that an event has set before are left as they are, fired or cancelled ones too.

    Returns:
        How many were set.
    """
    given = [(row.policy, row.customer_id, row.event_id, driver.stamp(connection, row.due_at)) for row in rows]
    return sum(driver.run(connection, _SET, values).rowcount for values in given)


def due(connection: sa.Connection, at: datetime, *, at_most: int = 100) -> list[TimerRow]:
    """Timers that are due at an instant and still pending, longest due first, for the customers as they stand today."""
    wanted = sa.select(TIMER).where(PENDING, TIMER.c.due_at <= at).order_by(TIMER.c.due_at, TIMER.c.timer_id).limit(at_most)
    rows = connection.execute(wanted).mappings().all()
    return [TimerRow(**{**row, "customer_id": today(connection, row["customer_id"])}) for row in rows]


def claim(connection: sa.Connection, timer_id: int, at: datetime) -> None:
    """Fire a timer: whatever it does belongs into the same transaction, so that both happen once or not at all.

    Raises:
        TimerIsTaken: LIV102, somebody else fired it, or it was cancelled.
    """
    if driver.run(connection, _CLAIM, (driver.stamp(connection, at), timer_id)).rowcount == 0:
        raise TimerIsTaken(timer_id)


def call_off(connection: sa.Connection, timer_id: int, at: datetime) -> int:
    """Cancel one timer; 0 where it was done with before."""
    return int(driver.run(connection, _CALL_OFF, (driver.stamp(connection, at), timer_id)).rowcount)


def postpone(connection: sa.Connection, timer_ids: Sequence[int], until: datetime) -> int:
    """Let timers that are pending come due later; how many did."""
    changed = TIMER.update().where(PENDING, TIMER.c.timer_id.in_(timer_ids)).values(due_at=until)
    return int(connection.execute(changed).rowcount)


def cancel(connection: sa.Connection, customer_id: str, policies: Iterable[str], at: datetime, *, also: Iterable[str] = ()) -> int:
    """Cancel what is pending for a customer under some policies.

    Args:
        also: other ids under which he was met before he was known.

    Returns:
        How many were cancelled.
    """
    customer = whose(connection, customer_id)
    his = TIMER.c.customer_id.in_({*customer.ids, *also}), TIMER.c.policy.in_(sorted(policies))
    cancelled = connection.execute(TIMER.update().where(PENDING, *his).values(status="cancelled", status_at=at)).rowcount
    if cancelled:
        bump(connection, [customer.customer_id])
    return cancelled


def fired(connection: sa.Connection, customer_id: str, policy: str, at: datetime, *, also: Iterable[str] = ()) -> list[TimerRow]:
    """What fired for a customer under a policy with what was decided at an instant: one timer, or several that were due at once."""
    ids = {*whose(connection, customer_id).ids, *also}
    his = TIMER.c.customer_id.in_(ids), TIMER.c.policy == policy, TIMER.c.status == "fired", TIMER.c.status_at == at
    return [TimerRow(**row) for row in connection.execute(sa.select(TIMER).where(*his).order_by(TIMER.c.timer_id)).mappings()]


def pending(connection: sa.Connection, customer_id: str, *, also: Iterable[str] = ()) -> list[TimerRow]:
    """What is still to come for a customer, soonest first."""
    ids = {*whose(connection, customer_id).ids, *also}
    wanted = sa.select(TIMER).where(PENDING, TIMER.c.customer_id.in_(ids)).order_by(TIMER.c.due_at, TIMER.c.timer_id)
    return [TimerRow(**row) for row in connection.execute(wanted).mappings()]
