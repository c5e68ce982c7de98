"""Parquet files, whose columns keep their types."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unequal.sources.pieces import Piece
from unequal.terms.errors import SourceError

SAFE_SINCE = (14, 0, 1)
"""The first pyarrow in which reading a Parquet file cannot run code that the file brings (CVE-2023-47248)."""
ROWS_AT_ONCE = 250_000


class ParquetReader:
    """A Parquet file.

    Raises:
        SourceError: SRC016 it cannot be read; SRC017 the installed pyarrow is not safe to read it with.
    """

    encoding = ""
    prelude: tuple[tuple[int, int, str], ...] = ()

    def __init__(self, path: Path, where: str) -> None:
        check_pyarrow(pa.__version__)
        self.path, self.where = path, where
        try:
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(where, error) from error
        schema = self._file.schema_arrow
        self.columns = tuple(schema.names)
        self.types = tuple(schema.types)

    def size(self) -> int:
        """See Reader.size."""
        return self.path.stat().st_size

    def pieces(self) -> Iterator[Callable[[], Piece]]:
        """See Reader.pieces."""
        first = 1
        try:
            for batch in self._file.iter_batches(batch_size=ROWS_AT_ONCE):
                yield partial(_piece, batch, first)
                first += batch.num_rows
        except (OSError, pa.ArrowException) as error:
            raise _unreadable(self.where, error) from error


def typed_piece(table: pa.Table, first: int) -> Piece:
    """Stored rows, numbered from `first`, as a piece."""
    return Piece(table, np.arange(first, first + table.num_rows), raw=lambda row: str(table.slice(row, 1).to_pylist()[0])[:4096])


def _piece(batch: pa.RecordBatch, first: int) -> Piece:
    return typed_piece(pa.Table.from_batches([batch]), first)


def _unreadable(where: str, error: Exception) -> SourceError:
    told = str(error).splitlines()[0] if str(error) else type(error).__name__
    return SourceError("SRC016", "a Parquet file cannot be read", where=where, seen=told, do="fetch it again; nothing of it was taken")


def check_pyarrow(version: str) -> None:
    """Refuse to open Parquet with a pyarrow that runs code out of it.

    Raises:
        SourceError: SRC017.
    """
    numbers = tuple(int(part) for part in version.split(".")[:3] if part.isdigit())
    if numbers < SAFE_SINCE:
        raise SourceError("SRC017", "the installed pyarrow is not safe to open Parquet with", seen=version, do="pip install 'pyarrow>=17'")
