"""From which earlier days forecasts are put to the test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

YEAR_DAYS = 364
"""Fifty-two weeks: the same weekdays, and within a day the same season."""


@dataclass(frozen=True)
class Window:
    """One test: made as of the morning of `start`, held against the days up to and not including `end`.

    Args:
        again_from: begin of the window that "last year again" repeats.
        again_until: its end; a year before `end` where there is so much history, else `start`.
    """

    start: date
    end: date
    again_from: date
    again_until: date

    @property
    def weeks(self) -> float:
        """How far ahead it forecasts."""
        return (self.end - self.start).days / 7

    @property
    def weeks_again(self) -> float:
        """How long the repeated window is."""
        return (self.again_until - self.again_from).days / 7


def window(start: date, *, weeks: int, first: date) -> Window:
    """The window of a forecast from a morning on.

    The same weeks of the year before stand for "last year again"; where history is too short for
    them, as many weeks just before `start`; where it is shorter still, what there is.

    Args:
        start: the morning.
        weeks: how far ahead.
        first: the first day of all history, before `start`.
    """
    end = start + timedelta(weeks=weeks)
    year_before = start - timedelta(days=YEAR_DAYS)
    if year_before >= first and end - timedelta(days=YEAR_DAYS) <= start:
        return Window(start, end, year_before, end - timedelta(days=YEAR_DAYS))
    return Window(start, end, max(first, start - timedelta(weeks=weeks)), start)


def tests(as_of: date, *, first: date, weeks: int, origins: int) -> list[Window]:
    """The tests that a history allows, latest first.

    Each ends where the next later one begins. A test needs as much history before it as it forecasts.

    Args:
        as_of: the first day without data.
        first: the first day with data.
        weeks: how far each test forecasts.
        origins: how many at the most.
    """
    found = []
    for number in range(1, origins + 1):
        start = as_of - timedelta(weeks=weeks * number)
        if start - timedelta(weeks=weeks) < first:
            break
        found.append(window(start, weeks=weeks, first=first))
    return found
