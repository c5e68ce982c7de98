"""CSV and TSV: cut into records by our own scan, into cells by Arrow's, and believed where both agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from unequal.config import Source
from unequal.sources.blocks import FORBIDDEN, Block, BlockReading, blocks
from unequal.sources.limits import LIMITS, Limits
from unequal.sources.pieces import Piece, Places, shown
from unequal.sources.scanning import Dialect, cells_alone, line_ends, scan, scan_exactly, split
from unequal.sources.text_streams import TextStream, original_offsets
from unequal.terms.errors import SourceError

OTHER_DELIMITERS: Final = ",;\t|"


class DelimitedReader:
    """A CSV or TSV file.

    Raises:
        SourceError: SRC002 it cannot be opened, SRC004 it is empty, SRC005 its compression is broken,
            SRC022 its header is no text.
    """

    def __init__(self, path: Path, source: Source, where: str, *, format: str = "csv", limits: Limits = LIMITS) -> None:  # noqa: A002
        self.stream = TextStream(path, where)
        self.where, self.limits = where, limits
        self.encoding: str = self.stream.encoding
        self.delimiter = source.delimiter or ("\t" if format == "tsv" else ",")
        if not self.delimiter.isascii():
            raise SourceError(
                "SRC026", "a delimiter must be one byte", where=where, seen=repr(self.delimiter), do="export the file with another one"
            )
        self._begin, self._skipped = 0, source.skip_lines
        header = self._header(source)
        self.columns = tuple(source.header) if source.header else header
        self.types: tuple[pa.DataType, ...] = (pa.string(),) * len(self.columns)
        self.dialect = Dialect(ord(self.delimiter), len(self.columns))

    def _header(self, source: Source) -> tuple[str, ...]:
        """Read the lines before the data; what they span becomes the prelude."""
        data = b""
        final = False
        chunks = self.stream.chunks(min(self.limits.block, 1 << 16))
        while True:
            skipped = _skipped_end(data, source.skip_lines, final=final)
            if skipped is not None:
                rest = data[skipped:]
                found = scan_exactly(rest, Dialect(ord(self.delimiter)), self.limits, final=final)
                if found.ends.size or source.header:
                    break
            if final or len(data) > self.limits.record:
                raise SourceError("SRC004", "a file is empty", where=self.where, seen=f"{self.stream.raw_bytes:,} bytes, no header and no row",
                                  do="fetch it again, or take it out of the source")  # fmt: skip
            chunk = next(chunks, None)
            final = chunk is None
            data += chunk or b""
        header = b"" if source.header else rest[found.starts[0] : found.ends[0]]
        if header and 0 in found.broken:
            raise SourceError("SRC022", "a header cannot be read", where=self.where, seen=f"{found.broken[0]}: {shown(header)[:200]}",
                              do="export the file anew, or declare header and skip_lines")  # fmt: skip
        self._set_prelude(data, skipped, skipped + (0 if source.header else int(found.ends[0])))
        return () if source.header else self._names(header)

    def _set_prelude(self, data: bytes, skipped: int, begin: int) -> None:
        places = original_offsets(data, np.array([skipped, begin]), self.stream.mark, self.encoding)
        skipped_to = int(places[0]) if self._skipped else 0
        begin_at = int(places[1])
        spans = ((0, skipped_to, "skipped"), (skipped_to, begin_at, "header" if begin > skipped else "skipped"))
        self.prelude = tuple(span for span in spans if span[1] > span[0])
        self._begin, self._base = begin, begin_at

    def _names(self, header: bytes) -> tuple[str, ...]:
        try:
            names = [cell.decode().strip() for cell in split(header, Dialect(ord(self.delimiter)))]
        except UnicodeDecodeError as error:
            raise SourceError("SRC022", "a header is no UTF-8 text", where=self.where, seen=shown(header)[:200],
                              do="export the file as UTF-8") from error  # fmt: skip
        if any(byte in header for byte in FORBIDDEN):
            raise SourceError("SRC022", "a header holds control bytes", where=self.where, seen=shown(header)[:200],
                              do="export the file as text")  # fmt: skip
        return tuple(name or f"column_{place}" for place, name in enumerate(names, 1))

    def size(self) -> int:
        """See Reader.size."""
        return self.stream.raw_bytes

    def pieces(self) -> Iterator[Callable[[], Piece]]:
        """See Reader.pieces."""
        records = partial(scan, dialect=self.dialect, limits=self.limits)
        for block in blocks(self.stream, records, self.limits, begin=self._begin, base=self._base):
            yield partial(self.read, block)

    def read(self, block: Block) -> Piece:
        """The rows of a block, and what in it is none."""
        return DelimitedReading(block, self).piece()


def _skipped_end(data: bytes, lines: int, *, final: bool) -> int | None:
    """Offset after so many lines; None where more must be read to know."""
    if not lines:
        return 0
    ends = line_ends(data, np.frombuffer(data, np.uint8), final=final)
    if ends.size >= lines:
        return int(ends[lines - 1])
    return len(data) if final else None


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

    def _find_large_cells(self) -> None:
        largest = self.reader.limits.cell
        for place in np.flatnonzero(self.ends - self.starts > largest).tolist():
            sizes = [len(cell) for cell in split(self.record(place), self.reader.dialect)]
            if max(sizes) > largest:
                self.why.setdefault(place, ("cell_too_large", f"a cell of {max(sizes):,} bytes; at most {largest:,} are read"))

    def _clean(self) -> tuple[bytes, Places]:
        """The bytes of the records not set aside, and which these are."""
        good = self.good()
        if good.all():
            return self.block.data, np.flatnonzero(good)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
        runs = zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True)
        return b"".join(self.block.data[self.starts[first] : self.ends[last - 1]] for first, last in runs), np.flatnonzero(good)

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
