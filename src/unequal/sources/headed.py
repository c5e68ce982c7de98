"""Text files that begin with lines to pass over and a line of column names: what stands before their rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa

from unequal.config import Source
from unequal.sources.blocks import FORBIDDEN, Block, blocks
from unequal.sources.limits import LIMITS, Limits
from unequal.sources.pieces import Piece, shown
from unequal.sources.scanning import Scan, line_ends
from unequal.sources.text_streams import TextStream, original_offsets
from unequal.terms.errors import SourceError


class HeadedReader(ABC):
    """A text file with a header; how its records and cells are told apart is its format's.

    Raises:
        SourceError: SRC002 it cannot be opened, SRC004 it is empty, SRC005 its compression is broken,
            SRC022 its header is no text.
    """

    def __init__(self, path: Path, source: Source, where: str, *, limits: Limits = LIMITS) -> None:
        self.stream = TextStream(path, where)
        self.where, self.limits = where, limits
        self.encoding: str = self.stream.encoding
        self._begin, self._skipped = 0, source.skip_lines
        header = self._header(source)
        self.columns = tuple(source.header) if source.header else header
        self.types: tuple[pa.DataType, ...] = (pa.string(),) * len(self.columns)

    @abstractmethod
    def first_records(self, data: bytes, *, final: bool) -> Scan:
        """The records of a buffer, while it is not known yet how many cells a record has."""

    @abstractmethod
    def records(self, data: bytes, *, final: bool) -> Scan:
        """The records of a buffer that begins where a record begins."""

    @abstractmethod
    def cells_of(self, record: bytes) -> Sequence[bytes]:
        """The cells of one record."""

    @abstractmethod
    def read(self, block: Block) -> Piece:
        """The rows of a block, and what in it is none."""

    def _header(self, source: Source) -> tuple[str, ...]:
        """Read the lines before the data; what they span becomes the prelude."""
        data = b""
        final = False
        chunks = self.stream.chunks(min(self.limits.block, 1 << 16))
        while True:
            skipped = _skipped_end(data, source.skip_lines, final=final)
            if skipped is not None:
                rest = data[skipped:]
                found = self.first_records(rest, final=final)
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
            names = [cell.decode().strip() for cell in self.cells_of(header)]
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
        for block in blocks(self.stream, self.records, self.limits, begin=self._begin, base=self._base):
            yield partial(self.read, block)


def _skipped_end(data: bytes, lines: int, *, final: bool) -> int | None:
    """Offset after so many lines; None where more must be read to know."""
    if not lines:
        return 0
    ends = line_ends(data, np.frombuffer(data, np.uint8), final=final)
    if ends.size >= lines:
        return int(ends[lines - 1])
    return len(data) if final else None
