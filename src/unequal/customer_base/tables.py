"""Contracts of the tables that the customer base publishes."""

from __future__ import annotations

from typing import Final

from unequal.terms.money import TOTAL
from unequal.terms.tables import Column, TableContract

CUSTOMER_FIGURE: Final = TableContract(
    name="customer_figure",
    meaning="What each customer brought within a period, at the evidence level of the base.",
    key=("customer_id",),
    columns=(
        Column("customer_id", "string", "The customer; never a bucket."),
        Column("amount", TOTAL, "Sum of the level's lines.", unit="reporting currency"),
        Column("sales", TOTAL, "Sum of revenue lines: sales, discounts and returns.", unit="reporting currency"),
        Column("entries", "int64", "How many entries make the level's sum.", unit="entries"),
    ),
)

BAND: Final = TableContract(
    name="band",
    meaning="In which of the three bands each customer stands.",
    key=("customer_id",),
    columns=(
        *CUSTOMER_FIGURE.columns,
        Column("band", "string", "profitable, break_even or unprofitable."),
        Column("customer_rank", "int64", "Place by amount, best first, ties by customer_id.", unit="rank"),
    ),
)

OTHER_BAND: Final = TableContract(
    name="other_band",
    meaning="In which band a customer would stand, were one doubtful link otherwise.",
    key=("customer_id", "otherwise"),
    columns=(
        Column("customer_id", "string", "The customer as it is."),
        Column("band", "string", "Its band as it is."),
        Column("otherwise", "string", "What would be otherwise: `one with` another customer, or `two, without the link of` two records."),
        Column("moved", TOTAL, "By how much its figure would change.", unit="reporting currency"),
        Column("other_band", "string", "The band that it, or this part of it, would stand in."),
    ),
)

BAND_STABILITY: Final = TableContract(
    name="band_stability",
    meaning="How much each customer's band hangs on what drives the cost of serving (every driver a quarter more, and less), on doubtful links "
    "between records, and on the window of time. Whoever acts against a customer by its band asks `stable` first.",
    key=("customer_id",),
    columns=(
        Column("customer_id", "string", "The customer; never a bucket."),
        Column("scheme", "string", "By which scheme the band is drawn: `profit`, the three bands."),
        Column("band", "string", "profitable, break_even or unprofitable."),
        Column("stable", "boolean", "Whether nothing that applies to the customer moves its band: no driver, no link and not the window."),
        Column("costs_stable", "boolean", "Whether the band is the same though any driver of cost to serve were a quarter more or less; absent where "
               "service is no part of the figure.", nullable=True),
        Column("links_stable", "boolean", "Whether the band is the same though any one doubtful link were otherwise: for the customer as one with "
               "whom it may be one, and for each part along its weakest link; absent where no link is doubtful.", nullable=True),
        Column("window_stable", "boolean", "Whether the band is the same over the other window of time; absent where the customer was not there in it.",
               nullable=True),
        Column("same_share", "float64", "Of the scenarios, those in which the band is the same; 1 without any.", unit="share"),
        Column("scenarios", "int64", "How many scenarios: two a driver.", unit="scenarios"),
        Column("flipped_by", "string", "The driver that changes the band by the most dollars; absent where none does.", nullable=True),
        Column("links", "int64", "How many doubtful links were tried.", unit="links"),
        Column("flipped_by_link", "string", "What would change the band by the most dollars: `one with` another customer, or `two, without the "
               "link of` two records; absent where no link does.", nullable=True),
        Column("window_band", "string", "The band over the other window; absent where the customer was not there in it.", nullable=True),
    ),
)  # fmt: skip

BAND_TOTAL: Final = TableContract(
    name="band_total",
    meaning="The three bands: how many customers stand in each and what they bring.",
    key=("band",),
    columns=(
        Column("band", "string", "profitable, break_even or unprofitable."),
        Column("customers", "int64", "How many stand in it.", unit="customers"),
        Column("amount", TOTAL, "What they bring.", unit="reporting currency"),
        Column("sales", TOTAL, "Their sales.", unit="reporting currency"),
    ),
)

CURVE: Final = TableContract(
    name="curve",
    meaning="Points of the whale curve: customers best first, and what they bring together.",
    key=("customer_rank",),
    columns=(
        Column("customer_rank", "int64", "How many customers, best first.", unit="customers"),
        Column("customers_share", "float64", "That rank over the number of customers.", unit="share"),
        Column("cumulative", TOTAL, "What they bring together.", unit="reporting currency"),
    ),
)

SLICE: Final = TableContract(
    name="slice",
    meaning="The base cut by one dimension of the ledger: what each value brings, with the buckets that belong to no customer.",
    key=("value",),
    columns=(
        Column("value", "string", "The dimension's value; absent where entries carry none.", nullable=True),
        Column("customers", "int64", "Customers with an entry of that value; one customer may stand in several values.", unit="customers"),
        Column("losing_customers", "int64", "Of these, customers whose entries of that value come to less than zero.", unit="customers"),
        Column("amount", TOTAL, "Sum of the level's lines of real customers.", unit="reporting currency"),
        Column("elsewhere", TOTAL, "Sum of the level's lines in buckets: unassigned and higher levels.", unit="reporting currency"),
        Column("entries", "int64", "How many entries make both sums.", unit="entries"),
    ),
)

GIVE_BACK: Final = TableContract(
    name="give_back",
    meaning="The customers who give the most money back, and the line that costs the most.",
    key=("customer_id",),
    columns=(
        Column("customer_id", "string", "The customer."),
        Column("amount", TOTAL, "What the customer brings; below zero.", unit="reporting currency"),
        Column("sales", TOTAL, "The customer's sales.", unit="reporting currency"),
        Column("cause", "string", "The line that takes the most beyond what it takes of an average dollar of sales."),
        Column("cause_amount", TOTAL, "What that line comes to.", unit="reporting currency"),
        Column("cause_excess", TOTAL, "How much of it is beyond the base's average for the same sales.", unit="reporting currency"),
    ),
)

DEFINITION: Final = TableContract(
    name="definition",
    meaning="How many customers the company has, under each definition and per source.",
    key=("definition", "source"),
    columns=(
        Column("definition", "string", "records, accounts, customers, persons, organisations or households."),
        Column("source", "string", "The source that knows them; absent for the whole company.", nullable=True),
        Column("known", "int64", "How many there are.", unit="customers"),
        Column("active", "int64", "Of these, how many the project counts as active.", unit="customers"),
    ),
)

CUSTOMER_LINE: Final = TableContract(
    name="customer_line",
    meaning="What each customer, and each named bucket, brought in and cost over all months, line by line.",
    key=("customer_id", "line"),
    columns=(
        Column("customer_id", "string", "The customer, or a named bucket, as in `statement`."),
        Column("line", "string", "The line of the chart."),
        Column("amount", TOTAL, "Sum of the entries.", unit="reporting currency"),
        Column("entries", "int64", "How many entries make the sum.", unit="entries"),
    ),
)

CUSTOMER_MONTH: Final = TableContract(
    name="customer_month",
    is_newer=True,
    meaning="What each customer brought month by month at the base's evidence level. Questions about ages and months are answered from it, to the cent "
    "as from `statement`.",
    key=("customer_id", "month"),
    columns=(
        Column("customer_id", "string", "The customer."),
        Column("month", "date", "First day of the month."),
        Column("amount", TOTAL, "Sum of the lines of the level.", unit="reporting currency"),
        Column(
            "acquisition",
            TOTAL,
            "What of it was the cost of winning the customer: zero or less; 0 at levels above it.",
            unit="reporting currency",
        ),
        Column("sales", TOTAL, "What of it was list revenue.", unit="reporting currency"),
        Column("lines", "int64", "How many lines make the sum.", unit="lines"),
    ),
)

ENTRY_SUM: Final = TableContract(
    name="entry_sum",
    meaning="Entries summed over days, products and documents: by customer, and by every column of theirs that has few values. Questions that name "
    "no other column are answered from it, to the cent as from the entries.",
    key=(
        "customer_id",
        "line",
        "unassigned_reason",
        "level",
        "channel",
        "market",
        "property",
        "activity",
        "source",
        "currency",
        "amount_name",
    ),
    columns=(
        Column("customer_id", "string", "The customer, or a named bucket, as in `entry`."),
        Column("line", "string", "The line of the chart."),
        *(
            Column(name, "string", f"As `{name}` in `entry`.", nullable=True)
            for name in ("unassigned_reason", "level", "channel", "market", "property", "activity", "source", "currency", "amount_name")
        ),
        Column("amount", TOTAL, "Sum of the entries.", unit="reporting currency"),
        Column("entries", "int64", "How many entries make the sum.", unit="entries"),
        Column("first_day", "date", "The first day on which any of them is booked.", unit="day"),
        Column("last_day", "date", "The last day on which any of them is booked.", unit="day"),
        Column(
            "first_above_zero", "date", "The first day on which one above zero is booked; absent where none is.", unit="day", nullable=True
        ),
    ),
)

ENTRY_TOTAL: Final = TableContract(
    name="entry_total",
    meaning="All entries by line: those of customers together, and the others by why they have no customer.",
    key=("line", "reason"),
    columns=(
        Column("line", "string", "The line of the chart."),
        Column(
            "reason", "string", "Why they have no customer, or the bucket of a higher level; absent for those of customers.", nullable=True
        ),
        Column("amount", TOTAL, "Sum of the entries.", unit="reporting currency"),
        Column("entries", "int64", "How many there are.", unit="entries"),
        Column("first_day", "date", "The first day on which any is booked.", unit="day"),
        Column("last_day", "date", "The last day on which any is booked.", unit="day"),
    ),
)

TABLES: Final = (
    CUSTOMER_FIGURE, BAND, OTHER_BAND, BAND_STABILITY, BAND_TOTAL, CURVE, SLICE, GIVE_BACK, DEFINITION, CUSTOMER_LINE, CUSTOMER_MONTH, ENTRY_SUM, ENTRY_TOTAL,
)  # fmt: skip
"""Every contract of this room."""
