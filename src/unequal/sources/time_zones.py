"""Wall clocks become moments: the declared zone decides, and its two odd hours a year are flagged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from unequal.sources.arrow import pc
from unequal.sources.time_formats import Times, Whole

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (a wall clock has no zone yet)
EARLIEST, LATEST = ((bound - EPOCH) // timedelta(microseconds=1) for bound in (datetime.min, datetime.max))  # noqa: DTZ901


@dataclass(frozen=True)
class Moments:
    """Microseconds of UTC, which are within years 1 to 9999, and the doubtful ones with reason and words."""

    utc: Whole
    ok: npt.NDArray[np.bool_]
    doubtful: dict[int, tuple[str, str]]


def to_utc(times: Times, zone: str) -> Moments:
    """The moments of parsed times: by their own offset, else by the zone.

    Edges: a time that the clock skips in spring is moved forward by what was skipped; of a time that the
    clock shows twice in autumn, the first is taken. Both are flagged.
    """
    wall = np.where(times.ok, times.wall, 0)
    utc, doubtful = wall_to_utc(wall, zone)
    by_zone = times.ok & ~times.has_offset
    utc = np.where(times.has_offset, wall - times.offset, utc)
    ok = (utc >= EARLIEST) & (utc <= LATEST)
    return Moments(utc, ok, {place: why for place, why in doubtful.items() if by_zone[place]})


def wall_to_utc(wall: Whole, zone: str) -> tuple[Whole, dict[int, tuple[str, str]]]:
    """Microseconds of UTC of wall clocks in a zone, with those that the clock skips or shows twice."""
    if zone in ("UTC", "Etc/UTC"):
        return wall, {}
    clocks = pa.array(wall).view(pa.timestamp("us"))
    earliest, latest = (
        pc.assume_timezone(clocks, zone, ambiguous=side, nonexistent=side).cast(pa.int64()).to_numpy() for side in ("earliest", "latest")
    )
    utc = earliest.copy()
    doubtful: dict[int, tuple[str, str]] = {}
    for place in np.flatnonzero(earliest != latest).tolist():
        utc[place], doubtful[place] = _doubtful(int(wall[place]), zone)
    return utc, doubtful


def _doubtful(wall: int, zone: str) -> tuple[int, tuple[str, str]]:
    clock = EPOCH + timedelta(microseconds=wall)
    moment = clock.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    utc = (moment.replace(tzinfo=None) - EPOCH) // timedelta(microseconds=1)
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if shown != clock:
        return utc, ("time_in_gap", f"no clock in {zone} showed this time; taken as {shown}")
    return utc, ("time_twice", f"clocks in {zone} showed this time twice; the first is taken")
