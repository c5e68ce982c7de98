"""Exact identifiers: who shares one, and which of them too many share to mean anyone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from unequal.identity.arrays import Flags, Ints, distinct
from unequal.identity.matching.coding import UNKNOWN, Coded, Codes, Hashes, Records

PARTNERS: Final = 50
"""Each record is linked with so many of the first that hold the same value: a cap set high costs no square."""


Holders = Callable[[str, Hashes], Ints]
"""How many records hold each value of an identifier, by its name and the values' hashes."""


@dataclass(frozen=True, eq=False)
class Shared:
    """Values of identifiers on more records than one.

    Args:
        records: the same records, without the values that too many share.
        a, b: pairs of records that share an exact identifier, lower first.
        identifier: for each pair the place of the identifier in `names`.
        names: of the identifiers, in order.
        over: identifier's place, first record that carries the value, how many do; a row a value over the cap.
    """

    records: Records
    a: Ints
    b: Ints
    identifier: Ints
    names: tuple[str, ...]
    over: Ints


def shared(
    records: Records, real: Flags, identifiers: Mapping[str, str], weighed: frozenset[str], *, at_most: int, holders: Holders | None = None
) -> Shared:
    """Find who shares identifiers.

    Args:
        records: all of them.
        real: those that may link; test accounts do not.
        identifiers: name -> its feature.
        weighed: features that link nobody by themselves: they are evidence among other.
        at_most: a value on more records than this means nobody, and is no evidence either.
        holders: how many records hold values in truth, where these records are only some of all.
    """
    names = tuple(sorted(name for name, feature in identifiers.items() if feature in records.features))
    features, others = dict(records.features), dict(records.others)
    pairs, over = [np.zeros((0, 3), dtype=np.int64)], [np.zeros((0, 3), dtype=np.int64)]
    for at, name in enumerate(names):
        feature = identifiers[name]
        if feature in weighed and holders is None and _most_on_one(records, feature) <= at_most:
            continue
        held, code = _held(records, feature, real)
        counts = np.bincount(code, minlength=len(records.features[feature].hashes))
        in_all = counts if holders is None else holders(name, records.features[feature].hashes)
        too_many = in_all > at_most
        firsts = np.full(len(counts), records.count, dtype=np.int64)
        np.minimum.at(firsts, code, held)
        values = np.flatnonzero(too_many)
        over.append(np.column_stack([np.full(len(values), at), firsts[values], counts[values]]))
        if len(values):
            features[feature] = coded_without(features[feature], too_many)
            others[feature] = others_without(records, feature, too_many)
        if feature not in weighed:
            linking = (counts[code] > 1) & ~too_many[code]
            found = _partners(held[linking], code[linking])
            pairs.append(np.column_stack([*found, np.full(len(found[0]), at)]))
    a, b, identifier = np.concatenate(pairs).T
    return Shared(
        Records(records.count, features, {name: more for name, more in others.items() if len(more[0])}), a, b, identifier, names, np.concatenate(over)
    )  # fmt: skip


def _most_on_one(records: Records, feature: str) -> int:
    """How many records hold the commonest value, at the most: some may be counted twice."""
    coded, (_, more) = records.features[feature], records.others.get(feature, ((), np.zeros(0, dtype=np.int32)))
    return int((coded.counts + np.bincount(more, minlength=len(coded.counts))).max(initial=0))


def _held(records: Records, feature: str, real: Flags) -> tuple[Ints, Ints]:
    """Each record with each value that it holds, once, in order of value and record."""
    codes = records.features[feature].codes.astype(np.int64)
    more, more_codes = records.others.get(feature, (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)))
    record, code = np.concatenate([np.arange(records.count), more]), np.concatenate([codes, more_codes.astype(np.int64)])
    known = (code != UNKNOWN) & real[record]
    both = distinct(code[known] * records.count + record[known])
    return both % records.count, both // records.count


def coded_without(coded: Coded, values: Flags) -> Coded:
    """A feature without some of its values: a flag for each."""
    codes = np.where(np.append(values, False)[coded.codes], np.int32(UNKNOWN), coded.codes)
    return replace(coded, codes=codes, counts=np.where(values, 0, coded.counts))


def others_without(records: Records, feature: str, values: Flags) -> tuple[Ints, Codes]:
    """The further values of a feature without some of them."""
    record, code = records.others.get(feature, (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)))
    left = ~values[code]
    return record[left], code[left]


def _partners(record: Ints, code: Ints) -> tuple[Ints, Ints]:
    """Pairs of records of one value: the first fifty with all that come after them. In order of value and record."""
    starts = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]])) if len(code) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, len(code)))
    left, right = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for size in distinct(sizes).tolist():
        one, other = np.triu_indices(size, 1)
        near = one < PARTNERS
        places = starts[sizes == size][:, None]
        left.append(record[(places + one[near]).ravel()])
        right.append(record[(places + other[near]).ravel()])
    return np.concatenate(left), np.concatenate(right)
