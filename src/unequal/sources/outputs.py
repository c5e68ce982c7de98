"""The tables that accepting a source writes, row by row as they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pyarrow as pa
import pyarrow.parquet as pq

from unequal.sources.arrow import Values, pc
from unequal.sources.tables import BYTE, FLAG, QUARANTINED, ROW, SPAN
from unequal.terms.tables import TableContract

_ARROW: Final[dict[str, pa.DataType]] = {"string": pa.string(), "int64": pa.int64()}
_SAMPLE: Final = 10_000
_KEPT: Final = 50_000
"""Rows of a contract table that are kept in memory before they are written."""


class Columnar:
    """A Parquet file that grows; written beside the thread that reads, so that both cores work."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._path, self._schema = path, schema
        self._writer: pq.ParquetWriter | None = None
        self._pool = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def _write(self, table: pa.Table) -> None:
        if self._writer is None:
            self._writer = self._open(table)
        self._writer.write_table(table)

    def _open(self, first: pa.Table) -> pq.ParquetWriter:
        """Open the file, encoding each column as its first rows suggest: half of the time goes into encoding."""
        counting = [name for name in (ROW, BYTE) if name in self._schema.names]
        repeating: Any = [name for name in self._schema.names if name not in counting and _repeats(first.column(name))]
        return pq.ParquetWriter(
            self._path, self._schema, compression="zstd", compression_level=1, write_statistics=False,
            use_dictionary=repeating, column_encoding=dict.fromkeys(counting, "DELTA_BINARY_PACKED"),
        )  # fmt: skip

    def add(self, table: pa.Table) -> None:
        """Append a table of the file's schema; at most one waits while another is written."""
        if table.num_rows:
            self._settle()
            self._last = self._pool.submit(self._write, table)

    def _settle(self) -> None:
        if self._last is not None:
            self._last.result()

    def close(self) -> None:
        """Write what is left, and close the file."""
        try:
            self._settle()
        finally:
            self._pool.shutdown()
            writer = self._writer or self._open(self._schema.empty_table())
            writer.close()


def _repeats(column: Values) -> bool:
    sample = column.slice(0, _SAMPLE)
    return bool(2 * pc.count_distinct(sample).as_py() <= len(sample))


class Rows:
    """A table of a contract, filled with plain rows."""

    def __init__(self, contract: TableContract, path: Path) -> None:
        self._contract = contract
        self._schema = schema_of(contract)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._rows: list[tuple[Any, ...]] = []
        self.count = 0

    def add(self, *values: Any) -> None:
        """Append a row, its values in the contract's order."""
        self._rows.append(values)
        self.count += 1
        if len(self._rows) >= _KEPT:
            self._write()

    def _write(self) -> None:
        columns = list(zip(*self._rows, strict=True)) or [()] * len(self._schema)
        arrays = [pa.array(column, kind) for column, kind in zip(columns, self._schema.types, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._rows.clear()

    def close(self) -> None:
        """Write what is left, and close the file."""
        self._write()
        self._writer.close()


def schema_of(contract: TableContract) -> pa.Schema:
    """A contract's columns as Arrow has them."""
    return pa.schema([(column.name, _ARROW[column.type]) for column in contract.columns])


def write_rows(contract: TableContract, path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a small contract table at once."""
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema_of(contract)), path, compression="zstd")


class Outputs:
    """All tables of one source, open for writing.

    Args:
        folder: where they are written.
        raw: columns of `raw` and their types.
        typed: columns of the typed rows and their types; written to `typed_path`, and numbered there later.
    """

    def __init__(self, folder: Path, typed_path: Path, *, raw: pa.Schema, typed: pa.Schema) -> None:
        self.raw = Columnar(folder / "raw.parquet", raw)
        self.typed = Columnar(typed_path, typed)
        self.quarantined = Rows(QUARANTINED, folder / "quarantined.parquet")
        self.spans = Rows(SPAN, folder / "span.parquet")
        self.flags = Rows(FLAG, folder / "flag.parquet")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for table in (self.raw, self.typed, self.quarantined, self.spans, self.flags):
            table.close()
