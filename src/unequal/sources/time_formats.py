"""Dates and times in text: exactly the declared format, and only days that exist.

Times are whole microseconds from 1970-01-01 00:00, as the clock on the wall showed them,
until a zone makes them moments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import MAXYEAR
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from unequal.sources.arrow import Values, pc

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONG_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"
)  # fmt: skip

_ISO_TIMESTAMP: Final = (
    r"(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})[ T](?P<H>[0-9]{2}):(?P<M>[0-9]{2}):(?P<S>[0-9]{2})"
    r"(?:\.(?P<f>[0-9]{1,9}))?(?P<z>Z|[+-][0-9]{2}:?[0-9]{2}|)"
)
_CODES: Final = {
    "Y": r"(?P<Y>[0-9]{4})",
    "y": r"(?P<y>[0-9]{2})",
    "m": r"(?P<m>[0-9]{1,2})",
    "d": r"(?P<d>[0-9]{1,2})",
    "H": r"(?P<H>[0-9]{1,2})",
    "I": r"(?P<I>[0-9]{1,2})",
    "M": r"(?P<M>[0-9]{1,2})",
    "S": r"(?P<S>[0-9]{1,2})",
    "f": r"(?P<f>[0-9]{1,9})",
    "p": r"(?P<p>[AaPp][Mm])",
    "b": r"(?P<b>[A-Za-z]{3})",
    "B": r"(?P<B>[A-Za-z]{3,9})",
    "z": r"(?P<z>Z|[+-][0-9]{2}:?[0-9]{2})",
    "j": r"(?P<j>[0-9]{1,3})",
    "a": r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
    "A": r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
}
_FIRST_OF_LAST_CENTURY: Final = 69
"""Of years in two digits: 69 is 1969, 68 is 2068, as POSIX has it."""
_NOON: Final = 12
_HOURS: Final = 24
_SIXTY: Final = 60
_SHORT: Final = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "D": "%m/%d/%y", "R": "%H:%M"}

Whole = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Times:
    """Parsed times.

    Args:
        wall: microseconds since 1970-01-01 00:00 on the wall; meaningless where not `ok`.
        offset: microseconds that the text's own offset is ahead of UTC; meaningless where not `has_offset`.
        has_offset: whether the text named its offset.
        shaped: whether the text has the declared shape, though its day may not exist.
        ok: whether it is a time at all.
    """

    wall: Whole
    offset: Whole
    has_offset: npt.NDArray[np.bool_]
    shaped: npt.NDArray[np.bool_]
    ok: npt.NDArray[np.bool_]


@cache
def pattern_of(form: str, kind: str) -> str | None:
    """The regular expression of a format, for the whole text; None for a format that cannot be read."""
    if form == "ISO" and kind == "timestamp":
        return f"^{_ISO_TIMESTAMP}$"
    if form == "ISO":
        return r"^(?P<Y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})$"
    form = re.sub(r"%([FTDR])", lambda code: _SHORT[code[1]], form)
    parts = re.split(r"(%-?.)", form)
    codes = [part[-1] for part in parts if part.startswith("%") and part != "%%"]
    if any(code not in _CODES for code in codes) or len(set(codes)) != len(codes) or not _complete(set(codes), kind):
        return None
    return "^" + "".join(_expression(parts, place) for place in range(len(parts))) + "$"


def _expression(parts: list[str], place: int) -> str:
    part = parts[place]
    if not part.startswith("%") or part == "%%":
        return re.escape(part.replace("%%", "%"))
    code = _CODES[part[-1]]
    # Where codes stand side by side, only a fixed width tells 2024-1-11 from 2024-11-1.
    alone = all(parts[side] for side in (place - 1, place + 1) if 0 < side < len(parts) - 1)
    return code if alone else code.replace("{1,2}", "{2}").replace("{1,3}", "{3}")


def _complete(codes: set[str], kind: str) -> bool:
    """Whether codes name a day once, and of a timestamp an hour."""
    years, months, hours = codes & {"Y", "y"}, codes & {"m", "b", "B"}, codes & {"H", "I"}
    day = (len(months) == 1 and "d" in codes and "j" not in codes) or (not months and "d" not in codes and "j" in codes)
    if len(years) != 1 or not day or len(hours) > 1 or ("I" in codes) != ("p" in codes):
        return False
    return bool(hours) if kind == "timestamp" else not codes & {"H", "I", "M", "S", "f", "z", "p"}


def is_readable(form: str, kind: str) -> bool:
    """Whether a format names a day, and a timestamp's an hour, each once, in codes that are known."""
    return pattern_of(form, kind) is not None


def parse_times(texts: Values, form: str, kind: str) -> Times:
    """Read times of one declared format.

    Edges: the 30th of February and the 25th hour are not `ok`; %y means 1969 to 2068, as POSIX has it; digits
    of a second beyond the sixth are cut off.
    """
    pattern = pattern_of(form, kind)
    assert pattern is not None, "formats are checked when contracts are made"
    found = pc.extract_regex(texts, pattern)
    shaped = _mask(pc.is_valid(found))
    parts = {name: pc.struct_field(found, name) for name in (field.name for field in found.type)}
    days, exists = _days(parts)
    hour, minute, second = _hour(parts), _number(parts, "M"), _number(parts, "S")
    ok = shaped & exists & (hour >= 0) & (hour < _HOURS) & (minute < _SIXTY) & (second < _SIXTY)
    wall = (((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + _fraction(parts, len(texts))
    offset, has_offset = _offset(parts, len(texts))
    ok &= np.abs(offset) <= 14 * 3_600_000_000
    return Times(wall, offset, has_offset, shaped, ok)


def days_from_civil(year: Whole, month: Whole, day: Whole) -> tuple[Whole, npt.NDArray[np.bool_]]:
    """Days since 1970-01-01 of dates of the Gregorian calendar, and whether each date exists (years 1 to 9999)."""
    in_range = (year >= 1) & (year <= MAXYEAR) & (month >= 1) & (month <= len(MONTHS)) & (day >= 1)
    months = np.where(in_range, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    first = months.astype("datetime64[D]").astype(np.int64)
    length = (months + 1).astype("datetime64[D]").astype(np.int64) - first
    return first + day - 1, in_range & (day <= length)


def _mask(values: Any) -> npt.NDArray[np.bool_]:
    mask: npt.NDArray[np.bool_] = np.asarray(values.to_numpy(zero_copy_only=False), bool)
    return mask


def _whole(texts: Values) -> Whole:
    filled = pc.fill_null(texts, "0")
    numbers: Whole = pc.cast(pc.if_else(pc.equal(pc.binary_length(filled), 0), "0", filled), pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def _number(parts: dict[str, Values], code: str) -> Whole:
    given = parts.get(code)
    return _whole(given) if given is not None else np.zeros(len(next(iter(parts.values()))), np.int64)


def _days(parts: dict[str, Values]) -> tuple[Whole, npt.NDArray[np.bool_]]:
    year = _year(parts)
    if "j" not in parts:
        return days_from_civil(year, _month(parts), _number(parts, "d"))
    first, exists = days_from_civil(year, np.ones_like(year), np.ones_like(year))
    last, _ = days_from_civil(year, np.full_like(year, 12), np.full_like(year, 31))
    days = first + _number(parts, "j") - 1
    return days, exists & (days >= first) & (days <= last)


def _year(parts: dict[str, Values]) -> Whole:
    if "Y" in parts:
        return _whole(parts["Y"])
    short = _whole(parts["y"])
    return short + np.where(short >= _FIRST_OF_LAST_CENTURY, 1900, 2000)


def _month(parts: dict[str, Values]) -> Whole:
    if "m" in parts:
        return _whole(parts["m"])
    names = LONG_MONTHS if "B" in parts else MONTHS
    given = pc.utf8_lower(parts.get("B", parts.get("b")))
    places: Whole = pc.fill_null(pc.index_in(given, pa.array(names)), -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return places + 1


def _hour(parts: dict[str, Values]) -> Whole:
    if "I" not in parts:
        return _number(parts, "H")
    hour = _whole(parts["I"])
    afternoon = _mask(pc.fill_null(pc.equal(pc.utf8_lower(parts["p"]), "pm"), False))
    return np.where((hour < 1) | (hour > _NOON), -1, hour % _NOON + np.where(afternoon, _NOON, 0))


def _fraction(parts: dict[str, Values], rows: int) -> Whole:
    if "f" not in parts:
        return np.zeros(rows, np.int64)
    six = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.fill_null(parts["f"], ""), 6, "0"), 0, 6)
    return _whole(six)


def _offset(parts: dict[str, Values], rows: int) -> tuple[Whole, npt.NDArray[np.bool_]]:
    if "z" not in parts:
        return np.zeros(rows, np.int64), np.zeros(rows, bool)
    given = pc.fill_null(parts["z"], "")
    digits = pc.replace_substring_regex(given, r"[^0-9]", "")
    hours_minutes = _whole(digits)
    minutes = hours_minutes // 100 * 60 + hours_minutes % 100
    behind = _mask(pc.starts_with(given, "-"))
    return np.where(behind, -minutes, minutes) * 60_000_000, _mask(pc.greater(pc.binary_length(given), 0))
