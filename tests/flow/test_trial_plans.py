"""A trial is planned before it begins: from what customers like those brought, as it will be measured."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.flow.reaching import moment_of_contact
from tests.flow.test_earned import CONFIG, POLICY, moment
from tests.flow.test_households_drawn_whole import TIES

from unequal import experiments, flow
from unequal.cli import main
from unequal.experiments import sizing
from unequal.experiments.trials import CONFIDENCE
from unequal.flow.trial_plans import TrialPlan
from unequal.terms.errors import ExperimentError

PEOPLE = 240
LAST = date(2026, 3, 31)
DAYS = 30
BEGAN = LAST - timedelta(days=DAYS - 1)
LATECOMERS = frozenset(range(1, 21))
"""Who bought nothing before the thirty days."""
RECENT = POLICY + 'eligible: "count(order, 30 days) >= 1"\n'


def amounts(n: int) -> tuple[int, int]:
    """What a customer brought in the thirty days before and in the last thirty: alike, but for chance."""
    usual = 20 + 13 * n % 37
    return (0 if n in LATECOMERS else usual), usual + 7 * n % 11


def write(folder: Path, *, homes: bool = False) -> None:
    data = folder / "data"
    data.mkdir(parents=True)
    people = range(1, PEOPLE + 1)
    names = [f"{n},{chr(65 + n % 26)}{'abcdefghij'[n // 26]}elin Miller{n},DE" for n in people]
    (data / "crm.csv").write_text("\n".join(["no,name,land", *names]) + "\n", encoding="utf-8")
    orders = ["w,1,2025-12-01,0.01"]
    for n in people:
        # Who shares a home buys what the other buys.
        before, after = amounts(n - n % 2 if homes else n)
        orders += [f"b{n},{n},{BEGAN - timedelta(days=1 + n % 28)},{before}.00"] if before else []
        orders.append(f"a{n},{n},{LAST - timedelta(days=n % 28)},{after}.00")
    (data / "orders-all.csv").write_text("\n".join(["order_no,customer,day,total", *orders]) + "\n", encoding="utf-8")
    if homes:
        (data / "ties.csv").write_text("\n".join(["who,whom", *(f"{n},{n + 1}" for n in range(2, PEOPLE, 2))]) + "\n", encoding="utf-8")
    text = CONFIG.replace("channels: {web: {outbound: false}}", "channels: {web: {outbound: false}, email: {outbound: true}}")
    text = text.replace("storage: {threads: 1}\n", TIES + "storage: {threads: 1}\n") if homes else text
    (folder / "unequal.yaml").write_text(text, encoding="utf-8")
    flow.run(flow.open_project(folder))


def planned(folder: Path, text: str, **more: float) -> TrialPlan:
    with moment(folder) as live:
        draft = live.policies.submit(text, author="mia")
        found = live.policies.trial_plan(draft["name"], draft["version"], **more)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("planned") / "bakery"
    write(made)
    return made


def test_the_scatter_is_that_of_customers_for_whom_the_rules_held_when_the_days_began(folder: Path) -> None:
    plan = planned(folder, RECENT)
    known = [amounts(n) for n in range(1, PEOPLE + 1) if n not in LATECOMERS]
    x, y = (np.array(one, float) for one in zip(*known, strict=True))
    both = np.cov(x, y)
    removed = both[0, 1] ** 2 / (both[0, 0] * both[1, 1])
    assert (plan.customers, plan.seen) == (PEOPLE, PEOPLE - len(LATECOMERS)), "latecomers are of today and not of the past"
    assert plan.variance_removed == pytest.approx(removed)
    assert plan.deviation_expected == pytest.approx(np.sqrt(both[1, 1] * (1 - removed)))
    # One in ten of 100, half of which counts, less the one that it costs.
    assert plan.effect_expected == pytest.approx(4.0)


def test_each_share_says_what_these_customers_show_and_how_many_the_effect_takes(folder: Path) -> None:
    plan = planned(folder, RECENT)
    assert [one.share_held_out for one in plan.ways] == [0.05, 0.1, 0.2, 0.3, 0.5]
    assert [one.is_declared for one in plan.ways] == [False] * 4 + [True]
    for one in plan.ways:
        design = sizing.of_means(one.share_held_out, plan.deviation_expected, confidence=CONFIDENCE)
        assert sizing.customers_needed(design, one.shows_at_least_expected) in {plan.customers, plan.customers + 1}
        assert (one.customers_needed <= plan.customers) == (one.chance >= 0.8) == (one.days == DAYS)
    # With a share p held out the variance goes with 1 / p + 1 / (1 - p).
    first, last = plan.ways[0], plan.ways[-1]
    assert first.customers_needed / last.customers_needed == pytest.approx((1 / 0.05 + 1 / 0.95) / 4, rel=0.1)


def test_where_customers_come_day_by_day_it_takes_until_as_many_have_come_and_their_days_are_over(folder: Path) -> None:
    plan = planned(folder, RECENT, effect=2.5, a_day=6.0)
    assert plan.effect_expected == 2.5
    for one in plan.ways:
        assert one.days == -(-one.customers_needed // 6) + DAYS
    thanks = POLICY.replace("policy: rolls", "policy: thanks").replace("web:", "email:")
    triggered = planned(folder, thanks + "trigger: {on: order, delay_minutes: 30}\n")
    assert triggered.a_day == pytest.approx(PEOPLE / 90), "all have ordered within ninety days"


def test_whoever_shares_a_home_is_no_witness_of_his_own(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "homes", homes=True)
    alone = planned(tmp_path / "homes", POLICY)
    together = planned(tmp_path / "homes", POLICY + "assign_by: household\n")
    assert (alone.by_household, together.by_household) == (False, True)
    assert together.customers == alone.customers
    # Two of one fate tell as much as one: half as many witnesses, but for the two who live alone.
    assert together.deviation_expected / alone.deviation_expected == pytest.approx(np.sqrt(2), rel=0.02)


def test_too_few_customers_or_too_short_a_ledger_is_no_plan(folder: Path, bakery: Path) -> None:
    with moment_of_contact(bakery) as live, pytest.raises(ExperimentError, match="EXP008"):
        live.policies.trial_plan("cake", 1)
    with pytest.raises(ExperimentError, match="EXP008"):
        planned(folder, POLICY.replace("days: 30", "days: 120"))
    with moment(folder) as live:
        assert live.policies.trial_plan("no_such", 1) is None


def test_the_command_tells_the_plan_and_what_to_make_of_it(folder: Path) -> None:
    planned(folder, RECENT.replace("policy: rolls", "policy: buns").replace("customers: 240", "customers: 9000"))
    told = CliRunner().invoke(main, ["-C", str(folder), "policies", "plan", "buns"])
    assert told.exit_code == 0, told.output
    assert "50% (as written)" in told.output
    assert "its trial can show what it counts on" in told.output
    assert "write 240, where ranges are narrowest" in told.output
    small = CliRunner().invoke(main, ["-C", str(folder), "policies", "plan", "buns", "--effect", "0.01"])
    assert "cannot show an effect that small" in small.output
    asked = CliRunner().invoke(main, ["-C", str(folder), "policies", "plan", "buns", "--json"])
    assert [one["share_held_out"] for one in json.loads(asked.stdout)["ways"]] == [0.05, 0.1, 0.2, 0.3, 0.5]
    assert CliRunner().invoke(main, ["-C", str(folder), "policies", "plan", "nobody"]).exit_code == 1


def test_where_customers_come_day_by_day_the_verdict_is_of_days_and_never_of_those_who_are_there(folder: Path) -> None:
    planned(folder, RECENT.replace("policy: rolls", "policy: pies").replace('holdout: "0.5"', 'holdout: "0.3"'))
    asked = ["-C", str(folder), "policies", "plan", "pies", "--effect", "0.5"]
    ways = json.loads(CliRunner().invoke(main, [*asked, "--a-day", "6", "--json"]).stdout)["ways"]
    days = {one["share_held_out"]: one["days"] for one in ways}
    assert all(one["customers_needed"] > PEOPLE for one in ways)
    told = " ".join(CliRunner().invoke(main, [*asked, "--a-day", "6"]).output.split())
    assert f"can show that within {days[0.3]:,} days, as customers come; with 50% held out (holdout) within {days[0.5]:,}." in told
    assert "cannot show" not in told
    at_once = CliRunner().invoke(main, asked)
    assert "cannot show an effect that small" in at_once.output
    assert all(one["days"] is None for one in json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)["ways"])


def test_what_a_plan_promises_is_found_as_often_as_it_says(folder: Path) -> None:
    """In worlds that scatter as the plan says, the effect that it shows at least is found four times in five at the planned end."""
    plan = planned(folder, RECENT)
    way, draw, found = plan.ways[-1], np.random.default_rng(7), 0
    rounds, each = 400, plan.customers // 2
    for _ in range(rounds):
        treated = draw.normal(way.shows_at_least_expected, plan.deviation_expected, each)
        held_out = draw.normal(0, plan.deviation_expected, each)
        compared = experiments.compare(
            experiments.Outcomes.of(treated),
            experiments.Outcomes.of(held_out),
            plan=experiments.Plan(plan.customers, 0.5),
            confidence=CONFIDENCE,
        )
        found += compared.effect is not None and compared.effect.effect_low > 0
    assert found / rounds == pytest.approx(0.8, abs=0.06)
