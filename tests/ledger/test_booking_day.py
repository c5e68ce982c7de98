"""A moment falls on the day that the company's clocks show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from unequal import storage
from unequal.ledger.booking_day import day_in_zone, zone_offsets

ZONES = ("Europe/Berlin", "America/Los_Angeles", "Asia/Kolkata", "Pacific/Apia", "Africa/Casablanca", "Australia/Lord_Howe", "UTC")


@pytest.mark.parametrize("zone", ZONES)
def test_offsets_are_those_of_the_zone_on_both_sides_of_every_change(zone: str) -> None:
    offsets = zone_offsets(zone)
    for moment in offsets.since:
        for second in (-1, 0, 1):
            at = moment + timedelta(seconds=second)
            expected = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
            assert expected is not None
            assert offsets.seconds_at(at) == expected.total_seconds(), at


def test_a_zone_without_changes_needs_no_comparison() -> None:
    assert zone_offsets("UTC").since == ()


@pytest.mark.parametrize("zone", ZONES)
def test_the_day_is_the_clocks_at_every_hour_around_changes_and_midnights(duckdb_engine: storage.Engine, zone: str) -> None:
    changes = [moment for moment in zone_offsets(zone).since if 2005 <= moment.year <= 2030]
    around = [moment + timedelta(minutes=30 * step) for moment in changes for step in range(-50, 51)]
    moments = [
        *around,
        *(datetime(2026, 1, 1) + timedelta(hours=hour) for hour in range(24 * 40)),
        datetime(1969, 12, 31, 23),
        datetime(2150, 7, 1),
    ]
    table = duckdb_engine.rows({"at": "timestamp(6)"}, [{"at": moment} for moment in [*moments, None]])
    found = {row["at"]: row["day"] for row in duckdb_engine.fetch(table.mutate(day=day_in_zone(table["at"], zone)))}
    assert found.pop(None) is None
    wrong = {at for at, day in found.items() if at.year < 2100 and day != at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()}
    assert wrong == set()
