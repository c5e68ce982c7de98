"""The section `ledger`: currencies, what serving customers costs, and the general ledger that the detail is held against."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag

from unequal.config.cost_columns import columns_of_costs, rules_of_costs
from unequal.config.costing import (
    Activity,
    CapacityRows,
    CompanyWhen,
    CostRows,
    Duration,
    Pool,
    SharedCost,
    TimeEquation,
    customer_of_event,
    day_of_event,
)
from unequal.config.general_ledger import AccountRule, GeneralLedger, Tolerance
from unequal.config.model import RATE, ColumnName, CurrencyCode, Name, Section, WholeNumber, read_day, shape_of

__all__ = [
    "AccountRule", "Activity", "CapacityRows", "CompanyWhen", "CostRows", "DatedRate", "Duration", "GeneralLedger", "Ledger", "Pool", "Rates", "RatesFrom",
    "SharedCost", "TimeEquation", "Tolerance", "columns_of_costs", "customer_of_event", "day_of_event", "rules_of_costs",
]  # fmt: skip


class DatedRate(Section):
    """What one unit of a currency is worth in the reporting currency, from a day on."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"currency": "EUR", "since": "2026-01-01", "rate": "1.0845"}]})

    currency: CurrencyCode = Field(description="ISO 4217 code of the currency that is converted.")
    since: Annotated[date, BeforeValidator(read_day)] = Field(description="First day of the rate, as YYYY-MM-DD.")
    rate: Annotated[str, Field(pattern=RATE)] = Field(
        description="Worth of one unit in the reporting currency; in quotes, so that it is never a float."
    )


class RatesFrom(Section):
    """Dated rates read from a source."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"source": "daily_rates", "currency": "code", "since": "day", "rate": "worth"}]}
    )

    source: Name = Field(description="The source that holds the rates.")
    currency: ColumnName = Field(description="Column with the currency's code.")
    since: ColumnName = Field(description="Column with the first day of the rate.")
    rate: ColumnName = Field(description="Column with the worth of one unit in the reporting currency.")


Rates = Annotated[
    Annotated[tuple[DatedRate, ...], Tag("list")] | Annotated[RatesFrom, Tag("mapping")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="a list of dated rates, or the source that holds them"),
]


class Ledger(Section):
    """How dollars are booked."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"rates": [{"currency": "EUR", "since": "2026-01-01", "rate": "1.0845"}], "rate_valid_days": 35}]}
    )

    rates: Rates = Field((), description="Rates into the reporting currency, dated: a list of them, or the source that holds them.")
    rate_valid_days: WholeNumber = Field(35, ge=1, description="A rate older than this many days on the day of booking is not used.")
    pools: dict[Name, Pool] = Field(
        default_factory=dict,
        description="People and equipment that serve customers, each under a name: what they cost and can do in a month.",
    )
    activities: dict[Name, Activity] = Field(
        default_factory=dict, description="Work that is done for customers, each under a name: its events, its time, its pool."
    )
    shared_costs: dict[Name, SharedCost] = Field(
        default_factory=dict, description="Amounts that many customers caused together, each under a name, such as a campaign's fixed cost."
    )
    general_ledger: GeneralLedger | None = Field(
        None, description="The company's general ledger, held against the detail account by account."
    )
