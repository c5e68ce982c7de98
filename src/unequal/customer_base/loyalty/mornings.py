"""Customers on several mornings, as arrays: what was known of them then, and what came after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from unequal.customer_base.loyalty.events import Spans, breadth_at, counts_at, customers_at
from unequal.customer_base.loyalty.features import Counts, still_there
from unequal.customer_base.loyalty.leaving import Floats, Ints

_A_MORNING: Final = np.datetime64("1970-01-01", "D")


@dataclass(frozen=True)
class Morning:
    """Customers who were still there on a morning.

    Args:
        day: the morning.
        ids: n customers.
        counts: what was known of them.
        later: orders of each within the weeks of silence, after those of the warning.
        grew: whether it spent more in the half-year after than in the half-year before.
        lead_days: n: from the morning to the last order or contact within the weeks of the warning; 0 without any.
        groups: names of kinds of group -> n names.
        since, last: n x behaviours: days since 1970-01-01 of the first time lately and of the last time before; NaN without any.
    """

    day: date
    ids: npt.NDArray[Any]
    counts: Counts
    later: Ints
    grew: Floats
    lead_days: Floats
    groups: dict[str, npt.NDArray[Any]]
    since: Floats
    last: Floats

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Sources:
    """What a morning is told from.

    Args:
        arrow: runs a table.
        bought: see events.orders.
        entries: ENTRY of customers who buy when they like.
        happened: see events.events.
        kinds: customer_id and kind, of CUSTOMER.
    """

    arrow: Callable[[ibis.Table], pa.Table]
    bought: ibis.Table
    entries: ibis.Table
    happened: ibis.Table
    kinds: ibis.Table


def days_to_learn_on(last: date, first: date, *, every_days: int = 56, most: int = 7) -> tuple[date, ...]:
    """Mornings that are so far apart, latest first, none of them before half a year was known.

    >>> days_to_learn_on(date(2025, 1, 1), date(2024, 4, 1))
    (datetime.date(2025, 1, 1), datetime.date(2024, 11, 6))
    """
    every = [last - timedelta(days=every_days * number) for number in range(most)]
    return tuple(day for day in every if day >= first + timedelta(weeks=26))


def morning(sources: Sources, behaviours: Sequence[str], day: date, spans: Spans) -> Morning:
    """The customers who were still there on a morning, in the order of their ids."""
    who = customers_at(sources.bought, day, spans)
    for more in (breadth_at(sources.entries, day, spans), counts_at(sources.happened, behaviours, day, spans), sources.kinds):
        who = who.left_join(more, "customer_id").drop("customer_id_right")
    return _of_rows(sources.arrow(who.order_by("customer_id")), behaviours, day, spans)


def _of_rows(rows: pa.Table, behaviours: Sequence[str], day: date, spans: Spans) -> Morning:
    numbers = range(len(behaviours))
    at = float((np.datetime64(day, "D") - _A_MORNING).astype(np.int64))
    counts = Counts(
        silent_days=at - _days(rows, "last_day"), tenure_days=at - _days(rows, "first_day"), orders=_whole(rows, "orders"), orders_lately=_whole(rows, "orders_lately"),
        products=_whole(rows, "products"), channels=_whole(rows, "channels"),
        recent=_matrix(rows, "recent", numbers), before=_matrix(rows, "before", numbers),
    )  # fmt: skip
    there = still_there(counts, spans.recent.days)
    after = np.fmax(_days(rows, "last_after"), _days(rows, "after"))
    columns = {name: _texts(rows, name)[there] for name in ("kind", "channel", "market")}
    return Morning(
        day, _texts(rows, "customer_id")[there], _some(counts, there), _whole(rows, "later")[there],
        (np.asarray(rows["sales_after"].to_numpy()) > np.asarray(rows["sales_before"].to_numpy())).astype(np.float64)[there],
        np.nan_to_num(after - at, nan=0.0)[there], columns,
        _dates(rows, "since", numbers)[there], _dates(rows, "last", numbers)[there],
    )  # fmt: skip


def _some(counts: Counts, which: npt.NDArray[np.bool_]) -> Counts:
    return Counts(*(getattr(counts, name)[which] for name in counts.__dataclass_fields__))


def _texts(rows: pa.Table, name: str) -> npt.NDArray[Any]:
    return np.asarray(rows[name].fill_null("").to_numpy(zero_copy_only=False), dtype=object).astype(str)


def _whole(rows: pa.Table, name: str) -> Ints:
    return np.asarray(rows[name].fill_null(0).to_numpy(), dtype=np.int64)


def _days(rows: pa.Table, name: str) -> Floats:
    """Days since 1970-01-01; NaN where there is none."""
    days = rows[name].cast(pa.date32()).cast(pa.int32()).cast(pa.float64())
    return np.asarray(days.to_numpy(zero_copy_only=False), dtype=np.float64)


def _matrix(rows: pa.Table, name: str, numbers: range) -> Ints:
    return np.column_stack([np.zeros((rows.num_rows, 0), np.int64), *(_whole(rows, f"{name}_{number}") for number in numbers)])


def _dates(rows: pa.Table, name: str, numbers: range) -> Floats:
    return np.column_stack([np.zeros((rows.num_rows, 0)), *(_days(rows, f"{name}_{number}") for number in numbers)])
