"""Records that can be asked for one by one: sorted hashes of keys lead to the few that a partial record may be.

What is compared, and how it is weighed, is the very same code that a whole run uses: the one asked for and those that it
may be are put into records of their own, and weighed as pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from unequal.identity.arrays import Ints, runs_of, spread
from unequal.identity.matching.blocking import KeyHashes
from unequal.identity.matching.coding import NO_HASH, UNKNOWN, Coded, Codes, Hashes, Records
from unequal.identity.matching.keys import Key
from unequal.identity.matching.levels import Variants, variants_of
from unequal.identity.matching.scoring import Weighed, weighed
from unequal.identity.matching.training import Model

_NOTHING: Final = Coded(np.zeros(1, dtype=np.int32), pa.array([""]), np.full(1, NO_HASH), np.ones(1, dtype=np.int64))
"""A value that no record has: comparisons look into the values of what nobody knows, too."""


@dataclass(frozen=True, eq=False)
class KeyIndex:
    """One key's hashes in order, and the records that have them.

    Args:
        hashes: ascending; one for each record and variant that has the key.
        records: for each of them.
    """

    hashes: Hashes
    records: Ints

    @classmethod
    def of(cls, hashes: Hashes, owner: Ints) -> KeyIndex:
        """Of all rows of variants."""
        known = np.flatnonzero(hashes != NO_HASH)
        order = known[np.lexsort((owner[known], hashes[known]))]
        found, records = hashes[order], owner[order]
        if len(found):
            once = np.concatenate([[True], (found[1:] != found[:-1]) | (records[1:] != records[:-1])])
            found, records = found[once], records[once]
        return cls(found, records.astype(np.int64))

    def sizes(self, hashes: Hashes) -> Ints:
        """How many records have each of these hashes."""
        return runs_of(self.hashes, hashes)[1]

    def holders(self, hashes: Hashes, *, at_most: int | None = None) -> tuple[Ints, Ints]:
        """The records that have each of these hashes, unless more than so many have it: the place of the hash, and the record."""
        starts, sizes = runs_of(self.hashes, hashes)
        place, at = spread(starts, sizes if at_most is None else np.where(sizes <= at_most, sizes, 0))
        return place, self.records[at]


@dataclass(frozen=True, eq=False)
class MatchIndex:
    """All records of one kind, ready to be asked.

    Args:
        model: by which they are weighed.
        records: their features.
        keys: an index for each of the model's keys.
    """

    model: Model
    records: Records
    keys: tuple[KeyIndex, ...]

    @classmethod
    def of(cls, model: Model, records: Records, keys: Sequence[KeyIndex] | None = None) -> MatchIndex:
        """Of records; the keys' hashes are worked out where they are not at hand."""
        records = replace(records, others={name: _in_order(*more) for name, more in records.others.items()})
        return cls(model, records, tuple(keys) if keys is not None else key_indexes(model.keys, variants_of(records)))

    def candidates(self, asked: Records, *, at_most: int | None = None) -> tuple[Ints, Ints]:
        """Which records any key brings together with those asked for: the place of the one asked for, and the record.

        Args:
            asked: records with some of the features.
            at_most: a key's value on more records than this is passed over; the model's own limit by default.
        """
        limit = self.model.block_at_most if at_most is None else at_most
        variants = variants_of(asked)
        count = np.int64(max(self.records.count, 1))
        found = [np.zeros(0, dtype=np.int64)]
        hashes = KeyHashes(variants)
        for key, index in zip(self.model.keys, self.keys, strict=True):
            # What nobody knows is in no index.
            place, record = index.holders(hashes.of(key), at_most=limit)
            if len(place):
                found.append(variants.owner[place] * count + record)
        pairs = np.unique(np.concatenate(found))
        return pairs // count, pairs % count

    def weigh(self, asked: Records, which: Ints, records: Ints) -> Weighed:
        """What the agreement of those asked for with some records comes to, part by part."""
        others, back = np.unique(records, return_inverse=True)
        model = self.model
        # What nobody among these few knows is known in the base still, and that some levels ask.
        variants = variants_of(joined(asked, self.records, others, model.frequencies))
        return weighed(variants, model.comparisons, model.chances, model.frequencies, which, asked.count + back.reshape(-1))


def key_indexes(keys: Sequence[Key], variants: Variants) -> tuple[KeyIndex, ...]:
    """An index for each key."""
    hashes = KeyHashes(variants)
    return tuple(KeyIndex.of(hashes.of(key), variants.owner) for key in keys)


def asked_for(values: Sequence[Mapping[str, str]], names: Sequence[str]) -> Records:
    """Records of some values, as they come from a caller: feature -> value, read as FEATURES has them."""
    columns = {name: pa.array([row.get(name) for row in values], pa.string()) for name in names}
    return Records(len(values), {name: Coded.of(column) for name, column in columns.items() if column.null_count < len(values)})


def joined(one: Records, other: Records, rows: Ints, names: Iterable[str]) -> Records:
    """Records, and some of others behind them, as one set in which only values that occur are kept.

    Small sets are meant: every distinct value is coded anew.

    Args:
        one: all of them.
        other: of these, some; their further values in the order of their records.
        rows: which, ascending.
        names: of the features that the set has, whether any of these records knows them or not.
    """
    none = np.zeros(0, dtype=np.int64)
    count = one.count + len(rows)
    features: dict[str, Coded] = {}
    others: dict[str, tuple[Ints, Codes]] = {}
    for name in names:
        own, further = one.others.get(name, (none, none)), _others_of(other, name, rows)
        best = [_texts(one, name, None), _texts(other, name, rows)]
        more = [_texts_of(one, name, own[1].astype(np.int64)), _texts_of(other, name, further[1])]
        coded, codes = Coded.with_further(pa.concat_arrays(best), pa.concat_arrays(more))
        features[name] = coded if len(coded.hashes) else replace(_NOTHING, codes=coded.codes)
        record = np.concatenate([own[0], one.count + further[0]])
        if len(record):
            others[name] = (record, codes)
    return Records(count, features, others)


def _others_of(records: Records, name: str, rows: Ints) -> tuple[Ints, Ints]:
    """Further values of some rows: the place among the rows, and the code."""
    if name not in records.others:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    record, code = records.others[name]
    place, at = spread(*runs_of(record, rows))
    return place, code[at].astype(np.int64)


def _in_order(record: Ints, code: Codes) -> tuple[Ints, Codes]:
    order = np.argsort(record, kind="stable")
    return record[order], code[order]


def _texts(records: Records, name: str, rows: Ints | None) -> Any:
    count = records.count if rows is None else len(rows)
    if name not in records.features:
        return pa.nulls(count, pa.string())
    codes = records.features[name].codes
    wanted = codes if rows is None else codes[rows]
    return _texts_of(records, name, wanted.astype(np.int64))


def _texts_of(records: Records, name: str, codes: Ints) -> Any:
    if not len(codes):
        return pa.nulls(0, pa.string())
    texts = np.full(len(codes), None, dtype=object)
    known = codes != UNKNOWN
    texts[known] = records.features[name].values[codes[known]]
    return pa.array(texts, pa.string())
