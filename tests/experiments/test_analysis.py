"""Comparing those treated with those held out."""

import numpy as np
import pytest

from unequal import experiments
from unequal.experiments import Outcomes, Plan
from unequal.terms.errors import ExperimentError

PLAN = Plan(customers=2_000, share_held_out=0.5)


def made(*, lift: float, customers: int = 1_000, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.normal(10 + lift, 4, customers), generator.normal(10, 4, customers)


def test_an_effect_is_the_mean_of_those_treated_less_that_of_those_held_out() -> None:
    found = experiments.compare(Outcomes.of([3.0, 5.0, 7.0]), Outcomes.of([1.0, 2.0]), plan=PLAN)
    assert (found.mean_treated, found.mean_held_out, found.effect.effect_expected) == (5.0, 1.5, 3.5)
    assert (found.treated, found.held_out, found.total_expected) == (3, 2, 10.5)
    assert found.effect.standard_error == pytest.approx((4 / 3 + 0.5 / 2) ** 0.5)


def test_a_gain_is_earned_a_loss_is_lost_and_nothing_is_said_of_what_is_no_larger_than_chance() -> None:
    for lift, verdict in ((2.0, "earned"), (-2.0, "lost"), (0.0, "no_detectable_difference")):
        treated, held_out = made(lift=lift)
        assert experiments.compare(Outcomes.of(treated), Outcomes.of(held_out), plan=PLAN).verdict == verdict


def test_nothing_is_said_before_each_arm_has_twenty_with_an_outcome() -> None:
    treated, held_out = made(lift=50.0, customers=19)
    found = experiments.compare(Outcomes.of(treated), Outcomes.of(held_out), plan=PLAN)
    assert found.verdict == "too_early"
    assert (found.effect.effect_low, found.effect.p_always) == (-np.inf, 1.0)


def test_no_effect_is_believed_of_arms_that_are_not_as_drawn() -> None:
    treated, held_out = made(lift=5.0)
    found = experiments.compare(Outcomes.of(treated), Outcomes.of(held_out[:600]), plan=PLAN)
    assert found.ratio.is_off
    assert found.verdict == "arms_not_as_drawn"


def test_the_range_that_holds_at_every_look_is_half_as_wide_again_as_that_of_one_look_at_the_planned_end() -> None:
    treated, held_out = made(lift=0.0)
    effect = experiments.compare(Outcomes.of(treated), Outcomes.of(held_out), plan=PLAN).effect
    assert effect.information == pytest.approx(1)
    assert (effect.effect_high - effect.effect_low) / (effect.once_high - effect.once_low) == pytest.approx(1.55, abs=0.05)


def test_a_small_arm_without_big_spenders_yet_is_not_taken_for_one_that_scatters_little() -> None:
    generator = np.random.default_rng(3)
    treated = Outcomes.of(generator.lognormal(3, 2, 20_000))
    held_out = Outcomes.of(np.sort(generator.lognormal(3, 2, 1_000))[:970])
    effect = experiments.compare(treated, held_out, plan=Plan(21_000, 0.05)).effect
    assert effect.once_low > 0
    assert effect.verdict == "no_detectable_difference"


def test_what_was_known_before_takes_away_the_variance_that_it_explains() -> None:
    generator = np.random.default_rng(5)
    before = generator.normal(0, 1, 40_000)
    after = 0.8 * before + 0.6 * generator.normal(0, 1, 40_000)
    treated, held_out = (
        Outcomes.of(after[half] + up, before=before[half]) for half, up in ((slice(20_000), 0.1), (slice(20_000, None), 0.0))
    )
    effect = experiments.compare(treated, held_out, plan=PLAN).effect
    assert effect.variance_removed == pytest.approx(0.64, abs=0.01)
    assert abs(effect.effect_expected - 0.1) < 3 * 0.6 * (2 / 20_000) ** 0.5
    plain = experiments.compare(treated, held_out, plan=PLAN, adjusted=False).effect
    assert plain.variance_removed == 0
    assert plain.standard_error > 1.6 * effect.standard_error


def test_members_of_a_household_are_not_counted_as_if_each_told_something_of_its_own() -> None:
    generator = np.random.default_rng(11)
    household = np.repeat(np.arange(500), 4)
    outcome = generator.normal(0, 1, 500)[household]
    other = generator.normal(0, 1, 2_000)
    alone, together = Outcomes.of(outcome), Outcomes.of(outcome, unit=household)
    assert together.mean == pytest.approx(alone.mean)
    assert together.scatter()[0] == pytest.approx(4 * alone.scatter()[0], rel=0.01)
    found = experiments.compare(together, Outcomes.of(other, unit=household), plan=PLAN)
    assert (found.treated, found.held_out) == (2_000, 2_000)


def test_households_of_different_sizes_scatter_as_resampling_them_does() -> None:
    generator = np.random.default_rng(13)
    sizes = generator.integers(1, 6, 800)
    unit = np.repeat(np.arange(800), sizes)
    outcome = generator.gamma(1, 10, 800)[unit] + generator.normal(0, 1, len(unit))
    sums = np.bincount(unit, outcome)
    drawn = generator.integers(0, 800, (4_000, 800))
    means = sums[drawn].sum(1) / sizes[drawn].sum(1)
    assert Outcomes.of(outcome, unit=unit).scatter()[0] == pytest.approx(means.var(), rel=0.1)


def test_two_policies_that_do_more_together_show_an_interaction_and_two_that_add_up_show_none() -> None:
    generator = np.random.default_rng(17)
    for extra, verdict in ((1.0, "earned"), (0.0, "no_detectable_difference")):
        both, first, second, neither = (Outcomes.of(generator.normal(mean, 2, 2_000)) for mean in (3 + extra, 2, 1, 0))
        found = experiments.interaction(both, first, second, neither, plan=Plan(8_000, 0.5), second_share=0.5)
        assert found.verdict == verdict
        assert found.information == pytest.approx(1.0)


def test_dollars_that_grow_while_nobody_comes_in_are_information_too() -> None:
    treated, held_out = made(lift=0.0)
    plan = Plan(2_000, 0.5, deviation=16.0)
    effect = experiments.compare(Outcomes.of(treated), Outcomes.of(held_out), plan=plan).effect
    assert effect.information == pytest.approx(1 / 16, rel=0.1)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("EXP001", lambda: Outcomes.of([1.0, np.nan])),
        ("EXP001", lambda: Outcomes.of([1.0, 2.0], before=[1.0])),
        ("EXP001", lambda: experiments.compare(Outcomes.of([1.0]), Outcomes.of([1.0, 2.0]), plan=PLAN)),
        ("EXP002", lambda: experiments.compare(Outcomes.of([1.0, 2.0]), Outcomes.of([1.0, 2.0]), plan=Plan(10, 1.0))),
        ("EXP002", lambda: experiments.sample_ratio(0, 0, share=0.5)),
        ("EXP003", lambda: experiments.compare(Outcomes.of([1.0, 2.0]), Outcomes.of([1.0, 2.0]), plan=Plan(0, 0.5))),
    ],
)
def test_what_cannot_be_compared_is_refused(code: str, wrong) -> None:
    with pytest.raises(ExperimentError) as refused:
        wrong()
    assert refused.value.code == code
