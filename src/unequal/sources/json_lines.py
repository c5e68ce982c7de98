"""JSON lines: one object a line, its values as text that contracts cast."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from unequal.sources.blocks import Block, BlockReading, blocks
from unequal.sources.casting_typed import as_json
from unequal.sources.limits import LIMITS, Limits
from unequal.sources.pieces import Piece
from unequal.sources.scanning import scan_lines
from unequal.sources.text_streams import TextStream
from unequal.terms.errors import SourceError


class JsonLinesReader:
    """A file with a JSON object on every line.

    Its columns are the keys of all lines, in the order they are met; the keys of an object inside an object are
    joined to its own by a point (`customer.email`), a list stays JSON. Numbers keep the digits they were written with.

    Raises:
        SourceError: SRC002, SRC005 as for every text file; SRC004, no line holds an object.
    """

    prelude: tuple[tuple[int, int, str], ...] = ()

    def __init__(self, path: Path, where: str, *, limits: Limits = LIMITS) -> None:
        self.stream, self.limits = TextStream(path, where), limits
        self.encoding: str = self.stream.encoding
        if self.stream.mark:
            self.prelude = ((0, self.stream.mark, "header"),)
        self.columns = tuple(self._keys())
        if not self.columns:
            raise SourceError("SRC004", "a file is empty", where=where, seen=f"{self.stream.raw_bytes:,} bytes, no object on any line",
                              do="fetch it again, or take it out of the source")  # fmt: skip
        self.types: tuple[pa.DataType, ...] = (pa.string(),) * len(self.columns)

    def _keys(self) -> dict[str, None]:
        """The keys of all lines: a key that first appears on the last line is a column, too."""
        keys: dict[str, None] = {}
        for block in self._blocks():
            for start, end in zip(block.found.starts.tolist(), block.found.ends.tolist(), strict=True):
                found, _ = flat_object(block.data[start:end])
                if found is not None:
                    keys.update(dict.fromkeys(found))
        return keys

    def _blocks(self) -> Iterator[Block]:
        lines = partial(scan_lines, limits=self.limits)
        return blocks(self.stream, lines, self.limits, begin=0, base=self.stream.mark)

    def pieces(self) -> Iterator[Callable[[], Piece]]:
        """See Reader.pieces."""
        for block in self._blocks():
            yield partial(self.read, block)

    def read(self, block: Block) -> Piece:
        """The rows of a block, and what in it is none."""
        return JsonReading(block, self).piece()

    def size(self) -> int:
        """See Reader.size."""
        return self.stream.raw_bytes


class JsonReading(BlockReading):
    """One block of JSON lines."""

    def __init__(self, block: Block, reader: JsonLinesReader) -> None:
        super().__init__(block, reader.stream)
        self.reader = reader

    def cut(self) -> pa.Table:
        """See BlockReading.cut."""
        rows: list[dict[str, str | None]] = []
        for place in np.flatnonzero(self.good()).tolist():
            found, why = flat_object(self.record(place), self.reader.limits.cell)
            if found is None:
                self.why[place] = why
            else:
                rows.append(found)
        columns = self.reader.columns
        return pa.table([pa.array([row.get(column) for row in rows], pa.string()) for column in columns], names=list(columns))


class _TwiceError(ValueError):
    """A key stands twice in one object."""


def flat_object(line: bytes, cell: int = LIMITS.cell) -> tuple[dict[str, str | None] | None, tuple[str, str]]:
    """The values of one line as text; or None, with the reason and its words.

    Args:
        line: one line.
        cell: bytes of the largest value.
    """
    try:
        found = json.loads(line.decode(), parse_float=_Literal, parse_int=_Literal, parse_constant=_no_constant, object_pairs_hook=_object)
    except _TwiceError as error:
        return None, ("duplicate_key", f"the key {error} stands twice")
    except (ValueError, RecursionError) as error:
        return None, ("not_json", str(error)[:200])
    if not isinstance(found, dict):
        return None, ("not_json", "the line is no object")
    values: dict[str, str | None] = {}
    for key, value in _flat(found, ""):
        if key in values:
            return None, ("duplicate_key", f"the key {key!r} stands twice")
        values[key] = value
    why = _not_keepable(values, cell)
    return (None, why) if why else (values, ("", ""))


class _Literal(str):
    """A number, as it was written."""

    __slots__ = ()


def _no_constant(name: str) -> _Literal:
    # NaN and Infinity are no JSON, yet written by many: as text they meet the contract, which refuses them by name.
    return _Literal(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(repr(next(name for name in names if names.count(name) > 1)))
    return found


def _flat(found: dict[str, Any], prefix: str) -> Iterator[tuple[str, str | None]]:
    for key, value in found.items():
        name = prefix + key
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{name}.")
        elif isinstance(value, bool):
            yield name, "true" if value else "false"
        elif value is None or isinstance(value, str):
            yield name, None if value is None else str(value)
        else:
            yield name, as_json(value)


_SURROGATE = re.compile("[\ud800-\udfff]")


def _not_keepable(values: dict[str, str | None], cell: int) -> tuple[str, str] | None:
    for key, value in values.items():
        for text in (key, value or ""):
            if not text.isascii() and _SURROGATE.search(text):
                return "lone_surrogate", f"{ascii(text)[:80]} holds half of a character"
            if "\x00" in text:
                return "nul_byte", f"{ascii(text)[:80]} holds a NUL"
            if "\x1f" in text:
                return "control_character", f"{ascii(text)[:80]} holds a unit separator, which parts the columns of a key"
            if len(text) > cell:
                return "cell_too_large", f"{ascii(key)[:80]} has {len(text):,} characters; at most {cell:,} are read"
    return None
