"""Agreement patterns drawn from probabilities that are known, for tests of whatever estimates them.

m is the chance of a level among pairs that are one customer, u among pairs that are not. Levels are
numbered from 0, the best agreement last or first as the tester likes; -1 is a comparison that a gap in
the records leaves open, as likely in either kind of pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np

OPEN = -1


@dataclass(frozen=True)
class Planted:
    """What is to be recovered.

    Args:
        m: for each comparison the chances of its levels in a pair that is one; each sums to 1.
        u: likewise in a pair that is not.
        prevalence: share of pairs that are one.
        open_share: for each comparison the share of pairs that it says nothing of; none by default.
    """

    m: Sequence[Sequence[float]]
    u: Sequence[Sequence[float]]
    prevalence: float
    open_share: Sequence[float] = ()

    def __post_init__(self) -> None:
        assert len(self.m) == len(self.u), "a comparison lacks its m or its u"
        for one, other in zip(self.m, self.u, strict=True):
            assert len(one) == len(other), "m and u have other levels"
            assert np.allclose([sum(one), sum(other)], 1), "chances of levels sum to 1"

    @cached_property
    def patterns(self) -> np.ndarray:
        """Every pattern that can be, a row each, a column a comparison."""
        levels = [np.arange(OPEN if gap else 0, len(chances)) for chances, gap in zip(self.m, self._gaps, strict=True)]
        return np.stack([axis.ravel() for axis in np.meshgrid(*levels, indexing="ij")], axis=1)

    @property
    def _gaps(self) -> Sequence[float]:
        return self.open_share or [0.0] * len(self.m)

    def chances(self, kind: Sequence[Sequence[float]]) -> np.ndarray:
        """How likely each pattern is in pairs of one kind, `m` or `u`."""
        parts = [
            np.where(levels == OPEN, gap, (1 - gap) * np.asarray(of_level)[np.maximum(levels, 0)])
            for levels, of_level, gap in zip(self.patterns.T, kind, self._gaps, strict=True)
        ]
        return reduce(np.multiply, parts)

    def bits(self, patterns: np.ndarray) -> np.ndarray:
        """The weight of patterns by Bayes' rule: the log to base 2 of the odds that such a pair is one (Fellegi & Sunter 1969)."""
        total = np.full(len(patterns), np.log2(self.prevalence / (1 - self.prevalence)))
        for levels, m, u in zip(patterns.T, self.m, self.u, strict=True):
            ratio = np.log2(np.asarray(m) / np.asarray(u))
            total += np.where(levels == OPEN, 0.0, ratio[np.maximum(levels, 0)])
        return total


@dataclass(frozen=True)
class Drawn:
    """Patterns that occurred.

    Args:
        patterns: a row each, a column a comparison.
        counts: pairs with each pattern.
        matches: how many of those are one; for the tester's eyes.
    """

    patterns: np.ndarray
    counts: np.ndarray
    matches: np.ndarray


def drawn(planted: Planted, pairs: int, seed: int) -> Drawn:
    """Counts of patterns in so many pairs; patterns that did not occur are left out."""
    chance = np.random.default_rng([seed, 4])
    ones = int(chance.binomial(pairs, planted.prevalence))
    matches = chance.multinomial(ones, _whole(planted.chances(planted.m)))
    counts = matches + chance.multinomial(pairs - ones, _whole(planted.chances(planted.u)))
    seen = counts > 0
    return Drawn(planted.patterns[seen], counts[seen], matches[seen])


def random_levels(planted: Planted, pairs: int, seed: int) -> Drawn:
    """Patterns of pairs drawn by lot from all records, where hardly any is one: what u is estimated from."""
    counts = np.random.default_rng([seed, 5]).multinomial(pairs, _whole(planted.chances(planted.u)))
    seen = counts > 0
    return Drawn(planted.patterns[seen], counts[seen], np.zeros(int(seen.sum()), np.int64))


def _whole(chances: np.ndarray) -> np.ndarray:
    return chances / chances.sum()
