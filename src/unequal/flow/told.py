"""What customers say to being contacted, and what came of it: looked at, then written, and obeyed by the next decision on any channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from unequal import storage
from unequal.terms.errors import LiveError, Problems, UnequalError

STATUSES: Final = ("granted", "withdrawn", "objected")
SOURCES: Final = ("told", "shown")
_LONGEST: Final = {"id": 300, "word": 200, "text": 2_000}
AHEAD: Final = timedelta(minutes=5)
"""Clocks of channels go wrong by so much; what is said to have happened later is a mistake."""
_EARLIEST: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as everything in the state
_LARGEST: Final = Decimal(10**12)

Known = Collection[str] | None
"""The names that may be said; None: any text."""


@dataclass(frozen=True)
class Vocabulary:
    """The names that a project declares.

    Args:
        channels, purposes, outcomes: by name; None: any.
        preferences: name -> the values that it may have; None: any text.
        questions: name -> the answers that it may have; None: any text.
    """

    channels: Known = None
    purposes: Known = None
    outcomes: Known = None
    preferences: Mapping[str, Known] = field(default_factory=dict)
    questions: Mapping[str, Known] = field(default_factory=dict)


class _Looked:
    """Everything that is wrong with what was said, to be told at once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._wrong: list[UnequalError] = []

    def named(self, what: str, said: str | None, known: Known) -> None:
        """One of the names that the project declares."""
        if said is None or known is None or said in known:
            return
        self._add("LIV120", f"this {what} is none that the project declares", what, said[:80],
                  f"say one of: {', '.join(sorted(known)) or 'none is declared'}")  # fmt: skip

    def text(self, what: str, said: str | None, kind: str = "word", *, empty: bool = False) -> None:
        """A text that the state can keep."""
        if said is None:
            return
        longest = _LONGEST[kind]
        # NUL is refused by PostgreSQL, and half of a pair of surrogates by both.
        sound = len(said) <= longest and "\0" not in said and not any("\ud800" <= letter <= "\udfff" for letter in said)
        if not sound or not (said.strip() or empty):
            self._add(
                "LIV121",
                "this is no text that can be kept",
                what,
                f"{len(said):,} characters",
                f"send 1 to {longest:,} characters of Unicode",
            )

    def time(self, at: datetime, what: str = "at") -> None:
        """A moment that has come."""
        if at.tzinfo is not None or not _EARLIEST <= at <= self._now + AHEAD:
            self._add(
                "LIV122", "this has not happened yet, or never did", what, at.isoformat(), "send the moment in UTC at which it happened"
            )

    def amount(self, amount: Decimal | None) -> None:
        """Dollars to the ledger's four decimals."""
        if amount is None:
            return
        if not amount.is_finite() or abs(amount) >= _LARGEST or amount != amount.quantize(Decimal("0.0001")):
            self._add("LIV123", "this is no amount that the ledger can hold", "amount", str(amount)[:60], "send at most four decimals")

    def done(self) -> None:
        """Tell what is wrong, if anything is."""
        if self._wrong:
            raise Problems(self._wrong)

    def _add(self, code: str, what: str, where: str, seen: str, do: str) -> None:
        self._wrong.append(LiveError(code, what, where=where, seen=seen, do=do))


def record_consent(
    live: storage.state.LiveState, vocabulary: Vocabulary, customer_id: str, *, purpose: str, channel: str | None, status: str, at: datetime,
    evidence: str, now: datetime,
) -> int:  # fmt: skip
    """Write a consent, a withdrawal or an objection: every decision from now on, on every channel, obeys it.

    Args:
        customer_id: any id that the customer ever had.
        channel: None: every channel.
        status: granted, withdrawn or objected.
        at: when he said so; naive UTC. The latest word counts, in whatever order words arrive.
        evidence: how it is known.
        now: of the clock.

    Returns:
        Its version: how many words there are on this purpose and channel.

    Raises:
        Problems: LIV120 a name that is not declared, LIV121 a text that cannot be kept, LIV122 a moment that has not come.
    """
    looked = _Looked(now)
    looked.text("customer_id", customer_id, "id")
    looked.named("purpose", purpose, vocabulary.purposes)
    looked.text("purpose", purpose)
    looked.named("channel", channel, vocabulary.channels)
    looked.text("channel", channel)
    looked.named("status", status, STATUSES)
    looked.text("evidence", evidence, "text", empty=True)
    looked.time(at)
    looked.done()
    return live.contacts.record_consent(storage.state.ConsentRow(customer_id, purpose, channel, status, at, now, evidence))


def record_preference(
    live: storage.state.LiveState, vocabulary: Vocabulary, customer_id: str, *, name: str, value: str, channel: str | None, at: datetime,
    source: str, now: datetime,
) -> None:  # fmt: skip
    """Write a preference, told or shown: every decision from now on, on every channel, obeys it.

    Args:
        customer_id: any id that the customer ever had.
        name, value: as declared.
        channel: where it holds; None: on every channel.
        at: since when; naive UTC.
        source: told or shown.
        now: of the clock.

    Raises:
        Problems: LIV120, LIV121, LIV122; see record_consent.
    """
    looked = _Looked(now)
    looked.text("customer_id", customer_id, "id")
    looked.named("preference", name, vocabulary.preferences.keys())
    looked.named("value", value, vocabulary.preferences.get(name))
    looked.text("value", value)
    looked.named("channel", channel, vocabulary.channels)
    looked.text("channel", channel)
    looked.named("source", source, SOURCES)
    looked.time(at)
    looked.done()
    live.contacts.record_preference(storage.state.PreferenceRow(customer_id, name, value, channel, at, source))


def record_answer(
    live: storage.state.LiveState, vocabulary: Vocabulary, customer_id: str, *, question: str, said: str, channel: str, at: datetime,
    now: datetime,
) -> bool:  # fmt: skip
    """Write what a customer answered, asked or not; he is not asked again.

    Returns:
        Whether the question waited for it.

    Raises:
        Problems: LIV120, LIV121, LIV122; see record_consent.
    """
    looked = _Looked(now)
    looked.text("customer_id", customer_id, "id")
    looked.named("question", question, vocabulary.questions.keys())
    looked.named("answer", said, vocabulary.questions.get(question))
    looked.text("answer", said, "text")
    looked.named("channel", channel, vocabulary.channels)
    looked.text("channel", channel)
    looked.time(at)
    looked.done()
    return live.contacts.record_answer(customer_id, question, said, channel=channel, at=at)


def record_outcome(
    live: storage.state.LiveState, vocabulary: Vocabulary, decision_id: str, *, kind: str, at: datetime | None,
    amount: Decimal | None = None, reason: str | None = None, author: str | None = None, now: datetime,
) -> bool:  # fmt: skip
    """Write what came of a decision, once for each kind and moment; without a moment, once for each kind and amount.

    Args:
        decision_id: as `decide` answered.
        kind: as declared.
        at: when it happened; naive UTC. None: nobody said, so that what is sent again cannot be told from what happened again, and is one.
        amount: dollars that it brought or cost, signed.
        reason, author: of whoever did otherwise.

    Returns:
        Whether it was news.

    Raises:
        Problems: LIV120, LIV121, LIV122; LIV123, an amount that the ledger cannot hold.
        LiveError: LIV104, there is no such decision.
    """
    looked = _Looked(now)
    looked.text("decision_id", decision_id, "id")
    looked.named("outcome", kind, vocabulary.outcomes)
    looked.text("outcome", kind)
    looked.text("reason", reason, "text", empty=True)
    looked.text("author", author)
    looked.amount(amount)
    if at is not None:
        looked.time(at)
    looked.done()
    outcome = storage.state.OutcomeRow(decision_id, kind, at or now, amount, reason, author)
    return live.contacts.record_outcome(outcome, is_timed=at is not None)
