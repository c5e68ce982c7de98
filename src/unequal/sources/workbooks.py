"""Workbooks, old and new: cells keep their types; dates count from the year that the workbook says."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from unequal.config import Source
from unequal.sources.arrow import Values
from unequal.sources.contracts import contract_of
from unequal.sources.parquet import ROWS_AT_ONCE, typed_piece
from unequal.sources.pieces import Piece
from unequal.terms.errors import SourceError

UNPACKED_AT_MOST: Final = 1 << 30
"""Bytes that a workbook may unpack to; a sheet of a million rows stays far below."""
RATIO_AT_MOST: Final = 500
_SMALL: Final = 1 << 24


class WorkbookReader:
    """One sheet of a workbook, .xls or .xlsx.

    Raises:
        SourceError: SRC004 the sheet is empty; SRC014 it would unpack to too much, or declares entities;
            SRC015 it cannot be read, or has no such sheet.
    """

    encoding = ""
    prelude: tuple[tuple[int, int, str], ...] = ()

    def __init__(self, path: Path, source: Source, where: str) -> None:
        self.path, self.where = path, where
        rows = [row for row in self._rows(source) if any(cell != "" for cell in row)]
        names = tuple(source.header) if source.header else self._names(rows.pop(0) if rows else [])
        self.columns = names
        self._values = [_column([row[place] if place < len(row) else "" for row in rows], source, name) for place, name in enumerate(names)]
        self.types = tuple(values.type for values in self._values)

    def _rows(self, source: Source) -> list[list[Any]]:
        try:
            check_unpacked(self.path, self.where)
            with CalamineWorkbook.from_path(str(self.path)) as book:
                wanted = source.sheet or book.sheet_names[0]
                if wanted not in book.sheet_names:
                    raise SourceError("SRC015", "a workbook has no such sheet", where=self.where, seen=f"{wanted!r}; it has {book.sheet_names}",
                                      do="correct sheet")  # fmt: skip
                return book.get_sheet_by_name(wanted).to_python(skip_empty_area=False)[source.skip_lines :]
        except (CalamineError, OSError, zipfile.BadZipFile, IndexError) as error:
            raise SourceError("SRC015", "a workbook cannot be read", where=self.where, seen=str(error).splitlines()[0],
                              do="save it again as .xlsx; nothing of it was taken") from error  # fmt: skip

    def _names(self, header: Sequence[Any]) -> tuple[str, ...]:
        if not header:
            raise SourceError("SRC004", "a file is empty", where=self.where, seen="a sheet without a header or a row",
                              do="fetch it again, or name another sheet")  # fmt: skip
        last = max(place for place, cell in enumerate(header) if cell != "") + 1
        return tuple(_text(cell).strip() or f"column_{place}" for place, cell in enumerate(header[:last], 1))

    def size(self) -> int:
        """See Reader.size."""
        return self.path.stat().st_size

    def pieces(self) -> Iterator[Callable[[], Piece]]:
        """See Reader.pieces."""
        table = pa.Table.from_arrays(self._values, names=list(self.columns))
        for first in range(0, table.num_rows, ROWS_AT_ONCE):
            part = table.slice(first, ROWS_AT_ONCE)
            yield lambda part=part, first=first: typed_piece(part, first + 1)  # type: ignore[misc]


def check_unpacked(path: Path, where: str) -> None:
    """Look at what a zipped workbook would unpack to, before anything unpacks it.

    The sizes that its directory declares are not believed alone: each part is unpacked in pieces, counted and
    forgotten, and must come to what was declared. A part that declares a document type could define entities
    that grow without end; no spreadsheet program writes one.

    Raises:
        SourceError: SRC014.
    """
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as book:
        parts = book.infolist()
        unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
        if unpacked > UNPACKED_AT_MOST or (unpacked > _SMALL and unpacked > RATIO_AT_MOST * packed):
            raise SourceError("SRC014", "a workbook would unpack to more than is safe", where=where,
                              seen=f"{packed:,} bytes would become {unpacked:,}", do="export it as CSV")  # fmt: skip
        for part in parts:
            with book.open(part) as member:
                before = b""
                while piece := member.read(1 << 20):
                    if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in before + piece:
                        raise SourceError("SRC014", "a workbook declares a document type, which no spreadsheet does", where=where,
                                          seen=part.filename, do="save it again from a spreadsheet program")  # fmt: skip
                    before = piece[-16:]


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)


def _column(cells: Sequence[Any], source: Source, name: str) -> Values:
    """The cells of a column: of one type where they agree, else as text."""
    given = [None if cell == "" and isinstance(cell, str) else cell for cell in cells]
    kinds = {_kind(cell) for cell in given if cell is not None}
    if kinds == {"number"}:
        return pa.array([None if cell is None else float(cell) for cell in given], pa.float64())
    if kinds == {"boolean"}:
        return pa.array(given, pa.bool_())
    if kinds and kinds <= {"date", "timestamp"}:
        return pa.array([_moment(cell) for cell in given], pa.timestamp("us"))
    contract = contract_of(source, name)
    mark = (contract.decimal if contract else None) or source.decimal
    return pa.array([_in_mixed(cell, mark) for cell in given], pa.string())


def _kind(cell: Any) -> str:
    if isinstance(cell, bool):
        return "boolean"
    if isinstance(cell, int | float):
        return "number"
    if isinstance(cell, datetime):
        return "timestamp"
    return "date" if isinstance(cell, date) else "text"


def _moment(cell: Any) -> datetime | None:
    if cell is None or isinstance(cell, datetime):
        return cell
    return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  (a workbook knows no zone)


def _in_mixed(cell: Any, mark: str) -> str | None:
    """A cell among cells of other types: numbers are written with the decimal mark that the contract will look for."""
    if cell is None:
        return None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _text(cell).replace(".", mark)
    return _text(cell)
