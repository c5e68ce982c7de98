"""Statements given to the database's own driver: at the moment of contact SQLAlchemy's share of a statement costs more than the statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa


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
