"""Features of records as integer codes: what two records share is then a comparison of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity.arrays import Flags, Ints, column

Codes = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]

OfTexts = Callable[[Any], Any]
"""From an Arrow array of texts to another of the same length, null where there is nothing to say."""

UNKNOWN: Final = -1
NO_HASH: Final = np.uint64(0)
"""What a record has for a hash where the value is not known."""


def hashed(values: npt.NDArray[Any]) -> Hashes:
    """A 64-bit hash of each text, the same on every machine and in every run; never 0.

    >>> bool(hashed(np.array(["ann"], dtype=object))[0] == hashed(np.array(["ann"], dtype=object))[0])
    True
    """
    found: Hashes = pd.util.hash_array(values, categorize=False)
    return np.where(found == NO_HASH, np.uint64(1), found)


def mixed(one: Hashes, other: Hashes) -> Hashes:
    """Two hashes as one, order mattering; 0 where either is."""
    folded = (one * np.uint64(0x9E3779B97F4A7C15)) ^ (other + np.uint64(0x7F4A7C159E3779B9) + (one >> np.uint64(7)))
    folded ^= folded >> np.uint64(32)
    folded *= np.uint64(0xD6E8FEB86659FD93)
    return np.where((one == NO_HASH) | (other == NO_HASH), NO_HASH, np.where(folded == NO_HASH, np.uint64(1), folded))


def each(of_value: Callable[[str], str | None]) -> OfTexts:
    """A function of one text as a function of many; for values of which few are distinct."""
    return lambda texts: pa.array([of_value(value) or None for value in texts.to_pylist()], pa.string())


def _codes(encoded: Any) -> Codes:
    """The places of values in an Arrow dictionary; -1 for null."""
    indices = encoded.indices
    # Looking somebody up asks for thousands of tiny arrays, where filling no nulls costs as much as all else.
    return np.asarray(indices.fill_null(UNKNOWN) if indices.null_count else indices).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Coded:
    """One feature of all records.

    Args:
        codes: for each record the place of its value in `values`; -1 where it is not known.
        values: the distinct values, texts in an object array.
        hashes: for each of them.
        counts: for each of them, how many records hold it.
    """

    codes: Codes
    values: npt.NDArray[Any]
    hashes: Hashes
    counts: Ints
    _facets: dict[str, Any] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, texts: Any) -> Coded:
        """From an Arrow array of texts, null where not known."""
        encoded = texts.dictionary_encode() if not pa.types.is_dictionary(texts.type) else texts
        codes = _codes(encoded)
        values = np.array(encoded.dictionary.to_pylist(), dtype=object)
        counts = np.bincount(codes[codes != UNKNOWN], minlength=len(values)).astype(np.int64)
        return cls(codes, values, hashed(values), counts)

    def of_rows(self, rows: Ints) -> Coded:
        """The same feature of some records; the values stay."""
        codes = self.codes[rows]
        return Coded(
            codes, self.values, self.hashes, np.bincount(codes[codes != UNKNOWN], minlength=len(self.values)).astype(np.int64), self._facets
        )

    @property
    def known(self) -> Flags:
        """Which records have a value."""
        found: Flags = self.codes != UNKNOWN
        return found

    def texts(self, name: str, of_values: OfTexts) -> Any:
        """Something about each distinct value (its first word, its first letters) as an Arrow array. Kept once made."""
        key = f"texts {name}"
        if key not in self._facets:
            self._facets[key] = of_values(pa.array(self.values, pa.string()))
        return self._facets[key]

    def facet(self, name: str, of_values: OfTexts) -> Codes:
        """The same as codes; -1 where there is none."""
        if name not in self._facets:
            encoded = self.texts(name, of_values).dictionary_encode()
            self._facets[name] = _codes(encoded)
        made: Codes = self._facets[name]
        return made

    def hashed_facet(self, name: str, of_values: OfTexts) -> Hashes:
        """The same as hashes, so that two sets of records can be held against each other; 0 where there is none."""
        key = f"hashes {name}"
        if key not in self._facets:
            encoded = self.texts(name, of_values).dictionary_encode()
            distinct = np.array(encoded.dictionary.to_pylist(), dtype=object)
            of_distinct = np.append(hashed(distinct) if len(distinct) else np.zeros(0, dtype=np.uint64), NO_HASH)
            self._facets[key] = of_distinct[_codes(encoded)]
        made: Hashes = self._facets[key]
        return made

    def numbers(self, name: str, of_values: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Numbers of each distinct value, worked out for all at once. Kept once made."""
        if name not in self._facets:
            self._facets[name] = of_values(self.values)
        made: npt.NDArray[Any] = self._facets[name]
        return made

    def per_record(self, of_value: Hashes) -> Hashes:
        """A hash for each record, from one for each distinct value."""
        return np.append(of_value, NO_HASH)[self.codes]


@dataclass(frozen=True, eq=False)
class Records:
    """All features of all records of one kind.

    Args:
        count: how many records.
        features: name -> Coded; a feature that no record has is absent.
        others: name -> (record, code) of further values of that feature, for records that have several.
    """

    count: int
    features: Mapping[str, Coded]
    others: Mapping[str, tuple[Ints, Codes]] = field(default_factory=dict)

    def of(self, rows: Ints) -> Records:
        """Some of the records, numbered by their places among them; rows ascend."""
        if len(rows) == self.count:
            return self
        place = np.full(self.count, UNKNOWN, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        features = {name: coded.of_rows(rows) for name, coded in self.features.items()}
        others = {}
        for name, (record, code) in self.others.items():
            inside = place[record] != UNKNOWN
            others[name] = (place[record[inside]], code[inside])
        known = {name: coded for name, coded in features.items() if coded.known.any() or len(others.get(name, ((),))[0])}
        return Records(len(rows), known, {name: more for name, more in others.items() if len(more[0])})

    def has(self, *names: str) -> bool:
        """Whether any record has each of these features."""
        return all(name in self.features for name in names)


def coded_records(features: pa.Table, names: Iterable[str], others: pa.Table | None = None) -> Records:
    """Rows of FEATURES as codes.

    Args:
        features: a row a record, in the order of their numbers.
        names: which columns are features.
        others: OTHER_VALUES: number, feature, value; None for none.
    """
    wanted = [name for name in names if column(features, name).null_count < features.num_rows or _among(others, name)]
    found: dict[str, Coded] = {}
    further: dict[str, tuple[Ints, Codes]] = {}
    for name in wanted:
        texts = column(features, name).cast(pa.string())
        more = _of_feature(others, name) if others is not None else None
        if more is None or not more.num_rows:
            found[name] = Coded.of(texts)
            continue
        # One dictionary for both, so that a record's second phone is the same code as another's first.
        both = pa.concat_arrays([texts, column(more, "value").cast(pa.string())])
        whole = Coded.of(both)
        found[name] = Coded(whole.codes[: features.num_rows], whole.values, whole.hashes, whole.counts)
        further[name] = (np.asarray(column(more, "number"), dtype=np.int64), whole.codes[features.num_rows :])
    return Records(features.num_rows, found, further)


def _among(others: pa.Table | None, name: str) -> bool:
    return others is not None and _of_feature(others, name).num_rows > 0


def _of_feature(others: pa.Table, name: str) -> pa.Table:
    equal: Any = pc.equal
    return others.filter(equal(others["feature"], name))
