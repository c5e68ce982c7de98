"""What a column's type in the table is to the language."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from unequal.predicates.tree import DATE, TEXT, TIMESTAMP, TRUTH, Type, number

FLOAT: Final = number(19, 8)
"""A float is read as an exact number at once, rounded to 8 decimals; nothing below is ever a float."""

_FIXED: Final[dict[str, Type]] = {
    "string": TEXT,
    "boolean": TRUTH,
    "date": DATE,
    "int8": number(3), "int16": number(5), "int32": number(10), "int64": number(19),
    "uint8": number(3), "uint16": number(5), "uint32": number(10), "uint64": number(20),
    "float32": FLOAT, "float64": FLOAT,
}  # fmt: skip
_DECIMAL: Final = re.compile(r"decimal\((\d{1,2}), ?(\d{1,2})\)", re.ASCII)
_TIMESTAMP: Final = re.compile(r"timestamp(\([0-9]\))?", re.ASCII)


@lru_cache(maxsize=256)
def column_type(stored: str) -> Type | None:
    """The type of a column by the Ibis type in text, or None where predicates cannot compare it.

    A timestamp is naive and in UTC; one with a zone of its own is refused, as contracts hold none.

    >>> column_type("decimal(18, 4)")
    Type(kind=<Kind.NUMBER: 'number'>, whole=14, decimals=4)
    """
    plain = stored.removeprefix("!")
    if plain in _FIXED:
        return _FIXED[plain]
    if _TIMESTAMP.fullmatch(plain):
        return TIMESTAMP
    found = _DECIMAL.fullmatch(plain)
    if found is None:
        return None
    digits, decimals = int(found[1]), int(found[2])
    return number(digits - decimals, decimals) if 1 <= digits <= 38 and decimals <= digits else None  # noqa: PLR2004 - what engines hold


def is_float(stored: str) -> bool:
    """Whether values of a column are floats as they are stored."""
    return stored.removeprefix("!") in {"float32", "float64"}
