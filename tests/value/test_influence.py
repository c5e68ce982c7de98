"""What mentions bring: recovered where it was planted, not shown where nothing was, and shared without loss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.value.influence import (
    HALF_LIVES_DAYS,
    Days,
    Lift,
    Part,
    brought_by,
    counted_range,
    in_the_air,
    may_have_brought,
    measured_lift,
    range_of,
    variance_of,
)  # fmt: skip

DAYS = 1_000
WEEKDAY = np.arange(DAYS) % 7


def world(seed: int, *, brought: float, told_share: float, half_life: float = 5.0, usual: float = 4.0) -> tuple[Days, float]:
    """Two and a half years of newcomers with a season, growth and weekends, and how many mentions brought in truth."""
    chance = np.random.default_rng(seed)
    pressure = np.where(chance.random(DAYS) < 0.15, chance.lognormal(3.0, 0.8, DAYS), 0.0)
    time = np.arange(DAYS)
    baseline = usual * (1 + 0.3 * np.sin(2 * np.pi * time / 365.25)) * (1 + time / DAYS) * np.where(WEEKDAY == 6, 0.4, 1.1)
    air = in_the_air(pressure, half_life)
    came = chance.poisson(brought * air / air.sum())
    told = chance.binomial(came, told_share)
    return Days((chance.poisson(baseline) + came - told).astype(float), told.astype(float), pressure, WEEKDAY), float(came.sum())


def test_pressure_fades_by_half_every_half_life_and_is_heard_in_full_in_the_end() -> None:
    """A mention heard by 8, half forgotten each day: 4, 2 and 1; a second joins what is left of the first."""
    assert in_the_air(np.array([8.0, 0.0, 0.0]), 1.0).tolist() == [4.0, 2.0, 1.0]
    assert in_the_air(np.array([8.0, 4.0, 0.0]), 1.0).tolist() == [4.0, 4.0, 2.0]
    assert in_the_air(np.r_[10.0, np.zeros(400)], 7.0).sum() == pytest.approx(10.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_mentions_brought_is_recovered_with_its_half_life(seed: int) -> None:
    days, came = world(seed, brought=900, told_share=0.0)
    lift = measured_lift(days)
    assert lift is not None
    low, high = lift.others.ends
    assert lift.others.is_shown
    assert low <= came <= high
    assert high - low < 1.2 * came
    _, shortest, longest = lift.half_life_days
    assert shortest <= 5.0 <= longest


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_customers_who_say_so_make_a_small_lift_plain(seed: int) -> None:
    days, came = world(seed, brought=150, told_share=0.7)
    lift = measured_lift(days)
    assert lift is not None
    assert lift.told.is_shown
    low, high = lift.told.ends
    assert low <= days.told.sum() <= high
    everybody = lift.every.ends
    assert everybody[0] <= came <= everybody[1]


def test_where_mentions_bring_nobody_nothing_is_shown_but_by_chance() -> None:
    """One in twenty would be; of a dozen worlds more than two would be found once in fifty times."""
    lifts = [measured_lift(world(seed, brought=0, told_share=0.0)[0]) for seed in range(100, 112)]
    assert sum(lift is not None and lift.others.is_shown for lift in lifts) <= 2


def test_who_says_so_by_habit_brings_no_lift() -> None:
    days, _ = world(7, brought=0, told_share=0.0)
    told = np.random.default_rng(7).binomial(days.newcomers.astype(int), 0.05).astype(float)
    lift = measured_lift(Days(days.newcomers - told, told, days.pressure, WEEKDAY))
    assert lift is not None
    assert not lift.told.is_shown
    assert lift.counted.brought == 0


def test_too_little_to_measure_on_gives_no_lift() -> None:
    days, _ = world(1, brought=100, told_share=0.5)
    assert measured_lift(Days(days.newcomers, days.told, np.zeros(DAYS), WEEKDAY)) is None
    short = slice(0, 100)
    assert measured_lift(Days(days.newcomers[short], days.told[short], days.pressure[short], WEEKDAY[short])) is None
    assert measured_lift(Days(np.zeros(DAYS), np.zeros(DAYS), days.pressure, WEEKDAY)) is None


def test_a_lift_does_not_depend_on_what_reach_is_counted_in() -> None:
    days, _ = world(4, brought=600, told_share=0.3)
    one, other = (measured_lift(Days(days.newcomers, days.told, days.pressure * unit, WEEKDAY)) for unit in (1.0, 1000.0))
    assert one is not None
    assert other is not None
    assert one.every.brought == pytest.approx(other.every.brought, rel=1e-6)
    assert one.every.per_pressure == pytest.approx(other.every.per_pressure * 1000.0, rel=1e-6)


GRID = len(HALF_LIVES_DAYS)


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.integers(0, 364)), min_size=1, max_size=20),
    st.lists(st.floats(0.001, 1), min_size=GRID, max_size=GRID),
    st.floats(0, 1),
)
def test_what_speakers_brought_and_will_yet_bring_is_all_that_mentions_do(
    mentions: list[tuple[float, int]], likelihood: list[float], rate: float
) -> None:
    shares = np.array(likelihood) / sum(likelihood)
    part = Part(1.0, 1.0, np.full(GRID, rate))
    lift = Lift(part, part, shares, 365)
    pressure, day = (np.array(values, dtype) for values, dtype in zip(zip(*mentions, strict=True), (float, int), strict=True))
    so_far, coming = brought_by(lift, part, pressure, day)
    assert so_far + coming == pytest.approx(pressure * rate, rel=1e-9, abs=1e-12)
    daily = np.bincount(day, weights=pressure, minlength=365)
    in_all = sum(share * rate * in_the_air(daily, half_life).sum() for share, half_life in zip(shares, HALF_LIVES_DAYS, strict=True))
    assert so_far.sum() == pytest.approx(in_all, rel=1e-6, abs=1e-9)


@given(st.floats(0, 1e4), st.floats(0, 1e4), st.booleans())
def test_ranges_hold_zero_where_nothing_is_shown_and_stand_above_it_where_something_is(mean: float, spread: float, is_shown: bool) -> None:
    low, high = range_of(np.array([mean]), np.array([spread**2]), is_shown=is_shown)
    assert low[0] <= high[0]
    if is_shown and mean > 0 and spread > 0:
        assert low[0] >= 0
    else:
        assert low[0] <= 0 <= high[0]


def test_variances_of_speakers_hold_chance_and_what_is_not_known_of_the_lift() -> None:
    part = Part(100.0, 400.0, np.zeros(GRID))
    assert variance_of(part, np.array([10.0, 0.0])).tolist() == [10.0 + 0.1**2 * 400.0, 0.0]
    assert variance_of(part, np.array([10.0]), not_shown=500.0).tolist() == [10.0 + 0.1**2 * 900.0]


def test_what_is_not_shown_may_have_brought_as_many_as_its_range_says() -> None:
    shown, open_one = Part(100.0, 400.0, np.zeros(GRID)), Part(-20.0, 900.0, np.zeros(GRID))
    lift = Lift(shown, open_one, np.full(GRID, 1 / GRID), DAYS)
    assert may_have_brought(lift) == pytest.approx(((-20.0 + 1.645 * 30.0) / 1.645) ** 2)
    assert may_have_brought(Lift(shown, shown, np.full(GRID, 1 / GRID), DAYS)) == 0.0


def test_nine_speakers_in_ten_brought_as_many_as_their_ranges_say() -> None:
    """Speakers from a hundredth of a customer to thirty, in worlds whose lift is known to a fifth."""
    chance, covered = np.random.default_rng(9), []
    mean = np.exp(chance.uniform(np.log(0.01), np.log(30.0), 400))
    for _ in range(60):
        came = chance.poisson(mean * chance.gamma(25.0, 1 / 25.0))
        low, high = counted_range(mean, mean + 0.04 * mean**2, mean + 0.04 * mean**2)
        covered.append((came >= low) & (came <= high))
        assert (low[mean < 2.9] == 0).all()  # a Poisson count of so few is nought once in twenty times
    assert np.mean(covered) >= 0.90
    assert np.mean(np.array(covered)[:, mean > 3]) == pytest.approx(0.92, abs=0.04)
