"""Whether groups stand: how alike they come out again from customers drawn anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from unequal.customer_base.needs.counts import Counts, Floats, Ints, shares_of
from unequal.customer_base.needs.mixture import Evidence, Groups, fitted, information, members, one_group, settled

STANDS_FROM: Final = 0.75
"""From this mean Jaccard similarity on a group stands: "valid, stable clusters" (Hennig 2007)."""
MOST_GROUPS: Final = 8
_STARTS: Final = 6
_STARTS_AGAIN: Final = 2
_DRAWS: Final = 20
_IN_VAIN: Final = 2
"""So many numbers in a row that stand no better end the search."""


def adjusted_rand(one: Ints, other: Ints) -> float:
    """How alike two partitions are: 1 where they are the same, about 0 where only chance makes them agree (Hubert & Arabie 1985).

    >>> round(adjusted_rand(np.array([0, 0, 1, 1, 2, 2]), np.array([0, 0, 1, 1, 1, 1])), 4)
    0.5455
    """
    table = _together(one, other).astype(np.float64)
    pairs = [(cells * (cells - 1) / 2).sum() for cells in (table, table.sum(axis=0), table.sum(axis=1))]
    every = table.sum() * (table.sum() - 1) / 2
    expected = pairs[1] * pairs[2] / every if every else 0.0
    highest = (pairs[1] + pairs[2]) / 2
    return 1.0 if highest == expected else float((pairs[0] - expected) / (highest - expected))


def likeness(one: Ints, other: Ints, number: int) -> Floats:
    """For each of so many groups of `one` the Jaccard similarity of the group of `other` that is likest it; nan where the group is empty.

    >>> likeness(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1]), 2).round(4).tolist()
    [0.6667, 0.5]
    """
    table = _together(one, other, number).astype(np.float64)
    union = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    sizes = table.sum(axis=1)
    found = (table / np.maximum(union, 1.0)).max(axis=1)
    return np.asarray(np.where(sizes > 0, found, np.nan))


def _together(one: Ints, other: Ints, number: int = 0) -> Ints:
    rows, columns = max(int(one.max(initial=-1)) + 1, number), int(other.max(initial=-1)) + 1
    return np.bincount(one * columns + other, minlength=rows * columns).reshape(rows, columns).astype(np.int64)


@dataclass(frozen=True)
class Standing:
    """Groups, and how they came out again.

    Args:
        groups: the groups.
        jaccard: draws x groups: likeness of each group to the one likest it when customers are drawn anew; nan where none of it was drawn.
        rand: for each draw how alike the two partitions are, adjusted for chance.
    """

    groups: Groups
    jaccard: Floats
    rand: Floats

    @property
    def means(self) -> Floats:
        """The mean likeness of each group."""
        return np.asarray(np.nan_to_num(np.nanmean(self.jaccard, axis=0)) if len(self.jaccard) else np.zeros(len(self.groups)))

    @property
    def stands(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which groups stand."""
        return np.asarray(self.means >= STANDS_FROM)

    def and_more(self, other: Standing) -> Standing:
        """The same groups with the draws of another."""
        return Standing(self.groups, np.vstack([self.jaccard, other.jaccard]), np.r_[self.rand, other.rand])

    def by_size(self) -> Standing:
        """The same, the largest group first."""
        order = np.argsort(-self.groups.sizes, kind="stable")
        groups = replace(self.groups, sizes=self.groups.sizes[order], shares=self.groups.shares[order])
        return Standing(groups, self.jaccard[:, order], self.rand)

    def ends(self) -> tuple[Floats, Floats]:
        """Nine draws in ten lie between these, for each group."""
        low, high = np.nanquantile(self.jaccard, [0.05, 0.95], axis=0)
        return np.nan_to_num(low), np.nan_to_num(high)


def found(counts: Counts, seed: int) -> Standing | None:
    """The groups that stand best, or None where customers of one kind explain the counts as well.

    Args:
        counts: customers in canonical order.
        seed: of all draws.

    Returns:
        Of 2 to MOST_GROUPS groups the number of which most stand (then the larger share of customers in groups that stand, then fewer groups); only
        numbers are tried whose groups tell more than one group does (Schwarz's criterion).
    """
    generator = np.random.default_rng(seed)
    told = information(counts, one_group(counts))
    best: tuple[tuple[float, ...], Standing] | None = None
    before: Groups | None = None
    in_vain = 0
    for number in range(2, MOST_GROUPS + 1):
        before = settled(counts, number, generator, starts=_STARTS, before=before)
        better, more = False, information(counts, before)
        if more > told:
            told = more
            tried = drawn_anew(counts, before, generator, _DRAWS // 2)
            sure = tried.stands
            score = (float(2 * sure.sum() - number), float(before.sizes[sure].sum()), -float(number))
            better = best is None or score > best[0]
            best = (score, tried) if best is None or better else best
        in_vain = 0 if better else in_vain + 1
        if in_vain == _IN_VAIN:
            break
    return None if best is None else best[1].and_more(drawn_anew(counts, best[1].groups, generator, _DRAWS // 2))


def drawn_anew(counts: Counts, groups: Groups, generator: np.random.Generator, draws: int) -> Standing:
    """How groups come out again from as many customers drawn with replacement; the way customers differ within groups is held."""
    evidence = Evidence(counts, groups.spread)
    ours = members(evidence, groups)
    jaccard, rand = np.empty((draws, len(groups))), np.empty(draws)
    everybody = shares_of(counts)
    for draw in range(draws):
        often = np.bincount(generator.integers(len(counts), size=len(counts)), minlength=len(counts)).astype(np.float64)
        there = often > 0
        part = Evidence(counts.of(there), groups.spread, everybody)
        again = fitted(part, len(groups), groups.spread, generator, starts=_STARTS_AGAIN, often=often[there])
        theirs = members(part, again)
        jaccard[draw] = likeness(ours[there], theirs, len(groups))
        rand[draw] = adjusted_rand(ours[there], theirs)
    return Standing(groups, jaccard, rand)
