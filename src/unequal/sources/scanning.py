"""Where each record of delimited text begins and ends.

Two readers of the same grammar. `scan` settles at once every stretch in which all quotes are well placed;
`scan_exactly` walks from record to record. They find the same.

The grammar is RFC 4180's with three liberties: a line may end in CRLF, LF or CR, mixed in one file;
a quote inside a cell that does not begin with one is an ordinary character (5" pipe); blank lines
are no records. A cell that begins with a quote must end with one, followed by a delimiter or the end
of the line; where it does not, its first line alone is set aside and reading goes on with the next.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from unequal.sources.limits import Limits

Offsets = npt.NDArray[np.int64]

QUOTE, NEWLINE, RETURN = 0x22, 0x0A, 0x0D


@dataclass(frozen=True)
class Dialect:
    """How cells are set apart.

    Args:
        delimiter: the byte between two cells.
        cells: how many a record has; 0 where that is not known yet, as before the header is read.
    """

    delimiter: int
    cells: int = 0


@dataclass(frozen=True)
class Scan:
    """The records found in a buffer.

    Args:
        starts: offset of each record's first byte.
        ends: offset after its line end; what lies between two records is blank lines.
        consumed: how much of the buffer is settled; the rest must be seen again with more after it.
        broken: reasons of records that are no records, by their index.
    """

    starts: Offsets
    ends: Offsets
    consumed: int
    broken: dict[int, str] = field(default_factory=dict)


def scan(data: bytes, dialect: Dialect, limits: Limits, *, final: bool) -> Scan:
    """The records of a buffer that begins where a record begins.

    Stretches in which every quote is well placed are settled at once; only the record at which one is not is walked.

    Args:
        data: the buffer.
        final: nothing follows it, so that its last line needs no line end.
    """
    cells = np.frombuffer(data, np.uint8)
    lines = line_ends(data, cells, final=final)
    if data.find(b'"') < 0:
        return _kept(cells, lines, int(lines[-1]) if lines.size else 0, {}, limits)
    stretches = _Stretches(data, cells, lines, dialect, limits)
    ends: list[Offsets] = []
    broken: dict[int, str] = {}
    position = found = walked = 0
    while position < len(data):
        settled, troubled = stretches.settled(position)
        ends.append(settled)
        found += settled.size
        position = int(settled[-1]) if settled.size else position
        line = int(np.searchsorted(lines, position, side="right"))
        waiting = not troubled and not final and len(data) - position <= limits.record
        if waiting or line >= lines.size:
            break
        end, why = _one_record(data, position, lines[line : line + 2].tolist(), dialect, limits, final=final)
        if end is None:
            break
        if why:
            broken[found] = why
        ends.append(np.array([end]))
        position, found, walked = end, found + 1, walked + 1
        if walked > _WALKED_AT_MOST + lines.size // _WALKED_AT_MOST:
            return scan_exactly(data, dialect, limits, final=final)
    return _kept(cells, np.concatenate(ends) if ends else lines[:0], position, broken, limits)


_WALKED_AT_MOST: Final = 50
"""Beyond so many single records, and as many again for each that many lines, walking all of them is quicker."""


class _Stretches:
    """A buffer in which stretches of well placed quotes are looked for.

    Whether a quote may open or close a cell depends on its neighbours alone; which of the two it must do, on how many
    quotes came before it since its record began. Both answers are prepared for every quote.
    """

    def __init__(self, data: bytes, cells: npt.NDArray[np.uint8], lines: Offsets, dialect: Dialect, limits: Limits) -> None:
        self.data, self.lines, self.dialect, self.limits = data, lines, dialect, limits
        self.quotes = np.flatnonzero(cells == QUOTE)
        self.before = np.searchsorted(self.quotes, lines)
        no_opening, no_closing = _misplaced(cells, self.quotes, dialect.delimiter)
        even = np.arange(self.quotes.size) % 2 == 0
        self.wrong = tuple(np.flatnonzero(np.where(even == opens, no_opening, no_closing)) for opens in (True, False))

    def settled(self, position: int) -> tuple[Offsets, bool]:
        """Ends of the records from `position` up to the first that must be walked, and whether there is one."""
        first = int(np.searchsorted(self.quotes, position))
        wrong = self.wrong[first % 2]
        place = int(np.searchsorted(wrong, first))
        troubled = place < wrong.size
        stop = int(self.quotes[wrong[place]]) if troubled else len(self.data)
        lines = slice(int(np.searchsorted(self.lines, position, side="right")), int(np.searchsorted(self.lines, stop, side="right")))
        outside = np.flatnonzero((self.before[lines] - first) % 2 == 0)
        ends = self.lines[lines][outside]
        sound = self._sound(position, ends, np.diff(outside, prepend=-1) > 1)
        return ends[:sound], troubled or sound < ends.size

    def _sound(self, position: int, ends: Offsets, several: npt.NDArray[np.bool_]) -> int:
        """How many records come before the first that is too long, or of several lines and not of the header's cells."""
        starts = np.concatenate([[position], ends[:-1]])
        long = np.flatnonzero(ends - starts > self.limits.record)
        sound = int(long[0]) if long.size else ends.size
        for place in np.flatnonzero(several[:sound]).tolist() if self.dialect.cells else ():
            if cells_alone(self.data[starts[place] : ends[place]], self.dialect) != self.dialect.cells:
                return int(place)
        return sound


def line_ends(data: bytes, cells: npt.NDArray[np.uint8], *, final: bool) -> Offsets:
    """Offsets after each line end (CRLF, LF or CR); a last line without one ends with a final buffer."""
    ends = np.flatnonzero(cells == NEWLINE) + 1
    if data.find(b"\r") >= 0:
        returns = np.flatnonzero(cells[:-1] == RETURN)
        lone = returns[cells[returns + 1] != NEWLINE] + 1
        if final and data.endswith(b"\r"):
            lone = np.append(lone, len(data))
        ends = np.sort(np.concatenate([ends, lone])) if lone.size else ends
    if final and data and (not ends.size or ends[-1] != len(data)):
        ends = np.append(ends, len(data))
    return ends.astype(np.int64, copy=False)


def scan_lines(data: bytes, *, limits: Limits, final: bool) -> Scan:
    """The lines of a buffer that are not blank."""
    cells = np.frombuffer(data, np.uint8)
    ends = line_ends(data, cells, final=final)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]]) if ends.size else ends
    consumed = int(ends[-1]) if ends.size else 0
    filled = np.array([not data[start:end].isspace() for start, end in zip(starts.tolist(), ends.tolist(), strict=True)], bool)
    starts, ends = starts[filled], ends[filled]
    large = np.flatnonzero(ends - starts > limits.record).tolist()
    return Scan(starts, ends, consumed, dict.fromkeys(large, "row_too_large"))


def _misplaced(cells: npt.NDArray[np.uint8], quotes: Offsets, delimiter: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which quotes can open no cell, and which can close none; half of a doubled quote can do either."""
    borders = np.zeros(256, bool)
    borders[[delimiter, NEWLINE, RETURN]] = True
    doubled = np.diff(quotes) == 1
    opens = borders[cells[quotes - 1]]
    opens[0] |= quotes[0] == 0
    opens[1:] |= doubled
    closes = borders[cells[np.minimum(quotes + 1, cells.size - 1)]]
    closes[:-1] |= doubled
    closes[-1] |= quotes[-1] == cells.size - 1
    return ~opens, ~closes


def scan_exactly(data: bytes, dialect: Dialect, limits: Limits, *, final: bool) -> Scan:
    """The records of a buffer, one after the other: the meaning of `scan`, for buffers full of odd quotes."""
    cells = np.frombuffer(data, np.uint8)
    # Plain lists: bisecting them costs a tenth of what a call into numpy costs for one place.
    lines: list[int] = line_ends(data, cells, final=final).tolist()
    quotes: list[int] = np.flatnonzero(cells == QUOTE).tolist()
    ends: list[int] = []
    broken: dict[int, str] = {}
    position = line = quote = 0
    while True:
        quote = bisect_left(quotes, position, quote)
        with_quote = bisect_right(lines, quotes[quote], line) if quote < len(quotes) else len(lines)
        if with_quote > line:
            ends += lines[line:with_quote]
            position, line = lines[with_quote - 1], with_quote
        if line >= len(lines):
            break
        end, why = _one_record(data, position, lines[line : line + 2], dialect, limits, final=final)
        if end is None:
            break
        if why:
            broken[len(ends)] = why
        ends.append(end)
        position = end
        line = bisect_right(lines, end, line)
    return _kept(cells, np.array(ends, np.int64), position, broken, limits)


def _one_record(data: bytes, start: int, next_lines: list[int], dialect: Dialect, limits: Limits, *, final: bool) -> tuple[int | None, str]:
    """Where the record at `start` ends, and why it is none if it is none; no end where more must be read to know."""
    bound = start + limits.record
    outcome, cells = _walk(data, start, min(bound, len(data)), dialect.delimiter)
    undecided = outcome is None or outcome == len(data) or (outcome == len(data) - 1 and data.endswith(b"\r"))
    if undecided and not final and bound >= len(data):
        return None, ""
    if outcome is None or outcome < 0:
        return next_lines[0], "malformed_quote" if outcome == MALFORMED else "unterminated_quote"
    if outcome == bound < len(data):
        return next_lines[0], "unterminated_quote"
    end = _after_line_end(data, outcome)
    several = end > next_lines[0] and len(next_lines) > 1
    if dialect.cells and several and cells != dialect.cells and cells_alone(data[slice(*next_lines)], dialect) == dialect.cells:
        return next_lines[0], "unterminated_quote"
    return end, ""


MALFORMED = -1


@cache
def _patterns(delimiter: int) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    between = re.escape(bytes([delimiter]))
    whole = rb'"(?:[^"]++|"")*+"(?=[' + between + rb'\r\n]|\Z)|(?!")[^' + between + rb"\r\n]*+"
    return re.compile(whole), re.compile(rb'"(?:[^"]++|"")*+')


def _walk(data: bytes, start: int, stop: int, delimiter: int) -> tuple[int | None, int]:
    """Offset of the line end of the record at `start`, and its number of cells.

    None where a quote is still open at `stop`; MALFORMED where a closing quote is followed by text.
    """
    whole, begun = _patterns(delimiter)
    position, cells = start, 0
    while True:
        cell = whole.match(data, position, stop)
        if cell is None:
            opened = begun.match(data, position, stop)
            return (None if opened and opened.end() == stop else MALFORMED), cells
        position, cells = cell.end(), cells + 1
        if position >= stop or data[position] != delimiter:
            return position, cells
        position += 1


def _after_line_end(data: bytes, position: int) -> int:
    return position + 2 if data[position : position + 2] == b"\r\n" else min(position + 1, len(data))


def cells_alone(record: bytes, dialect: Dialect) -> int:
    """How many cells a record has that must end where these bytes end; 0 if it does not."""
    outcome, cells = _walk(record, 0, len(record), dialect.delimiter)
    ended = outcome is not None and outcome >= 0 and _after_line_end(record, outcome) == len(record)
    return cells if ended else 0


def split(record: bytes, dialect: Dialect) -> list[bytes]:
    """The cells of one well-formed record, without their quotes."""
    whole, _ = _patterns(dialect.delimiter)
    record = record.removesuffix(b"\n").removesuffix(b"\r")
    found: list[bytes] = []
    position = 0
    while True:
        cell = whole.match(record, position)
        if cell is None:
            return [*found, record[position:]]
        text = cell.group()
        found.append(text[1:-1].replace(b'""', b'"') if text.startswith(b'"') else text)
        if cell.end() >= len(record):
            return found
        position = cell.end() + 1


def _kept(cells: npt.NDArray[np.uint8], ends: Offsets, consumed: int, broken: dict[int, str], limits: Limits) -> Scan:
    """The scan without blank lines, and with records beyond the bound set aside."""
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]]) if ends.size else ends
    first = cells[starts] if ends.size else cells[:0]
    blank = (first == NEWLINE) | (first == RETURN)
    for index in np.flatnonzero(ends - starts > limits.record).tolist():
        broken[index] = "row_too_large"
    if blank.any():
        places = np.cumsum(~blank) - 1
        broken = {int(places[index]): why for index, why in broken.items()}
        starts, ends = starts[~blank], ends[~blank]
    return Scan(starts, ends, consumed, broken)
