"""The forecast of customers who order when they like: contest, fit, expectations, ranges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from unequal import config
from unequal.value import backtesting, buying, drivers, tracking
from unequal.value.arrays import Floats, Ints
from unequal.value.backtesting import PARAMETERS_DRAWN
from unequal.value.clock import DAYS_A_WEEK
from unequal.value.contest import BASELINES, baseline
from unequal.value.economics import Economics, economics_of
from unequal.value.forecasting import YEAR_WEEKS, Expected, cuts_of, discount, expected, period_ends, ranges
from unequal.value.foreseen import Foreseen
from unequal.value.futures import futures
from unequal.value.keeping_customers import more_kept, staying_of_orders
from unequal.value.known import Known
from unequal.value.origins import Window

_UNLIKELY: Final = 0.01
"""A silence that a customer's rhythm produces once in a hundred times is no longer explained by it."""


@dataclass(frozen=True)
class Today:
    """Customers of one kind as they stand today.

    Args:
        calendar: n customers on the calendar.
        seasonal: the same on the clock of seasons; None where history is too short for seasons.
        number: of each.
        first_day, last_day: of orders, datetime64[D].
        segments: n x kinds.
        window: the window that a forecast of one hold-out from today covers, for "last year again".
    """

    calendar: backtesting.Watched
    seasonal: backtesting.Watched | None
    number: Ints
    first_day: Any
    last_day: Any
    segments: Any
    window: Window

    @property
    def known(self) -> Known:
        """Histories on the calendar."""
        return self.calendar.known


@dataclass(frozen=True)
class Learned:
    """What a group of customers taught: which forecaster won, on which clock, its fit, and what orders bring."""

    outcome: backtesting.Outcome
    on: backtesting.Watched
    fit: buying.Fit
    economics: Economics
    expected: Expected


def learned(today: Today, tests: Sequence[backtesting.Test], settings: config.value.Value, generator: np.random.Generator) -> Learned:
    """Hold the contest on earlier days, and fit what won to all that is known today."""
    outcome = backtesting.contest(tests, wanted=settings.model, generator=generator)
    kind = backtesting.MODELS.get(outcome.chosen, buying.ParetoNbd)
    on = today.seasonal if backtesting.is_seasonal(outcome.chosen) and today.seasonal else today.calendar
    fit = _fit(kind, on.known.counted[0])
    economics, ends = economics_of(today.known), period_ends(settings.horizon_weeks)
    shown = on.clock.ahead(today.window.start, ends)
    of = expected(fit.model, on.known, economics, ends, shown=shown, calibration=outcome.calibration,
                  calibration_of_dollars=outcome.calibration_of_dollars)  # fmt: skip
    if outcome.chosen in BASELINES:
        of = _as_baseline(of, outcome.chosen, today, economics)
    return Learned(outcome, on, fit, economics, of)


def _fit(kind: type[buying.Model], histories: buying.Histories) -> buying.Fit:
    """The fit; where nobody has ordered again, half an order in all that was watched and a year more, watched in vain.

    Without the year a base that was watched for a day would be forecast half an order a day.
    """
    found = buying.fit(kind, histories)
    if histories.repeat_orders.any():
        return found
    watched = float(histories.observed @ histories.weight)
    model = buying.Poisson(0.5 / (watched + YEAR_WEEKS))
    return replace(found, model=model, log_likelihood=model.log_likelihood(histories))


def _as_baseline(of: Expected, name: str, today: Today, economics: Economics) -> Expected:
    """A baseline's orders in the first window; from there on they fade as the model says that all customers' orders do."""
    window = today.window
    ahead = baseline(name, today.known, weeks=window.weeks, weeks_again=window.weeks_again)
    all_orders = of.orders.sum(axis=0)
    first = float(of.within(all_orders[None, :], window.weeks)[0])
    orders = ahead.orders[:, None] * (all_orders / first if first > 0 else np.zeros(len(all_orders)))
    brought = orders * economics.an_order[:, None] + of.alive_weeks * economics.service_a_week[:, None]
    return Expected(of.ends, of.p_alive, orders, brought, of.alive_weeks)


def foreseen(
    relationship: str, group: str, today: Today, what: Learned, tests: Sequence[backtesting.Test], *, settings: config.value.Value, bar: float,
    generator: np.random.Generator,
) -> Foreseen:  # fmt: skip
    """What a line of business expects of the customers of one kind, with its ranges and what it rests on.

    Args:
        relationship, group: their names.
        today: the customers.
        what: of the same.
        tests: that the contest was held on.
        settings: the section value.
        bar: what two years must bring to be among the best fifth.
        generator: what to draw from.
    """
    of, rate, known = what.expected, settings.discount_rate_annual, what.on.known
    shown = what.on.clock.ahead(today.window.start, cuts_of(float(of.ends[-1])))
    models = what.fit.draws(PARAMETERS_DRAWN, generator)
    # Futures come from the model even where a baseline won: multiplied so that their mean is the forecast's.
    scale = _scale(of, what, today)
    drawn = ranges(
        models, known, what.economics, of, rate=rate, scale=scale, segments=today.segments, bar=bar, generator=generator, shown=shown
    )
    kept = more_kept(staying_of_orders(of), rate)
    at = {"relationship": relationship, "kind_of_customer": group}
    return Foreseen(
        relationship=relationship, kind="orders", group=group, model=what.outcome.chosen, number=today.number,
        orders=known.orders, first_day=today.first_day, last_day=today.last_day, p_alive=of.p_alive,
        orders_expected=of.orders.sum(axis=1), orders_range=drawn.orders, value_expected=of.brought @ discount(of.ends, rate),
        value_range=drawn.value, year_expected=of.within(of.brought, YEAR_WEEKS), year_range=drawn.year,
        two_years_expected=of.within(of.brought, 2 * YEAR_WEEKS), two_years_spread=drawn.two_years_spread, above=drawn.above,
        overdue_after=_overdue_after(what, today), silent=today.known.silent * DAYS_A_WEEK,
        totals=drawn.totals, year_totals=drawn.year_totals, of_a_point=kept.of_a_point, past=what.outcome.totals(),
        retention=[{**at, **row} for row in kept.rows], drivers=drivers_of(of, what.economics, rate),
        backtests=backtest_rows(relationship, group, [(test.window, len(test.known)) for test in tests], what.outcome), fits=fit_rows(relationship, group, what),
    )  # fmt: skip


def drivers_of(of: Expected, economics: Economics, rate: float) -> dict[str, Floats]:
    """Why what each customer is expected to bring differs from that of one who is average in every driver; see drivers.value_drivers.

    Orders and weeks are those expected while a customer stays, discounted. The average customer is the mean of each driver,
    and what calibration adds stands in the margin rate.
    """
    factors = discount(of.ends, rate)
    alive = np.maximum(of.p_alive, 1e-12)
    orders, stay = (of.orders @ factors) / alive, (of.alive_weeks @ factors) / alive
    value = of.brought @ factors
    plain = alive * (orders * (economics.spend * economics.margin + economics.service_an_order) + stay * economics.service_a_week)
    spent = alive * orders * economics.spend
    margin = economics.margin + np.where(spent > 0, (value - plain) / np.where(spent > 0, spent, 1.0), 0.0)
    own = {
        "alive": alive, "orders": orders, "stay": stay, "spend": economics.spend, "margin_rate": margin,
        "cost_per_order": -economics.service_an_order, "fixed_cost": -economics.service_a_week,
    }  # fmt: skip
    shared = drivers.value_drivers(own, {name: float(values.mean()) for name, values in own.items()})
    # How long a customer stays and how often it orders while it stays are one decision to go on buying.
    shared["orders"] = shared["orders"] + shared.pop("stay")
    return shared


def two_years(today: Today, what: Learned, places: Any, *, draws: int, generator: np.random.Generator) -> Any:
    """Futures of some customers: what 104 weeks, or the horizon where it is shorter, bring; places x draws."""
    known, economics, of = what.on.known.of(places), what.economics.of(places), what.expected
    cuts = cuts_of(float(of.ends[-1]))[:2]
    alive_weeks = of.between(of.alive_weeks[places], cuts)
    lengths = np.diff(what.on.clock.ahead(today.window.start, cuts), prepend=0.0)
    models = what.fit.draws(PARAMETERS_DRAWN, generator)
    drawn = futures(models, known, economics, lengths, alive_weeks=alive_weeks, draws=draws, generator=generator)
    sums = [some.brought.sum(axis=2) for some in drawn]
    found = np.concatenate(sums) if sums else np.zeros((0, draws))
    return found * _scale(of, what, today)[places, None]


def _scale(of: Expected, what: Learned, today: Today) -> Floats:
    if what.outcome.chosen not in BASELINES:
        return np.full(len(today.number), what.outcome.calibration_of_dollars)
    shown = what.on.clock.ahead(today.window.start, of.ends)
    orders = expected(what.fit.model, what.on.known, what.economics, of.ends, shown=shown).orders.sum(axis=1)
    return np.where(orders > 0, of.orders.sum(axis=1) / np.where(orders > 0, orders, 1.0), 0.0)


def _overdue_after(what: Learned, today: Today) -> Floats:
    """Days of silence after which a customer's own rhythm no longer explains it; infinite where the model knows no rhythm."""
    model, known = what.fit.model, what.on.known
    if not (hasattr(model, "r") and hasattr(model, "alpha")):
        return np.full(len(known), np.inf)
    histories, places = known.counted
    weeks = buying.silence_allowed(histories, r=model.r, alpha=model.alpha, chance=_UNLIKELY)[places]
    days = what.on.clock.days_until(today.last_day, weeks)
    return np.where(known.repeat_orders > 0, days, np.inf)


def backtest_rows(relationship: str, group: str, tests: Sequence[tuple[Window, int]], outcome: backtesting.Outcome) -> list[dict[str, Any]]:
    """BACKTEST rows of a contest; `tests` are its windows with their numbers of customers."""
    useful = [test for test in tests if test[1] >= backtesting.FEWEST_CUSTOMERS]
    return [
        {
            "relationship": relationship, "kind_of_customer": group, "origin": window.start, "weeks": window.weeks, "model": name,
            "is_chosen": name == outcome.chosen, "customers": customers, "orders": int(one.score.orders),
            "orders_expected": one.score.orders_expected, "brought": one.score.brought, "brought_expected": one.score.brought_expected,
            "rmse": one.score.rmse, "mae": one.score.mae, "deviance": one.score.deviance, "covered": one.covered, "distance_from_uniform": one.uniform, "note": one.note,
        }
        for name, each in outcome.tried.items()
        for (window, customers), one in zip(useful, each, strict=True)
    ]  # fmt: skip


def fit_rows(relationship: str, group: str, what: Learned) -> list[dict[str, Any]]:
    """MODEL_FIT rows of a fit: the model of orders, that of spend, and the calibration."""
    at = {"relationship": relationship, "kind_of_customer": group}
    model = type(what.fit.model).__name__
    errors = what.fit.standard_errors
    rows = [
        {**at, "model": model, "parameter": name, "value": float(getattr(what.fit.model, name)), "standard_error": float(error)}
        for name, error in zip(what.fit.model.names(), errors, strict=True)
    ]
    rows.append({**at, "model": model, "parameter": "log_likelihood", "value": what.fit.log_likelihood, "standard_error": None})
    return rows + calibration_rows(at, what.outcome)


def calibration_rows(at: dict[str, Any], outcome: backtesting.Outcome) -> list[dict[str, Any]]:
    """MODEL_FIT rows of by what earlier tests say that orders and dollars are to be multiplied."""
    told = {"calibration": outcome.calibration, "calibration_of_dollars": outcome.calibration_of_dollars}
    return [{**at, "model": "backtests", "parameter": name, "value": value, "standard_error": None} for name, value in told.items()]


def tracking_rows(
    relationship: str, group: str, test: backtesting.Test, outcome: backtesting.Outcome, orders_of_week: Ints
) -> list[dict[str, Any]]:
    """TRACKING rows of the latest test: orders since its origin, as they came and as the winner expected them.

    Args:
        relationship, group: their names.
        test: the latest, of those that the contest was held on the first.
        outcome: of the contest.
        orders_of_week: orders that came in each week after the origin.
    """
    weeks = np.arange(1, len(orders_of_week) + 1, dtype=np.float64)
    on = test.watched_by(outcome.chosen)
    model = outcome.tried[outcome.chosen][0].model
    if model is None or on is None:
        ahead = baseline(outcome.chosen, test.known, weeks=1.0, weeks_again=test.window.weeks_again)
        forecast = weeks * float(ahead.orders.sum())
    else:
        histories, _ = on.known.counted
        forecast = histories.weight @ model.expected_orders(histories, on.clock.ahead(test.window.start, weeks))
    # Of a large base the contest is held on some, and what came is counted of all.
    drawn = float(test.orders.sum())
    whole = float(orders_of_week.sum()) / drawn if drawn else 1.0
    return tracking.rows(relationship, group, test.window.start, weeks=weeks, came=orders_of_week, expected=forecast * whole)
