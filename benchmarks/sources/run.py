"""Twenty million CSV lines: accepted, quarantined and tiled by Unequal, beside DuckDB that only reads them.

    python benchmarks/sources/run.py [--rows 20000000] [--no-key] [--folder DIR]

Each runs in a process of its own and ends in Parquet; ours also writes the rows as found, the spans and what is quarantined. The
file has eight columns; quotes stand around text, and one line in ten thousand is broken in one of six ways. DuckDB is given the
same lines without the broken ones: on the others it stops, or, told to ignore errors, loses three quarters of the rows.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADER = b"order_line,customer_no,ordered_on,sku,quantity,unit_price,channel,note\n"
AT_ONCE = 500_000
BROKEN_EVERY = 10_000
BROKEN = (
    b'"L%09d",1,2024-02-30,"SKU-1",1,1.00,"web",""\n',
    b'"L%09d",1,2024-01-01,"SKU-1",1,1e5,"web",""\n',
    b'"L%09d",1,2024-01-01,"SKU-1",1\n',
    b'"L%09d",1,2024-01-01,"SKU-1",1,1.00,"w\xe9b",""\n',
    b'"L%09d",1,2024-01-01,"SKU-1",1,1.00,"web","open\n',
    b'"L%09d",1,2024-01-01,"SKU-1",one,1.00,"web",""\n',
)


def make(path: Path, rows: int, *, broken: bool) -> None:
    """Write the file, the same for the same number of rows; with broken lines or without."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    random = np.random.default_rng(7)
    with path.open("wb") as file:
        file.write(HEADER)
        for first in range(0, rows, AT_ONCE):
            count = min(AT_ONCE, rows - first)
            table = pa.table({
                "order_line": np.char.add("L", np.char.zfill(np.arange(first, first + count).astype(str), 9)),
                "customer_no": random.integers(100_000, 1_100_000, count),
                "ordered_on": np.datetime64("2022-01-01") + random.integers(0, 1400, count),
                "sku": np.char.add("SKU-", random.integers(1000, 9999, count).astype(str)),
                "quantity": random.integers(1, 20, count),
                "unit_price": random.integers(100, 50_000, count) / 100,
                "channel": np.array(["web", "shop", "phone"])[random.integers(0, 3, count)],
                "note": np.array(["", "gift", "urgent, please", "Grüße"])[random.choice(4, count, p=[0.9, 0.08, 0.01, 0.01])],
            })  # fmt: skip
            for part in range(0, count, BROKEN_EVERY):
                pa_csv.write_csv(table.slice(part, BROKEN_EVERY - 1), file, pa_csv.WriteOptions(include_header=False))
                if broken:
                    file.write(BROKEN[(first + part) // BROKEN_EVERY % len(BROKEN)] % (first + part + BROKEN_EVERY - 1))


def ours(path: Path, folder: Path, *, key: bool) -> dict[str, object]:
    from unequal import sources, storage
    from unequal.config.project import Project
    from unequal.config.sources import Source
    from unequal.config.storage import Storage

    source = Source(
        read=str(path),
        key="order_line" if key else None,
        columns={"ordered_on": {"type": "date", "format": "ISO"}, "quantity": "integer", "unit_price": "money", "customer_no": "text"},
    )
    project = Project(project="benchmark", reporting_currency="EUR", time_zone="UTC", sources={"orders": source})
    out = folder / "ours"
    out.mkdir()
    started = time.perf_counter()
    with storage.open_engine(Storage(memory_limit="1000MB", threads=2), folder / "scratch") as engine:
        sources.accept(engine, "orders", source, files=[path], project=project, folder=out, root=path.parent)
    seconds = time.perf_counter() - started
    import pyarrow.parquet as pq

    extract = pq.read_table(out / "extract.parquet").to_pylist()[0]
    spans = sorted((row["byte_start"], row["byte_end"]) for row in pq.read_table(out / "span.parquet").to_pylist())
    tiled = spans[0][0] == 0 and spans[-1][1] == path.stat().st_size and all(a[1] == b[0] for a, b in itertools.pairwise(spans))
    return {
        "seconds": seconds,
        "rows": extract["rows_accepted"],
        "quarantined": extract["rows_quarantined"],
        "tiled": tiled,
        "spans": len(spans),
    }


def duckdb(path: Path, folder: Path) -> dict[str, object]:
    import duckdb as engine

    connection = engine.connect(config={"threads": 2, "memory_limit": "1000MB", "preserve_insertion_order": False})
    started = time.perf_counter()
    query = f"SELECT * FROM read_csv('{path}', all_varchar = true)"
    connection.execute(f"COPY ({query}) TO '{folder / 'duckdb.parquet'}' (FORMAT parquet)")
    seconds = time.perf_counter() - started
    rows = connection.execute(f"SELECT count(*) FROM '{folder / 'duckdb.parquet'}'").fetchone()
    return {"seconds": seconds, "rows": rows[0] if rows else None}


def measured(which: str, path: Path, *, key: bool) -> dict[str, object]:
    """Run one side in a process of its own."""
    command = [sys.executable, __file__, "--side", which, "--file", str(path), *([] if key else ["--no-key"])]
    finished = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(finished.stdout.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--no-key", action="store_true", help="tell rows apart by all of their values")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--side", choices=("ours", "duckdb"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side:
        with tempfile.TemporaryDirectory(dir=given.file.parent) as folder:
            found = ours(given.file, Path(folder), key=not given.no_key) if given.side == "ours" else duckdb(given.file, Path(folder))
            usage = resource.getrusage(resource.RUSAGE_SELF)
            found |= {"peak_mb": usage.ru_maxrss // 1024, "cpu_seconds": usage.ru_utime + usage.ru_stime}
            print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        path = Path(folder) / "orders.csv"
        clean = Path(folder) / "clean.csv"
        make(path, given.rows, broken=True)
        make(clean, given.rows, broken=False)
        print(
            f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; {given.rows:,} lines, {path.stat().st_size:,} bytes"
        )
        sides = {side: measured(side, file, key=not given.no_key) for side, file in (("duckdb", clean), ("ours", path))}
    for side, found in sides.items():
        print(f"{side}: {found}")
    ratio = float(sides["ours"]["seconds"]) / float(sides["duckdb"]["seconds"])  # type: ignore[arg-type]
    work = float(sides["ours"]["cpu_seconds"]) / float(sides["duckdb"]["cpu_seconds"])  # type: ignore[arg-type]
    print(
        f"ours takes {ratio:.2f} times as long (at most 3), {work:.2f} times the processor's time; peak {sides['ours']['peak_mb']} MB (at most 2,000)"
    )


if __name__ == "__main__":
    main()
