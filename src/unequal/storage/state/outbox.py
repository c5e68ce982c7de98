"""Messages to the world outside, written with what they tell of and sent after: at least once, each with a key that never changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from unequal.storage.state import driver
from unequal.storage.state.metadata import METADATA

OUTBOX: Final = sa.Table(
    "outbox",
    METADATA,
    sa.Column("message_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("destination", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("idempotency_key", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", sa.DateTime, nullable=False),
    sa.Column("complaint", sa.Text),
)
WAITING: Final = OUTBOX.c.status == sa.literal_column("'waiting'")
sa.Index("ix_outbox_next_at", OUTBOX.c.next_at, sqlite_where=WAITING, postgresql_where=WAITING)

MOST_ATTEMPTS: Final = 12
_FIRST_WAIT: Final = timedelta(seconds=10)
_LONGEST_WAIT: Final = timedelta(hours=6)
_LEASE: Final = timedelta(minutes=2)

_ENQUEUE: Final = """
    INSERT INTO outbox (destination, payload, idempotency_key, created_at, status, attempts, next_at)
    VALUES (?, ?, ?, ?, 'waiting', 0, ?) ON CONFLICT (idempotency_key) DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be sent.

    Args:
        destination: which of the project's webhooks, or an export.
        payload: the body, as it will be sent.
        idempotency_key: by which the receiver knows it again; a second message with it is the first one.
        created_at: naive UTC.
    """

    destination: str
    payload: str
    idempotency_key: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is this worker's to send until `next_at`; `attempts` counts this one, and says whose attempt it is."""

    message_id: int
    destination: str
    payload: str
    idempotency_key: str
    created_at: datetime
    attempts: int
    next_at: datetime


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: ten seconds, and twice as long each time, up to six hours.

    >>> wait_after(3)
    datetime.timedelta(seconds=40)
    """
    return min(_LONGEST_WAIT, _FIRST_WAIT * (1 << min(attempts - 1, 20)))


def enqueue(connection: sa.Connection, messages: Sequence[Message]) -> int:
    """Write messages in the transaction of what they tell of; one whose key is there already is left out.

    Returns:
        How many were new.
    """
    written = 0
    for message in messages:
        at = driver.stamp(connection, message.created_at)
        values = (message.destination, message.payload, message.idempotency_key, at, at)
        written += driver.run(connection, _ENQUEUE, values).rowcount
    return written


def claim(connection: sa.Connection, at: datetime, *, at_most: int = 50, lease: timedelta = _LEASE) -> list[Claimed]:
    """Take messages whose time has come, oldest first; a worker that dies with them loses them to another after the lease."""
    ready = sa.select(OUTBOX.c.message_id).where(WAITING, OUTBOX.c.next_at <= at).order_by(OUTBOX.c.next_at, OUTBOX.c.message_id)
    # SQLite has one writer, and leaves these words out.
    mine = ready.limit(at_most).with_for_update(skip_locked=True)
    columns = [OUTBOX.c[name] for name in Claimed.__slots__]
    take = (
        OUTBOX.update().where(OUTBOX.c.message_id.in_(mine)).values(attempts=OUTBOX.c.attempts + 1, next_at=at + lease).returning(*columns)
    )
    return sorted((Claimed(**row) for row in connection.execute(take).mappings()), key=lambda each: each.message_id)


def done(connection: sa.Connection, message: Claimed) -> bool:
    """Say that a message was received. False where another worker has taken it meanwhile; then it may be sent twice."""
    return _finish(connection, message, {"status": "sent", "complaint": None})


def retry(connection: sa.Connection, message: Claimed, at: datetime, complaint: str) -> bool:
    """Say that a message was not received: it waits longer each time, and is given up after twelve attempts (`failed`)."""
    if message.attempts >= MOST_ATTEMPTS:
        return give_up(connection, message, complaint)
    return _finish(connection, message, {"next_at": at + wait_after(message.attempts), "complaint": complaint})


def give_up(connection: sa.Connection, message: Claimed, complaint: str) -> bool:
    """Say that a message will never be received: its address is refused, or the receiver refuses the message."""
    return _finish(connection, message, {"status": "failed", "complaint": complaint})


def withhold(
    connection: sa.Connection, message: Claimed, why: str, *, payload: str | None = None, status: str = "withdrawn"
) -> tuple[bool, Claimed | None]:
    """Send a message no more, or another body in its place under the same key: whoever has it already takes it once all the same.

    Args:
        message: claimed, and not handed over in this attempt.
        why: it is not sent.
        payload: what is sent instead, of others whom the message tells of.
        status: withdrawn, or failed where it could not be sent.

    Returns:
        Whether it was ours to say, for no other worker has taken it meanwhile; and what is left to be sent.
    """
    values = {"status": status, "complaint": why} if payload is None else {"payload": payload}
    is_ours = _finish(connection, message, values)
    return is_ours, replace(message, payload=payload) if is_ours and payload is not None else None


def is_untried(message: Claimed) -> bool:
    """Whether nobody has tried to send a message before: an attempt that nobody answered may have arrived."""
    return message.attempts == 1


def withdraw(connection: sa.Connection, idempotency_key: str) -> bool | None:
    """Take back a message that nobody has begun to send; whether it will never be received, None where there is no such message."""
    this = OUTBOX.c.idempotency_key == idempotency_key
    connection.execute(OUTBOX.update().where(this, WAITING, OUTBOX.c.attempts == 0).values(status="withdrawn"))
    row = connection.execute(sa.select(OUTBOX.c.status, OUTBOX.c.attempts).where(this)).first()
    # One that was withheld after an attempt may have been received by that one.
    return None if row is None else row.status == "failed" or (row.status == "withdrawn" and row.attempts <= 1)


def waiting(connection: sa.Connection) -> dict[str, int]:
    """How many messages are waiting, sent and failed; and withdrawn, where any are."""
    counted = connection.execute(sa.select(OUTBOX.c.status, sa.func.count()).group_by(OUTBOX.c.status))
    return {"waiting": 0, "sent": 0, "failed": 0} | {str(status): int(count) for status, count in counted}


def unreceived(connection: sa.Connection, since: datetime) -> list[tuple[str, str, int]]:
    """Of messages written since an instant that were tried and not received: whether they wait or failed, why, and how many; the most first."""
    row, counted = OUTBOX.c, sa.func.count()
    which = row.created_at >= since, row.status.in_(("waiting", "failed")), row.complaint.is_not(None)
    wanted = sa.select(row.status, row.complaint, counted).where(*which).group_by(row.status, row.complaint)
    found = connection.execute(wanted.order_by(counted.desc(), row.status, row.complaint))
    return [(str(status), str(complaint), int(count)) for status, complaint, count in found]


def _finish(connection: sa.Connection, message: Claimed, values: dict[str, Any]) -> bool:
    # Only the attempt that is the last may say what came of it: one whose lease ran out speaks of an older one.
    this = OUTBOX.c.message_id == message.message_id, OUTBOX.c.attempts == message.attempts, WAITING
    return bool(connection.execute(OUTBOX.update().where(*this).values(**values)).rowcount)
