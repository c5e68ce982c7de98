"""How right a partition of records is against the truth: pairs after closure, and B-cubed.

Both are counted from the contingency of found clusters and true entities, so that a million
records take a second and no pair is ever listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Score:
    """Shares, 0 to 1; a share of nothing is 1."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Harmonic mean of the two.

        >>> Score(1.0, 0.5).f1
        0.6666666666666666
        """
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Figures:
    """Pair and B-cubed scores of one partition, and what they were counted from."""

    pairs: Score
    b_cubed: Score
    records: int
    found_clusters: int
    true_entities: int
    found_pairs: int
    true_pairs: int
    right_pairs: int
    largest_cluster: int


def figures(found: object, truth: object) -> Figures:
    """Scores of a partition against the truth.

    Args:
        found: a cluster label for each record, of any type.
        truth: an entity label for each record, in the same order.

    Two records of one entity are apart, and one stranger has joined them:

    >>> scored = figures(["x", "x", "y"], [1, 2, 1])
    >>> scored.pairs
    Score(precision=0.0, recall=0.0)
    >>> round(scored.b_cubed.precision, 4), round(scored.b_cubed.recall, 4)
    (0.6667, 0.6667)

    Nothing wrong:

    >>> figures([7, 7, 8], ["a", "a", "b"]).pairs.f1
    1.0
    """
    cluster, entity = codes(found), codes(truth)
    assert len(cluster) == len(entity), "a label is missing"
    joint = cluster * (entity.max(initial=0) + 1) + entity
    _, first, cells = np.unique(joint, return_index=True, return_counts=True)
    found_sizes, true_sizes = np.bincount(cluster), np.bincount(entity)
    right, claimed, real = _pairs(cells), _pairs(found_sizes), _pairs(true_sizes)
    # Each record of a cell shares its cluster with `cells` of its own entity.
    squared, total = cells.astype(np.float64) ** 2, max(len(cluster), 1)
    b_cubed = Score(
        float((squared / found_sizes[cluster[first]]).sum() / total), float((squared / true_sizes[entity[first]]).sum() / total)
    )
    pairs = Score(right / claimed if claimed else 1.0, right / real if real else 1.0)
    return Figures(pairs, b_cubed, len(cluster), len(found_sizes), len(true_sizes), claimed, real, right, int(found_sizes.max(initial=0)))


def of_pairs(left: np.ndarray, right: np.ndarray, truth: object) -> Score:
    """Scores of pairs before closure: what blocking reaches, or scoring accepts.

    Args:
        left: positions of the pairs' first records.
        right: positions of their second; a pair may stand twice, either way round, and counts once.
        truth: an entity label for each record.

    >>> of_pairs(np.array([0, 1]), np.array([1, 0]), ["a", "a", "a"])
    Score(precision=1.0, recall=0.3333333333333333)
    """
    entity = codes(truth)
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    once = np.unique(low[low != high] * len(entity) + high[low != high])
    hits = int((entity[once // len(entity)] == entity[once % len(entity)]).sum())
    real = _pairs(np.bincount(entity))
    return Score(hits / len(once) if len(once) else 1.0, hits / real if real else 1.0)


def line(name: str, found: Figures) -> str:
    """Scores in one line."""
    pairs, b_cubed = found.pairs, found.b_cubed
    return (f"{name:28} pairs P {pairs.precision:.4f} R {pairs.recall:.4f} F1 {pairs.f1:.4f}   B3 P {b_cubed.precision:.4f} R {b_cubed.recall:.4f} "
            f"F1 {b_cubed.f1:.4f}   largest {found.largest_cluster:,}")  # fmt: skip


def codes(labels: object) -> np.ndarray:
    """Labels of any type as 0, 1, 2 in the order of their first appearance; an absent label is no label, and refused."""
    found = pd.factorize(np.asarray(labels))[0].astype(np.int64)
    assert not (found < 0).any(), "a record has no label"
    return found


def _pairs(sizes: np.ndarray) -> int:
    wide = sizes.astype(np.int64)
    return int((wide * (wide - 1) // 2).sum())
