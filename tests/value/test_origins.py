"""From which earlier days forecasts are put to the test."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from unequal.value import origins
from unequal.value.origins import window


def test_last_year_again_is_the_same_weeks_of_the_year_before() -> None:
    found = window(date(2026, 1, 5), weeks=26, first=date(2024, 1, 1))
    assert found.end == date(2026, 7, 6)
    assert (found.again_from, found.again_until) == (date(2025, 1, 6), date(2025, 7, 7))
    assert (found.weeks, found.weeks_again) == (26.0, 26.0)


def test_where_history_is_shorter_than_a_year_the_weeks_just_before_stand_for_it() -> None:
    found = window(date(2026, 1, 5), weeks=8, first=date(2025, 6, 2))
    assert (found.again_from, found.again_until) == (date(2025, 11, 10), date(2026, 1, 5))
    short = window(date(2026, 1, 5), weeks=8, first=date(2025, 12, 29))
    assert (short.again_from, short.weeks_again) == (date(2025, 12, 29), 1.0)


def test_a_forecast_of_more_than_a_year_repeats_what_came_just_before() -> None:
    found = window(date(2026, 1, 5), weeks=60, first=date(2020, 1, 6))
    assert (found.again_from, found.again_until) == (date(2026, 1, 5) - timedelta(weeks=60), date(2026, 1, 5))


def test_a_history_of_two_years_allows_three_tests_of_half_a_year() -> None:
    found = origins.tests(date(2026, 1, 5), first=date(2024, 1, 8), weeks=26, origins=5)
    assert [one.start for one in found] == [date(2025, 7, 7), date(2025, 1, 6), date(2024, 7, 8)]


def test_one_day_of_history_allows_no_test() -> None:
    assert origins.tests(date(2026, 1, 6), first=date(2026, 1, 5), weeks=1, origins=3) == []


@given(first=st.dates(date(2000, 1, 1), date(2020, 1, 1)), days=st.integers(1, 4000), weeks=st.integers(1, 120), many=st.integers(1, 24))
def test_each_test_ends_where_the_next_later_one_begins_and_all_lie_in_history(first: date, days: int, weeks: int, many: int) -> None:
    as_of = first + timedelta(days=days)
    found = origins.tests(as_of, first=first, weeks=weeks, origins=many)
    assert len(found) <= many
    assert [one.end for one in found] == [as_of, *(one.start for one in found)][: len(found)]
    for one in found:
        assert one.start - timedelta(weeks=weeks) >= first
        assert first <= one.again_from < one.again_until <= one.start
