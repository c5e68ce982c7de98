"""How many customers an experiment takes."""

import numpy as np
import pytest

from unequal.experiments import Outcomes, Plan, compare, sizing
from unequal.terms.errors import ExperimentError


def test_a_planned_experiment_finds_its_effect_as_often_as_was_planned() -> None:
    """600 worlds with 10 % held out and the effect that was planned for."""
    generator = np.random.default_rng(19)
    design = sizing.of_means(0.1, 20.0, power=0.8)
    customers = sizing.customers_needed(design, 5.0)
    out = round(customers * 0.1)
    found = 0
    for _ in range(600):
        treated, held_out = generator.normal(105, 20, customers - out), generator.normal(100, 20, out)
        found += compare(Outcomes.of(treated), Outcomes.of(held_out), plan=Plan(customers, 0.1)).verdict == "earned"
    assert found / 600 == pytest.approx(0.8, abs=0.06)


def test_looking_every_day_takes_less_than_twice_the_customers() -> None:
    often, once = (sizing.customers_needed(sizing.of_means(0.05, 50.0, at_every_look=looks), 1.0) for looks in (True, False))
    assert 1.8 < often / once < 2.0


def test_a_small_holdout_takes_many_more_customers_than_even_arms() -> None:
    small, even = (sizing.customers_needed(sizing.of_means(share, 50.0), 1.0) for share in (0.05, 0.5))
    assert small / even == pytest.approx(0.25 / (0.05 * 0.95), rel=1e-4)


def test_it_lasts_until_the_last_customer_needed_has_had_time_for_an_outcome() -> None:
    assert sizing.days_needed(1_001, a_day=100, outcome_days=30) == 41


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: sizing.of_means(0.0, 1.0),
        lambda: sizing.of_means(0.5, 0.0),
        lambda: sizing.of_rates(0.5, 0.9, 0.2),
        lambda: sizing.customers_needed(sizing.of_means(0.5, 1.0), 0.0),
        lambda: sizing.detectable(sizing.of_means(0.5, 1.0), 0),
        lambda: sizing.days_needed(10, a_day=0, outcome_days=1),
    ],
)
def test_a_design_that_is_none_is_refused(wrong) -> None:
    with pytest.raises(ExperimentError) as refused:
        wrong()
    assert refused.value.code == "EXP003"
