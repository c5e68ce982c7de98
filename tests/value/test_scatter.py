"""Ranges of single customers' dollars: what single orders, returns and calls differ by is found again, and drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.value.knowns import known

from unequal.value.arrays import Floats
from unequal.value.economics import Economics, economics_of
from unequal.value.forecasting import ends_of
from unequal.value.futures import brought_by
from unequal.value.known import Known
from unequal.value.rates import rates_of

WEEKS = 104
AHEAD = 52.0


@dataclass(frozen=True)
class Year:
    """What customers did in some weeks: orders, what they were invoiced at, their margin, what came back, and what service cost."""

    orders: Floats
    spent: Floats
    margin: Floats
    margin_squares: Floats
    back: Floats
    back_days: Floats
    back_squares: Floats
    calls: Floats
    service_at_orders: Floats
    service_squares_at_orders: Floats

    @property
    def brought(self) -> Floats:
        """After service."""
        return self.margin - self.back - 8.0 * self.calls + self.service_at_orders


def lived(traits: dict[str, Floats], weeks: float, chance: np.random.Generator, *, least: int = 0) -> Year:
    """Customers of whom nobody leaves: a third of orders comes back with some, a call costs 8, and an order 6 on average to serve."""
    orders = np.maximum(chance.poisson(traits["rate"] * weeks), least)
    who = np.repeat(np.arange(len(orders)), orders)

    def over(values: Floats, of: Floats = who) -> Floats:
        return np.bincount(of, weights=values, minlength=len(orders)).astype(float)

    spend = chance.gamma(3.0, traits["spend"][who] / 3.0)
    margin = spend * traits["margin"][who] + np.sqrt(spend * 2.0) * chance.standard_normal(len(who))
    returned = chance.random(len(who)) < traits["returns"][who]
    back = chance.gamma(2.0, 0.2, int(returned.sum())) * traits["spend"][who[returned]]
    serving = -chance.gamma(4.0, 1.5, len(who))
    return Year(
        orders, over(spend), over(margin), over(margin**2 / spend), over(back, who[returned]), over(np.ones(len(back)), who[returned]),
        over(back**2, who[returned]), chance.poisson(traits["calls"] * weeks).astype(float), over(serving), over(serving**2),
    )  # fmt: skip


def histories(past: Year) -> Known:
    n = len(past.orders)
    return known(
        repeat_orders=past.orders - 1, last_order=np.where(past.orders > 1, 100.0, 0.0), observed=np.full(n, float(WEEKS)), spent=past.spent,
        margin=past.margin - past.back, margin_at_orders=past.margin, margin_squares=past.margin_squares,
        back_days=past.back_days.astype(np.int64), back_squares=past.back_squares, service=past.service_at_orders - 8.0 * past.calls,
        service_at_orders=past.service_at_orders, served_days=past.calls.astype(np.int64),
        service_squares=past.service_squares_at_orders + 64.0 * past.calls, service_squares_at_orders=past.service_squares_at_orders,
    )  # fmt: skip


@pytest.fixture(scope="module")
def world() -> tuple[Economics, Floats, Year]:
    """What two years taught of 4,000 customers, at which rates they order, and what the third brought."""
    chance, n = np.random.default_rng(12), 4_000
    traits = {
        "rate": chance.gamma(2.0, 0.02, n), "spend": 60 / chance.gamma(4.0, 1 / 3.0, n), "margin": chance.normal(0.35, 0.1, n),
        "returns": chance.beta(0.5, 3.0, n), "calls": chance.gamma(0.5, 0.03, n),
    }  # fmt: skip
    past, coming = lived(traits, WEEKS, chance, least=1), lived(traits, AHEAD, chance)
    return economics_of(histories(past)), traits["rate"], coming


def drawn(economics: Economics, rate: Floats, *, p_alive: float = 1.0, draws: int = 100) -> Floats:
    chance, n = np.random.default_rng(5), len(rate)
    orders = chance.poisson(np.repeat((rate * AHEAD)[:, None], draws, axis=1))[:, :, None]
    orders[chance.random((n, draws)) > p_alive] = 0
    weeks = np.full((n, 1), AHEAD * p_alive)
    return brought_by(orders, economics, weeks, np.full(n, p_alive), chance)[:, :, 0]


def test_nine_in_ten_of_what_came_lie_in_the_ranges_and_not_by_being_wide(world) -> None:
    economics, rate, coming = world
    low, high = ends_of(drawn(economics, rate)).T
    assert np.mean((coming.brought >= low) & (coming.brought <= high)) == pytest.approx(0.90, abs=0.03)
    plain = ends_of(drawn(Economics(**{**economics.__dict__, "scatter": None}), rate))
    assert np.mean((coming.brought >= plain[:, 0]) & (coming.brought <= plain[:, 1])) < 0.75  # all service and returns as expected
    assert interval_score(low, high, coming.brought) < interval_score(*plain.T, coming.brought)


def interval_score(low: Floats, high: Floats, came: Floats) -> float:
    """Width, and twenty times what came lies beside. Source: T. Gneiting and A. Raftery, JASA 102, 2007."""
    return float(np.mean(high - low + 20 * (np.maximum(low - came, 0) + np.maximum(came - high, 0))))


def test_what_was_planted_of_events_is_found_again(world) -> None:
    scatter = world[0].scatter
    assert scatter.back_an_order.mean() == pytest.approx(0.5 / 3.5, rel=0.1)
    assert scatter.call == pytest.approx(-8.0)
    assert scatter.call_variance == pytest.approx(0.0, abs=1e-6)
    assert scatter.order_variance.mean() == pytest.approx(4 * 1.5**2, rel=0.1)
    assert (scatter.noise * scatter.freedom / (scatter.freedom - 2)).mean() == pytest.approx(2.0, rel=0.25)


@pytest.mark.parametrize("p_alive", [1.0, 0.4])
def test_luck_moves_no_mean(world, p_alive: float) -> None:
    economics, rate, _ = world
    expected = p_alive * AHEAD * (rate * economics.an_order + economics.service_a_week)
    assert drawn(economics, rate, p_alive=p_alive).mean(axis=1).sum() == pytest.approx(expected.sum(), rel=0.03)


def test_who_is_gone_costs_nothing_and_a_base_without_service_has_none(world) -> None:
    economics = world[0]
    gone = brought_by(np.zeros((2, 50, 1), np.int64), economics.of(slice(0, 2)), np.zeros((2, 1)), np.zeros(2), np.random.default_rng(1))
    assert not gone.any()
    plain = economics_of(known(repeat_orders=[0, 3], last_order=[0.0, 40.0]))
    still = brought_by(np.zeros((2, 50, 1), np.int64), plain, np.full((2, 1), 52.0), np.ones(2), np.random.default_rng(1))
    assert not still.any()


def test_costs_that_follow_every_order_on_another_day_are_no_luck() -> None:
    """Goods whose cost is booked a day later: as many events as orders, all of one size."""
    n = 200
    seen = known(
        repeat_orders=np.full(n, 9), last_order=np.full(n, 90.0), observed=np.full(n, 100.0), margin=np.full(n, 400.0),
        margin_at_orders=np.full(n, 1000.0), margin_squares=np.full(n, 1000.0), back_days=np.full(n, 10), back_squares=np.full(n, 10 * 60.0**2),
    )  # fmt: skip
    found = economics_of(seen).scatter
    who, ordered, spend = np.zeros(500, np.int64), np.full((500, 1), 4), np.full((500, 1), 400.0)
    off = found.of_orders(who, ordered, spend, np.full(500, 100.0), np.random.default_rng(2))
    assert np.abs(off).max() < 0.5  # of 400 dollars: sums of squares are kept a hair above what exact sums would be


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0.1, 50)), min_size=1, max_size=15), st.sampled_from([0.0, 0.01, 1.0, 20.0]))
def test_rates_lie_between_own_and_base_and_are_less_certain_than_customers_differ(rows: list[tuple[float, float]], noise: float) -> None:
    amount, exposure = (np.array(column) for column in zip(*rows, strict=True))
    found, own, base = rates_of(amount, exposure, noise), amount / exposure, amount.sum() / exposure.sum()
    assert (found.mean >= np.minimum(own, base) - 1e-9).all()
    assert (found.mean <= np.maximum(own, base) + 1e-9).all()
    assert (found.variance >= 0).all()
