"""The forecast of customers under contract: how long contracts run, what a period of them brings, and how earlier days did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from unequal import config
from unequal.value import renewing, tracking
from unequal.value.arrays import Floats, Ints
from unequal.value.backtesting import FEWEST_CUSTOMERS, PARAMETERS_DRAWN, Outcome, Tried, baseline_tried, some_of, with_ranges
from unequal.value.binding import Bound, Contracts, Paid, bound, drawn, paid_apart, payments_by, staying_of_contracts
from unequal.value.contest import BASELINES, Ahead, best, score
from unequal.value.forecasting import DRAWS, Ranges, ends_of
from unequal.value.foreseen import Foreseen
from unequal.value.keeping_customers import more_kept
from unequal.value.known import Known
from unequal.value.ordering import backtest_rows, calibration_rows
from unequal.value.origins import Window

MODELS: Final = ("bdw", "sbg")
"""Beta-discrete-Weibull, and the shifted beta-geometric that it is where a customer's risk does not change with age."""
_CUSTOMERS_AT_ONCE: Final = 20_000


@dataclass(frozen=True)
class Recent:
    """What n customers paid lately: how often, what it brought after service, and the squares of it."""

    orders: Ints
    margin: Floats
    squares: Floats


@dataclass(frozen=True)
class Standing:
    """Customers under contract on a morning.

    Args:
        window: the window that begins on it.
        known: histories of n customers, by what they paid: as for orders; what baselines need.
        recent: their latest payments.
        contracts: theirs, told by place among the n.
        number: of each.
        segments: n x kinds.
        kind: of each, numbered: persons and firms pay differently.
        orders, brought: payments and dollars that came in the window, n; empty today.
    """

    window: Window
    known: Known
    recent: Recent
    contracts: Contracts
    number: Ints
    segments: Any
    kind: Ints
    orders: Ints
    brought: Floats

    def paid(self) -> Paid:
        """What a payment of each brings, by its latest payments: what a contract was sold with is no measure of how it goes on.

        Who pays for several contracts at once has as many periods to a payment.
        """
        at_once = np.bincount(self.contracts.running().customer, minlength=len(self.number))
        periods = self.recent.orders.astype(np.float64) * np.maximum(at_once, 1)
        return paid_apart(self.kind, self.recent.margin, self.recent.squares, periods, self.recent.orders)


@dataclass(frozen=True)
class Learned:
    """What contracts taught."""

    fit: renewing.Fit
    outcome: Outcome
    paid: Paid
    running: Contracts


def learned(today: Standing, tests: Sequence[Standing], every: str, generator: np.random.Generator) -> Learned:
    """Try the models on earlier days, and fit what won to all that is known today; sBG where there were no earlier days."""
    useful = [test for test in tests if len(test.number) >= FEWEST_CUSTOMERS]
    fitted = {name: [_fit(name, test.contracts) for test in useful] for name in MODELS}
    tried: dict[str, list[Tried]] = {
        name: [_tried(fit, test, every) for fit, test in zip(fitted[name], useful, strict=True)] for name in MODELS
    }
    tried |= {name: [baseline_tried(name, test.known, test) for test in useful] for name in BASELINES}
    chosen = best({name: [one.score for one in tried[name]] for name in MODELS}) if useful else "sbg"
    if useful:
        together = zip(fitted[chosen], tried[chosen], useful, strict=True)
        tried[chosen] = [_with_ranges(one, fit, test, every, generator) for fit, one, test in together]
    outcome = Outcome.of(chosen, tried) if useful else Outcome(chosen)
    return Learned(_fit(chosen, today.contracts), outcome, today.paid(), today.contracts.running())


def _fit(name: str, contracts: Contracts) -> renewing.Fit:
    return renewing.fit(contracts.lifetimes(), seek_shape=name == "bdw")


def _tried(fit: renewing.Fit, test: Standing, every: str) -> Tried:
    of = _expected(fit, test, every)
    note = "" if fit.maximum.converged else "the likelihood has no clear maximum"
    return Tried(score(Ahead(of.periods, of.value), orders=test.orders, brought=test.brought), note=note)


def _expected(fit: renewing.Fit, test: Standing, every: str) -> Bound:
    running, each = test.contracts.running(), test.paid()
    return bound(fit.model, running, each, test.known.silent, every=every, horizon=test.window.weeks, rate=0.0)


def _with_ranges(tried: Tried, fit: renewing.Fit, test: Standing, every: str, generator: np.random.Generator) -> Tried:
    """The same with how wide its ranges were, on customers drawn."""
    n, each = len(test.number), test.paid()
    some = some_of(n, generator)
    periods, value, _, _ = drawn(
        fit.draws(PARAMETERS_DRAWN, generator), of_customers(test.contracts.running(), some, n), each.of(some),
        test.known.silent[some], every=every, horizon=test.window.weeks, rate=0.0, draws=DRAWS, generator=generator,
    )  # fmt: skip
    mean = _expected(fit, test, every).value[some]
    weeks = _weeks_of(test)
    told = replace(tried, course=payments_by(fit.model, test.contracts.running(), test.known.silent, every=every, ends=weeks))
    return with_ranges(told, test, some, orders=periods, brought=value, mean=mean, generator=generator)


def _weeks_of(test: Standing) -> Floats:
    return np.arange(1, round(test.window.weeks) + 1, dtype=np.float64)


def tracking_rows(
    relationship: str, group: str, tests: Sequence[Standing], outcome: Outcome, payments_of_week: Ints
) -> list[dict[str, Any]]:
    """TRACKING rows of the latest test: payments since its origin, as they came and as the winner expected them; none without a test.

    Args:
        relationship, group: their names.
        tests: latest first.
        outcome: of the contest that was held on them.
        payments_of_week: payments that came in each week after the latest origin.
    """
    course = outcome.tried[outcome.chosen][0].course if outcome.tried else None
    if course is None:
        return []
    return tracking.rows(relationship, group, tests[0].window.start, weeks=_weeks_of(tests[0]), came=payments_of_week, expected=course)


def of_customers(contracts: Contracts, places: Any, n: int) -> Contracts:
    """The contracts of some of n customers, told by place among those."""
    new = np.full(n, -1)
    new[places] = np.arange(len(places))
    customer = new[contracts.customer]
    kept = customer >= 0
    covariates = None if contracts.covariates is None else contracts.covariates[kept]
    return Contracts(customer[kept], contracts.renewals[kept], contracts.entered[kept], contracts.has_ended[kept], covariates)


def two_years(today: Standing, what: Learned, places: Any, *, every: str, draws: int, generator: np.random.Generator) -> Any:
    """Futures of some customers: what 104 weeks bring; places x draws."""
    models = what.fit.draws(PARAMETERS_DRAWN, generator)
    running = of_customers(what.running, places, len(today.number))
    each = what.paid.of(places)
    found = drawn(
        models, running, each, today.known.silent[places], every=every, horizon=104.0, rate=0.0, draws=draws, generator=generator
    )[3]
    return found * what.outcome.calibration_of_dollars


def foreseen(
    relationship: str, group: str, today: Standing, what: Learned, tests: Sequence[Standing], *, every: str, days: Mapping[str, Any],
    settings: config.value.Value, bar: float, generator: np.random.Generator,
) -> Foreseen:  # fmt: skip
    """What is expected of customers under contract, with its ranges and what it rests on.

    Args:
        relationship, group: their names.
        today: the customers.
        what: of the same.
        tests: earlier days.
        every: how often a customer decides.
        days: first_day and last_day of the starts of contracts, datetime64[D].
        settings: the section value.
        bar: what two years must bring to be among the best fifth.
        generator: what to draw from.
    """
    horizon, rate, scale = float(settings.horizon_weeks), settings.discount_rate_annual, what.outcome.calibration_of_dollars
    of = bound(what.fit.model, what.running, what.paid, today.known.silent, every=every, horizon=horizon, rate=rate)
    found = _ranges(today, what, every=every, horizon=horizon, rate=rate, bar=bar, generator=generator)
    n = len(today.number)
    kept = more_kept(staying_of_contracts(what.fit.model, what.running, what.paid, every=every, horizon=horizon), rate)
    at = {"relationship": relationship, "kind_of_customer": group}
    runs = np.bincount(what.running.customer, minlength=n) > 0
    return Foreseen(
        relationship=relationship, kind="contracts", group=group, model=what.outcome.chosen, number=today.number,
        orders=np.bincount(today.contracts.customer, minlength=n), first_day=days["first_day"], last_day=days["last_day"],
        p_alive=runs.astype(float), orders_expected=of.periods * what.outcome.calibration, orders_range=found.orders, value_expected=of.value * scale,
        value_range=found.value, year_expected=of.year * scale, year_range=found.year, two_years_expected=of.two_years * scale,
        two_years_spread=found.two_years_spread, above=found.above, overdue_after=np.full(n, np.inf), silent=np.zeros(n),
        totals=found.totals, year_totals=found.year_totals, past=what.outcome.totals(),
        of_a_point=np.asarray(np.bincount(what.running.customer, weights=kept.of_a_point, minlength=n), dtype=np.float64),
        retention=[{**at, **row} for row in kept.rows],
        backtests=backtest_rows(relationship, group, [(test.window, len(test.number)) for test in tests], what.outcome),
        fits=_fit_rows(relationship, group, what),
    )  # fmt: skip


def _ranges(
    today: Standing, what: Learned, *, every: str, horizon: float, rate: float, bar: float, generator: np.random.Generator
) -> Ranges:
    n = len(today.number)
    found = Ranges.empty(n, int(today.segments.max(initial=-1)) + 1, DRAWS)
    models, scale = what.fit.draws(PARAMETERS_DRAWN, generator), what.outcome.calibration_of_dollars
    for start in range(0, n, _CUSTOMERS_AT_ONCE):
        at = slice(start, min(start + _CUSTOMERS_AT_ONCE, n))
        part = of_customers(what.running, np.arange(at.start, at.stop), n)
        each = what.paid.of(at)
        periods, value, year, two = drawn(
            models, part, each, today.known.silent[at], every=every, horizon=horizon, rate=rate, draws=DRAWS, generator=generator
        )
        found.orders[at] = ends_of(periods)
        found.put(at, value * scale, year * scale, two * scale, segments=today.segments, bar=bar)
    return found


def _fit_rows(relationship: str, group: str, what: Learned) -> list[dict[str, Any]]:
    at = {"relationship": relationship, "kind_of_customer": group, "model": what.outcome.chosen}
    model, maximum = what.fit.model, what.fit.maximum
    values = [("alpha", model.alpha), ("beta", model.beta), ("c", model.shape)]
    values += [(f"effect_{place}", effect) for place, effect in enumerate(model.effects, start=1)]
    rows = [{**at, "parameter": name, "value": float(value), "standard_error": None} for name, value in values]
    rows.append({**at, "parameter": "log_likelihood", "value": float(maximum.log_likelihood), "standard_error": None})
    return rows + calibration_rows({"relationship": relationship, "kind_of_customer": group}, what.outcome)
