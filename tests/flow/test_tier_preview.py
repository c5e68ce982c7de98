"""Tiers over the base before they act: what each costs and brings, whom a rule would move, and whom something is taken away from."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.flow.looking import edit
from tests.flow.test_live import LIVE, NOON

from unequal import flow
from unequal.cli import main
from unequal.flow.live import open_live
from unequal.flow.profiles import Profiles
from unequal.flow.routes import RouteAsked
from unequal.flow.tier_preview import preview_tiers
from unequal.storage.state import Met, TierRow
from unequal.terms.errors import ContactCentreError

TIERS = """
  tiers:
    least: {words: "Help yourself.", when: "orders = 1", takes_service_away: true}
    first: {words: "We answer you first.", when: "orders >= 2", holds_days: 30}
    all: {words: "We answer."}
"""
KEPT = """
  context:
    urgent: {type: boolean, meaning: "Whether it is urgent."}
  tiers:
    first: {words: "We answer you first.", when: "WHEN", holds_when: "orders >= 1 or context_urgent", holds_days: 0}
    all: {words: "We answer."}
  tier_trial: "0"
"""
APART = """
  tiers:
    first: {words: "We answer you first.", when: "orders >= 3"}
    least: {words: "Help yourself.", when: "orders = 1", takes_service_away: true}
  tier_trial: "0"
"""


@pytest.fixture
def project(company: Path):
    declared = LIVE.replace('\n  tiers:\n    first: {words: "We answer you first.", when: "band = \'profitable\'"}\n', TIERS)
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", declared.lstrip()))
    return flow.open_project(company, {"SHOP_KEY": "secret"})


def expected(project, rule) -> tuple[Counter, dict[str, Decimal]]:
    """Customers and contribution by tier, one customer after the other."""
    counts, dollars = Counter(), {}
    with Profiles.open(project) as profiles:
        for customer in profiles.customers():
            row = dict(zip(profiles.columns, profiles.row(customer), strict=True))
            is_least = row["orders"] == 1 and row["band_is_stable"] is True
            tier = "least" if is_least else "first" if rule(row["orders"] or 0) else "all"
            counts[tier] += 1
            dollars[tier] = dollars.get(tier, Decimal(0)) + (row["contribution_12m"] or 0)
    return counts, dollars


def test_each_tier_has_its_customers_and_what_they_bring_as_one_customer_after_the_other_has(project):
    counts, dollars = expected(project, lambda orders: orders >= 2)
    told = preview_tiers(project, {}, NOON)
    assert {row["tier"]: row["customers"] for row in told.tiers} == counts
    assert {row["tier"]: row["contribution_12m"] for row in told.tiers} == dollars
    assert (told.moves, told.falls) == ([], [])


def test_a_rule_that_takes_something_away_lists_whom_and_one_that_gives_lists_nobody(project):
    before, _ = expected(project, lambda orders: orders >= 2)
    after, _ = expected(project, lambda orders: orders >= 1000)
    told = preview_tiers(project, {"first": "orders >= 1000"}, NOON)
    assert [(row["tier"], row["would_have"], row["customers"], row["is_fall"]) for row in told.moves] == [
        ("first", "all", before["first"], True)
    ]
    assert len(told.falls) == before["first"] - after["first"] > 0
    worth = [row["contribution_12m"] for row in told.falls]
    assert worth == sorted(worth, reverse=True)
    given = preview_tiers(project, {"first": "orders >= 0"}, NOON)
    assert {row["is_fall"] for row in given.moves} == {False}
    assert given.falls == []


def remembered(project, of_orders, *, days: int, tier: str = "first") -> str:
    """A customer with so many orders who was met with a tier so many days ago."""
    with open_live(project, clock=lambda: NOON) as live:
        customer = next(one for one in live.profiles.customers() if of_orders(live.profiles.row(one)[live.profiles.columns["orders"]] or 0))
        live.state.tiers.remember([Met(customer, NOON, TierRow(customer, tier, NOON - timedelta(days=days)))])
    return customer


def routed(project, customer: str) -> str | None:
    with open_live(project, clock=lambda: NOON) as live:
        return live.route(RouteAsked("phone", customer))["tier_name"]


def with_tiers(company: Path, tiers: str):
    declared = LIVE.replace('\n  tiers:\n    first: {words: "We answer you first.", when: "band = \'profitable\'"}\n', tiers)
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", declared.lstrip()))
    return flow.open_project(company, {"SHOP_KEY": "secret"})


def test_who_was_met_with_a_tier_keeps_it_for_its_days_and_the_list_says_until_when(project):
    customer = remembered(project, lambda orders: orders >= 2, days=10)
    (fall,) = preview_tiers(project, {"first": "orders >= 1000"}, NOON).falls
    assert (fall["customer_id"], fall["tier"], fall["would_have"], fall["keeps_until"]) == (
        customer, "first", "all", (NOON + timedelta(days=20)).date(),
    )  # fmt: skip


def test_who_has_a_tier_for_its_days_alone_loses_it_by_no_change(project):
    before = {row["tier"]: row["customers"] for row in preview_tiers(project, {}, NOON).tiers}
    customer = remembered(project, lambda orders: orders == 0, days=10)
    told = preview_tiers(project, {}, NOON)
    assert (told.moves, told.falls) == ([], [])
    assert {row["tier"]: row["customers"] for row in told.tiers} == Counter(before) + Counter(first=1) - Counter(all=1)
    assert routed(project, customer) == "first"


def test_who_keeps_a_tier_by_its_own_rule_is_moved_by_no_change_of_whom_it_is_for_as_routing_says(company: Path):
    declared = KEPT.replace("WHEN", "orders >= 1")
    project = with_tiers(company, declared)
    customer = remembered(project, lambda orders: orders >= 2, days=200)
    told = preview_tiers(project, {"first": "orders >= 1000"}, NOON)
    assert customer not in {row["customer_id"] for row in told.falls}
    assert told.falls, "who was not met with it does not keep it"
    edit(company / "unequal.yaml", ('when: "orders >= 1", holds_when', 'when: "orders >= 1000", holds_when'))
    changed = flow.open_project(company, {"SHOP_KEY": "secret"})
    assert routed(changed, customer) == "first"
    assert {routed(changed, row["customer_id"]) for row in told.falls} == {"all"}
    now = preview_tiers(changed, {}, NOON)
    assert ([row["customers"] for row in now.tiers if row["tier"] == "first"], now.moves, now.falls) == ([1], [], [])


def test_to_come_from_no_tier_into_one_that_takes_service_away_is_a_fall_and_out_of_it_is_none(company: Path):
    project = with_tiers(company, APART)
    into = preview_tiers(project, {"least": "orders >= 0"}, NOON)
    assert [(row["tier"], row["would_have"], row["is_fall"]) for row in into.moves] == [("", "least", True)]
    assert {row["would_have"] for row in into.falls} == {"least"}
    out = preview_tiers(project, {"least": "orders >= 1000"}, NOON)
    assert ([(row["tier"], row["would_have"], row["is_fall"]) for row in out.moves], out.falls) == ([("least", "", False)], [])


def test_a_tier_that_is_not_declared_is_refused(project):
    with pytest.raises(ContactCentreError, match="CTC031"):
        preview_tiers(project, {"gold": "orders >= 2"}, NOON)


def test_the_command_prints_tiers_and_whom_a_rule_would_hit(project):
    runner = CliRunner()
    told = runner.invoke(main, ["-C", str(project.folder), "tiers", "--when", "first=orders >= 1000"], env={"SHOP_KEY": "secret"})
    assert told.exit_code == 0, told.output
    assert "Whom something is taken away from" in told.output
    assert "CTC032" in runner.invoke(main, ["-C", str(project.folder), "tiers", "--when", "first"], env={"SHOP_KEY": "secret"}).output
