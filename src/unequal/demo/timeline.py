"""Meridian's calendar: days are counted from the day it opened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from unequal.demo.columns import Floats, Ints, Texts, texts

OPENED: Final = date(2022, 1, 1)
CLOSED: Final = date(2026, 1, 1)
"""The extracts end with the day before."""
TIME_ZONE: Final = "America/New_York"
DAYS: Final = (CLOSED - OPENED).days
FUTURE_DAYS: Final = 730
"""How far the truth knows what happened after the extracts."""
NEVER: Final = 10**6
"""A day that does not come."""
MONTHS: Final = 48
YEARS: Final = (2022, 2023, 2024, 2025)

SEASON: Final = (0.80, 0.78, 0.90, 0.95, 1.01, 0.97, 0.90, 0.94, 0.98, 1.04, 1.27, 1.46)
"""How much is bought in each calendar month, against an even year; the mean is 1."""

_FIRST_DATE: Final = date(1900, 1, 1)
_LAST_DATE: Final = date(2045, 1, 1)


def day_of(when: date) -> int:
    """The number of a day."""
    return (when - OPENED).days


@lru_cache(maxsize=32)
def _written(style: str) -> Texts:
    count = (_LAST_DATE - _FIRST_DATE).days
    return texts([(_FIRST_DATE + timedelta(days=n)).strftime(style) for n in range(count)])


def written(days: Ints, style: str) -> Texts:
    """Days as dates in a strftime style; between 1900 and 2044."""
    chosen: Texts = _written(style)[days - day_of(_FIRST_DATE)]
    return chosen


@lru_cache(maxsize=1)
def _months() -> Ints:
    days = [OPENED + timedelta(days=n) for n in range(DAYS + FUTURE_DAYS + 400)]
    return np.array([(day.year - OPENED.year) * 12 + day.month - 1 for day in days], dtype=np.int64)


def month_of(days: Ints) -> Ints:
    """The number of the month that holds each day; 0 is the first month. Days from 0 on."""
    months: Ints = _months()[days]
    return months


@lru_cache(maxsize=1)
def _offsets() -> Ints:
    """Seconds east of UTC that the company's clocks stand, hour by hour of UTC from the day it opened: they change on the hour."""
    zone = ZoneInfo(TIME_ZONE)
    start = datetime(OPENED.year, OPENED.month, OPENED.day, tzinfo=UTC)
    offsets = ((start + timedelta(hours=hour)).astimezone(zone).utcoffset() for hour in range(24 * DAYS))
    return np.array([0 if offset is None else int(offset.total_seconds()) for offset in offsets], dtype=np.int64)


def company_day(days: Ints, seconds: Ints) -> Ints:
    """The day on the company's clocks of moments in UTC: -1 in the first hours, when it was still the day before it opened."""
    moments = days * 86_400 + seconds
    found: Ints = (moments + _offsets()[moments // 3_600]) // 86_400
    return found


def first_day_of_month(months: Ints) -> Ints:
    """The day on which each month starts."""
    starts: Ints = np.searchsorted(_months(), months).astype(np.int64)
    return starts


@lru_cache(maxsize=1)
def season_passed() -> Floats:
    """Seasonal days that have passed before each day: time in which buying is even.

    One more entry than days, so that differences give each day's season.
    """
    season = np.array(SEASON)[_months() % 12]
    passed: Floats = np.r_[0.0, np.cumsum(season)]
    return passed


def season_at(days: Floats) -> Floats:
    """Seasonal days passed at each moment, read between whole days."""
    passed = season_passed()
    return np.interp(days, np.arange(len(passed)), passed)


def day_at(seasonal: Floats) -> Floats:
    """The moment at which so many seasonal days have passed: the inverse of `season_at`."""
    passed = season_passed()
    return np.interp(seasonal, passed, np.arange(len(passed)))
