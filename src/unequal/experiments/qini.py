"""Qini: whether treating first those with the highest scores brings more than treating anybody.

Customers whom a lot treated or held out are ordered by a score, highest first. Among the first k of n, n1 were treated and came to Y1, n0 were held out and
came to Y0, and

    q(k) = Y1 - Y0 x n1 / n0

is what treating them brought (Radcliffe 2007). The curve runs over k / n from 0 to 1; between customers of equal scores it is a straight line. Its
area less that under the straight line from its beginning to its end, divided by the same area of the best order there could be, is the
coefficient told here: 0 for no better than chance, below 0 for worse, 1 at most. Of outcomes of 0 and 1 the best order has
those treated with 1 first, those held out with 1 last. It is the normalisation of scikit-uplift's `qini_auc_score`; others divide by the lift or by customers, and their figures differ by a
factor. Of dollars there is no best order without assuming one: the coefficient is left out, and the area per customer told.

Ranges are of the Poisson bootstrap: each customer counts as often as a Poisson variable of mean 1 says, the order staying as it is.

Source: Radcliffe, Using control groups to target on predicted lift (2007); Radcliffe and Surry, Real-world uplift modelling (2011); Chamandy,
Muralidharan, Najmi and Naidu, Estimating uncertainty for massive data streams (2012), for the bootstrap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from unequal.terms.errors import ExperimentError

_DRAWS: Final = 200
_CHUNK: Final = 25
"""Bootstrap draws at a time: more take memory and gain nothing."""


@dataclass(frozen=True, slots=True)
class Qini:
    """How well a score orders customers by what a treatment does to them.

    Args:
        area_expected, area_low, area_high: area between curve and straight line, in the outcome's unit per customer; with its range.
        coefficient_expected, coefficient_low, coefficient_high: the same over that of the best order; None where outcomes are not 0 and 1.
    """

    area_expected: float
    area_low: float
    area_high: float
    coefficient_expected: float | None
    coefficient_low: float | None
    coefficient_high: float | None


def qini(outcome: Any, treated: Any, score: Any, *, unit: Any = None, confidence: float = 0.95, seed: int = 0) -> Qini:
    """The Qini of a score, on customers that it was not learned from.

    Args:
        outcome: of n customers; floats.
        treated: of each, whether the lot treated it; booleans.
        score: of each, higher for those to be treated first.
        unit: of each, the number from 0 on of what was drawn, as of his household: its members count together; each customer is one, by default.
        confidence: of the range, between 0 and 1.
        seed: of the bootstrap.

    Raises:
        ExperimentError: EXP004, lengths differ, a value is not finite, or an arm is empty.
    """
    y, t, s = checked(outcome, treated, score)
    at, ends = _in_order(s)
    sums = _parts(y, t)[:, at]
    area = float(_areas(sums[:, None, :], ends)[0])
    drawn = [_areas(sums[:, None, :] * counts, ends) for counts in _draws(len(y), None if unit is None else np.asarray(unit)[at], seed)]
    low, high = np.quantile(np.concatenate(drawn), [(1 - confidence) / 2, (1 + confidence) / 2])
    best = _best(y, t)
    share = [float(one) / best if best else None for one in (area, low, high)]
    return Qini(area, float(low), float(high), *share)


def coefficient(outcome: Any, treated: Any, score: Any) -> float:
    """The Qini of a score without its range: the coefficient; the area where outcomes are not 0 and 1.

    Raises:
        ExperimentError: EXP004, as `qini`.
    """
    y, t, s = checked(outcome, treated, score)
    at, ends = _in_order(s)
    return float(_areas(_parts(y, t)[:, None, at], ends)[0]) / (_best(y, t) or 1.0)


def curve(outcome: Any, treated: Any, score: Any) -> tuple[Any, Any]:
    """Where the Qini curve passes: shares of the customers, from 0 to 1, and q per customer at each; one point for each distinct score.

    Raises:
        ExperimentError: EXP004, as `qini`.
    """
    y, t, s = checked(outcome, treated, score)
    at, ends = _in_order(s)
    sums = _parts(y, t)[:, None, at]
    return np.r_[0.0, (ends + 1) / len(y)], np.r_[0.0, _heights(sums, ends)[0] / len(y)]


def checked(outcome: Any, treated: Any, score: Any) -> tuple[Any, Any, Any]:
    """The three as arrays of floats, of one length and finite, with somebody in both arms."""
    y, t, s = (np.asarray(one, dtype=float) for one in (outcome, treated, score))
    sound = y.ndim == 1 and y.shape == t.shape == s.shape and np.isfinite(y).all() and np.isfinite(s).all()
    if not (sound and set(np.unique(t)) == {0.0, 1.0}):
        raise ExperimentError(
            "EXP004", "effects cannot be learned or ordered from this", seen=f"outcomes {y.shape}, treated {t.shape}, scores {s.shape}",
            do="give each customer a finite outcome and score and whether it was treated, and have somebody in both arms",
        )  # fmt: skip
    return y, t, s


def _draws(customers: int, unit: Any, seed: int) -> Iterator[Any]:
    """How often each customer counts in each draw of the bootstrap: draws x customers, some draws at a time."""
    generator = np.random.default_rng(seed)
    units = customers if unit is None else int(unit.max()) + 1
    for _ in range(_DRAWS // _CHUNK):
        counts = generator.poisson(1.0, (_CHUNK, units))
        yield counts if unit is None else counts[:, unit]


def _parts(y: Any, t: Any) -> Any:
    """What is summed up along the order: who was treated and held out, and what each came to."""
    return np.stack([t, 1 - t, y * t, y * (1 - t)])


def _in_order(score: Any) -> tuple[Any, Any]:
    """Customers from the highest score down, and where each score's last one stands."""
    at = np.argsort(-score, kind="stable")
    ordered = score[at]
    return at, np.flatnonzero(np.r_[ordered[1:] != ordered[:-1], True])


def _heights(sums: Any, ends: Any) -> Any:
    """What q is at the end of each score, of each draw: draws x scores."""
    n1, n0, y1, y0 = (one.cumsum(axis=-1)[:, ends] for one in sums)
    return y1 - y0 * np.divide(n1, n0, out=np.zeros_like(n1, dtype=float), where=n0 > 0)


def _areas(sums: Any, ends: Any) -> Any:
    """Area between curve and straight line of each draw, over the customers who count in it."""
    count = (sums[0] + sums[1]).cumsum(axis=-1)
    # A draw in which nobody counts tells nothing, and comes to 0.
    whole = np.maximum(count[:, -1:], 1)
    share, height = count[:, ends] / whole, _heights(sums, ends) / whole
    edge = np.zeros_like(whole, dtype=float)
    share, height = np.concatenate([edge, share], axis=1), np.concatenate([edge, height], axis=1)
    return np.trapezoid(height, share, axis=1) - height[:, -1] / 2


def _best(y: Any, t: Any) -> float:
    """The area of the best order: treated with 1 first, then all with 0, held out with 1 last; 0 where outcomes are others, or all alike."""
    if not set(np.unique(y)) <= {0.0, 1.0}:
        return 0.0
    at, ends = _in_order(y * t - y * (1 - t))
    return float(_areas(_parts(y, t)[:, None, at], ends)[0])
