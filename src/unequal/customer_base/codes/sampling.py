"""The rows of a source as codes: columns of text numbered by their distinct values, numbers by their quartiles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal.customer_base.codes.evidence import Ints

_CLASSES_OF_CONTEXT: Final = 50
_MOST_CONTEXTS: Final = 40
_SELDOM: Final = 0.01
_QUARTILES: Final = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Coded:
    """A column as codes.

    Args:
        codes: one for each row, by frequency, the most frequent 0; -1 where nothing was entered.
        values: what each code stands for.
    """

    codes: Ints
    values: tuple[str, ...]


def coded(column: pa.ChunkedArray) -> Coded:
    """A column's distinct values, the most frequent first, ties by their text.

    >>> coded(pa.chunked_array([["b", "a", "b", None]]))
    Coded(codes=array([ 0,  1,  0, -1]), values=('b', 'a'))
    """
    texts = pc.cast(column, pa.string()).combine_chunks()
    found = pc.dictionary_encode(texts)
    numbers = np.asarray(found.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    names = found.dictionary.to_pylist()
    counts = np.bincount(numbers[numbers >= 0], minlength=len(names))
    order = sorted(range(len(names)), key=lambda one: (-counts[one], names[one]))
    place = np.empty(len(names) + 1, dtype=np.int64)
    place[order], place[-1] = np.arange(len(names)), -1
    return Coded(place[numbers], tuple(names[one] for one in order))


def quartiles(column: pa.ChunkedArray) -> Ints:
    """Numbers as quarters, 0 to 3; -1 where there is none."""
    numbers = np.asarray(pc.cast(column, pa.float64()).to_numpy(), dtype=np.float64)
    known = ~np.isnan(numbers)
    if not known.any():
        return np.full(len(numbers), -1, dtype=np.int64)
    found = np.searchsorted(np.unique(np.quantile(numbers[known], _QUARTILES)), numbers, side="left")
    return np.where(known, found, -1).astype(np.int64)


def is_number(column: pa.ChunkedArray) -> bool:
    """Whether a column holds numbers."""
    kind = column.type
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def classes(column: pa.ChunkedArray) -> Ints:
    """A column as classes: numbers by quarter, all else by value."""
    return quartiles(column) if is_number(column) else coded(column).codes


def contexts_of(rows: pa.Table, names: Iterable[str]) -> Mapping[str, Ints]:
    """What stands beside a code: columns of few values, numbers by quarter, and whether a column is filled at all.

    Days are no context: when a row was written is a matter of who wrote it, and peers tell that.
    """
    found: dict[str, Ints] = {}
    for name in names:
        column = rows[name]
        missing = column.null_count / max(len(column), 1)
        if is_number(column):
            found[name] = quartiles(column)
        elif pa.types.is_string(column.type) or pa.types.is_boolean(column.type):
            told = coded(column)
            if 1 < len(told.values) <= _CLASSES_OF_CONTEXT:
                found[name] = told.codes
                continue
        if name not in found and _SELDOM < missing < 1 - _SELDOM:
            found[name] = np.asarray(pc.is_valid(column).to_numpy(), dtype=np.int64)
        if len(found) >= _MOST_CONTEXTS:
            break
    return found
