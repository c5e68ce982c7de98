"""Events, taken and read back: of a customer as he stands today, or all after a number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

from unequal.storage.state import driver, standing, suppression, taking
from unequal.storage.state.events import (
    CUSTOMER_LIVE,
    EVENT,
    EVENT_QUARANTINED,
    HANDLE,
    EventRow,
    EventTime,
    Incoming,
    QuarantinedRow,
    Refused,
    Sender,
    Taken,
)
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.membership import CUSTOMER_MEMBERSHIP
from unequal.storage.state.reader import Reader
from unequal.storage.state.whose import padded

_REMEMBERED: Final = 200_000
"""Handles of a source whose numbers are kept in memory: some 40 MB."""

_NAMES_AT_ONCE: Final = 512

_KINDS: Final = ("user", "anonymous")
_TARGET: Final = HANDLE.alias("t")
_MEMBER: Final = CUSTOMER_MEMBERSHIP.alias("m")
_CUSTOMER: Final = sa.func.coalesce(
    _MEMBER.c.customer_id, _TARGET.c.kind + ":" + _TARGET.c.source + ":" + _TARGET.c.value
)  # fmt: skip
_OWNED: Final = HANDLE.join(_TARGET, _TARGET.c.handle_id == sa.func.coalesce(HANDLE.c.leads_to, HANDLE.c.handle_id)).outerjoin(
    _MEMBER, (_MEMBER.c.source == _TARGET.c.record_source) & (_MEMBER.c.record_id == _TARGET.c.record_id)
)
"""Handles with whose they are today; the same as taking's, for whoever reads."""

_EVENT: Final = (
    EVENT.c.event_id, EVENT.c.source, EVENT.c.message_id, EVENT.c.kind, EVENT.c.name, EVENT.c.original_timestamp, EVENT.c.sent_at,
    EVENT.c.received_at, EVENT.c.timestamp, EVENT.c.payload,
)  # fmt: skip


_NAME: Final = "h.kind || ':' || h.source || ':' || h.value"
_HIS: Final = "customer_membership m JOIN handle u ON u.record_source = m.source AND u.record_id = m.record_id"
_NAMES_OF_USER: Final = f"""
    SELECT {_NAME} FROM handle u JOIN handle h ON h.leads_to = u.handle_id WHERE u.kind = ? AND u.source = ? AND u.value = ?"""  # noqa: S608


@cache
def _names(customers: int) -> str:
    his = f"m.customer_id IN ({', '.join('?' * customers)})"
    return f"""
        SELECT m.customer_id, {_NAME.replace("h.", "u.")} FROM {_HIS} WHERE {his}
        UNION ALL SELECT m.customer_id, {_NAME} FROM {_HIS} JOIN handle h ON h.leads_to = u.handle_id WHERE {his}"""  # noqa: S608 - our own names


@cache
def _times_under(names: int) -> str:
    asked = ", ".join(["(CAST(? AS INTEGER), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT))"] * names)
    return f"""
        WITH told (place, kind, source, value, known) AS (VALUES {asked}), asked AS (SELECT DISTINCT * FROM told)
        SELECT asked.place, e.event_id, e.source, e.kind, e.name, e.timestamp FROM asked
        JOIN handle h ON h.source = asked.source AND h.kind = asked.kind AND h.value = asked.value
        JOIN event e ON e.handle_id = h.handle_id AND e.event_id > asked.known"""  # noqa: S608 - our own names and places


class EventLog:
    """Events in the state; safe for threads.

    Args:
        engine: of the state, for what is read.
        writer: which writes.
    """

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer, self._reader = engine, writer, Reader(engine)
        self._is_any = False
        self._numbers: dict[str, dict[taking.Handle, int]] = {}
        self._suppressed = suppression.NOBODY

    def take(self, sender: Sender, sent: Sequence[Incoming | Refused], effects: taking.Effects | None = None) -> Future[list[Taken]]:
        """Take events, each once for ever.

        Args:
            sender: the source that sent them.
            sent: events that were found sound, and those that were not, in their order.
            effects: what else is done for those that are new, in the same transaction; it may be run again, and must do
                nothing but read and write over the connection that it is given.

        Returns:
            What became of each, once it is durable; an error as Writer.submit has it, and then nothing was taken.
        """
        learnt: dict[taking.Handle, int] = {}

        def job(connection: sa.Connection) -> list[Taken]:
            answers, numbers = taking.take(connection, sender, sent, self._numbers.get(sender.name, {}), effects)
            learnt.update(numbers)
            return answers

        def remember(future: Future[list[Taken]]) -> None:
            # A handle's number is for good once it is committed, and not before.
            if not future.cancelled() and future.exception() is None:
                self._remember(sender.name, learnt)

        future = self._writer.at_once(job)
        future.add_done_callback(remember)
        return future

    def _remember(self, source: str, learnt: dict[taking.Handle, int]) -> None:
        known = self._numbers.setdefault(source, {})
        if len(known) + len(learnt) > _REMEMBERED:
            self._numbers[source] = learnt
        else:
            known.update(learnt)

    def declare(self, senders: Iterable[Sender]) -> None:
        """Let handles of users be the records that the config says today, also those that were made under an earlier config."""
        some = list(senders)

        def job(connection: sa.Connection) -> None:
            for sender in some:
                users = HANDLE.update().where(HANDLE.c.source == sender.name, HANDLE.c.kind == "user")
                changed = HANDLE.c.record_source.is_distinct_from(sender.users_are)
                record = HANDLE.c.value if sender.users_are is not None else sa.null()
                connection.execute(users.where(changed).values(record_source=sender.users_are, record_id=record))

        self._writer.write(job)

    def of_customer(self, customer_id: str, *, after: int = 0) -> list[EventRow]:
        """The events of a customer as he stands today, by when they happened, then source and message id.

        Args:
            customer_id: a customer's, one that was merged away, or what a source calls somebody who is no record
                (`user:SOURCE:ID`, `anonymous:SOURCE:ID`).
            after: events with higher numbers only.
        """
        with self._engine.connect() as connection, connection.begin():
            today = today_of(connection, customer_id)
            handles = _handles_of(connection, today)
            rows: list[Any] = [
                row
                for at in range(0, len(handles), 500)
                for row in connection.execute(
                    sa.select(*_EVENT).where(EVENT.c.handle_id.in_(handles[at : at + 500]), EVENT.c.event_id > after)
                )
            ]
        return sorted((EventRow(*(*row, today)) for row in rows), key=lambda row: (row.timestamp, row.source, row.message_id))

    def after(self, number: int, *, up_to: int | None = None, at_once: int = 10_000) -> list[EventRow]:
        """Events of all customers after a number, by number, `at_once` at most: empty when there are no more.

        Args:
            number: `event_id` of the last event that is known; 0 for all.
            up_to: the last that is wanted, as `last()` told it when a run began.
            at_once: how many.
        """
        wanted = sa.select(*_EVENT, _CUSTOMER).select_from(EVENT.join(_OWNED, EVENT.c.handle_id == HANDLE.c.handle_id))
        wanted = wanted.where(EVENT.c.event_id > number).order_by(EVENT.c.event_id).limit(at_once)
        if up_to is not None:
            wanted = wanted.where(EVENT.c.event_id <= up_to)
        with self._engine.connect() as connection, connection.begin():
            return [EventRow(*row) for row in connection.execute(wanted)]

    def suppressed(self) -> suppression.Suppressed:
        """By what everybody who was erased is known again; read anew only after another erasure."""
        if self._reader.read(suppression.how_many) != len(self._suppressed.digests):
            with self._engine.connect() as connection, connection.begin():
                self._suppressed = suppression.suppressed(connection)
        return self._suppressed

    def last(self) -> int:
        """Number of the last event, 0 before the first. None with a lower number can come any more: writers take turns."""
        with self._engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(EVENT.c.event_id), 0))).scalar_one())

    def customer_of(self, source: str, *, user: str | None = None, anonymous: str | None = None) -> str | None:
        """Whose a user or a visitor of a source is today, as an event would be; None where the source never named him."""
        kind, value = ("user", user) if user is not None else ("anonymous", anonymous)
        named = (HANDLE.c.source == source) & (HANDLE.c.kind == kind) & (HANDLE.c.value == value)
        with self._engine.connect() as connection:
            found: str | None = connection.execute(sa.select(_CUSTOMER).select_from(_OWNED).where(named)).scalar()
        return found

    def names(self, customer_id: str) -> tuple[str, ...]:
        """By what names sources knew a customer, or a user who is no record: what was written under them is his.

        Args:
            customer_id: as he stands today.

        Returns:
            `user:SOURCE:ID` and `anonymous:SOURCE:ID`, sorted, without the id that is asked for. As new at least as whatever was read before.
        """
        return self.names_each([customer_id])[0]

    def names_each(self, customer_ids: Sequence[str]) -> list[tuple[str, ...]]:
        """The same of several, in their order."""
        if not self._is_any:
            # Where no source has ever sent an event nobody has such a name; once one has, that stays so.
            self._is_any = bool(self._reader.read(driver.run, "SELECT 1 FROM handle LIMIT 1").fetchall())
            if not self._is_any:
                return [()] * len(customer_ids)
        found: dict[str, list[str]] = {one: [] for one in customer_ids}
        known = [one for one in found if _named(one) is None]
        if known:
            asked = padded(known)
            for customer_id, name in self._reader.read(driver.run, _names(len(asked)), asked * 2).fetchall():
                found[customer_id].append(str(name))
        for one in found:
            if (named := _named(one)) is not None:
                found[one] = [str(row[0]) for row in self._reader.read(driver.run, _NAMES_OF_USER, named).fetchall()]
        return [tuple(sorted(found[one])) for one in customer_ids]

    def times_each(self, asked: Sequence[tuple[Sequence[str], int]]) -> list[list[EventTime]]:
        """When things happened under some names, in no order; of several customers at once.

        Args:
            asked: for each the names that `names` gives, with his own where that is one, and the number of the last event that is known; 0 for all.
        """
        found: list[list[EventTime]] = [[] for _ in asked]
        wanted = [(place, *named, after) for place, (names, after) in enumerate(asked) for name in names if (named := _named(name))]
        for at in range(0, len(wanted), _NAMES_AT_ONCE):
            some = padded(wanted[at : at + _NAMES_AT_ONCE])
            values = [value for one in some for value in one]
            for place, number, source, kind, name, stamped in self._reader.read(driver.run, _times_under(len(some)), values).fetchall():
                found[place].append(EventTime(number, source, kind, name, driver.moment(stamped)))
        return found

    def close(self) -> None:
        """Close the connections that it reads over."""
        self._reader.close()

    def is_disputed(self, source: str, anonymous: str) -> bool:
        """Whether a visitor was claimed for two users, and so leads to none."""
        named = (HANDLE.c.source == source) & (HANDLE.c.kind == "anonymous") & (HANDLE.c.value == anonymous)
        with self._engine.connect() as connection:
            return bool(connection.execute(sa.select(HANDLE.c.disputed).where(named)).scalar())

    def today(self, customer_id: str) -> str:
        """The id under which a customer stands today; of somebody who was no record, that of the customer he became."""
        with self._engine.connect() as connection, connection.begin():
            return today_of(connection, customer_id)

    def version(self, customer_id: str) -> int:
        """How often something happened to a customer; 0 where nothing ever did."""
        wanted = sa.select(CUSTOMER_LIVE.c.version).where(CUSTOMER_LIVE.c.customer_id == customer_id)
        with self._engine.connect() as connection:
            return int(connection.execute(wanted).scalar() or 0)

    def quarantined(
        self, *, source: str | None = None, reason: str | None = None, after: int = 0, at_once: int = 100
    ) -> list[QuarantinedRow]:
        """Events that could not be taken, oldest first.

        Args:
            source, reason: those of one source, or for one reason.
            after: `quarantined_id` of the last that is known.
            at_once: how many.
        """
        column = EVENT_QUARANTINED.c
        wanted = sa.select(column.quarantined_id, column.source, column.message_id, column.reason, column.detail, column.received_at,
                           column.payload).where(column.quarantined_id > after).order_by(column.quarantined_id).limit(at_once)  # fmt: skip
        if source is not None:
            wanted = wanted.where(column.source == source)
        if reason is not None:
            wanted = wanted.where(column.reason == reason)
        with self._engine.connect() as connection:
            return [QuarantinedRow(*row) for row in connection.execute(wanted)]


def _named(customer_id: str) -> tuple[str, str, str] | None:
    """Kind, source and value of what a source calls somebody; None for a customer's id."""
    kind, _, rest = customer_id.partition(":")
    source, _, value = rest.partition(":")
    return (kind, source, value) if kind in _KINDS and source and value else None


def today_of(connection: sa.Connection, customer_id: str) -> str:
    """The id under which a customer stands today; of what a source calls somebody, that of the customer, or of the user, who he is."""
    named = _named(customer_id)
    if named is None:
        return standing.leads_to(connection, customer_id)
    kind, source, value = named
    wanted = sa.select(_CUSTOMER).select_from(_OWNED).where(HANDLE.c.source == source, HANDLE.c.kind == kind, HANDLE.c.value == value)
    return str(connection.execute(wanted).scalar() or customer_id)


def _handles_of(connection: sa.Connection, customer_id: str) -> list[int]:
    """The handles of a customer, by the id under which he stands today."""
    named = _named(customer_id)
    own: sa.Select[Any]
    if named is None:
        record = (HANDLE.c.record_source == _MEMBER.c.source) & (HANDLE.c.record_id == _MEMBER.c.record_id)
        own = sa.select(HANDLE.c.handle_id).select_from(_MEMBER.join(HANDLE, record)).where(_MEMBER.c.customer_id == customer_id)
    else:
        kind, source, value = named
        own = sa.select(HANDLE.c.handle_id).where(HANDLE.c.source == source, HANDLE.c.kind == kind, HANDLE.c.value == value)
    first = [int(number) for number in connection.execute(own).scalars()]
    leading = [
        int(number)
        for at in range(0, len(first), 500)
        for number in connection.execute(sa.select(HANDLE.c.handle_id).where(HANDLE.c.leads_to.in_(first[at : at + 500]))).scalars()
    ]
    return first + leading
