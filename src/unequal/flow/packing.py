"""Rows of a table packed side by side in a file that is mapped into memory: a million of them take no more room than the system has to spare."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal.terms.errors import LiveError

Array = Any
"""A numpy array; what of stands beside it in words."""

_NO_NUMBER: Final = -(2**63)
_NO_DAY: Final = -(2**31)
_NO_FLAG: Final = 2
_EPOCH: Final = datetime.fromisoformat("1970-01-01")
_FIRST_DAY: Final = date(1970, 1, 1).toordinal()
_FLAGS: Final = (False, True, None)
_WORD, _FLAG, _DAY, _MOMENT, _MONEY, _WHOLE, _REAL = "word", "flag", "day", "moment", "money", "whole", "real"
_FORMATS: Final = {_WORD: "<i4", _FLAG: "i1", _DAY: "<i4", _MOMENT: "<i8", _MONEY: "<i8", _WHOLE: "<i8", _REAL: "<f8"}
_ABSENT: Final[Mapping[str, int | float]] = {
    _WORD: -1, _FLAG: _NO_FLAG, _DAY: _NO_DAY, _MOMENT: _NO_NUMBER, _MONEY: _NO_NUMBER, _WHOLE: _NO_NUMBER, _REAL: float("nan"),
}  # fmt: skip


@dataclass(frozen=True)
class Packed:
    """Rows that are made into Python values when they are asked for.

    Args:
        rows: a structured array, a field for each column.
        values: for each column, what makes its value of what is packed.
    """

    rows: Array
    values: tuple[Callable[[Any], object], ...]

    def row(self, place: int) -> tuple[object, ...]:
        """The values of one row."""
        return tuple([value(packed) for value, packed in zip(self.values, self.rows[place].item(), strict=True)])

    def some(self, place: int, wanted: Sequence[int]) -> list[object]:
        """The values of one row by its columns' numbers, those that are not wanted as None: nothing is made of them."""
        found: list[object] = [None for _ in self.values]
        packed = self.columns
        for number in wanted:
            found[number] = self.values[number](packed[number].item(place))
        return found

    @cached_property
    def columns(self) -> tuple[Array, ...]:
        """A view of each column."""
        return tuple(self.rows[name] for name in self.rows.dtype.names)


class Packing:
    """Takes batches of rows in any order, and packs each in its place."""

    def __init__(self, types: Mapping[str, str], rows: int, file: Path) -> None:
        """A file for so many rows, whose values are absent until they are put.

        Args:
            types: column -> Ibis type: string, boolean, date, timestamp, decimal, int64 or float64.
            rows: how many.
            file: must not exist; it is the caller's to remove.
        """
        self._types = {name: ibis.dtype(kind) for name, kind in types.items()}
        self._kinds = {name: _kind(kind) for name, kind in self._types.items()}
        fields = np.dtype([(f"f{place}", _FORMATS[kind]) for place, kind in enumerate(self._kinds.values())])
        self._fields = {name: f"f{place}" for place, name in enumerate(types)}
        # A mapped file has room for one row at the least.
        self._rows: Array = np.memmap(file, fields, "w+", shape=(max(rows, 1),))
        self._rows[:] = np.array([tuple(_ABSENT[kind] for kind in self._kinds.values())], fields)
        self._words: dict[str, dict[str, int]] = {name: {} for name, kind in self._kinds.items() if kind == _WORD}

    def put(self, places: Array, batch: pa.RecordBatch) -> None:
        """Put the columns of a batch that are known here.

        Args:
            places: of each of its rows.
            batch: of any columns.

        Raises:
            LiveError: LIV203, an amount is larger than can be held.
        """
        for name in batch.schema.names:
            if name in self._fields:
                self._rows[self._fields[name]][places] = self._packed(name, batch.column(name))

    def _packed(self, name: str, column: pa.Array) -> Array:
        kind = self._kinds[name]
        if kind == _WORD:
            return _numbered(self._words[name], column)
        if kind == _MONEY:
            return _units(name, column, self._types[name].scale)
        stored = {_FLAG: pa.int8(), _DAY: pa.int32(), _MOMENT: pa.int64(), _WHOLE: pa.int64(), _REAL: pa.float64()}[kind]
        column = column.cast(pa.timestamp("us")) if kind == _MOMENT else column
        return column.cast(stored).fill_null(_ABSENT[kind]).to_numpy(zero_copy_only=False)

    def done(self) -> Packed:
        """What was packed; nothing can be put any more."""
        self._rows.flush()
        # A plain view: numpy's own class for mapped files costs microseconds with every look.
        rows = np.asarray(self._rows)
        rows.flags.writeable = False
        # An absent text is number -1: the last of the list.
        words = {name: [*words, None] for name, words in self._words.items()}
        self._words = {}
        return Packed(rows, tuple(_value(kind, words.get(name, []), self._types[name]) for name, kind in self._kinds.items()))


def _numbered(words: dict[str, int], column: pa.Array) -> Array:
    """Each text as its number among those of its column."""
    coded = pc.dictionary_encode(column.cast(pa.string()))
    numbers = np.array([words.setdefault(word, len(words)) for word in coded.dictionary.to_pylist()] + [-1], np.int32)
    return numbers[coded.indices.fill_null(len(numbers) - 1).to_numpy(zero_copy_only=False)]


def _kind(kind: dt.DataType) -> str:
    told = (
        (_WORD, kind.is_string()), (_FLAG, kind.is_boolean()), (_DAY, kind.is_date()), (_MOMENT, kind.is_timestamp()), (_MONEY, kind.is_decimal()),
        (_WHOLE, kind.is_integer()), (_REAL, kind.is_floating()),
    )  # fmt: skip
    return next(name for name, holds in told if holds)


def _units(name: str, column: pa.Array, scale: int) -> Array:
    """Amounts in their smallest unit: they are held in 64 bits, and a larger one is refused rather than rounded."""
    wide = column.cast(pa.decimal128(38, scale)).fill_null(Decimal(0))
    halves = np.frombuffer(wide.buffers()[1], "<i8").reshape(-1, 2)[wide.offset : wide.offset + len(wide)]
    units = halves[:, 0].copy()
    if (halves[:, 1] != units >> 63).any():
        raise LiveError("LIV203", "an amount is larger than a profile can hold", where=name, seen="more than 63 bits of its smallest unit",
                           do="report it in a currency of larger units")  # fmt: skip
    units[column.is_null().to_numpy(zero_copy_only=False)] = _NO_NUMBER
    return units


def _value(kind: str, words: list[str | None], told: dt.DataType) -> Callable[[Any], object]:
    if kind == _WORD:
        return words.__getitem__
    if kind == _FLAG:
        return _FLAGS.__getitem__
    if kind == _MONEY:
        scale = -int(told.scale)
        return lambda units: None if units == _NO_NUMBER else Decimal(units).scaleb(scale)
    return {_DAY: _day, _MOMENT: _moment, _WHOLE: _whole, _REAL: _real}[kind]


def _day(days: int) -> date | None:
    return None if days == _NO_DAY else date.fromordinal(_FIRST_DAY + days)


def _moment(microseconds: int) -> datetime | None:
    return None if microseconds == _NO_NUMBER else _EPOCH + timedelta(microseconds=microseconds)


def _whole(number: int) -> int | None:
    return None if number == _NO_NUMBER else number


def _real(number: float) -> float | None:
    return None if number != number else number  # noqa: PLR0124 - what is not equal to itself is no number


def places_among(ids: Array, wanted: pa.Array) -> Array:
    """Where ids stand among sorted ones; -1 of those that do not.

    Args:
        ids: sorted, numpy bytes.
        wanted: texts.
    """
    asked = np.array(wanted.to_pylist(), dtype=np.bytes_) if len(wanted) else np.array([], dtype="S1")
    if not len(ids):
        return np.full(len(asked), -1, np.int64)
    found = np.searchsorted(ids, asked)
    is_there = ids[np.minimum(found, len(ids) - 1)] == asked
    return np.where(is_there, found, -1)


@dataclass(frozen=True)
class Happened:
    """What happened to each of many customers.

    Args:
        starts: of the rows of each customer, one more than there are customers.
        events: number of its event, row by row; of one customer by event, then by time.
        times: microseconds since 1970, UTC.
        names: of the events.
    """

    starts: Array
    events: Array
    times: Array
    names: tuple[str, ...]

    def of(self, place: int) -> dict[str, list[datetime]]:
        """The times of each event of one customer, earliest first."""
        rows = slice(int(self.starts[place]), int(self.starts[place + 1]))
        found: dict[str, list[datetime]] = {}
        for event, at in zip(self.events[rows].tolist(), self.times[rows].tolist(), strict=True):
            found.setdefault(self.names[event], []).append(_EPOCH + timedelta(microseconds=at))
        return found


def happened(batches: Iterator[pa.RecordBatch], ids: Array, rows: int, folder: Path) -> Happened:
    """MOMENT, by customer, event and time, mapped from files.

    Args:
        batches: MOMENT in the order of customer_id, event and happened_at.
        ids: sorted customer ids; what happened to others is left out.
        rows: how many rows MOMENT has.
        folder: where the files go.
    """
    events: Array = np.memmap(folder / "moment.events", np.uint16, "w+", shape=(max(rows, 1),))
    times: Array = np.memmap(folder / "moment.times", np.int64, "w+", shape=(max(rows, 1),))
    counts, names, done = np.zeros(len(ids) + 1, np.int64), dict[str, int](), 0
    for batch in batches:
        places = places_among(ids, batch.column("customer_id"))
        known = places >= 0
        here = slice(done, done + int(known.sum()))
        events[here] = _numbered(names, batch.column("event"))[known]
        times[here] = batch.column("happened_at").cast(pa.timestamp("us")).cast(pa.int64()).to_numpy(zero_copy_only=False)[known]
        counts[1:] += np.bincount(places[known], minlength=len(ids))
        done = here.stop
    for each in (events, times):
        each.flush()
    return Happened(np.cumsum(counts), np.asarray(events), np.asarray(times), tuple(names))
