"""How far the records of a run have moved away from those that its model was learned from.

Measured by the population stability index: the sum, over all levels, of (found - expected) * ln(found / expected). Below 0.1
nothing has changed, above 0.2 something has: the usual reading of it. Source: Siddiqi 2006, *Credit Risk Scorecards*.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.identity.arrays import Floats, Ints
from unequal.identity.matching.coding import Records
from unequal.identity.matching.levels import Variants, levels_of
from unequal.identity.matching.scoring import probability
from unequal.identity.matching.similarity import Levels
from unequal.identity.matching.training import Model
from unequal.identity.matching.weighing import matching_now

MOVED: Final = 0.2
"""From this index on a comparison no longer is what the model has learned."""
GROWN: Final = 2.0
"""A base of more than so many times the records deserves a model of its own."""
PAIRS_AT_LEAST: Final = 200.0
"""Matches that must have been found before levels say anything: with fewer the index is noise."""
_LEAST_SHARE: Final = 1e-4
_PAIRS_LOOKED_AT: Final = 50_000


@dataclass(frozen=True)
class Drift:
    """What has moved since a model was learned.

    Args:
        levels: comparison -> index of the levels at which matches agree; a comparison with too few matches is absent.
        unknown: comparison -> index of the share of records that do not know what is compared.
        growth: records now, for each record that was learned from.
    """

    levels: Mapping[str, float]
    unknown: Mapping[str, float]
    growth: float

    @property
    def retrain(self) -> bool:
        """Whether a new model is advised."""
        return self.growth > GROWN or any(index > MOVED for index in (*self.levels.values(), *self.unknown.values()))

    def figures(self) -> dict[str, float]:
        """As MATCH_FIGURE has it: `drift: COMPARISON`, `drift of unknown: COMPARISON`, `growth`, `retrain`."""
        return {
            **{f"drift: {name}": index for name, index in self.levels.items()},
            **{f"drift of unknown: {name}": index for name, index in self.unknown.items()},
            "growth": self.growth,
            "retrain": float(self.retrain),
        }


def stability(expected: Floats, found: Floats) -> float:
    """The population stability index of two distributions.

    Args:
        expected, found: what each level counts for; made shares here. A share of nothing counts as a ten-thousandth.

    >>> round(stability(np.array([0.5, 0.5]), np.array([0.75, 0.25])), 4)
    0.2747
    """
    one, other = (np.maximum(shares / max(shares.sum(), 1e-300), _LEAST_SHARE) for shares in (expected, found))
    return float(((other - one) * np.log(other / one)).sum())


def drift(model: Model, records: Records, variants: Variants, a: Ints, b: Ints, bits: Floats) -> Drift:
    """Hold the matches of a run, and what its records know, against what a model expects.

    What is expected is held against what would be learned now, each pair counting for its probability of being a match: records
    like those that the model was learned from show no drift.

    Args:
        model: in force.
        records: of the run.
        variants: of them.
        a, b, bits: pairs that are worth knowing of, and their weights.
    """
    step = max(-(-len(a) // _PAIRS_LOOKED_AT), 1)
    levels = levels_of(variants, model.comparisons, a[::step], b[::step])
    return Drift(
        _of_levels(model, levels, probability(bits[::step]), step), _of_unknown(model, records), records.count / max(model.learned_from, 1)
    )


def _of_levels(model: Model, levels: Sequence[Levels], likely: Floats, step: int) -> dict[str, float]:
    moved = {}
    for comparison, expected, level in zip(model.comparisons, model.chances.matching, levels, strict=True):
        if likely[level > 0].sum() * step >= PAIRS_AT_LEAST:
            moved[comparison.name] = stability(expected[1:], matching_now(comparison, level, likely)[1:])
    return moved


def _of_unknown(model: Model, records: Records) -> dict[str, float]:
    """By comparison the largest index of the features that it is about."""
    moved = {}
    for comparison in model.comparisons:
        indexes = [_of_feature(model, records, name) for name in comparison.needs if name in model.frequencies]
        moved[comparison.name] = max(indexes, default=0.0)
    return moved


def _of_feature(model: Model, records: Records, name: str) -> float:
    before = min(model.frequencies[name].known / max(model.learned_from, 1), 1.0)
    now = float(records.features[name].known.mean()) if name in records.features and records.count else 0.0
    return stability(np.array([before, 1 - before]), np.array([now, 1 - now]))
