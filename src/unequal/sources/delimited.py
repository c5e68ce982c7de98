"""CSV and TSV: cut into records by our own scan, into cells by Arrow's, and believed where both agree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from unequal.config import Source
from unequal.sources.blocks import Block, BlockReading
from unequal.sources.headed import HeadedReader
from unequal.sources.limits import LIMITS, Limits
from unequal.sources.pieces import Piece, Places, shown
from unequal.sources.scanning import Dialect, Scan, cells_alone, scan, scan_exactly, split
from unequal.terms.errors import SourceError

OTHER_DELIMITERS: Final = ",;\t|"


class DelimitedReader(HeadedReader):
    """A CSV or TSV file.

    Raises:
        SourceError: as HeadedReader; SRC026, its delimiter is no single byte.
    """

    def __init__(self, path: Path, source: Source, where: str, *, format: str = "csv", limits: Limits = LIMITS) -> None:  # noqa: A002
        self.delimiter = source.delimiter or ("\t" if format == "tsv" else ",")
        if not self.delimiter.isascii():
            raise SourceError(
                "SRC026", "a delimiter must be one byte", where=where, seen=repr(self.delimiter), do="export the file with another one"
            )
        super().__init__(path, source, where, limits=limits)
        self.dialect = Dialect(ord(self.delimiter), len(self.columns))

    def first_records(self, data: bytes, *, final: bool) -> Scan:
        """See HeadedReader."""
        return scan_exactly(data, Dialect(ord(self.delimiter)), self.limits, final=final)

    def records(self, data: bytes, *, final: bool) -> Scan:
        """See HeadedReader."""
        return scan(data, self.dialect, self.limits, final=final)

    def cells_of(self, record: bytes) -> Sequence[bytes]:
        """See HeadedReader."""
        return split(record, Dialect(ord(self.delimiter)))

    def read(self, block: Block) -> Piece:
        """See HeadedReader."""
        return DelimitedReading(block, self).piece()


class DelimitedReading(BlockReading):
    """One block: bad bytes are set aside, the rest is cut into cells."""

    def __init__(self, block: Block, reader: DelimitedReader) -> None:
        super().__init__(block, reader.stream)
        self.reader = reader

    def cells_of(self, record: bytes) -> tuple[str, ...]:
        """See BlockReading.cells_of."""
        return tuple(shown(cell) for cell in split(record, self.reader.dialect))

    def cut(self) -> pa.Table:
        """See BlockReading.cut: records with as many cells as the header; others are set aside."""
        self._find_large_cells()
        clean, places = self._clean()
        ragged: list[tuple[int, int]] = []
        table = parse(clean, self.reader.columns, self.reader.delimiter, ragged)
        if table is None or table.num_rows + len(ragged) != places.size:
            return self._cut_exactly(places)
        for number, cells in ragged:
            self._set_ragged(int(places[number - 1]), cells)
        return table

    def _clean(self) -> tuple[bytes, Places]:
        """The bytes of the records not set aside, and which these are."""
        good = self.good()
        if good.all():
            return self.block.data, np.flatnonzero(good)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
        runs = zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True)
        return b"".join(self.block.data[self.starts[first] : self.ends[last - 1]] for first, last in runs), np.flatnonzero(good)

    def _find_large_cells(self) -> None:
        largest = self.reader.limits.cell
        for place in np.flatnonzero(self.ends - self.starts > largest).tolist():
            sizes = [len(cell) for cell in split(self.record(place), self.reader.dialect)]
            if max(sizes) > largest:
                self.why.setdefault(place, ("cell_too_large", f"a cell of {max(sizes):,} bytes; at most {largest:,} are read"))

    def _cut_exactly(self, places: Places) -> pa.Table:
        """Where the two scanners disagree: record by record, in Python."""
        rows: list[list[str]] = []
        for place in places.tolist():
            cells = split(self.record(place), self.reader.dialect)
            if len(cells) == self.reader.dialect.cells:
                rows.append([cell.decode() for cell in cells])
            else:
                self._set_ragged(place, len(cells))
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(self.reader.columns)
        return pa.table([pa.array(column, pa.string()) for column in columns], names=_positions(self.reader.columns))

    def _set_ragged(self, place: int, cells: int) -> None:
        record = self.record(place)
        wanted = self.reader.dialect.cells
        if cells < wanted:
            self._refuse_another_delimiter(record, place)
        self.why[place] = ("ragged_row", f"{cells} cells where the header has {wanted}")

    def _refuse_another_delimiter(self, record: bytes, place: int) -> None:
        """A row that another delimiter cuts as the header asks shows a file put together from two.

        Raises:
            SourceError: SRC008.
        """
        wanted = self.reader.dialect.cells
        for other in OTHER_DELIMITERS:
            if other != self.reader.delimiter and cells_alone(record, Dialect(ord(other))) == wanted:
                row = self.block.first_row + place
                raise SourceError(
                    "SRC008", "a file has rows with another delimiter",
                    where=f"{self.reader.where}, line {self.stream.line_at(self.starts[place] + self.block.base):,}",
                    seen=f"row {row:,} is cut by {other!r}, the header by {self.reader.delimiter!r}: {shown(record)[:80]!r}",
                    do="export the file anew with one delimiter",
                )  # fmt: skip


def _positions(columns: tuple[str, ...]) -> list[str]:
    return [str(place) for place in range(len(columns))]


def parse(data: bytes, columns: tuple[str, ...], delimiter: str, ragged: list[tuple[int, int]]) -> pa.Table | None:
    """Arrow's reading of delimited bytes, all columns as text, named by position; None where it cannot read them.

    Args:
        data: whole records.
        columns: the header's.
        delimiter: between cells.
        ragged: filled with number (from 1) and cells of each row that has not as many as the header.
    """
    names = _positions(columns)

    def note(row: pa_csv.InvalidRow) -> Literal["skip", "error"]:
        assert row.number is not None, "rows are numbered where they are parsed by one thread"
        ragged.append((row.number, row.actual_columns))
        return "skip"

    source: Any = pa.BufferReader(data)
    if not data:
        return pa.table([pa.nulls(0, pa.string())] * len(names), names=names)
    try:
        return pa_csv.read_csv(
            source,
            pa_csv.ReadOptions(use_threads=False, column_names=names, block_size=min(len(data) + 1, 2**31 - 1)),
            pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note),
            pa_csv.ConvertOptions(check_utf8=False, column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
