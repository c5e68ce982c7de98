"""Fitting a model of buying to histories: the most likely parameters, how sure they are, and why where it cannot be done."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from unequal.value.arrays import Floats, dot
from unequal.value.buying.bg_nbd import BgNbd
from unequal.value.buying.climbing import Objective, Summit, climb, is_hill
from unequal.value.buying.histories import Histories
from unequal.value.buying.model import Model
from unequal.value.buying.pareto_nbd import ParetoNbd
from unequal.value.buying.steady import Nbd, Poisson

_STARTS: dict[type[Model], tuple[tuple[float, ...], ...]] = {
    BgNbd: ((0.5, 0.5, 0.8, 2.5), (2.0, 2.0, 0.1, 3.0), (0.2, 0.2, 2.0, 2.0)),
    ParetoNbd: ((0.5, 0.5, 0.6, 0.5), (2.0, 2.0, 0.2, 2.0), (0.3, 0.3, 2.0, 2.0)),
    Nbd: ((0.5, 0.5), (3.0, 3.0)),
}
"""Where climbs begin, the scale of rates in units of 1 / mean rate and times in units of the mean time observed."""
_WIDTH = 3.0
"""Of the weak pull on logarithms: one customer's worth of saying that parameters lie within a factor of e^3 of the usual."""
_FARTHEST = 9.0
"""Logarithms of parameters are sought no farther from the usual than this; those that are pulled stay near of themselves."""
_SAMPLE = 1_000
"""Customers from whom the place of the maximum is found first, where there are more than twice as many."""
_EXACT = 1e-10
"""How far below its summit a climb may end."""
_NEAR = 1e-4
"""The same on a sample: all customers lead on from there."""


@dataclass(frozen=True)
class Fit:
    """A model with the parameters that make the histories likeliest.

    Args:
        model: with these parameters; not of the kind asked for where `note` says that it fell back.
        log_likelihood: of the histories under it.
        covariance: of the logarithms of its parameters, from the inverse of the curvature.
        converged: whether this is a maximum of the likelihood, or, where `note` says so, of the likelihood with a weak pull.
        note: what is out of the ordinary; empty where nothing is.
        iterations: how often the likelihood was computed on all histories.
    """

    model: Model
    log_likelihood: float
    covariance: Floats
    converged: bool
    note: str
    iterations: int

    @property
    def standard_errors(self) -> Floats:
        """Of the parameters themselves, by the delta method."""
        return np.asarray(np.exp(self.model.logs) * np.sqrt(np.diag(self.covariance)))

    def draws(self, count: int, generator: Generator) -> list[Model]:
        """Models whose parameters are as likely as what the fit does not know: log-normal about the estimate."""
        drawn = generator.multivariate_normal(np.zeros(len(self.covariance)), self.covariance, size=count, method="eigh")
        return [type(self.model).from_logs(self.model.logs + np.clip(row, -_FARTHEST, _FARTHEST)) for row in drawn]


def fit(kind: type[Model], histories: Histories) -> Fit:
    """Fit a model of buying to histories; never an error, whatever they are.

    Args:
        kind: BgNbd, ParetoNbd, Nbd or Poisson.
        histories: any unit of time; the parameters come in it.

    Returns:
        The fit. Where the likelihood has no maximum, its parameters are pulled weakly towards usual values, and `note` says so;
        where that does not help, or nobody has ordered again, the fit is of a simpler model (Nbd, then Poisson), and `note` says why.
    """
    orders, time = _totals(histories)
    if orders == 0 or time == 0:
        why = "nobody has ordered again" if time > 0 else "nobody was observed for any time"
        return _mean(histories, f"{why if histories.customers else 'there are no customers'}: everybody is given one low rate")
    if kind is Poisson:
        return _mean(histories, "")
    unit = time / histories.customers
    sought = _sought(kind, histories.scaled(unit))
    if sought is not None:
        return _in_unit(sought, histories, 1 / unit)
    simpler: type[Model] = Nbd if kind is not Nbd else Poisson
    found = fit(simpler, histories)
    why = f"{kind.__name__} could not be fitted, fell back to {type(found.model).__name__}"
    return replace(found, note="; ".join(part for part in (why, found.note) if part))


def _totals(histories: Histories) -> tuple[float, float]:
    return dot(histories.repeat_orders, histories.weight), dot(histories.observed, histories.weight)


def _mean(histories: Histories, note: str) -> Fit:
    """One rate for everybody; half an order where there is none, which is what knowing nothing says of a rate."""
    orders, time = _totals(histories)
    model = Poisson(max(orders, 0.5) / time if time > 0 else 1e-12)
    return Fit(model, model.log_likelihood(histories), np.array([[1 / max(orders, 0.5)]]), True, note, 1)


def _in_unit(sought: Fit, histories: Histories, unit: float) -> Fit:
    model = sought.model.in_unit(unit)
    return replace(sought, model=model, log_likelihood=model.log_likelihood(histories))


def _sought(kind: type[Model], histories: Histories) -> Fit | None:
    """The maximum, of the likelihood or with a weak pull; None where neither has one. Times are in units of the mean observed."""
    usual = _usual(kind, histories)
    plain = _objective(kind, histories)
    best = _climbed(kind, histories, usual, pulled=False)
    calls = best.steps
    if best.found:
        return Fit(kind.from_logs(best.at), best.height, np.linalg.inv(best.curvature), True, "", calls)
    drifting = best.at
    best = _climbed(kind, histories, [usual[0], drifting], pulled=True)
    calls += best.steps
    if not (best.found or is_hill(best.curvature)) or not np.isfinite(best.height):
        return None
    far = [name for name, at, home in zip(kind.names(), drifting, usual[0], strict=True) if abs(at - home) > _WIDTH]
    note = f"the likelihood has no maximum ({', '.join(far) or 'it is flat'}): parameters are pulled weakly towards usual values"
    if not best.found:
        note += ", and their place is not exact"
    return Fit(kind.from_logs(best.at), plain(best.at)[0], np.linalg.inv(best.curvature), best.found, note, calls)


def _usual(kind: type[Model], histories: Histories) -> list[Floats]:
    """Logarithms of the starts, the first of which is what is usual; scales of rates set to the mean rate of the histories."""
    orders, time = _totals(histories)
    starts = []
    for start in _STARTS[kind]:
        values = np.array(start)
        values[1] *= time / orders
        starts.append(np.log(values))
    return starts


def _objective(kind: type[Model], histories: Histories) -> Objective:
    """The log-likelihood as a function of the logarithms of the parameters."""

    def computed(logs: Floats) -> tuple[float, Floats]:
        height, slope = kind.from_logs(logs).likelihood_and_gradient(histories)
        return height, slope * np.exp(logs)

    return computed


def _pulled(objective: Objective, home: Floats) -> Objective:
    """The same less a weak pull towards `home`."""

    def computed(logs: Floats) -> tuple[float, Floats]:
        height, slope = objective(logs)
        away = (logs - home) / _WIDTH
        return height - float(away @ away) / 2, slope - away / _WIDTH

    return computed


def _climbed(kind: type[Model], histories: Histories, starts: list[Floats], *, pulled: bool) -> Summit:
    """The highest of the climbs from each start; of many customers, from where a sample of them leads."""
    few = _sample(histories)
    objective, whole = _objective(kind, few), _objective(kind, histories)
    far = _FARTHEST * (4 if pulled else 1)
    box = (starts[0] - far, starts[0] + far)
    if pulled:
        objective, whole = _pulled(objective, starts[0]), _pulled(whole, starts[0])
    with np.errstate(all="ignore"):
        near = _EXACT if few is histories else _NEAR
        best = max((climb(objective, start, box=box, exact=near) for start in starts), key=lambda summit: (summit.found, summit.height))
        if few is histories:
            return best
        grown = best.curvature * (histories.customers / few.customers)
        return climb(whole, best.at, box=box, known=grown if best.found else None)


def _sample(histories: Histories) -> Histories:
    """Every so manieth customer in the order of the histories; all of them where they are few."""
    if histories.customers <= 2 * _SAMPLE:
        return histories
    every = histories.customers / _SAMPLE
    chosen = np.diff(np.floor(np.cumsum(histories.weight) / every), prepend=0.0).astype(np.int64)
    kept = chosen > 0
    return Histories(histories.repeat_orders[kept], histories.last_order[kept], histories.observed[kept], chosen[kept])
