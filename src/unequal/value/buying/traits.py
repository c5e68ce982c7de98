"""Models of buying in which a customer's traits (how it was won, where it lives) move its rate of orders and of stopping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unequal.terms.errors import ValuationError
from unequal.value.arrays import Floats
from unequal.value.buying.bg_nbd import BgNbd
from unequal.value.buying.climbing import climb, is_hill
from unequal.value.buying.fitting import fit
from unequal.value.buying.histories import Histories
from unequal.value.buying.model import Model
from unequal.value.buying.pareto_nbd import ParetoNbd

_MOVED: dict[type[Model], tuple[tuple[float, ...], tuple[float, ...]]] = {
    BgNbd: ((0.0, -1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)),
    ParetoNbd: ((0.0, -1.0, 0.0, 0.0), (0.0, 0.0, 0.0, -1.0)),
}
"""What one unit of a coefficient for the rate, and of one for stopping, does to the logarithm of each parameter."""
_FARTHEST = 9.0
_WIDTH = 3.0


@dataclass(frozen=True)
class TraitFit:
    """A model whose parameters differ by traits that do not change.

    Args:
        base: the model of customers whose traits are all 0.
        rate: a coefficient for each trait: one unit of it makes orders exp(coefficient) times as frequent.
        stopping: likewise of the rate of stopping (Pareto/NBD), or the odds to stop after an order (BG/NBD).
        log_likelihood: of all histories.
        covariance: of the logarithms of the parameters, then `rate`, then `stopping`.
        converged, note, iterations: see `Fit`.
    """

    base: Model
    rate: Floats
    stopping: Floats
    log_likelihood: float
    covariance: Floats
    converged: bool
    note: str
    iterations: int

    def model(self, traits: Any) -> Model:
        """The model of customers with these traits."""
        by_rate, by_stopping = (np.array(moved) for moved in _MOVED[type(self.base)])
        values = np.asarray(traits, dtype=np.float64)
        return type(self.base).from_logs(self.base.logs + by_rate * float(values @ self.rate) + by_stopping * float(values @ self.stopping))


def fit_with_traits(kind: type[Model], parts: Sequence[Histories], traits: Any) -> TraitFit | None:
    """Fit a model with traits: alpha exp(-rate . z), and beta exp(-stopping . z) or a exp(stopping . z).

    Args:
        kind: BgNbd or ParetoNbd.
        parts: the histories of customers with the same traits; a trait that is a measure is best cut in a few classes.
        traits: a row of k numbers for each part, of about the size of 1.

    Returns:
        The fit; None where the model without traits cannot be fitted to all parts together, which `fit` explains. Where the
        likelihood has no maximum, coefficients are pulled weakly towards 0, and `note` says so.

    Raises:
        ValuationError: VAL007, there is not one finite row of traits for each part.

    Source: Fader & Hardie 2007, Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models.
    """
    rows = np.asarray(traits, dtype=np.float64)
    if rows.ndim != 2 or len(rows) != len(parts) or not np.isfinite(rows).all():  # noqa: PLR2004
        raise ValuationError("VAL007", "traits are not one finite row for each part of the customers", seen=f"{rows.shape} for {len(parts)} parts",
                             do="give each group of customers a row of numbers")  # fmt: skip
    together = fit(kind, _together(parts))
    if not isinstance(together.model, kind):
        return None
    start = np.concatenate([together.model.logs, np.zeros(2 * rows.shape[1])])
    objective = _Objective(kind, parts, rows, start)
    box = (start - _FARTHEST, start + _FARTHEST)
    with np.errstate(all="ignore"):
        top = climb(objective, start, box=box, most=400)
        note, calls = together.note, top.steps
        if not top.found:
            objective.pull = 1.0
            top = climb(objective, start, box=(start - 4 * _FARTHEST, start + 4 * _FARTHEST), most=400)
            note, calls = (
                "the likelihood has no maximum: coefficients and parameters are pulled weakly towards those without traits",
                calls + top.steps,
            )
    objective.pull = 0.0
    base, rate, stopping = np.split(top.at, [len(kind.names()), len(kind.names()) + rows.shape[1]])
    known = np.linalg.inv(top.curvature) if is_hill(top.curvature) else np.eye(len(start)) * _WIDTH**2
    return TraitFit(kind.from_logs(base), rate, stopping, objective(top.at)[0], known, top.found, note, calls)


class _Objective:
    """The log-likelihood of all parts, by the logarithms of the base's parameters and the coefficients."""

    def __init__(self, kind: type[Model], parts: Sequence[Histories], traits: Floats, home: Floats) -> None:
        self._kind, self._parts, self._traits, self._home = kind, parts, traits, home
        self._moved = [np.array(moved) for moved in _MOVED[kind]]
        self.pull = 0.0

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        size, many = len(self._kind.names()), self._traits.shape[1]
        coefficients = (at[size : size + many], at[size + many :])
        away = (at - self._home) / _WIDTH * self.pull
        height, slope = -float(away @ away) / 2, -away / _WIDTH
        for part, row in zip(self._parts, self._traits, strict=True):
            logs = at[:size] + sum(moved * float(row @ of) for moved, of in zip(self._moved, coefficients, strict=True))
            found, by = self._kind.from_logs(logs).likelihood_and_gradient(part)
            by = by * np.exp(logs)
            height += found
            slope[:size] += by
            slope[size:] += np.concatenate([row * float(by @ moved) for moved in self._moved])
        return height, slope


def _together(parts: Sequence[Histories]) -> Histories:
    def column(name: str) -> Any:
        return np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in parts)])

    return Histories(column("repeat_orders"), column("last_order"), column("observed"), column("weight"))
