"""How hosts do: tasks that were done in time, and customers who stayed among those of whom it is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from unequal.answers.base import Base
from unequal.answers.usual_metrics import THIN, Watched, watched
from unequal.terms.periods import Period


def host_contacts(base: Base, where: str | None, by: str | None, period: Period | None) -> list[Watched]:
    """Both, by month; only of the whole base, where it is not narrowed or sliced, and where a task was ever due.

    A task counts as done in time, or not, in the month that it was due in; a customer as kept, or lost, in the month in which that was told.
    Of whom nobody was reached nothing is told.

    Args:
        base: whose `host_tasks` has due_on, done_on and outcome of each task that was done, or whose day is over.
        where, by: as the question has them.
        period: the days that count.
    """
    if where is not None or by is not None:
        return []
    rows = base.host_tasks().to_pylist()
    in_time = [(row["due_on"], row["done_on"] is not None and row["done_on"] <= row["due_on"]) for row in rows]
    kept = [(row["done_on"], row["outcome"] == "kept") for row in rows if row["outcome"] in {"kept", "lost"}]
    found = [
        watched(
            "host_tasks_in_time", "Tasks of hosts that were done by the day on which they were due.", "share", _months(in_time, period)
        ),
        watched(
            "host_customers_kept",
            "Customers who stayed, among those whom a host reached and of whom it is told: an association, not an effect.",
            "share",
            _months(kept, period),
        ),
    ]
    return [one for one in found if one.rows]


def _months(told: Iterable[tuple[date, bool]], period: Period | None) -> Sequence[dict[str, object]]:
    """The share by month, withheld where few rows stand behind it."""
    months: dict[date, list[bool]] = defaultdict(list)
    for day, hit in told:
        if period is None or period.start <= day < period.end:
            months[day.replace(day=1)].append(hit)
    return [
        {"segment": None, "month": month, "value": sum(hits) / len(hits) if len(hits) >= THIN else None, "rows": len(hits)}
        for month, hits in sorted(months.items())
    ]
