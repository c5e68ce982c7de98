"""A share held out that changes: customers of one share are compared with one another, and the range holds at every look."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from unequal.experiments import Comparison, Outcomes, Plan, compare, sample_ratio
from unequal.experiments.analysis import Stratum, compare_strata
from unequal.experiments.sample_ratio import sample_ratios
from unequal.terms.errors import ExperimentError

A_DAY = 60
Days = Sequence[tuple[float, float]]
"""Of each day the share that is held out of those who come, and the mean of what they bring."""
FALLING: Days = [(0.1, 10 - 0.1 * day) for day in range(30)] + [(0.5, 7 - 0.1 * day) for day in range(30)]
RISING: Days = [(0.5, 2.0 + 0.1 * day) for day in range(30)] + [(0.05, 10.0)] * 30
AND_BACK: Days = [(0.1, 8.0)] * 20 + [(0.5, 4.0)] * 20 + [(0.1, 2.0)] * 20


def looks(days: Days, seed: int, *, lift: float = 0.0, every: int = 5) -> list[Comparison]:
    """What is seen of one world in which treating brings `lift`, every few days."""
    generator, strata, found = np.random.default_rng(seed), dict[float, tuple[Outcomes, Outcomes]](), []
    for day, (share, mean) in enumerate(days, 1):
        outcome, out = mean * generator.gamma(2, 0.5, A_DAY), generator.random(A_DAY) < share
        came = Outcomes.of(outcome[~out] + lift), Outcomes.of(outcome[out])
        own = strata.get(share)
        strata[share] = came if own is None else (own[0] + came[0], own[1] + came[1])
        if day % every == 0:
            told = [Stratum(*arms, one) for one, arms in strata.items()]
            found.append(compare_strata(told, plan=Plan(A_DAY * len(days), share)))
    return found


@pytest.mark.parametrize("days", [FALLING, RISING, AND_BACK], ids=["falling", "rising", "and back"])
def test_a_treatment_that_does_nothing_is_said_to_do_nothing_though_the_share_changes_and_outcomes_drift(days: Days) -> None:
    worlds = [looks(days, seed) for seed in range(100)]
    missed = sum(any(not one.effect.effect_low <= 0 <= one.effect.effect_high for one in world) for world in worlds)
    assert missed <= 0.05 * len(worlds)
    assert sum(any(one.ratio.is_off for one in world) for world in worlds) <= 1, "the arms are as they were drawn"
    last = np.array([world[-1].effect.effect_expected for world in worlds])
    assert abs(last.mean()) < 4 * last.std() / len(worlds) ** 0.5, "and the effect is not biased"


def test_what_a_treatment_brings_is_found_though_the_share_changes() -> None:
    worlds = [looks(FALLING, seed, lift=1.5)[-1] for seed in range(40)]
    assert np.mean([one.effect.effect_expected for one in worlds]) == pytest.approx(1.5, abs=0.15)
    assert sum(one.verdict == "earned" for one in worlds) > 30
    assert worlds[0].mean_treated - worlds[0].mean_held_out == pytest.approx(worlds[0].effect.effect_expected)


def test_one_share_is_compared_as_it_always_was() -> None:
    generator = np.random.default_rng(1)
    treated, held_out = Outcomes.of(generator.gamma(1, 9, 900)), Outcomes.of(generator.gamma(1, 9, 100))
    plan = Plan(2_000, 0.1)
    assert compare_strata([Stratum(treated, held_out, 0.1)], plan=plan) == compare(treated, held_out, plan=plan)


def test_the_total_is_that_of_all_who_were_treated_where_shares_differ_in_effect() -> None:
    generator = np.random.default_rng(2)
    first = Stratum(Outcomes.of(generator.normal(5, 1, 900)), Outcomes.of(generator.normal(1, 1, 100)), 0.1)
    second = Stratum(Outcomes.of(generator.normal(1, 1, 300)), Outcomes.of(generator.normal(1, 1, 300)), 0.5)
    found = compare_strata([first, second], plan=Plan(1_600, 0.5))
    assert (found.treated, found.held_out) == (1_200, 400)
    assert found.total_expected == pytest.approx(sum(900 * 4 if one is first else 0 for one in (first, second)), rel=0.1)


def test_a_share_of_which_too_few_have_answered_waits_and_holds_nothing_up() -> None:
    generator = np.random.default_rng(3)
    old = Stratum(Outcomes.of(generator.normal(5, 1, 900)), Outcomes.of(generator.normal(3, 1, 100)), 0.1)
    new = Stratum(Outcomes.of(generator.normal(50, 1, 30)), Outcomes.of([]), 0.5)
    found = compare_strata([old, new], plan=Plan(1_000, 0.5))
    assert (found.treated, found.effect.verdict) == (900, "earned")
    assert found.effect.effect_expected == compare_strata([old], plan=Plan(1_000, 0.1)).effect.effect_expected
    assert found.ratio.is_off, "of thirty at a share of a half nobody was held out"
    with pytest.raises(ExperimentError, match="EXP001"):
        compare_strata([new], plan=Plan(1_000, 0.5))


def test_each_share_is_held_against_its_own_sizes() -> None:
    assert not sample_ratios([(405, 45, 0.1), (225, 225, 0.5)]).is_off
    assert sample_ratio(630, 270, share=0.5).is_off, "together they are off at either"
    assert sample_ratios([(225, 225, 0.1), (405, 45, 0.5)]).is_off, "exchanged they are off, though the sum is as declared"
    assert sample_ratios([(405, 45, 0.1), (225, 225, 0.5)]).declared == pytest.approx(0.3)


def test_a_small_arm_that_is_far_off_is_seen_to_be() -> None:
    for treated, held_out, share in ((100, 30, 0.05), (40, 40, 0.1), (30, 0, 0.5)):
        assert sample_ratio(treated, held_out, share=share).is_off


@pytest.mark.parametrize("share", [0.05, 0.2, 0.5])
def test_the_sizes_of_sound_arms_are_hardly_ever_off_at_any_of_hundreds_of_looks(share: float) -> None:
    """Exactly: the chance of each size that has not been off yet, unit by unit."""
    alpha, chances, off = 0.05, {0: 1.0}, 0.0
    for drawn in range(1, 161):
        after: dict[int, float] = {}
        for held_out, chance in chances.items():
            after[held_out] = after.get(held_out, 0.0) + chance * (1 - share)
            after[held_out + 1] = after.get(held_out + 1, 0.0) + chance * share
        found = {one: sample_ratio(drawn - one, one, share=share).p_always < alpha for one in after}
        off += sum(chance for one, chance in after.items() if found[one])
        chances = {one: chance for one, chance in after.items() if not found[one]}
    assert 0 < off <= alpha


def test_information_only_grows_while_the_plan_stays() -> None:
    generator, strata = np.random.default_rng(4), dict[float, tuple[Outcomes, Outcomes]]()
    gathered = []
    for share in [0.5] * 10 + [0.05] * 40:
        outcome, out = generator.normal(9, 2, 100), generator.random(100) < share
        came = Outcomes.of(outcome[~out]), Outcomes.of(outcome[out])
        own = strata.get(share)
        strata[share] = came if own is None else (own[0] + came[0], own[1] + came[1])
        told = [Stratum(*arms, one) for one, arms in strata.items()]
        gathered.append(compare_strata(told, plan=Plan(5_000, 0.05)).effect.information)
    assert all(before <= after for before, after in pairwise(gathered))
