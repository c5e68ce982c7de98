"""From a ledger of 20 million lines of 1 million customers to statements and the whale curve.

The same work three ways, each in a process of its own, in one run: Unequal, hand-written DuckDB
SQL, and pandas. The outputs are compared: every statement row by count and sums, and every figure
of the curve. Promised: at most 1.2 times the SQL, and less than 2 GB of memory.

    python benchmarks/ledger/run.py [--lines 20000000] [--customers 1000000] [--repeat 3]
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

AT_MOST_TIMES_SQL = 1.2
AT_MOST_BYTES = 2 * 10**9
MEMORY_LIMIT = "1500MB"
THREADS = min(2, os.cpu_count() or 1)
CHUNK = 1_000_000
DAYS = 3 * 365


def make(path: Path, lines: int, customers: int) -> None:
    """Entries as the ledger publishes them: sales, discounts, goods and freight of orders; a tenth of customers cost more than they bring."""
    chance = np.random.default_rng(20260101)
    names = pa.array([f"c_{number * 2654435761 % 2**48:012x}" for number in range(customers)])
    kinds = pa.array(["list_revenue", "cost_of_goods", "freight", "on_invoice_discount"])
    writer = None
    for start in range(0, lines, CHUNK):
        size = min(CHUNK, lines - start)
        # Squared, so that few customers have many lines, as in a shop.
        who = (chance.random(size) ** 2 * customers).astype(np.int64)
        kind = chance.choice(4, size, p=[0.34, 0.33, 0.25, 0.08])
        gross = chance.integers(10_000, 2_000_000, size)
        dear = np.where(who % 10 == 0, 1.3, 0.6)
        factor = np.choose(kind, [np.ones(size), -dear, np.full(size, -0.05), np.full(size, -0.1)])
        units = np.rint(gross * factor).astype(np.int64)
        table = pa.table({
            "customer_id": names.take(pa.array(who)),
            "booked_on": pa.array((19_723 + chance.integers(0, DAYS, size)).astype(np.int32)).cast(pa.date32()),
            "line": kinds.take(pa.array(kind)),
            "amount": _money(units),
        })  # fmt: skip
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table, row_group_size=250_000)
    assert writer is not None
    writer.close()


def _money(units: np.ndarray) -> pa.Array:
    """Whole units of 0.0001 as DECIMAL(18,4): the same 64 bits, sign-extended to 128."""
    words = np.empty((len(units), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = units, units >> 63
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(units), [None, pa.py_buffer(words)])


def ours(entries: Path, folder: Path) -> dict[str, object]:
    from unequal import customer_base, ledger, storage
    from unequal.config.storage import Storage
    from unequal.terms.lines import Level

    with storage.open_engine(Storage(memory_limit=MEMORY_LIMIT, threads=THREADS), folder / "scratch") as engine:
        engine.write(ledger.customer_statement(engine.read(entries)), folder / "statement.parquet")
        figures = customer_base.customer_figures(engine.read(folder / "statement.parquet"), Level.CONTRIBUTION_BEFORE_SERVICE)
        units = engine.arrow(figures.select(units=customer_base.units_of(figures["amount"])))["units"].to_numpy()
        found = customer_base.concentration(units)
        points = customer_base.curve_points(units)
    return {"customers": found.customers, "total": found.total, "peak": found.peak, "rank": found.peak_rank, "top_fifth": found.top_fifth,
            "curve": int(points.cumulative.sum())}  # fmt: skip


def sql(entries: Path, folder: Path) -> dict[str, object]:
    import duckdb

    base = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "threads": THREADS, "temp_directory": str(folder / "spill")})
    base.execute("SET preserve_insertion_order = false")
    statement = folder / "statement.parquet"
    base.execute(f"""
        COPY (SELECT customer_id, CAST(date_trunc('month', booked_on) AS DATE) AS month, line,
                     CAST(sum(amount) AS DECIMAL(28, 4)) AS amount, count(*) AS entries
              FROM read_parquet('{entries}') GROUP BY ALL)
        TO '{statement}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 250000)""")
    rows = base.execute(f"""
        SELECT CAST(sum(amount) * 10000 AS BIGINT) AS units FROM read_parquet('{statement}')
        WHERE line IN ('list_revenue', 'on_invoice_discount', 'off_invoice_discount', 'returns', 'cost_of_goods', 'freight')
        GROUP BY customer_id ORDER BY units DESC""").fetchnumpy()["units"]
    return _curve(np.asarray(rows, dtype=np.int64))


def pandas(entries: Path, folder: Path) -> dict[str, object]:
    import pandas as pd

    table = pq.read_table(entries)
    units = pc.cast(pc.multiply(table["amount"], pa.scalar(10_000, pa.decimal128(5, 0))), pa.int64())
    frame = table.drop_columns(["amount"]).append_column("units", units).to_pandas(categories=["line", "customer_id"])
    del table, units
    frame["month"] = frame.pop("booked_on").to_numpy().astype("datetime64[M]").astype(np.int32)
    grouped = frame.groupby(["customer_id", "month", "line"], observed=True)["units"].agg(["sum", "count"])
    out = grouped.reset_index()
    months = out["month"].to_numpy().astype("datetime64[M]").astype("datetime64[D]")
    pq.write_table(
        pa.table({"customer_id": pa.array(out["customer_id"].astype(str)), "month": pa.array(months), "line": pa.array(out["line"].astype(str)),
                  "amount": _money(out["sum"].to_numpy()).cast(pa.decimal128(28, 4)), "entries": pa.array(out["count"].to_numpy())}),
        folder / "statement.parquet", compression="zstd",
    )  # fmt: skip
    level = out[out["line"].isin(["list_revenue", "on_invoice_discount", "cost_of_goods", "freight"])]
    found = level.groupby("customer_id", observed=True)["sum"].sum()
    assert isinstance(found, pd.Series)
    return _curve(np.sort(found.to_numpy())[::-1])


def _curve(ordered: np.ndarray) -> dict[str, object]:
    """The curve's figures by plain arithmetic, for the rivals."""
    running = np.concatenate([[0], np.cumsum(ordered)])
    count, rank = len(ordered), int((ordered > 0).sum())
    ranks = np.unique([*np.rint(np.linspace(0, count, 200)).astype(int), count // 5, rank, int((ordered >= 0).sum())])
    return {"customers": count, "total": int(running[-1]), "peak": int(running[rank]), "rank": rank, "top_fifth": int(running[count // 5]),
            "curve": int(running[ranks].sum())}  # fmt: skip


LIBRARIES = {"unequal": ("unequal.customer_base", "unequal.ledger", "unequal.storage.duckdb"), "sql": ("duckdb",), "pandas": ("pandas",)}
WAYS: dict[str, Callable[[Path, Path], dict[str, object]]] = {"unequal": ours, "sql": sql, "pandas": pandas}


def one(way: str, entries: Path) -> None:
    """Run one way in this process, and print what it found, its time and its memory."""
    # Loading libraries is no part of the work, and takes the same time however many lines there are.
    for library in LIBRARIES[way]:
        importlib.import_module(library)
    with tempfile.TemporaryDirectory(dir=entries.parent) as place:
        folder = Path(place)
        start = time.perf_counter()
        found = WAYS[way](entries, folder)
        seconds = time.perf_counter() - start
        used = resource.getrusage(resource.RUSAGE_SELF)
        memory = used.ru_maxrss * 1024
        found |= _statement_sums(folder / "statement.parquet")
    print(json.dumps({"seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime, "memory": memory, "found": found}))


def _statement_sums(path: Path) -> dict[str, object]:
    """What a statement holds, in numbers that any changed row would change."""
    rows, entries, amount, mixed = 0, 0, 0, 0
    for batch in pq.ParquetFile(path).iter_batches(columns=["customer_id", "month", "amount", "entries"]):
        units = np.frombuffer(pc.cast(batch["amount"], pa.decimal128(28, 4)).buffers()[1], dtype=np.int64)[::2][: batch.num_rows]
        months = pc.cast(batch["month"], pa.date32()).cast(pa.int32()).to_numpy()
        tails = pc.binary_length(batch["customer_id"]).to_numpy()
        rows, entries = rows + batch.num_rows, entries + int(pc.sum(batch["entries"]).as_py())
        amount, mixed = amount + int(units.sum()), mixed + int((units * (months + tails)).sum())
    return {"rows": rows, "entries": entries, "amount": amount, "amount_by_month": mixed}


def measured(way: str, entries: Path) -> dict[str, object]:
    """Run one way in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--one", way, "--entries", str(entries)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{way} failed:\n{done.stderr}")
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(lines: int, customers: int, repeat: int) -> int:
    from importlib.metadata import version

    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, {THREADS} threads used, Python {platform.python_version()}; "
          + ", ".join(f"{name} {version(name)}" for name in ("duckdb", "ibis-framework", "pandas", "pyarrow")))  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        entries = Path(place) / "entry.parquet"
        make(entries, lines, customers)
        print(
            f"{lines:,} lines of {customers:,} customers, {entries.stat().st_size / 1e6:,.0f} MB of Parquet; best of {repeat}, pandas once"
        )
        # Turn by turn, so that another's load on the machine falls on both.
        rounds = [{way: measured(way, entries) for way in ("unequal", "sql")} for _ in range(repeat)]
        best = {way: min((each[way] for each in rounds), key=lambda run: run["seconds"]) for way in ("unequal", "sql")}
        best["pandas"] = measured("pandas", entries)
    for way, run in best.items():
        print(f"{way:8} {run['seconds']:8.2f} s {run['cpu_seconds']:8.2f} s CPU {run['memory'] / 1e6:10,.0f} MB")
    return verdict(best)


def verdict(best: dict[str, dict]) -> int:
    same = all(run["found"] == best["sql"]["found"] for run in best.values())
    times_sql = best["unequal"]["seconds"] / best["sql"]["seconds"]
    print(f"same statements and curve: {'yes' if same else 'NO'}: {best['unequal']['found']}")
    if not same:
        print({way: run["found"] for way, run in best.items()})
    print(
        f"times the SQL: {times_sql:.2f} (at most {AT_MOST_TIMES_SQL}); pandas takes {best['pandas']['seconds'] / best['unequal']['seconds']:.1f} times as long"
    )
    print(f"memory: {best['unequal']['memory'] / 1e6:,.0f} MB (less than {AT_MOST_BYTES / 1e6:,.0f})")
    return 0 if same and times_sql <= AT_MOST_TIMES_SQL and best["unequal"]["memory"] < AT_MOST_BYTES else 1


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--lines", type=int, default=20_000_000)
    asked.add_argument("--customers", type=int, default=1_000_000)
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--one", choices=list(WAYS), help=argparse.SUPPRESS)
    asked.add_argument("--entries", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.one:
        one(given.one, given.entries)
        return 0
    return compare(given.lines, given.customers, given.repeat)


if __name__ == "__main__":
    sys.exit(main())
