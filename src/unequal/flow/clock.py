"""The present moment: read here, and handed to whatever else must know it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """The present moment, naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


def day_in(zone: ZoneInfo, at: datetime) -> date:
    """The day in a zone of an instant that is naive UTC.

    >>> day_in(ZoneInfo("America/New_York"), datetime(2026, 1, 1, 3))
    datetime.date(2025, 12, 31)
    """
    return at.replace(tzinfo=UTC).astimezone(zone).date()
