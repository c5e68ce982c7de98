"""A second look at groups that hold two birth dates: a father and a son of one name, put together by records that give none.

A person has one birth date for life. So where a group holds two that are not one, its records without a date take that of the
record they agree with best, and the group is put together anew: what is a slip of the hand stays together, two persons fall apart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from unequal.identity.arrays import Flags, Ints, distinct
from unequal.identity.matching import dates
from unequal.identity.matching.coding import Coded, Records
from unequal.identity.matching.grouping import Weigh

FEATURE: Final = "birth_date"
_DIFFERENT_FROM: Final = 5


def suspects(label: Ints, coded: Coded) -> Ints:
    """The records of groups of three and more that hold two dates which no slip of the hand makes one; in order."""
    known = np.flatnonzero(coded.known)
    size = np.int64(max(len(coded.hashes), 1))
    pairs = distinct(label[known] * size + coded.codes[known])
    held = np.column_stack([pairs // size, pairs % size])
    several = np.flatnonzero(np.bincount(held[:, 0], minlength=len(label)) > 1)
    among = held[np.isin(held[:, 0], several)]
    left, right = _pairs_of_neighbours(among[:, 0])
    parts = coded.numbers("date parts", dates.parts)
    apart = dates.levels(parts[among[left, 1]], parts[among[right, 1]]) >= _DIFFERENT_FROM
    concerned = np.unique(among[left[apart], 0])
    large = np.bincount(label, minlength=len(label))[concerned] > 2
    return np.flatnonzero(np.isin(label, concerned[large]))


def _pairs_of_neighbours(group: Ints) -> tuple[Ints, Ints]:
    """All pairs of places with the same group; groups stand together."""
    starts = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]])) if len(group) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, len(group)))
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for size in np.unique(sizes[sizes > 1]).tolist():
        one, other = np.triu_indices(size, 1)
        places = starts[sizes == size][:, None]
        left.append((places + one).ravel())
        right.append((places + other).ravel())
    return np.concatenate(left), np.concatenate(right)


def pairs_within(label: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """All pairs of some records that are of one group: places among the rows, the lower first."""
    order = np.argsort(label[rows], kind="stable")
    left, right = _pairs_of_neighbours(label[rows][order])
    a, b = order[left], order[right]
    return np.minimum(a, b), np.maximum(a, b)


def with_dates_of_nearest(records: Records, a: Ints, b: Ints, weigh: Weigh) -> Records:
    """Records in which who gives no date has that of the record it agrees with best, among those it is paired with.

    Args:
        records: numbered as the pairs are.
        a, b: pairs.
        weigh: their weights.
    """
    coded = records.features[FEATURE]
    both_ways = np.concatenate([a, b]), np.concatenate([b, a])
    wanting: Flags = ~coded.known[both_ways[0]] & coded.known[both_ways[1]]
    who, whom = both_ways[0][wanting], both_ways[1][wanting]
    bits = np.round(weigh(who, whom), 6)
    order = np.lexsort((whom, -bits, who))
    first, at = np.unique(who[order], return_index=True)
    codes = coded.codes.copy()
    codes[first] = coded.codes[whom[order][at]]
    return replace(records, features={**records.features, FEATURE: replace(coded, codes=codes)})


def looked_at_again(label: Ints, rows: Ints, again: Ints) -> Ints:
    """Labels with some records put together anew: for each record the lowest record of its group.

    Args:
        label: before.
        rows: the records looked at again.
        again: for each of them the place, among the rows, of the first record of its group.
    """
    found = label.copy()
    found[rows] = rows[again]
    return found
