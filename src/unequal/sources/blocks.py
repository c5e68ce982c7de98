"""Text files in blocks that end where a record ends, and what is checked in every block."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import pyarrow as pa

from unequal.sources.limits import RAW_BYTES, Limits
from unequal.sources.pieces import Broken, Piece, shown
from unequal.sources.scanning import Scan, line_ends
from unequal.sources.text_streams import TextStream, original_offsets

FORBIDDEN: Final = {
    0x00: ("nul_byte", "a NUL byte stands in it"),
    0x1A: ("ctrl_z", "a Ctrl-Z (end of file in DOS) stands in it"),
    0x1F: ("control_character", "a unit separator stands in it, which parts the columns of a key"),
}
DETAILS: Final = {
    "unterminated_quote": "a quote opens a cell and is not closed within its bounds; reading goes on with the next line",
    "malformed_quote": "text follows a closing quote; reading goes on with the next line",
    "row_too_large": "the row is larger than the bound for rows",
}
_TOGETHER: Final = 256
"""Records whose text is checked at once, before each is looked at alone."""


class Scanning(Protocol):
    """Finds the records of a buffer that begins where a record begins."""

    def __call__(self, data: bytes, *, final: bool) -> Scan:
        """The records; nothing follows a final buffer."""
        ...


@dataclass(frozen=True)
class Block:
    """Records cut out of a file.

    Args:
        data: UTF-8 that begins where a record begins.
        found: its records.
        base: where `data` begins in the file.
        width: how many bytes of the file it covers.
        first_row: number of its first record among the file's data rows.
    """

    data: bytes
    found: Scan
    base: int
    width: int
    first_row: int


def blocks(stream: TextStream, scanning: Scanning, limits: Limits, *, begin: int, base: int) -> Iterator[Block]:
    """A file from its first data byte to its end.

    Args:
        begin: where the data begins in the text of the stream.
        base: where it begins in the file.
    """
    buffer, row, final = b"", 1, False
    chunks = stream.chunks(limits.block)
    while not final:
        chunk = next(chunks, None)
        final, chunk = chunk is None, chunk or b""
        buffer, begin = buffer + chunk[begin:], max(0, begin - len(chunk))
        if len(buffer) > limits.record and not final and not _has_line_end(buffer):
            block, buffer, final = _overlong(buffer, chunks, stream.encoding, base, row)
            yield block
            base, row = base + block.width, row + 1
        found = scanning(buffer, final=final)
        end = len(buffer) if final else found.consumed
        if end:
            width = int(original_offsets(buffer[:end], np.array([end]), 0, stream.encoding)[0])
            yield Block(buffer[:end], found, base, width, row)
            base, row, buffer = base + width, row + found.starts.size, buffer[end:]


def _has_line_end(buffer: bytes) -> bool:
    return buffer.find(b"\n") >= 0 or 0 <= buffer.find(b"\r") < len(buffer) - 1


def _overlong(buffer: bytes, chunks: Iterator[bytes], encoding: str, base: int, row: int) -> tuple[Block, bytes, bool]:
    """A line beyond every bound as a block of its own, of which only the beginning is kept; and what follows it."""
    head, width, final = buffer[:RAW_BYTES], 0, False
    while not final and not _has_line_end(buffer):
        # A CR at the very end may be half of a CRLF.
        kept = buffer[-1:] if buffer.endswith(b"\r") else b""
        width += _width(buffer[: len(buffer) - len(kept)], encoding)
        chunk = next(chunks, None)
        final, buffer = chunk is None, kept + (chunk or b"")
    ends = line_ends(buffer, np.frombuffer(buffer, np.uint8), final=final)
    end = int(ends[0]) if ends.size else len(buffer)
    found = Scan(np.zeros(1, np.int64), np.array([len(head)]), len(head), {0: "row_too_large"})
    return Block(head, found, base, width + _width(buffer[:end], encoding), row), buffer[end:], final


def _width(text: bytes, encoding: str) -> int:
    return int(original_offsets(text, np.array([len(text)]), 0, encoding)[0])


class BlockReading(ABC):
    """One block, read: records that are no text are set aside, then a format cuts the rest into cells."""

    def __init__(self, block: Block, stream: TextStream) -> None:
        self.block, self.stream = block, stream
        self.starts, self.ends = block.found.starts, block.found.ends
        self.why: dict[int, tuple[str, str]] = {place: (why, DETAILS[why]) for place, why in block.found.broken.items()}

    @abstractmethod
    def cut(self) -> pa.Table:
        """The records that `good` leaves as a table; records that turn out to be none are set aside in `why`."""

    def cells_of(self, record: bytes) -> tuple[str, ...]:
        """The cells of a broken record, where they can be told apart."""
        del record
        return ()

    def good(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which records are not set aside."""
        good = np.ones(self.starts.size, bool)
        good[list(self.why)] = False
        return good

    def record(self, place: int) -> bytes:
        """The bytes of a record, as UTF-8."""
        return self.block.data[self.starts[place] : self.ends[place]]

    def piece(self) -> Piece:
        """The block as a piece."""
        self._find_control_bytes()
        self._find_bad_text()
        table = self.cut()
        block = self.block
        places = original_offsets(block.data, np.append(self.starts, self.ends), block.base, self.stream.encoding)
        starts, ends = places[: self.starts.size], places[self.starts.size :]
        if len(block.data) < block.width and starts.size == 1 and not self.stream.encoding.startswith("utf-16"):
            ends = np.array([block.base + block.width])
        good = self.good()
        kept = np.flatnonzero(good)
        return Piece(
            rows=table,
            numbers=kept + block.first_row,
            starts=starts[good],
            ends=ends[good],
            broken=tuple(self._broken(place, int(starts[place]), int(ends[place])) for place in sorted(self.why)),
            span=(block.base, block.base + block.width),
            raw=lambda row: shown(self.record(int(kept[row]))),
        )

    def _broken(self, place: int, start: int, end: int) -> Broken:
        reason, detail = self.why[place]
        record = self.record(place)
        cells = self.cells_of(record) if reason == "ragged_row" else ()
        return Broken(self.block.first_row + place, start, end, reason, detail, shown(record), cells=cells)

    def _mark(self, offset: int, why: tuple[str, str]) -> int:
        """Set the record at an offset aside, and hand back where it ends."""
        place = int(np.searchsorted(self.ends, offset, side="right"))
        if place == self.ends.size:
            return len(self.block.data)
        if offset >= self.starts[place]:
            self.why.setdefault(place, why)
        return int(self.ends[place])

    def _find_control_bytes(self) -> None:
        for byte, why in FORBIDDEN.items():
            offset = self.block.data.find(byte)
            while offset >= 0:
                offset = self.block.data.find(byte, self._mark(offset, why))

    def _find_bad_text(self) -> None:
        if self.block.data.isascii() or _is_text(self.block.data):
            return
        for first in range(0, self.starts.size, _TOGETHER):
            last = min(first + _TOGETHER, self.starts.size)
            if _is_text(self.block.data[self.starts[first] : self.ends[last - 1]]):
                continue
            for place in range(first, last):
                try:
                    self.record(place).decode()
                except UnicodeDecodeError as error:
                    wrong = shown(error.object[error.start : error.end])
                    self.why.setdefault(place, ("bad_encoding", f"{wrong} is no {self.stream.encoding} text"))


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
