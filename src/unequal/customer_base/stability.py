"""How much a customer's band hangs on what drives the cost of serving (each driver a quarter more, a quarter less), on links and on time.

The arithmetic of drivers is in floating point: it asks on which side of a threshold a figure would lie, and never moves a dollar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from unequal.customer_base.tables import BAND_STABILITY

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bands = npt.NDArray[np.int8]

CAUSES: Final = ("costs", "links", "window")
"""What a band may hang on."""
BY_COSTS: Final = {
    "customer_id": "string",
    "costs_stable": "boolean",
    "same_share": "float64",
    "scenarios": "int64",
    "flipped_by": "string",
}
"""What drivers of cost say of each customer."""
SHIFT: Final = 0.25
"""How far each driver is moved, either way."""
PROFITABLE, BREAK_EVEN, UNPROFITABLE = 1, 0, -1


@dataclass(frozen=True)
class Served:
    """What was done for customers: a row each for customer, activity and month, our own failures left out.

    Args:
        customer: position of the customer.
        activity: position of the activity.
        cell: position of pool and month in `PoolMonths`.
        cost: dollars, positive.
        seconds: time used.
    """

    customer: Ints
    activity: Ints
    cell: Ints
    cost: Floats
    seconds: Floats


@dataclass(frozen=True)
class PoolMonths:
    """Each pool in each month.

    Args:
        pool: position of the pool.
        practical: seconds of practical capacity.
        used: seconds that all events took, whoever caused them.
    """

    pool: Ints
    practical: Floats
    used: Floats


@dataclass(frozen=True)
class Scenario:
    """One driver moved: by how many dollars each customer's figure changes."""

    driver: str
    change: Floats


def band_of(amount: Floats, sales: Floats, *, within: float, share_of_sales: float) -> Bands:
    """The band of each customer, as `bands` draws the lines: 1 profitable, 0 about break-even, -1 unprofitable."""
    margin = np.maximum(within, np.round(np.abs(sales) * share_of_sales, 4))
    found: Bands = (np.where(amount > margin, PROFITABLE, 0) + np.where(amount < -margin, UNPROFITABLE, 0)).astype(np.int8)
    return found


def cost_scenarios(
    served: Served, cells: PoolMonths, pools: Sequence[str], activities: Mapping[str, Sequence[int]], *, customers: int
) -> Iterator[Scenario]:
    """Each pool's cost and each activity's time, a quarter more and a quarter less.

    A pool's cost moves what its events cost by as much. An activity's time moves what it costs too, and where more would be worked
    than practical capacity, the pool's cost is shared anew: then the pool's other activities get cheaper.

    Args:
        served: what was done.
        cells: the pools' months.
        pools: names of pools by position.
        activities: name -> its position and its pool's.
        customers: how many customers there are.
    """
    of_pool = cells.pool[served.cell]
    for number, pool in enumerate(pools):
        rows = of_pool == number
        base = np.bincount(served.customer[rows], served.cost[rows], minlength=customers).astype(np.float64)
        for sign in (1, -1):
            yield Scenario(f"cost of {pool}", -sign * SHIFT * base)
    for name, (activity, pool_number) in activities.items():
        rows = np.flatnonzero(of_pool == pool_number)
        own = served.activity[rows] == activity
        seconds = np.bincount(served.cell[rows][own], served.seconds[rows][own], minlength=len(cells.used))
        for sign in (1, -1):
            then = cells.used + sign * SHIFT * seconds
            dearer = np.maximum(cells.practical, cells.used) / np.maximum(np.maximum(cells.practical, then), 1e-9)
            factor = dearer[served.cell[rows]] * np.where(own, 1 + sign * SHIFT, 1.0)
            change = np.bincount(served.customer[rows], served.cost[rows] * (1 - factor), minlength=customers)
            yield Scenario(f"time of {name}", change.astype(np.float64))


@dataclass(frozen=True)
class Stability:
    """How steady each customer's band is.

    Args:
        share: of the scenarios, those in which the band is the same.
        driver: position of the driver that flips it by the most dollars, -1 where none does.
    """

    share: Floats
    driver: Ints

    @property
    def stable(self) -> npt.NDArray[np.bool_]:
        """Whose band no scenario changes."""
        return self.driver < 0


def stability(
    amount: Floats, sales: Floats, scenarios: Iterable[Scenario], *, within: float, share_of_sales: float
) -> tuple[Stability, tuple[str, ...]]:
    """In how many scenarios each customer stays in its band, and which driver moves it out.

    Args:
        amount: each customer's figure, dollars.
        sales: each customer's sales, dollars.
        scenarios: of the same customers.
        within, share_of_sales: where the bands' lines are drawn, see `bands`.

    Returns:
        The stability, and the drivers by position.
    """
    now = band_of(amount, sales, within=within, share_of_sales=share_of_sales)
    same = np.zeros(len(amount), dtype=np.int64)
    largest = np.zeros(len(amount))
    driver = np.full(len(amount), -1, dtype=np.int64)
    names: list[str] = []
    count = 0
    for scenario in scenarios:
        count += 1
        if scenario.driver not in names:
            names.append(scenario.driver)
        then = band_of(amount + scenario.change, sales, within=within, share_of_sales=share_of_sales)
        flips = then != now
        same += ~flips
        size = np.abs(scenario.change)
        taken = flips & (size > largest)
        driver[taken] = names.index(scenario.driver)
        largest[taken] = size[taken]
    share = same / count if count else np.ones(len(amount))
    return Stability(share, driver), tuple(names)


def cells_of(pools: Sequence[Mapping[str, Any]]) -> tuple[PoolMonths, dict[tuple[str, date], int], list[str]]:
    """POOL rows as arrays, the place of each pool and month, and the pools by position."""
    names = sorted({str(row["pool"]) for row in pools})
    place = {(str(row["pool"]), row["month"]): number for number, row in enumerate(pools)}
    found = PoolMonths(
        np.array([names.index(str(row["pool"])) for row in pools], dtype=np.int64),
        np.array([float(row["practical_seconds"] or 0) for row in pools]),
        np.array([float(row["used_seconds"]) for row in pools]),
    )
    return found, place, names


def served_of(work: pa.Table, customers: pa.ChunkedArray, place: Mapping[tuple[str, date], int], activities: Sequence[str]) -> Served:
    """ACTIVITY_COST as arrays.

    Args:
        work: customer_id, activity, pool, month, and cost and seconds as doubles.
        customers: ids by position.
        place: position of each pool and month.
        activities: names by position.
    """
    # A pool and month are few among many rows: each pair is looked up once.
    pairs = pa.table({"pool": work["pool"], "month": work["month"]})
    known = pairs.group_by(["pool", "month"]).aggregate([]).to_pylist()
    numbered = pa.table({
        "pool": pa.array([row["pool"] for row in known], pa.string()), "month": pa.array([row["month"] for row in known], pa.date32()),
        "cell": pa.array([place[row["pool"], row["month"]] for row in known], pa.int64()),
    })  # fmt: skip
    placed = pairs.append_column("row", pa.array(np.arange(len(work)))).join(numbered, ["pool", "month"]).sort_by("row")
    return Served(
        np.asarray(pc.index_in(work["customer_id"], customers.combine_chunks()).to_numpy(), dtype=np.int64),
        np.asarray(pc.index_in(work["activity"], pa.array(activities)).to_numpy(), dtype=np.int64),
        np.asarray(placed["cell"].to_numpy(), dtype=np.int64),
        np.asarray(work["cost"].to_numpy()),
        np.asarray(work["seconds"].to_numpy()),
    )


def cost_rows(customers: pa.ChunkedArray, found: Stability, drivers: Sequence[str]) -> pa.Table:
    """BY_COSTS.

    Args:
        customers: customer_id, in the order of `found`.
        found: how steady each band is.
        drivers: by position.
    """
    rows = len(customers)
    names = pa.array(drivers, pa.string())
    return pa.table({
        "customer_id": customers, "costs_stable": pa.array(found.stable), "same_share": pa.array(found.share),
        "scenarios": pa.repeat(2 * len(drivers), rows),
        "flipped_by": names.take(pa.array(found.driver, mask=found.driver < 0)) if rows else pa.array([], pa.string()),
    })  # fmt: skip


def steadiness(banded: ibis.Table, *, costs: ibis.Table | None, links: ibis.Table, window: ibis.Table | None) -> ibis.Table:
    """Whether each customer's band stands, and what moves it.

    Args:
        banded: BAND.
        costs: BY_COSTS of every customer; None where service is no part of the figure.
        links: see links.by_links; of customers with a doubtful link alone.
        window: customer_id and window_band of those who were there in the other window; None where there is none.

    Returns:
        BAND_STABILITY, a row per customer. A cause that does not apply is absent, and moves nothing.
    """
    told = banded.select("customer_id", "band", scheme=ibis.literal("profit"))
    beside = (
        (costs, dict(BY_COSTS)),
        (links, {"links": "int64", "links_stable": "boolean", "flipped_by_link": "string"}),
        (window, {"window_band": "string"}),
    )
    for table, types in beside:
        names = [name for name in types if name != "customer_id"]
        if table is None:
            told = told.mutate(**{name: ibis.null(types[name]) for name in names})
        else:
            told = told.left_join(table.select("customer_id", *names), "customer_id").select(*told.columns, *names)
    told = told.mutate(
        same_share=told["same_share"].fill_null(1.0), scenarios=told["scenarios"].fill_null(0), links=told["links"].fill_null(0),
        window_stable=told["window_band"] == told["band"],
    )  # fmt: skip
    holds = [told[f"{cause}_stable"].fill_null(ibis.literal(value=True)) for cause in CAUSES]
    return told.mutate(stable=holds[0] & holds[1] & holds[2]).select(*BAND_STABILITY.names)
