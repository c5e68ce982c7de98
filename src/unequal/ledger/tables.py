"""Contracts of the tables that the ledger publishes: dollars, and the contacts that cause some of them."""

from __future__ import annotations

from typing import Final

from unequal.terms.money import AMOUNT, RATE, TOTAL
from unequal.terms.tables import Column, TableContract

TIME: Final = "decimal(28, 4)"
"""Seconds, exact to 0.0001."""

ENTRY: Final = TableContract(
    name="entry",
    meaning="Every dollar that moved, once: one row per source row and amount. Never edited; a correction is a new entry.",
    key=("entry_id",),
    columns=(
        Column("entry_id", "string", "md5 of source, row id and amount name: the same on every run and engine."),
        Column(
            "customer_id",
            "string",
            "Whose dollar it is; `unassigned` where no customer was found, `level:channel` and the like where no single customer caused it, "
            "`idle` for capacity that nobody used.",
        ),
        Column(
            "unassigned_reason",
            "string",
            "Why no customer was found: no_customer_id, unknown_customer or test_account; absent otherwise.",
            nullable=True,
        ),
        Column(
            "level",
            "string",
            "The lowest level that cause and effect reaches: unit, order, customer, channel, market or corporate; idle where it reaches nobody.",
        ),
        Column("account", "string", "The general ledger's account; absent where the source names none.", nullable=True),
        Column("booked_on", "date", "The day of booking in the company's time zone.", unit="day"),
        Column("occurred_at", "timestamp(6)", "When it happened, UTC; absent where the source gives a day only.", nullable=True),
        Column("line", "string", "The line of the chart it is booked on."),
        Column("amount", AMOUNT, "What moved: income positive, costs and deductions negative.", unit="reporting currency"),
        Column("original_amount", AMOUNT, "The amount before conversion.", unit="original currency"),
        Column("currency", "string", "ISO 4217 code of the original amount."),
        Column("rate_id", "string", "Currency and first day of the rate applied; absent in the reporting currency.", nullable=True),
        Column("document", "string", "The order's or invoice's number; absent where none is mapped.", nullable=True),
        Column("product", "string", "The product; absent where none is mapped.", nullable=True),
        Column("channel", "string", "The channel; absent where none is mapped.", nullable=True),
        Column("market", "string", "The market; absent where none is mapped.", nullable=True),
        Column("property", "string", "The property, branch or site; absent where none is mapped.", nullable=True),
        Column("activity", "string", "The activity that caused a cost; absent where none is mapped.", nullable=True),
        Column(
            "source",
            "string",
            "The source of the row; `pool:NAME` for what a pool's idle capacity cost, `shared:NAME` for what nobody shares.",
        ),
        Column("record", "string", "The customer's record id as the row gives it; absent where the row gives none.", nullable=True),
        Column("record_source", "string", "The source that holds the record; absent where dollars have no customer.", nullable=True),
        Column("source_file", "string", "The file of the row, relative to the project."),
        Column("source_row", "int64", "The data row in that file, from 1.", unit="rows"),
        Column("row_id", "string", "The row's stable id in its source."),
        Column(
            "amount_name",
            "string",
            "Which of the row's amounts it is, as the config names it; `cost:ACTIVITY` for what an activity cost, `shared:NAME` for a part of a shared cost.",
        ),
        Column("reverses", "string", "The entry_id of the sale that this return takes back; absent where none was found.", nullable=True),
    ),
)

STATEMENT: Final = TableContract(
    name="statement",
    meaning="What each customer, and each named bucket, brought in and cost in a month, line by line.",
    key=("customer_id", "month", "line"),
    columns=(
        Column("customer_id", "string", "The customer, or a named bucket: `unassigned`, `level:channel` and the like."),
        Column("month", "date", "The first day of the month of booking.", unit="day"),
        Column("line", "string", "The line of the chart."),
        Column("amount", TOTAL, "Sum of the entries.", unit="reporting currency"),
        Column("entries", "int64", "How many entries make the sum.", unit="entries"),
    ),
)

WATERFALL: Final = TableContract(
    name="waterfall",
    meaning="The way from sales to the figure of an evidence level, line by line.",
    key=("line",),
    columns=(
        Column("position", "int64", "Place of the line in the chart, from 1.", unit="rank"),
        Column("line", "string", "The line of the chart."),
        Column("amount", TOTAL, "Sum of the line.", unit="reporting currency"),
        Column("in_level", "boolean", "Whether the line is part of the level's figure; others are shown beside it."),
        Column("entries", "int64", "How many entries make the sum.", unit="entries"),
    ),
)

RECONCILIATION: Final = TableContract(
    name="reconciliation",
    meaning="Per source, month, line and currency: the control total and what it is made of; the residual is zero or the run stops.",
    key=("source", "period", "line", "currency", "item"),
    columns=(
        Column("source", "string", "The source, or `pool:NAME`, whose lines of service stand together, or `shared:NAME`."),
        Column("period", "date", "The first day of the month; absent for rows whose own date cannot be read.", unit="day", nullable=True),
        Column("line", "string", "The line of the chart."),
        Column("currency", "string", "ISO 4217 code: amounts here are in it, before conversion."),
        Column(
            "item",
            "string",
            "control_total (read apart from the ledger), then what it is made of: customers, unassigned, level:channel and the like, idle, "
            "quarantined, unknown_currency, counted_once, rounding; residual is what remains.",
        ),
        Column("amount", TOTAL, "Sum of the item.", unit="original currency"),
        Column("rows", "int64", "How many rows or entries make the sum.", unit="rows"),
        Column("evidence", "string", "Where the figure comes from."),
    ),
)

TIE_OUT: Final = TableContract(
    name="tie_out",
    meaning="Per account of the general ledger, period and currency: what it holds, what the detail holds, and what nobody can explain.",
    key=("rule", "account", "held_against", "period", "currency"),
    columns=(
        Column(
            "rule",
            "string",
            "The config's name for these accounts; `unmapped` for an account that no rule takes, `no_account` for a line that no account holds.",
        ),
        Column("account", "string", "The account as the general ledger writes it; several under one rule joined by ` + `, `none` where there is none."),
        Column("name", "string", "The account's name; absent where none is mapped.", nullable=True),
        Column(
            "held_against",
            "string",
            "The lines whose entries it should equal, and what narrows them; or what charges it; or why it is no customers' business, or not charged yet; or `nothing`.",
        ),
        Column("period", "date", "The first day of the period.", unit="day"),
        Column("currency", "string", "ISO 4217 code: amounts here are in it."),
        Column(
            "outcome",
            "string",
            "equal; within_tolerance; charged (by what stands in held_against); not_customers or not_charged (the reason stands there); unmapped; no_account. Beyond tolerance nothing is published.",
        ),
        Column("missing", "string", "The side that has nothing in this period: general_ledger or detail; absent where both have, where neither holds anything, or where one was not asked.",
               nullable=True),
        Column("general_ledger", TOTAL, "What the general ledger holds, signed as the ledger signs; absent for no_account.",
               unit="currency of the row", nullable=True),
        Column("detail", TOTAL, "What the entries come to; absent for accounts that neither lines are held against nor entries are charged from.", unit="currency of the row", nullable=True),
        Column("unexplained", TOTAL, "General ledger less detail; absent where the two are not compared.", unit="currency of the row", nullable=True),
        Column("tolerance", TOTAL, "How far they may differ by the config; absent where they are not compared.", unit="currency of the row", nullable=True),
        Column("rows", "int64", "How many rows of the general ledger.", unit="rows"),
        Column("entries", "int64", "How many entries.", unit="entries"),
    ),
)  # fmt: skip

INTERACTION: Final = TableContract(
    name="interaction",
    meaning="Every contact, once: a call, a visit, a mention, and whose it was. What it cost stands in the ledger, where it is known.",
    key=("interaction_id",),
    columns=(
        Column("interaction_id", "string", "md5 of source and row id: the same on every run and engine."),
        Column("customer_id", "string", "Whose contact it was; `unassigned` where no customer was found."),
        Column(
            "unassigned_reason",
            "string",
            "Why no customer was found: no_customer_id, unknown_customer or test_account; absent otherwise.",
            nullable=True,
        ),
        Column("occurred_on", "date", "The day in the company's time zone; absent where the row gives none.", unit="day", nullable=True),
        Column("occurred_at", "timestamp(6)", "When it began, UTC; absent where the source gives a day only, or nothing.", nullable=True),
        Column(
            "contact",
            "string",
            "What kind of contact, as the config or the source calls it; absent where the row does not say.",
            nullable=True,
        ),
        Column("channel", "string", "The channel it came through; absent where none is mapped.", nullable=True),
        Column("agent", "string", "Who served the customer, by the source's own code; absent where none is mapped.", nullable=True),
        Column(
            "duration_seconds",
            "int64",
            "How long it took, to the whole second; absent where nobody measured it.",
            unit="seconds",
            nullable=True,
        ),
        Column("outcome", "string", "What came of it; absent where none is mapped.", nullable=True),
        Column(
            "reach",
            "int64",
            "How many people saw or heard it, to the whole one; absent where nobody counted.",
            unit="people",
            nullable=True,
        ),
        Column(
            "kindness",
            "decimal(7, 6)",
            "How kindly it spoke of the company, from -1 to 1; absent where nobody judged.",
            unit="share of 1",
            nullable=True,
        ),
        Column("source", "string", "The source of the row."),
        Column("record", "string", "The customer's record id as the row gives it; absent where the row gives none.", nullable=True),
        Column("record_source", "string", "The source that holds the record."),
        Column("source_file", "string", "The file of the row, relative to the project."),
        Column("source_row", "int64", "The data row in that file, from 1.", unit="rows"),
        Column("row_id", "string", "The row's stable id in its source."),
    ),
)

CONTACT_TOTAL: Final = TableContract(
    name="contact_total",
    meaning="Contacts counted by kind and channel, those of customers and those without one.",
    key=("contact", "channel", "of_customers"),
    columns=(
        Column("contact", "string", "The kind of contact; absent where the rows do not say.", nullable=True),
        Column("channel", "string", "The channel; absent where none is mapped.", nullable=True),
        Column("of_customers", "boolean", "Whether these contacts have a customer; the others are unassigned."),
        Column("interactions", "int64", "How many.", unit="contacts"),
        Column("customers", "int64", "How many customers had them; zero for unassigned ones.", unit="customers"),
        Column("timed", "int64", "How many of them have a duration.", unit="contacts"),
        Column("duration_seconds", "int64", "How long these took together.", unit="seconds"),
    ),
)

RATES: Final = TableContract(
    name="rate",
    meaning="What one unit of a currency was worth in the reporting currency, from a day on.",
    key=("rate_id",),
    columns=(
        Column("rate_id", "string", "Currency and first day, as in `EUR:2026-01-01`."),
        Column("currency", "string", "ISO 4217 code."),
        Column("since", "date", "The first day of the rate.", unit="day"),
        Column("rate", RATE, "Worth of one unit.", unit="reporting currency per unit"),
    ),
)

POOL: Final = TableContract(
    name="pool",
    meaning="What each pool cost in a month, what it could do, what was used, and what stood idle.",
    key=("pool", "month"),
    columns=(
        Column("pool", "string", "The pool."),
        Column("month", "date", "The first day of the month.", unit="day"),
        Column(
            "cost", TOTAL, "What the pool cost: what customers, higher levels, idle and unassigned add up to.", unit="reporting currency"
        ),
        Column("practical_seconds", TIME, "Practical capacity; absent where nothing says.", unit="seconds", nullable=True),
        Column("used_seconds", TIME, "What events took.", unit="seconds"),
        Column("idle_seconds", TIME, "Practical capacity that nobody used.", unit="seconds"),
        Column("over_seconds", TIME, "Worked beyond practical capacity.", unit="seconds"),
        Column(
            "rate_minute",
            RATE,
            "Cost of a minute: of practical capacity, or of what was used where that is more.",
            unit="reporting currency per minute",
        ),
        Column("charged", TOTAL, "What events were charged with.", unit="reporting currency"),
        Column("idle", TOTAL, "What idle capacity cost; charged to nobody.", unit="reporting currency"),
        Column("events", "int64", "How many events used it.", unit="events"),
        Column("assumed", "string", "On what grounds its cost or capacity is assumed; absent where both are recorded.", nullable=True),
    ),
)

IDLE: Final = TableContract(
    name="idle",
    meaning="Capacity that was paid for and not used, by pool and month: reported, and charged to nobody.",
    key=("pool", "month"),
    columns=(
        Column("pool", "string", "The pool."),
        Column("month", "date", "The first day of the month.", unit="day"),
        Column("idle_seconds", TIME, "Practical capacity that nobody used.", unit="seconds"),
        Column("amount", TOTAL, "What it cost, negative as in the ledger.", unit="reporting currency"),
    ),
)

_OF_ACTIVITY: Final = (
    Column("customer_id", "string", "The customer, or a named bucket: `unassigned`, `level:channel` and the like."),
    Column("activity", "string", "The activity."),
    Column("month", "date", "The first day of the month.", unit="day"),
    Column("cause", "string", "customer, or company where the company's own failure caused it."),
)

ACTIVITY_COST: Final = TableContract(
    name="activity_cost",
    meaning="What each activity did for each customer in a month: how often, how long, at what cost.",
    key=("customer_id", "activity", "month", "cause"),
    columns=(
        *_OF_ACTIVITY,
        Column("pool", "string", "The pool whose time it used."),
        Column("events", "int64", "How many events.", unit="events"),
        Column("used_seconds", TIME, "How long they took.", unit="seconds"),
        Column("amount", TOTAL, "What that cost, negative as in the ledger.", unit="reporting currency"),
    ),
)

ACTIVITY_SUM: Final = TableContract(
    name="activity_sum",
    is_newer=True,
    meaning="What each activity did for each customer over all months, summed from `activity_cost`.",
    key=("customer_id", "activity", "cause", "pool"),
    columns=(*(column for column in ACTIVITY_COST.columns if column.name != "month"),),
)

ACTIVITY_TIME: Final = TableContract(
    name="activity_time",
    meaning="The time of activities whose time equation has several parts, part by part.",
    key=("customer_id", "activity", "month", "cause", "part"),
    columns=(
        *_OF_ACTIVITY,
        Column("part", "string", "base, duration, or the name of a term."),
        Column("used_seconds", TIME, "How long it took of all.", unit="seconds"),
    ),
)

PROGRAMME_MEMBER: Final = TableContract(
    name="programme_member",
    meaning="Whom the company's programmes reached, where rows say so.",
    key=("programme", "record_source", "record", "since"),
    columns=(
        Column("programme", "string", "The programme, as the config names it."),
        Column("customer_id", "string", "The customer whom it reached."),
        Column("since", "date", "The first day on which it holds for him; absent where it always has.", unit="day", nullable=True),
        Column("until", "date", "The last day; absent where it still holds.", unit="day", nullable=True),
        Column("record_source", "string", "The source of the record that the row names."),
        Column("record", "string", "The record."),
    ),
)

TABLES: Final = (
    ENTRY, STATEMENT, WATERFALL, RECONCILIATION, TIE_OUT, INTERACTION, CONTACT_TOTAL, RATES, POOL, IDLE, ACTIVITY_COST, ACTIVITY_SUM, ACTIVITY_TIME,
    PROGRAMME_MEMBER,
)  # fmt: skip
"""Every contract of this room."""
