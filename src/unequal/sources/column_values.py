"""What one column holds: its distinct values with their counts, which all evidence is read from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # its stubs ask for types of scalars that are not known before a file is read
Arrow = Any
"""An array or a chunked array of Arrow."""

Stored = Literal["text", "integer", "decimal", "double", "boolean", "date", "timestamp"]
"""How a column is stored: text where a file holds text, else the family of its type."""

_LOOKED_AT: Final = 2_000
"""Distinct values that are looked at one by one, where a rule cannot be told to Arrow."""


@dataclass(frozen=True)
class ColumnValues:
    """One column's distinct values, most frequent first.

    Args:
        name: the column's name.
        stored: how it is stored.
        rows: how many rows were looked at.
        values: distinct values that are not empty, as text, trimmed of spaces.
        counts: rows per value.
    """

    name: str
    stored: Stored
    rows: int
    values: Arrow
    counts: np.ndarray

    @property
    def distinct(self) -> int:
        """Distinct values that are not empty."""
        return len(self.values)

    @cached_property
    def filled(self) -> int:
        """Rows with a value."""
        return int(self.counts.sum())

    def share(self, pattern: str) -> float:
        """The share of filled rows whose whole value matches an RE2 pattern; 0.0 where nothing is filled."""
        return self.weight(self.matches(pattern))

    def matches(self, pattern: str) -> np.ndarray:
        """Which distinct values match a pattern as a whole."""
        found = pc.match_substring_regex(self.values, f"^(?:{pattern})$")
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)

    def weight(self, chosen: np.ndarray) -> float:
        """The share of filled rows that a choice of distinct values makes up."""
        return float(self.counts[chosen].sum() / self.filled) if self.filled else 0.0

    def among(self, known: frozenset[str]) -> float:
        """The share of filled rows whose value, in lower case, is one of a known set."""
        lower = pc.utf8_lower(self.values)
        found = pc.is_in(lower, value_set=pa.array(sorted(known), pa.string()))
        return self.weight(np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool))

    @cached_property
    def looked_at(self) -> list[tuple[str, int]]:
        """The most frequent values and an even spread of the others, with counts."""
        if self.distinct <= _LOOKED_AT:
            chosen = np.arange(self.distinct)
        else:
            half = _LOOKED_AT // 2
            chosen = np.concatenate([np.arange(half), np.linspace(half, self.distinct - 1, half).astype(int)])
        return list(zip(self.values.take(pa.array(chosen)).to_pylist(), self.counts[chosen].tolist(), strict=True))

    def pairs(self) -> list[tuple[str, int]]:
        """All distinct values with counts."""
        return list(zip(self.values.to_pylist(), self.counts.tolist(), strict=True))


def values_of(name: str, column: Arrow) -> ColumnValues:
    """The distinct values of an Arrow column."""
    stored = stored_as(column.type)
    text = as_text(column)
    counted = pc.value_counts(text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text)
    values, counts = counted.field("values"), counted.field("counts").to_numpy()
    kept = np.asarray(pc.and_(pc.is_valid(values), pc.not_equal(pc.fill_null(values, ""), "")).to_numpy(zero_copy_only=False), dtype=bool)
    values, counts = values.filter(pa.array(kept)), counts[kept].astype(np.int64)
    # Ties are put in the order of the values, so that a profile is the same on every run.
    order = np.lexsort((np.asarray(pc.rank(values).to_numpy(zero_copy_only=False)), -counts)) if len(values) else np.array([], dtype=int)
    return ColumnValues(name, stored, len(column), values.take(pa.array(order, pa.int64())), counts[order])


def as_text(column: Any) -> Any:
    """A column as trimmed text; whole doubles without their point, dates as ISO."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    if pa.types.is_large_string(column.type):
        column = pc.cast(column, pa.string())
    if pa.types.is_string(column.type):
        return pc.utf8_trim_whitespace(column)
    if pa.types.is_null(column.type) or pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        return pc.cast(pa.nulls(len(column)), pa.string())
    text = pc.cast(column, pa.string())
    if pa.types.is_floating(column.type):
        return pc.replace_substring_regex(text, r"\.0$", "")
    if pa.types.is_decimal(column.type):
        return pc.replace_substring_regex(pc.replace_substring_regex(text, r"(\.\d*?)0+$", r"\1"), r"\.$", "")
    if pa.types.is_timestamp(column.type):
        return pc.replace_substring_regex(text, r"\.0+$", "")
    return text


def stored_as(kind: pa.DataType) -> Stored:
    """The family of an Arrow type."""
    families: tuple[tuple[Any, Stored], ...] = (
        (pa.types.is_integer, "integer"),
        (pa.types.is_decimal, "decimal"),
        (pa.types.is_floating, "double"),
        (pa.types.is_boolean, "boolean"),
        (pa.types.is_date, "date"),
        (pa.types.is_timestamp, "timestamp"),
    )
    return next((family for test, family in families if test(kind)), "text")
