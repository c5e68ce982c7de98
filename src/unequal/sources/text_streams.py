"""The bytes of a text file: unpacked, and as UTF-8 whatever they were.

Offsets count the bytes of the decompressed file. A file in UTF-16 is read as UTF-8; `original_offsets`
leads every place back to the byte of the file that it came from.
"""

from __future__ import annotations

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, Literal

import numpy as np
import numpy.typing as npt

from unequal.terms.errors import SourceError

Encoding = Literal["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]

_MARKS: Final[tuple[tuple[bytes, Encoding], ...]] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_LOOKED_AT: Final = 4096
_TELLING: Final = 8
_BYTES_OF_LEAD: Final = np.array([2] * 0x80 + [0] * 0x40 + [2] * 0x30 + [4] * 0x0F + [1], np.int64)
"""How many bytes in UTF-16 a character has, by its first byte in UTF-8; 0 for later bytes, 1 for what stands for half a character."""


class TextStream:
    """A text file, read from its first byte to its last.

    Args:
        path: the file; unpacked where it begins as gzip does, or as a zip with one file inside, whatever its name.
        where: how errors name it.
    """

    def __init__(self, path: Path, where: str) -> None:
        self.path, self.where = path, where
        self.raw_bytes = 0
        self.encoding, self.mark = _encoding_of(self._head())

    def _head(self) -> bytes:
        with self._open() as file:
            return self._read(file, _LOOKED_AT)

    def _open(self) -> IO[bytes]:
        try:
            with self.path.open("rb") as file:
                begins = file.read(4)
            if begins == _ZIP:
                return self._member()
            return gzip.open(self.path) if begins.startswith(_GZIP) else self.path.open("rb")  # type: ignore[return-value]
        except OSError as error:
            raise SourceError("SRC002", "a file cannot be opened", where=self.where, seen=error.strerror or str(error),
                              do="check that it is there and may be read") from error  # fmt: skip

    def _member(self) -> IO[bytes]:
        """The one file of a zip, read as it is unpacked."""
        try:
            archive = zipfile.ZipFile(self.path)
            inside = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(inside) == 1:
                return archive.open(inside[0])
            seen = f"{len(inside):,} files inside"
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            seen = str(error)
        raise SourceError("SRC005", "a zip is damaged, or does not hold exactly one file", where=self.where, seen=seen,
                          do="fetch it again, or unpack it and read the files in it")  # fmt: skip

    def _read(self, file: IO[bytes], size: int) -> bytes:
        try:
            return file.read(size)
        except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
            raise SourceError("SRC005", "a compressed file is cut off or damaged", where=self.where, seen=str(error),
                              do="fetch it again; nothing of it was taken") from error  # fmt: skip

    def chunks(self, size: int) -> Iterator[bytes]:
        """The text as UTF-8 without its byte order mark, in chunks of about `size` bytes of the file."""
        decoder = codecs.getincrementaldecoder(self.encoding)("surrogatepass") if self.encoding.startswith("utf-16") else None
        with self._open() as file:
            self._read(file, self.mark)
            self.raw_bytes = self.mark
            while chunk := self._read(file, size):
                self.raw_bytes += len(chunk)
                yield chunk if decoder is None else decoder.decode(chunk).encode("utf-8", "surrogatepass")
        if decoder is not None:
            # Of half a character at the end, each byte stays as one that is no UTF-8: its row is quarantined.
            yield b"\xff" * len(decoder.getstate()[0])

    def line_at(self, offset: int) -> int:
        """Number of the line, from 1, that holds a byte of the decompressed file."""
        newlines = returns = 0
        with self._open() as file:
            while offset > 0 and (chunk := self._read(file, min(offset, 1 << 20))):
                newlines, returns, offset = newlines + chunk.count(b"\n"), returns + chunk.count(b"\r"), offset - len(chunk)
        return (newlines or returns) + 1


def _encoding_of(head: bytes) -> tuple[Encoding, int]:
    """The encoding that a file's first bytes show, and how many of them mark it."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    even, odd = head[0::2], head[1::2]
    # Mostly Latin text in UTF-16 has a zero in every second byte, and none in the others.
    if len(head) >= _TELLING and odd.count(0) > len(odd) * 0.7 and not even.count(0):
        return "utf-16-le", 0
    if len(head) >= _TELLING and even.count(0) > len(even) * 0.7 and not odd.count(0):
        return "utf-16-be", 0
    return "utf-8", 0


def original_offsets(text: bytes, offsets: npt.NDArray[np.int64], base: int, encoding: str) -> npt.NDArray[np.int64]:
    """Offsets in the file of offsets in its text.

    Args:
        text: UTF-8 that begins at byte `base` of the file.
        offsets: places in `text`, each at the start of a character or at its end.
        base: where the text begins in the file.
        encoding: the file's.
    """
    if not encoding.startswith("utf-16"):
        return offsets + base
    lead = np.frombuffer(text, np.uint8)
    width = _BYTES_OF_LEAD[lead]
    return base + np.concatenate([[0], np.cumsum(width)])[offsets]
