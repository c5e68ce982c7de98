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
_VALUES: Final = "the values themselves"
NO_HASH: Final = np.uint64(0)
"""What a record has for a hash where the value is not known."""


def hashed(texts: Any) -> Hashes:
    """A 64-bit hash of each text of an Arrow array, the same on every machine and in every run; 0 for null, and for no text.

    >>> one, other, none = hashed(pa.array(["ann", "bob", None]))
    >>> bool(one == hashed(pa.array(["ann"]))[0] != other), int(none)
    (True, 0)
    """
    from unequal.identity.matching import text_kernels

    return text_kernels.hashes_of(*_laid_out(texts)) if len(texts) else np.zeros(0, dtype=np.uint64)


def _laid_out(texts: Any) -> tuple[npt.NDArray[np.uint8], Hashes, Codes, Flags]:
    """An Arrow array of texts as Arrow lays it; see text_kernels.hashes_of."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    known = np.array(texts.is_valid(), dtype=np.bool_) if texts.null_count else np.zeros(0, dtype=np.bool_)
    found = np.frombuffer(data or b"", dtype=np.uint8)
    # What may be written is another kind of array to a kernel, which would be compiled for it anew.
    found.flags.writeable = ends.flags.writeable = False
    eights = np.ndarray((max(len(found) - 7, 0),), dtype="<u8", buffer=found, strides=(1,))
    return found, eights, ends, known


def mixed(one: Hashes, other: Hashes) -> Hashes:
    """Two hashes as one, order mattering; 0 where either is."""
    from unequal.identity.matching import hash_kernels

    return hash_kernels.mixed(one, other)


def in_order(hashes: Hashes) -> tuple[Codes, Flags]:
    """Places of hashes in the order of the hashes, those of one hash ascending, 0 left out; and whether each has the hash of the one before."""
    from unequal.identity.matching import hash_kernels

    bits = np.uint64(max(len(hashes) - 1, 1).bit_length())
    order = hash_kernels.packed(hashes, bits)
    order.sort()
    return hash_kernels.unpacked(order, bits, hashes)


def each(of_value: Callable[[str], str | None]) -> OfTexts:
    """A function of one text as a function of many; for values of which few are distinct."""
    return lambda texts: pa.array([of_value(value) or None for value in texts.to_pylist()], pa.string())


def _codes(encoded: Any) -> Codes:
    """The places of values in an Arrow dictionary; -1 for null."""
    indices = encoded.indices
    # Looking somebody up asks for thousands of tiny arrays, where filling no nulls costs as much as all else.
    return np.asarray(indices.fill_null(UNKNOWN) if indices.null_count else indices).astype(np.int32)


def _counted(codes: Codes, values: int) -> Ints:
    """How many records hold each value."""
    from unequal.identity.matching import text_kernels

    return text_kernels.counted(codes, values)


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
        whole: the distinct values as an Arrow array of texts.
        hashes: for each of them.
        counts: for each of them, how many records hold it.
    """

    codes: Codes
    whole: Any
    hashes: Hashes
    counts: Ints
    _facets: Kept = field(default_factory=Kept, repr=False)

    @classmethod
    def of(cls, texts: Any) -> Coded:
        """From an Arrow array of texts, null where not known."""
        if not pa.types.is_dictionary(texts.type):
            return cls._of_texts(texts)
        codes = _codes(texts)
        return cls(codes, texts.dictionary, hashed(texts.dictionary), _counted(codes, len(texts.dictionary)))

    @classmethod
    def _of_texts(cls, texts: Any) -> Coded:
        from unequal.identity.matching import hash_kernels, text_kernels

        if not len(texts):
            return cls(np.zeros(0, dtype=np.int32), texts, hashed(texts), np.zeros(0, dtype=np.int64))
        data, eights, offsets, known = _laid_out(texts)
        hashes = text_kernels.hashes_of(data, eights, offsets, known)
        rows, same = in_order(hashes)
        codes, firsts, exact = text_kernels.codes_of(data, offsets, known, hash_kernels.firsts_of(rows, same, len(hashes)))
        if not exact:
            return cls.of(texts.dictionary_encode())
        return cls(codes, texts.take(pa.array(firsts)), hashes[firsts], _counted(codes, len(firsts)))

    @classmethod
    def with_further(cls, texts: Any, further: Any) -> tuple[Coded, Codes]:
        """From the best values of records and further ones, and the codes of the latter.

        One dictionary serves both, so that a record's second phone is the same code as another's first.
        """
        whole = cls.of(pa.concat_arrays([texts, further]))
        best = cls(whole.codes[: len(texts)], whole.whole, whole.hashes, whole.counts)
        return best, whole.codes[len(texts) :]

    def of_rows(self, rows: Ints) -> Coded:
        """The same feature of some records; the values stay."""
        codes = self.codes[rows]
        return Coded(codes, self.whole, self.hashes, _counted(codes, len(self.hashes)), self._facets)

    @property
    def known(self) -> Flags:
        """Which records have a value."""
        found: Flags = self.codes != UNKNOWN
        return found

    def texts(self, name: str, of_values: OfTexts) -> Any:
        """Something about each distinct value (its first word, its first letters) as an Arrow array. Kept once made."""
        return self._facets.of(f"texts {name}", lambda: of_values(self.whole))

    @property
    def values(self) -> npt.NDArray[Any]:
        """The distinct values, texts in an object array. Kept once made."""
        made: npt.NDArray[Any] = self._facets.of(_VALUES, lambda: np.array(self.whole.to_pylist(), dtype=object))
        return made

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

    def numbers(self, name: str, of_values: Callable[[Any], npt.NDArray[Any]]) -> npt.NDArray[Any]:
        """Numbers of each distinct value, worked out from the Arrow array of all. Kept once made."""
        made: npt.NDArray[Any] = self._facets.of(name, lambda: of_values(self.whole))
        return made

    def per_record(self, of_value: Hashes) -> Hashes:
        """A hash for each record, from one for each distinct value."""
        from unequal.identity.matching import hash_kernels

        return hash_kernels.of_codes(of_value, self.codes)


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
        found = column(features, name)
        more = _of_feature(others, name) if others is not None else None
        if more is None or not more.num_rows:
            return Coded.of(found if pa.types.is_dictionary(found.type) else found.cast(pa.string())), None
        first, codes = Coded.with_further(found.cast(pa.string()), column(more, "value").cast(pa.string()))
        return first, (np.asarray(column(more, "number"), dtype=np.int64), codes)

    found = dict(zip(wanted, side_by_side(made, wanted), strict=True))
    further = {name: more for name, (_, more) in found.items() if more is not None}
    return Records(features.num_rows, {name: coded for name, (coded, _) in found.items()}, further)


def _among(others: pa.Table | None, name: str) -> bool:
    return others is not None and _of_feature(others, name).num_rows > 0


def _of_feature(others: pa.Table, name: str) -> pa.Table:
    equal: Any = pc.equal
    return others.filter(equal(others["feature"], name))
