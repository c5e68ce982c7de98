"""The seasonal clock: it rises, runs back exactly, keeps years, and is found again in a made world."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers, lists, sampled_from

from unequal.value import seasons
from unequal.value.seasons import Seasons

days_ever = floats(-60_000, 60_000)


def drawn(seed: int, parts: int) -> Seasons:
    index = np.random.default_rng(seed).gamma(0.5, size=parts) + 1e-3
    return Seasons(index / index.mean(), 3.0, np.ones(parts))


def at(text: str) -> int:
    return int(np.datetime64(text, "D").astype(int))


@given(days=lists(days_ever, min_size=1), seed=integers(0, 10**6), parts=sampled_from([12, 52, 365]))
def test_the_clock_runs_back_to_where_it_came_from(days, seed, parts):
    clock, times = drawn(seed, parts), np.array(days)
    assert seasons.calendar(clock, seasons.operational(clock, times)) == pytest.approx(times, abs=1e-6)


@given(days=lists(days_ever, min_size=2, unique=True), seed=integers(0, 10**6), parts=sampled_from([12, 52, 365]))
def test_the_clock_never_runs_backwards_and_never_stops(days, seed, parts):
    times = np.sort(days)
    apart = np.diff(times) > 1e-3
    assert (np.diff(seasons.operational(drawn(seed, parts), times))[apart] > 0).all()


@given(year=integers(1900, 2100), seed=integers(0, 10**6))
def test_a_year_is_a_year_on_either_clock(year, seed):
    new_years = np.array([at(f"{year}-01-01"), at(f"{year + 1}-01-01")], dtype=float)
    assert seasons.operational(drawn(seed, 52), new_years) == pytest.approx(new_years, abs=1e-9)


@given(days=lists(days_ever, min_size=1))
def test_without_seasons_both_clocks_are_one(days):
    assert seasons.operational(seasons.even(), np.array(days)) == pytest.approx(np.array(days), abs=1e-6)


DAYS = np.arange(at("2018-01-01"), at("2021-07-01"))


def truth(place: np.ndarray) -> np.ndarray:
    return 1 + 0.5 * np.sin(2 * np.pi * place) + 1.5 * np.exp(-0.5 * ((place - 0.95) / 0.03) ** 2)


def world(a_day: float, seed: int, *, seasonal: bool = True) -> np.ndarray:
    """Orders that grow by half a year, few of them at weekends, most of them before Christmas."""
    place = seasons._year_place(DAYS.astype(float))[2]
    mean = a_day * np.exp(0.4 * (DAYS - DAYS[0]) / 365) * np.where(DAYS % 7 < 2, 0.3, 1.28)
    return np.random.default_rng(seed).poisson(mean * (truth(place) if seasonal else 1.0)).astype(float)


@pytest.mark.parametrize(("a_day", "off"), [(300.0, 0.07), (30.0, 0.07), (2.0, 0.13)])
def test_planted_seasons_are_found_again(a_day, off):
    found = seasons.learn(DAYS, world(a_day, 1))
    planted = truth((np.arange(365) + 0.5) / 365)
    assert np.sqrt(np.mean((found.index - planted / planted.mean()) ** 2)) < off
    assert found.index.mean() == pytest.approx(1)
    assert not found.thin


def test_on_the_clock_that_was_learned_orders_come_evenly():
    orders = world(300.0, 5)
    clock = seasons.learn(DAYS, orders)
    fresh = world(300.0, 6)[365:730] / np.exp(0.4 * np.arange(365) / 365)
    days = DAYS[365:730].astype(float)
    speed = np.diff(seasons.operational(clock, np.append(days, days[-1] + 1)))
    uneven, evened = (np.std(np.add.reduceat(of, np.arange(0, 364, 28))[:13]) for of in (fresh, fresh / speed))
    assert evened < uneven / 4


@pytest.mark.parametrize("a_day", [0.2, 300.0])
def test_where_there_are_no_seasons_hardly_any_are_seen(a_day):
    assert seasons.learn(DAYS, world(a_day, 2, seasonal=False)).index.std() < 0.08


def test_thin_orders_are_believed_less():
    much, little = (seasons.learn(DAYS, world(a_day, 3)) for a_day in (30.0, 0.1))
    assert little.trust.mean() < much.trust.mean()
    assert little.index.std() < 1.2 * much.index.std()


def test_less_than_two_years_are_said_to_be_thin_and_parts_never_seen_are_even():
    half = seasons.learn(DAYS[:180], world(30.0, 4)[:180], parts=12)
    assert half.thin
    assert half.trust[8:].max() < 0.01
    assert np.ptp(half.index[8:]) < 0.01


def test_months_and_weeks_may_be_the_parts():
    orders = world(30.0, 1)
    assert [len(seasons.learn(DAYS, orders, parts=parts).index) for parts in (12, 52)] == [12, 52]
    assert seasons.learn(DAYS, orders, parts=12, smooth_days=0).index.argmax() == 11


def test_a_base_without_orders_has_no_seasons():
    assert seasons.learn(DAYS, np.zeros(len(DAYS))).index.tolist() == [1.0] * 365


def test_days_that_stand_twice_and_orders_below_nothing_are_refused():
    for days, orders in ((np.array([1, 1]), np.ones(2)), (np.array([1, 2]), -np.ones(2)), (np.array([], dtype=int), np.zeros(0))):
        with pytest.raises(ValueError, match="once each"):
            seasons.learn(days, orders)
