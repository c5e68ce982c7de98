"""CDNOW's customers: the cohort of the data set, and the tenth of it from which the published figures come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

END = date(1997, 9, 30)
"""Of the 39 weeks of calibration; the 39 weeks after it are held out."""


@dataclass(frozen=True)
class Cdnow:
    """Each customer's history in weeks, the mean of its repeat orders in dollars (nan where there is none), and orders held out."""

    repeat_orders: np.ndarray
    last_order: np.ndarray
    observed: np.ndarray
    mean_spend: np.ndarray
    held_out: np.ndarray


SAMPLE = Path("cdnow") / "CDNOW_sample.txt"
"""The published tenth of the cohort, as its home has it; it is no regular choice of ids, so that it cannot be drawn from the whole."""


def load(folder: Path, *, sample: bool = False) -> Cdnow:
    """Purchases of one day are one order.

    Args:
        folder: of public data.
        sample: the published tenth, where its own file is there, instead of the cohort.
    """
    spent: dict[tuple[int, date], float] = {}
    path = folder / SAMPLE if sample else folder / "cdnow" / "CDNOW_master.txt"
    for line in path.read_text(encoding="ascii").splitlines():
        # The sample has a number of its own behind the customer's.
        parts = line.split()
        if len(parts) == 4 + sample and parts[0].isdigit():
            day = parts[-3]
            key = (int(parts[0]), date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}"))
            spent[key] = spent.get(key, 0.0) + float(parts[-1])
    orders: dict[int, list[tuple[date, float]]] = {}
    for (customer, bought_on), dollars in sorted(spent.items()):
        orders.setdefault(customer, []).append((bought_on, dollars))
    return _counted(list(orders.values()))


def _counted(customers: list[list[tuple[date, float]]]) -> Cdnow:
    rows = []
    for orders in customers:
        first = orders[0][0]
        repeat = [(day, dollars) for day, dollars in orders[1:] if day <= END]
        last = (repeat[-1][0] - first).days / 7 if repeat else 0.0
        mean = float(np.mean([dollars for _, dollars in repeat])) if repeat else np.nan
        rows.append((len(repeat), last, (END - first).days / 7, mean, sum(day > END for day, _ in orders)))
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    return Cdnow(*columns)
