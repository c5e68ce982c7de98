"""The clock on which customers are watched."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from unequal.value import seasons
from unequal.value.clock import Clock

DAYS = np.arange(np.datetime64("2022-01-01"), np.datetime64("2026-01-01"))


@pytest.fixture(scope="module")
def busy_december() -> Clock:
    orders = np.where(DAYS.astype("datetime64[M]").astype(int) % 12 == 11, 30.0, 10.0)
    return Clock(seasons.learn(DAYS.astype(np.int64), orders))


def test_without_seasons_it_is_the_calendar() -> None:
    assert Clock().read(np.array(["1970-01-08", "1970-01-22"], "datetime64[D]")).tolist() == [1.0, 3.0]
    assert Clock().ahead(date(2026, 3, 1), np.array([0.5, 4.0])).tolist() == [0.5, 4.0]
    assert Clock().days_until(DAYS[:2], np.array([1.0, np.inf])).tolist() == [7.0, np.inf]


def test_it_runs_faster_in_the_season_of_many_orders_and_right_over_years(busy_december: Clock) -> None:
    december, june = (busy_december.ahead(date(2025, month, 1), np.array([4.0]))[0] for month in (12, 6))
    assert december > 2 * june
    assert busy_december.ahead(date(2024, 1, 1), np.array([208.0]))[0] == pytest.approx(208.0, rel=0.02)


def test_days_until_goes_back_to_where_the_clock_was_read(busy_december: Clock) -> None:
    last, weeks = DAYS[[10, 400, 1000]], np.array([3.0, 40.0, 0.5])
    days = busy_december.days_until(last, weeks)
    later = busy_december.read(last.astype(np.float64) + days)
    np.testing.assert_allclose(later - busy_december.read(last), weeks, atol=1e-6)
    assert np.isinf(busy_december.days_until(last[:1], np.array([np.inf]))[0])
