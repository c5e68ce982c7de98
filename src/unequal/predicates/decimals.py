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


def fitted(value: Any, type_: Type) -> Any:
    """A number rounded half away from zero, as both engines do in a cast to fewer decimals; null where digits are too few."""
    kind = value.type()
    if kind.is_decimal() and kind.scale <= type_.decimals:
        # DuckDB forgets a cast to as many decimals, and its nulls, when the result is compared with a constant; it
        # keeps one to fewer decimals. So there is always one decimal to lose.
        value = ops.TryCast(value, to=dt.Decimal(MOST_DIGITS, type_.decimals + 1)).to_expr()
    return ops.TryCast(value, to=dtype(type_)).to_expr()


def literal(value: Decimal, type_: Type) -> Any:
    """A number that is written in the predicate."""
    return ibis.literal(value, type=dtype(type_))


def multiplied(left: Any, right: Any, type_: Type) -> Any:
    """The product of two decimals of the types that numbers.factor_types gives."""
    return cast(left * right, type_)


def divided(dividend: Any, divisor: Any, type_: Type) -> Any:
    """A quotient of two decimals, exactly rounded half away from zero; null for a divisor of zero.

    No division of decimals means the same on both engines, but the remainder of one is exact on both. So what stands
    before the point and what stands after it are each made to divide evenly, and only then divided: in doubles, which
    cannot miss a whole number of so few digits.
    """
    decimals = type_.decimals
    above = cast(dividend.abs(), number(numbers.DIVIDEND_WHOLE, decimals))
    below = cast(divisor.nullif(ibis.literal(0)).abs(), number(numbers.FACTOR, decimals))
    rest = cast(above % below, number(numbers.FACTOR, decimals))
    whole = _evenly(above - rest, below, digits=type_.whole + 1)

    # Half a divisor more, so that cutting rounds: floor((2 * rest * steps + divisor) / (2 * divisor)).
    twice = cast(rest * ibis.literal(2 * 10**decimals, type=dt.Decimal(decimals + 1, 0)), number(numbers.FACTOR + decimals + 1, decimals))
    raised = cast(twice + below, number(numbers.FACTOR + decimals + 2, decimals))
    double = cast(below + below, number(numbers.FACTOR + 1, decimals))
    steps = _evenly(raised - raised % double, double, digits=decimals + 1)

    wide = number(type_.whole + 2, decimals)
    size = cast(cast(whole, wide) + cast(steps * _one_step(decimals), wide), wide)
    return fitted(ibis.ifelse((dividend < 0) == (divisor < 0), size, -size), type_)


def _evenly(dividend: Any, divisor: Any, *, digits: int) -> Any:
    """A quotient that is a whole number; null where it has more digits."""
    return fitted(dividend.cast("float64") / divisor.cast("float64"), number(digits))


def _one_step(decimals: int) -> Any:
    """The smallest step of so many decimals, 19 digits wide: see numbers.factor_types."""
    return ibis.literal(Decimal(1).scaleb(-decimals), type=dt.Decimal(numbers.FACTOR + 1, decimals))


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
    return fitted(ibis.ifelse(column < 0, -exact, exact), type_)
