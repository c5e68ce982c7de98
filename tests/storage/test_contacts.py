"""Decisions, contacts, consents, preferences, questions and outcomes: kept under the customer as he stands, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from tests.storage.contact_rows import AT, contact, decision, later, lots, reservation
from tests.storage.states import DAY, difference, run

from unequal import storage
from unequal.storage.state import (
    Action,
    Lot,
    Move,
    consents,
    contacts,
    decisions,
    policies,
    preferences,
    questions,
    reserving,
    spending,
    timers,
)
from unequal.storage.state.consents import ConsentRow
from unequal.storage.state.contact_standing import Standing, standing
from unequal.storage.state.decisions import OutcomeRow
from unequal.storage.state.metadata import METADATA
from unequal.storage.state.outbox import Message
from unequal.storage.state.preferences import PreferenceRow
from unequal.storage.state.questions import AskedRow
from unequal.storage.state.reserving import Stale, reserve
from unequal.storage.state.spending import OverBudget, Spend
from unequal.storage.state.timers import TimerIsTaken, TimerRow
from unequal.terms.errors import LiveError

T = TypeVar("T")


class Base:
    """A state, written and read job by job."""

    def __init__(self, state: storage.State) -> None:
        self.state = state

    def write(self, job: Callable[..., T], *values: Any, **more: Any) -> T:
        with self.state._engine.connect().execution_options(writes=True) as connection, connection.begin():
            return job(connection, *values, **more)

    def standing(self, customer: str, **more: Any) -> Standing:
        with self.state._engine.connect() as connection, connection.begin():
            return standing(connection, customer, **more)

    def reserve(self, name: str, customer: str, **more: Any) -> int:
        return self.write(reserve, reservation(name, customer, self.standing(customer).version, **more))

    def rows(self) -> list[list[tuple[object, ...]]]:
        with self.state._engine.connect() as connection:
            return [sorted(map(tuple, connection.execute(sa.select(table))), key=str) for table in METADATA.sorted_tables]


@pytest.fixture
def base(state: storage.State) -> Base:
    return Base(state)


def test_what_a_decision_takes_is_what_the_next_one_sees(base: Base) -> None:
    asked = AskedRow("ann", "allergies", "web", AT, "d1")
    assert base.reserve("d1", "ann", lots=lots(p="treated", q="held_out"), asked=asked) == 1
    assert base.standing("ann") == Standing(
        "ann", 1, (("web", "marketing", "p", AT),), (), (), (("allergies", AT, None),), {"p": "treated", "q": "held_out"}
    )
    assert base.standing("bob") == Standing("bob", 0, (), (), (), (), {})
    assert base.write(decisions.decision, "d1") == decision("d1", "ann")
    with pytest.raises(LiveError, match="LIV104"):
        base.write(decisions.decision, "d2")


def test_a_decision_on_an_older_version_writes_nothing(base: Base) -> None:
    base.reserve("d1", "ann")
    before = base.rows()
    for version in (0, 2, 7):
        with pytest.raises(Stale, match="LIV100"):
            base.write(reserve, reservation("d2", "ann", version, lots=lots(p="treated")))
    assert base.rows() == before
    assert base.write(reserve, reservation("d2", "ann", 1)) == 2


def test_a_decision_by_policies_that_changed_since_writes_nothing(base: Base) -> None:
    base.reserve("d1", "ann", policies=0)
    base.write(policies.submit, "p", "text", author="jo", at=AT)
    base.write(policies.keep_preview, "p", 1, "{}")
    base.reserve("d2", "ann", policies=0)
    base.write(policies.approve, "p", 1, by="kim", at=AT)
    for customer in ("ann", "bob"):
        with pytest.raises(Stale, match="LIV100"):
            base.reserve("d3", customer, policies=0)
        base.reserve(f"d4:{customer}", customer, policies=1)


def test_a_decision_that_takes_nothing_is_kept_and_leaves_the_version_as_it_is(base: Base) -> None:
    base.reserve("d1", "ann")
    assert base.write(reserve, replace(reservation("d2", "ann", 0), contacts=())) == 0
    assert base.standing("ann").version == 1
    assert base.write(decisions.decision, "d2").customer_id == "ann"


def test_the_first_arm_stands(base: Base) -> None:
    base.reserve("d1", "ann", lots=lots(p="held_out"))
    base.reserve("d2", "ann", lots=lots(p="treated", q="treated"))
    assert base.standing("ann").arms == {"p": "held_out", "q": "treated"}


def test_a_decision_over_budget_writes_nothing_and_names_the_policy(base: Base) -> None:
    base.reserve("d1", "ann", spends=[Spend("p", 1, Decimal("3.0001"), Decimal(5)), Spend("q", 1, Decimal(9))])
    before = base.rows()
    with pytest.raises(OverBudget, match=r"LIV101(.|\n)*policy p, version 1") as refused:
        base.reserve("d2", "ann", spends=[Spend("q", 1, Decimal(1)), Spend("p", 1, Decimal(2), Decimal(5))])
    assert refused.value.policy == "p"
    assert base.rows() == before
    base.reserve("d2", "ann", spends=[Spend("p", 1, Decimal("1.9999"), Decimal(5)), Spend("p", 2, Decimal(5), Decimal(5))])
    assert base.write(spending.spent) == {("p", 1): Decimal(5), ("p", 2): Decimal(5), ("q", 1): Decimal(9)}


def test_a_contact_that_was_not_made_gives_its_place_and_its_cost_back_once(base: Base) -> None:
    base.reserve("d1", "ann", contacts=[contact("d1", "ann", cost=Decimal("0.5"))], spends=[Spend("p", 1, Decimal("0.5"), Decimal(1))])
    assert base.write(contacts.settle, "d1:contact", "released", later(1))
    assert not base.write(contacts.settle, "d1:contact", "released", later(2))
    assert base.standing("ann")[1:3] == (2, ())
    assert base.write(spending.spent) == {("p", 1): Decimal(0)}
    with pytest.raises(LiveError, match=r"LIV103(.|\n)*released"):
        base.write(contacts.settle, "d1:contact", "sent", later(3))
    with pytest.raises(LiveError, match="no such contact"):
        base.write(contacts.settle, "d7", "sent", later(3))


def test_a_contact_goes_from_reserved_to_sent_to_answered(base: Base) -> None:
    base.reserve("d1", "ann")
    for status, at in (("sent", later(1)), ("answered", later(2))):
        assert base.write(contacts.settle, "d1:contact", status, at)
    assert base.write(contacts.of_customer, "ann") == [contact("d1", "ann", status="answered", status_at=later(2))]
    assert base.standing("ann").version == 3
    with pytest.raises(LiveError, match="LIV103"):
        base.write(contacts.settle, "d1:contact", "released", later(3))


def test_contacts_before_the_longest_limit_are_left_out(base: Base) -> None:
    for at, name in enumerate(("d1", "d2", "d3")):
        base.reserve(name, "ann", at=later(at))
    assert [row[3] for row in base.standing("ann", since=later(1)).contacts] == [later(1), later(2)]
    assert [row.decision_id for row in base.write(contacts.of_customer, "ann", at_most=2)] == ["d3", "d2"]


def say(customer: str, status: str, minutes: float, *, purpose: str = "marketing", channel: str | None = None) -> ConsentRow:
    return ConsentRow(customer, purpose, channel, status, later(minutes), later(60), "told the desk")


def test_the_last_word_on_each_purpose_and_channel_counts_in_whatever_order_words_arrive(base: Base) -> None:
    words = [
        say("ann", "objected", 5),
        say("ann", "granted", 3),
        say("ann", "withdrawn", 4, channel="email"),
        say("ann", "granted", 6, channel="email"),
    ]
    assert [base.write(consents.record, word) for word in words] == [1, 2, 1, 2]
    held = base.standing("ann")
    assert held.consents == (("marketing", None, "objected", later(5)), ("marketing", "email", "granted", later(6)))
    assert held.version == 4
    assert [(word.status, word.version) for word in base.write(consents.of_customer, "ann")] == [
        ("granted", 2), ("withdrawn", 1), ("objected", 1), ("granted", 2)
    ]  # fmt: skip


def test_a_consent_that_comes_between_makes_a_decision_stale(base: Base) -> None:
    decided = reservation("d1", "ann", base.standing("ann").version)
    base.write(consents.record, say("ann", "objected", 0))
    with pytest.raises(Stale):
        base.write(reserve, decided)


def test_preferences_are_kept_and_the_last_counts(base: Base) -> None:
    for value, at in (("email", 1), ("phone", 3), ("sms", 2)):
        base.write(preferences.record, PreferenceRow("ann", "channel", value, None, later(at), "told"))
    assert base.standing("ann").preferences == (("channel", None, "phone", later(3)),)
    assert [row.value for row in base.write(preferences.of_customer, "ann")] == ["email", "sms", "phone"]


def test_an_answer_goes_to_the_question_that_waits_and_a_later_one_is_a_row_of_its_own(base: Base) -> None:
    base.reserve("d1", "ann", asked=AskedRow("ann", "allergies", "web", AT, "d1"))
    assert base.write(questions.answer, "ann", "allergies", "nuts", channel="phone", at=later(1))
    assert not base.write(questions.answer, "ann", "allergies", "none", channel="phone", at=later(2))
    assert base.standing("ann").asked == (("allergies", AT, "nuts"), ("allergies", later(2), "none"))
    assert base.standing("ann").version == 3
    assert base.write(questions.of_customer, "ann")[0] == AskedRow("ann", "allergies", "web", AT, "d1", "nuts", later(1))


def test_an_outcome_that_is_told_twice_is_one(base: Base) -> None:
    base.reserve("d1", "ann")
    bought = OutcomeRow("d1", "bought", later(5), Decimal("12.3400"), "wanted it", "jo")
    assert base.write(decisions.record_outcome, bought)
    assert not base.write(decisions.record_outcome, replace(bought, amount=Decimal(99)))
    assert base.write(decisions.outcomes, "d1") == [bought]
    assert base.standing("ann").version == 2
    with pytest.raises(LiveError, match="LIV104"):
        base.write(decisions.record_outcome, replace(bought, decision_id="d9"))


def test_without_a_time_the_same_kind_and_amount_of_a_decision_are_one_outcome(base: Base) -> None:
    for name in ("d1", "d2"):
        base.reserve(name, "ann")

    def tell(kind: str, amount: str | None, at: datetime, decision: str = "d1") -> bool:
        row = OutcomeRow(decision, kind, at, None if amount is None else Decimal(amount))
        told: bool = base.write(decisions.record_outcome, row, is_timed=False)
        return told

    assert [tell("bought", "80.00", later(5)), tell("bought", "80.00", later(6)), tell("bought", "80.0000", later(7))] == [
        True,
        False,
        False,
    ]
    assert [tell("accepted", None, later(5)), tell("accepted", None, later(6))] == [True, False]
    assert [tell("bought", "90", later(5)), tell("returned", "80.00", later(5)), tell("bought", "80.00", later(5), "d2")] == [
        True,
        True,
        True,
    ]
    assert base.write(decisions.record_outcome, OutcomeRow("d1", "bought", later(8), Decimal(80))), "it is said when this one happened"
    told = [(one.kind, one.amount) for one in base.write(decisions.outcomes, "d1") if one.kind == "bought"]
    assert told == [("bought", Decimal(80)), ("bought", Decimal(90)), ("bought", Decimal(80))]


@pytest.fixture
def two(base: Base) -> Base:
    """Two customers of a record each, of whom the second has a contact, an arm, a word and a question."""
    base.state.publish(run("r1"), difference(*(("founded", n, None, f"c_{n}") for n in "12")))
    base.reserve("d2", "c_2", lots=lots(p="held_out"), asked=AskedRow("c_2", "allergies", "web", AT, "d2"))
    base.write(consents.record, say("c_2", "objected", 1))
    return base


def merge(state: storage.State) -> None:
    who = Action("merge", author="jo", reason="seen", given_at=AT, run_id=state.current_run().run_id, number=state.last_action())
    state.act(who, moves=[Move("merged", "crm", "2", "c_2", "c_1")], redirects={"c_2": "c_1"}, day=DAY)


def publish_the_merge(state: storage.State) -> None:
    state.publish(run("r2", "r1"), difference(("merged", "2", "c_2", "c_1"), redirects={"c_2": "c_1"}))


@pytest.mark.parametrize("merged", [merge, publish_the_merge])
def test_whoever_is_merged_is_one_customer_from_then_on(two: Base, merged: Callable[[storage.State], None]) -> None:
    of_one, of_other = (reservation(f"late-{name}", name, two.standing(name).version) for name in ("c_1", "c_2"))
    merged(two.state)
    for decided in (of_one, of_other):
        with pytest.raises(Stale):
            two.write(reserve, decided)
    held = two.standing("c_2")
    assert held == two.standing("c_1")
    assert (held.customer_id, held.arms, [row[2] for row in held.consents], len(held.contacts)) == (
        "c_1",
        {"p": "held_out"},
        ["objected"],
        1,
    )
    with pytest.raises(Stale):
        two.write(reserve, reservation("d3", "c_2", two.standing("c_2").version))
    two.write(reserve, reservation("d3", "c_1", held.version, at=later(9), lots={"p": Lot("treated", Decimal("0.5"))}))
    assert two.standing("c_2").arms == {"p": "held_out"}
    assert [(one["customer_id"], one["arm"], one["share_held_out"]) for one in two.state.arms().to_pylist()] == [("c_1", "held_out", 0.1)]
    assert two.write(questions.answer, "c_2", "allergies", "nuts", channel="web", at=later(9))
    assert two.write(consents.record, say("c_2", "granted", 20)) == 2
    assert two.standing("c_1").version == held.version + 3
    assert {row.decision_id for row in two.write(contacts.of_customer, "c_2")} == {"d2", "d3"}
    assert [row.decision_id for row in two.write(decisions.of_customer, "c_1")] == ["d3", "d2"]


def test_what_was_taken_under_an_id_goes_with_it_when_a_merge_is_undone(two: Base) -> None:
    merge(two.state)
    held = two.standing("c_1")
    two.state.undo(author="jo", reason="no", given_at=AT)
    with pytest.raises(Stale):
        two.write(reserve, reservation("d3", "c_1", held.version))
    assert (two.standing("c_1").contacts, len(two.standing("c_2").contacts)) == ((), 1)


def test_a_visitor_met_before_he_was_known_brings_what_he_was_told(base: Base) -> None:
    base.reserve("d1", "anonymous:web:x7")
    assert base.standing("c_1").contacts == ()
    assert len(base.standing("c_1", also=["anonymous:web:x7"]).contacts) == 1


def test_a_timer_and_a_message_stand_or_fall_with_the_decision(base: Base) -> None:
    base.write(timers.put, [TimerRow("p", "ann", "e1", later(30))])
    (timer,) = base.write(timers.due, later(30))
    message = Message("shop", "{}", "d1", later(30))
    with pytest.raises(Stale):
        base.write(reserve, reservation("d1", "ann", 5, timer=timer.timer_id, messages=[message]))
    assert base.write(timers.due, later(30)) == [timer]
    base.reserve("d1", "ann", at=later(30), timer=timer.timer_id, messages=[message])
    assert base.write(timers.due, later(99)) == []
    before = base.rows()
    with pytest.raises(TimerIsTaken, match="LIV102"):
        base.reserve("d2", "ann", timer=timer.timer_id)
    assert base.rows() == before


def test_texts_that_look_like_statements_are_texts(base: Base) -> None:
    hostile = "x' OR 1=1 -- ? %s \u2603"
    base.reserve(hostile, hostile, lots=lots(**{hostile: hostile}))
    assert base.standing(hostile).arms == {hostile: hostile}
    assert base.standing("ann").contacts == ()


def test_every_verb_of_a_reservation_is_undone_with_it(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    before = base.rows()

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(reserving.spending, "spend_all", fail)
    with pytest.raises(RuntimeError):
        base.reserve("d1", "ann", lots=lots(p="treated"), asked=AskedRow("ann", "q", "web", AT), messages=[Message("shop", "{}", "k", AT)])
    assert base.rows() == before
