"""One row as it stands in its file, to show where a dollar came from."""

from __future__ import annotations

from pathlib import Path

from unequal.config import Source
from unequal.sources.contracts import TEXT_FORMATS
from unequal.sources.formats import format_of, open_reader
from unequal.sources.limits import LIMITS
from unequal.terms.errors import SourceError


def raw_row(source: Source, file: Path, *, row: int) -> str:
    """The row of a file as it stands there: of a text file its text, else its values.

    Reads from the beginning up to the row; 20 million lines take some seconds.

    Args:
        row: which data row, from 1, as `_row` has it.

    Raises:
        SourceError: SRC025, the file has no such row (any more).
    """
    where = f"file {file}"
    reader = open_reader(source, file, where=where, limits=LIMITS)
    text = format_of(source, file) in TEXT_FORMATS
    for make in reader.pieces():
        piece = make()
        for broken in piece.broken:
            if broken.row == row:
                return broken.raw
        places = (piece.numbers == row).nonzero()[0]
        if places.size:
            found = piece.raw(int(places[0]))
            return found.rstrip("\r\n") if text else found
    raise SourceError(
        "SRC025", "a row that was read is no longer there", where=where, seen=f"row {row:,}", do="the file was changed since the run"
    )
