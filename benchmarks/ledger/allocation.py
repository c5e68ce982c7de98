"""Sharing the cost of pools over events, exactly: lines a second of one core.

Two measures. The split alone (ledger.splitting.split_costs), beside the same by a whole sort in numpy, outputs compared, and a
sample beside exact fractions. And the charge of a file of events: read and split, and with their entries written.
Promised: at least 2 million lines a second a core, by processor time.

    python benchmarks/ledger/allocation.py [--lines 5000000] [--months 48]
"""

from __future__ import annotations

import argparse
import hashlib
import platform
import sys
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from unequal.ledger.charging import charged, paid, with_amounts, work_of, writing
from unequal.ledger.pools import every_month
from unequal.ledger.splitting import split_cost, split_costs

AT_LEAST = 2_000_000
SAMPLE = 20_000


def made(lines: int, months: int, *, equal: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Totals, starts, weights (ticks of up to half an hour, or all of 1.8 minutes: then every line is tied) and ids."""
    chance = np.random.default_rng(20260101)
    starts = np.linspace(0, lines, months + 1).astype(np.int64)
    weights = np.full(lines, 1_080_000) if equal else chance.integers(1, 18_000_000, lines)
    return chance.integers(10**9, 10**12, months), starts, weights, chance.permutation(lines).astype(np.uint64)


def by_sorting(totals: np.ndarray, starts: np.ndarray, weights: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The same by sorting all remainders of each cost, in Python's whole numbers where 64 bits do not do: the obvious way."""
    shares = np.empty(len(weights), dtype=np.int64)
    for total, (begin, end) in zip(totals.tolist(), pairwise(starts.tolist()), strict=True):
        own = weights[begin:end]
        whole = int(own.sum())
        products = own.astype(object) * total
        parts = (products // whole).astype(np.int64)
        left = (products % whole).astype(np.int64)
        first = np.lexsort((ids[begin:end], -left))[: total - int(parts.sum())]
        parts[first] += 1
        shares[begin:end] = parts
    return shares


def timed(work: object, *given: object) -> tuple[object, float]:
    started = time.process_time()
    found = work(*given)  # type: ignore[operator]
    return found, time.process_time() - started


def split_alone(lines: int, months: int) -> bool:
    good = True
    for equal in (False, True):
        case = made(lines, months, equal=equal)
        split_costs(*made(1_000, 2, equal=equal))  # compiled before it is measured
        ours, seconds = timed(split_costs, *case)
        few = made(min(lines, 500_000), months, equal=equal)
        sorted_shares, sorting = timed(by_sorting, *few)
        same = bool((split_costs(*few) == sorted_shares).all())
        totals, starts, weights, ids = made(SAMPLE, 4, equal=equal)
        shares = split_costs(totals, starts, weights, ids)
        for total, (begin, end) in zip(totals.tolist(), pairwise(starts.tolist()), strict=True):
            rows = np.arange(begin, end)[np.argsort(ids[begin:end])]
            same = same and shares[rows].tolist() == split_cost(total, weights[rows].tolist())
        speed = lines / seconds
        print(f"{'all tied' if equal else 'any times':10} {speed / 1e6:8.1f} M lines/s, by sorting {len(few[2]) / sorting / 1e6:6.2f} M lines/s; "
              f"same to the unit: {'yes' if same else 'NO'}")  # fmt: skip
        good = good and same and speed >= AT_LEAST and int(np.asarray(ours).sum()) == int(case[0].sum())
    return good


def whole_charge(lines: int, months: int) -> bool:
    """From a file of events to a file of entries."""
    chance = np.random.default_rng(7)
    calendar = every_month(date(2022, 1, 1), date(2022 + (months - 1) // 12, (months - 1) % 12 + 1, 1))
    names = pa.array([hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest() for number in range(lines)])
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "events.parquet"
        money = pa.nulls(lines, pa.decimal128(18, 4))
        rows = pa.table({
            "entry_id": names, "month": pa.array(calendar, pa.date32()).take(pa.array(np.sort(chance.integers(0, months, lines)))),
            "ticks": pa.array(chance.integers(1, 18_000_000, lines)), "amount": money, "original_amount": money,
        })  # fmt: skip
        pq.write_table(rows, path, row_group_size=250_000, compression="zstd", use_dictionary=["month"])
        costs = dict.fromkeys(calendar, 10**11)
        capacity = dict.fromkeys(calendar, int(1.2 * lines / months * 9_000_000))
        started = time.process_time()
        work = work_of([path])
        found, shares = charged("pool", work, costs, capacity)
        allotted = time.process_time() - started
        with writing(Path(place) / "posted.parquet", rows.schema) as writer:
            for table in with_amounts([path], shares, paid(work, found)):
                writer.write_table(table)
        seconds = time.process_time() - started
        exact = int(shares.sum()) + sum(month.idle for month in found) == sum(costs.values())
    print(f"events read from Parquet and charged {lines / allotted / 1e6:6.2f} M lines/s; with entries written {lines / seconds / 1e6:6.2f} M lines/s; "
          f"every unit accounted for: {'yes' if exact else 'NO'}")  # fmt: skip
    return exact and lines / allotted >= AT_LEAST


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--lines", type=int, default=5_000_000)
    asked.add_argument("--months", type=int, default=48)
    given = asked.parse_args()
    print(
        f"{platform.machine()}, Python {platform.python_version()}, numpy {np.__version__}; {given.lines:,} lines over {given.months} months"
    )
    results = [split_alone(given.lines, given.months), whole_charge(given.lines, given.months)]
    print(f"at least {AT_LEAST / 1e6:.0f} M lines a second a core: {'yes' if all(results) else 'NO'}")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
