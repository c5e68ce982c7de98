"""Text whose cells are parted by runs of spaces or tabs, as many as it takes to look like a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from unequal.sources.blocks import Block, BlockReading
from unequal.sources.headed import HeadedReader
from unequal.sources.pieces import Piece, Places, shown
from unequal.sources.scanning import Scan, scan_lines

_PARTING: Final = np.isin(np.arange(256), list(b" \t\r\n"))
"""Bytes that are no part of a cell. In UTF-8 no other character has any of them; a no-break space is a part of its cell."""


def cells_in(line: bytes) -> Sequence[bytes]:
    r"""The cells of one line.

    >>> cells_in(b"  00001 19970101\t 11.77\r\n")
    [b'00001', b'19970101', b'11.77']
    """
    return [cell for cell in line.translate(bytes.maketrans(b"\t\r\n", b"   ")).split(b" ") if cell]


class SpacedReader(HeadedReader):
    """A file with a row on every line. Space before the first cell and after the last means nothing.

    There are no quotes: a cell with a space inside is two, and one that is left empty is none. Either gives the row a
    number of cells that is not the header's, so that it is set aside.

    Raises:
        SourceError: as HeadedReader.
    """

    def first_records(self, data: bytes, *, final: bool) -> Scan:
        """See HeadedReader."""
        return self.records(data, final=final)

    def records(self, data: bytes, *, final: bool) -> Scan:
        """See HeadedReader."""
        return scan_lines(data, limits=self.limits, final=final)

    def cells_of(self, record: bytes) -> Sequence[bytes]:
        """See HeadedReader."""
        return cells_in(record)

    def read(self, block: Block) -> Piece:
        """See HeadedReader."""
        return SpacedReading(block, self).piece()


class SpacedReading(BlockReading):
    """One block, cut at its spaces."""

    def __init__(self, block: Block, reader: SpacedReader) -> None:
        super().__init__(block, reader.stream)
        self.reader = reader

    def cells_of(self, record: bytes) -> tuple[str, ...]:
        """See BlockReading.cells_of."""
        return tuple(shown(cell) for cell in cells_in(record))

    def cut(self) -> pa.Table:
        """See BlockReading.cut: lines with as many cells as the header; others are set aside."""
        begins, ends, lines = self._cells()
        self._set_aside(begins, ends, lines)
        kept = self.good()[lines]
        texts = self._texts(begins[kept], ends[kept])
        columns = self.reader.columns
        picked = [texts.take(pa.array(np.arange(place, len(texts), len(columns)))) for place in range(len(columns))]
        return pa.table(picked, names=list(columns))

    def _cells(self) -> tuple[Places, Places, Places]:
        """Where each cell of a record begins and ends, and which record it is in."""
        filled = ~_PARTING[np.frombuffer(self.block.data, np.uint8)]
        edges = np.flatnonzero(np.diff(filled.astype(np.int8), prepend=0, append=0))
        begins, ends = edges[0::2], edges[1::2]
        lines = np.searchsorted(self.starts, begins, side="right") - 1
        # A line with a form feed and nothing else is blank and no record.
        inside = (lines >= 0) & (begins < self.ends[lines]) if self.ends.size else np.zeros(begins.size, bool)
        return begins[inside], ends[inside], lines[inside]

    def _set_aside(self, begins: Places, ends: Places, lines: Places) -> None:
        largest, wanted = self.reader.limits.cell, len(self.reader.columns)
        for cell in np.flatnonzero(ends - begins > largest).tolist():
            told = f"a cell of {int(ends[cell] - begins[cell]):,} bytes; at most {largest:,} are read"
            self.why.setdefault(int(lines[cell]), ("cell_too_large", told))
        found = np.bincount(lines, minlength=self.starts.size)
        for line in np.flatnonzero(found != wanted).tolist():
            self.why.setdefault(line, ("ragged_row", f"{found[line]} cells where the header has {wanted}"))

    def _texts(self, begins: Places, ends: Places) -> pa.StringArray:
        """The cells as one array, in the order of the file."""
        steps = np.zeros(len(self.block.data) + 1, np.int8)
        steps[begins], steps[ends] = 1, -1
        letters = np.frombuffer(self.block.data, np.uint8)[np.cumsum(steps[:-1], dtype=np.int8).astype(bool)]
        offsets = np.concatenate([[0], np.cumsum(ends - begins)]).astype(np.int32)
        return pa.StringArray.from_buffers(begins.size, pa.py_buffer(offsets), pa.py_buffer(letters))
