"""The forecast of customers who may come once in each period: BG/BB, what an occasion brings, and how earlier days did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from unequal import config
from unequal.value import buying_by_period, tracking
from unequal.value.arrays import Flags, Floats, Ints
from unequal.value.backtesting import FEWEST_CUSTOMERS, PARAMETERS_DRAWN, Outcome, Tried, baseline_tried, some_of, with_ranges
from unequal.value.binding import WEEKS_OF
from unequal.value.buying_by_period import BgBb, Fit, Opportunities
from unequal.value.contest import BASELINES, Ahead, best, score
from unequal.value.economics import Economics, economics_of
from unequal.value.forecasting import DRAWS, PERIOD_WEEKS, YEAR_WEEKS, Expected, Ranges, cuts_of, discount, ends_of
from unequal.value.foreseen import Foreseen
from unequal.value.futures import brought_by
from unequal.value.keeping_customers import Staying, more_kept
from unequal.value.known import Known
from unequal.value.ordering import backtest_rows, calibration_rows, drivers_of
from unequal.value.origins import Window

MODEL: Final = "bg_bb"
_CUSTOMERS_AT_ONCE: Final = 20_000
_WHOLE: Final = 0.05
"""A horizon that misses the end of a period by less than this part of it is meant to reach it: years are not 52 weeks."""


@dataclass(frozen=True)
class Standing:
    """Customers as they stand on a morning.

    Args:
        window: the window that begins on it.
        every: how often there is an occasion: week, month, quarter or year.
        opportunities: histories of n customers.
        has_come: who has come already in the period under way, so that the next occasion is that of the period after it.
        gone: weeks of the period under way that are gone.
        number: of each.
        first_day, last_day: on which each came, datetime64[D]; not a time where histories came counted.
        segments: n x kinds.
        known: histories by occasions, as for orders: what dollars are learned from; None where histories came counted.
        assumed: what an occasion is assumed to bring where that is not known.
        orders, brought: occasions and dollars that came in the window, n; empty today.
    """

    window: Window
    every: str
    opportunities: Opportunities
    has_come: Flags
    gone: float
    number: Ints
    first_day: Any
    last_day: Any
    segments: Any
    known: Known | None
    assumed: float
    orders: Ints
    brought: Floats

    def shares(self, weeks: float) -> Floats:
        """How much of each coming period, that under way first, lies within so many weeks; the last is above 0."""
        whole = WEEKS_OF[self.every]
        reached = (weeks + self.gone) / whole
        if abs(reached - round(reached)) < _WHOLE and round(reached) > 0:
            reached = float(round(reached))
        shares = np.clip(reached - np.arange(max(int(np.ceil(reached)), 1)), 0.0, 1.0)
        shares[0] = min(1.0, max(weeks, 0.0) / (whole - self.gone)) if reached < 1 else 1.0
        return np.asarray(shares)


@dataclass(frozen=True)
class Learned:
    """What occasions taught: the model, how it did, what an occasion brings, and what is expected. Economics is None where that is assumed."""

    fit: Fit
    outcome: Outcome
    economics: Economics | None
    expected: Expected


def learned(today: Standing, tests: Sequence[Standing], horizon: float, generator: np.random.Generator) -> Learned:
    """Try the model and the baselines on earlier days, and fit the model to all that is known today.

    Args:
        today: customers of whom at least one had an opportunity.
        tests: the same on earlier days, latest first; may be none.
        horizon: in weeks.
        generator: what to draw from.
    """
    outcome = contest(tests, generator)
    fit = buying_by_period.fit(today.opportunities)
    economics = None if today.known is None else economics_of(today.known)
    of = expected(fit.model, today, economics, horizon)
    orders, brought = of.orders * outcome.calibration, of.brought * outcome.calibration_of_dollars
    return Learned(fit, outcome, economics, Expected(of.ends, of.p_alive, orders, brought, of.alive_weeks))


def expected(model: BgBb, today: Standing, economics: Economics | None, horizon: float) -> Expected:
    """What a model expects of customers, period by period.

    Who has not come in the period under way still may; who has comes again in the next at the earliest. A period that the horizon
    cuts counts by its part.
    """
    shares = today.shares(horizon)
    there = _there(model, today, len(shares))
    x, n = today.opportunities.bought, today.opportunities.offered
    orders = there * ((model.alpha + x) / (model.alpha + model.beta + n))[:, None]
    orders[today.has_come, 0] = 0.0
    lengths = np.full(len(shares), WEEKS_OF[today.every])
    lengths[0] -= today.gone
    lengths *= shares
    orders, alive_weeks = orders * shares, there * lengths
    if economics is None:
        brought = orders * today.assumed
    else:
        brought = orders * economics.an_order[:, None] + alive_weeks * economics.service_a_week[:, None]
    return Expected(np.cumsum(lengths), there[:, 0], orders, brought, alive_weeks)


def _there(model: BgBb, today: Standing, periods: int) -> Any:
    """The chance that each customer is there in each of the coming periods, that under way first: customers x periods."""
    opportunities = today.opportunities
    now = buying_by_period.alive(model, opportunities)
    stays = buying_by_period.staying_on(model, opportunities.offered, periods)
    there = now[:, None] * stays / stays[:, :1]
    come = today.has_come
    there[come, 1:], there[come, 0] = there[come, :-1], 1.0
    return there


def contest(tests: Sequence[Standing], generator: np.random.Generator) -> Outcome:
    """Let the model and the baselines forecast earlier windows; the model forecasts, and says where a baseline did better."""
    useful = [test for test in tests if len(test.number) >= FEWEST_CUSTOMERS and (test.opportunities.offered > 0).any()]
    if not useful:
        return Outcome(MODEL)
    tried = {MODEL: [_tried(test, generator) for test in useful]}
    tried |= {name: [baseline_tried(name, _booked(test), test) for test in useful] for name in BASELINES}
    better = best({name: [one.score for one in each] for name, each in tried.items()})
    if better != MODEL:
        tried[MODEL] = [replace(one, note=f"{better} forecast these days better") for one in tried[MODEL]]
    return Outcome.of(MODEL, tried)


def _booked(test: Standing) -> Known:
    assert test.known is not None, "counted histories have no earlier days"
    return test.known


def _tried(test: Standing, generator: np.random.Generator) -> Tried:
    fit, economics = buying_by_period.fit(test.opportunities), economics_of(_booked(test))
    of = expected(fit.model, test, economics, test.window.weeks)
    some = some_of(len(test.number), generator)
    models = fit.draws(PARAMETERS_DRAWN, generator)
    orders, brought = _drawn(models, test, economics, of, some, np.array([test.window.weeks]), DRAWS, generator)
    scored = score(Ahead(of.orders.sum(axis=1), of.brought.sum(axis=1)), orders=test.orders, brought=test.brought)
    course = np.cumsum(of.orders.sum(axis=0))
    return with_ranges(
        Tried(scored, note=fit.maximum.why_not, course=course), test, some, orders=orders[:, :, 0], brought=brought[:, :, 0],
        mean=of.brought[some].sum(axis=1), generator=generator,
    )  # fmt: skip


def tracking_rows(relationship: str, group: str, tests: Sequence[Standing], outcome: Outcome, came: Ints) -> list[dict[str, Any]]:
    """TRACKING rows of the latest test: occasions since its origin, as they came and as the model expected them; none without a test.

    Args:
        relationship, group: their names.
        tests: latest first.
        outcome: of the contest that was held on them.
        came: occasions on which customers came in each period after the latest origin.
    """
    course = outcome.tried[MODEL][0].course if outcome.tried else None
    if course is None:
        return []
    weeks = WEEKS_OF[tests[0].every] * np.arange(1, len(course) + 1)
    return tracking.rows(relationship, group, tests[0].window.start, weeks=weeks, came=came, expected=course)


def two_years(today: Standing, what: Learned, places: Any, *, draws: int, generator: np.random.Generator) -> Any:
    """Futures of some customers: what 104 weeks, or the horizon where it is shorter, bring; places x draws."""
    cuts = cuts_of(float(what.expected.ends[-1]))[:2]
    models = what.fit.draws(PARAMETERS_DRAWN, generator)
    _, brought = _drawn(models, today, what.economics, what.expected, places, cuts, draws, generator)
    return brought.sum(axis=2) * what.outcome.calibration_of_dollars


def _within(values: Any, today: Standing, of: Expected, weeks: float) -> Floats:
    """The part of an n x m array that falls within so many weeks, by whole occasions where a cut is meant to reach their end."""
    cut, whole = today.shares(min(weeks, float(of.ends[-1]))), today.shares(float(of.ends[-1]))
    k = min(len(cut), len(whole))
    part: Floats = values[:, :k] @ np.minimum(cut[:k] / whole[:k], 1.0)
    return part


def _drawn(
    models: Sequence[BgBb], today: Standing, economics: Economics | None, of: Expected, places: Any, cuts: Floats, draws: int,
    generator: np.random.Generator,
) -> tuple[Any, Any]:  # fmt: skip
    """Futures of some customers between cuts: occasions and what they bring, not discounted, each places x draws x cuts.

    Only whole occasions come: where a cut falls within a period, as many as its nearest whole number are drawn, and their
    dollars are taken to the cut.
    """
    reached = np.array([today.shares(float(cut)).sum() for cut in cuts])
    whole = np.maximum(np.rint(reached), np.arange(len(cuts)) == len(cuts) - 1).astype(np.int64)
    until = np.maximum(whole[None, :] - today.has_come[places, None], 0)
    opportunities = Opportunities(
        *(each[places] for each in (today.opportunities.bought, today.opportunities.last, today.opportunities.offered))
    )
    blocks = [
        buying_by_period.drawn_orders_between(model, opportunities, until, len(part), generator)
        for model, part in zip(models, np.array_split(np.arange(draws), len(models)), strict=True)
    ]
    orders = np.concatenate(blocks).transpose(1, 0, 2)
    steps, meant = np.diff(whole, prepend=0), np.diff(reached, prepend=0.0)
    to_cut = np.where(steps > 0, meant / np.maximum(steps, 1), 0.0)
    if economics is None:
        return orders, orders * today.assumed * to_cut
    weeks = np.stack([_within(of.alive_weeks[places], today, of, float(cut)) for cut in cuts], axis=1)
    return orders, brought_by(orders, economics.of(places), np.diff(weeks, axis=1, prepend=0.0), of.p_alive[places], generator) * to_cut


def foreseen(
    relationship: str, group: str, today: Standing, what: Learned, tests: Sequence[Standing], *, settings: config.value.Value, bar: float,
    generator: np.random.Generator,
) -> Foreseen:  # fmt: skip
    """What is expected of customers who may come once in each period, with its ranges and what it rests on.

    Args:
        relationship, group: their names.
        today: the customers.
        what: of the same.
        tests: earlier days.
        settings: the section value.
        bar: what two years must bring to be among the best fifth.
        generator: what to draw from.
    """
    of, rate, n = what.expected, settings.discount_rate_annual, len(today.number)
    found = _ranges(today, what, rate=rate, bar=bar, generator=generator)
    kept = more_kept(staying(what.fit.model, of, today), rate)
    at = {"relationship": relationship, "kind_of_customer": group}
    never = np.full(n, np.inf)
    return Foreseen(
        relationship=relationship, kind="occasions", group=group, model=MODEL, number=today.number, orders=today.opportunities.bought + 1,
        first_day=today.first_day, last_day=today.last_day, p_alive=of.p_alive, orders_expected=of.orders.sum(axis=1),
        orders_range=found.orders, value_expected=of.brought @ discount(of.ends, rate), value_range=found.value,
        year_expected=_within(of.brought, today, of, YEAR_WEEKS), year_range=found.year,
        two_years_expected=_within(of.brought, today, of, 2 * YEAR_WEEKS), two_years_spread=found.two_years_spread, above=found.above,
        overdue_after=never, silent=np.zeros(n), totals=found.totals, year_totals=found.year_totals, of_a_point=kept.of_a_point,
        past=what.outcome.totals(), retention=[{**at, **row} for row in kept.rows],
        drivers={} if what.economics is None else drivers_of(of, what.economics, rate),
        backtests=backtest_rows(relationship, group, [(test.window, len(test.number)) for test in tests], what.outcome),
        fits=_fit_rows(at, today, what),
    )  # fmt: skip


def _ranges(today: Standing, what: Learned, *, rate: float, bar: float, generator: np.random.Generator) -> Ranges:
    n, of, cuts = len(today.number), what.expected, cuts_of(float(what.expected.ends[-1]))
    found = Ranges.empty(n, int(today.segments.max(initial=-1)) + 1, DRAWS)
    models, scale = what.fit.draws(PARAMETERS_DRAWN, generator), what.outcome.calibration_of_dollars
    factors = _factors(of, today, cuts, rate)
    for start in range(0, n, _CUSTOMERS_AT_ONCE):
        at = slice(start, min(start + _CUSTOMERS_AT_ONCE, n))
        orders, brought = _drawn(models, today, what.economics, of, np.arange(at.start, at.stop), cuts, DRAWS, generator)
        brought = brought * scale
        found.orders[at] = ends_of(orders.sum(axis=2))
        found.put(at, brought @ factors, brought[:, :, 0], brought[:, :, :2].sum(axis=2), segments=today.segments, bar=bar)
    return found


def _factors(of: Expected, today: Standing, cuts: Floats, rate: float) -> Floats:
    """What a dollar between two cuts is worth today on average, as the base's occasions are spread over the periods between."""
    spread = of.orders.sum(axis=0)[None, :]
    upto = [[float(_within(values, today, of, float(cut))[0]) for cut in cuts] for values in (spread, spread * discount(of.ends, rate))]
    come, worth = (np.diff(each, prepend=0.0) for each in upto)
    return np.asarray(np.where(come > 0, worth / np.where(come > 0, come, 1.0), 1.0))


def staying(model: BgBb, of: Expected, today: Standing) -> Staying:
    """How long customers are expected to stay, by the quarter: who is there at an occasion is there until the next."""
    weeks = WEEKS_OF[today.every]
    quarters = int(float(of.ends[-1]) / PERIOD_WEEKS + _WHOLE)
    ends = np.arange(1, quarters + 1) * PERIOD_WEEKS
    period = np.floor((ends + today.gone) / weeks + _WHOLE).astype(int)
    by_quarter = _there(model, today, int(period.max(initial=0)) + 1)[:, period]
    sums = by_quarter.sum(axis=1)
    return Staying(of.p_alive, by_quarter, np.where(sums > 0, of.brought.sum(axis=1) / np.where(sums > 0, sums, 1.0), 0.0))


def _fit_rows(at: dict[str, Any], today: Standing, what: Learned) -> list[dict[str, Any]]:
    maximum, model = what.fit.maximum, what.fit.model
    names = ("alpha", "beta", "gamma", "delta")
    rows = [
        # Errors of logarithms are relative errors of parameters.
        {**at, "model": MODEL, "parameter": name, "value": getattr(model, name), "standard_error": getattr(model, name) * float(error)}
        for name, error in zip(names, maximum.standard_errors, strict=True)
    ]
    rows.append({**at, "model": MODEL, "parameter": "log_likelihood", "value": float(maximum.log_likelihood), "standard_error": None})
    if what.economics is None and today.assumed:
        rows.append({**at, "model": "assumed", "parameter": "dollars_an_occasion", "value": today.assumed, "standard_error": None})
    return rows + calibration_rows(at, what.outcome)
