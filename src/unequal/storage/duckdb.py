"""DuckDB, the embedded default engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import pyarrow as pa
from duckdb import Error as DuckDBError
from duckdb import IOException
from ibis.backends.duckdb import Backend
from ibis.backends.duckdb.converter import DuckDBPyArrowData

from unequal.storage.engine import Engine, schema_of, to_arrow
from unequal.storage.engine_differences import EngineName
from unequal.terms.errors import StorageError

_COMPILER: Final = Backend()
"""Not connected: it turns tables into SQL and nothing else."""

_KEPT: Final = 512


class DuckDBEngine(Engine):
    """In memory, spilling to the scratch folder above its memory limit."""

    name: EngineName = "duckdb"

    def __init__(self, scratch: Path, *, memory_limit: str = "1500MB", threads: int | None = None) -> None:
        super().__init__(scratch)
        settings: dict[str, Any] = {"memory_limit": memory_limit}
        if threads is not None:
            settings["threads"] = threads
        self._backend = ibis.duckdb.connect(":memory:", **settings)
        self._read: dict[tuple[Any, ...], ibis.Table] = {}
        self._names: Counter[str] = Counter()
        # Set apart: Ibis takes engines of the same settings for one, and their tables for equal, so that what one compiled serves all.
        self._backend.raw_sql(f"SET temp_directory = {_text(scratch / 'spill')}")
        # Naive timestamps are UTC by contract; the session must not shift them to the machine's zone.
        self._backend.raw_sql("SET TimeZone = 'UTC'")
        # Order of rows carries no meaning in a table; giving it up keeps large writes inside the memory limit.
        self._backend.raw_sql("SET preserve_insertion_order = false")

    def read(self, paths: Path | Sequence[Path]) -> ibis.Table:
        """See Engine.read."""
        wanted = [paths] if isinstance(paths, Path) else list(paths)
        try:
            # What was read before is the same table again, unless a file was written anew.
            seen = tuple(
                (str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino) for path, stat in ((path, path.stat()) for path in wanted)
            )
            if seen not in self._read:
                self._read[seen] = self._view(wanted)
        except (DuckDBError, OSError) as error:
            raise StorageError("STO001", "a table of Unequal's own cannot be read", where=str(wanted[0]), seen=first_line(error),
                               do="run `unequal run` again; it makes it anew") from error  # fmt: skip
        return self._read[seen]

    def _view(self, paths: Sequence[Path]) -> ibis.Table:
        name = self._name(paths[0].stem)
        listed = ", ".join(_text(path) for path in paths)
        self._backend.raw_sql(f"CREATE TEMP VIEW {_quoted(name)} AS SELECT * FROM read_parquet([{listed}])")  # noqa: S608 - names and texts are quoted
        return self._table(name)

    def rows(self, types: Mapping[str, str], data: Sequence[Mapping[str, Any]] | pa.Table) -> ibis.Table:
        """See Engine.rows."""
        given, name = to_arrow(types, data), self._name("rows")
        handed = f"handed {name}"
        self._backend.con.register(handed, given)
        try:
            self._backend.raw_sql(f"CREATE TEMP TABLE {_quoted(name)} AS {_as_types(schema_of(types).items(), _quoted(handed))}")
        finally:
            self._backend.con.unregister(handed)
        return self._table(name)

    def _name(self, of: str) -> str:
        """A name that nothing has in this engine, and that the same table has in every other run: SQL that was compiled serves again."""
        self._names[of] += 1
        return f"{of}_{self._names[of]}"

    def _table(self, name: str) -> ibis.Table:
        """A view or table that is there, with the types that DuckDB gives its columns."""
        found = self._backend.con.sql(f"FROM {_quoted(name)}")
        schema = {column: _type(str(kind)) for column, kind in zip(found.columns, found.types, strict=True)}
        return ops.DatabaseTable(name, schema=schema, source=self._backend, namespace=ops.Namespace()).to_expr()

    def write(self, table: ibis.Table, path: Path) -> None:
        """See Engine.write."""
        self._run(f"COPY ({_typed(table)}) TO {_text(path)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 250000)", path)

    def materialise(self, table: ibis.Table, name: str) -> ibis.Table:
        """See Engine.materialise. Kept as a temporary table, which costs half of what a file does; it spills to the scratch folder too."""
        made = self._name(name)
        self._run(f"CREATE TEMP TABLE {_quoted(made)} AS {_typed(table)}", self.scratch)
        return self._table(made)

    def drop(self, table: ibis.Table) -> None:
        """See Engine.drop."""
        self._backend.raw_sql(f"DROP TABLE {_quoted(table.get_name())}")

    def _run(self, statement: str, place: Path) -> None:
        """Run a statement that puts rows at, or below, a place."""
        try:
            self._backend.raw_sql(statement)
        except IOException as error:
            raise StorageError("STO003", "a table cannot be written", where=str(place), seen=first_line(error),
                               do="make room on the disk; the last published run is unharmed") from error  # fmt: skip

    def arrow(self, table: ibis.Table) -> pa.Table:
        """See Engine.arrow."""
        found: pa.Table = DuckDBPyArrowData.convert_table(self._backend.con.sql(_compiled(table.op())).to_arrow_table(), table.schema())
        return found

    def batches(self, table: ibis.Table, rows: int = 250_000) -> Iterator[pa.RecordBatch]:
        """See Engine.batches."""
        found = self._backend.raw_sql(_compiled(table.op())).to_arrow_reader(rows)
        yield from pa.RecordBatchReader.from_batches(table.schema().to_pyarrow(), found)

    def close(self) -> None:
        """See Engine.close."""
        self._backend.disconnect()


@lru_cache(maxsize=_KEPT)
def _compiled(table: ops.Relation) -> str:
    """The SQL of a table: compiling costs more than running where rows are few, and runs and pages ask the same again and again."""
    return str(_COMPILER.compile(table.to_expr()))


@lru_cache(maxsize=_KEPT)
def _type(kind: str) -> dt.DataType:
    return _COMPILER.compiler.type_mapper.from_string(kind)


def _typed(table: ibis.Table) -> str:
    """The query of a table, with exactly the types that its expression has.

    A sum of int64 is a HUGEINT to DuckDB, and Parquet would keep it as a double; Ibis takes it for an
    int64 and leaves a cast away as needless.
    """
    return _as_types(table.schema().items(), f"({_compiled(table.op())})")


def _as_types(columns: Iterable[tuple[str, dt.DataType]], rows: str) -> str:
    """A query of rows, each column cast to its type."""
    types = _COMPILER.compiler.type_mapper
    cast = ", ".join(f"CAST({_quoted(name)} AS {types.to_string(kind)}) AS {_quoted(name)}" for name, kind in columns)
    return f"SELECT {cast} FROM {rows}"  # noqa: S608 - names are quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def first_line(error: Exception) -> str:
    """The first line of an engine's error: the rest is its query."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
