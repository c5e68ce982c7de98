"""What holds of every comparison."""

from dataclasses import astuple, replace
from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import booleans, builds, floats, integers, lists, tuples
from scipy.special import gammaln, ndtri

from unequal.experiments import Outcomes, Plan, compare, qini, sample_ratio, sizing
from unequal.experiments.sequences import always_valid_p, errors_wide, information_at_plan

DOLLARS = lists(integers(-(10**7), 10**7).map(lambda cents: cents / 100), min_size=2, max_size=40)
ALPHAS = floats(0.001, 0.3)
DESIGNS = builds(
    sizing.Design,
    share_held_out=floats(0.01, 0.99),
    deviation_treated=floats(0.1, 100),
    deviation_held_out=floats(0.1, 100),
    confidence=floats(0.8, 0.999),
    power=floats(0.5, 0.99),
    at_every_look=booleans(),
)


@given(first=DOLLARS, second=DOLLARS)
def test_parts_of_an_arm_add_up_to_the_whole(first: list[float], second: list[float]) -> None:
    whole, parts = Outcomes.of(first + second), Outcomes.of(first) + Outcomes.of(second)
    assert (whole.units, whole.with_outcome) == (parts.units, parts.with_outcome)
    assert whole.mean == pytest.approx(parts.mean, abs=1e-6)
    assert whole.scatter()[0] == pytest.approx(parts.scatter()[0], rel=1e-6, abs=1e-3)


@given(outcome=DOLLARS)
def test_a_customer_drawn_by_itself_is_a_household_of_one(outcome: list[float]) -> None:
    own, sums = Outcomes.of(outcome), np.asarray(outcome)
    same = Outcomes.by_customer(len(outcome), int((sums != 0).sum()), float(sums.sum()), float(sums @ sums))
    for other in (Outcomes.of(outcome, unit=np.arange(len(outcome))), same):
        assert astuple(own) == pytest.approx(astuple(other))
    assert own.scatter()[0] == pytest.approx(sums.var(ddof=1) / len(sums), rel=1e-6, abs=1e-3)


@given(treated=DOLLARS, held_out=DOLLARS)
def test_arms_that_are_exchanged_change_the_sign_and_nothing_else(treated: list[float], held_out: list[float]) -> None:
    one = compare(Outcomes.of(treated), Outcomes.of(held_out), plan=Plan(100, 0.5)).effect
    other = compare(Outcomes.of(held_out), Outcomes.of(treated), plan=Plan(100, 0.5)).effect
    assert one.effect_expected == -other.effect_expected
    assert one.once_low == pytest.approx(-other.once_high)
    assert one.p_always == pytest.approx(other.p_always)


@given(information=floats(1e-3, 1e4), alpha=ALPHAS)
def test_the_sequence_is_wider_than_one_look_and_its_p_value_is_alpha_where_it_touches_nought(information: float, alpha: float) -> None:
    wide = errors_wide(information, alpha)
    assert wide > -ndtri(alpha / 2)
    assert always_valid_p(wide, information) == pytest.approx(alpha, rel=1e-6)


@given(alpha=ALPHAS, factor=floats(0.01, 100))
def test_the_sequence_is_tightest_at_the_planned_end(alpha: float, factor: float) -> None:
    planned = information_at_plan(alpha)
    assert errors_wide(planned, alpha) <= errors_wide(planned * factor, alpha) + 1e-9
    assert errors_wide(planned, alpha) == pytest.approx((1 + planned) ** 0.5)


@given(drawn=integers(1, 300), share=floats(0.02, 0.98))
def test_under_the_declared_share_the_sequential_test_refuses_no_more_than_it_says(drawn: int, share: float) -> None:
    refused = 0.0
    for out in range(drawn + 1):
        chance = gammaln(drawn + 1) - gammaln(out + 1) - gammaln(drawn - out + 1) + out * log(share) + (drawn - out) * log(1 - share)
        refused += exp(chance) * (sample_ratio(drawn - out, out, share=share).p_always < 0.05)
    assert refused <= 0.05


@given(design=DESIGNS, customers=integers(1_000, 10**7), effect=floats(0.01, 5))
def test_more_customers_and_larger_effects_have_more_power(design: sizing.Design, customers: int, effect: float) -> None:
    power = sizing.power_of(design, effect, customers)
    assert power <= sizing.power_of(design, effect, 2 * customers)
    assert power <= sizing.power_of(design, 2 * effect, customers)
    assert power == sizing.power_of(design, -effect, customers)


@given(design=DESIGNS, customers=integers(1_000, 10**7))
def test_what_customers_can_find_takes_so_many_customers_at_the_power_designed_for(design: sizing.Design, customers: int) -> None:
    effect = sizing.detectable(design, customers)
    assert sizing.power_of(design, effect, customers) == pytest.approx(design.power)
    assert abs(sizing.customers_needed(design, effect) - customers) <= 1


@given(design=DESIGNS, effect=floats(0.01, 5))
def test_looking_at_any_time_takes_more_customers_than_looking_once(design: sizing.Design, effect: float) -> None:
    often, once = (sizing.customers_needed(replace(design, at_every_look=looks), effect) for looks in (True, False))
    assert once <= often


ORDERED = lists(tuples(integers(0, 1), integers(-20, 20)), min_size=2, max_size=60)


@given(customers=ORDERED)
def test_a_score_that_is_the_same_for_all_has_no_qini(customers: list[tuple[int, int]]) -> None:
    outcome, treated = [one for one, _ in customers], np.arange(len(customers)) % 2
    assert qini(outcome, treated, np.ones(len(customers))).area_expected == pytest.approx(0, abs=1e-12)


@given(customers=ORDERED)
def test_only_the_order_of_scores_counts(customers: list[tuple[int, int]]) -> None:
    outcome, treated = [one for one, _ in customers], np.arange(len(customers)) % 2
    score = np.array([one for _, one in customers], dtype=float)
    assert qini(outcome, treated, score) == qini(outcome, treated, np.exp(score) * 3 - 1)


@given(customers=ORDERED)
def test_no_order_is_better_than_the_best(customers: list[tuple[int, int]]) -> None:
    outcome, treated = [one for one, _ in customers], np.arange(len(customers)) % 2
    found = qini(outcome, treated, [one for _, one in customers]).coefficient_expected
    assert found is None or found <= 1 + 1e-9
