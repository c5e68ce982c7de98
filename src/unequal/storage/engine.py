"""The verbs with which a step asks an engine to do what a lazy table describes."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from unequal.storage.engine_differences import EngineName
from unequal.terms.errors import StorageError

ROWS_AT_MOST = 1_000_000
"""What `fetch` hands over at the most; more belongs in `batches`."""


ROWS_A_GROUP = 250_000
"""Rows that Parquet keeps together."""

_FEW_VALUES = 0.1
_LOOKED_AT = 10_000


class Engine(ABC):
    """One open engine. Tables are Ibis expressions bound to it; nothing runs until a verb is called."""

    name: EngineName

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)
        self._numbers = count(1)
        self._made: dict[object, Path] = {}

    @abstractmethod
    def read(self, paths: Path | Sequence[Path]) -> ibis.Table:
        """The rows of one or more Parquet files (or folders of them) of the same columns.

        Raises:
            StorageError: STO001, a file is missing or is no Parquet.
        """

    @abstractmethod
    def rows(self, types: Mapping[str, str], data: Sequence[Mapping[str, Any]] | pa.Table) -> ibis.Table:
        """A small table from memory, with the given Ibis types; an absent key is null."""

    @abstractmethod
    def write(self, table: ibis.Table, path: Path) -> None:
        """Run a table and write it as Parquet at `path`, which must not exist yet."""

    def write_rows(self, types: Mapping[str, str], data: pa.Table, path: Path) -> None:
        """Write rows from memory as Parquet at `path`, in the order they have: no engine has to take them over first.

        Args:
            types: Ibis types of the columns.
            data: a column for each of them.
            path: must not exist yet.

        Raises:
            StorageError: STO003, there is no room for them.
        """
        table = to_arrow(types, data)
        try:
            pq.write_table(table, path, compression="zstd", row_group_size=ROWS_A_GROUP, use_dictionary=_of_few_values(table))
        except OSError as error:
            raise StorageError("STO003", "a table cannot be written", where=str(path), seen=str(error),
                               do="make room on the disk; the last published run is unharmed") from error  # fmt: skip

    def stored(self, path: Path, *, as_codes: Sequence[str] = ()) -> pa.Table:
        """The rows of a table that an engine wrote, in the order in which they stand there.

        Args:
            path: the Parquet file.
            as_codes: columns of texts of which few are distinct: they are handed over as Arrow dictionaries, as Parquet mostly has them.

        Raises:
            StorageError: STO001, it is missing or is no Parquet.
        """
        try:
            return pq.read_table(path, read_dictionary=list(as_codes))
        except (OSError, pa.ArrowInvalid) as error:
            raise StorageError("STO001", "a table of Unequal's own cannot be read", where=str(path), seen=str(error).partition("\n")[0],
                               do="run `unequal run` again; it makes it anew") from error  # fmt: skip

    @abstractmethod
    def arrow(self, table: ibis.Table) -> pa.Table:
        """Run a table and hand over all of its rows."""

    @abstractmethod
    def batches(self, table: ibis.Table, rows: int = 250_000) -> Iterator[pa.RecordBatch]:
        """Run a table and hand over its rows in batches, in bounded memory."""

    @abstractmethod
    def close(self) -> None:
        """End the engine; tables bound to it are no longer usable."""

    def materialise(self, table: ibis.Table, name: str) -> ibis.Table:
        """Run a table once into the scratch folder, and hand back the rows as a table to read."""
        path = self.scratch / f"{next(self._numbers):04}-{name}.parquet"
        self.write(table, path)
        made = self.read(path)
        self._made[made.op()] = path
        return made

    def drop(self, table: ibis.Table) -> None:
        """Let a table go that `materialise` handed back; nothing may read it any more."""
        path = self._made.pop(table.op())
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

    def count(self, table: ibis.Table) -> int:
        """How many rows a table has."""
        return int(self.arrow(table.aggregate(rows=table.count()))["rows"][0].as_py())

    def fetch(self, table: ibis.Table) -> list[dict[str, Any]]:
        """The rows of a small result as Python values.

        Raises:
            StorageError: STO002, there are more than 1,000,000 rows.
        """
        found = self.arrow(table.limit(ROWS_AT_MOST + 1))
        if found.num_rows > ROWS_AT_MOST:
            raise StorageError(
                "STO002", "too many rows to fetch into Python", seen=f"more than {ROWS_AT_MOST:,}", do="read them in batches"
            )
        rows: list[dict[str, Any]] = found.to_pylist()
        return rows

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _of_few_values(table: pa.Table) -> list[str]:
    """Columns worth a dictionary, judged by their first rows."""
    some = table.slice(0, _LOOKED_AT)
    return [name for name in table.column_names if len(some[name].unique()) <= _FEW_VALUES * some.num_rows]


def schema_of(types: Mapping[str, str]) -> ibis.Schema:
    """Ibis schema of a contract's types, all nullable: what is required is checked apart."""
    return ibis.schema(dict(types))


def to_arrow(types: Mapping[str, str], data: Sequence[Mapping[str, Any]] | pa.Table) -> pa.Table:
    """Rows of Python values, or an Arrow table, as an Arrow table of exactly these types."""
    schema = schema_of(types).to_pyarrow()
    if isinstance(data, pa.Table):
        return data.select(schema.names).cast(schema)
    unknown = {name for row in data for name in row} - set(schema.names)
    if unknown:
        raise KeyError(f"not in the contract: {sorted(unknown)}")
    return pa.Table.from_pylist([dict(row) for row in data], schema=schema)
