"""One writer at the state: jobs that wait are written in one transaction, and whoever waits is told once it is on disk.

A commit costs the same for one job as for two hundred, so while one group is being committed the next one gathers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import driver
from unequal.terms.errors import StorageError

T = TypeVar("T")

_AT_ONCE: Final = 256
"""Jobs in one transaction: more would make the first wait for the last and save no more commits worth having."""

_TRIES: Final = 5
_CROSSED: Final = {"40001", "40P01"}
"""PostgreSQL's names for a transaction that another crossed: it is undone whole, and may be tried again."""

# Any number that nothing else in the database locks.
_WRITERS_LOCK: Final = 7_305_112_905
_TURN: Final = f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})"


@dataclass
class _Waiting:
    job: Callable[[sa.Connection], Any]
    future: Future[Any] = field(default_factory=Future)
    tries: int = 0


class Writer:
    """A thread that writes to the state in groups.

    Of all writers at one database, in whatever process, one writes at a time, on PostgreSQL as on SQLite: they never wait
    for each other in a ring, and rows that count up by themselves are committed in the order of their numbers.
    Each job runs in a savepoint of its group's transaction: one that fails leaves the others as they are. A job may be
    run again when it crossed with somebody else's transaction, so it must do nothing but read and write over its connection.
    Within a group, and so within one writer, jobs run in the order in which they were submitted.

    Args:
        engine: of the state; not disposed of here.
        at_once: jobs in one transaction, at most.
        committed: called after each transaction, while the writer still has its turn; it must be quick.
    """

    def __init__(self, engine: sa.Engine, *, at_once: int = _AT_ONCE, committed: Callable[[], None] | None = None) -> None:
        self._engine, self._at_once, self._committed = engine, at_once, committed
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._submitted = 0
        self._turn = threading.Lock()
        self._held: sa.Connection | None = None
        self._thread = threading.Thread(target=self._work, name="state writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[sa.Connection], T]) -> Future[T]:
        """Have a job written.

        Returns:
            Its result, once it is durable; or what it raised, and then nothing of it was written. STO106: the database
            takes no more, or the connection was lost; whether the job was written is then known only to the database.

        Raises:
            StorageError: STO110, the writer is closed.
        """
        waiting = _Waiting(job)
        with self._closing:
            if self._closed:
                raise StorageError("STO110", "the state takes no more: it is being closed", do="send it again to a process that serves")
            self._submitted += 1
            self._queue.put(waiting)
        return waiting.future

    def write(self, job: Callable[[sa.Connection], T]) -> T:
        """Have a job written, and wait for it; see at_once."""
        return self.at_once(job).result()

    def at_once(self, job: Callable[[sa.Connection], T]) -> Future[T]:
        """As submit, for who will wait for it anyway.

        Where nobody else writes or waits to, the caller's own thread writes it before this returns: to hand it over, and the answer back, takes
        as long as to write some rows.
        """
        if not self._has_turn():
            return self.submit(job)
        waiting = _Waiting(job)
        try:
            self._write_all([waiting])
        finally:
            self._turn.release()
        return waiting.future

    def _has_turn(self) -> bool:
        """Take the turn to write, where nobody has it and all is written that was submitted before."""
        with self._closing:
            return not self._closed and not self._submitted and self._turn.acquire(blocking=False)

    def close(self) -> None:
        """Write what waits, then stop."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _work(self) -> None:
        ended = False
        while not ended:
            group, ended = self._next_group()
            with self._turn:
                self._write_all([waiting for waiting in group if waiting.future.set_running_or_notify_cancel()])
            with self._closing:
                self._submitted -= len(group)
        with self._turn:
            self._let_go()

    def _write_all(self, group: list[_Waiting]) -> None:
        while group:
            # What crossed is tried again before anything new.
            group = self._write_group(group)

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """Those who wait, at least one; and whether the writer was closed behind them."""
        first = self._queue.get()
        if first is None:
            return [], True
        group = [first]
        while len(group) < self._at_once:
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                break
            if waiting is None:
                return group, True
            group.append(waiting)
        return group, False

    def _write_group(self, group: list[_Waiting]) -> list[_Waiting]:
        """Write a group and tell who waits; returns those to be tried again."""
        outcomes: list[Callable[[], None]] = []
        again: list[_Waiting] = []
        try:
            with self._transaction() as connection:
                for waiting in group:
                    outcome = self._run(connection, waiting, alone=len(group) == 1)
                    if outcome is None:
                        again.append(waiting)
                    else:
                        outcomes.append(outcome)
                faults.point("state commit group")
        except Exception as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
            if _crossed(error) and all(waiting.tries < _TRIES for waiting in group):
                for waiting in group:
                    waiting.tries += 1
                return group
            for waiting in group:
                waiting.future.set_exception(_told(error))
            return []
        faults.point("state group is committed")
        for outcome in outcomes:
            outcome()
        return again

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        """The turn to write, over a connection that is kept: to take one from the pool costs as much as to write three events."""
        try:
            connection = self._begun()
            yield connection
            connection.commit()
        except BaseException as error:
            self._undo(error)
            raise
        if self._committed is not None:
            self._committed()

    def _begun(self) -> sa.Connection:
        """A connection whose transaction has the turn; a new one where the server has closed the one that was kept."""
        if self._held is not None:
            try:
                return _with_the_turn(self._held)
            except sa.exc.DBAPIError:
                # A file is as it is, and whoever holds it has been waited for.
                if self._held.dialect.name != "postgresql":
                    raise
                self._let_go()
        self._held = self._engine.connect().execution_options(writes=True)
        return _with_the_turn(self._held)

    def _undo(self, error: BaseException) -> None:
        """Undo the transaction; where the database itself told of the error, its connection is not trusted with another one."""
        if self._held is not None and not isinstance(error, sa.exc.DBAPIError):
            with suppress(sa.exc.DBAPIError):
                self._held.rollback()
                return
        self._let_go()

    def _let_go(self) -> None:
        """Close the connection that is kept; what it has begun is undone."""
        held, self._held = self._held, None
        if held is not None:
            with held, suppress(sa.exc.SQLAlchemyError):
                held.invalidate()

    def _run(self, connection: sa.Connection, waiting: _Waiting, *, alone: bool) -> Callable[[], None] | None:
        """Run one job in its savepoint; how its caller is told once the group is durable, or None to try it again."""
        future = waiting.future
        try:
            # Who is alone needs no savepoint: what undoes the job may undo the transaction.
            if not alone:
                driver.run(connection, "SAVEPOINT job")
            result = waiting.job(connection)
            if not alone:
                driver.run(connection, "RELEASE SAVEPOINT job")
        except Exception as error:
            if alone or _lost(connection, error):
                raise
            for statement in ("ROLLBACK TO SAVEPOINT job", "RELEASE SAVEPOINT job"):
                driver.run(connection, statement)
            if _crossed(error) and waiting.tries < _TRIES:
                waiting.tries += 1
                return None
            told = _told(error)
            return lambda: future.set_exception(told)
        return lambda: future.set_result(result)


def _with_the_turn(connection: sa.Connection) -> sa.Connection:
    connection.begin()
    if connection.dialect.name == "postgresql":
        driver.run(connection, _TURN)
    return connection


def _lost(connection: sa.Connection, error: BaseException) -> bool:
    """Whether the transaction is gone with the job: its connection was lost, or SQLite has rolled all of it back."""
    if connection.invalidated or (isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated):
        return True
    raw = connection.connection.dbapi_connection
    return connection.dialect.name == "sqlite" and not getattr(raw, "in_transaction", True)


def _crossed(error: BaseException) -> bool:
    return isinstance(error, sa.exc.DBAPIError) and getattr(error.orig, "sqlstate", None) in _CROSSED


def _told(error: BaseException) -> BaseException:
    """The error as a caller may see it: none of the driver's own."""
    if not isinstance(error, sa.exc.OperationalError | sa.exc.InternalError | sa.exc.InterfaceError | sa.exc.ResourceClosedError):
        return error
    seen = (str(getattr(error, "orig", None) or error).splitlines() or [""])[0]
    told = StorageError("STO106", "the state database does not take the group", seen=seen,
                        do="make room where it lies, or see that its server runs; the last published run is unharmed")  # fmt: skip
    told.__cause__ = error
    return told
