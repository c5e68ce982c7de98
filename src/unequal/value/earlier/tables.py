"""Contracts of what customers were worth on an earlier morning."""

from __future__ import annotations

from typing import Final

from unequal.terms.tables import Column, TableContract

_MONEY: Final = "reporting currency"
_AS_OF: Final = Column("as_of", "date", "The first day of that forecast: nothing booked on it or later was known.", "day")
_VALUE: Final = "What was then expected within the horizon after service, discounted"

VALUE_THEN: Final = TableContract(
    name="value_then",
    meaning="What each customer was worth on an earlier morning, reckoned again by today's models and definitions from what was booked by then: "
    "the last time that a kept run forecast, or 52 weeks ago.",
    key=("customer_id",),
    columns=(
        Column("customer_id", "string", "The customer, under the id of today; never a bucket."),
        _AS_OF,
        Column("p_alive", "float64", "Probability, as it stood then, that the customer still was one.", "share"),
        Column("value_expected", "float64", f"{_VALUE}: expected.", _MONEY),
        Column("value_low", "float64", f"{_VALUE}: lower end of the 90 % range.", _MONEY),
        Column("value_high", "float64", f"{_VALUE}: upper end of the 90 % range.", _MONEY),
    ),
)

VALUE_THEN_TOTAL: Final = TableContract(
    name="value_then_total",
    meaning="What customers were worth together on that morning, and the error that its totals share.",
    key=("as_of",),
    columns=(
        _AS_OF,
        Column("customers", "int64", "Customers that there were.", "customers"),
        Column("value_expected", "float64", f"{_VALUE}: expected.", _MONEY),
        Column("value_low", "float64", f"{_VALUE}: lower end of the 90 % range.", _MONEY),
        Column("value_high", "float64", f"{_VALUE}: upper end of the 90 % range.", _MONEY),
        Column("bias", "float64", "By how much totals of earlier forecasts were missed on average.", "share"),
        Column("spread", "float64", "How far they lay about that.", "share"),
        Column("freedom", "float64", "From how many independent tests that is known.", "degrees of freedom"),
    ),
)

ALL: Final = (VALUE_THEN, VALUE_THEN_TOTAL)
"""Every contract of this part of the room."""
