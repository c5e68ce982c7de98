"""Many small Meridians: how often what came lies in the ranges that forecasts gave, and how far off totals were.

Each world is forecast as of half a year before its last day; what its own ledger holds of that half year is the truth.

    python benchmarks/value/worlds.py --worlds 8 --persons 2000
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import ibis
import numpy as np

from unequal import demo, flow
from unequal.value.history import buying_days, outcomes
from unequal.value.segments import beginnings

WEEKS = 26
AS_OF = date(2026, 1, 1) - timedelta(weeks=WEEKS)


@dataclass(frozen=True)
class Found:
    """One world.

    Args:
        covered: share of customers whose orders lay in their 90 % range.
        missed: by what share of itself the total of orders was missed.
        uniform: distance of the transforms from uniform, by kind of relationship, in the latest test.
        segments: name, came, low, expected, high of each segment.
        seconds: of processor time that the run took.
    """

    covered: float
    missed: float
    uniform: dict[str, float]
    segments: list[tuple[str, float, float, float, float]]
    seconds: float

    @property
    def inside(self) -> float:
        """Share of segments whose total lay in its range."""
        return float(np.mean([low <= came <= high for _, came, low, _, high in self.segments]))


def world(folder: Path, *, persons: int, seed: int) -> Found:
    """Build a world in a folder, forecast its last half year, and hold the forecast against it."""
    demo.build(folder, persons=persons, seed=seed)
    path = folder / "unequal.yaml"
    text = path.read_text(encoding="utf-8").replace("  horizon_weeks: 156 ", f"  as_of: {AS_OF}\n  horizon_weeks: {WEEKS} ")
    path.write_text(text, encoding="utf-8")
    began = time.process_time()
    flow.run(flow.open_project(folder, {}))
    seconds = time.process_time() - began
    with flow.open_base(flow.open_project(folder, {})) as opened:
        base = opened.base
        lines = base.fetch(_came(base).order_by("customer_id", "relationship"))
        given = {(row["segment_kind"], row["segment"]): row for row in base.fetch(base.table("value_total"))}
        tests = base.fetch(base.table("backtest").filter(lambda t: t["is_chosen"]).order_by("origin"))
    shop = [row for row in lines if row["relationship"] == "shop"]
    orders, expected = sum(row["orders"] for row in shop), sum(row["orders_expected"] for row in shop)
    return Found(
        covered=float(np.mean([row["orders_low"] <= row["orders"] <= row["orders_high"] for row in shop])),
        missed=expected / orders - 1,
        uniform={row["relationship"]: float(row["distance_from_uniform"] or 0.0) for row in tests},
        segments=list(_segments(lines, given)),
        seconds=seconds,
    )


def _came(base: Any) -> ibis.Table:
    """A row for each customer and line of business that was forecast, with what came and into which segments it falls."""
    entries, lifetimes = base.table("entry"), base.table("lifetime")
    services = entries["channel"].fill_null("") == "services"
    came = [
        outcomes(buying_days(entries.filter(mine), base.level), start=AS_OF, end=AS_OF + timedelta(weeks=WEEKS)).mutate(relationship=ibis.literal(name))
        for name, mine in (("shop", ~services), ("services", services))
    ]  # fmt: skip
    both = came[0].union(came[1])
    begun = beginnings(entries.filter(entries["booked_on"] < AS_OF))
    rows = lifetimes.left_join(
        both.select("customer_id", "relationship", came_orders="orders", brought="brought"), ["customer_id", "relationship"]
    )
    rows = rows.select("customer_id", "relationship", "orders_expected", "orders_low", "orders_high", "came_orders", "brought")
    known = rows.inner_join(begun, "customer_id").inner_join(base.table("customer").select("customer_id", "kind"), "customer_id")
    return known.select(
        "customer_id", "relationship", "orders_expected", "orders_low", "orders_high", "kind", "channel", "market",
        began=known["first_day"].year().cast("string"), orders=known["came_orders"].fill_null(0),
        brought=known["brought"].cast("float64").fill_null(0.0),
    )  # fmt: skip


def _segments(
    lines: list[dict[str, Any]], given: dict[tuple[str, str], dict[str, Any]]
) -> Iterator[tuple[str, float, float, float, float]]:
    """What came of each segment beside its range. Bands are left out: they are drawn from what came."""
    for (kind, name), row in given.items():
        if kind in ("band", "relationship"):
            continue
        mine = [line["brought"] for line in lines if kind == "all" or (line[kind] or "not known") == name]
        if mine:
            yield f"{kind} {name}", float(sum(mine)), row["year_low"], row["year_expected"], row["year_high"]


def main() -> None:
    """Print a line a world, and the whole."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--worlds", type=int, default=8)
    asked.add_argument("--persons", type=int, default=2_000)
    given = asked.parse_args()
    found = []
    for seed in range(1, given.worlds + 1):
        with tempfile.TemporaryDirectory() as folder:
            one = world(Path(folder), persons=given.persons, seed=seed)
        found.append(one)
        told = ", ".join(f"{name} {value:.3f}" for name, value in one.uniform.items())
        print(
            f"world {seed}: orders missed by {one.missed:+.1%}, customers covered {one.covered:.1%}, "
            f"segments inside {one.inside:.0%} of {len(one.segments)}, distance from uniform {told}, {one.seconds:.0f} s",
            flush=True,
        )
        for name, came, low, expected, high in one.segments:
            print(
                f"    {name:28s} {low:12,.0f} {expected:12,.0f} {high:12,.0f}  came {came:12,.0f}{'' if low <= came <= high else '  outside'}"
            )
    inside = [low <= came <= high for one in found for _, came, low, _, high in one.segments]
    print(
        f"all: customers covered {np.mean([one.covered for one in found]):.1%}, segments inside {np.mean(inside):.1%} of {len(inside)}, "
        f"orders missed by {np.mean([abs(one.missed) for one in found]):.1%} on average"
    )


if __name__ == "__main__":
    main()
