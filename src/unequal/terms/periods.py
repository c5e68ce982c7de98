"""Periods of time: half-open, so that a day belongs to exactly one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

DAYS_TO_MIDDLE: Final = 14
"""From the first day of a ledger's period of about a month to the day that says which month it is."""


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` up to, and not including, `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period must end after it starts: {self.start} .. {self.end}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day inside it."""
        return self.end - timedelta(days=1)

    def __str__(self) -> str:
        return f"{self.start} to {self.last_day}"


def month_of(day: date) -> Period:
    """The calendar month that holds a day."""
    start = day.replace(day=1)
    end = (start + timedelta(days=32)).replace(day=1)
    return Period(start, end)


def last_months(end: date, months: int) -> Period:
    """The given number of calendar months before `end`, which must be the first of a month."""
    index = end.year * 12 + end.month - 1 - months
    return Period(date(index // 12, index % 12 + 1, 1), end)
