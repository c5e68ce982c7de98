"""SQLite's log is carried over into its file by a thread of its own."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from unequal import storage
from unequal.storage.state import checkpointing, contacts, erasing

AT = datetime(2026, 1, 5, 6, 30)
LONGEST_SECONDS = 30


def in_the_file_alone(file: Path) -> int:
    """How many contacts the file holds, without what its log adds to it; -1 where that cannot be read, as while it is carried over."""
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as connection, suppress(sqlite3.DatabaseError):
        return int(connection.execute("SELECT count(*) FROM contact").fetchone()[0])
    return -1


def is_carried_over(file: Path, contacts: int) -> bool:
    give_up = time.monotonic() + LONGEST_SECONDS
    while in_the_file_alone(file) < contacts and time.monotonic() < give_up:
        time.sleep(0.05)
    return in_the_file_alone(file) == contacts


def reserve(live: storage.state.LiveState, name: str) -> None:
    row = contacts.ContactRow(name, "c_1", "email", "service", AT)
    live.writer.write(lambda connection: contacts.insert(connection, [("c_1", row)]))


def test_what_is_committed_reaches_the_file_though_nobody_writes_after_it_and_the_log_is_not_full(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with storage.state.open_live(f"sqlite:///{file}") as live:
        reserve(live, "k_1")
        assert is_carried_over(file, 1)
        reserve(live, "k_2")
        assert is_carried_over(file, 2)


def test_what_a_reader_still_looks_at_is_carried_over_once_he_has_gone_on(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    with storage.state.open_live(f"sqlite:///{file}") as live:
        reserve(live, "k_1")
        assert is_carried_over(file, 1)
        with closing(sqlite3.connect(file, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            before = reader.execute("SELECT count(*) FROM contact").fetchone()
            reserve(live, "k_2")
            assert (reader.execute("SELECT count(*) FROM contact").fetchone()) == before == (1,)
            reader.execute("COMMIT")
        reserve(live, "k_3")
        assert is_carried_over(file, 3)


def test_an_erasure_empties_the_log_though_others_carry_it_over_all_the_while(tmp_path: Path) -> None:
    file, over = tmp_path / "state.db", threading.Event()

    def carry_over() -> None:
        with closing(sqlite3.connect(file)) as connection:
            while not over.is_set():
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    with storage.state.open_live(f"sqlite:///{file}") as live:
        reserve(live, "k")
        others = [threading.Thread(target=carry_over) for _ in range(2)]
        for one in others:
            one.start()
        try:
            for number in range(10):
                reserve(live, f"k_{number}")
                erasing.clean(live._engine)
                assert (tmp_path / "state.db-wal").stat().st_size == 0
        finally:
            over.set()
            for one in others:
                one.join()


class SlowlyCleared(threading.Event):
    """An event that is cleared only once somebody has set it meanwhile: the worst moment to do so."""

    def __init__(self) -> None:
        super().__init__()
        self.clears, self.sets = threading.Semaphore(0), threading.Semaphore(0)

    def set(self) -> None:
        super().set()
        self.sets.release()

    def clear(self) -> None:
        self.clears.release()
        self.sets.acquire(timeout=LONGEST_SECONDS)
        super().clear()


def test_who_closes_just_when_the_thread_turns_to_what_was_written_does_not_wait_for_ever(tmp_path: Path, monkeypatch) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'state.db'}")
    with monkeypatch.context() as slow:
        slow.setattr(checkpointing.threading, "Event", SlowlyCleared)
        one = checkpointing.Checkpointer(engine, every_seconds=0.01)
    written = one._is_written
    one.written()
    assert written.sets.acquire(timeout=LONGEST_SECONDS)
    assert written.clears.acquire(timeout=LONGEST_SECONDS)
    closer = threading.Thread(target=one.close, daemon=True)
    closer.start()
    closer.join(LONGEST_SECONDS)
    assert not closer.is_alive()
    engine.dispose()
