"""Features of records as integer codes: what two records share is then a comparison of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity.arrays import Flags, Ints, column
from unequal.identity.matching.side_by_side import side_by_side

Codes = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]

OfTexts = Callable[[Any], Any]
"""From an Arrow array of texts to another of the same length, null where there is nothing to say."""

UNKNOWN: Final = -1
_WHOLE: Final = "the values themselves"
NO_HASH: Final = np.uint64(0)
"""What a record has for a hash where the value is not known."""


def hashed(texts: Any) -> Hashes:
    """A 64-bit hash of each text of an Arrow array, the same on every machine and in every run; 0 for null, and for no text.

    Worked out on the bytes of all texts at once, eight by eight, as Arrow lays them one behind the other.

    >>> one, other, none = hashed(pa.array(["ann", "bob", None]))
    >>> bool(one == hashed(pa.array(["ann"]))[0] != other), int(none)
    (True, 0)
    """
    if not len(texts):
        return np.zeros(0, dtype=np.uint64)
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    begins, lengths = ends[:-1], np.diff(ends)
    whole = np.zeros(int(ends[-1]) + 8, dtype=np.uint8)
    whole[: ends[-1]] = np.frombuffer(data or b"", dtype=np.uint8)[: ends[-1]]
    eight_from = np.ndarray((len(whole) - 7,), dtype="<u8", buffer=whole, strides=(1,))
    found = _stirred(lengths.astype(np.uint64) + _SEED)
    at: Ints | slice = slice(None)
    for begun in range(0, int(lengths.max()), 8):
        if begun:
            at = np.flatnonzero(lengths > begun)
        left = np.minimum(lengths[at] - begun, 8)
        # What belongs to the next text is cut off.
        of_text = eight_from[begins[at] + begun] & (_ALL_BITS >> (np.uint64(64) - np.uint64(8) * np.maximum(left, 1).astype(np.uint64)))
        found[at] = _stirred(found[at] ^ np.where(left > 0, of_text, np.uint64(0)))
    nothing = np.asarray(texts.is_null()) | (lengths == 0) if texts.null_count else lengths == 0
    return np.where(nothing, NO_HASH, np.where(found == NO_HASH, np.uint64(1), found))


_SEED: Final = np.uint64(0x9E3779B97F4A7C15)
_ALL_BITS: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


def _stirred(hashes: Hashes) -> Hashes:
    """Each bit of a hash spread over all of them. Source: Stafford 2011, mix 13, as splitmix64 has it."""
    found: Hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    found = (found ^ (found >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return found ^ (found >> np.uint64(31))


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


class Kept:
    """What has been worked out of values, each thing once, however many threads ask for it."""

    def __init__(self, known: Mapping[str, Any] | None = None) -> None:
        self._known = dict(known or {})
        # One thing is often made of another.
        self._lock = RLock()

    def of(self, name: str, work: Callable[[], Any]) -> Any:
        """The thing of that name, worked out unless it is known."""
        if name not in self._known:
            with self._lock:
                if name not in self._known:
                    self._known[name] = work()
        return self._known[name]


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
    _facets: Kept = field(default_factory=Kept, repr=False)

    @classmethod
    def of(cls, texts: Any) -> Coded:
        """From an Arrow array of texts, null where not known."""
        encoded = texts.dictionary_encode() if not pa.types.is_dictionary(texts.type) else texts
        codes = _codes(encoded)
        values = np.array(encoded.dictionary.to_pylist(), dtype=object)
        counts = np.bincount(codes[codes != UNKNOWN], minlength=len(values)).astype(np.int64)
        return cls(codes, values, hashed(encoded.dictionary), counts, Kept({_WHOLE: encoded.dictionary}))

    @classmethod
    def with_further(cls, texts: Any, further: Any) -> tuple[Coded, Codes]:
        """From the best values of records and further ones, and the codes of the latter.

        One dictionary serves both, so that a record's second phone is the same code as another's first.
        """
        whole = cls.of(pa.concat_arrays([texts, further]))
        best = cls(whole.codes[: len(texts)], whole.values, whole.hashes, whole.counts, Kept({_WHOLE: whole.whole}))
        return best, whole.codes[len(texts) :]

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
        return self._facets.of(f"texts {name}", lambda: of_values(self.whole))

    @property
    def whole(self) -> Any:
        """The distinct values as an Arrow array. Kept once made."""
        return self._facets.of(_WHOLE, lambda: pa.array(self.values, pa.string()))

    def facet(self, name: str, of_values: OfTexts) -> Ints:
        """The same as numbers, which are equal where the texts are; -1 where there is none."""

        def worked_out() -> Ints:
            hashes = self.hashed_facet(name, of_values)
            return np.where(hashes == NO_HASH, np.int64(UNKNOWN), hashes.view(np.int64))

        made: Ints = self._facets.of(name, worked_out)
        return made

    def hashed_facet(self, name: str, of_values: OfTexts) -> Hashes:
        """The same as hashes, so that two sets of records can be held against each other; 0 where there is none."""
        made: Hashes = self._facets.of(f"hashes {name}", lambda: hashed(self.texts(name, of_values)))
        return made

    def numbers(self, name: str, of_values: Callable[[npt.NDArray[Any]], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Numbers of each distinct value, worked out for all at once. Kept once made."""
        made: npt.NDArray[Any] = self._facets.of(name, lambda: of_values(self.values))
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

    def made(name: str) -> tuple[Coded, tuple[Ints, Codes] | None]:
        texts = column(features, name).cast(pa.string())
        more = _of_feature(others, name) if others is not None else None
        if more is None or not more.num_rows:
            return Coded.of(texts), None
        first, codes = Coded.with_further(texts, column(more, "value").cast(pa.string()))
        return first, (np.asarray(column(more, "number"), dtype=np.int64), codes)

    found = dict(zip(wanted, side_by_side(made, wanted), strict=True))
    further = {name: more for name, (_, more) in found.items() if more is not None}
    return Records(features.num_rows, {name: coded for name, (coded, _) in found.items()}, further)


def _among(others: pa.Table | None, name: str) -> bool:
    return others is not None and _of_feature(others, name).num_rows > 0


def _of_feature(others: pa.Table, name: str) -> pa.Table:
    equal: Any = pc.equal
    return others.filter(equal(others["feature"], name))
