"""What every reader hands over: stretches of a file, in order, with their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from unequal.sources.limits import RAW_BYTES

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Broken:
    """A row that could not be read as one.

    Args:
        row: which data row of the file.
        start: its first byte; None outside text files.
        end: the byte after its last.
        reason: code of the reason.
        detail: the reason in words.
        raw: what stands there.
        column: the column at fault, where one is.
        cells: its cells, where they could be told apart.
    """

    row: int | None
    start: int | None
    end: int | None
    reason: str
    detail: str
    raw: str
    column: str | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A stretch of a file, read.

    Args:
        rows: the readable rows, columns as the file names them.
        numbers: which data row of the file each is, from 1.
        starts: first byte of each; None outside text files.
        ends: the byte after each.
        broken: what is not readable, in order.
        span: the bytes that the stretch covers, blank lines included.
        raw: the text of a row, by its place in `rows`.
    """

    rows: pa.Table
    numbers: Places
    starts: Places | None = None
    ends: Places | None = None
    broken: tuple[Broken, ...] = ()
    span: tuple[int, int] = (0, 0)
    raw: Callable[[int], str] = field(default=lambda _: "")


class Reader(Protocol):
    """An open file. Its pieces come as calls not yet made, so that several can be made at once."""

    columns: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    encoding: str
    prelude: tuple[tuple[int, int, str], ...]
    """Spans before the data: start, end, and header or skipped."""

    def pieces(self) -> Iterator[Callable[[], Piece]]:
        """The stretches of the file in order."""
        ...

    def size(self) -> int | None:
        """Bytes of the file, decompressed, once its pieces are all read."""
        ...


def shown(raw: bytes) -> str:
    """Bytes as text that can be kept: what is no UTF-8 as backslash escapes, control bytes too, cut at 4,096 bytes."""
    text = raw[:RAW_BYTES].decode("utf-8", "backslashreplace")
    return text.translate(_CONTROLS)


_CONTROLS = {code: f"\\x{code:02x}" for code in range(32) if code not in (9, 10, 13)} | {0x7F: "\\x7f"}
