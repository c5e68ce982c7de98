"""Statements given to the database's own driver: at the moment of contact SQLAlchemy's share of a statement costs more than the statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa

_ROWS: Final = 64


def run(connection: sa.Connection, statement: str, values: Sequence[object] = ()) -> Any:
    """Run one statement within the connection's transaction.

    Args:
        connection: has begun its transaction.
        statement: of our own making, in what SQLite and PostgreSQL both read, with `?` for every value.
        values: texts, whole numbers, nulls and what `stamp` gives.

    Returns:
        The driver's cursor: `fetchall()`, `rowcount`.

    Raises:
        sqlalchemy.exc.DBAPIError: as SQLAlchemy itself raises it for the driver's error.
    """
    return _given(connection, "execute", statement, values)


def run_many(connection: sa.Connection, statement: str, rows: Sequence[Sequence[object]]) -> None:
    """Run one statement for each of some rows; see run."""
    if rows:
        _given(connection, "executemany", statement, rows)


def insert_rows(connection: sa.Connection, insert: str, rows: Sequence[Sequence[object]], then: str = "") -> None:
    """Insert rows, many by one statement.

    Python's lock is let go and taken again for each statement, and threads that wait for it get it in turns of milliseconds: one statement
    for each row makes a writer wait for them as often. SQLite would copy each page that such a statement changes, to undo it alone where it fails midway,
    which takes as long as the rows: so that is not asked for (OR FAIL), and whoever has an error undoes his transaction or savepoint.

    Args:
        connection, rows: as for `run`.
        insert: `INSERT INTO table (columns)`.
        then: what follows the values.
    """
    at = 0
    if connection.dialect.name == "sqlite":
        insert = insert.replace("INSERT INTO", "INSERT OR FAIL INTO", 1)
    while at < len(rows):
        # A power of two: so few statements are made ready, whatever the number of rows.
        some = rows[at : at + min(_ROWS, 1 << (len(rows) - at).bit_length() - 1)]
        run(connection, _insert(insert, len(some), len(some[0]), then), [value for row in some for value in row])
        at += len(some)


@cache
def _insert(insert: str, rows: int, columns: int, then: str) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"{insert} VALUES {', '.join([row] * rows)} {then}"


def _given(connection: sa.Connection, verb: str, statement: str, values: Any) -> Any:
    text = as_read(connection, statement)
    try:
        cursor = connection.connection.cursor()
        getattr(cursor, verb)(text, values)
    except connection.dialect.loaded_dbapi.Error as error:
        failed = sa.exc.DBAPIError.instance(text, values, error, connection.dialect.loaded_dbapi.Error)
        raise failed from error
    return cursor


def as_read(connection: sa.Connection, statement: str) -> str:
    """A statement with `?` for every value, as this database's driver reads it."""
    return _for_psycopg(statement) if connection.dialect.name == "postgresql" else statement


def stamp(connection: sa.Connection, at: datetime) -> object:
    """A moment as a DateTime column of this database holds it."""
    return at.isoformat(" ", "microseconds") if connection.dialect.name == "sqlite" else at


def moment(stamped: Any) -> Any:
    """A moment as it came from a DateTime column: naive UTC; None stays None."""
    return datetime.fromisoformat(stamped) if isinstance(stamped, str) else stamped


@cache
def _for_psycopg(statement: str) -> str:
    return statement.replace("%", "%%").replace("?", "%s")
