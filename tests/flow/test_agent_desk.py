"""One contact as an agent sees it: one decision, asked anew when the customer says something, and gifts within their limits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal as D
from pathlib import Path

import pytest
from tests.flow.looking import edit
from tests.flow.test_live import LIVE, WELCOME, Clock, acting, one

from unequal import flow
from unequal.flow.live import open_live
from unequal.terms.errors import LiveError, UnequalError

AT_THE_DESK = LIVE.replace("  contact_limits:", """  goodwill: {at_once: "25.00", agent_a_day: "40.00", customer_a_year: "60.00", reasons: [Late delivery]}
  agent_page: {channel: phone}
  contact_limits:""").replace("    web: {outbound: false}", "    web: {outbound: false}\n    phone: {outbound: false}")  # fmt: skip
ON_PHONE = WELCOME.replace("channels: {", 'channels: {phone: {text: "Two euros on your next order."}, ')
BAKES = (
    ON_PHONE.replace("policy: welcome", "policy: flour")
    .replace('eligible: "orders >= 1"', "eligible: \"bakes = 'yes'\"")
    .replace("20.00", "90.00")
)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def live(company: Path, clock):
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", AT_THE_DESK.lstrip()))
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=clock) as moment:
        acting(moment, ON_PHONE)
        yield moment


def opened(live, **more):
    return live.agents.sheet(one(live, "1"), channel=None, agent="person:mia", **more)


def test_opened_again_within_the_contact_it_is_the_same_decision_and_later_another(live, clock):
    first = opened(live)["decision"]
    assert first["treatment"]["text"] == "Two euros on your next order."
    assert first["facts"] == [{"fact": "orders", "value": 2}]
    clock.now += timedelta(minutes=29)
    assert opened(live)["decision"]["decision_id"] == first["decision_id"]
    clock.now += timedelta(minutes=2)
    assert opened(live)["decision"]["decision_id"] != first["decision_id"]


def test_nobody_is_served_who_is_not_known_nor_on_a_channel_that_is_not_declared(live):
    assert live.agents.sheet("c_nobody", channel=None, agent="person:mia") is None
    with pytest.raises(LiveError) as refused:
        live.agents.sheet(one(live, "1"), channel="smoke", agent="person:mia")
    assert (refused.value.code, refused.value.where) == ("LIV401", "")


def test_a_page_whose_channel_nobody_declares_is_refused_with_the_config(company: Path):
    edit(
        company / "unequal.yaml",
        ("storage: {threads: 1}\n", AT_THE_DESK.replace("agent_page: {channel: phone}", "agent_page: {channel: fone}").lstrip()),
    )
    with pytest.raises(UnequalError, match="CFG094"):
        flow.open_project(company, {"SHOP_KEY": "secret"})


def test_a_project_without_the_usual_channel_of_agents_says_where_to_name_its_own(company: Path):
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", LIVE.lstrip()))
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"})) as moment, pytest.raises(LiveError) as refused:
        moment.agents.sheet(one(moment, "1"), channel=None, agent="person:mia")
    assert (refused.value.code, refused.value.where) == ("LIV401", "live.agent_page.channel")


def test_policies_of_the_pages_moment_act_on_it_and_those_of_another_do_not(company: Path, clock):
    at_the_door = ON_PHONE.replace("policy: welcome", "policy: door").replace("20.00", "90.00")
    edit(
        company / "unequal.yaml",
        ("storage: {threads: 1}\n", AT_THE_DESK.replace("channel: phone}", "channel: phone, moment: visit}").lstrip()),
    )
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=clock) as moment:
        acting(moment, ON_PHONE + "moments: [visit]\n")
        acting(moment, at_the_door + "moments: [call]\n")
        decision = opened(moment)["decision"]
        assert decision["treatment"]["policy"] == "welcome"
        fell = {one["policy"]: one["fell"] for one in moment.explain(decision["decision_id"])["candidates"]}
        assert fell == {"welcome": None, "door": "not_its_moment"}


def test_a_wish_is_obeyed_at_once_and_what_was_not_offered_counts_as_no_contact(live, clock):
    first, customer = opened(live)["decision"], one(live, "1")
    clock.now += timedelta(seconds=5)
    live.prefer(customer, name="topic:voucher", value="never", channel=None, at=clock.now)
    clock.now += timedelta(seconds=1)
    second = opened(live)["decision"]
    assert (second["treatment"], second["decision_id"] != first["decision_id"]) == (None, True)
    assert [one.status for one in live.state.contacts.contacts(customer)] == ["released"]
    assert opened(live)["decision"]["decision_id"] == second["decision_id"]


def test_what_was_accepted_stays_whatever_is_said_afterwards(live, clock):
    first = opened(live)["decision"]
    live.record_outcome(first["decision_id"], kind="accepted", at=clock.now, author="person:mia")
    clock.now += timedelta(seconds=5)
    live.prefer(one(live, "1"), name="channel", value="never", channel="email", at=clock.now)
    again = opened(live)["decision"]
    assert (again["decision_id"], [told["kind"] for told in again["outcomes"]]) == (first["decision_id"], ["accepted"])


def test_an_answer_changes_what_is_offered_and_a_question_stays_until_it_is_answered(live, clock):
    acting(live, BAKES)
    question = opened(live)["decision"]["question"]
    assert question["question"] == "travels"
    clock.now += timedelta(seconds=5)
    live.prefer(one(live, "1"), name="channel", value="never", channel="email", at=clock.now)
    clock.now += timedelta(seconds=1)
    assert opened(live)["decision"]["question"] == question
    clock.now += timedelta(seconds=5)
    live.answer(one(live, "1"), question="travels", answer="yes", channel="phone", at=clock.now)
    clock.now += timedelta(seconds=1)
    told = opened(live)["decision"]
    assert (told["question"], told["treatment"]["policy"]) == (None, "flour")


def test_a_gift_is_given_within_the_limits_and_for_a_listed_reason_alone(live, clock):
    sheet = opened(live)
    decision, give = sheet["decision"]["decision_id"], live.agents.give_goodwill
    assert (sheet["goodwill"]["left"], sheet["goodwill"]["reasons"]) == (D(25), ["Late delivery"])
    assert give(decision, goodwill_id="gift-one", agent="person:mia", amount=D("15.00"), reason="Late delivery")
    assert (opened(live)["goodwill"]["left"], opened(live)["goodwill"]["least"]) == (D(10), "at_once")
    # Another decision of the same contact gives no more.
    clock.now += timedelta(seconds=5)
    live.prefer(one(live, "1"), name="channel", value="never", channel="email", at=clock.now)
    clock.now += timedelta(seconds=1)
    again = opened(live)
    assert (again["decision"]["decision_id"] != decision, again["goodwill"]["left"]) == (True, D(10))
    for amount, reason, code in (("10.01", "Late delivery", "LIV400"), ("5", "I like him", "LIV403"), ("0", "Late delivery", "LIV404"),
                                 ("0.001", "Late delivery", "LIV404"), ("NaN", "Late delivery", "LIV404"),
                                 ("1e30", "Late delivery", "LIV404"), ("1e-9999999", "Late delivery", "LIV404")):  # fmt: skip
        with pytest.raises(LiveError) as refused:
            give(decision, goodwill_id="gift-two", agent="person:mia", amount=D(amount), reason=reason)
        assert refused.value.code == code
    assert not give("none", goodwill_id="gift-two", agent="person:mia", amount=D(5), reason="Late delivery")
    # The agent's day is the company's: at noon in UTC it is the same day, twelve hours later another one.
    clock.now += timedelta(hours=20)
    assert opened(live)["goodwill"]["left"] == D(25)


def test_what_an_agent_calls_wrong_counts_as_no_contact(live, clock):
    first = opened(live)["decision"]
    live.record_outcome(first["decision_id"], kind="overridden", at=clock.now, reason="Has it already", author="person:mia")
    assert [told.status for told in live.state.contacts.contacts(one(live, "1"))] == ["released"]
    (told,) = live.agents.measured(since=clock.now, until=clock.now + timedelta(seconds=1))
    assert (told["agent"], told["kind"], told["reason"], told["times"]) == ("person:mia", "overridden", "Has it already", 1)


def test_gifts_return_to_the_next_run_under_the_customers_record(live):
    decision = opened(live)["decision"]["decision_id"]
    live.agents.give_goodwill(decision, goodwill_id="gift-one", agent="person:mia", amount=D("15.00"), reason="Late delivery")
    (row,) = [row for batch in live.state.contacts.returned("goodwill", "crm") for row in batch.to_pylist()]
    assert (row["record_id"], row["agent"], row["amount"], row["reason"]) == ("1", "person:mia", D("15.0000"), "Late delivery")
