"""What customers say is looked at before it is kept: everything that is wrong is told at once, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.storage.contact_rows import AT, later, reservation

from unequal.flow import told
from unequal.flow.told import Vocabulary
from unequal.storage.state import LiveState, open_live
from unequal.terms.errors import LiveError, Problems

WORDS = Vocabulary(
    channels={"email", "web"}, purposes={"marketing"}, outcomes={"bought"}, preferences={"channel": {"email", "web"}, "topic": None},
    questions={"allergies": {"nuts", "none"}, "name": None},
)  # fmt: skip
SAID = {"purpose": "marketing", "channel": None, "status": "objected", "at": AT, "evidence": "call 7", "now": later(1)}


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveState]:
    with open_live(f"sqlite:///{tmp_path / 'state.db'}") as opened:
        yield opened


def codes(refused: pytest.ExceptionInfo[Problems]) -> list[str]:
    return [f"{problem.code} {problem.where}" for problem in refused.value.problems]


def test_what_is_said_in_declared_words_is_obeyed_by_the_next_decision(live: LiveState) -> None:
    assert told.record_consent(live, WORDS, "ann", **SAID) == 1
    preferred = {"value": "email", "channel": None, "at": AT, "source": "told", "now": later(1)}
    told.record_preference(live, WORDS, "ann", name="channel", **preferred)
    told.record_preference(live, WORDS, "ann", name="topic", **preferred)
    assert not told.record_answer(live, WORDS, "ann", question="name", said="Ann-Ñandú \u2603", channel="web", at=AT, now=later(1))
    held = live.contacts.standing("ann")
    assert (held.version, held.consents, len(held.preferences), held.asked[0][2]) == (
        4, (("marketing", None, "objected", AT),), 2, "Ann-Ñandú \u2603"
    )  # fmt: skip


def test_an_outcome_is_kept_once_for_a_decision_that_was_made(live: LiveState) -> None:
    live.contacts.reserve(reservation("d1", "ann", 0))
    bought = {"kind": "bought", "at": AT, "amount": Decimal("12.5000"), "now": later(1)}
    assert told.record_outcome(live, WORDS, "d1", **bought)
    assert not told.record_outcome(live, WORDS, "d1", **bought)
    with pytest.raises(LiveError, match="LIV104"):
        told.record_outcome(live, WORDS, "d2", **bought)


def test_an_outcome_that_is_sent_again_without_a_time_is_kept_once_as_of_when_it_came(live: LiveState) -> None:
    live.contacts.reserve(reservation("d1", "ann", 0))
    bought = {"kind": "bought", "at": None, "amount": Decimal("80.00")}
    assert [told.record_outcome(live, WORDS, "d1", **bought, now=later(minute)) for minute in (1, 2)] == [True, False]
    assert [(one.at, one.amount) for one in live.contacts.outcomes("d1")] == [(later(1), Decimal(80))]


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_kept(live: LiveState) -> None:
    wrong = {"purpose": "sales", "channel": "fax", "status": "maybe", "at": later(30), "evidence": "x\0"}
    with pytest.raises(Problems) as refused:
        told.record_consent(live, WORDS, " ", **{**SAID, **wrong})
    assert codes(refused) == ["LIV121 customer_id", "LIV120 purpose", "LIV120 channel", "LIV120 status", "LIV121 evidence", "LIV122 at"]
    with pytest.raises(Problems) as refused:
        told.record_answer(live, WORDS, "ann", question="allergies", said="\ud800", channel="web", at=AT, now=AT)
    assert codes(refused) == ["LIV120 answer", "LIV121 answer"]
    with pytest.raises(Problems) as refused:
        told.record_preference(live, WORDS, "ann", name="colour", value="x" * 201, channel="web", at=AT, source="guessed", now=AT)
    assert codes(refused) == ["LIV120 preference", "LIV121 value", "LIV120 source"]
    assert live.contacts.standing("ann").version == live.contacts.standing(" ").version == 0


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "0.00001", "1e12", "-1E+999999"])
def test_an_amount_that_the_ledger_cannot_hold_is_refused(live: LiveState, amount: str) -> None:
    with pytest.raises(Problems, match="LIV123"):
        told.record_outcome(live, WORDS, "d1", kind="bought", at=AT, amount=Decimal(amount), now=AT)


@pytest.mark.parametrize("at", [later(6), datetime(1969, 12, 31), AT.replace(tzinfo=UTC), datetime.max])
def test_a_moment_that_has_not_come_is_refused(live: LiveState, at: datetime) -> None:
    with pytest.raises(Problems, match="LIV122"):
        told.record_consent(live, WORDS, "ann", **{**SAID, "at": at, "now": AT})
    assert told.record_consent(live, WORDS, "ann", **{**SAID, "at": AT + timedelta(minutes=5), "now": AT}) == 1
