"""Money: exact decimals with a declared scale, never a float.

Engines disagree silently about the type of a decimal product or sum, so every money
operation is followed by a cast to one of these types. See docs/decisions/0004-money.md.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

AMOUNT: Final = "decimal(18, 4)"
"""An entry's amount, in the reporting currency or in its own."""
TOTAL: Final = "decimal(28, 4)"
"""Every published sum."""
RATE: Final = "decimal(20, 10)"
"""A currency rate or a share."""
QUANTITY: Final = "decimal(28, 10)"
"""A unit price or a quantity."""

SCALE: Final = 4
UNITS_PER_DOLLAR: Final = 10**SCALE
"""Amounts as whole numbers count the ledger's smallest unit, 0.0001 of the currency."""


def money_sum(amounts: Any) -> Any:
    """Sum a money column exactly: DECIMAL(28,4); zero where there is no row, never null."""
    return amounts.sum().fill_null(0).cast(TOTAL)


def entry_count(rows: Any) -> Any:
    """How many entries rows are: int64. Sums of entries say how many each stands for; every other row is one."""
    return (rows["entries"].sum() if "entries" in rows.columns else rows.count()).cast("int64")


def money_product(price: Any, factor: Any) -> Any:
    """Multiply money by a quantity or rate per line: rounded half away from zero, DECIMAL(18,4).

    By a whole number (an integer column, below a thousand million) the price counts to ten
    decimals; by any other factor both count to eight, and lie below ten thousand million.
    """
    if factor.type().is_integer():
        exact = (price.cast(QUANTITY) * factor.cast("decimal(9, 0)")).cast("decimal(38, 10)")
    else:
        # Rounded before they are cast: a cast that cuts decimals costs DuckDB four times as much. 19 digits on one
        # side: DuckDB multiplies 18 by 18 within 64 bits and overflows at 100; 19 by 19 Spark would cut.
        exact = (_eight_decimals(price).cast("decimal(19, 8)") * _eight_decimals(factor)).cast("decimal(38, 16)")
    return exact.round(SCALE).cast(AMOUNT)


def _eight_decimals(number: Any) -> Any:
    return number.cast(QUANTITY).round(8).cast("decimal(18, 8)")


def to_units(amount: Decimal) -> int:
    """Whole smallest units of an amount; half a unit rounds away from zero.

    >>> to_units(Decimal("-12.50"))
    -125000
    """
    return int((amount * UNITS_PER_DOLLAR).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def from_units(units: int) -> Decimal:
    """The amount that so many smallest units make.

    >>> from_units(-125000)
    Decimal('-12.5000')
    """
    return Decimal(units).scaleb(-SCALE)
