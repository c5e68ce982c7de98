"""How dates are written: the strptime codes that a column's format may use."""

from __future__ import annotations

import re
from typing import Final

ISO: Final = "ISO"

_YEAR: Final = frozenset({"%Y", "%y"})
_MONTH: Final = frozenset({"%m", "%-m", "%b", "%B"})
_DAY: Final = frozenset({"%d", "%-d"})
_DAY_OF_YEAR: Final = frozenset({"%j", "%-j"})
_HALF_DAY: Final = frozenset({"%I", "%-I"})
_CLOCK: Final = frozenset({"%H", "%-H", "%M", "%-M", "%S", "%-S", "%f", "%z", "%p"}) | _HALF_DAY
_IDLE: Final = frozenset({"%%", "%a", "%A"})
CODES: Final = _YEAR | _MONTH | _DAY | _DAY_OF_YEAR | _CLOCK | _IDLE
"""The codes that mean one thing in every engine. Locale's own (%c, %x, %X) and week numbers do not."""

MAY_BE_FORMATTED: Final = ("date", "timestamp")


def fault_of_format(text: str, column_type: str) -> str | None:
    """What is wrong with a format for a date or a timestamp; None where nothing is.

    >>> fault_of_format("%d/%m/%Y", "date")
    >>> fault_of_format("%d/%m", "date")
    'it has no year'
    """
    if text == ISO:
        return None
    codes = re.findall(r"%-?.|%$", text, flags=re.DOTALL)
    unknown = [code for code in codes if code not in CODES]
    if unknown:
        return f"{unknown[0]} is not a code it may use"
    return _missing_part(frozenset(codes), column_type)


def _missing_part(codes: frozenset[str], column_type: str) -> str | None:
    if not codes & _YEAR:
        return "it has no year"
    if not codes & _DAY_OF_YEAR and not (codes & _MONTH and codes & _DAY):
        return "it has no month and day"
    if bool(codes & _HALF_DAY) != ("%p" in codes):
        return "an hour of twelve (%I) and its half of the day (%p) stand together or not at all"
    if column_type == "date" and codes & _CLOCK:
        return "a date has no time of day: the column's type may be timestamp"
    return None
