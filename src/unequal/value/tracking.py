"""How a test went on: what came since its origin beside what was expected, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import ibis
import numpy as np

from unequal.value.arrays import Floats, Ints
from unequal.value.origins import Window


def rows(
    relationship: str, group: str, origin: date, *, weeks: Sequence[float] | Floats, came: Ints, expected: Floats
) -> list[dict[str, Any]]:
    """TRACKING rows of a test.

    Args:
        relationship, group: their names.
        origin: the day of the forecast.
        weeks: ends of the m steps, in weeks after it; rounded to whole ones.
        came: orders in each step, m.
        expected: orders expected since the origin by the end of each step, m.
    """
    at = {"relationship": relationship, "kind_of_customer": group, "origin": origin}
    return [
        {**at, "week": round(float(week)), "orders": int(one), "orders_expected": float(other)}
        for week, one, other in zip(weeks, np.cumsum(came), expected, strict=True)
    ]


def orders_by_day(days: ibis.Table, window: Window, people: ibis.Table) -> ibis.Table:
    """Orders on each day of a window, of customers who had ordered before it.

    Args:
        days: BUYING_DAYS, or occasions, whose day is the first of their period.
        window: of the test; its start belongs to it, its end does not.
        people: customer_id and kind of the customers to count.

    Returns:
        kind, day, orders int64; days without an order are absent.
    """
    known = days.filter(days["day"] < window.start, days["is_order"]).select("customer_id").distinct()
    came = days.filter(days["day"] >= window.start, days["day"] < window.end, days["is_order"]).semi_join(known, "customer_id")
    placed = came.inner_join(people.select("customer_id", "kind"), "customer_id")
    return placed.group_by("kind", "day").aggregate(orders=placed.count().cast("int64"))


def by_step(counted: Sequence[dict[str, Any]], starts: Any) -> dict[str, Ints]:
    """Orders of each kind of customer in steps.

    Args:
        counted: rows of `orders_by_day`.
        starts: first days of the m steps, ascending, datetime64[D]; no day lies before the first.

    Returns:
        Kind -> orders in each step, m; a kind without an order is absent.
    """
    found: dict[str, Ints] = {}
    for row in counted:
        step = int(np.searchsorted(starts, np.datetime64(row["day"], "D"), side="right")) - 1
        found.setdefault(str(row["kind"]), np.zeros(len(starts), np.int64))[step] += int(row["orders"])
    return found


def of_kinds(by_kind: dict[str, Ints], kinds: Sequence[str], steps: int) -> Ints:
    """Orders in each step of customers of several kinds together."""
    none = np.zeros(steps, np.int64)
    return np.asarray(sum((by_kind.get(kind, none) for kind in kinds), none), dtype=np.int64)
