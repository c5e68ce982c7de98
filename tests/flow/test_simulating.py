"""`simulate routing` plays the contacts of the published base."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.company import write_company
from tests.flow.looking import edit, run
from tests.flow.test_contacts import SOURCE
from tests.worlds import made_once

from unequal import flow
from unequal.cli import main
from unequal.flow.simulating import Wanted, _brings, simulate
from unequal.terms.errors import ContactCentreError, Problems

LIVE = """
live:
  tiers:
    gold: {words: "First.", when: "orders >= 2", wait_seconds: 20}
    base: {words: "We answer.", when: "orders >= 1"}
  floors:
    fraud: {when: "country = 'AT'"}
storage:"""


def calls() -> str:
    """Ten Mondays: sixty calls each from nine to twelve by Berlin's clock; and a few on Tuesdays."""
    drawn = random.Random(5)
    rows = ["no,caller,start,seconds"]
    for week in range(10):
        for number in range(60):
            start = datetime(2026, 1, 5, 9) + timedelta(weeks=week, seconds=drawn.randrange(3 * 3600))
            rows.append(f"m{week}-{number},{drawn.choice('12223344')},{start:%Y-%m-%d %H:%M:%S},{drawn.randrange(60, 600)}")
        rows.append(f"t{week},2,{datetime(2026, 1, 6, 9) + timedelta(weeks=week):%Y-%m-%d %H:%M:%S},60")
    return "\n".join(rows) + "\n"


def calling_company(folder: Path) -> None:
    """A company that was called on ten Mondays, and its run."""
    write_company(folder)
    edit(folder / "unequal.yaml", ("\nstorage:", SOURCE), ("\nstorage:", LIVE))
    (folder / "data" / "calls.csv").write_text(calls(), encoding="utf-8")
    run(folder)


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    return flow.open_project(made_once(tmp_path_factory, "calling-company", calling_company), {})


WANTED = Wanted(agent_hour=Decimal(30), replications=20, seed=1)


@pytest.fixture(scope="module")
def found(called):
    return simulate(called, WANTED)


def test_arrivals_and_handling_times_are_those_of_the_base(found):
    assert found.classes == ("fraud", "gold", "base")
    a_day = {one.name: one.contacts_an_hour for one in found.centre.classes}
    assert sum(map(sum, a_day.values())) == pytest.approx(60)
    assert all(sum(rates[9:12]) == sum(rates) for rates in a_day.values())
    assert all(250 < one.handling.mean_seconds < 410 for one in found.centre.classes)
    assert dict(zip(found.classes, found.centre.target_seconds, strict=True)) == {"fraud": 20, "gold": 20, "base": 120}
    agents = found.centre.pools[0].agents
    assert [bool(each) for each in agents] == [9 <= hour < 12 for hour in range(24)]


def test_both_classes_are_told_under_each_discipline_with_dollars_and_what_is_assumed(found):
    told = found.told()
    assert (told["day"], told["channel"], told["currency"]) == ("monday", "phone", "EUR")
    assert len(told["classes"]) == 5 * 3
    assert {row["contact_class"] for row in told["classes"]} == {"fraud", "gold", "base"}
    assert [row["discipline"] for row in told["beside"]] == ["first come", "guard 90 s", "ageing", "cμ/θ"]
    assert {row["assumed"] for row in told["assumptions"]} == {"patience", "lost with an abandoned contact"}
    for row in told["assumptions"]:
        assert set(row["as_assumed"]) == {"expected", "low", "high"}
    assert told["staffing"][0]["agents"] < told["staffing"][-1]["agents"]
    assert told["staffing"][0]["abandonment"]["base"]["expected"] > told["staffing"][-1]["abandonment"]["base"]["expected"]
    assert any("A guard of 90 s costs" in sentence for sentence in told["findings"])
    assert any("patience 180 s" in sentence for sentence in told["seen"])


def test_the_same_seed_gives_the_same_figures_and_what_if_changes_only_what_it_names(called, found):
    fewer = replace(WANTED, disciplines=("strict", "guard"), replications=4)
    first, again = (simulate(called, fewer).told() for _ in range(2))
    assert first == again
    more = simulate(called, replace(fewer, agents=(4, 6), contacts=2.0, weekday="monday", by="band"))
    assert [agents for agents, _ in more.staffing] == [4, 6]
    assert more.peak == 4
    assert more.classes[0] == "fraud", "floors stand, whatever else makes classes"
    assert set(more.classes[1:]) <= {"profitable", "break_even", "unprofitable", "all others"}
    assert sum(sum(one.contacts_an_hour) for one in more.centre.classes) == pytest.approx(120)


@pytest.mark.parametrize("times", [1e9, 1e300])
def test_a_day_of_more_contacts_than_can_be_played_is_refused(called, times):
    with pytest.raises(ContactCentreError, match="CTC044"):
        simulate(called, replace(WANTED, contacts=times))


@pytest.mark.parametrize(
    "option", ["--contacts=nan", "--contacts=inf", "--patience=inf", "--patience=nan", "--guard=nan", "--load=nan", "--lost-share=2"]
)
def test_what_is_no_number_or_no_share_is_refused_where_it_is_said(option):
    told = CliRunner().invoke(main, ["simulate", "routing", option])
    assert told.exit_code == 2
    assert f"Invalid value for '{option.partition('=')[0]}'" in told.stderr


def test_what_is_lost_goes_with_what_customers_are_expected_to_bring(called):
    none = simulate(called, replace(WANTED, disciplines=("guard",), replications=2, lost_share=Decimal(0)))
    assert set(none.prices.lost) == {Decimal("0.00")}
    assert none.prices.agent_hour == Decimal("30.00")
    assert none.told()["costs"][0]["lost_expected"]["expected"] == 0


def test_whoever_is_not_known_is_taken_for_the_mean_of_those_who_called_and_not_of_their_classes():
    def row(name, value, contacts):
        return {
            "contact_class": name,
            "value_expected": value,
            "value_contacts": contacts,
            "contribution_12m": None,
            "contribution_contacts": 0,
        }

    rows = [row("key", 700.0, 10), row("standard", -20.0, 90), row("all others", None, 0)]
    assert _brings(rows) == {"key": 700.0, "standard": 0.0, "all others": pytest.approx((7000 - 1800) / 100)}
    facts = [{**each, "value_expected": None, "contribution_12m": 5.0, "contribution_contacts": 3} for each in rows[:1]]
    assert _brings([*facts, *rows[2:]]) == {"key": 5.0, "all others": 5.0}


@pytest.mark.filterwarnings("error")
def test_a_class_of_which_nobody_came_is_left_out_of_what_is_found(called):
    few = replace(WANTED, disciplines=("first_come", "strict", "guard"), replications=2, contacts=0.03)
    rare = next(one for one in (simulate(called, replace(few, seed=seed)) for seed in range(1, 60)) if _came(one) == [False, True, True])
    findings = rare.told()["findings"]
    assert findings[0].startswith("Strict priority takes abandonment of gold from")
    assert not [each for each in findings if "nan" in each]


def test_strict_priority_is_told_of_those_whom_no_floor_concerns(found):
    assert found.classes[0] == "fraud"
    sentence = found.told()["findings"][0]
    assert sentence.startswith("Strict priority takes abandonment of gold from")
    assert "fraud" not in sentence


def _came(one) -> list[bool]:
    return [bool(one.played[0].of("arrived", name).sum()) for name in ("fraud", "gold", "base")]


@pytest.mark.parametrize("agents", [(2,), (6, 5), ()])
def test_more_agents_than_leave_one_for_everybody_are_not_reserved(called, agents):
    with pytest.raises(ContactCentreError, match="CTC045"):
        simulate(called, replace(WANTED, agents=agents, reserved={"gold": 2, "base": 3}))


def test_what_is_said_to_be_reserved_is_reserved_in_the_busiest_hour_of_each_number_that_is_tried(called):
    found = simulate(called, replace(WANTED, disciplines=("strict",), replications=2, agents=(4,), reserved={"gold": 3}))
    assert max(found.centre.pools[0].agents) == 3
    assert [agents for agents, _ in found.staffing] == [4, 5, 6], "with three nobody would be left for everybody"


def test_agents_who_serve_one_class_alone_are_taken_from_all_and_one_is_left_for_everybody(called):
    some = replace(WANTED, disciplines=("strict",), replications=3, agents=(4,))
    shared, parted = simulate(called, some), simulate(called, replace(some, reserved={"gold": 3}))
    mine, everybody = parted.centre.pools
    assert mine.serves == ("gold",)
    assert [one + other for one, other in zip(mine.agents, everybody.agents, strict=True)] == list(shared.centre.pools[0].agents)
    assert max(mine.agents) == 3
    assert all(bool(each) == bool(whole) for each, whole in zip(everybody.agents, shared.centre.pools[0].agents, strict=True))
    rows = {row["contact_class"]: row["abandonment"]["expected"] for row in parted.told()["classes"]}
    before = {row["contact_class"]: row["abandonment"]["expected"] for row in shared.told()["classes"]}
    assert rows["base"] > before["base"]
    assert "3 of them for gold alone" in parted.told()["seen"][1]


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("CTC012", {"reserved": {"silver": 1}}),
        ("CTC009", {"channel": "chat"}),
        ("CTC010", {"weekday": "sunday"}),
        ("CTC011", {"agent_hour": None}),
    ],
)
def test_what_the_base_cannot_tell_is_said(called, code, asked):
    with pytest.raises(ContactCentreError) as refused:
        simulate(called, replace(WANTED, **asked))
    assert refused.value.code == code


def test_a_rule_that_cannot_be_read_is_said_with_its_tier(called, tmp_path):
    project = called.config.model_copy(
        update={
            "live": called.config.live.model_copy(
                update={"tiers": {"gold": called.config.live.tiers["gold"].model_copy(update={"when": "nothing_of_the_kind"})}}
            )
        }
    )
    with pytest.raises(Problems, match=r"live\.tiers\.gold"):
        simulate(replace(called, loaded=replace(called.loaded, project=project)), WANTED)
