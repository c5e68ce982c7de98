"""What hosts have to do: at most one open task a customer, and no more a host than are declared, whoever plans at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

import sqlalchemy as sa

from unequal.storage.state.metadata import METADATA
from unequal.storage.state.money_column import Money
from unequal.storage.state.whose import today

OPEN: Final = "open"
DONE: Final = "done"
DROPPED: Final = "dropped"

HOST_TASK: Final = sa.Table(
    "host_task",
    METADATA,
    sa.Column("task_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("stake", Money, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text),
    sa.Column("outcome_at", sa.DateTime),
    sa.Column("author", sa.Text),
)
"""`stake` counts ten-thousandths of the currency: an estimate as it stood when the task was made."""


@dataclass(frozen=True, slots=True)
class HostTaskRow:
    """A task.

    Args:
        task_id: its id.
        customer_id: for whom; once written, under the id that he has today.
        host: whose it is.
        reason: why, in words.
        stake: dollars that are expected of the customer, an estimate; in the reporting currency.
        due_on: the last day on which it is done in time.
        created_at: naive UTC.
        status: open, done or dropped.
        outcome: kept, lost or no_answer; None while it is open.
        outcome_at: when that was told, naive UTC; None likewise.
        author: who told it.
    """

    task_id: str
    customer_id: str
    host: str
    reason: str
    stake: Decimal
    due_on: date
    created_at: datetime
    status: str = OPEN
    outcome: str | None = None
    outcome_at: datetime | None = None
    author: str | None = None


def tasks(connection: sa.Connection) -> list[HostTaskRow]:
    """Every task, under its customer's id of today; the most dollars first."""
    redirect = sa.table("customer_redirect", sa.column("old_id"), sa.column("customer_id"))
    joined = HOST_TASK.outerjoin(redirect, redirect.c.old_id == HOST_TASK.c.customer_id)
    today_id = sa.func.coalesce(redirect.c.customer_id, HOST_TASK.c.customer_id)
    others = [HOST_TASK.c[name] for name in HostTaskRow.__slots__ if name != "customer_id"]
    found = connection.execute(sa.select(today_id.label("customer_id"), *others).select_from(joined)).mappings()
    return sorted((HostTaskRow(**row) for row in found), key=lambda one: (-one.stake, one.task_id))


def add(connection: sa.Connection, rows: Iterable[HostTaskRow], *, at_most: int) -> list[HostTaskRow]:
    """Write tasks as far as there is room for them in this transaction.

    Of all writers at one database one writes at a time, so that two who plan at once give no customer two tasks, and no host too many.

    Returns:
        Those that were written.
    """
    standing = [one for one in tasks(connection) if one.status == OPEN]
    busy, customers = Counter(one.host for one in standing), {one.customer_id for one in standing}
    added = []
    for row in rows:
        one = replace(row, customer_id=today(connection, row.customer_id))
        if one.customer_id in customers or busy[one.host] >= at_most:
            continue
        connection.execute(HOST_TASK.insert().values(**{name: getattr(one, name) for name in one.__slots__}))
        customers.add(one.customer_id)
        busy[one.host] += 1
        added.append(one)
    return added


def drop_doubles(connection: sa.Connection, at: datetime) -> int:
    """Where customers with a task each became one, the task with the most dollars stays open; how many were dropped."""
    seen: set[str] = set()
    dropped = 0
    for one in tasks(connection):
        if one.status != OPEN:
            continue
        if one.customer_id in seen:
            changed = HOST_TASK.update().where(HOST_TASK.c.task_id == one.task_id).values(status=DROPPED, outcome_at=at)
            dropped += connection.execute(changed).rowcount
        seen.add(one.customer_id)
    return dropped


def finish(connection: sa.Connection, task_id: str, *, outcome: str, at: datetime, author: str) -> bool:
    """Write what came of a task; false where there is no such task, or it is open no more."""
    which = HOST_TASK.update().where(HOST_TASK.c.task_id == task_id, HOST_TASK.c.status == OPEN)
    return connection.execute(which.values(status=DONE, outcome=outcome, outcome_at=at, author=author)).rowcount == 1
