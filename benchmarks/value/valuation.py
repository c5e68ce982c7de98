"""The whole valuation from fifty million transactions in Parquet: statement, bands, models and their contest, ranges, reasons.

    python benchmarks/value/valuation.py [--transactions 50_000_000] [--folder DIR] [--memory 12GB]

The company is made: customers order by the Pareto/NBD model with CDNOW's rates, over three years; each transaction has its day,
sales and cost of goods. Transactions are kept in the folder, where one is given, and made once.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.identity.machine import facts

from unequal import config, customer_base, ledger, storage, value
from unequal.config.storage import Storage
from unequal.identity.tables import CUSTOMER_RECORD, PERSON_ATTRIBUTE, RECORD, RELATIONSHIP
from unequal.ledger.tables import ENTRY, INTERACTION
from unequal.terms.lines import Level, Line

FIRST: Final = date(2023, 1, 2)
WEEKS: Final = 157
TRANSACTIONS_A_CUSTOMER: Final = 5.565
"""With these rates and this span."""
A_PART: Final = 500_000
RATES: Final = (0.5533, 0.090, 0.6062, 0.0175)
"""Shape and mean of ordering a week, shape and mean of leaving a week: CDNOW's, ordering somewhat more often."""
CONFIG: Final = "project: made\nreporting_currency: USD\ntime_zone: UTC\nsources: {sales: {read: none.parquet, key: id}}\n"


def made(folder: Path, transactions: int) -> Path:
    """Write transactions.parquet and customers.parquet, and give the folder."""
    if (folder / "customers.parquet").exists():
        return folder
    people = round(transactions / TRANSACTIONS_A_CUSTOMER)
    schema = pa.schema(
        [("customer_id", pa.string()), ("day", pa.date32()), ("sales", pa.decimal128(18, 4)), ("cost", pa.decimal128(18, 4))]
    )
    rows = 0
    with pq.ParquetWriter(folder / "transactions.parquet", schema, compression="zstd") as out:
        for begin in range(0, people, A_PART):
            part = _part(begin, min(A_PART, people - begin))
            rows += part.num_rows
            out.write_table(part)
    ids = pa.array(_ids(np.arange(people)))
    pq.write_table(
        pa.table({"customer_id": ids, "kind": pa.array(["person"] * people), "is_test": pa.repeat(pa.scalar(value=False), people)}),
        folder / "customers.parquet",
    )
    print(f"made {rows:,} transactions of {people:,} customers")
    return folder


def _ids(numbers: np.ndarray) -> list[str]:
    return [f"c{number:09d}" for number in numbers.tolist()]


def _part(begin: int, people: int) -> pa.Table:
    chance = np.random.default_rng([7, begin])
    joined = chance.uniform(0, WEEKS - 4, people)
    ordering = chance.gamma(RATES[0], RATES[1] / RATES[0], people)
    leaving = chance.gamma(RATES[2], RATES[3] / RATES[2], people)
    lives = np.minimum(chance.exponential(1, people) / np.maximum(leaving, 1e-12), WEEKS - joined)
    again = chance.poisson(ordering * lives)
    who = np.repeat(np.arange(people), again + 1)
    first = np.r_[0, np.cumsum(again + 1)[:-1]]
    at = joined[who] + chance.random(len(who)) * lives[who]
    at[first] = joined
    day = np.datetime64(FIRST, "D") + np.floor(at * 7).astype("timedelta64[D]")
    usual = chance.gamma(6.25, 1, people)
    cents = np.maximum((usual[who] * chance.gamma(3, 3, len(who)) * 100).astype(np.int64), 100)
    cost = (cents * np.clip(chance.normal(0.62, 0.12, len(who)), 0.2, 1.3)).astype(np.int64)
    names = pa.array(_ids(np.arange(begin, begin + people))).take(pa.array(who))
    return pa.table({"customer_id": names, "day": pa.array(day), "sales": _money(cents), "cost": _money(cost)})


def _money(cents: np.ndarray) -> pa.Array:
    """Cents as exact decimals: the 128 bits of each are its ten-thousandths."""
    wide = np.zeros((len(cents), 2), np.int64)
    wide[:, 0] = cents * 100
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(cents), [None, pa.py_buffer(wide)])


def entries_of(transactions: ibis.Table) -> ibis.Table:
    """ENTRY, two for each transaction, as far as valuation reads it."""

    def line(name: Line, amount: ibis.Value) -> ibis.Table:
        told = {"customer_id": transactions["customer_id"], "booked_on": transactions["day"], "line": ibis.literal(str(name)),
                "amount": amount.cast(ENTRY.types["amount"]), "channel": ibis.literal("web"), "source": ibis.literal("sales")}  # fmt: skip
        rest = {key: ibis.null().cast(kind) for key, kind in ENTRY.types.items() if key not in told}
        return transactions.select(**{**told, **rest}).select(*ENTRY.names)

    return ibis.union(line(Line.LIST_REVENUE, transactions["sales"]), line(Line.COST_OF_GOODS, -transactions["cost"]))


def timed(name: str, work: Callable[[], None]) -> None:
    wall, busy = time.perf_counter(), time.process_time()
    work()
    print(f"  {name:<28} {time.perf_counter() - wall:8.1f} s   processor {time.process_time() - busy:8.1f} s", flush=True)


def valued(folder: Path, memory: str) -> None:
    """From transactions to each customer's value, step by step, as a run takes them."""
    (folder / "unequal.yaml").write_text(CONFIG, encoding="utf-8")
    project = config.load(folder / "unequal.yaml", {}).project
    out = folder / "valued"
    out.mkdir(exist_ok=True)
    with storage.open_engine(Storage(threads=2, memory_limit=memory), folder / "scratch") as engine:
        entries = entries_of(engine.read(folder / "transactions.parquet"))
        level = Level.GROSS_MARGIN
        beside = value.steps.Beside(*(engine.rows(contract.types, []) for contract in (INTERACTION, RECORD, PERSON_ATTRIBUTE)))
        began, busy = time.perf_counter(), time.process_time()
        timed("statement", lambda: engine.write(ledger.customer_statement(entries), out / "statement.parquet"))
        statement = engine.read(out / "statement.parquet")
        timed(
            "bands",
            lambda: customer_base.steps.band(engine, statement=statement, entries=entries, level=level, project=project, folder=out),
        )
        timed("forecasts and reasons", lambda: value.steps.forecast(
            engine, entries=entries, customers=engine.read(folder / "customers.parquet"), bands=engine.read(out / "band.parquet"),
            customer_record=engine.rows(CUSTOMER_RECORD.types, []), relationships=engine.rows(RELATIONSHIP.types, []), beside=beside, rows={},
            level=level, project=project, folder=out,
        ))  # fmt: skip
        print(f"  {'whole':<28} {time.perf_counter() - began:8.1f} s   processor {time.process_time() - busy:8.1f} s")
        values = engine.read(out / "customer_value.parquet")
        told = engine.fetch(values.aggregate(customers=values.count()))[0]
        print(f"  {told['customers']:,} customers valued; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--transactions", type=lambda text: int(text.replace("_", "")), default=50_000_000)
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--memory", default="12GB")
    given = asked.parse_args()
    print(facts(("duckdb", "ibis-framework", "numpy", "numba")))
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        valued(made(folder, given.transactions), given.memory)
    return 0


if __name__ == "__main__":
    sys.exit(main())
