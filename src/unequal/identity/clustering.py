"""Groups of one kind into customers: by what stewards said, and across persons and organisations by exact identifiers.

A steward's words lie over the evidence. What is said to be the same joins whole groups, and splits none. Only where that
would put two records together that are said to be different, a group comes apart, along its weakest evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from unequal.identity.arrays import Ints

UNKNOWN: Final = -1
Ends = tuple[Ints, Ints]
"""Pairs of records, as two arrays."""


def components(records: int, a: Ints, b: Ints) -> Ints:
    """For each record the lowest number among all that links connect it with."""
    from unequal.identity.matching.grouping_kernels import lowest

    return lowest(records, a, b)


def closed(records: int, same: Ends, different: Ends) -> Ends:
    """Every pair that verdicts keep apart: who is the same as one is different from whom that one is different from.

    Args:
        records: how many there are.
        same, different: what was said; no chain of `same` joins two that are different.

    Returns:
        Pairs, the lower record first, each once and in order.
    """
    if not len(different[0]):
        return different
    label = components(records, *same)
    of_one = _members(label, label[np.concatenate(different)])
    pairs = {
        (min(left, right), max(left, right))
        for one, other in zip(label[different[0]].tolist(), label[different[1]].tolist(), strict=True)
        for left in of_one[one]
        for right in of_one[other]
    }
    found = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def joined(label: Ints, same: Ends, different: Ends, evidence: Ends) -> Ints:
    """Groups that stewards' words put together.

    Args:
        label: for each record the lowest of its group; no group holds two that are different.
        same: pairs said to be the same.
        different: see closed.
        evidence: pairs of records of one group, the strongest first: along them a group comes apart, where it must.

    Returns:
        For each record the lowest of its customer.
    """
    records = len(label)
    if not len(same[0]) and not len(different[0]):
        return label
    everyone = np.arange(records)
    whole = components(records, np.concatenate([everyone, same[0]]), np.concatenate([label, same[1]]))
    torn = np.unique(whole[different[0]][whole[different[0]] == whole[different[1]]])
    if not len(torn):
        return whole
    concerned = np.flatnonzero(np.isin(whole, torn))
    parts = Parts(components(records, *same), concerned, _foes(different), {})
    inside = (label[evidence[0]] == label[evidence[1]]) & np.isin(evidence[0], concerned)
    one = np.concatenate([evidence[0][inside], label[concerned]])
    other = np.concatenate([evidence[1][inside], concerned])
    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        parts.join(a, b)
    return parts.labels(whole)


def across(label: Ints, bridges: Ends, different: Ends, once: Ints) -> Ints:
    """Customers joined that share an exact identifier, unless that would join what cannot be one.

    Args:
        label: for each record the lowest of its customer.
        bridges: pairs of records that share one; those that come first are taken first.
        different: see closed.
        once: for each record the source, if that holds each customer once; UNKNOWN else.
    """
    open_ = label[bridges[0]] != label[bridges[1]]
    if not open_.any():
        return label
    concerned = np.flatnonzero(np.isin(label, label[np.concatenate(bridges)[np.tile(open_, 2)]]))
    known = concerned[once[concerned] != UNKNOWN]
    parts = Parts(label, concerned, _foes(different), dict(zip(known.tolist(), once[known].tolist(), strict=True)))
    for a, b in zip(bridges[0][open_].tolist(), bridges[1][open_].tolist(), strict=True):
        parts.join(a, b)
    return parts.labels(label)


class Parts:
    """Groups of a few records that grow one join after the other, as far as nothing forbids it."""

    def __init__(self, label: Ints, records: Ints, foes: Mapping[int, frozenset[int]], once: Mapping[int, int]) -> None:
        """Begin with the groups as they are.

        Args:
            label: for each record of the base its group's name.
            records: those concerned: whole groups.
            foes: records that are different from a record.
            once: a record's source, where that holds each customer once.
        """
        self._members = _members(label, label[records])
        self._at = {record: group for group, members in self._members.items() for record in members}
        self._foes = {group: {foe for record in members for foe in foes.get(record, ())} for group, members in self._members.items()}
        self._once = {group: {once[record] for record in members if record in once} for group, members in self._members.items()}

    def join(self, a: int, b: int) -> bool:
        """Make one group of the two that hold these records; whether they are one now."""
        one, other = self._at[a], self._at[b]
        if one == other:
            return True
        if len(self._members[one]) < len(self._members[other]):
            one, other = other, one
        if not self._foes[one].isdisjoint(self._members[other]) or self._once[one] & self._once[other]:
            return False
        self._at.update(dict.fromkeys(self._members[other], one))
        self._members[one] |= self._members.pop(other)
        self._foes[one] |= self._foes.pop(other)
        self._once[one] |= self._once.pop(other)
        return True

    def labels(self, before: Ints) -> Ints:
        """The labels of the base: the lowest record for those concerned, as before for all others."""
        found = before.copy()
        for members in self._members.values():
            found[list(members)] = min(members)
        return found


def _members(label: Ints, wanted: Ints) -> dict[int, set[int]]:
    """The records of some groups, by the groups' names."""
    records = np.flatnonzero(np.isin(label, wanted))
    found: dict[int, set[int]] = {}
    for record, group in zip(records.tolist(), label[records].tolist(), strict=True):
        found.setdefault(group, set()).add(record)
    return found


def _foes(different: Ends) -> dict[int, frozenset[int]]:
    pairs: Iterable[tuple[int, int]] = zip(different[0].tolist(), different[1].tolist(), strict=True)
    found: dict[int, set[int]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return {record: frozenset(foes) for record, foes in found.items()}
