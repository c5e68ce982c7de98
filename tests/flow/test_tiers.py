"""Levels of service at the moment of contact: remembered when a customer is met, and told again as they were."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.flow.looking import edit
from tests.flow.test_live import LIVE, Clock, asked, clock, one

from unequal import flow
from unequal.flow.live import open_live
from unequal.storage.state import Lot, Met, TierRow

__all__ = ["clock"]

TIERS = """
  tiers:
    first: {words: "We answer you first.", when: "orders >= 2", holds_days: 30}
    all: {words: "We answer."}
  tier_trial: "0"
"""


@pytest.fixture
def live(company: Path, clock: Clock):
    declared = LIVE.replace('\n  tiers:\n    first: {words: "We answer you first.", when: "band = \'profitable\'"}\n', TIERS)
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", declared.lstrip()))
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=clock) as moment:
        yield moment


def test_a_tier_is_remembered_at_the_first_contact_and_again_only_when_it_changes(live, clock):
    customer = one(live, "1")
    assert live.decide(asked(live, "1"))["tier"] == "We answer you first."
    clock.now += timedelta(days=3)
    live.decide(asked(live, "1"))
    assert live.state.tiers.members() == [TierRow(customer, "first", clock.now - timedelta(days=3))]


def test_who_was_served_better_keeps_it_for_the_days_that_are_declared(live, clock):
    customer = next(found for record in map(str, range(2, 9)) for found in live.lookup("crm", record) if _orders(live, found) < 2)
    since = clock.now - timedelta(days=29)
    live.state.tiers.remember([Met(customer, since, TierRow(customer, "first", since))])
    live.state.writer.write(lambda _: None)
    asking = flow.live.Asked("web", customer, purpose="service")
    told = [live.decide(asking)["tier"]]
    clock.now += timedelta(days=1)
    told += [live.decide(asking)["tier"], live.decide(asking)["tier"]]
    assert told == ["We answer you first.", "We answer.", "We answer."]
    assert live.state.tiers.members() == [TierRow(customer, "all", clock.now, "first")]


def test_who_falls_to_no_tier_is_remembered_without_one_and_his_next_decision_is_made_again_as_it_was(company, clock):
    only = TIERS.replace('    all: {words: "We answer."}\n', "")
    declared = LIVE.replace('\n  tiers:\n    first: {words: "We answer you first.", when: "band = \'profitable\'"}\n', only)
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", declared.lstrip()))
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=clock) as live:
        customer = next(found for record in map(str, range(2, 9)) for found in live.lookup("crm", record) if _orders(live, found) < 2)
        since = clock.now - timedelta(days=40)
        live.state.tiers.remember([Met(customer, since, TierRow(customer, "first", since))])
        live.state.writer.write(lambda _: None)
        asking = flow.live.Asked("web", customer, purpose="service")
        fell = clock.now
        assert live.decide(asking)["tier"] is None
        clock.now += timedelta(days=1)
        again = live.decide(asking)
        assert live.state.tiers.members() == [TierRow(customer, "", fell, "first")]
        assert live.explain(again["decision_id"])["inputs"]["told"]["tier"] is None


def test_a_decision_is_made_again_with_the_tier_that_was_remembered_then(live, clock):
    first = live.decide(asked(live, "1"))
    clock.now += timedelta(days=40)
    second = live.decide(asked(live, "1"))
    for told in (first, second):
        assert live.explain(told["decision_id"])["inputs"]["told"]["tier"] == "We answer you first."
    assert live.explain(second["decision_id"])["inputs"]["standing"]["tier"][0] == "first"


def test_how_the_lot_of_a_trial_fell_is_kept_with_the_arms_of_policies(live, clock):
    trial = live.state.tiers
    trial.remember([Met("c_x", clock.now, TierRow("c_x", "all", clock.now), ("tier:all", Lot("treated", Decimal("0.9"))))])
    live.state.writer.write(lambda _: None)
    standing = live.state.contacts.standing("c_x")
    assert (standing.arms, standing.tier, standing.version) == ({"tier:all": "treated"}, ("all", clock.now), 1)


def _orders(live, customer: str) -> int:
    row = live.profiles.row(customer)
    return int(row[live.profiles.columns["orders"]] or 0)
