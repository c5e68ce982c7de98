"""Events into the state: each once for ever, with what follows from it, in the transaction that it is handed.

Written with the drivers' own words where rows are many: a batch of a hundred must cost little more than a hundred bare inserts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Final

import orjson
import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import driver
from unequal.storage.state.events import Happening, Incoming, Refused, Sender, Taken

Effects = Callable[[sa.Connection, Sequence[Happening]], None]
"""What else is done for new events, in the same transaction."""

Handle = tuple[str, str]
"""Kind and value: within one source they name somebody."""

_CLAIMING: Final = {"identify", "alias"}

_CUSTOMER: Final = "COALESCE(m.customer_id, t.kind || ':' || t.source || ':' || t.value)"
"""Whose a handle is today; who is no record that we know goes by what the source calls him."""
_OWNER: Final = """
    JOIN handle t ON t.handle_id = COALESCE(h.leads_to, h.handle_id)
    LEFT JOIN customer_membership m ON m.source = t.record_source AND m.record_id = t.record_id"""

_COLUMNS: Final = "source, message_id, kind, name, handle_id, original_timestamp, sent_at, received_at, timestamp, payload, payload_hash"
_ROW: Final = f"({', '.join('?' * 11)})"
_ONCE: Final = "ON CONFLICT (source, message_id) DO NOTHING"
_UP: Final = "ON CONFLICT (customer_id) DO UPDATE SET version = customer_live.version + 1"

# A user who is claimed a second time for the same visitor makes it nobody's, whichever of the two came first.
_OTHER: Final = "(leads_to IS NOT NULL AND leads_to <> ?)"
_LINK: Final = (
    f"UPDATE handle SET disputed = disputed OR {_OTHER}, leads_to = CASE WHEN disputed OR {_OTHER} THEN NULL ELSE ? END "  # noqa: S608
    "WHERE handle_id = ? AND NOT disputed AND (leads_to IS NULL OR leads_to <> ?)"
)
_ADD_HANDLE: Final = """
    INSERT INTO handle (source, kind, value, record_source, record_id, disputed) VALUES (?, ?, ?, ?, ?, FALSE)
    ON CONFLICT (source, kind, value) DO NOTHING"""
_QUARANTINE: Final = """
    INSERT INTO event_quarantined (source, message_id, reason, detail, received_at, payload, payload_hash) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (source, payload_hash, reason) DO NOTHING"""


def take(
    connection: sa.Connection,
    sender: Sender,
    sent: Sequence[Incoming | Refused],
    known: Mapping[Handle, int],
    effects: Effects | None = None,
) -> tuple[list[Taken], dict[Handle, int]]:
    """Take what was sent, in its order.

    Args:
        connection: of a transaction that is committed or undone as a whole.
        sender: the source that sent it.
        sent: events, and what could not be read as one.
        known: numbers of handles of this source, as far as they are remembered.
        effects: see EventLog.take.

    Returns:
        What became of each, in the same order; and the numbers of all handles concerned.
    """
    words = _words(connection)
    first: dict[str, Incoming] = {}
    for event in sent:
        if isinstance(event, Incoming):
            first.setdefault(event.message_id, event)
    owners = {name: event.handle for name, event in first.items()}
    claims = {name: claim for name, event in first.items() if event.kind in _CLAIMING and (claim := _claim(sender, event)) is not None}
    numbers = _know(connection, sender, {*owners.values(), *(handle for claim in claims.values() for handle in claim)}, known)
    new = words.insert(connection, sender.name, first.values(), [numbers[handle] for handle in owners.values()]) if first else set()
    faults.point("state write events")
    if len(new) == len(sent):
        answers = [Taken(name, "taken") for name in first]
    else:
        before = dict(_of_messages(connection, "payload_hash", sender.name, [name for name in first if name not in new]))
        answers = [_answer(event, first, before) for event in sent]
        _quarantine(connection, sender.name, zip(sent, answers, strict=True))
    if new:
        changed = _link(connection, {claim for name, claim in claims.items() if name in new}, numbers)
        touched = {name: numbers[handle] for name, handle in owners.items() if name in new}
        count_up_handles(connection, {*touched.values(), *changed})
        if effects is not None:
            effects(connection, _happenings(connection, sender, [first[name] for name in touched], touched))
    return answers, numbers


def count_up_handles(connection: sa.Connection, handles: Iterable[int]) -> None:
    """Say that something happened to whom these handles are today: the version of each customer counts up by one."""
    some = sorted(set(handles))
    if some:
        _words(connection).count_up(connection, some)


def _answer(event: Incoming | Refused, first: dict[str, Incoming], known: dict[str, str]) -> Taken:
    """What became of an event, by the first of its batch under each message id and the hashes of those that were taken before."""
    if isinstance(event, Refused):
        return Taken(event.message_id, "quarantined", event.reason, event.detail)
    name = event.message_id
    if first[name] is event and name not in known:
        return Taken(name, "taken")
    if event.payload_hash == known.get(name, first[name].payload_hash):
        return Taken(name, "repeated")
    return Taken(name, "conflict", "conflict", "another event was taken under this messageId")


def _claim(sender: Sender, event: Incoming) -> tuple[Handle, Handle] | None:
    """A visitor and the user that he is said to be, where that is believed."""
    visitor = event.anonymous if event.kind == "identify" else event.previous if event.kind == "alias" else None
    if visitor is None or event.user is None or not sender.verified:
        return None
    return ("anonymous", visitor), ("user", event.user)


def _know(connection: sa.Connection, sender: Sender, wanted: set[Handle], known: Mapping[Handle, int]) -> dict[Handle, int]:
    """The number of each handle; those that are new are made."""
    numbers = {handle: number for handle in wanted if (number := known.get(handle)) is not None}
    if len(numbers) < len(wanted):
        numbers |= _find(connection, sender.name, wanted - numbers.keys())
        new = sorted(wanted - numbers.keys())
        if new:
            rows = [(sender.name, kind, value, *_record(sender, kind, value)) for kind, value in new]
            driver.run_many(connection, _ADD_HANDLE, rows)
            numbers |= _find(connection, sender.name, new)
    return numbers


def _record(sender: Sender, kind: str, value: str) -> tuple[str | None, str | None]:
    return (sender.users_are, value) if kind == "user" and sender.users_are is not None else (None, None)


def _find(connection: sa.Connection, source: str, wanted: Iterable[Handle]) -> dict[Handle, int]:
    values: dict[str, list[str]] = {}
    for kind, value in wanted:
        values.setdefault(kind, []).append(value)
    text = _words(connection).find_handles
    return {
        (kind, value): number
        for kind, some in values.items()
        for value, number in driver.run(connection, text, (source, kind, json.dumps(some))).fetchall()
    }


def _link(connection: sa.Connection, claims: set[tuple[Handle, Handle]], numbers: Mapping[Handle, int]) -> set[int]:
    """Let visitors lead to the users that they were said to be; returns the handles that this changed."""
    if not claims:
        return set()
    pairs = sorted((numbers[visitor], numbers[user]) for visitor, user in claims)
    rows = driver.run(connection, _words(connection).leads, (json.dumps([visitor for visitor, _ in pairs]),)).fetchall()
    leads = {number: to for number, to, disputed in rows if not disputed}
    changing = [(visitor, user) for visitor, user in pairs if visitor in leads and leads[visitor] != user]
    if not changing:
        return set()
    changed = {visitor for visitor, _ in changing}
    count_up_handles(connection, changed)  # whose they were until now
    driver.run_many(connection, _LINK, [(user, user, user, visitor, user) for visitor, user in changing])
    return changed


def _happenings(connection: sa.Connection, sender: Sender, added: Sequence[Incoming], handles: Mapping[str, int]) -> list[Happening]:
    event_ids = dict(_of_messages(connection, "event_id", sender.name, list(handles)))
    rows = driver.run(connection, _words(connection).customers, (json.dumps(sorted(set(handles.values()))),)).fetchall()
    customers = {number: str(customer) for number, customer in rows}
    return [Happening(event_ids[event.message_id], customers[handles[event.message_id]], event) for event in added]


def _of_messages(connection: sa.Connection, column: str, source: str, message_ids: list[str]) -> list[tuple[str, Any]]:
    if not message_ids:
        return []
    text = _words(connection).of_messages.format(column=column)
    rows = driver.run(connection, text, (source, json.dumps(message_ids))).fetchall()
    return [(name, value) for name, value in rows]


def _quarantine(connection: sa.Connection, source: str, told: Iterable[tuple[Incoming | Refused, Taken]]) -> None:
    rows = [
        (source, answer.message_id, answer.reason, answer.detail, driver.stamp(connection, event.received_at), event.payload,
         event.payload_hash)
        for event, answer in told
        if answer.reason
    ]  # fmt: skip
    driver.run_many(connection, _QUARANTINE, rows)


class _Words:
    """What is said to either database. A list is one parameter, as JSON, so that a statement is the same however long it is."""

    def __init__(self, among: str, among_numbers: str) -> None:
        self.find_handles = f"SELECT h.value, h.handle_id FROM handle h WHERE h.source = ? AND h.kind = ? AND h.value {among}"  # noqa: S608
        self.leads = f"SELECT h.handle_id, h.leads_to, h.disputed FROM handle h WHERE h.handle_id {among_numbers}"  # noqa: S608
        self.customers = f"SELECT h.handle_id, {_CUSTOMER} FROM handle h {_OWNER} WHERE h.handle_id {among_numbers}"  # noqa: S608
        self.whose = f"SELECT DISTINCT {_CUSTOMER}, 1 FROM handle h {_OWNER} WHERE h.handle_id {among_numbers}"  # noqa: S608
        self.of_messages = f"SELECT message_id, {{column}} FROM event WHERE source = ? AND message_id {among}"  # noqa: S608


class _Sqlite(_Words):
    """Events by many rows a statement: between statements others take the interpreter, and are slow to give it back."""

    # A statement of many rows that may fail midway keeps a copy of each page that it changes, to undo itself alone, which took as long as
    # its rows. Ours need not: what fails is undone with its job.
    insert_texts: Final = {
        rows: f"INSERT OR FAIL INTO event ({_COLUMNS}) VALUES {', '.join([_ROW] * rows)} {_ONCE}"  # noqa: S608
        for rows in (256, 64, 16, 4, 1)
    }
    raise_versions: Final = (
        "UPDATE OR FAIL customer_live SET version = version + 1 WHERE customer_id IN "  # noqa: S608
        f"(SELECT {_CUSTOMER} FROM json_each(?) j JOIN handle h ON h.handle_id = j.value {_OWNER})"
    )

    def insert(self, connection: sa.Connection, source: str, events: Collection[Incoming], handles: Sequence[int]) -> set[str]:
        """Insert events, and tell the message ids of those that are new."""
        values = self._values(source, events, handles)
        at, written = 0, 0
        for rows, text in self.insert_texts.items():
            while len(values) - at >= rows * 11:
                written += driver.run(connection, text, values[at : at + rows * 11]).rowcount
                at += rows * 11
        names = [event.message_id for event in events]
        if written == len(names):
            return set(names)
        # Who is alone knows the new rows by their numbers, for those follow one another.
        last = driver.run(connection, "SELECT COALESCE(MAX(event_id), 0) FROM event").fetchone()[0]
        return {name for name, number in _of_messages(connection, "event_id", source, names) if number > last - written}

    def count_up(self, connection: sa.Connection, handles: Sequence[int]) -> None:
        """Count up the versions of whom some handles are.

        Nearly all have one, and to raise it where it stands takes half as long as to find out by an insert that it stands there.
        """
        among = json.dumps(handles)
        raised = driver.run(connection, self.raise_versions, (among,)).rowcount
        if raised < len(handles):  # one who has none yet, or two handles of one customer
            driver.run(
                connection,
                f"INSERT OR FAIL INTO customer_live (customer_id, version) {self.whose} ON CONFLICT (customer_id) DO NOTHING",
                (among,),
            )

    def _values(self, source: str, events: Collection[Incoming], handles: Sequence[int]) -> list[Any]:
        """The values of all rows, one row after the other; put together by columns, so that little is done event by event."""
        message_ids, kinds, names, _, _, _, original, sent_at, received_at, at, payloads, hashes = zip(*events, strict=True)
        times = map(_as_sqlite_keeps, (original, sent_at, received_at, at))
        sources = repeat(source, len(handles))
        return list(chain.from_iterable(zip(sources, message_ids, kinds, names, handles, *times, payloads, hashes, strict=True)))


def _as_sqlite_keeps(times: Sequence[datetime | None]) -> list[str | None]:
    """Naive times as SQLAlchemy keeps them in SQLite, always to the microsecond; `isoformat` takes ten times as long."""
    texts = orjson.loads(orjson.dumps(times).replace(b"T", b" "))
    return [text if text is None or len(text) == _LONG else text + ".000000" for text in texts]


_LONG: Final = len("2026-01-31 12:00:00.000000")


class _Postgresql(_Words):
    """Events in one statement: each round trip to the server would cost more than the row."""

    insert_text = (
        f"INSERT INTO event ({_COLUMNS}) SELECT CAST(? AS text), r.* FROM json_to_recordset(CAST(? AS json)) AS r (message_id text, kind text, "  # noqa: S608
        'name text, handle_id bigint, original_timestamp timestamp, sent_at timestamp, received_at timestamp, "timestamp" timestamp, '
        f"payload text, payload_hash text) {_ONCE} RETURNING message_id"
    )
    _fields: Final = _COLUMNS.split(", ")[1:]

    def count_up(self, connection: sa.Connection, handles: Sequence[int]) -> None:
        """Count up the versions of whom some handles are; in one order, so that two writers do not wait for each other in a ring."""
        driver.run(connection, f"INSERT INTO customer_live (customer_id, version) {self.whose} ORDER BY 1 {_UP}", (json.dumps(handles),))

    def insert(self, connection: sa.Connection, source: str, events: Collection[Incoming], handles: Sequence[int]) -> set[str]:
        """Insert events, and tell the message ids of those that are new."""
        rows = [
            dict(zip(self._fields, (*event[:3], handle, *event[6:]), strict=True)) for event, handle in zip(events, handles, strict=True)
        ]
        return {row[0] for row in driver.run(connection, self.insert_text, (source, orjson.dumps(rows).decode())).fetchall()}


_SQLITE: Final = _Sqlite("IN (SELECT value FROM json_each(?))", "IN (SELECT value FROM json_each(?))")
# As arrays: few values are expected of one, and so each is looked up by the index, however little the server knows of a growing table.
_POSTGRESQL: Final = _Postgresql(
    "= ANY(ARRAY(SELECT json_array_elements_text(CAST(? AS json))))",
    "= ANY(ARRAY(SELECT CAST(json_array_elements_text(CAST(? AS json)) AS bigint)))",
)


def _words(connection: sa.Connection) -> _Sqlite | _Postgresql:
    return _POSTGRESQL if connection.dialect.name == "postgresql" else _SQLITE
