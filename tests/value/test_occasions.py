"""The forecast of customers who may come once in each period: by hand, and on made worlds with known truth."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import floats, integers, sampled_from

from unequal import config
from unequal.value import buying_by_period, occasions
from unequal.value.arrays import Ints
from unequal.value.binding import WEEKS_OF
from unequal.value.buying_by_period import BgBb, Opportunities
from unequal.value.known import Known
from unequal.value.occasions import Standing
from unequal.value.origins import Window

TRUTH = BgBb(1.2, 0.75, 0.66, 2.78)
YEAR = Window(date(2021, 1, 1), date(2022, 1, 1), date(2020, 1, 1), date(2021, 1, 1))
SETTINGS = config.value.Value(horizon_weeks=522)


def standing(histories: Opportunities, **given: Any) -> Standing:
    n = len(histories.bought)
    never = np.full(n, np.datetime64("NaT", "D"))
    plain = Standing(
        window=YEAR, every="year", opportunities=histories, has_come=np.zeros(n, bool), gone=0.0, number=np.arange(n), first_day=never,
        last_day=never, segments=np.zeros((n, 1), np.int64), known=None, assumed=50.0, orders=np.zeros(0, np.int64), brought=np.zeros(0),
    )  # fmt: skip
    return replace(plain, **given)


def histories(*rows: tuple[int, int, int]) -> Opportunities:
    return Opportunities(*np.array(rows, dtype=np.int64).T)


def test_at_the_turn_of_a_period_the_forecast_is_the_models_own():
    today = standing(histories((0, 0, 6), (4, 5, 6)))
    of = occasions.expected(TRUTH, today, None, 522.0)
    assert of.orders.sum(axis=1) == pytest.approx(buying_by_period.expected_orders(TRUTH, today.opportunities, 10))
    assert of.p_alive == pytest.approx(buying_by_period.alive(TRUTH, today.opportunities))
    assert of.brought == pytest.approx(50 * of.orders)


def test_who_has_come_in_the_period_under_way_comes_again_in_the_next_at_the_earliest():
    today = standing(histories((5, 6, 6), (4, 5, 5)), has_come=np.array([True, False]), gone=20.0)
    of = occasions.expected(TRUTH, today, None, 10 * WEEKS_OF["year"] - 20.0)
    assert of.p_alive[0] == 1.0
    assert of.orders[0, 0] == 0.0
    of_nine = buying_by_period.orders_by_period(TRUTH, histories((5, 6, 6)), 9)[0]
    assert of.orders[0, 1:] == pytest.approx(of_nine)
    assert of.orders[1] == pytest.approx(buying_by_period.orders_by_period(TRUTH, histories((4, 5, 5)), 10)[0])


@given(weeks=floats(0.5, 1040), gone=floats(0, 0.99), every=sampled_from(["week", "month", "quarter", "year"]))
def test_shares_of_periods_come_to_the_horizon_and_none_is_empty(weeks, gone, every):
    today = standing(histories((0, 0, 1)), every=every, gone=gone * WEEKS_OF[every])
    shares = today.shares(weeks)
    assert ((shares > 0) & (shares <= 1)).all()
    assert (shares[:-1] == 1).all()
    lengths = np.full(len(shares), WEEKS_OF[every])
    lengths[0] -= today.gone
    # A horizon that nearly reaches the end of a period is taken to reach it.
    assert float(shares @ lengths) == pytest.approx(weeks, abs=0.05 * WEEKS_OF[every] + 1e-6)


def test_two_decades_are_expected_as_two_decades_come_out_in_draws():
    chance = np.random.default_rng(5)
    today = standing(buying_by_period.made_histories(TRUTH, np.full(3_000, 6), chance))
    what = occasions.learned(today, [], 522.0, chance)
    found = occasions.foreseen("appeals", "person", today, what, [], settings=SETTINGS, bar=100.0, generator=np.random.default_rng(2))
    assert (found.kind, found.model) == ("occasions", "bg_bb")
    drawn = found.totals[0]
    assert drawn.mean() == pytest.approx(found.value_expected.sum(), rel=0.04)
    assert found.year_totals[0].mean() == pytest.approx(found.year_expected.sum(), rel=0.04)
    assert (found.orders_range[:, 0] <= found.orders_expected + 1).all()
    assert {row["parameter"]: row["value"] for row in found.fits if row["model"] == "assumed"} == {"dollars_an_occasion": 50.0}
    assert [row["points"] for row in found.retention] == [1.0, 5.0]
    assert 0.7 < found.retention[0]["retention_expected"] < 0.99


def test_dollars_that_nobody_assumes_are_none_and_the_occasions_stay():
    today = standing(histories((0, 0, 6), (4, 5, 6), (6, 6, 6), (1, 1, 6)), assumed=0.0)
    what = occasions.learned(today, [], 522.0, np.random.default_rng(1))
    found = occasions.foreseen("appeals", "all", today, what, [], settings=SETTINGS, bar=0.0, generator=np.random.default_rng(2))
    assert not found.value_expected.any()
    assert not found.above.any()
    assert (found.orders_expected > 0).all()
    assert not any(row["model"] == "assumed" for row in found.fits)


def dated(n: int, seed: int) -> Standing:
    """A made world with dollars, in which the year after the morning is known too."""
    chance = np.random.default_rng(seed)
    after = chance.integers(3, 9, n)
    buys, leaves = chance.beta(TRUTH.alpha, TRUTH.beta, n), np.clip(chance.beta(TRUTH.gamma, TRUTH.delta, n), 1e-9, 1)
    at = np.arange(1, 10)
    acts = (chance.random((n, 9)) < buys[:, None]) & (at <= (chance.geometric(leaves) - 1)[:, None])
    seen = acts & (at <= after[:, None])
    came: Ints = acts[np.arange(n), after].astype(np.int64)
    x, t = seen.sum(axis=1), np.where(seen, at, 0).max(axis=1)
    each = chance.gamma(6.0, 50 / 6.0, n)
    spent = each * (x + 1)
    nothing, again = np.zeros(n), seen[np.arange(n), after - 1].astype(np.int64)
    known = Known(
        repeat_orders=x, last_order=t * 52.18, observed=after * 52.18, spend=each, spent=spent, margin=spent,
        margin_at_orders=spent, service=nothing, service_at_orders=nothing, margin_squares=spent, back_days=nothing.astype(np.int64),
        back_squares=nothing, served_days=nothing.astype(np.int64), service_squares=nothing, service_squares_at_orders=nothing, orders_again=again,
        brought_again=again * each,
    )  # fmt: skip
    return standing(Opportunities(x, t, after), known=known, orders=came, brought=came * each)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_on_made_worlds_the_contest_is_won_and_ranges_hold(seed):
    test = dated(3_000, seed)
    outcome = occasions.contest([test], np.random.default_rng(seed))
    (own,) = outcome.tried["bg_bb"]
    assert own.note == ""
    assert own.score.rmse < min(outcome.tried[name][0].score.rmse for name in ("last_year_again", "mean", "zero"))
    assert own.score.orders_expected == pytest.approx(own.score.orders, rel=0.06)
    assert own.score.brought_expected == pytest.approx(own.score.brought, rel=0.08)
    assert own.covered is not None
    assert own.covered > 0.9
    assert own.uniform is not None
    assert own.uniform < 0.04


def test_dollars_are_learned_from_what_occasions_brought():
    today = dated(2_000, 4)
    what = occasions.learned(today, [], 522.0, np.random.default_rng(1))
    assert what.economics is not None
    assert float(what.economics.an_order.mean()) == pytest.approx(50, rel=0.05)
    found = occasions.foreseen("gifts", "person", today, what, [], settings=SETTINGS, bar=100.0, generator=np.random.default_rng(2))
    shared = sum(found.drivers.values())
    assert float(np.mean(shared)) != 0
    assert found.totals[0].mean() == pytest.approx(found.value_expected.sum(), rel=0.05)


@given(x=integers(0, 5), silent=integers(0, 5), weeks=floats(4, 600))
def test_more_weeks_bring_no_fewer_occasions(x, silent, weeks):
    today = standing(histories((x, x, x + silent)))
    sooner, later = (occasions.expected(TRUTH, today, None, ahead).orders.sum() for ahead in (weeks, weeks + 30))
    assert later >= sooner - 1e-9
