"""Contracts of the tables that tell movement."""

from __future__ import annotations

from typing import Final

from unequal.customer_base.tables import CUSTOMER_FIGURE
from unequal.terms.money import TOTAL
from unequal.terms.tables import Column, TableContract

_SCHEME: Final = (
    Column("scheme", "string", "The scheme of bands: profit (the three bands), platinum, growable, tenths, or one of the project's own."),
    Column("version", "string", "Digest of the scheme's definition: bands of two versions are not comparable."),
)
_CELL: Final = (
    Column(
        "from_band",
        "string",
        "The band before; new or reactivated where the customer was not there; away for who was there in neither window and yet cost something.",
    ),
    Column("to_band", "string", "The band after; lost where the customer is not there any more; away as above."),
)

CUSTOMER_BAND: Final = TableContract(
    name="customer_band",
    meaning="Who stood in which band of each scheme, window by window; a window in which a customer was not there has no row of it.",
    key=("customer_id", "scheme", "valid_from"),
    columns=(
        Column("customer_id", "string", "The customer; never a bucket."),
        *_SCHEME,
        Column("band", "string", "The band."),
        Column("valid_from", "date", "The first day of the window.", "day"),
        Column("valid_to", "date", "The day after its last one.", "day"),
    ),
)

MOVEMENT: Final = TableContract(
    name="movement",
    meaning="The movement matrix of each scheme for each two windows that follow each other: customers and what they brought.",
    key=("scheme", "valid_from", "from_band", "to_band"),
    columns=(
        *_SCHEME,
        Column("valid_from", "date", "The first day of the later window.", "day"),
        Column("valid_to", "date", "The day after its last one.", "day"),
        *_CELL,
        Column("customers", "int64", "How many went so.", "customers"),
        Column("before", TOTAL, "What they brought in the earlier window.", "reporting currency"),
        Column("after", TOTAL, "What they brought in the later window.", "reporting currency"),
    ),
)


def _range(name: str, meaning: str) -> tuple[Column, ...]:
    return (
        Column(f"{name}_expected", "float64", f"{meaning}: expected.", "as its measure"),
        Column(f"{name}_low", "float64", f"{meaning}: lower end of the 90 % range.", "as its measure"),
        Column(f"{name}_high", "float64", f"{meaning}: upper end of the 90 % range.", "as its measure"),
    )


MOVEMENT_CHANCE: Final = TableContract(
    name="movement_chance",
    meaning="How much of the latest movement chance alone would show among those who were there in both windows, were nobody changed.",
    key=("scheme", "measure", "from_band"),
    columns=(
        *_SCHEME,
        Column("measure", "string", "moved, up or down: customers; change: money of those who stood in from_band."),
        Column("from_band", "string", "The band before; absent where the measure is of all.", nullable=True),
        Column("observed", "float64", "As it came.", "as its measure"),
        *_range("chance", "Were nobody changed"),
        *_range("excess", "What came beside chance"),
    ),
)

MOVEMENT_AHEAD: Final = TableContract(
    name="movement_ahead",
    meaning="Where customers of today will stand next year by the lines of today; a forecast. Customers yet to come or to come back are not in it.",
    key=("scheme", "from_band", "to_band"),
    columns=(
        *_SCHEME,
        Column("from_band", "string", "The band of today."),
        Column("to_band", "string", "The band of next year; lost where the customer is one no more."),
        Column("customers_expected", "float64", "How many: expected.", "customers"),
        Column("customers_low", "float64", "How many: lower end of the 90 % range.", "customers"),
        Column("customers_high", "float64", "How many: upper end of the 90 % range.", "customers"),
    ),
)

__all__ = ["ALL", "CUSTOMER_BAND", "CUSTOMER_FIGURE", "MOVEMENT", "MOVEMENT_AHEAD", "MOVEMENT_CHANCE"]

ALL: Final = (CUSTOMER_BAND, MOVEMENT, MOVEMENT_CHANCE, MOVEMENT_AHEAD)
"""Every contract of this part."""
