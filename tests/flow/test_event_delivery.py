"""An event counts once for ever: many writers, dropped connections, resends, kills; and the harness is able to fail."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import textwrap
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.flow.events import opened, send, told, track
from tests.storage.conftest import state_url

from unequal import storage
from unequal.storage.state import LiveState, taking
from unequal.terms.errors import StorageError

__all__ = ["state_url"]

ROOT = Path(__file__).resolve().parents[2]
WRITERS, EACH, AT_ONCE = 16, 2_000, 100
DROPPED, RESENT = 0.1, 0.3


def drop(connection: sa.Connection, _new: object) -> None:
    """The connection goes away in the middle of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    connection.connection.dbapi_connection.rollback()
    raise sa.exc.OperationalError("", {}, Exception("the connection was dropped"))


def deliver(live: LiveState, writer: int) -> None:
    """Send each event until it is acknowledged, as libraries do: again where a connection was dropped, and some again all the same."""
    chance = random.Random(writer)
    waiting = [track(f"{writer} {number}", userId=str(1 + number % 50)) for number in range(EACH)]
    chance.shuffle(waiting)
    sent: list[dict[str, Any]] = []
    while waiting:
        batch = waiting[:AT_ONCE] + chance.sample(sent, min(len(sent), int(AT_ONCE * RESENT)))
        try:
            send(live, batch, effects=drop if chance.random() < DROPPED else None)
        except StorageError:
            continue
        sent += waiting[:AT_ONCE]
        waiting = waiting[AT_ONCE:]


def lost_and_doubled(url: str) -> tuple[int, int]:
    """How many events were lost, and how many are there more than once."""
    with opened(url) as one, opened(url) as other, ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda writer: deliver((one, other)[writer % 2], writer), range(WRITERS)))
        with one._engine.connect() as connection:
            counted = Counter(connection.execute(sa.text("SELECT message_id FROM event")).scalars())
    expected = {f"{writer} {number}" for writer in range(WRITERS) for number in range(EACH)}
    return len(expected - counted.keys()), counted.total() - len(counted)


def test_no_event_is_lost_and_none_counts_twice(state_url: str) -> None:
    assert lost_and_doubled(state_url) == (0, 0)


def without_unique(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE event DROP CONSTRAINT uq_event_source_message_id")
        return
    text = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'event'").scalar_one()
    changed = text.replace("CONSTRAINT uq_event_source_message_id UNIQUE (source, message_id)", "CHECK (1)")
    assert changed != text
    connection.exec_driver_sql("DROP TABLE event")
    connection.exec_driver_sql(changed)


def test_without_unique_the_harness_turns_red(state_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(state_url) as live:
        with live._engine.begin() as connection:
            without_unique(connection)
        with pytest.raises((sa.exc.DBAPIError, StorageError)):
            send(live, [track("a")])  # the store itself refuses to count without it
    for words in (taking._SQLITE, taking._POSTGRESQL):
        for name in ("insert_text", "insert_texts"):
            if (texts := getattr(words, name, None)) is not None:
                bare = (
                    {rows: text.replace(taking._ONCE, "") for rows, text in texts.items()}
                    if isinstance(texts, dict)
                    else texts.replace(taking._ONCE, "")
                )
                monkeypatch.setattr(type(words), name, bare)
    monkeypatch.setattr(sys.modules[__name__], "EACH", 200)
    _lost, doubled = lost_and_doubled(state_url)
    assert doubled > 0


@pytest.mark.parametrize(("kill_at", "kept"), [("state write events", 0), ("state commit group", 0), ("state group is committed", 100)])
def test_a_batch_is_kept_whole_or_not_at_all_when_the_process_is_killed(state_url: str, kill_at: str, kept: int) -> None:
    program = """
        import os, signal, sys
        from tests.flow.events import identify, opened, send, track
        from unequal.storage import faults
        with opened(sys.argv[1]) as live:
            faults.listen(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == sys.argv[2] else None)
            send(live, [track(str(number)) for number in range(99)] + [identify("99", "1", "v")])
    """
    storage.open_state(state_url).close()
    command = [sys.executable, "-c", textwrap.dedent(program), state_url, kill_at]
    killed = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, check=False)
    assert killed.returncode == -9, "a point that does not fire proves nothing"
    with opened(state_url) as live:
        assert len(live.events.of_customer("user:shop:1")) == kept
        assert live.events.version("user:shop:1") == min(kept, 1)
        assert live.events.today("anonymous:shop:v") == ("user:shop:1" if kept else "anonymous:shop:v")
        answers = told(send(live, [track(str(number)) for number in range(99)]))
        assert answers == ["repeated" if kept else "taken"] * 99
