"""What one arm of an experiment came to, as sums: all that a comparison needs, and what one aggregate of a table gives.

Means are per customer. What is drawn by lot is a unit: a customer, or a household of several, whose members share a fate and must not be
counted as if each told something of its own. So sums run over units, and a mean per customer is a ratio of two of them.

Source: Deng, Lu and Litz, Trustworthy analysis of online A/B tests (2017), for the variance of a ratio of sums over units (delta method);
Deng, Xu, Kohavi and Walker, Improving the sensitivity of online controlled experiments (2013), for what is known from before.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from unequal.terms.errors import ExperimentError


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Sums over the units of one arm; dollars are floats here, for an effect is an estimate.

    A unit has n customers, who came to y together, and to x before the experiment. Arms of two partitions or days are added with `+`.

    Args:
        units: how many were drawn into the arm.
        with_outcome: of them, those with another outcome than 0.
        customers: sum of n.
        outcome: sum of y.
        customers_squared, outcome_squared, customers_outcome: sums of n x n, y x y, n x y.
        before: sum of x; 0 with the rest where nothing is known from before.
        before_squared, customers_before, outcome_before: sums of x x x, n x x, y x x.
    """

    units: int
    with_outcome: int
    customers: float
    outcome: float
    customers_squared: float
    outcome_squared: float
    customers_outcome: float
    before: float = 0.0
    before_squared: float = 0.0
    customers_before: float = 0.0
    outcome_before: float = 0.0

    @classmethod
    def by_customer(
        cls,
        customers: int,
        with_outcome: int,
        outcome: float,
        outcome_squared: float,
        *,
        before: float = 0.0,
        before_squared: float = 0.0,
        outcome_before: float = 0.0,
    ) -> Outcomes:
        """The arm where each customer was drawn by itself: every unit has one."""
        return cls(
            customers, with_outcome, customers, outcome, customers, outcome_squared, outcome,
            before, before_squared, before, outcome_before,
        )  # fmt: skip

    @classmethod
    def of(cls, outcome: Any, *, before: Any = None, unit: Any = None) -> Outcomes:
        """The arm whose customers came to these outcomes.

        Args:
            outcome: of each of n customers; floats, finite.
            before: what each came to before the experiment, in any unit; None where that is not known.
            unit: whole numbers, of each customer its household; None where each was drawn by itself.

        Raises:
            ExperimentError: EXP001, lengths differ, or a value is not finite.
        """
        y = np.asarray(outcome, dtype=float)
        x = np.zeros_like(y) if before is None else np.asarray(before, dtype=float)
        _check(y, x, unit)
        n = np.ones_like(y)
        if unit is not None:
            _, at = np.unique(np.asarray(unit), return_inverse=True)
            n, y, x = (np.bincount(at, weights=one) for one in (n, y, x))
        return cls(
            len(y), int(np.count_nonzero(y)), float(n.sum()), float(y.sum()), float(n @ n), float(y @ y), float(n @ y),
            float(x.sum()), float(x @ x), float(n @ x), float(y @ x),
        )  # fmt: skip

    def __add__(self, other: Outcomes) -> Outcomes:
        return Outcomes(*(own + its for own, its in zip(astuple(self), astuple(other), strict=True)))

    @property
    def mean(self) -> float:
        """Outcome per customer."""
        return self.outcome / self.customers

    @property
    def mean_before(self) -> float:
        """What a customer came to before."""
        return self.before / self.customers

    def scatter(self) -> tuple[float, float, float]:
        """Variance of the mean, of the mean before, and their covariance.

        The mean is a ratio of sums over units: its error is that of the mean of y - mean x n over units, divided by customers per unit.
        With one customer per unit that is s x s / n, the usual one.
        """
        my, mx, n2 = self.mean, self.mean_before, self.customers_squared
        scale = self.units / ((self.units - 1) * self.customers**2)
        outcome = self.outcome_squared - 2 * my * self.customers_outcome + my * my * n2
        before = self.before_squared - 2 * mx * self.customers_before + mx * mx * n2
        both = self.outcome_before - my * self.customers_before - mx * self.customers_outcome + my * mx * n2
        # What rounding leaves of a variance that is none must not come out negative.
        return max(outcome, 0.0) * scale, max(before, 0.0) * scale, both * scale


def _check(y: Any, x: Any, unit: Any) -> None:
    if y.ndim != 1 or x.shape != y.shape or (unit is not None and np.shape(unit) != y.shape):
        raise ExperimentError(
            "EXP001", "outcomes cannot be compared", seen=f"{y.shape} outcomes, {x.shape} from before, {np.shape(unit)} units",
            do="give one outcome to each customer, and as many values from before and units",
        )  # fmt: skip
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ExperimentError(
            "EXP001", "outcomes cannot be compared", seen="a value that is not a finite number",
            do="a customer without an outcome has 0; leave out customers only before the lot is drawn",
        )  # fmt: skip
