"""What reached us of customers as it happened: events, those that could not be taken, and whose they are.

Whose an event is is never stored as a customer: it carries the handle that it came under, a handle leads to a record, and
a record belongs to whom it belongs today. A merge or a split moves events by moving records.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa

from unequal.storage.state.metadata import METADATA

_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")

HANDLE: Final = sa.Table(
    "handle",
    METADATA,
    sa.Column("handle_id", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("record_source", sa.Text),
    sa.Column("record_id", sa.Text),
    sa.Column("leads_to", _NUMBER),
    sa.Column("disputed", sa.Boolean, nullable=False),
    sa.UniqueConstraint("source", "kind", "value"),
)
"""What a source calls somebody: kind is user or anonymous. A user may be a record; an anonymous one may lead to a user's handle,
or, once two were claimed, to nobody for good."""

IS_A_RECORD: Final = HANDLE.c.record_id.is_not(None)
sa.Index("ix_handle_record_source_record_id", HANDLE.c.record_source, HANDLE.c.record_id, sqlite_where=IS_A_RECORD, postgresql_where=IS_A_RECORD)  # fmt: skip
LEADS: Final = HANDLE.c.leads_to.is_not(None)
sa.Index("ix_handle_leads_to", HANDLE.c.leads_to, sqlite_where=LEADS, postgresql_where=LEADS)

EVENT: Final = sa.Table(
    "event",
    METADATA,
    # Numbers are never given twice, for a run remembers up to which it has read.
    sa.Column("event_id", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    # No foreign key: checked row by row it would cost as much as half of the insert, and handles are made just before.
    sa.Column("handle_id", _NUMBER, nullable=False),
    sa.Column("original_timestamp", sa.DateTime),
    sa.Column("sent_at", sa.DateTime),
    sa.Column("received_at", sa.DateTime, nullable=False),
    sa.Column("timestamp", sa.DateTime, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("payload_hash", sa.Text, nullable=False),
    sa.UniqueConstraint("source", "message_id"),
    sa.Index(None, "handle_id"),
    sqlite_autoincrement=True,
)
"""Times are naive UTC. `timestamp` is when it happened, by our clock: received_at - (sent_at - original_timestamp)."""

EVENT_QUARANTINED: Final = sa.Table(
    "event_quarantined",
    METADATA,
    sa.Column("quarantined_id", _NUMBER, primary_key=True, autoincrement=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("received_at", sa.DateTime, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("payload_hash", sa.Text, nullable=False),
    # Who sends a bad event again and again fills nothing.
    sa.UniqueConstraint("source", "payload_hash", "reason"),
)

CUSTOMER_LIVE: Final = sa.Table(
    "customer_live",
    METADATA,
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("version", _NUMBER, nullable=False),
    sqlite_with_rowid=False,
)
"""Counts up with everything that happens to a customer, in the same transaction: who decides can tell whether he knew all."""


@dataclass(frozen=True)
class Sender:
    """A source of events.

    Args:
        name: under which its events stand.
        verified: whether its word that an anonymous visitor is a user is believed.
        users_are: the source whose record ids its user ids are; None where they are nobody's that we know.
    """

    name: str
    verified: bool = False
    users_are: str | None = None


class Incoming(NamedTuple):
    """An event that was found sound.

    Args:
        message_id: unique within its source.
        kind: identify, track, page, screen, group or alias.
        name: what was done, or which page was seen.
        user, anonymous: ids that it came under; at least one.
        previous: of an alias, the anonymous id that the user had.
        original_timestamp, sent_at: by the sender's clock; None where it said nothing.
        received_at, timestamp: by ours. All times naive UTC.
        payload: JSON, as it is kept.
        payload_hash: of what the sender said, the time of sending left out.
    """

    message_id: str
    kind: str
    name: str | None
    user: str | None
    anonymous: str | None
    previous: str | None
    original_timestamp: datetime | None
    sent_at: datetime | None
    received_at: datetime
    timestamp: datetime
    payload: str
    payload_hash: str

    @property
    def handle(self) -> tuple[str, str]:
        """Kind and value of the handle that it comes under: the user's, where there is one."""
        return ("user", self.user) if self.user is not None else ("anonymous", self.anonymous or "")


class Refused(NamedTuple):
    """An event that cannot be taken, and why: a word for the reason, and what was seen."""

    message_id: str | None
    reason: str
    detail: str
    received_at: datetime
    payload: str
    payload_hash: str


class Taken(NamedTuple):
    """What became of an event that was sent.

    Args:
        message_id: the sender's, or the one that was derived; None where it had none that could be read.
        status: taken; repeated, it was taken before; conflict, another event has its message_id; quarantined.
        reason: of a conflict or a quarantined event, in one word; empty otherwise.
        detail: what was seen.
    """

    message_id: str | None
    status: str
    reason: str = ""
    detail: str = ""


class Happening(NamedTuple):
    """A new event as its effects see it, within the transaction that takes it."""

    event_id: int
    customer_id: str
    incoming: Incoming


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as it is kept; customer_id is whose it is today."""

    event_id: int
    source: str
    message_id: str
    kind: str
    name: str | None
    original_timestamp: datetime | None
    sent_at: datetime | None
    received_at: datetime
    timestamp: datetime
    payload: str
    customer_id: str


class EventTime(NamedTuple):
    """Of an event, what tells that something happened, and when (naive UTC)."""

    event_id: int
    source: str
    kind: str
    name: str | None
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """An event that could not be taken, as it is kept."""

    quarantined_id: int
    source: str
    message_id: str | None
    reason: str
    detail: str
    received_at: datetime
    payload: str
