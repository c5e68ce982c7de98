"""What SQLite's log holds, carried over into its file by a thread of its own, so that nobody who writes has to wait for it."""

from __future__ import annotations

import logging
import threading
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import driver

_LOG: Final = logging.getLogger("unequal.storage")
_EVERY_SECONDS: Final = 0.25


class Checkpointer:
    """A thread that carries SQLite's log over into the file while others write; at any other database it does nothing.

    SQLite lets whoever commits the page that fills the log carry over all of it, which takes tens of milliseconds in which nobody else writes. Where it
    was carried over from beside, little is left to do when the log is full, and it begins anew. What is committed is durable in the log already:
    a carrying over that fails loses nothing, and is tried again after the next commit.

    Args:
        engine: of the state; not disposed of here.
        every_seconds: between two carryings over, while something is written.
    """

    def __init__(self, engine: sa.Engine, *, every_seconds: float = _EVERY_SECONDS) -> None:
        self._engine, self._every_seconds = engine, every_seconds
        self._is_written, self._is_closed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        if engine.dialect.name == "sqlite":
            self._thread = threading.Thread(target=self._work, name="unequal-checkpoints", daemon=True)
            self._thread.start()

    def written(self) -> None:
        """Tell that something was committed."""
        self._is_written.set()

    def close(self) -> None:
        """Stop, once what is being carried over is."""
        self._is_closed.set()
        self._is_written.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while True:
            self._is_written.wait()
            # Before it is asked whether somebody closes: he closes first and calls then, so that no call of his is cleared unheard.
            self._is_written.clear()
            if self._is_closed.wait(self._every_seconds):
                return
            try:
                self._carry_over()
            except sa.exc.DBAPIError as error:
                _LOG.warning("the log of the state was not carried over into its file: %s", error.orig)

    def _carry_over(self) -> None:
        # Outside a transaction, for within one SQLite carries nothing over.
        with self._engine.connect() as connection:
            driver.run(connection, "PRAGMA wal_checkpoint(PASSIVE)").fetchall()
