"""Days as people write them, in YYYY-MM-DD; YYYY-MM or YYYY where no more is told."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import Final

import ibis
import ibis.expr.types as ir
from anyascii import anyascii

from unequal.identity.texts import composed
from unequal.terms.texts import trimmed

_LEAP: Final = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_YEAR_DAYS: Final = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
DAY: Final = rf"^([0-9]{{4}}-{_YEAR_DAYS}|{_LEAP}-02-29)([^0-9]|$)"
"""A day that the calendar has, at the start of an ISO date or timestamp."""

WHOLE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
"""A normalised day that is neither a year alone nor a month."""

YEAR_FIRST: Final = r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}"

NO_DAY: Final = (
    r"^(0000|0001-01-01|1000-01-01|160[01]-01-01|1753-01-01|1800-01-01|1899-12-3[01]|1900-01-01|1901-01-01|1970-01-01"
    r"|210[1-9]|21[1-9]|2[2-9]|[3-9])"
)
"""Days that forms and machines put where none is known, and those that are still to come. Any other old day may be meant."""

_GAP: Final = r"[-/. ]+"
_NUMBERS: Final = re.compile(rf"^([0-9]{{1,2}}){_GAP}([0-9]{{1,2}}){_GAP}([0-9]{{4}})(?![0-9])")
_YEAR_FIRST: Final = re.compile(rf"^([0-9]{{4}})(?:{_GAP}([0-9]{{1,2}})(?:{_GAP}([0-9]{{1,2}}))?)?(?![0-9])(?: ?t?[0-9]{{1,2}}:.*)?$")
_IN_A_ROW: Final = re.compile(r"^[0-9]{8}$")
_MONTH_OF_YEAR: Final = re.compile(rf"^([0-9]{{1,2}}){_GAP}([0-9]{{4}})$")
_DAY_NAMED: Final = re.compile(r"^([0-9]{1,2})(?:st|nd|rd|th)?[-/., ]*(?:of |de |di )?([a-z]{3,})[-/., ]*(?:de |del )?([0-9]{4})\b")
_MONTH_NAMED: Final = re.compile(r"^([a-z]{3,})[-/., ]*(?:([0-9]{1,2})(?:st|nd|rd|th)?[-/., ]+)?([0-9]{4})\b")
_YEAR_NAMED: Final = re.compile(r"^([0-9]{4})[-/., ]*([a-z]{3,})(?:[-/., ]*([0-9]{1,2}))?$")
_MONTHS: Final = (
    "jan january januar janvier janv enero ene gennaio gen januari janeiro styczen", "feb february februar februari fevrier fevr fev febrero febbraio fevereiro luty",
    "mar march marz maerz mrz mars marzo maart mrt marco marzec", "apr april avril avr abril abr aprile kwiecien", "may mai mayo maggio mag mei maio maj",
    "jun june juni juin junio giugno giu junho czerwiec", "jul july juli juillet juil julio luglio lug julho lipiec",
    "aug august aout agosto ago augustus augusti sierpien", "sep sept september septembre septiembre settembre set setembro wrzesien",
    "oct october oktober okt octobre octubre ottobre ott outubro out pazdziernik", "nov november novembre noviembre novembro listopad",
    "dec december dezember dez decembre diciembre dic dicembre dezembro grudzien",
)  # fmt: skip
_MONTH: Final = {word: month for month, words in enumerate(_MONTHS, start=1) for word in words.split()}
_MONTH_FIRST: Final = frozenset(["US", "PH", "PR", "GU", "VI", "AS", "MP", "FM", "MH", "PW"])
_A_MONTH: Final = "(0?[1-9]|1[0-2])"
_NO_MONTH: Final = "(1[3-9]|2[0-9]|3[01])"
_YEARS: Final = range(1000, 2101)


def day_in_sql(value: ir.StringValue) -> ir.StringValue:
    """A day as YYYY-MM-DD, from the start of an ISO date or timestamp; null where SQL cannot say, which is not yet a no."""
    text = trimmed(value)
    found: ir.StringValue = text.re_search(DAY).ifelse(text.substr(0, 10), None)
    return found


def order_of(given: ibis.Table) -> ibis.Table:
    """What a column's values tell of the order of day and month.

    Args:
        given: attribute and value_given.

    Returns:
        One row: days_first and months_first, int64: values that can only be read so.
    """
    value = trimmed(given.value_given)

    def counted(first: str, second: str) -> ir.IntegerScalar:
        found = (given.attribute == "birth_date") & value.re_search(f"^{first}{_GAP}{second}{_GAP}[0-9]{{4}}")
        return found.cast("int64").sum().fill_null(0).cast("int64")

    return given.aggregate(days_first=counted(_NO_MONTH, _A_MONTH), months_first=counted(_A_MONTH, _NO_MONTH))


def is_day_first(region: str | None, days_first: int = 0, months_first: int = 0) -> bool:
    """Whether the day comes before the month: as the column's own values tell, else by the custom of the region.

    >>> is_day_first("US"), is_day_first("DE"), is_day_first("US", days_first=3)
    (False, True, True)
    """
    return days_first > months_first if days_first != months_first else region not in _MONTH_FIRST


def day(text: str, *, day_first: bool = True) -> str | None:
    """A day in any common way of writing; None where the calendar has no such day. A year has four digits.

    >>> day("1971-10-06 00:00:00"), day("12/11/1978"), day("12/11/1978", day_first=False), day("6-Jun-1978")
    ('1971-10-06', '1978-11-12', '1978-12-11', '1978-06-06')
    >>> day("19560409"), day("1612"), day("May 1612"), day("1978-02-30")
    ('1956-04-09', '1612', '1612-05', None)
    """
    shown = anyascii(composed(text)).lower()
    if found := re.match(DAY, shown):
        return found[1]
    if found := _YEAR_FIRST.match(shown):
        return _written(found[1], found[2], found[3])
    if _IN_A_ROW.match(shown):
        return _written(shown[:4], shown[4:6], shown[6:]) or _in_order(shown[:2], shown[2:4], shown[4:], day_first=day_first)
    if found := _NUMBERS.match(shown):
        return _in_order(found[1], found[2], found[3], day_first=day_first)
    if found := _MONTH_OF_YEAR.match(shown):
        return _written(found[2], found[1], None)
    return _by_name(shown)


def _by_name(shown: str) -> str | None:
    """A day whose month is a word."""
    for pattern, (year, month, day_) in ((_DAY_NAMED, (3, 2, 1)), (_MONTH_NAMED, (3, 1, 2)), (_YEAR_NAMED, (1, 2, 3))):
        found = pattern.match(shown)
        if found and found[month] in _MONTH:
            return _written(found[year], str(_MONTH[found[month]]), found[day_])
    return None


def _in_order(first: str, second: str, year: str, *, day_first: bool) -> str | None:
    """Day and month in the column's order; in the other one where that alone is a day."""
    months_first = _written(year, first, second)
    days_first = _written(year, second, first)
    return (days_first or months_first) if day_first else (months_first or days_first)


def _written(year: str, month: str | None, day_: str | None) -> str | None:
    """What there is of a day; noughts stand for what is not known."""
    years, months, days = int(year), int(month or 0), int(day_ or 0)
    if years not in _YEARS or months > 12 or (days and not months):  # noqa: PLR2004 -- the year has twelve
        return None
    if not months:
        return year
    if days > monthrange(years, months)[1]:
        return None
    return f"{year}-{months:02}-{days:02}" if days else f"{year}-{months:02}"
