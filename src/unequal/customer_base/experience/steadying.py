"""Shares of few cases, drawn towards those of their like; and what changed for some when it did not for others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_ENDS: Final = (0.05, 0.95)
_LEAST, _MOST = 1e-4, 0.9
_FEWEST: Final = 2


@dataclass(frozen=True, eq=False)
class Steadied:
    """Shares of some, drawn towards the share of all.

    Args:
        mean: of each: where there are few cases it lies near the share of all.
        low, high: nine times in ten the true share lies between.
        strength: as how many cases the share of all counts: many where they are alike.
    """

    mean: Floats
    low: Floats
    high: Floats
    strength: float


def steadied(hits: Floats, cases: Floats) -> Steadied:
    """Draw the share of each of several towards the share of all, by how far their true shares seem to differ.

    True shares are taken as drawn from one beta distribution: its mean is the share of all, its spread what is seen beyond chance
    (by moments, each weighed by its cases). Who has no case stands at the share of all.

    Args:
        hits: of each, 0 to its cases.
        cases: of each, 0 or more; at least one of all.

    Raises:
        ValueError: no case at all.

    Source: Kleinman (1973), Proportions with extraneous variance, JASA 68, 46-54; Efron & Morris (1975).
    """
    from scipy.stats import beta

    total = cases.sum()
    if total <= 0:
        raise ValueError("a share is drawn from cases, and there are none")
    mean = float((hits.sum() + 0.5) / (total + 1))
    strength = 1 / _alike(hits, cases, mean) - 1
    first, second = mean * strength + hits, (1 - mean) * strength + cases - hits
    low, high = (np.asarray(beta.ppf(end, first, second)) for end in _ENDS)
    return Steadied(first / (first + second), low, high, strength)


def _alike(hits: Floats, cases: Floats, mean: float) -> float:
    """The correlation of two cases of one: 0 where all are alike, kept off both ends."""
    some = cases > 0
    hits, cases = hits[some], cases[some]
    total, count = cases.sum(), len(cases)
    room = total - (cases**2).sum() / total - (count - 1)
    if count < _FEWEST or room <= 0:
        return _LEAST
    seen = (cases * (hits / cases - mean) ** 2).sum() / (mean * (1 - mean))
    return float(np.clip((seen - (count - 1)) / room, _LEAST, _MOST))


@dataclass(frozen=True)
class Change:
    """An estimate with its ends."""

    expected: float
    low: float
    high: float

    @property
    def is_told_apart(self) -> bool:
        """Whether its range leaves out nothing, one way or the other."""
        return self.low > 0 or self.high < 0


def change_beside_others(before: Floats, after: Floats, weight: Floats, concerned: Flags) -> Change:
    """How much more some changed than the others did over the same time.

    The others tell what would have changed anyway; where the two would have changed differently anyway, that is in it too. Each one's
    own change is one observation, so that cases of one count for no more than one.

    Args:
        before, after: a mean of each, before and after a day.
        weight: of each, as the number of cases behind it; above 0.
        concerned: who is.

    Raises:
        ValueError: fewer than two are concerned, or fewer than two are not.
    """
    from scipy.stats import t

    change = after - before
    means, variances, freedom = [], [], []
    for group in (concerned, ~concerned):
        count = int(group.sum())
        if count < _FEWEST:
            raise ValueError("a change is told from the change of others by at least two of each")
        share = weight[group] / weight[group].sum()
        mean = float(share @ change[group])
        means.append(mean)
        variances.append(float(share**2 @ (change[group] - mean) ** 2) * count / (count - 1))
        freedom.append(count - 1)
    spread = sum(variances)
    parts = sum(variance**2 / degrees for variance, degrees in zip(variances, freedom, strict=True))
    width = float(t.ppf(_ENDS[1], spread**2 / parts if parts > 0 else min(freedom))) * spread**0.5
    difference = means[0] - means[1]
    return Change(difference, difference - width, difference + width)
