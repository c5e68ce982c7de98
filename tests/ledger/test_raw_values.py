"""Raw values are read for control totals as their contracts say, apart from the casts that accept rows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal as D
from typing import Any

import pyarrow as pa
import pytest
from tests.ledger.books import project_with

from unequal.ledger.raw_values import booking_days, moments, month_starts, numbers, raw_column, texts, truths, typed


def column(contract: Any, *, time_zone: str = "Europe/Berlin", **source: Any) -> Any:
    project = project_with(orders={"columns": {"x": contract} if contract else {}, "postings": None, **source}, time_zone=time_zone)
    return raw_column("x", project.sources["orders"], project)


@pytest.mark.parametrize(
    ("contract", "written", "meant"),
    [
        ("money", [" 12.50 ", "-0.00005", "7", ".5", "", None], ["12.5", "-0.00005", "7", "0.5", None, None]),
        ("money", ["abc", "1,5", "$3", "1-", "(2)"], [None] * 5),
        (
            "money",
            ["1e3", "1e12", "123456789.1234567891234567891", "12345678901234567890"],
            ["1000", "1e12", "123456789.1234567891234567891", None],
        ),
        (
            {"type": "money", "decimal": ",", "thousands": "."},
            ["1.234,50", "-1.234.567,8", "3", "1.5.0,1"],
            ["1234.5", "-1234567.8", "3", "150.1"],
        ),
        ({"type": "money", "decimal": ","}, ["1.5", "1,5"], [None, "1.5"]),
        ({"type": "money", "thousands": ","}, ["1,234.50", "12"], ["1234.5", "12"]),
        ({"type": "money", "thousands": " ", "decimal": ","}, ["1 234,5", "1\u00a0234,5"], ["1234.5", "1234.5"]),
        ({"type": "money", "currency_sign": "$"}, ["$12.50", "-$3", "3 $", "4"], ["12.5", "-3", "3", "4"]),
        ({"type": "money", "negative": ["parentheses"], "currency_sign": "$"}, ["(12.50)", "($3)", "4"], ["-12.5", "-3", "4"]),
        ({"type": "money", "negative": ["trailing_minus"]}, ["12.50-", "4"], ["-12.5", "4"]),
        ({"type": "money", "null_values": ["n/a"]}, ["n/a", "4"], [None, "4"]),
    ],
)
def test_numbers_are_read_as_the_contract_writes_them(contract: Any, written: list[str | None], meant: list[str | None]) -> None:
    found = numbers(pa.array(written), column(contract)).to_pylist()
    assert found == [None if text is None else D(text) for text in meant]


def test_a_stored_double_is_read_at_the_digits_that_it_can_vouch_for() -> None:
    found = numbers(pa.array([0.1 + 0.2, 1234567.89, 123456789012.5, -1e-05, float("nan"), 1e300, None]), column(None)).to_pylist()
    assert found == [D("0.3"), D("1234567.89"), D("123456789012.5"), D("-0.00001"), None, None, None]


def test_stored_exact_numbers_are_taken_as_they_are() -> None:
    assert numbers(pa.array([D("1.2345"), None], pa.decimal128(19, 4)), column(None)).to_pylist() == [D("1.2345"), None]
    assert numbers(pa.array([3, -4]), column(None)).to_pylist() == [D(3), D(-4)]


@pytest.mark.parametrize(
    ("contract", "written", "day"),
    [
        ({"type": "date", "format": "%d/%m/%Y"}, "03/04/2024", date(2024, 4, 3)),
        ({"type": "date", "format": "%d/%m/%Y"}, "30/02/2024", None),
        ({"type": "date", "format": "ISO"}, "2024-04-03", date(2024, 4, 3)),
        ({"type": "timestamp", "format": "ISO"}, "2024-04-03T23:30:00", date(2024, 4, 3)),
        ({"type": "timestamp", "format": "ISO"}, "2024-04-03 23:30:00Z", date(2024, 4, 4)),
        ({"type": "timestamp", "format": "ISO", "time_zone": "UTC"}, "2024-04-03 23:30:00", date(2024, 4, 4)),
        ({"type": "timestamp", "format": "%d.%m.%Y %H:%M"}, "03.04.2024 23:30", date(2024, 4, 3)),
        ({"type": "timestamp", "format": "%m/%d/%Y %I:%M %p", "time_zone": "America/New_York"}, "04/03/2024 07:30 PM", date(2024, 4, 4)),
        ({"type": "timestamp", "format": "%D %R", "time_zone": "UTC"}, "04/03/24 23:30", date(2024, 4, 4)),
        ({"type": "timestamp", "format": "ISO"}, "yesterday", None),
        ({"type": "timestamp", "format": "ISO", "null_values": ["0000-00-00"]}, "0000-00-00", None),
    ],
)
def test_the_day_of_booking_is_read_by_pythons_calendar(contract: Any, written: str, day: date | None) -> None:
    assert booking_days(pa.array([written, None]), column(contract)).to_pylist() == [day, None]


def test_stored_times_have_a_day_in_the_companys_zone() -> None:
    late = datetime(2024, 4, 3, 23, 30)
    assert booking_days(pa.array([late], pa.timestamp("ms")), column("timestamp")).to_pylist() == [date(2024, 4, 3)]
    assert booking_days(pa.array([late], pa.timestamp("ms")), column("timestamp", time_zone="Asia/Tokyo")).to_pylist() == [date(2024, 4, 3)]
    aware = pa.array([late.replace(tzinfo=UTC)], pa.timestamp("us", tz="UTC"))
    assert booking_days(aware, column(None)).to_pylist() == [date(2024, 4, 4)]
    utc = column({"type": "timestamp", "time_zone": "UTC"})
    assert booking_days(pa.array([late], pa.timestamp("us")), utc).to_pylist() == [date(2024, 4, 4)]


def test_months_begin_on_their_first_day() -> None:
    assert month_starts(pa.array([date(2024, 2, 29), None])).to_pylist() == [date(2024, 2, 1), None]


def test_moments_texts_and_truths_are_typed_for_rules() -> None:
    at = column({"type": "timestamp", "format": "ISO"})
    assert moments(pa.array(["2024-07-01 12:00:00"]), at).to_pylist() == [datetime(2024, 7, 1, 10)]
    assert texts(pa.array([17850.0, None]), column(None)).to_pylist() == ["17850", None]
    assert texts(pa.array(["", " a "]), column(None)).to_pylist() == [None, " a "]
    assert truths(pa.array(["Yes", "0", "maybe", None]), column("boolean")).to_pylist() == [True, False, None, None]
    kinds: list[tuple[pa.DataType, Any, Any]] = [
        (pa.int64(), "12", 12), (pa.decimal128(28, 10), "1.5", D("1.5")), (pa.bool_(), "t", True), (pa.date32(), "2024-01-02", date(2024, 1, 2)),
        (pa.string(), "x", "x"),
    ]  # fmt: skip
    for kind, written, meant in kinds:
        read = typed(pa.array([written]), column({"type": "date", "format": "ISO"} if pa.types.is_date(kind) else None), kind)
        assert (read.type, read.to_pylist()) == (kind, [meant])
