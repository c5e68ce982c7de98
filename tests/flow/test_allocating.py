"""A batch with a budget and capacities does what together brings most, and breaks no limit."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from tests.flow.reaching import CONFIG, POLICIES, approve, moment_of_contact, open_bakery

from unequal import answers, flow
from unequal.flow import audience_files
from unequal.flow.allocating import Allotting, Looked, allot
from unequal.flow.audiences import Audience, Wanted, decide_all
from unequal.flow.live import Asked, Live
from unequal.flow.scarcity import Scarce
from unequal.terms.errors import LiveError
from unequal.treatments import shapes

D = Decimal


def options_of(live: Live) -> dict[str, list[tuple[str, str, D, D]]]:
    """Of each customer what could be done: policy, channel, dollars and cost, by the words of the policies."""
    found: dict[str, list[tuple[str, str, D, D]]] = {}
    for one in live.profiles.customers():
        sales = D(str(live.profiles.known(one)[live.profiles.columns["sales"]]))
        rows = [("cake", "email", D("4.49"), D("0.51"))]
        if sales >= 100:
            rows += [
                ("bread_club", "email", sales / 10 - D("1.01"), D("1.01")),
                ("bread_club", "letter", sales / 10 - D("1.90"), D("1.90")),
            ]
        found[one] = [row for row in rows if row[2] > 0]
    return found


def test_what_is_chosen_keeps_the_budget_and_the_capacity_and_says_what_more_would_bring(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        found = allot(live, Wanted(), Scarce(D("20.00"), {"email": 12}))
        assert found.plan is not None
        assert found.cost <= D("20.00")
        assert sum(row["channel"] == "email" for row in found.rows) <= 12
        assert found.plan.is_exact
        assert found.plan.gap == 0
        assert found.dollars == found.plan.dollars
        told = {one.name: one for one in found.plan.limits}
        assert told["budget"].taken == found.cost
        assert told["budget"].price_expected > 0
        assert told["email"].price_expected > 0
        assert any("One more EUR of it brings" in sentence for sentence in found.plan.sentences("EUR"))


def test_a_budget_brings_more_than_best_first_would(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        found = allot(live, Wanted(), Scarce(D("20.00")), dry=True)
        left, brought = D("20.00"), D(0)
        chosen = {row["customer_id"] for row in decide_all(live, Wanted(), dry=True).rows}
        best = [max(rows, key=lambda row: row[2]) for one, rows in options_of(live).items() if one in chosen]
        for _, _, dollars, cost in sorted(best, key=lambda row: -row[2]):
            if cost <= left:
                left, brought = left - cost, brought + dollars
        assert found.dollars >= brought
        assert found.cost <= D("20.00")


def test_a_plan_is_what_is_then_done_and_each_decision_can_be_made_again(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        scarce = Scarce(D("15.00"), {"email": 10, "policy:cake": 3})
        dry = allot(live, Wanted(), scarce, dry=True)
        assert live.state.contacts.decisions(dry.rows[0]["customer_id"]) == []
        found = allot(live, Wanted(), scarce)
        assert [(row["customer_id"], row["policy"], row["channel"]) for row in dry.rows] == [
            (row["customer_id"], row["policy"], row["channel"]) for row in found.rows
        ]
        assert sum(row["policy"] == "cake" for row in found.rows) <= 3
        assert live.state.outbox.waiting()["waiting"] == len(found.rows)
        for row in found.rows:
            explained = live.explain(row["decision_id"])
            assert explained is not None
            assert explained["winner"]["policy"] == row["policy"]
        assert sum(live.state.contacts.spent().values()) == found.cost


def test_enough_for_all_is_what_a_batch_without_limits_does(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        plenty, usual = allot(live, Wanted(), Scarce(D(100_000)), dry=True), decide_all(live, Wanted(), dry=True)
        assert [(row["customer_id"], row["policy"]) for row in plenty.rows] == [(row["customer_id"], row["policy"]) for row in usual.rows]
        assert (plenty.held_out, plenty.dollars, plenty.cost) == (usual.held_out, usual.dollars, usual.cost)


def test_who_is_held_out_takes_nothing_and_is_written_down_where_he_would_be_treated(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        live.policies.retire("cake", by="finn")
        approve(live, POLICIES["bread_club"].replace('holdout: "0.05"', 'holdout: "0.5"'))
        found = allot(live, Wanted(channel="email"), Scarce(D("6.06")))
        arms = {one: live.state.contacts.standing(one).arms.get("bread_club") for one in live.profiles.customers()}
        assert len(found.rows) == 6
        assert found.held_out == sum(arm == "held_out" for arm in arms.values()) > 0
        least = min(row["dollars"] for row in found.rows)
        values = {one: max((row[2] for row in rows if row[0] == "bread_club"), default=D(0)) for one, rows in options_of(live).items()}
        # Who is held out is worth what those are worth who are treated: nobody below the last of them.
        assert all(values[one] >= least - D("3") for one, arm in arms.items() if arm == "held_out")
        assert not any(live.state.contacts.standing(one).contacts for one, arm in arms.items() if arm == "held_out")


def test_whoever_was_met_meanwhile_gets_nothing_twice_and_another_takes_what_is_left(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        planned = allot(live, Wanted(channel="email"), Scarce(capacity={"email": 5}), dry=True)
        first = planned.rows[0]["customer_id"]
        met = []

        def meet(what: str, _share: float) -> None:
            if what == "choosing" and not met:
                met.append(live.decide(Asked("email", first)))

        found = allot(live, Wanted(channel="email"), Scarce(capacity={"email": 5}), tell=meet)
        again = [row for row in found.rows if row["customer_id"] == first]
        assert [row["policy"] for row in again] in (["cake"], []), "he had the better of the two already"
        assert len(found.rows) <= 5


def test_a_floor_goes_before_everything_and_is_never_priced_away(bakery: Path) -> None:
    (bakery / "unequal.yaml").write_text(CONFIG + '  floors: {safety: {when: "sales < 60"}}\n', encoding="utf-8")
    warn = (
        POLICIES["cake"]
        .replace("policy: cake", "policy: warn")
        .replace("objective: grow", "objective: keep\nserves_floor: safety\npurpose: service")
    )
    with moment_of_contact(bakery) as live:
        approve(live, warn.replace('holdout: "0.01"\n', ""))
        poor = allot(live, Wanted(channel="email"), Scarce(D("1.00")), dry=True)
        assert {row["policy"] for row in poor.rows} == {"warn"}, "it is done though it costs more than there is"
        found = allot(live, Wanted(channel="email"), Scarce(D("10.00")))
        assert sum(row["policy"] == "warn" for row in found.rows) == len(poor.rows) == 5
        assert len(found.rows) > 5
        assert found.cost <= D("10.00")


@pytest.fixture
def in_two_places(tmp_path: Path, bakery: Path) -> Path:
    """The bakery, with every third customer in France and hosts for some."""
    crm = bakery / "data" / "crm.csv"
    lines = crm.read_text(encoding="utf-8").splitlines()
    told = [f"{line.removesuffix(',DE')},{'FR' if at % 3 == 0 else 'DE'},{'ann' if at % 2 else 'bob'}" for at, line in enumerate(lines[1:])]
    crm.write_text("\n".join([lines[0] + ",host", *told]) + "\n", encoding="utf-8")
    text = CONFIG.replace("home: land}", "home: land, host: host}").replace(
        "attributes:\n  home", "attributes:\n  host: {type: text, meaning: Who looks after the customer.}\n  home", 1
    )
    (bakery / "unequal.yaml").write_text(text, encoding="utf-8")
    flow.run(open_bakery(bakery))
    return bakery


def test_a_host_has_no_more_customers_than_hours_and_groups_are_treated_alike_at_a_price(in_two_places: Path) -> None:
    with moment_of_contact(in_two_places) as live:
        live.policies.retire("cake", by="finn")
        hosted = allot(live, Wanted(channel="email"), Scarce(capacity={"host:ann": 4}), dry=True)
        of_ann = [row for row in hosted.rows if live.profiles.known(row["customer_id"])[live.profiles.columns["host"]] == "ann"]
        assert len(of_ann) == 4
        assert len(hosted.rows) > 8
        fair = allot(live, Wanted(channel="email"), Scarce(D("8.08"), fair=("home", D("0.8"))), dry=True)
        assert fair.plan is not None
        assert fair.plan.fairness_price is not None
        assert fair.plan.fairness_price >= 0
        rates = [treated / size for size, treated in fair.plan.groups.values()]
        assert min(rates) >= 0.8 * max(rates)
        assert sum(treated for _, treated in fair.plan.groups.values()) == len(fair.rows)


def test_what_has_no_capacity_and_no_groups_is_said_to_have_none(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        for name in ("fax", "policy:nothing", "shoe:42", "home:DE"):
            with pytest.raises(LiveError) as refused:
                allot(live, Wanted(), Scarce(capacity={name: 3}), dry=True)
            assert refused.value.code == "LIV614"
        with pytest.raises(LiveError) as refused:
            allot(live, Wanted(), Scarce(fair=("shoe", D("0.8"))), dry=True)
        assert refused.value.code == "LIV615"


def test_the_plan_lies_beside_the_audience(bakery: Path, tmp_path: Path) -> None:
    with moment_of_contact(bakery) as live:
        found: Audience = audience_files.decide_into(tmp_path / "who.csv", live, Wanted(), Scarce(D("9.00")))
    plan = json.loads((tmp_path / "who.plan.json").read_text(encoding="utf-8"))
    assert plan["customers"] == len(found.rows)
    assert D(plan["limits"][0]["most"]) == D("9.00")


def test_what_a_batch_was_short_of_is_told_with_what_treatments_earned(in_two_places: Path) -> None:
    with moment_of_contact(in_two_places) as live:
        first = allot(live, Wanted(), Scarce(D("4.00"), capacity={"email": 3, "host:ann": 2}, fair=("home", D("0.5"))))
        allot(live, Wanted(), Scarce(D("9.00")), dry=True)
    assert first.plan is not None
    with flow.open_base(open_bakery(in_two_places)) as opened:
        found = answers.answer("earned", opened.base)
    limits = [row for name in ("budgets", "capacities") for row in found.tables[name].to_pylist()]
    assert {row["limit"]: (row["most"], row["taken"], row["price_expected"]) for row in limits} == {
        one.name: (one.most, one.taken, one.price_expected) for one in first.plan.limits
    }
    assert {row["limit"] for row in found.tables["capacities"].to_pylist()} == {"email", "host:ann"}
    assert {row["group"]: (row["customers"], row["treated"]) for row in found.tables["groups"].to_pylist()} == first.plan.groups
    assert {"budgets", "capacities", "groups"} <= {one.table for one in found.shown}
    told = " ".join(found.findings)
    assert "allotted on 2 March 2026" in told
    assert "It was short of" in told
    assert "To treat the groups alike gave up" in told


def test_a_plan_is_told_again_as_it_was(in_two_places: Path) -> None:
    with moment_of_contact(in_two_places) as live:
        plan = allot(live, Wanted(), Scarce(D("4.00"), fair=("home", D("0.5"))), dry=True).plan
    assert plan is not None
    assert shapes.Plan.of_told(json.loads(json.dumps(plan.told()))) == replace(plan, bound_expected=round(plan.bound_expected, 4))


def test_many_are_looked_at_at_once_and_come_out_as_each_alone(in_two_places: Path) -> None:
    with moment_of_contact(in_two_places) as live:
        live.decide(Asked("email", live.profiles.customers()[3]))
        approve(
            live,
            POLICIES["cake"].replace("policy: cake", "policy: pie").replace("effect:", 'eligible: "count(order, 50 days) >= 1"\neffect:'),
        )
        scarce = Scarce(capacity={"host:ann": 4, "email": 9})
        together, alone = (Allotting(live, Wanted(), scarce, dry=True) for _ in range(2))
        alone.is_for_all = False
        found = [_by_customer(batch.look_at_all(lambda _what, _share: None)) for batch in (together, alone)]
        assert found[0] == found[1]
        assert together.together == len(live.profiles.customers()) - 1
        assert alone.together == 0
        assert together.audience.looked_at == alone.audience.looked_at


def _by_customer(looked: Looked) -> dict[str, set[tuple[str, str, int, int]]]:
    keys = list(looked.options)
    found: dict[str, set[tuple[str, str, int, int]]] = {one: set() for one in looked.ids}
    for owner, option, value, kind in zip(looked.owner, looked.option, looked.value, looked.kind, strict=True):
        found[looked.ids[owner]].add((*keys[option][:2], value, kind))
    return found
