"""Many rows between Arrow and a database, at the speed of its own bulk path."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import sqlalchemy as sa

from unequal.storage.state import driver

ROWS_AT_ONCE: Final = 100_000


def load(connection: sa.Connection, table: str, batches: Iterable[pa.RecordBatch]) -> int:
    """Append batches to a table with the same column names, inside the connection's transaction.

    Returns:
        How many rows.
    """
    add = _copy if connection.dialect.name == "postgresql" else _insert
    rows = 0
    for batch in batches:
        add(connection, table, batch)
        rows += batch.num_rows
    return rows


def read(connection: sa.Connection, statement: str, schema: pa.Schema, values: Sequence[str] = ()) -> Iterator[pa.RecordBatch]:
    """Rows of a query in batches, in bounded memory; it must select texts, dates as YYYY-MM-DD, in the schema's order.

    Args:
        values: texts for every `?` of the statement.
    """
    # Not through SQLAlchemy's result: it costs more per row than the query, and keeps the first rows to itself.
    named = {"name": "membership"} if connection.dialect.name == "postgresql" else {}
    cursor = _cursor(connection, **named)
    try:
        cursor.execute(driver.as_read(connection, statement), values)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            texts = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
            yield pa.record_batch([column.cast(kind) for column, kind in zip(texts, schema.types, strict=True)], schema=schema)
    finally:
        cursor.close()


def _insert(connection: sa.Connection, table: str, batch: pa.RecordBatch) -> None:
    names = batch.schema.names
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608 - our own names
    columns = [_plain(column).to_pylist() for column in batch.columns]
    _cursor(connection).executemany(statement, list(zip(*columns, strict=True)))


def _copy(connection: sa.Connection, table: str, batch: pa.RecordBatch) -> None:
    # Arrow writes a text in quotes and a null as nothing, which is how COPY tells them apart.
    text = io.BytesIO()
    pa_csv.write_csv(batch, text, pa_csv.WriteOptions(include_header=False, quoting_style="needed"))
    with _cursor(connection).copy(f"COPY {table} ({', '.join(batch.schema.names)}) FROM STDIN (FORMAT csv)") as copy:
        copy.write(text.getbuffer())


def _plain(column: Any) -> Any:
    return pc.cast(column, pa.string()) if pa.types.is_date(column.type) else column


def _cursor(connection: sa.Connection, **named: str) -> Any:
    """The driver's own cursor: SQLAlchemy's adds a cost per row that bulk cannot afford.

    One with a name stays on PostgreSQL's server, which else would send all rows at once.
    """
    return connection.connection.driver_connection.cursor(**named)  # type: ignore[union-attr]
