"""Contacts, decisions and what customers say to them, as the moment of contact uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import sqlalchemy as sa

from unequal.storage.state import (
    consents,
    contact_standing,
    contacts,
    decisions,
    preferences,
    questions,
    reserving,
    returned,
    spending,
    whose,
)
from unequal.storage.state.consents import ConsentRow
from unequal.storage.state.contact_standing import Standing
from unequal.storage.state.contacts import ContactRow
from unequal.storage.state.decisions import DecisionRow, OutcomeRow
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.outbox import Message
from unequal.storage.state.preferences import PreferenceRow
from unequal.storage.state.questions import AskedRow
from unequal.storage.state.reader import Reader
from unequal.storage.state.reserving import Came, Reservation


class ContactLog:
    """One ledger of contacts for every channel, and all that a decision must know and leave. Safe for threads.

    What is written is durable when the call returns, or when its future resolves. Customers may be named by any id that they ever had.
    """

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer, self._reader = engine, writer, Reader(engine)

    def standing(self, customer_id: str, *, also: Sequence[str] = (), since: datetime | None = None) -> Standing:
        """What a decision must know of a customer, and the version to reserve on; see contact_standing.standing."""
        return self._reader.read(contact_standing.standing, customer_id, also=also, since=since)

    def standings(self, customer_ids: Sequence[str], also: Sequence[Sequence[str]] = ()) -> list[Standing]:
        """The same of several customers, in their order."""
        return self._reader.read(contact_standing.standings, customer_ids, also)

    def touched(self) -> set[str]:
        """Every customer of whom the state may hold anything; see whose.touched."""
        return self._reader.read(whose.touched)

    def reserve(self, reservation: Reservation) -> int:
        """Write a decision and all that it takes, as one; the customer's version after it.

        Raises:
            Stale: LIV100, look again and decide again.
            OverBudget: LIV101, decide again without its `policy`.
            TimerIsTaken: LIV102, nothing is left to do.
        """
        return self._writer.write(lambda connection: reserving.reserve(connection, reservation))

    def reserve_all(
        self, reservations: Sequence[Reservation], also: Callable[[Sequence[Came]], Sequence[Message]] | None = None
    ) -> list[Came]:
        """Write decisions on different customers together with what is sent of them; see reserving.reserve_all."""
        return self._writer.write(lambda connection: reserving.reserve_all(connection, reservations, also))

    def settle(self, contact_id: str, status: str, at: datetime) -> bool:
        """Say what came of a contact: sent, released or answered; whether it was news. LIV103: it cannot become that."""
        return self._writer.write(lambda connection: contacts.settle(connection, contact_id, status, at))

    def take_back(self, contact_id: str, decision_id: str, at: datetime, *, goes_out: bool) -> bool:
        """Release the contact of a decision that was not passed on, where its message has not left; see contacts.take_back."""
        return self._writer.write(lambda connection: contacts.take_back(connection, contact_id, decision_id, at, goes_out=goes_out))

    def contacts(self, customer_id: str, *, also: Iterable[str] = (), at_most: int = 20) -> list[ContactRow]:
        """The last contacts of a customer on every channel, newest first."""
        with self._engine.connect() as connection, connection.begin():
            return contacts.of_customer(connection, customer_id, also=also, at_most=at_most)

    def of_decisions(self, decision_ids: Sequence[str]) -> list[ContactRow]:
        """The contacts that some decisions made."""
        with self._engine.connect() as connection, connection.begin():
            return contacts.of_decisions(connection, decision_ids)

    def decision(self, decision_id: str) -> DecisionRow:
        """A decision as it was made. LIV104: there is none of that id."""
        with self._engine.connect() as connection, connection.begin():
            return decisions.decision(connection, decision_id)

    def decisions(self, customer_id: str, *, also: Iterable[str] = (), at_most: int = 20) -> list[DecisionRow]:
        """The last decisions on a customer, newest first."""
        with self._engine.connect() as connection, connection.begin():
            return decisions.of_customer(connection, customer_id, also=also, at_most=at_most)

    def record_outcome(self, outcome: OutcomeRow, *, is_timed: bool = True) -> bool:
        """Write what came of a decision; false where that was told before, see decisions.record_outcome. LIV104: there is no such decision."""
        return self._writer.write(lambda connection: decisions.record_outcome(connection, outcome, is_timed=is_timed))

    def outcomes(self, decision_id: str) -> list[OutcomeRow]:
        """What came of a decision, in the order of time."""
        with self._engine.connect() as connection, connection.begin():
            return decisions.outcomes(connection, decision_id)

    def record_consent(self, consent: ConsentRow) -> int:
        """Write a consent, a withdrawal or an objection: every decision from now on obeys it; its version."""
        return self._writer.write(lambda connection: consents.record(connection, consent))

    def consents(self, customer_id: str) -> list[ConsentRow]:
        """All that a customer said on being contacted, in the order in which he said it."""
        with self._engine.connect() as connection, connection.begin():
            return consents.of_customer(connection, customer_id)

    def record_preference(self, preference: PreferenceRow) -> None:
        """Write a preference: every decision from now on obeys it."""
        self._writer.write(lambda connection: preferences.record(connection, preference))

    def preferences(self, customer_id: str) -> list[PreferenceRow]:
        """All that a customer ever preferred, in the order of time."""
        with self._engine.connect() as connection, connection.begin():
            return preferences.of_customer(connection, customer_id)

    def record_answer(self, customer_id: str, question: str, said: str, *, channel: str, at: datetime) -> bool:
        """Write what a customer answered, asked or not; whether the question waited for it."""
        return self._writer.write(lambda connection: questions.answer(connection, customer_id, question, said, channel=channel, at=at))

    def asked(self, customer_id: str) -> list[AskedRow]:
        """Every question that was put to a customer, in the order of time."""
        with self._engine.connect() as connection, connection.begin():
            return questions.of_customer(connection, customer_id)

    def spent(self) -> dict[tuple[str, int], Decimal]:
        """What each policy's version has spent, by name and version."""
        return self._reader.read(spending.spent)

    def returned(self, table: str, source: str, *, after: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
        """What happened, for a run to read; see `returned`."""
        with self._engine.connect() as connection, connection.begin():
            yield from returned.returned(connection, table, source, after=after)

    def close(self) -> None:
        """Close the connections that it reads over."""
        self._reader.close()
