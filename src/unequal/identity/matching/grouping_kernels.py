"""Loops of grouping: which records hang together, what all their pairs weigh, and joins from the best average down."""

from __future__ import annotations

import numpy as np

from unequal.identity.arrays import Floats, Ints
from unequal.identity.matching.compiled import kernel


@kernel
def lowest(count: int, a: Ints, b: Ints) -> Ints:
    """For each record the lowest number among all that pairs connect it with. Source: union-find, Galler & Fischer 1964."""
    head = np.arange(count)
    for at in range(len(a)):
        one, other = a[at], b[at]
        while head[one] != one:
            head[one] = head[head[one]]
            one = head[one]
        while head[other] != other:
            head[other] = head[head[other]]
            other = head[other]
        if one < other:
            head[other] = one
        else:
            head[one] = other
    # Heads stand before those who follow them.
    for record in range(count):
        head[record] = head[head[record]]
    return head


@kernel
def members(label: Ints) -> tuple[Ints, Ints]:
    """Records of groups of two and more, one group behind the other, ascending; and where each group begins, and the last ends."""
    count = len(label)
    size, place = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for record in range(count):
        size[label[record]] += 1
    groups = held = 0
    for record in range(count):
        if size[record] > 1:
            groups += 1
            held += size[record]
    first, records = np.zeros(groups + 1, dtype=np.int64), np.empty(held, dtype=np.int64)
    groups = held = 0
    for record in range(count):
        if size[record] > 1:
            place[record] = held
            held += size[record]
            groups += 1
            first[groups] = held
    for record in range(count):
        group = label[record]
        if size[group] > 1:
            records[place[group]] = record
            place[group] += 1
    return records, first


@kernel
def cells(records: Ints, first: Ints, count: int, a: Ints, b: Ints, bits: Floats) -> tuple[Floats, Ints, Ints, Ints]:
    """Weights of all pairs within groups, and which of them are not known: their cells, and the two records.

    Of a group of n, the pair of its i-th and j-th record, i < j, stands at i (2n - i - 1) / 2 + j - i - 1.

    Args:
        records, first: see members; some groups of them.
        count: how many records there are in all.
        a, b, bits: pairs that were weighed; one of them at least is known once.
    """
    group, place = np.full(count, -1, dtype=np.int64), np.empty(count, dtype=np.int64)
    begin = np.zeros(len(first), dtype=np.int64)
    for at in range(len(first) - 1):
        size = first[at + 1] - first[at]
        begin[at + 1] = begin[at] + size * (size - 1) // 2
        for within in range(size):
            group[records[first[at] + within]] = at
            place[records[first[at] + within]] = within
    found = np.full(begin[-1], np.nan)
    for at in range(len(a)):
        of = group[a[at]]
        if of >= 0 and of == group[b[at]]:
            i, j = min(place[a[at]], place[b[at]]), max(place[a[at]], place[b[at]])
            size = first[of + 1] - first[of]
            found[begin[of] + i * (2 * size - i - 1) // 2 + j - i - 1] = bits[at]
    missing = np.isnan(found).sum()
    cell, left, right = (np.empty(missing, dtype=np.int64), np.empty(missing, dtype=np.int64), np.empty(missing, dtype=np.int64))
    missing = here = 0
    for at in range(len(first) - 1):
        for i in range(first[at], first[at + 1]):
            for j in range(i + 1, first[at + 1]):
                if np.isnan(found[here]):
                    cell[missing], left[missing], right[missing] = here, records[i], records[j]
                    missing += 1
                here += 1
    return found, cell, left, right


@kernel
def _best(total: Floats, held: Floats, for_many: Floats) -> tuple[float, int, int]:
    """The best average of a group, and between which parts; the first of several."""
    best, keep, drop = -np.inf, 0, 0
    for i in range(len(held)):
        for j in range(i + 1, len(held)):
            if total[i, j] > -np.inf:
                pairs = held[i] * held[j]
                average = total[i, j] / pairs + for_many[min(int(pairs), len(for_many) - 1)]
                if average > best:
                    best, keep, drop = average, i, j
    return best, keep, drop


@kernel
def agglomerated(records: Ints, first: Ints, weights: Floats, for_many: Floats, link_from: float) -> tuple[Ints, Floats]:
    """Join the two parts of a group that agree best on average, sum / pairs + for_many[pairs], again and again, in each group.

    Args:
        records, first, weights: see cells; all weights known.
        for_many: what a number of pairs that agree adds; the last for any more.
        link_from: the least average.

    Returns:
        For each of the records the first one of its part; and for each join the average, and for how many pairs.
    """
    head, joins, joined, here = records.copy(), np.empty((len(records), 2)), 0, 0
    for of in range(len(first) - 1):
        size = first[of + 1] - first[of]
        total, held = np.full((size, size), -np.inf), np.ones(size)
        for i in range(size):
            for j in range(i + 1, size):
                total[i, j] = total[j, i] = weights[here]
                here += 1
        best, keep, drop = _best(total, held, for_many)
        while best >= link_from:
            joins[joined, 0], joins[joined, 1] = best, held[keep] * held[drop]
            joined += 1
            for i in range(size):
                total[keep, i] += total[drop, i]
                total[i, keep] = total[keep, i]
                total[drop, i] = total[i, drop] = -np.inf
                if head[first[of] + i] == records[first[of] + drop]:
                    head[first[of] + i] = records[first[of] + keep]
            total[keep, keep] = -np.inf
            held[keep] += held[drop]
            best, keep, drop = _best(total, held, for_many)
    return head, joins[:joined]
