"""What serving customers costs: pools of resources, the activities that use them, and costs that many share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Discriminator, Field, Tag

from unequal.config.model import MINUTES, MONEY, ColumnName, Columns, Name, PredicateText, Section, shape_of
from unequal.config.sources import DAY_IS, CustomerOf, DayIs, Level, Source, Value
from unequal.terms.lines import Line

MoneyText = Annotated[str, Field(pattern=MONEY)]
MinutesText = Annotated[str, Field(pattern=MINUTES)]
SharedLine = Literal[Line.FREIGHT, Line.COST_TO_SERVE, Line.COST_OF_FAILURE, Line.ACQUISITION, Line.RETENTION]
"""The lines that a shared cost may be booked on."""


class CostRows(Section):
    """The rows that say what a pool, or a shared cost, came to."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"source": "general_ledger", "column": "amount", "booked_on": "month", "when": "account in ('6040', '6041')"}]
        }
    )

    source: Name = Field(description="The source of the rows, such as the general ledger.")
    column: ColumnName = Field(description="The column of money.")
    booked_on: ColumnName = Field(description="The column with the day: a cost belongs to the month that it lies in.")
    day_is: DayIs = Field("a_day", description=DAY_IS)
    negate: bool = Field(False, description="The source writes costs as positive numbers; in the ledger costs are negative.")
    when: PredicateText | None = Field(None, description="Only rows for which this holds.")
    currency: Value | None = Field(None, description="A column or a constant; the reporting currency by default.")


class CapacityRows(Section):
    """The rows that say how much time a pool has for work."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "capacities", "column": "practical_minutes", "month": "month", "when": "activity = 'phone_call'"},
                {"source": "rosters", "column": ["juniors", "seniors"], "month": "day", "minutes_each": "384"},
            ]
        }
    )

    source: Name = Field(description="The source of the rows.")
    column: Columns = Field(
        description="The column with the practical capacity: time for work, without breaks and meetings. Several are added up."
    )
    month: ColumnName = Field(description="The column with a day of the month that it holds for.")
    day_is: DayIs = Field("a_day", description=DAY_IS)
    when: PredicateText | None = Field(None, description="Only rows for which this holds.")
    unit: Literal["seconds", "minutes", "hours"] = Field("minutes", description="What the column counts.")
    minutes_each: MinutesText | None = Field(
        None, description="Where it counts people or shifts instead: practical minutes of each in what the row covers, in quotes."
    )


Cost = Annotated[
    Annotated[MoneyText, Tag("text")] | Annotated[CostRows, Tag("mapping")],
    Discriminator(
        shape_of, custom_error_type="shape", custom_error_message='an amount a month in quotes, as in "560000", or rows of a source'
    ),
]
Capacity = Annotated[
    Annotated[MinutesText, Tag("text")] | Annotated[CapacityRows, Tag("mapping")],
    Discriminator(
        shape_of, custom_error_type="shape", custom_error_message='minutes a month in quotes, as in "700000", or rows of a source'
    ),
]


class Pool(Section):
    """People and equipment that work for customers: what they cost in a month, and how much time they have."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cost": {"source": "general_ledger", "column": "amount", "booked_on": "month", "when": "account = '6040'"},
                    "capacity": {"source": "capacities", "column": "minutes", "month": "month", "when": "team = 'phone'"},
                },
                {"cost": "560000", "capacity": "700000", "assumed": "Nobody keeps the desk's books apart; a manager's estimate."},
            ]
        }
    )

    cost: Cost = Field(description="What it costs: rows of a source, or an amount for each month in the reporting currency.")
    capacity: Capacity = Field(description="Its practical capacity: rows of a source, or minutes for each month.")
    assumed: str | None = Field(
        None, min_length=1, description="Where its cost or capacity is nobody's record but an assumption: whose, and on what grounds."
    )


class Term(Section):
    """Minutes that an event takes on top, for each of something or where a rule holds."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"minutes": "6.5", "when": "packing = 'special'"}, {"minutes": "2.6", "times": "lines"}]}
    )

    minutes: MinutesText = Field(description="How many minutes, in quotes.")
    times: ColumnName | None = Field(None, description="For each of what this column counts; once by default.")
    when: PredicateText | None = Field(None, description="Only for events for which this holds.")


class Duration(Section):
    """Time that the source measured."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"column": "handle_seconds", "unit": "seconds"}, {"column": "average_seconds", "times": "calls"}]}
    )

    column: ColumnName = Field(description="The column with the time that the event took.")
    unit: Literal["seconds", "minutes"] = Field("seconds", description="What the column counts.")
    times: ColumnName | None = Field(
        None,
        description="Where a row sums up many events, as a shift's calls, and the column holds their average: the column with how many.",
    )


class TimeEquation(Section):
    """How long an event takes: the base, what was measured, and every term that holds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "base": "5",
                    "terms": {
                        "each_line": {"minutes": "2.6", "times": "lines"},
                        "special": {"minutes": "6.5", "when": "packing = 'special'"},
                    },
                }
            ]
        }
    )

    base: MinutesText = Field("0", description="Minutes that every event takes, in quotes.")
    duration: Duration | None = Field(None, description="Time that the source measured for each event.")
    terms: dict[Name, Term] = Field(default_factory=dict, description="Further minutes, each under a name of its own.")


class CompanyWhen(Section):
    """Events that the company's own failures caused, told by a rule."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"company_when": "reason in ('DELIVERY_LATE', 'WRONG_ITEM')"}]})

    company_when: PredicateText = Field(description="A rule that holds for events that the company's own failure caused.")


Cause = Annotated[
    Annotated[Literal["customer", "company"], Tag("text")] | Annotated[CompanyWhen, Tag("mapping")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="customer, company, or a rule as {company_when: ...}"),
]


class Activity(Section):
    """Work that is done for customers: which events call for it, how long each takes, and whose time it uses."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pool": "phone_desk",
                    "each": "tickets",
                    "when": "channel = 'phone'",
                    "time": {"duration": {"column": "handle_seconds", "unit": "seconds"}},
                    "cause": {"company_when": "reason in ('DELIVERY_LATE', 'WRONG_ITEM')"},
                }
            ]
        }
    )

    pool: Name = Field(description="The pool whose time it uses.")
    each: Name = Field(
        description="The source whose accepted rows are the events: orders, lines, returns, calls, visits, claims, payments."
    )
    when: PredicateText | None = Field(None, description="Only rows for which this holds.")
    time: TimeEquation = Field(description="How long each takes.")
    customer: CustomerOf | None = Field(
        None, description="Whose event it is; by default as the source's postings or interactions say, or its own records."
    )
    occurred_on: ColumnName | None = Field(None, description="When it happened; by default as the source's postings or interactions say.")
    level: Level = Field("customer", description="The lowest level that cause and effect reaches.")
    cause: Cause = Field("customer", description="Whose doing it is: the customer's wish or the company's own failure.")
    document: ColumnName | None = Field(None, description="The order's or invoice's number; by default as the source's postings say.")
    product: Value | None = Field(None, description="What it was about; by default as the source's postings say.")
    channel: Value | None = Field(None, description="Through which channel; by default as the source's postings or interactions say.")
    market: Value | None = Field(None, description="In which market; by default as the source's postings say.")


class SharedCost(Section):
    """An amount that many customers caused together: spread over the rows of a source, each cent once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "cost": {"source": "campaigns", "column": "fixed_cost", "booked_on": "sent_on", "negate": True},
                    "over": "campaign_contacts",
                    "when": "arm = 'sent'",
                    "match": {"campaign_code": "campaign_code"},
                    "line": "retention",
                }
            ]
        }
    )

    cost: CostRows = Field(description="The rows that say what it came to.")
    over: Name = Field(description="The source whose accepted rows share it: those whom a campaign reached, customers won, parcels.")
    when: PredicateText | None = Field(None, description="Only rows for which this holds.")
    weight: ColumnName | None = Field(None, description="The column by which it is shared; in equal parts by default.")
    match: dict[ColumnName, ColumnName] = Field(
        default_factory=dict,
        description="Column of the cost's row: column of the rows that share it, as in campaign_code: campaign_code. "
        "Without it a month's cost is shared by the rows of that month.",
    )
    line: SharedLine = Field(description="The line of the ledger it is booked on.")
    customer: CustomerOf | None = Field(None, description="Whose row it is; by default as the source's postings or interactions say.")
    occurred_on: ColumnName | None = Field(None, description="The day of a row; by default as the source's postings or interactions say.")


def customer_of_event(event: Activity | SharedCost, source: Source) -> CustomerOf | None:
    """Whose an event is: as it says itself, else as its source's postings or interactions say, else the record that the row holds."""
    if event.customer is not None:
        return event.customer
    for told in (source.postings, source.interactions):
        if told is not None and told.customer is not None:
            return told.customer
    return CustomerOf(id=source.records.id) if source.records is not None else None


def day_of_event(event: Activity | SharedCost, source: Source) -> str | None:
    """The column that says when an event was: as it says itself, else as its source's postings or interactions say."""
    if event.occurred_on is not None:
        return event.occurred_on
    if source.postings is not None:
        return source.postings.booked_on if isinstance(source.postings.booked_on, str) else None
    return source.interactions.occurred_at if source.interactions is not None else None
