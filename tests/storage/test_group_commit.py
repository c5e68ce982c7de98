"""Jobs written in groups: each once, in order, whole or not at all, and told only when durable."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest
import sqlalchemy as sa

from unequal import storage
from unequal.storage import faults
from unequal.storage.state.group_commit import Writer
from unequal.terms.errors import StorageError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def engine(state: storage.State) -> sa.Engine:
    return with_a_tally(state)


def with_a_tally(state: storage.State) -> sa.Engine:
    with state._engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE tally (name TEXT PRIMARY KEY, n INTEGER NOT NULL)")
    return state._engine


@pytest.fixture
def writer(engine: sa.Engine) -> Iterator[Writer]:
    with Writer(engine) as opened:
        yield opened


def put(name: str, n: int = 1):
    def job(connection: sa.Connection) -> str:
        connection.execute(sa.text("INSERT INTO tally VALUES (:name, :n)"), {"name": name, "n": n})
        return name

    return job


def held(engine: sa.Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(sa.text("SELECT name, n FROM tally"))}


def test_jobs_that_wait_are_written_in_one_transaction(engine: sa.Engine, writer: Writer) -> None:
    commits: list[str] = []
    go, entered = threading.Event(), threading.Event()
    faults.listen(lambda name: commits.append(name) if name == "state commit group" else None)
    try:
        first = writer.submit(lambda _: entered.set() or go.wait(30))
        entered.wait(30)
        rest = [writer.submit(put(f"n{at}")) for at in range(50)]
        go.set()
        assert [future.result(30) for future in rest] == [f"n{at}" for at in range(50)]
        assert first.result(30)
    finally:
        faults.listen(None)
    assert len(commits) == 2
    assert len(held(engine)) == 50


def test_a_job_that_fails_spoils_no_other(engine: sa.Engine, writer: Writer) -> None:
    go = threading.Event()

    def half(connection: sa.Connection) -> None:
        put("half")(connection)
        raise ValueError("no")

    futures = [writer.submit(job) for job in (lambda _: go.wait(30), put("a"), half, put("a"), put("b"))]
    go.set()
    wait(futures, 30)
    assert isinstance(futures[2].exception(), ValueError)
    assert isinstance(futures[3].exception(), sa.exc.IntegrityError)
    assert held(engine) == {"a": 1, "b": 1}


def test_a_lost_connection_is_told_to_all_who_waited_and_to_nobody_after(engine: sa.Engine, writer: Writer) -> None:
    if engine.dialect.name == "sqlite":

        def drop(connection: sa.Connection) -> None:
            connection.connection.dbapi_connection.rollback()  # as SQLite does by itself on a full disk
            raise sa.exc.OperationalError("", {}, Exception("the disk is full"))
    else:

        def drop(connection: sa.Connection) -> None:
            connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    go, entered = threading.Event(), threading.Event()
    writer.submit(lambda _: entered.set() or go.wait(30))
    entered.wait(30)
    futures = [writer.submit(job) for job in (put("a"), drop, put("b"))]
    go.set()
    wait(futures, 30)
    assert [future.exception().code for future in futures] == ["STO106"] * 3
    assert held(engine) == {}
    assert writer.write(put("c")) == "c"
    assert held(engine) == {"c": 1}


@pytest.mark.postgresql  # SQLite has one writer at a time: nobody crosses
def test_a_job_that_crosses_with_another_transaction_is_tried_again(postgres_url: str) -> None:
    with storage.open_state(postgres_url) as state, Writer(engine := with_a_tally(state)) as writer:
        writer.write(lambda connection: [put(name, 0)(connection) for name in "ab"])
        tries: list[int] = []
        entered, locked = threading.Event(), threading.Event()

        def both(connection: sa.Connection) -> None:
            tries.append(1)
            add(connection, "a")
            entered.set()
            locked.wait(30)
            add(connection, "b")

        future = writer.submit(both)
        entered.wait(30)
        with engine.begin() as other:
            other.exec_driver_sql("SET LOCAL deadlock_timeout = '1min'")  # the job is the one to give way
            add(other, "b")
            locked.set()
            add(other, "a")
        assert future.result(30) is None
        assert len(tries) == 2
        assert held(engine) == {"a": 2, "b": 2}


@pytest.mark.postgresql
def test_a_connection_that_the_server_closed_between_two_groups_costs_nobody_anything(postgres_url: str) -> None:
    with storage.open_state(postgres_url) as state, Writer(engine := with_a_tally(state)) as writer:
        number = writer.write(lambda connection: connection.exec_driver_sql("SELECT pg_backend_pid()").scalar())
        with engine.connect() as other:
            other.exec_driver_sql(f"SELECT pg_terminate_backend({number}, 30000)")
        assert writer.write(put("a")) == "a"
        assert held(engine) == {"a": 1}


def test_a_file_that_was_held_too_long_by_another_is_written_again_once_it_is_free(tmp_path: Path) -> None:
    with storage.open_state(f"sqlite:///{tmp_path / 'state.db'}") as state, Writer(engine := with_a_tally(state)) as writer:
        writer.write(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout = 0"))
        with engine.connect().execution_options(writes=True) as other, other.begin(), pytest.raises(StorageError, match="STO106"):
            writer.write(put("a"))
        assert writer.write(put("a")) == "a"
        assert held(engine) == {"a": 1}


def test_a_job_alone_that_fails_leaves_nothing_to_the_next_over_the_same_connection(engine: sa.Engine, writer: Writer) -> None:
    def half(connection: sa.Connection) -> None:
        put("half")(connection)
        raise ValueError("no")

    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            writer.write(half)
        writer.write(put(f"n{len(held(engine))}"))
    assert held(engine) == {"n0": 1, "n1": 1}


@pytest.mark.postgresql
def test_writers_at_one_database_write_one_after_the_other(postgres_url: str) -> None:
    with storage.open_state(postgres_url) as state, Writer(state._engine) as one, Writer(state._engine) as other:
        with_a_tally(state)
        entered, go = threading.Event(), threading.Event()
        first = one.submit(lambda _: entered.set() or go.wait(30))
        entered.wait(30)
        second = other.submit(put("a"))
        with pytest.raises(TimeoutError):
            second.result(0.2)
        go.set()
        assert (first.result(30), second.result(30)) == (True, "a")


def add(connection: sa.Connection, name: str) -> None:
    connection.execute(sa.text("UPDATE tally SET n = n + 1 WHERE name = :name"), {"name": name})


def test_a_closed_writer_has_written_what_waited_and_takes_no_more(engine: sa.Engine) -> None:
    writer = Writer(engine)
    futures = [writer.submit(put(f"n{at}")) for at in range(20)]
    writer.close()
    assert len([future.result(0) for future in futures]) == len(held(engine)) == 20
    with pytest.raises(StorageError, match="STO110"):
        writer.submit(put("late"))


@pytest.mark.parametrize(("kill_at", "kept"), [("state commit group", 0), ("state group is committed", 1)])
def test_what_is_killed_before_the_commit_is_gone_and_after_it_is_kept(engine: sa.Engine, kill_at: str, kept: int) -> None:
    program = """
        import os, signal, sys
        import sqlalchemy as sa
        from unequal import storage
        from unequal.storage import faults
        from unequal.storage.state.group_commit import Writer
        faults.listen(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == sys.argv[2] else None)
        with Writer(storage.open_state(sys.argv[1])._engine) as writer:
            writer.write(lambda connection: connection.exec_driver_sql("INSERT INTO tally VALUES ('a', 1)"))
    """
    address = engine.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(program), address, kill_at], env=dict(os.environ), cwd=ROOT, check=False)
    assert killed.returncode == -9, "a point that does not fire proves nothing"
    assert len(held(engine)) == kept


def test_who_writes_alone_writes_in_its_own_thread_and_behind_others_in_their_order(writer: Writer, engine: sa.Engine) -> None:
    assert writer.write(lambda _: threading.current_thread()) is threading.current_thread()
    go, entered = threading.Event(), threading.Event()
    order: list[str] = []
    first = writer.submit(lambda _: entered.set() or go.wait(30))
    entered.wait(30)
    second = writer.submit(lambda _: order.append("second"))
    third = threading.Thread(target=lambda: order.append(f"third in {writer.write(lambda _: threading.current_thread()).name}"))
    third.start()
    go.set()
    third.join(30)
    assert first.result(30)
    second.result(30)
    assert order == ["second", "third in state writer"]


def test_a_job_that_fails_in_the_callers_thread_leaves_nothing_and_the_turn_to_others(writer: Writer, engine: sa.Engine) -> None:
    def fails(connection: sa.Connection) -> None:
        put("a")(connection)
        raise ValueError("late")

    with pytest.raises(ValueError, match="late"):
        writer.write(fails)
    assert held(engine) == {}
    assert writer.write(put("b")) == "b"
    assert writer.submit(put("c")).result(30) == "c"
    assert held(engine) == {"b": 1, "c": 1}
