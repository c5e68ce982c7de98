"""DuckDB, the embedded default engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from duckdb import Error as DuckDBError
from duckdb import IOException

from unequal.storage.engine import Engine, to_arrow
from unequal.storage.engine_differences import EngineName
from unequal.terms.errors import StorageError


class DuckDBEngine(Engine):
    """In memory, spilling to the scratch folder above its memory limit."""

    name: EngineName = "duckdb"

    def __init__(self, scratch: Path, *, memory_limit: str = "1500MB", threads: int | None = None) -> None:
        super().__init__(scratch)
        settings: dict[str, Any] = {"memory_limit": memory_limit, "temp_directory": str(scratch / "spill")}
        if threads is not None:
            settings["threads"] = threads
        self._backend = ibis.duckdb.connect(":memory:", **settings)
        # Naive timestamps are UTC by contract; the session must not shift them to the machine's zone.
        self._backend.raw_sql("SET TimeZone = 'UTC'")
        # Order of rows carries no meaning in a table; giving it up keeps large writes inside the memory limit.
        self._backend.raw_sql("SET preserve_insertion_order = false")

    def read(self, paths: Path | Sequence[Path]) -> ibis.Table:
        """See Engine.read."""
        wanted = [paths] if isinstance(paths, Path) else list(paths)
        try:
            return self._backend.read_parquet([str(path) for path in wanted])
        except DuckDBError as error:
            raise StorageError("STO001", "a table of Unequal's own cannot be read", where=str(wanted[0]), seen=first_line(error),
                               do="run `unequal run` again; it makes it anew") from error  # fmt: skip

    def rows(self, types: Mapping[str, str], data: Sequence[Mapping[str, Any]] | pa.Table) -> ibis.Table:
        """See Engine.rows."""
        name = f"rows_{next(self._numbers)}"
        made: ibis.Table = self._backend.create_table(name, to_arrow(types, data), temp=True)
        return made

    def write(self, table: ibis.Table, path: Path) -> None:
        """See Engine.write."""
        place = str(path).replace("'", "''")
        self._run(f"COPY ({self._typed(table)}) TO '{place}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 250000)", path)

    def materialise(self, table: ibis.Table, name: str) -> ibis.Table:
        """See Engine.materialise. Kept as a temporary table, which costs half of what a file does; it spills to the scratch folder too."""
        made = f"{name}_{next(self._numbers):04}"
        self._run(f"CREATE TEMP TABLE {_quoted(made)} AS {self._typed(table)}", self.scratch)
        return self._backend.table(made)

    def _run(self, statement: str, place: Path) -> None:
        """Run a statement that puts rows at, or below, a place."""
        try:
            self._backend.raw_sql(statement)
        except IOException as error:
            raise StorageError("STO003", "a table cannot be written", where=str(place), seen=first_line(error),
                               do="make room on the disk; the last published run is unharmed") from error  # fmt: skip

    def _typed(self, table: ibis.Table) -> str:
        """The query of a table, with exactly the types that its expression has.

        A sum of int64 is a HUGEINT to DuckDB, and Parquet would keep it as a double; Ibis takes it for an
        int64 and leaves a cast away as needless.
        """
        types = self._backend.compiler.type_mapper
        columns = ", ".join(f"CAST({_quoted(name)} AS {types.to_string(kind)}) AS {_quoted(name)}" for name, kind in table.schema().items())
        return f"SELECT {columns} FROM ({self._backend.compile(table)})"  # noqa: S608 - names are quoted

    def arrow(self, table: ibis.Table) -> pa.Table:
        """See Engine.arrow."""
        found: pa.Table = self._backend.to_pyarrow(table)
        return found

    def batches(self, table: ibis.Table, rows: int = 250_000) -> Iterator[pa.RecordBatch]:
        """See Engine.batches."""
        yield from self._backend.to_pyarrow_batches(table, chunk_size=rows)

    def close(self) -> None:
        """See Engine.close."""
        self._backend.disconnect()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def first_line(error: Exception) -> str:
    """The first line of an engine's error: the rest is its query."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
