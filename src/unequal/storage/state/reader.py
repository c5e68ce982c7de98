"""Reading the state while a customer waits: one connection a thread, kept open, with no transaction around what is read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


class Reader:
    """Connections to read over. Safe for threads.

    Taking a connection from the pool, beginning and ending a transaction cost twice as much as reading a customer's standing.
    Each statement sees what is committed when it begins; what must be of one moment is read in one statement.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._mine = threading.local()
        self._all: list[sa.Connection] = []
        self._guard = threading.Lock()

    def read(self, job: Callable[..., T], *values: Any, **more: Any) -> T:
        """What a job reads over this thread's connection, with `driver.run` alone; once more over a new one where that was lost.

        Raises:
            sqlalchemy.exc.DBAPIError: the database does not answer.
        """
        try:
            return job(self._connection(), *values, **more)
        except sa.exc.DBAPIError:
            self._drop()
            return job(self._connection(), *values, **more)

    def close(self) -> None:
        """Close every connection."""
        with self._guard:
            for connection in self._all:
                connection.close()
            self._all.clear()

    def _connection(self) -> sa.Connection:
        held: sa.Connection | None = getattr(self._mine, "connection", None)
        if held is None or held.closed:
            held = self._engine.connect()
            if held.dialect.name == "postgresql":
                held = held.execution_options(isolation_level="AUTOCOMMIT")
            # Out of the pool, which is for those who give back.
            held.detach()
            self._mine.connection = held
            with self._guard:
                self._all.append(held)
        return held

    def _drop(self) -> None:
        held: sa.Connection = self._mine.connection
        with self._guard:
            self._all.remove(held)
        self._mine.connection = None
        held.close()
