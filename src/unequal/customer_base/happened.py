"""How often things happened to customers within spans up to an instant: what predicates with windows over events read of a whole base."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import ibis

from unequal import predicates


def happened_within(rows: ibis.Table, moments: ibis.Table, windows: Sequence[predicates.windows.Window], *, at: datetime) -> ibis.Table:
    """Rows of customers beside what each window comes to for their customer.

    Args:
        rows: any rows with customer_id.
        moments: MOMENT; one row for each thing that happened: customer_id, event, happened_at (naive, in UTC). A row without an
            instant counts nowhere.
        windows: as `predicates.windows_of` gives them.
        at: the instant that is asked for; naive, in UTC. What happened then is inside every window, what happened a span earlier
            outside: (at - span, at].

    Returns:
        The rows with a column for each window under the window's name, in the place of one that had the name: an int64 for a
        count, a boolean for whether; 0 and false where nothing happened, also for rows without a customer. One row stays one row.

    Source: docs/reference/predicates.md
    """
    asked = list(dict.fromkeys(windows))
    if not asked:
        return rows
    kept = rows.select(*(name for name in rows.columns if name not in {window.name for window in asked}))
    counts = _counted(moments, asked, at)
    joined = kept.left_join(counts, kept["customer_id"] == counts["_whose"])
    return joined.select(*kept.columns, **{window.name: _told(joined[f"_{place}"], window) for place, window in enumerate(asked)})


def last_instant_before(day: date, time_zone: str) -> datetime:
    """The last instant before the morning of a day: as of when windows are counted that stand on a run.

    Args:
        day: of the year 2 or later.
        time_zone: the company's, by its IANA name.

    Returns:
        Naive, in UTC.

    >>> last_instant_before(date(2026, 1, 1), "Europe/Berlin")
    datetime.datetime(2025, 12, 31, 22, 59, 59, 999999)
    """
    begins = datetime.combine(day, time(), ZoneInfo(time_zone))
    return begins.astimezone(UTC).replace(tzinfo=None) - timedelta(microseconds=1)


def _counted(moments: ibis.Table, asked: Sequence[predicates.windows.Window], at: datetime) -> ibis.Table:
    """For each customer to whom anything asked for happened, how often it did within each window."""
    events = {window.event for window in asked}
    first = min(at - window.span for window in asked)
    near = moments.filter(moments["event"].isin(sorted(events)), _after(moments, first), moments["happened_at"] <= _instant(at))
    return near.group_by(_whose=near["customer_id"]).aggregate(
        **{f"_{place}": ((near["event"] == window.event) & _after(near, at - window.span)).sum() for place, window in enumerate(asked)}
    )


def _after(moments: ibis.Table, instant: datetime) -> Any:
    return moments["happened_at"] > _instant(instant)


def _instant(instant: datetime) -> ibis.Value:
    return ibis.literal(instant, type="timestamp(6)")


def _told(count: Any, window: predicates.windows.Window) -> Any:
    often = count.fill_null(0).cast("int64")
    return often if window.what == "count" else often > ibis.literal(0)
