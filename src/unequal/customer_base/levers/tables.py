"""Contracts of what the levers are measured on."""

from __future__ import annotations

from typing import Final

from unequal.terms.money import TOTAL
from unequal.terms.tables import Column, TableContract

PRODUCT_SALE: Final = TableContract(
    name="product_sale",
    meaning="What each customer's products brought in a month, parted by the month in which the customer first bought the product: "
    "what is new to a customer, and what it always bought.",
    key=("customer_id", "month", "since_month"),
    columns=(
        Column("customer_id", "string", "The customer; never a bucket."),
        Column("month", "date", "The first day of the month of booking.", unit="day"),
        Column("since_month", "date", "The first day of the month in which the customer first bought those products.", unit="day"),
        Column("amount", TOTAL, "Sum of the level's lines that come with a sale: sales, discounts, returns, goods and freight.", unit="reporting currency"),
    ),
)  # fmt: skip

LEVER: Final = TableContract(
    name="lever",
    meaning="By which levers what customers brought has changed: a period of whole months, a year where the books are that long, against as many "
    "months before it; the latest, and those that ended a quarter, two quarters ... earlier.",
    key=("until", "lever"),
    columns=(
        Column("until", "date", "The last day of the period.", unit="day"),
        Column("months", "int64", "How many months it has.", unit="months"),
        Column("lever", "string", "acquired, referred, won_back, retained (those who were not), unprofitable_ended, up_sold, sold_less, cross_sold, "
               "cost_to_serve_cut or rest."),
        Column("customers", "int64", "Customers who stand with it; who stayed stand with several.", unit="customers"),
        Column("before", TOTAL, "What they brought before; absent of levers of those who stayed.", unit="reporting currency", nullable=True),
        Column("now", TOTAL, "What they brought in the period; absent of levers of those who stayed.", unit="reporting currency", nullable=True),
        Column("change", TOTAL, "By how much that changed: of all levers together what customers brought more or less.", unit="reporting currency"),
    ),
)  # fmt: skip

ALL: Final = (PRODUCT_SALE, LEVER)
"""Every contract of this part of the room."""
