"""What customers under contract will bring: period by period while they stay, discounted, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from unequal.value import margins, renewing
from unequal.value.arrays import Floats, Ints
from unequal.value.economics import missed
from unequal.value.forecasting import PERIOD_WEEKS, YEAR_WEEKS
from unequal.value.keeping_customers import Staying

WEEKS_OF: Final = {"week": 1.0, "month": 365.25 / 84, "quarter": 365.25 / 28, "year": 365.25 / 7}
"""Length of a period between two decisions to stay."""
_CHUNK: Final = 50_000
_FEWEST_PAYING: Final = 20
"""So many who paid tell what their own kind pays."""
_SHORT: Final = 0.05
"""By how much of a period whole weeks may fall short of it over the years that are counted."""


@dataclass(frozen=True)
class Contracts:
    """Contracts of customers, a place each; their customers are told by number.

    Args:
        customer: whose, numbered from 0.
        renewals: whole periods that each has lasted.
        entered: the same when records of it begin; 0 for those that began later.
        has_ended: whether it has.
        covariates: contracts x covariates, or none.
    """

    customer: Ints
    renewals: Ints
    entered: Ints
    has_ended: Any
    covariates: Any = None

    def lifetimes(self) -> renewing.Lifetimes:
        """As the models of renewing take them: one that ended did so in the period after those it lasted."""
        return renewing.Lifetimes(
            periods=self.renewals + self.has_ended, ended=self.has_ended, entered_age=self.entered, covariates=self.covariates
        )

    def running(self) -> Contracts:
        """Those that have not ended."""
        runs = ~self.has_ended
        covariates = None if self.covariates is None else self.covariates[runs]
        return Contracts(self.customer[runs], self.renewals[runs], self.entered[runs], self.has_ended[runs], covariates)


@dataclass(frozen=True)
class Paid:
    """What a period of contract of each of n customers brings.

    Args:
        expected, spread: the mean of a customer's periods, and how far it may be from that: a standard deviation.
        noise: variance of one period around that mean; nothing by default.
    """

    expected: Floats
    spread: Floats
    noise: Floats | float = 0.0

    def of(self, chosen: Any) -> Paid:
        """The customers that a mask or an index chooses."""
        return Paid(self.expected[chosen], self.spread[chosen], np.broadcast_to(self.noise, self.expected.shape)[chosen])


def paid(brought: Floats, squares: Floats, periods: Floats, payments: Ints) -> Paid:
    """What a period brings, from what came in over how many; drawn towards the base where a customer's own are few.

    Args:
        brought: all that came in, n.
        squares: squares of single payments, summed, n.
        periods: over how many periods of contract; above zero where there was a payment.
        payments: how many payments there were.
    """
    least = np.maximum(periods, 1.0)
    seen = margins.Margins(least, brought, np.maximum(squares, brought**2 / least * (1 + 1e-9)), payments)
    model = margins.fit(seen)
    rates = margins.expected(model, seen)
    return Paid(rates.rate + missed(rates.rate, periods, brought), np.sqrt(rates.variance), margins.own_noise(model, seen))


def paid_apart(groups: Ints, brought: Floats, squares: Floats, periods: Floats, payments: Ints) -> Paid:
    """The same of each group of customers by itself; one of too few who paid goes with the largest.

    A few firms among many persons would else be drawn towards what a person pays.

    Args:
        groups: of each of n customers, numbered.
        brought, squares, periods, payments: see `paid`.
    """
    paying = np.bincount(groups[payments > 0], minlength=int(groups.max(initial=0)) + 1)
    apart = np.where(paying[groups] >= _FEWEST_PAYING, groups, np.argmax(paying))
    expected, spread, noise = (np.zeros(len(groups)) for _ in range(3))
    for group in np.unique(apart):
        mine = apart == group
        of = paid(brought[mine], squares[mine], periods[mine], payments[mine])
        expected[mine], spread[mine], noise[mine] = of.expected, of.spread, np.broadcast_to(of.noise, of.expected.shape)
    return Paid(expected, spread, noise)


@dataclass(frozen=True)
class Bound:
    """What customers under contract are expected to bring.

    Args:
        periods: periods still to be paid within the horizon, all contracts together, n.
        value: what they bring, discounted, n.
        year: what comes in the first 52 weeks, not discounted, n.
        two_years: the same of 104 weeks.
    """

    periods: Floats
    value: Floats
    year: Floats
    two_years: Floats


def bound(
    model: renewing.Renewing, running: Contracts, paid_a_period: Paid, silent: Floats, *, every: str, horizon: float, rate: float
) -> Bound:
    """What running contracts are expected to bring within a horizon.

    The next payment is due a period after the last one, counts with the chance that the contract lives to see it, and is
    discounted from its day.

    Args:
        model: fitted.
        running: contracts that have not ended.
        paid_a_period: of n customers.
        silent: weeks since each customer's last payment, n.
        every: how often a customer decides.
        horizon: in weeks.
        rate: annual discount rate.
    """
    n, weeks = len(paid_a_period.expected), WEEKS_OF[every]
    gone = _gone(silent, weeks)
    ahead = int((horizon + weeks) / weeks)
    sums = np.zeros((4, n))
    for start in range(0, len(running.customer), _CHUNK):
        at = slice(start, start + _CHUNK)
        covariates = None if running.covariates is None else running.covariates[at]
        customer = running.customer[at]
        due = np.arange(1, ahead + 1) * weeks - gone[customer, None]
        stays = renewing.surviving(model, running.renewals[at], ahead, covariates) * (due <= horizon)
        weights: tuple[Any, ...] = (np.ones_like(due), (1.0 + rate) ** (-due / YEAR_WEEKS), due <= YEAR_WEEKS, due <= 2 * YEAR_WEEKS)
        for place, weight in enumerate(weights):
            sums[place] += np.bincount(customer, weights=(stays * weight).sum(axis=1), minlength=n)
    each = paid_a_period.expected
    return Bound(sums[0], sums[1] * each, sums[2] * each, sums[3] * each)


def payments_by(model: renewing.Renewing, running: Contracts, silent: Floats, *, every: str, ends: Floats) -> Floats:
    """Payments that are expected of all customers together from now until each of several times.

    Args:
        model: fitted.
        running: contracts that have not ended.
        silent: weeks since each customer's last payment, n.
        every: how often a customer decides.
        ends: the times, in weeks from now, ascending.

    Returns:
        One number for each time; it never falls, and that of the last is the sum of `bound`'s periods for that horizon.
    """
    weeks = WEEKS_OF[every]
    gone = _gone(silent, weeks)
    ahead = int((float(ends[-1]) + weeks) / weeks)
    found = np.zeros(len(ends) + 1)
    for start in range(0, len(running.customer), _CHUNK):
        at = slice(start, start + _CHUNK)
        covariates = None if running.covariates is None else running.covariates[at]
        due = np.arange(1, ahead + 1) * weeks - gone[running.customer[at], None]
        stays = renewing.surviving(model, running.renewals[at], ahead, covariates)
        found += np.bincount(np.searchsorted(ends, due).ravel(), weights=stays.ravel(), minlength=len(found))
    return np.asarray(np.cumsum(found[:-1]))


def _gone(silent: Floats, weeks: float) -> Floats:
    """Weeks of the present period that are gone; a payment that is late is due now."""
    return np.clip(silent, 0.0, weeks * (1 - 1e-9))


def drawn(
    models: Sequence[renewing.Renewing],
    running: Contracts,
    paid_a_period: Paid,
    silent: Floats,
    *,
    every: str,
    horizon: float,
    rate: float,
    draws: int,
    generator: np.random.Generator,
) -> tuple[Any, Any, Any, Any]:
    """Futures of customers under contract.

    Returns:
        Four arrays, n customers x draws: periods, value discounted, what the first year and the first two years bring.
    """
    n, weeks = len(paid_a_period.expected), WEEKS_OF[every]
    gone = _gone(silent, weeks)[running.customer]
    ahead = int((horizon + weeks) / weeks)
    within = {years: np.floor((min(years * YEAR_WEEKS, horizon) + gone) / weeks) for years in (1, 2, np.inf)}
    step = (1.0 + rate) ** (-weeks / YEAR_WEEKS)
    head = step ** (1.0 - gone / weeks)
    periods, value, year, two_years = (np.zeros((draws, n)) for _ in range(4))
    each = generator.normal(paid_a_period.expected, paid_a_period.spread, size=(draws, n))
    for draw in range(draws):
        stays = renewing.drawn_lifetimes(models[draw % len(models)], running.renewals, ahead, 1, generator, running.covariates)[0]
        payments = np.minimum(stays, within[np.inf])
        # A geometric sum of what the payments are worth today.
        worth = head * ((1.0 - step**payments) / (1.0 - step) if step < 1 else payments)
        parts = (payments, worth, np.minimum(stays, within[1]), np.minimum(stays, within[2]))
        for found, part in zip((periods, value, year, two_years), parts, strict=True):
            found[draw] = np.bincount(running.customer, weights=part, minlength=n)
    sigma = np.sqrt(paid_a_period.noise)
    of_year, later, last = (
        sigma * np.sqrt(count) * generator.standard_normal(count.shape) for count in (year, two_years - year, periods - two_years)
    )
    worth_of_one = np.divide(value, periods, out=np.zeros_like(value), where=periods > 0)
    whole = value * each + (of_year + later + last) * worth_of_one
    return periods.T, whole.T, (year * each + of_year).T, (two_years * each + of_year + later).T


def staying_of_contracts(model: renewing.Renewing, running: Contracts, paid_a_period: Paid, *, every: str, horizon: float) -> Staying:
    """How long running contracts are expected to run, by the quarter: between two decisions nobody leaves."""
    weeks = WEEKS_OF[every]
    quarters = int(horizon / PERIOD_WEEKS)
    # A year of 52 weeks is a day or two short of twelve months, and holds their decisions all the same.
    decided = (np.arange(1, quarters + 1) * PERIOD_WEEKS / weeks + _SHORT).astype(int)
    stays = np.ones((len(running.customer), quarters))
    ahead = int(decided.max(initial=0))
    if ahead and len(running.customer):
        chances = renewing.surviving(model, running.renewals, ahead, running.covariates)
        stays = np.concatenate([np.ones((len(chances), 1)), chances], axis=1)[:, decided]
    a_quarter = paid_a_period.expected[running.customer] * PERIOD_WEEKS / weeks
    return Staying(np.ones(len(running.customer)), stays, a_quarter)
