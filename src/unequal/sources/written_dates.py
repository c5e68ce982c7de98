"""How the dates of a column are written, decided from all of its values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

Order = Literal["day_first", "month_first"]

_TIME: Final = r"(?:[ T,]+(?P<clock>\d{1,2}:\d{2}(?P<seconds>:\d{2}(?P<fraction>\.\d{1,9})?)?) ?(?P<half>[AaPp]\.?[Mm]\.?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
_NUMBERS: Final = re.compile(rf"(?P<a>\d{{1,4}})(?P<mark>[./-])(?P<b>\d{{1,2}})(?P=mark)(?P<c>\d{{1,4}}){_TIME}")
_DIGITS: Final = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>[0-2]\d|3[01])")
_WORDS: Final = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?P<mark>[ -])(?P<month>[A-Za-z]{{3,9}})(?P<mark2>,? |-)|(?P<month2>[A-Za-z]{{3,9}}) (?P<day2>\d{{1,2}})(?P<comma>,?) )"
    rf"(?P<year>\d{{4}}|\d{{2}}){_TIME}"
)
_SHORT: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LONG: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_MONTHS: Final = 12


@dataclass(frozen=True)
class DateEvidence:
    """How a column's dates are written, and how that was found.

    Args:
        format: strptime codes, or ISO.
        type: date, or timestamp where there is a time of day.
        share: of the filled rows, those that this format reads.
        order: which of day and month comes first, where both are numbers and the year is last.
        day_first_only: rows that only a day first explains.
        month_first_only: rows that only a month first explains.
        either: rows that both explain.
        example: a value.
        zoned: values carry an offset.
    """

    format: str
    type: Literal["date", "timestamp"]
    share: float
    order: Order | None = None
    day_first_only: int = 0
    month_first_only: int = 0
    either: int = 0
    example: str = ""
    zoned: bool = False

    @property
    def is_decided(self) -> bool:
        """Whether the values themselves say which is the day; between points it is the day that comes first."""
        if self.format.startswith("%d.%m.") and not self.month_first_only:
            return True
        return self.order is None or (self.day_first_only > 0) != (self.month_first_only > 0)

    def read_as(self, order: Order) -> DateEvidence:
        """The same column with the other reading of day and month."""
        if self.order is None or order == self.order:
            return self
        first, second = ("%d", "%m") if order == "day_first" else ("%m", "%d")
        swapped = re.sub(r"%[dm](.)%[dm]", rf"{first}\1{second}", self.format, count=1)
        rows = self.day_first_only + self.month_first_only + self.either
        fits = self.either + (self.day_first_only if order == "day_first" else self.month_first_only)
        was = self.either + (self.day_first_only if self.order == "day_first" else self.month_first_only)
        return replace(self, format=swapped, order=order, share=self.share * fits / was if was and rows else self.share)


def date_evidence(values: Iterable[tuple[str, int]]) -> DateEvidence | None:
    """How dates are written, from distinct values with their counts; None where most values are no dates.

    A day above 12 anywhere in the column decides between day first and month first. Without
    one, the order is the day's first, and `is_decided` is false: the caller weighs other evidence.
    """
    shapes: Counter[tuple[str, str, str]] = Counter()
    days: dict[tuple[str, str, str], list[int]] = {}
    examples: dict[tuple[str, str, str], str] = {}
    rows = 0
    for text, count in values:
        rows += count
        found = _shape(text)
        if found is None:
            continue
        shape, first_day, first_month = found
        shapes[shape] += count
        examples.setdefault(shape, text)
        seen = days.setdefault(shape, [0, 0, 0])
        seen[2 if first_day and first_month else 0 if first_day else 1] += count
    if not shapes or not rows:
        return None
    (shape, hits), *_ = shapes.most_common(1)
    return _evidence(shape, hits / rows, days[shape], examples[shape], rows)


def _evidence(shape: tuple[str, str, str], share: float, seen: list[int], example: str, rows: int) -> DateEvidence:
    before, parts, clock = shape
    zoned = "%z" in clock
    kind: Literal["date", "timestamp"] = "timestamp" if clock else "date"
    if parts != "day or month":
        return DateEvidence(_tidy(before, clock), kind, share, example=example, zoned=zoned)
    day_only, month_only, either = seen
    order: Order = "day_first" if day_only >= month_only else "month_first"
    fits = either + max(day_only, month_only)
    text = before.replace("%1", "%d" if order == "day_first" else "%m").replace("%2", "%m" if order == "day_first" else "%d")
    return DateEvidence(text + clock, kind, fits / rows, order, day_only, month_only, either, example, zoned)


def _tidy(before: str, clock: str) -> str:
    """ISO is said by its name."""
    iso_clock = clock.replace("T", " ").replace("%z", "") in ("", " %H:%M:%S", " %H:%M:%S.%f")
    return "ISO" if before == "%Y-%m-%d" and iso_clock else before + clock


def _shape(text: str) -> tuple[tuple[str, str, str], bool, bool] | None:
    """A value's shape, and whether it is a date with the day first and with the month first."""
    if found := _NUMBERS.fullmatch(text):
        return _numbers(found)
    if found := _DIGITS.fullmatch(text):
        valid = _is_day(int(found["year"]), int(found["month"]), int(found["day"]))
        return (("%Y%m%d", "fixed", ""), True, True) if valid else None
    if found := _WORDS.fullmatch(text):
        return _words(found)
    return None


def _numbers(found: re.Match[str]) -> tuple[tuple[str, str, str], bool, bool] | None:
    a, b, c, mark = found["a"], found["b"], found["c"], found["mark"]
    clock = _clock(found)
    if len(a) == 4 and len(c) <= 2:  # noqa: PLR2004
        valid = _is_day(int(a), int(b), int(c))
        return ((f"%Y{mark}%m{mark}%d", "fixed", clock), True, True) if valid else None
    if len(a) > 2 or len(c) not in (2, 4):  # noqa: PLR2004
        return None
    year = int(c) if len(c) == 4 else 2000 + int(c)  # noqa: PLR2004
    day_first, month_first = _is_day(year, int(b), int(a)), _is_day(year, int(a), int(b))
    if not day_first and not month_first:
        return None
    return (f"%1{mark}%2{mark}{'%Y' if len(c) == 4 else '%y'}", "day or month", clock), day_first, month_first  # noqa: PLR2004


def _words(found: re.Match[str]) -> tuple[tuple[str, str, str], bool, bool] | None:
    name = (found["month"] or found["month2"]).lower()
    code = "%b" if name in _SHORT else "%B" if name in _LONG else None
    day = int(found["day"] or found["day2"])
    if code is None or not 1 <= day <= 31:  # noqa: PLR2004
        return None
    year = "%Y" if len(found["year"]) == 4 else "%y"  # noqa: PLR2004
    before = f"%d{found['mark']}{code}{found['mark2']}{year}" if found["day"] else f"{code} %d{found['comma']} {year}"
    return (before, "fixed", _clock(found)), True, True


def _clock(found: re.Match[str]) -> str:
    if found["clock"] is None:
        return ""
    start = found.start("clock")
    gap = found.string[start - 1]
    hour = "%I" if found["half"] else "%H"
    text = f"{gap if gap in 'T ' else ' '}{hour}:%M"
    if found["seconds"]:
        text += ":%S.%f" if found["fraction"] else ":%S"
    if found["half"]:
        text += " %p" if found.string[found.start("half") - 1] == " " else "%p"
    return text + ("%z" if found["zone"] else "")


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def iso_of(text: str, evidence: DateEvidence) -> str | None:
    """The date of a value in a column so written, as YYYY-MM-DD; None where it is none."""
    if found := _NUMBERS.fullmatch(text):
        a, b, c = found["a"], found["b"], found["c"]
        if len(a) == 4:  # noqa: PLR2004
            parts = (int(a), int(b), int(c))
        else:
            year = int(c) if len(c) == 4 else _century(int(c))  # noqa: PLR2004
            parts = (year, int(a), int(b)) if evidence.order == "month_first" else (year, int(b), int(a))
        return date(*parts).isoformat() if _is_day(*parts) else None
    if found := _DIGITS.fullmatch(text):
        return f"{found['year']}-{found['month']}-{found['day']}"
    if found := _WORDS.fullmatch(text):
        month = _SHORT.index((found["month"] or found["month2"]).lower()[:3]) + 1
        year = int(found["year"]) if len(found["year"]) == 4 else _century(int(found["year"]))  # noqa: PLR2004
        parts = (year, month, int(found["day"] or found["day2"]))
        return date(*parts).isoformat() if _is_day(*parts) else None
    return None


def _century(year: int) -> int:
    """Two digits as strptime reads them."""
    return year + (2000 if year < 69 else 1900)  # noqa: PLR2004
