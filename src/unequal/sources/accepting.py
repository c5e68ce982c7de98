"""From the pieces of one extract to typed rows, quarantined rows and spans."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import numpy as np
import pyarrow as pa

from unequal.config import Source
from unequal.sources.arrow import Values
from unequal.sources.casting import Mask, Typed, cast_text
from unequal.sources.casting_typed import as_text, cast_stored, plain
from unequal.sources.contracts import ARROW_TYPES, TEXT_FORMATS, Cast
from unequal.sources.footers import FooterCheck
from unequal.sources.outputs import Outputs
from unequal.sources.pieces import Broken, Piece, Reader
from unequal.sources.row_ids import row_names
from unequal.sources.tables import BYTE, FILE, ROW, ROW_ID

WORKERS = 2
Made = TypeVar("Made")


@dataclass(frozen=True)
class Extract:
    """One extract, ready to be read.

    Args:
        source: the source's name.
        file: how the extract is named.
        format: what it is written in.
        reader: it, opened.
        columns: the source's columns.
        places: where each stands in this extract.
        kept: what each is kept as where no contract says.
        casts: how each becomes typed.
        key: columns of the declared key.
    """

    source: str
    file: str
    format: str
    reader: Reader
    columns: tuple[str, ...]
    places: tuple[int | None, ...]
    kept: tuple[pa.DataType, ...]
    casts: tuple[Cast, ...]
    key: tuple[str, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether its values are text that contracts cast, and its rows have bytes."""
        return self.format in TEXT_FORMATS


def typed_schema(columns: tuple[str, ...], casts: tuple[Cast, ...], kept: tuple[pa.DataType, ...]) -> pa.Schema:
    """The columns of a source after their casts, with where each row came from and what it is called."""
    own = [(cast.name, kind if cast.kind == "stored" else ARROW_TYPES[cast.kind]) for cast, kind in zip(casts, kept, strict=True)]
    assert tuple(name for name, _ in own) == columns
    return pa.schema([*own, (FILE, pa.string()), (ROW, pa.int64()), (BYTE, pa.int64()), (ROW_ID, pa.string())])


def raw_schema(columns: tuple[str, ...], kept: tuple[pa.DataType, ...]) -> pa.Schema:
    """The columns of a source before any cast."""
    return pa.schema([*zip(columns, kept, strict=True), (FILE, pa.string()), (ROW, pa.int64())])


@dataclass
class Counts:
    """What became of an extract's rows so far."""

    read: int = 0
    quarantined: int = 0


@dataclass(frozen=True)
class CastPiece:
    """A piece after its casts.

    Args:
        piece: as it was read.
        raw: its rows under the source's columns, as found.
        typed: after the casts, rows that failed included.
        names: what each row is called before repeats are numbered.
        failed: the rows that do not fit their contract.
        why: for such a row, its first failing column, the reason and the reason in words.
        flags: row, column, reason and words of doubtful values.
    """

    piece: Piece
    raw: pa.Table
    typed: pa.Table
    names: Values
    failed: Mask
    why: Callable[[int], tuple[str, str, str]]
    flags: tuple[tuple[int, str, str, str], ...]


def cast_piece(extract: Extract, make: Callable[[], Piece]) -> CastPiece:
    """Read a piece and cast every column by its contract."""
    piece = make()
    rows = piece.rows.num_rows
    found = [_column(piece.rows, place, rows) for place in extract.places]
    raw = [_kept(values, kind) for values, kind in zip(found, extract.kept, strict=True)]
    if extract.is_text:
        typed = [cast_text(values, cast) for values, cast in zip(found, extract.casts, strict=True)]
    else:
        typed = [_stored(values, cast, kind) for values, cast, kind in zip(found, extract.casts, extract.kept, strict=True)]
    failed = np.zeros(rows, bool)
    for column in typed:
        if column.bad is not None:
            failed |= column.bad
    flags = tuple(
        (row, cast.name, reason, words) for column, cast in zip(typed, extract.casts, strict=True) for row, reason, words in column.flags
    )
    names = list(extract.columns)
    table = pa.table([column.values for column in typed], names=names)
    why = partial(_first_failure, typed, extract.casts)
    return CastPiece(piece, pa.table(raw, names=names), table, row_names(table, extract.key), failed, why, flags)


def _column(rows: pa.Table, place: int | None, count: int) -> Values:
    if place is None:
        return pa.nulls(count, pa.string())
    chunks = rows.column(place)
    return chunks.chunk(0) if chunks.num_chunks == 1 else chunks.combine_chunks()


def _kept(values: Values, kind: pa.DataType) -> Values:
    if values.type == kind:
        return values
    values = plain(values)
    if values.type == kind:
        return values
    return as_text(values) if pa.types.is_string(kind) else values.cast(kind)


def _stored(values: Values, cast: Cast, kind: pa.DataType) -> Typed:
    if cast.kind == "stored" and pa.types.is_string(kind) and not pa.types.is_string(plain(values).type):
        # Another extract keeps this column in another type: both become text.
        return cast_text(as_text(plain(values)), cast)
    return cast_stored(values, cast)


def _first_failure(typed: list[Typed], casts: tuple[Cast, ...], row: int) -> tuple[str, str, str]:
    for column, cast in zip(typed, casts, strict=True):
        if column.bad is not None and column.bad[row]:
            return cast.name, *column.why(row)
    raise AssertionError("asked why a good row failed")


def in_order(calls: Iterator[Callable[[], Made]]) -> Iterator[Made]:
    """Make calls on two threads, hand over what they make in order, and never run far ahead."""
    with ThreadPoolExecutor(WORKERS) as pool:
        waiting: deque[Future[Made]] = deque()
        for call in calls:
            waiting.append(pool.submit(call))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@dataclass
class Acceptance:
    """Takes the pieces of one extract in order, and writes what becomes of their rows."""

    extract: Extract
    source: Source
    outputs: Outputs
    counts: Counts = field(default_factory=Counts)

    def run(self) -> Counts:
        """Read the extract from its first row to its last.

        Raises:
            SourceError: SRC009, SRC010 for a footer that does not agree or is not there, and what reading raises.
        """
        for start, end, status in self.extract.reader.prelude:
            self._spans.add(start, end, status, 0)
        footer = FooterCheck(self.extract.source, self.extract.file, self.source, self.extract.columns) if self.source.footer else None
        held: list[CastPiece] = []
        # The last piece with rows may end in a footer, so that each waits until another has come.
        for piece in in_order(partial(cast_piece, self.extract, make) for make in self.extract.reader.pieces()):
            if piece.raw.num_rows or piece.piece.broken:
                self._take_all(held, footer, last=False)
                held.clear()
            held.append(piece)
        self._take_all(held, footer, last=True)
        if footer is not None:
            footer.finish()
        self._spans.close()
        return self.counts

    def __post_init__(self) -> None:
        self._spans = Spans(self.extract, self.outputs)

    def _take_all(self, held: list[CastPiece], footer: FooterCheck | None, *, last: bool) -> None:
        for place, done in enumerate(held):
            self._take(done, footer, last=last and place == 0)

    def _take(self, done: CastPiece, footer: FooterCheck | None, *, last: bool) -> None:
        piece = done.piece
        kept = np.ones(done.failed.size, bool)
        end_row: Broken | int | None = None
        if footer is not None:
            end_row = footer.find(done.raw, piece) if last else None
            if isinstance(end_row, int):
                kept[end_row] = False
            footer.add(done.raw.filter(pa.array(kept)) if isinstance(end_row, int) else done.raw)
        bad = [(*self._place(piece, row), row) for row in np.flatnonzero(done.failed & kept).tolist()]
        self._write(done, kept)
        self._quarantine(done, bad, end_row)
        self.counts.read += int(kept.sum()) + len(piece.broken) - (isinstance(end_row, Broken))
        if self.extract.is_text:
            self._tile(done, kept & ~done.failed, bad, end_row)

    def _write(self, done: CastPiece, kept: Mask) -> None:
        rows = done.piece.numbers
        raw, typed = done.raw, done.typed
        starts = done.piece.starts
        places = pa.array(starts) if starts is not None else pa.nulls(rows.size, pa.int64())
        self.outputs.raw.add(_chosen(_with_place(raw, self.extract.file, rows), kept))
        whole = _with_place(typed, self.extract.file, rows).append_column(BYTE, places)
        whole = whole.append_column(ROW_ID, done.names)
        good = kept & ~done.failed
        self.outputs.typed.add(_chosen(whole, good))
        for row, column, reason, words in done.flags:
            if good[row]:
                self.outputs.flags.add(self.extract.source, self.extract.file, int(rows[row]), column, reason, words)

    def _place(self, piece: Piece, row: int) -> tuple[int | None, int | None]:
        if piece.starts is None or piece.ends is None:
            return None, None
        return int(piece.starts[row]), int(piece.ends[row])

    def _quarantine(self, done: CastPiece, bad: list[tuple[int | None, int | None, int]], end_row: Broken | int | None) -> None:
        name, file, piece = self.extract.source, self.extract.file, done.piece
        told: list[tuple[object, ...]] = []
        for start, end, row in bad:
            column, reason, words = done.why(row)
            told.append((int(piece.numbers[row]), start, end, column, reason, words, piece.raw(row)))
        told += [
            (broken.row, broken.start, broken.end, broken.column, broken.reason, broken.detail, broken.raw)
            for broken in piece.broken
            if broken is not end_row
        ]
        told.sort(key=lambda row: row[0])  # type: ignore[arg-type, return-value]
        for values in told:
            self.outputs.quarantined.add(name, file, *values)
        self.counts.quarantined += len(told)
        self._quarantine_footer(piece, end_row)

    def _quarantine_footer(self, piece: Piece, end_row: Broken | int | None) -> None:
        if end_row is None:
            return
        start, end, raw = (
            (*self._place(piece, end_row), piece.raw(end_row)) if isinstance(end_row, int) else (end_row.start, end_row.end, end_row.raw)
        )
        self.outputs.quarantined.add(
            self.extract.source,
            self.extract.file,
            None,
            start,
            end,
            None,
            "footer",
            "the footer: its sums agree with the rows above it",
            raw,
        )

    def _tile(self, done: CastPiece, good: Mask, bad: list[tuple[int | None, int | None, int]], end_row: Broken | int | None) -> None:
        piece = done.piece
        odd = [_span(start, end, "quarantined", 1) for start, end, _ in bad]
        odd += [_span(broken.start, broken.end, "quarantined", 1) for broken in piece.broken if broken is not end_row]
        if isinstance(end_row, int):
            odd.append(_span(*self._place(piece, end_row), "footer", 0))
        elif end_row is not None:
            odd.append(_span(end_row.start, end_row.end, "footer", 0))
        assert piece.starts is not None
        starts = piece.starts[good]
        position, before = piece.span[0], 0
        for start, end, status, rows in sorted(odd):
            upto = int(np.searchsorted(starts, start))
            self._spans.add(position, start, "accepted", upto - before)
            self._spans.add(start, end, status, rows)
            position, before = end, upto
        self._spans.add(position, piece.span[1], "accepted", starts.size - before)


def _span(start: int | None, end: int | None, status: str, rows: int) -> tuple[int, int, str, int]:
    assert start is not None, "rows of text files have their bytes"
    assert end is not None, "rows of text files have their bytes"
    return start, end, status, rows


def _with_place(table: pa.Table, file: str, rows: np.ndarray[tuple[int], np.dtype[np.int64]]) -> pa.Table:
    return table.append_column(FILE, pa.repeat(pa.scalar(file), rows.size)).append_column(ROW, pa.array(rows, pa.int64()))


def _chosen(table: pa.Table, which: Mask) -> pa.Table:
    return table if which.all() else table.filter(pa.array(which))


class Spans:
    """The spans of one text file, put together as they come: a clean stretch is one span."""

    def __init__(self, extract: Extract, outputs: Outputs) -> None:
        self._extract, self._outputs = extract, outputs
        self._open: tuple[int, int, str, int] | None = None

    def add(self, start: int, end: int, status: str, rows: int) -> None:
        """Append a span; it must begin where the last one ended."""
        if start == end:
            return
        last = self._open
        if last is not None and last[2] == status == "accepted":
            self._open = (last[0], end, status, last[3] + rows)
            return
        self.close()
        self._open = (start, end, status, rows)

    def close(self) -> None:
        """Write the last span."""
        if self._open is not None:
            self._outputs.spans.add(self._extract.source, self._extract.file, *self._open)
        self._open = None
