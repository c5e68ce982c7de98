"""Tables of other applications' databases, read and never written: SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from unequal.terms.errors import StorageError

_DIGITS_AT_MOST: Final = 38
ROWS_AT_ONCE: Final = 50_000
_SQLITE_TYPES: Final[dict[frozenset[str], pa.DataType]] = {
    frozenset({"integer"}): pa.int64(),
    frozenset({"real"}): pa.float64(),
    frozenset({"integer", "real"}): pa.float64(),
}
_PLAIN: Final = (
    "bool",
    "int2",
    "int4",
    "int8",
    "float4",
    "float8",
    "text",
    "varchar",
    "bpchar",
    "name",
    "date",
    "timestamp",
    "timestamptz",
)
"""PostgreSQL types that arrive in Arrow as what they are; numeric becomes a decimal, all others are asked for as text."""


@dataclass(frozen=True)
class DatabaseTable:
    """A table to read.

    Args:
        address: `sqlite:PATH`, or an address of PostgreSQL (`postgresql://...`).
        table: its name, or schema and name with a point between them.
    """

    address: str
    table: str

    @property
    def quoted(self) -> str:
        """The name in quotes, so that no name is taken for SQL."""
        return ".".join(quoted(part) for part in self.table.split(".", 1))


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def columns_of(table: DatabaseTable) -> pa.Schema:
    """The columns of a table, with the types in which `stream_rows` hands them over.

    A column of SQLite whose values are of several types is text; NUMERIC of PostgreSQL is a decimal where it declares
    its scale, else text.

    Raises:
        StorageError: STO040 the driver is not installed, STO041 the database cannot be read.
    """
    if table.address.startswith("sqlite:"):
        schema: pa.Schema = _asked(table, _sqlite_columns)
        return schema
    return pa.schema([(name, kind) for name, kind, _ in _postgresql_columns(table)])


def stream_rows(table: DatabaseTable) -> Iterator[pa.RecordBatch]:
    """The rows of a table as Arrow, in batches and bounded memory, of the columns that `columns_of` names.

    Raises:
        StorageError: STO040, STO041 as above.
    """
    return _sqlite_rows(table) if table.address.startswith("sqlite:") else _postgresql_rows(table)


def _failed(table: DatabaseTable, error: Exception) -> StorageError:
    # The address may hold a password: only the driver's first line is told.
    told = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return StorageError(
        "STO041", "a database table cannot be read", where=table.table, seen=told, do="check the address, the table and your rights"
    )


def _asked(table: DatabaseTable, ask: Any) -> Any:
    try:
        with closing(_sqlite(table)) as connection:
            return ask(connection, table)
    except sqlite3.Error as error:
        raise _failed(table, error) from error


def _sqlite(table: DatabaseTable) -> sqlite3.Connection:
    path = Path(table.address.removeprefix("sqlite:")).resolve()
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, check_same_thread=False)
    connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
    return connection


def _sqlite_columns(connection: sqlite3.Connection, table: DatabaseTable) -> pa.Schema:
    cursor = connection.execute(f"SELECT * FROM {table.quoted} LIMIT 0")  # noqa: S608  (the name is quoted)
    fields = []
    for name in (column[0] for column in cursor.description):
        found = connection.execute(f"SELECT DISTINCT typeof({quoted(name)}) FROM {table.quoted}")  # noqa: S608
        kinds = frozenset(row[0] for row in found) - {"null"}
        fields.append((name, _SQLITE_TYPES.get(kinds, pa.string())))
    return pa.schema(fields)


def _sqlite_rows(table: DatabaseTable) -> Iterator[pa.RecordBatch]:
    schema = columns_of(table)
    names = ", ".join(quoted(name) for name in schema.names)
    try:
        with closing(_sqlite(table)) as connection:
            cursor = connection.execute(f"SELECT {names} FROM {table.quoted}")  # noqa: S608
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                columns = [
                    [_as(kind, value) for value in column] for kind, column in zip(schema.types, zip(*rows, strict=True), strict=True)
                ]
                arrays = [pa.array(column, kind) for column, kind in zip(columns, schema.types, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
    except sqlite3.Error as error:
        raise _failed(table, error) from error


def _as(kind: pa.DataType, value: Any) -> Any:
    if value is None or not pa.types.is_string(kind):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _postgresql(table: DatabaseTable) -> Any:
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        raise StorageError("STO040", "the driver for PostgreSQL is not installed", do="pip install 'unequal[postgresql]'") from error
    try:
        return dbapi.connect(table.address)
    except dbapi.Error as error:
        raise _failed(table, error) from error


def _postgresql_columns(table: DatabaseTable) -> list[tuple[str, pa.DataType, str]]:
    """Name, Arrow type and the expression that asks for it, of each column."""
    connection = _postgresql(table)
    with closing(connection), closing(connection.cursor()) as cursor:
        try:
            cursor.execute(
                "SELECT a.attname, t.typname, a.atttypmod FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid "
                "WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
                (table.quoted,),
            )
            found = cursor.fetchall()
        except connection.Error as error:
            raise _failed(table, error) from error
    if not found:
        raise StorageError(
            "STO041", "a database table cannot be read", where=table.table, seen="there is no such table", do="correct table"
        )
    return [_postgresql_column(str(name), str(kind), int(mod)) for name, kind, mod in found]


def _postgresql_column(name: str, kind: str, modifier: int) -> tuple[str, pa.DataType, str]:
    if kind == "numeric":
        # The modifier packs both: 4 more than precision in the upper half, scale in the lower.
        precision, scale = divmod(modifier - 4, 1 << 16)
        exact = modifier >= 0 and scale <= precision <= _DIGITS_AT_MOST
        return name, pa.decimal128(precision, scale) if exact else pa.string(), f"{quoted(name)}::text"
    if kind not in _PLAIN:
        return name, pa.string(), f"{quoted(name)}::text"
    whole: dict[str, pa.DataType] = {"int2": pa.int16(), "int4": pa.int32(), "int8": pa.int64(), "float4": pa.float32(), "float8": pa.float64(), "bool": pa.bool_(),
             "date": pa.date32(), "timestamp": pa.timestamp("us"), "timestamptz": pa.timestamp("us", "UTC")}  # fmt: skip
    return name, whole.get(kind, pa.string()), quoted(name)


def _postgresql_rows(table: DatabaseTable) -> Iterator[pa.RecordBatch]:
    columns = _postgresql_columns(table)
    schema = pa.schema([(name, kind) for name, kind, _ in columns])
    connection = _postgresql(table)
    with closing(connection), closing(connection.cursor()) as cursor:
        try:
            cursor.execute(f"SELECT {', '.join(asked for *_, asked in columns)} FROM {table.quoted}")  # noqa: S608
            for batch in cursor.fetch_record_batch():
                arrays = [values.cast(kind) for values, kind in zip(batch.columns, schema.types, strict=True)]
                yield pa.RecordBatch.from_arrays(arrays, schema=schema)
        except (connection.Error, pa.ArrowInvalid) as error:
            raise _failed(table, error) from error
