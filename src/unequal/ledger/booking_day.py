"""On which day, in the company's zone, a moment falls.

The zone's changes of offset come from one place, Python's zoneinfo, as a CASE over moments:
an engine's own zone functions would bring a second and a third edition of the zone database,
and dollars booked around midnight would move from month to month with the engine.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import ibis

from unequal.terms.periods import DAYS_TO_MIDDLE

_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ZoneOffsets:
    """Offsets of a zone from UTC, and when each begins.

    Args:
        since: naive UTC moments, ascending; the offset before the first is `seconds[0]`.
        seconds: one more than moments; `seconds[i + 1]` holds from `since[i]` on.
    """

    since: tuple[datetime, ...]
    seconds: tuple[int, ...]

    def seconds_at(self, moment: datetime) -> int:
        """Offset at a naive UTC moment, in seconds east."""
        return self.seconds[bisect_right(self.since, moment)]


@lru_cache(maxsize=64)
def zone_offsets(time_zone: str) -> ZoneOffsets:
    """All changes of a zone's offset from 1970 to 2100; before and after, the nearest offset holds."""
    zone = ZoneInfo(time_zone)
    since: list[datetime] = []
    seconds = [_offset(_FIRST, zone)]
    day = _FIRST
    while day < _LAST:
        following = day + timedelta(days=7)
        if _offset(following, zone) != seconds[-1]:
            moment = _first_change(day, following, zone)
            since.append(moment.replace(tzinfo=None))
            seconds.append(_offset(moment, zone))
            following = moment
        day = following
    return ZoneOffsets(tuple(since), tuple(seconds))


def _offset(moment: datetime, zone: ZoneInfo) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None, "a zone always has an offset"
    return int(offset.total_seconds())


def _first_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    old = _offset(before, zone)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle == before:
            break
        before, after = (middle, after) if _offset(middle, zone) == old else (before, middle)
    return after


def day_in_zone(moment: ibis.Value, time_zone: str) -> ibis.Value:
    """The date in a zone of a naive UTC timestamp column; null where the moment is null.

    Args:
        moment: timestamp(6), naive, UTC.
        time_zone: IANA name.
    """
    offsets = zone_offsets(time_zone)
    return _branch(moment, offsets, 0, len(offsets.seconds) - 1)


def _branch(moment: ibis.Value, offsets: ZoneOffsets, low: int, high: int) -> ibis.Value:
    """A balanced tree of CASEs over offsets low..high: eight comparisons a row instead of two hundred."""
    if len(set(offsets.seconds[low : high + 1])) == 1:
        return (moment + ibis.interval(seconds=offsets.seconds[low])).date()
    middle = (low + high) // 2
    return ibis.ifelse(
        moment < ibis.literal(offsets.since[middle]),
        _branch(moment, offsets, low, middle),
        _branch(moment, offsets, middle + 1, high),
    )


def month_start(day: ibis.Value) -> ibis.Value:
    """The first day of a date column's month. Not `truncate`: Spark answers that with a timestamp."""
    return ibis.date(day.year(), day.month(), 1)


def middle_of_period(first: ibis.Value) -> ibis.Value:
    """The fifteenth day of a period by its first, a date column: it lies in the month that most of the period does."""
    return (first.cast("timestamp(6)") + ibis.interval(days=DAYS_TO_MIDDLE)).date()


def first_of_month(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)
