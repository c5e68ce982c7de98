"""The clock on which customers are watched: the calendar, or one that runs fast in seasons of many orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from unequal.value import seasons
from unequal.value.arrays import Floats

DAYS_A_WEEK = 7.0


@dataclass(frozen=True, eq=False)
class Clock:
    """Reads times in weeks.

    Args:
        of: the seasons that it runs by; the calendar where absent.
    """

    of: seasons.Seasons | None = None

    def read(self, days: Any) -> Floats:
        """What it shows at days (datetime64[D], or days since 1970-01-01 as numbers), in weeks since 1970-01-01."""
        numbers = np.asarray(days)
        if numbers.dtype.kind == "M":
            numbers = numbers.astype("datetime64[D]").astype(np.float64)
        return (numbers if self.of is None else seasons.operational(self.of, numbers)) / DAYS_A_WEEK

    def ahead(self, start: date, weeks: Floats) -> Floats:
        """What it shows, counted from a morning, so many weeks of the calendar later."""
        morning = float(np.datetime64(start, "D").astype(np.int64))
        marks = morning + np.concatenate(([0.0], np.asarray(weeks, dtype=np.float64) * DAYS_A_WEEK))
        shown = self.read(marks)
        return np.asarray(shown[1:] - shown[0])

    def days_until(self, last: Any, weeks: Floats) -> Floats:
        """How many days of the calendar pass from days on (datetime64[D]) until it has gone so many weeks."""
        begin = np.asarray(last).astype("datetime64[D]").astype(np.float64)
        if self.of is None:
            return np.asarray(weeks * DAYS_A_WEEK)
        # A silence of many years is the same on both clocks to within a part of one.
        ends = (self.read(begin) + np.minimum(weeks, 5_000.0)) * DAYS_A_WEEK
        return np.asarray(np.where(weeks < 5_000.0, seasons.calendar(self.of, ends) - begin, weeks * DAYS_A_WEEK))  # noqa: PLR2004
