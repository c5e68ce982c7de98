"""Days in the ways that people write them."""

from __future__ import annotations

import re

import pytest

from unequal import storage
from unequal.identity import days


@pytest.mark.parametrize(
    ("text", "day_first", "month_first"),
    [
        ("12/11/1978", "1978-11-12", "1978-12-11"),
        ("13/11/1978", "1978-11-13", "1978-11-13"),
        ("11/13/1978", "1978-11-13", "1978-11-13"),
        ("1978/11/12", "1978-11-12", "1978-11-12"),
        ("19560409", "1956-04-09", "1956-04-09"),
        ("09041956", "1956-04-09", "1956-09-04"),
        ("11.12.1978", "1978-12-11", "1978-11-12"),
        ("6-Jun-1978", "1978-06-06", "1978-06-06"),
        ("6. M\u00e4rz 1978", "1978-03-06", "1978-03-06"),
        ("June 6th, 1978", "1978-06-06", "1978-06-06"),
        ("1612-05-00", "1612-05", "1612-05"),
        ("1612", "1612", "1612"),
        ("05/1612", "1612-05", "1612-05"),
        ("1956-02-29", "1956-02-29", "1956-02-29"),
        ("1900-02-29", None, None),
        ("30/02/1978", None, None),
        ("12/11/78", None, None),
        ("soon", None, None),
    ],
)
def test_a_day_is_read_in_the_order_of_its_column(text: str, day_first: str | None, month_first: str | None) -> None:
    assert (days.day(text, day_first=True), days.day(text, day_first=False)) == (day_first, month_first)


def test_the_columns_own_values_tell_the_order_and_else_the_region(duckdb_engine: storage.Engine) -> None:
    values = ["13/11/1978", "14/01/1980", "01/14/1980", "02/03/1980", "1980-12-31"]
    given = duckdb_engine.rows(
        {"attribute": "string", "value_given": "string"}, [{"attribute": "birth_date", "value_given": value} for value in values]
    )
    (order,) = duckdb_engine.fetch(days.order_of(given))
    assert order == {"days_first": 2, "months_first": 1}
    assert days.is_day_first("US", **order)
    assert not days.is_day_first("US")


@pytest.mark.parametrize("day", ["1868-12-31", "1612-05-01", "1799-01-01", "1900-01-02", "2024-02-29"])
def test_a_day_long_ago_is_a_day(day: str) -> None:
    assert not re.search(days.NO_DAY, day)
    assert days.day(day) == day
