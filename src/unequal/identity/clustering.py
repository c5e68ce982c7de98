"""Records into customers: linked ones together, except where that would join what cannot be one.

Plain connected components are not enough: a shared phone chains strangers. Links are taken
from the strongest down, and one is refused when the two groups that it would join hold
something that only two customers can: two ids of a source that has no duplicates, or, for
links by e-mail and phone, two birth dates, two names, a person and an organisation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from unequal.identity.arrays import Flags, Ints

UNKNOWN: Final = -1


class Refusal(IntEnum):
    """Why a link was refused; 0, it was not."""

    NONE = 0
    DEDUPLICATED = 1
    KINDS = 2
    BIRTH_DATES = 3
    NAMES = 4


@dataclass(frozen=True)
class Links:
    """Pairs of records that share an identifier.

    Args:
        a, b: numbers of records, a < b.
        strength: 0 for the strongest kind of identifier; weaker kinds later.
        guarded: whether persons who differ may share it, as they share an e-mail or a phone.
        barred: whether the two records' names already say that it means nothing.
    """

    a: Ints
    b: Ints
    strength: Ints
    guarded: Flags
    barred: Flags


@dataclass(frozen=True)
class Traits:
    """What can keep records apart, a code for each record; UNKNOWN (-1) where it is not known.

    Args:
        once: the source, if it holds each customer once only.
        kind: person or organisation.
        birth_date: the day.
        name: what it is called; `names_conflict` says which two names cannot be one's.
    """

    once: Ints
    kind: Ints
    birth_date: Ints
    name: Ints
    names_conflict: Callable[[int, int], bool]


@dataclass(frozen=True)
class Clusters:
    """The outcome.

    Args:
        label: for each record the lowest number of its cluster.
        refused: for each link a Refusal.
    """

    label: Ints
    refused: Ints


def cluster(records: int, links: Links, traits: Traits) -> Clusters:
    """Join linked records under constraints; the same for any order of the links.

    Args:
        records: how many; numbered 0 to records - 1.
        links: pairs.
        traits: for each record.

    Returns:
        Clusters. A refused link may lie inside one: a declared key joined what the e-mail alone would not.
    """
    refused = _direct_refusals(links, traits)
    order = np.lexsort((links.b, links.a, links.strength))
    open_links = order[refused[order] == Refusal.NONE]
    label = components(records, links.a[open_links], links.b[open_links])
    doubtful = _doubtful(label, links, open_links, traits)
    for link, why in _joined_with_care(open_links[doubtful[label[links.a[open_links]]]], links, traits):
        refused[link] = why
    kept = refused == Refusal.NONE
    label = components(records, links.a[kept], links.b[kept])
    return Clusters(label, refused)


def components(records: int, a: Ints, b: Ints) -> Ints:
    """For each record the lowest number among all that links connect it with."""
    graph = coo_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(records, records))
    _, part = connected_components(graph, directed=False)
    lowest = np.full(part.max(initial=-1) + 1, records, dtype=np.int64)
    np.minimum.at(lowest, part, np.arange(records, dtype=np.int64))
    return lowest[part]


def conflicting(links: Links, name: Ints, among: Flags, names_conflict: Callable[[int, int], bool]) -> Flags:
    """Which of the links in `among` lie between names that conflict; each pair of names is asked about once."""
    suspects = np.flatnonzero(among & _differ(name, links))
    pairs = np.sort(np.column_stack([name[links.a[suspects]], name[links.b[suspects]]]), axis=1)
    distinct, back = np.unique(pairs, axis=0, return_inverse=True)
    answers = np.array([names_conflict(one, other) for one, other in distinct.tolist()], dtype=np.bool_)
    found = np.zeros(len(links.a), dtype=np.bool_)
    found[suspects] = answers[back.reshape(-1)] if len(suspects) else False
    return found


def _direct_refusals(links: Links, traits: Traits) -> Ints:
    """Why the two records of a link alone cannot be one."""
    refused = np.where(links.barred, int(Refusal.NAMES), int(Refusal.NONE)).astype(np.int64)
    refused[links.guarded & _differ(traits.birth_date, links)] = Refusal.BIRTH_DATES
    refused[links.guarded & _differ(traits.kind, links)] = Refusal.KINDS
    once_a, once_b = traits.once[links.a], traits.once[links.b]
    refused[(once_a == once_b) & (once_a != UNKNOWN)] = Refusal.DEDUPLICATED
    # Names last, for they cost the most.
    refused[conflicting(links, traits.name, links.guarded & (refused == Refusal.NONE), traits.names_conflict)] = Refusal.NAMES
    return refused


def _differ(code: Ints, links: Links) -> Flags:
    one, other = code[links.a], code[links.b]
    differ: Flags = (one != other) & (one != UNKNOWN) & (other != UNKNOWN)
    return differ


def _doubtful(label: Ints, links: Links, open_links: Ints, traits: Traits) -> Flags:
    """For each label: whether its component may hold what cannot be one."""
    records = len(label)
    doubtful = np.zeros(records, dtype=np.bool_)
    guarded = np.zeros(records, dtype=np.bool_)
    guarded[label[links.a[open_links][links.guarded[open_links]]]] = True
    once = np.flatnonzero(traits.once != UNKNOWN)
    if len(once):
        group = label[once] * (traits.once.max() + 1) + traits.once[once]
        _, first, counts = np.unique(group, return_index=True, return_counts=True)
        doubtful[label[once[first[counts > 1]]]] = True
    for code in (traits.kind, traits.birth_date, traits.name):
        known = np.flatnonzero((code != UNKNOWN) & guarded[label])
        lowest, highest = np.full(records, np.iinfo(np.int64).max), np.full(records, UNKNOWN)
        np.minimum.at(lowest, label[known], code[known])
        np.maximum.at(highest, label[known], code[known])
        doubtful |= highest > lowest
    return doubtful


@dataclass
class _Group:
    """Records joined so far, by what they hold."""

    members: list[int]
    once: set[int]
    kinds: set[int]
    birth_dates: set[int]
    names: set[int]

    def take_in(self, other: _Group) -> None:
        """Become the union of both."""
        self.members += other.members
        self.once |= other.once
        self.kinds |= other.kinds
        self.birth_dates |= other.birth_dates
        self.names |= other.names


def _joined_with_care(in_turn: Ints, links: Links, traits: Traits) -> list[tuple[int, Refusal]]:
    """Take links from the strongest down; those refused, with why."""
    groups: dict[int, _Group] = {}
    refused: list[tuple[int, Refusal]] = []
    ends = zip(in_turn.tolist(), links.a[in_turn].tolist(), links.b[in_turn].tolist(), links.guarded[in_turn].tolist(), strict=True)
    for link, a, b, guarded in ends:
        one, other = (groups.get(record) or groups.setdefault(record, _alone(record, traits)) for record in (a, b))
        if one is other:
            continue
        why = _conflict(one, other, guarded=guarded, names_conflict=traits.names_conflict)
        if why is not Refusal.NONE:
            refused.append((link, why))
            continue
        large, small = (one, other) if len(one.members) >= len(other.members) else (other, one)
        large.take_in(small)
        groups.update(dict.fromkeys(small.members, large))
    return refused


def _alone(record: int, traits: Traits) -> _Group:
    return _Group([record], *({int(code[record])} - {UNKNOWN} for code in (traits.once, traits.kind, traits.birth_date, traits.name)))


def _conflict(one: _Group, other: _Group, *, guarded: bool, names_conflict: Callable[[int, int], bool]) -> Refusal:
    """Why two groups cannot be one customer, as far as this link may say."""
    if one.once & other.once:
        return Refusal.DEDUPLICATED
    if not guarded:
        return Refusal.NONE
    if _apart(one.kinds, other.kinds):
        return Refusal.KINDS
    if _apart(one.birth_dates, other.birth_dates):
        return Refusal.BIRTH_DATES
    if any(names_conflict(left, right) for left in one.names for right in other.names if left != right):
        return Refusal.NAMES
    return Refusal.NONE


def _apart(one: set[int], other: set[int]) -> bool:
    """Whether both know it, and any two of their values differ."""
    return bool(one and other) and len(one | other) > 1
