"""Decimals on Ibis, exactly: what engines would do each in their own way, done in one way.

Every decimal that leaves this module has the type it is said to have, on every engine.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops

from unequal.predicates import numbers
from unequal.predicates.tree import Type, number

MOST_DIGITS: Final = 38
_INT64_END: Final = float(2**63)


def dtype(type_: Type) -> dt.DataType:
    """The Ibis type of a number's type."""
    return dt.Decimal(max(type_.digits, 1), type_.decimals)


def cast(value: Any, type_: Type) -> Any:
    """A number as a decimal that has room for it."""
    # As an operation, for the method leaves a cast out where Ibis believes the type is right already; engines differ.
    return ops.Cast(value, to=dtype(type_)).to_expr()


def _try_cast(value: Any, type_: Type) -> Any:
    return ops.TryCast(value, to=dtype(type_)).to_expr()


def fitted(value: Any, type_: Type) -> Any:
    """A number rounded half away from zero, as both engines do in a cast to fewer decimals; null where digits are too few."""
    fits = _try_cast(value, type_)
    kind = value.type()
    if not kind.is_decimal() or kind.scale > type_.decimals:
        return fits
    # DuckDB forgets a cast to as many decimals, and its nulls, where it finds one beside a constant. So it finds a sign.
    turned = -fits
    return -turned


def fitted_column(column: Any, type_: Type) -> Any:
    """The same of a plain column, which may be named twice: DuckDB rounds a hundred times faster within 18 digits."""
    kind = column.type()
    if not kind.is_decimal() or kind.scale <= type_.decimals or not type_.digits <= numbers.NARROW < kind.precision:
        return fitted(column, type_)
    narrow = number(numbers.NARROW - kind.scale, kind.scale)
    small = column.abs() < ibis.literal(10**narrow.whole)
    return ibis.ifelse(small, fitted(cast(column, narrow), type_), fitted(column, type_))


def literal(value: Decimal, type_: Type) -> Any:
    """A number that is written in the predicate."""
    return ibis.literal(value, type=dtype(type_))


def multiplied(left: Any, right: Any, type_: Type) -> Any:
    """The product of two decimals of the types that numbers.factor_types gives."""
    return cast(left * right, type_)


def divided(dividend: Any, divisor: Any, type_: Type) -> Any:
    """A quotient of two decimals, exactly rounded half away from zero; null for a divisor of zero.

    No division of decimals means the same on both engines. So the whole part is guessed in doubles, then the steps
    of the smallest decimal in what its exact remainder leaves; the exact remainder of that says whether one more is due.
    Multiplying back is exact on both, and a hundred times faster than DuckDB's remainder of wide decimals.

    Args:
        dividend: of at most 37 digits, 10 of them decimals.
        divisor: of at most 20 digits, 18 of them before the point.
        type_: of the quotient; numbers.QUOTIENT.
    """
    scale = divisor.type().scale
    steps_in_one = 10**type_.decimals
    above = cast(dividend.abs(), number(numbers.WHOLE, numbers.DECIMALS))
    below = cast(divisor.nullif(ibis.literal(0)).abs(), number(numbers.DIVISOR - scale, scale))

    whole = _try_cast(_in_doubles(above, below), number(type_.whole + 1))
    rest = _try_cast(above - cast(whole * below, number(numbers.WHOLE, numbers.DECIMALS)), number(numbers.NARROW, numbers.DECIMALS))

    # Guessed from below, for the rest lies within half a divisor: at most one step is missing.
    steps = cast((_in_doubles(rest, below) * ibis.literal(float(steps_in_one)) - ibis.literal(0.25)).floor(), number(type_.decimals + 1))
    room = number(numbers.NARROW + type_.decimals, numbers.DECIMALS)
    missed = cast(cast(rest * _whole_number(steps_in_one), room) - cast(steps * below, room), room)
    one_more = ibis.ifelse(missed * _whole_number(2) >= below, _whole_number(1), _whole_number(0))

    wide = number(type_.whole + 2, type_.decimals)
    size = cast(cast(whole, wide) + cast((steps + cast(one_more, number(type_.decimals + 1))) * _one_step(type_.decimals), wide), wide)
    return fitted(_signed(size, (dividend < 0) == (divisor < 0), wide), type_)


def _signed(size: Any, positive: Any, type_: Type) -> Any:
    """A number or its opposite; by a product, for naming it twice would double the SQL of everything in it."""
    return cast(size * ibis.ifelse(positive, _whole_number(1), _whole_number(-1)), type_)


def _whole_number(value: int) -> Any:
    return ibis.literal(value, type=dt.Decimal(len(str(abs(value))), 0))


def _in_doubles(dividend: Any, divisor: Any) -> Any:
    return dividend.cast("float64") / divisor.cast("float64")


def _one_step(decimals: int) -> Any:
    """The smallest step of so many decimals, 19 digits wide: see numbers.factor_types."""
    return ibis.literal(Decimal(1).scaleb(-decimals), type=dt.Decimal(numbers.NARROW + 1, decimals))


def from_float(column: Any, type_: Type) -> Any:
    """A float as a decimal: the part before the point exactly, the part after it rounded to the decimals of the type.

    Every step is one operation on doubles that IEEE 754 defines, so engines and Python agree to the last bit.
    What is not a number, infinite or beyond an int64 is null.
    """
    size = ops.Cast(column, to=dt.float64).to_expr().abs()
    # Told by one comparison: engines sort what is not a number above all numbers.
    size = ibis.ifelse(size < ibis.literal(_INT64_END), size, ibis.literal(None, type="float64"))
    whole = size.floor()
    steps = ((size - whole) * ibis.literal(float(10**type_.decimals)) + ibis.literal(0.5)).floor()
    wide = number(type_.whole + 1, type_.decimals)
    after_point = cast(cast(steps, number(type_.decimals + 1)) * _one_step(type_.decimals), wide)
    exact = cast(cast(whole, wide) + after_point, wide)
    return fitted(_signed(exact, column >= 0, wide), type_)
