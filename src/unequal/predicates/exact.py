"""Numbers of one row, exactly: the same roundings and the same nulls as `decimals` has on a whole table.

Python's decimals are rounded by a context. The ones here have room for every result that the language can have, so that
only what is meant to round does.
"""

from __future__ import annotations

import math
import struct
from decimal import ROUND_05UP, ROUND_HALF_UP, Context, Decimal
from typing import Final

from unequal.predicates.tree import Type

ROOM: Final = Context(prec=100, rounding=ROUND_HALF_UP)
"""Python calls rounding half away from zero half up."""
_DIVIDING: Final = Context(prec=60, rounding=ROUND_05UP)
"""Rounds so that rounding once more, to fewer digits, gives what rounding once would have given."""
FLOAT_END: Final = float(2**63)
"""From here on, and for the same below zero, a float is not read as a number."""
_FLOAT_DECIMALS: Final = 8
_FLOAT_STEPS: Final = float(10**_FLOAT_DECIMALS)


def step(type_: Type) -> Decimal:
    """The smallest step of a type's numbers."""
    return Decimal(1).scaleb(-type_.decimals)


def room(type_: Type) -> Decimal:
    """The smallest number that has too many digits before the point for a type."""
    return Decimal(1).scaleb(type_.whole)


def fitted(value: Decimal | int, to_step: Decimal, below: Decimal) -> Decimal | None:
    """A number rounded half away from zero to a step; null where it then reaches what it must stay below."""
    near = ROOM.quantize(value, to_step)
    return near if -below < near < below else None


def divided(dividend: Decimal | int, divisor: Decimal | int, to_step: Decimal, below: Decimal) -> Decimal | None:
    """A quotient rounded once, half away from zero; null for a divisor of zero, or where it has no room."""
    return fitted(_DIVIDING.divide(dividend, divisor), to_step, below) if divisor else None


def from_float(value: float) -> Decimal | None:
    """A float as a number with 8 decimals, by the very operations of `decimals.from_float`.

    Returns:
        Null for what is not a number, infinite, or beyond an int64.

    >>> from_float(0.1), from_float(-2.5), from_float(float("nan"))
    (Decimal('0.10000000'), Decimal('-2.50000000'), None)
    """
    size = abs(value)
    if not size < FLOAT_END:
        return None
    whole = math.floor(size)
    steps = math.floor((size - whole) * _FLOAT_STEPS + 0.5)
    exact = whole * 10**_FLOAT_DECIMALS + steps
    return ROOM.scaleb(exact if value >= 0 else -exact, -_FLOAT_DECIMALS)


def first_float(limit: Decimal, *, beyond: bool) -> float:
    """The smallest float that is read as a number of at least a limit, or beyond it.

    `from_float` never falls as floats grow. So one float stands where its numbers pass a limit, and a float may be compared
    with that one instead of being read as a number first, which takes ten times as long.

    Args:
        limit: a number of the language.
        beyond: whether the limit itself is not enough.

    Returns:
        2**63, beyond which nothing is read, where no float is large enough.

    >>> first_float(Decimal("0.1"), beyond=False) < 0.1 < first_float(Decimal("0.1"), beyond=True)
    True
    """
    low, high = -_place(FLOAT_END), _place(FLOAT_END)
    while high - low > 1:
        middle = (low + high) // 2
        read = from_float(_at(middle))
        assert read is not None, "a float between the ends is read"
        if read > limit or (read == limit and not beyond):
            high = middle
        else:
            low = middle
    return _at(high)


def _place(value: float) -> int:
    """Where a positive float stands in the order of all floats; zero is 0."""
    place: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return place


def _at(place: int) -> float:
    value: float = struct.unpack("<d", struct.pack("<q", abs(place)))[0]
    return value if place >= 0 else -value
