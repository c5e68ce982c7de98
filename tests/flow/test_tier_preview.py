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
from unequal.flow.tier_preview import preview_tiers
from unequal.storage.state import Met, TierRow
from unequal.terms.errors import ContactCentreError

TIERS = """
  tiers:
    least: {words: "Help yourself.", when: "orders = 1", takes_service_away: true}
    first: {words: "We answer you first.", when: "orders >= 2", holds_days: 30}
    all: {words: "We answer."}
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


def test_who_was_met_with_a_tier_keeps_it_for_its_days_and_the_list_says_until_when(project):
    with open_live(project, clock=lambda: NOON) as live:
        customer = next(one for one in live.profiles.customers() if (live.profiles.row(one)[live.profiles.columns["orders"]] or 0) == 0)
        live.state.tiers.remember([Met(customer, NOON, TierRow(customer, "first", NOON - timedelta(days=10)))])
    (fall,) = preview_tiers(project, {}, NOON).falls
    assert (fall["customer_id"], fall["tier"], fall["would_have"], fall["keeps_until"]) == (
        customer, "first", "all", (NOON + timedelta(days=20)).date(),
    )  # fmt: skip


def test_a_tier_that_is_not_declared_is_refused(project):
    with pytest.raises(ContactCentreError, match="CTC031"):
        preview_tiers(project, {"gold": "orders >= 2"}, NOON)


def test_the_command_prints_tiers_and_whom_a_rule_would_hit(project):
    runner = CliRunner()
    told = runner.invoke(main, ["-C", str(project.folder), "tiers", "--when", "first=orders >= 1000"], env={"SHOP_KEY": "secret"})
    assert told.exit_code == 0, told.output
    assert "Whom something is taken away from" in told.output
    assert "CTC032" in runner.invoke(main, ["-C", str(project.folder), "tiers", "--when", "first"], env={"SHOP_KEY": "secret"}).output
