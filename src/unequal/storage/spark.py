"""Spark, for bases that one machine cannot hold; needs the extra `[spark]` and Java 17."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Final

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from unequal.storage.engine import Engine, to_arrow
from unequal.storage.engine_differences import EngineName
from unequal.terms.errors import StorageError

_VIEWS: Final = count(1)
"""Numbers of views: the session is the process's, and two open engines must not take each other's tables for their own."""


class SparkEngine(Engine):
    """One Spark session in UTC; tables are handed over through Parquet, so that no row passes through pandas."""

    name: EngineName = "spark"

    def __init__(self, scratch: Path, *, threads: int | None = None) -> None:
        super().__init__(scratch)
        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise StorageError("STO004", "the engine spark is not installed", do="pip install 'unequal[spark]', with Java 17") from error
        self._session = (
            SparkSession.builder.master(f"local[{threads or '*'}]")
            .appName("unequal")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
            .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
            # Else Spark puts the environment's values into texts that hold ${env:NAME}, in a cell or a column's name.
            .config("spark.sql.variable.substitute", "false")
            .getOrCreate()
        )
        self._backend = ibis.pyspark.connect(self._session)

    def read(self, paths: Path | Sequence[Path]) -> ibis.Table:
        """See Engine.read."""
        wanted = [paths] if isinstance(paths, Path) else list(paths)
        missing = [path for path in wanted if not path.exists()]
        if missing:
            raise StorageError("STO001", "a table of Unequal's own cannot be read", where=str(missing[0]), seen="no such file",
                               do="run `unequal run` again; it makes it anew")  # fmt: skip
        name = f"read_{next(_VIEWS)}"
        self._session.read.parquet(*[str(path) for path in wanted]).createOrReplaceTempView(name)
        return self._backend.table(name)

    def rows(self, types: Mapping[str, str], data: Sequence[Mapping[str, Any]] | pa.Table) -> ibis.Table:
        """See Engine.rows."""
        path = self.scratch / f"rows-{next(self._numbers)}.parquet"
        pq.write_table(to_arrow(types, data), path)
        return self.read(path)

    def write(self, table: ibis.Table, path: Path) -> None:
        """See Engine.write: a folder of Parquet files, as Spark writes them."""
        frame, schema = self._session.sql(self._backend.compile(table)), table.schema()
        columns = []
        for name in table.columns:
            column = frame["`" + name.replace("`", "``") + "`"]  # a dot in a name would look into a struct
            # Ibis takes Spark's ranks, which are int32, for int64, and drops the cast. Other kinds stand as they are: days and moments have no zone.
            is_other = schema[name].is_int64() and frame.schema[name].dataType.typeName() != "long"
            columns.append(column.cast("long").alias(name) if is_other else column)
        frame.select(*columns).write.parquet(str(path))

    def arrow(self, table: ibis.Table) -> pa.Table:
        """See Engine.arrow."""
        path = self.scratch / f"arrow-{next(self._numbers)}.parquet"
        self.write(table, path)
        return pq.read_table(path).select(list(table.columns))

    def batches(self, table: ibis.Table, rows: int = 250_000) -> Iterator[pa.RecordBatch]:
        """See Engine.batches."""
        yield from self.arrow(table).to_batches(max_chunksize=rows)

    def close(self) -> None:
        """See Engine.close; the session is shared by the process and ends with it."""
