"""What is found before a policy acts: whom it would reach, whom it catches with another, and how it treats groups."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from tests.treatments.offered import ENDING, ROW, TYPES, D, at_moment, effect, made, policy

from unequal import treatments
from unequal.treatments import conflicts, fitting, impact, preview


def base(*changes):
    """A profile with a row for each change."""
    rows = [{**ROW, "customer_id": f"c_{number}", **change} for number, change in enumerate(changes, 1)]
    schema = pa.schema([("customer_id", pa.string()), *((name, ibis.dtype(stored).to_pyarrow()) for name, stored in TYPES.items())])
    return ibis.memtable(pa.Table.from_pylist(rows, schema))


def fetched(table):
    return table.to_pyarrow().to_pylist()


PROFILE = ({}, {"orders": 1}, {"value_expected": 40.0}, {"value_expected": None}, {"band": None}, {"value_expected": -100.0})
AT_HOME = (*PROFILE, {"household_others_expected": None}, {"through_others_expected": None, "household_others_expected": -40.0})


def test_a_preview_counts_customers_dollars_and_cost_and_leaves_the_held_out_part_away():
    policies, rules = made(
        [policy(eligible="band = 'top' and orders >= 2", effect=effect("0.05", {"of": "value_expected"}), holdout="0.5")]
    )
    # 800 × 0.05 − 1 = 39; 40 × 0.05 − 1 = 1; of one nothing is known, and one costs more than it brings.
    told = fetched(preview.reach(base(*PROFILE), policies.named("seat"), rules))
    assert told == [{"policy": "seat", "customers": 4, "worth_it": 2, "held_out": 1, "dollars": D("20.0000"), "cost": D("1.0000")}]


@pytest.mark.parametrize(
    "changed",
    [
        {"effect": effect("0.05", {"of": "value_expected", "times": "0.3333"})},
        {"effect": {"uplift": "0.05", "margin": {"of": "value_expected"}}, "cost_to_serve": "-0.3333"},
        {"effect": effect("0.1", "99.99", variants=[{"when": "orders >= 2", "uplift": "-0.02"}]), "counts": {"household": "0.3"}},
        {"effect": effect("0.1", {"of": "value_expected"}), "counts": {"household": "0.3", "referral": "0.5"}},
    ],
)
def test_a_preview_comes_to_what_is_chosen_by(changed):
    policies, rules = made([policy(**changed)])
    found = fetched(fitting.fitting(base(*AT_HOME), policies.named("seat"), rules).order_by("customer_id"))
    for row, change in zip(found, AT_HOME, strict=True):
        told = treatments.choose(at_moment(row=change), policies, rules).candidates[0].dollars
        assert (row["dollars"] is None) is (told is None)
        assert told is None or abs(row["dollars"] - told) <= D("0.0002")


SELL = policy(
    "sell",
    group="sales",
    objective="grow",
    pushes=["more_contacts"],
    eligible="orders >= 2",
    effect=effect("0.05", {"of": "value_expected"}),
)
SPARE = policy(
    "spare", group="service", objective="serve_cheaper", pushes=["fewer_contacts"], eligible="band = 'top'", effect=effect("0.06", "100.00")
)


def test_policies_that_oppose_and_may_meet_are_found_with_a_witness_and_what_is_lost():
    policies, rules = made([SELL, SPARE])
    (pair,) = conflicts.opposed(policies)
    assert (pair.first.name, pair.second.name, pair.opposed_in) == ("sell", "spare", "more contacts against fewer contacts")
    # With the first both: 39 and 5; with the third 1 and 5; of the fourth and the last the sale brings nothing.
    told = fetched(conflicts.counted(conflicts.caught(base(*PROFILE), pair, rules)))
    assert told == [{"customers": 4, "witness": "c_1", "first_dollars": D("34.0000"), "second_dollars": D("20.0000"), "lost": D("6.0000")}]
    ways = conflicts.ways_to_settle(pair, first_dollars=D("34.0000"), second_dollars=D("20.0000"), currency="USD")
    assert ways[0].startswith("priority: choose sell first, and let spare exclude it; gives up $20.00")


def test_policies_whose_rules_exclude_each_other_or_that_are_kept_apart_are_no_conflict():
    apart = policy("spare", pushes=["fewer_contacts"], eligible="orders < 2")
    assert conflicts.opposed(made([SELL, apart])[0]) == ()
    agreed = [policy("one", pushes=["keep"], excludes=["two"]), policy("two", pushes=["let_go"], excludes=["one"])]
    assert conflicts.opposed(made(agreed)[0]) == ()


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ({"objective": "grow"}, ENDING, "grow against ending service"),
        ({"metrics": {"call_minutes": "3"}}, {"metrics": {"call_minutes": "-1.5"}}, "call minutes up against call minutes down"),
        ({"metrics": {"call_minutes": "3"}}, {"metrics": {"call_minutes": "1"}}, None),
    ],
)
def test_policies_oppose_by_what_they_push_what_they_are_for_and_what_they_do_to_metrics(one, other, words):
    first, second = policy("one", **one).policy, policy("two", **other).policy
    assert first.opposes(second) == second.opposes(first) == words


def test_the_four_fifths_rule_agrees_with_the_example_of_the_guidelines():
    """80 applicants and 48 hires, 40 applicants and 12 hires: one half. Source: Uniform Guidelines, questions and answers, 44 FR 11996."""
    (found,) = impact.four_fifths({"white": (80, 48), "black": (40, 12)})
    assert (found.group, found.against, found.ratio, found.verdict) == ("black", "white", 0.5, "doubtful")


def test_the_interval_of_a_ratio_agrees_with_the_physicians_health_study():
    """189 of 11,034 and 104 of 11,037: 1.82, from 1.43 to 2.31. Source: Agresti, Categorical Data Analysis (2002), section 2.2 and 3.1."""
    (found,) = impact.four_fifths({"aspirin": (11037, 104), "placebo": (11034, 189)})
    assert 1 / found.ratio == pytest.approx(1.818, abs=5e-4)
    assert (1 / found.high, 1 / found.low) == (pytest.approx(1.433, abs=5e-4), pytest.approx(2.306, abs=5e-4))
    assert found.verdict == "fails"


def test_a_group_of_which_nobody_is_chosen_fails_and_a_small_one_is_not_tested():
    told = {one.group: one for one in impact.four_fifths({"a": (1000, 500), "b": (200, 0), "c": (9, 0), "d": (1000, 490)})}
    assert [told[group].verdict for group in "bcd"] == ["fails", "cannot_be_tested", "passes"]
    assert (told["b"].ratio, told["b"].low) == (0.0, 0.0)


def test_a_policy_is_held_against_a_protected_attribute_where_it_is_held_and_else_that_is_said():
    policies, rules = made([policy(eligible="orders >= 2")])
    profile = base(*({"religion": "a"} for _ in range(2)), {"religion": "b"}, {"religion": "b", "orders": 0}, {"religion": None})
    found = impact.selected_by(profile, policies.named("seat"), rules, attribute="religion")
    assert {row["group"]: (row["customers"], row["chosen"]) for row in fetched(found)} == {"a": (2, 2), "b": (2, 1), None: (1, 1)}
    assert impact.selected_by(profile.drop("religion"), policies.named("seat"), rules, attribute="religion") is None
    assert impact.four_fifths({"all": (500, 20)})[0].verdict == "cannot_be_tested"
