"""Who did what with people's data and with the rules: a chain of entries, each sealed with the hash of the one before.

Nobody can alter, drop or reorder an entry without breaking every seal from there on. That the newest entries were cut off, or that the
whole chain was written anew, shows against a head (number and seal of the last entry) that was taken out of the database before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state.metadata import METADATA

AUDIT: Final = sa.Table(
    "audit",
    METADATA,
    # Counts up by one under the lock of a writer, so that a gap is a deletion.
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("seal", sa.Text, nullable=False),
)

BEGINNING: Final = "0" * 64
"""What the first entry names as the seal before it."""


@dataclass(frozen=True)
class Entry:
    """One thing done.

    Args:
        number: 1, 2, 3, ...
        at: naive UTC.
        actor: `person:NAME`, `key:ID`, `cli:USER`, or `anonymous`.
        action: the function that was used, as in keys.manage.
        subject: whom or what it concerned; an id, never a personal value.
        detail: the reason given, or what changed, in words.
        previous: the seal of the entry before.
        seal: SHA-256 over all of the above.
    """

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: str
    previous: str
    seal: str


@dataclass(frozen=True)
class Head:
    """The last entry's number and seal: kept elsewhere, it proves later that nothing before it has changed. Number 0: no entry yet."""

    number: int
    seal: str


def sealed(number: int, at: datetime, actor: str, action: str, subject: str, detail: str, previous: str) -> Entry:
    """An entry with its seal."""
    # A JSON list has one reading only: no two different entries give the same text.
    text = json.dumps([number, at.isoformat(timespec="microseconds"), actor, action, subject, detail, previous], separators=(",", ":"))
    return Entry(number, at, actor, action, subject, detail, previous, hashlib.sha256(text.encode("ascii")).hexdigest())


def append(connection: sa.Connection, at: datetime, *, actor: str, action: str, subject: str = "", detail: str = "") -> Entry:
    """Write an entry after the last one, in the transaction of what it tells of."""
    if connection.dialect.name == "postgresql":
        # One writer at a time, as on SQLite: two entries after the same one would fork the chain.
        connection.execute(sa.text("LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE"))
    last = head(connection)
    entry = sealed(last.number + 1, at, actor, action, subject, detail, last.seal)
    connection.execute(AUDIT.insert().values(**vars(entry)))
    return entry


def head(connection: sa.Connection) -> Head:
    """The last entry's number and seal."""
    last = connection.execute(sa.select(AUDIT.c.number, AUDIT.c.seal).order_by(AUDIT.c.number.desc()).limit(1)).first()
    return Head(0, BEGINNING) if last is None else Head(last.number, last.seal)


def entries(connection: sa.Connection, *, after: int = 0, limit: int | None = None) -> list[Entry]:
    """Entries in order, those after a number."""
    wanted = sa.select(AUDIT).where(AUDIT.c.number > after).order_by(AUDIT.c.number).limit(limit)
    return [Entry(**row) for row in connection.execute(wanted).mappings()]


def faults(chain: Iterable[Entry], heads: Sequence[Head] = ()) -> list[str]:
    """What is wrong with a chain; nothing where it is whole.

    Args:
        chain: every entry, in the order of their numbers.
        heads: taken out of the database at any time before, in any order.
    """
    found, seals = [], {0: BEGINNING}
    last = Head(0, BEGINNING)
    for entry in chain:
        if entry.number != last.number + 1:
            found.append(f"entry {last.number + 1} is missing or out of its place: entry {entry.number} stands there")
        if entry.previous != last.seal:
            found.append(f"entry {entry.number} does not follow from the one before")
        if sealed(entry.number, entry.at, entry.actor, entry.action, entry.subject, entry.detail, entry.previous).seal != entry.seal:
            found.append(f"entry {entry.number} is not what was sealed")
        last = Head(entry.number, entry.seal)
        seals[entry.number] = entry.seal
    return found + [f"entry {known.number} is not what a head says" for known in heads if seals.get(known.number) != known.seal]
