"""What the state holds of a person, taken out: rows that say who he is go, rows that say what dollars moved stay without him."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import event_log, suppression
from unequal.storage.state.assignments import ASSIGNMENT
from unequal.storage.state.audit import AUDIT
from unequal.storage.state.consents import CONSENT
from unequal.storage.state.contacts import CONTACT
from unequal.storage.state.customer_live import bump
from unequal.storage.state.decisions import DECISION, OUTCOME
from unequal.storage.state.events import CUSTOMER_LIVE, EVENT, EVENT_QUARANTINED, HANDLE
from unequal.storage.state.goodwill import GOODWILL
from unequal.storage.state.host_tasks import HOST_TASK
from unequal.storage.state.membership import CUSTOMER_EVENT, CUSTOMER_MEMBERSHIP
from unequal.storage.state.outbox import OUTBOX
from unequal.storage.state.preferences import PREFERENCE
from unequal.storage.state.questions import QUESTION_ASKED
from unequal.storage.state.stewardship import STEWARD_ACTION, VERDICT
from unequal.storage.state.suppression import ErasureRow
from unequal.storage.state.tier_membership import TIER_MEMBERSHIP
from unequal.storage.state.timers import TIMER
from unequal.storage.state.whose import whose
from unequal.terms.errors import StorageError

ERASED: Final = "erased"
"""What stands where a text was."""

_WAIT_SECONDS: Final = 30
_AT_ONCE: Final = 10_000

_SHORTEST_NAME: Final = 4
"""Of names that are looked for anywhere in a text: a shorter one may be a count."""

_HANDLES: Final = {"userId": "user", "anonymousId": "anonymous", "previousId": "anonymous"}
_SHOWN_NAME: Final = re.compile(rf"'({'|'.join(_HANDLES)})': (?:'([^']*)'|(\d+))")

_PERSONAL: Final = ("email", "phone")
_NAMES: Final = ("name", "firstName", "lastName", "first_name", "last_name", "username", "address", "birthday")


@dataclass(frozen=True)
class Person:
    """Somebody, as the state knows him.

    Args:
        customer_id: his id today, which his dollars keep.
        ids: every id under which rows of his may lie.
        records: (source, record id).
        handles: (number, source, kind, value) of what sources of events call him.
        values: texts in his events that say who he is: their kind (email, phone or name) and the text.
    """

    customer_id: str
    ids: frozenset[str]
    records: frozenset[tuple[str, str]]
    handles: frozenset[tuple[int, str, str, str]]
    values: frozenset[tuple[str, str]]


class _Touched(NamedTuple):
    """Rows of one table that hold something of him, and what becomes of them; None: they go."""

    table: sa.Table
    where: sa.ColumnElement[bool]
    change: Mapping[str, Any] | None


def person(connection: sa.Connection, customer_id: str) -> Person:
    """Somebody with all that leads to him; records and handles are empty where nobody has this id."""
    # As the moment of contact finds him: what a source calls him leads to the whole customer.
    today = event_log.today_of(connection, customer_id)
    member = CUSTOMER_MEMBERSHIP.c
    records = {
        (row[0], row[1]) for row in connection.execute(sa.select(member.source, member.record_id).where(member.customer_id == today))
    }
    ids = {today, customer_id, *whose(connection, today).ids}
    return _whole(connection, today, ids, records, _handles(connection, records, today))


def _whole(
    connection: sa.Connection, customer_id: str, ids: set[str], records: set[tuple[str, str]], handles: Iterable[tuple[int, str, str, str]]
) -> Person:
    some = frozenset(handles)
    pseudonyms = {f"{kind}:{source}:{value}" for _, source, kind, value in some}
    values = frozenset(_said(connection, {number for number, *_ in some}))
    return Person(customer_id, frozenset(ids | pseudonyms), frozenset(records), some, values)


def known_again(connection: sa.Connection, rows: Iterable[ErasureRow]) -> list[Person]:
    """Those of some erasures, in their order, with what a state that was restored from before holds of them.

    Of somebody whom only events know no id is left that leads to him, and in an older state records may be other customers': so
    every record and every handle is hashed, once, and held against the erasures' digests.
    """
    each = list(rows)
    if not each:
        return []
    key = suppression.key_of(connection)
    erasure_of = {digest: row.erasure_id for row in each for digest in suppression.digests_of(connection, row.erasure_id)}
    records: dict[str, set[tuple[str, str]]] = {row.erasure_id: set() for row in each}
    names: dict[str, set[str]] = {row.erasure_id: set() for row in each}
    member, column = CUSTOMER_MEMBERSHIP.c, HANDLE.c
    for source, record in _some_at_once(connection, sa.select(member.source, member.record_id)):
        if erasure := erasure_of.get(suppression.digest_of(key, ("record", source, record))):
            records[erasure].add((source, record))
    for source, kind, value in _some_at_once(connection, sa.select(column.source, column.kind, column.value)):
        if erasure := erasure_of.get(suppression.digest_of(key, ("handle", source, kind, value))):
            names[erasure].add(f"{kind}:{source}:{value}")
    return [_again(connection, row.customer_id, records[row.erasure_id], names[row.erasure_id]) for row in each]


def _again(connection: sa.Connection, customer_id: str, records: set[tuple[str, str]], names: set[str]) -> Person:
    """Somebody of whom records and names are known; customers who are nobody else are he."""
    member = CUSTOMER_MEMBERSHIP.c
    handles = {*_handles(connection, records, customer_id), *(one for name in names for one in _handles(connection, (), name))}
    ids = {customer_id, *whose(connection, customer_id).ids}
    for source, record in records:
        of_record = sa.select(member.customer_id).where(member.source == source, member.record_id == record)
        for owner in connection.execute(of_record).scalars().all():
            theirs = connection.execute(sa.select(member.source, member.record_id).where(member.customer_id == owner)).all()
            if all((one[0], one[1]) in records for one in theirs):
                ids |= {owner, *whose(connection, owner).ids}
    return _whole(connection, customer_id, ids, records, handles)


def _some_at_once(connection: sa.Connection, wanted: sa.Select[Any]) -> Iterator[Any]:
    return iter(connection.execute(wanted.execution_options(yield_per=_AT_ONCE)))


def _handles(connection: sa.Connection, records: Iterable[tuple[str, str]], named: str) -> Iterator[tuple[int, str, str, str]]:
    column = HANDLE.c
    kind, _, rest = named.partition(":")
    source, _, value = rest.partition(":")
    ways = [(column.source == source) & (column.kind == kind) & (column.value == value)] if rest else []
    ways += [(column.record_source == place) & (column.record_id == record) for place, record in sorted(records)]
    found = sa.select(column.handle_id, column.source, column.kind, column.value)
    for way in ways:
        for row in connection.execute(found.where(way)).all():
            yield (row[0], row[1], row[2], row[3])
            yield from ((one[0], one[1], one[2], one[3]) for one in connection.execute(found.where(column.leads_to == row[0])).all())


def _said(connection: sa.Connection, handles: Iterable[int]) -> Iterator[tuple[str, str]]:
    """What his events say of who he is, in their traits, properties and context."""
    wanted = sa.select(EVENT.c.payload).where(EVENT.c.handle_id.in_(sorted(handles)))
    for payload in connection.execute(wanted).scalars():
        yield from _leaves(json.loads(payload))


def said_by_others(connection: sa.Connection, who: Person, forms: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """E-mail addresses and phones that events of others hold and that may be one of some, as they were written.

    Args:
        forms: kind (others than email and phone are nobody's word) and plain form: an address in lower case, a phone's digits.
    """
    numbers = sorted(number for number, *_ in who.handles)
    found: set[tuple[str, str]] = set()
    for kind, form in sorted(forms):
        if kind not in _PERSONAL:
            continue
        # A number is written with all kinds of marks between its digits.
        escaped = [_escaped(sign) for sign in form]
        pattern = ("%" if kind == "phone" else "").join(escaped)
        has = EVENT.c.payload.contains(f'"{kind}":', autoescape=True) & EVENT.c.payload.ilike(f"%{pattern}%", escape="/")
        payloads = sa.select(EVENT.c.payload).where(has, EVENT.c.handle_id.not_in(numbers)).execution_options(yield_per=_AT_ONCE)
        for payload in connection.execute(payloads).scalars():
            found |= {one for one in _leaves(json.loads(payload)) if one[0] == kind}
    return found


def personal(name: str, value: object) -> str | None:
    """What an event says by a name, where that is an e-mail address or a telephone, which some forms send as a number; None elsewhere."""
    if name in _PERSONAL and isinstance(value, str):
        return value
    return str(value) if name == "phone" and type(value) is int else None  # true is no telephone


def _leaves(told: Any) -> Iterator[tuple[str, str]]:
    if isinstance(told, list):
        for one in told:
            yield from _leaves(one)
    elif isinstance(told, dict):
        for name, value in told.items():
            if (text := personal(name, value)) is not None:
                yield name, text
            elif isinstance(value, str) and name in _NAMES:
                yield "name", value
            elif name == "address" and isinstance(value, dict):
                yield from (("name", part) for part in value.values() if isinstance(part, str))
            else:
                yield from _leaves(value)


def held(connection: sa.Connection, who: Person, texts: Iterable[str]) -> dict[str, int]:
    """How many rows of each table hold something of him; tables without any are left out.

    Args:
        texts: values that are his alone, to be looked for in bodies that name nobody.
    """
    counts: Counter[str] = Counter()
    for one in _touched(connection, who, list(texts)):
        counts[one.table.name] += _count(connection, one)
    return {name: count for name, count in counts.items() if count}


def told_in_audit(connection: sa.Connection, texts: Iterable[str]) -> list[int]:
    """Numbers of entries of the audit whose words hold one of his values: they are sealed, and cannot be changed unseen."""
    some = list(texts)
    where = sa.or_(_holds(AUDIT.c.detail, some), _holds(AUDIT.c.subject, some))
    return sorted(connection.execute(sa.select(AUDIT.c.number).where(where)).scalars())


def erase(connection: sa.Connection, who: Person, texts: Iterable[str]) -> dict[str, int]:
    """Take him out, within the transaction that says so; see held.

    Returns:
        Table -> rows removed or emptied.
    """
    done: dict[str, int] = {}
    told = list(texts)
    alone = _told_of_others_alone(connection, who, told)
    if alone:
        done[OUTBOX.name] = alone
    touched = _touched(connection, who, told)
    # Before their names go: other workers must know that what they remember of him is old.
    bump(connection, [who.customer_id])
    for one in touched:
        faults.point(f"state erase {one.table.name}")
        statement = one.table.delete() if one.change is None else one.table.update().values(**one.change)
        count = connection.execute(statement.where(one.where)).rowcount
        if count:
            done[one.table.name] = done.get(one.table.name, 0) + count
    return done


def _told_of_others_alone(connection: sa.Connection, who: Person, texts: list[str]) -> int:
    """Messages that tell of several customers are told without him, under their own keys: the others are still reached."""
    row = OUTBOX.c
    changed = 0
    where = row.payload.contains('"customers":[', autoescape=True) & _holds(row.payload, _named_by(who, texts))
    for message_id, payload in connection.execute(sa.select(row.message_id, row.payload).where(where)).all():
        document = json.loads(payload)
        others = [one for one in document["customers"] if one["customer_id"] not in who.ids]
        if others:
            text = json.dumps({**document, "customers": others}, ensure_ascii=False, separators=(",", ":"))
            connection.execute(OUTBOX.update().where(row.message_id == message_id).values(payload=text))
            changed += 1
    return changed


def _touched(connection: sa.Connection, who: Person, texts: list[str]) -> list[_Touched]:
    ids, pseudonyms = sorted(who.ids), sorted(one for one in who.ids if ":" in one)
    numbers = sorted(number for number, *_ in who.handles)
    decisions = sa.select(DECISION.c.decision_id).where(DECISION.c.customer_id.in_(ids))
    moved = {"customer_id": who.customer_id}
    actions, refused = _actions(connection, who), _refused(connection, who, texts)
    return [
        *(
            _Touched(EVENT_QUARANTINED, EVENT_QUARANTINED.c.quarantined_id.in_(refused[at : at + _AT_ONCE]), None)
            for at in range(0, len(refused), _AT_ONCE)
        ),
        _Touched(EVENT, EVENT.c.handle_id.in_(numbers), None),
        _Touched(HANDLE, HANDLE.c.handle_id.in_(numbers), None),
        _Touched(OUTBOX, _holds(OUTBOX.c.payload, _named_by(who, texts)), None),
        _Touched(TIMER, TIMER.c.customer_id.in_(ids), None),
        _Touched(PREFERENCE, PREFERENCE.c.customer_id.in_(ids), None),
        _Touched(TIER_MEMBERSHIP, TIER_MEMBERSHIP.c.customer_id.in_(ids), None),
        _Touched(HOST_TASK, HOST_TASK.c.customer_id.in_(ids), None),
        _Touched(QUESTION_ASKED, QUESTION_ASKED.c.customer_id.in_(ids), None),
        _Touched(OUTCOME, OUTCOME.c.decision_id.in_(decisions), {"reason": None, "author": None}),
        _Touched(DECISION, DECISION.c.customer_id.in_(ids), {**moved, "inputs": "{}", "winner": None, "response": "{}"}),
        _Touched(GOODWILL, GOODWILL.c.customer_id.in_(ids), {**moved, "note": None}),
        # An objection outlives him who made it: it is the one word of his that must be obeyed still.
        _Touched(CONSENT, CONSENT.c.customer_id.in_(ids), {**moved, "evidence": ERASED}),
        _Touched(CONTACT, CONTACT.c.customer_id.in_(pseudonyms), moved),
        _Touched(ASSIGNMENT, ASSIGNMENT.c.customer_id.in_(pseudonyms), None),
        _Touched(CUSTOMER_LIVE, CUSTOMER_LIVE.c.customer_id.in_(pseudonyms), None),
        _Touched(VERDICT, VERDICT.c.action.in_(actions), {"reason": ERASED}),
        _Touched(STEWARD_ACTION, STEWARD_ACTION.c.action.in_(actions), {"reason": ERASED}),
    ]


def _refused(connection: sa.Connection, who: Person, texts: list[str]) -> list[int]:
    """Numbers of events that could not be taken and hold one of his values, or name him: as text or as a number, for senders write both."""
    row = EVENT_QUARANTINED.c
    quoted = [f'"{value}"' for *_, value in who.handles if len(value) >= _SHORTEST_NAME]
    found = set(connection.execute(sa.select(row.quarantined_id).where(_holds(row.payload, [*texts, *quoted]))).scalars())
    names = {(source, kind, value) for _, source, kind, value in who.handles}
    column = HANDLE.c
    for place, record in who.records:
        # What he sent may all have been refused, and then no handle is his.
        senders = sa.select(column.source).where(column.record_source == place, column.kind == "user").distinct()
        names |= {(sender, "user", record) for sender in connection.execute(senders).scalars()}
    every = sa.select(row.quarantined_id, row.source, row.payload).where(row.source.in_(sorted({source for source, *_ in names})))
    for number, source, payload in connection.execute(every.execution_options(yield_per=_AT_ONCE)):
        if any((source, kind, value) in names for kind, value in _names_in(payload)):
            found.add(number)
    return sorted(found)


def _names_in(payload: str) -> Iterator[tuple[str, str]]:
    """Under which handles an event that could not be taken would stand: kind and value."""
    try:
        told = json.loads(payload)
    except ValueError:
        # It could not be written as JSON, and is kept as Python shows it.
        told = None
        for field, text, number in _SHOWN_NAME.findall(payload):
            yield _HANDLES[field], text or number
    if isinstance(told, dict):
        yield from ((kind, str(told[field])) for field, kind in _HANDLES.items() if told.get(field) is not None)


def _named_by(who: Person, texts: list[str]) -> list[str]:
    """What a message that is about him holds: one of his values, or an id of his as JSON writes it."""
    return [*texts, *(f'"{one}"' for one in sorted(who.ids))]


def _actions(connection: sa.Connection, who: Person) -> list[int]:
    """Stewards' actions on his records: what they wrote as a reason may name him."""
    found: set[int] = set()
    for source, record_id in who.records:
        verdict, event = VERDICT.c, CUSTOMER_EVENT.c
        either = ((verdict.source_a == source) & (verdict.record_id_a == record_id)) | (
            (verdict.source_b == source) & (verdict.record_id_b == record_id)
        )
        found |= set(connection.execute(sa.select(verdict.action).where(either)).scalars())
        moved = sa.select(event.action).where(event.source == source, event.record_id == record_id, event.action.is_not(None))
        found |= set(connection.execute(moved).scalars())
    return sorted(found)


def _holds(column: Any, texts: list[str]) -> sa.ColumnElement[bool]:
    """Whether a text has one of some texts in it, in whatever case; as JSON writes them, too.

    The database lowers both, for not every database knows the capitals that Python knows.
    """
    forms = {
        form for text in texts for form in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], ascii(text)[1:-1])
    }
    lowered = sa.func.lower(column)
    return sa.or_(sa.false(), *(lowered.like(sa.func.lower(f"%{_escaped(form)}%"), escape="/") for form in sorted(forms)))


def _escaped(text: str) -> str:
    """A text as it stands in a pattern of LIKE."""
    return re.sub(r"([/%_])", r"/\1", text)


def _count(connection: sa.Connection, one: _Touched) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(one.table).where(one.where)).scalar_one())


def clean(engine: sa.Engine) -> None:
    """Let nothing of what was removed stay in the file: pages are overwritten, the file is written anew, its log emptied.

    On PostgreSQL a plain VACUUM lets dead rows be written over; VACUUM FULL, which locks tables, and the server's own
    write-ahead log and backups are its administrator's.
    """
    raw = engine.raw_connection()
    try:
        faults.point("state vacuum")
        if engine.dialect.name == "postgresql":
            raw.rollback()
            raw.driver_connection.autocommit = True  # type: ignore[union-attr]
            raw.cursor().execute("VACUUM")
            raw.driver_connection.autocommit = False  # type: ignore[union-attr]
            return
        cursor = raw.cursor()
        for statement in ("PRAGMA secure_delete = ON", "VACUUM"):
            cursor.execute(statement).fetchall()
        _empty_log(cursor)
    finally:
        raw.close()


def _empty_log(cursor: Any) -> None:
    """SQLite waits for those who read, but for nobody who carries the log over, as the moment of contact does all the time: so we do.

    Raises:
        StorageError: STO106, the log stays, and with it what was removed.
    """
    give_up = time.monotonic() + _WAIT_SECONDS
    while cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
        if time.monotonic() > give_up:
            raise StorageError("STO106", "the state database does not take the erasure", seen="others are at its log, and it holds what was removed",
                               do="erase again when they are done: what was removed stays removed")  # fmt: skip
        time.sleep(0.01)
