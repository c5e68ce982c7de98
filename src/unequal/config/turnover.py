"""The section `turnover`: how many customers were planned, who says that he leaves, and whose silence counts as leaving."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from unequal.config.model import MONEY, ColumnName, Name, PredicateText, Section, WholeNumber
from unequal.config.sources import CustomerOf


class Planned(Section):
    """What a year's new customers were planned to be."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"year": 2025, "customers": 4000, "first_year": "60000"}]})

    year: WholeNumber = Field(ge=1900, le=2200, description="The year in which they first buy.")
    customers: WholeNumber = Field(ge=0, description="How many were planned.")
    first_year: Annotated[str, Field(pattern=MONEY)] | None = Field(
        None, description="What they were planned to bring in their first twelve months together, in the reporting currency, in quotes."
    )


class Departures(Section):
    """A source whose rows say which customers have left."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "customers", "customer": {"id": "customer_no"}, "when": "status = 'Churned'", "reason": "churn_category",
                 "tenure_months": "months"}
            ]
        }
    )  # fmt: skip

    source: Name = Field(description="The source with a row for each customer, or each end.")
    customer: CustomerOf = Field(description="Whose row it is.")
    when: PredicateText = Field(description="Which rows say that the customer has left; the customers of the others stay.")
    ended: ColumnName | None = Field(None, description="The column with the day on which the customer left, where there is one.")
    reason: ColumnName | None = Field(None, description="The column with the reason that was recorded.")
    tenure_months: ColumnName | None = Field(
        None, description="The column with how many months the customer has been one, where the rows have no days."
    )


class ContractReasons(Section):
    """Where the end of a contract says why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"column": "end_reason"}]})

    column: ColumnName = Field(description="The column, of the contracts' source, with the reason that was recorded.")


class Silence(Section):
    """When the silence of a customer who is not bound counts as leaving."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"p_alive_below": 0.5, "or_overdue": True}]})

    p_alive_below: float = Field(
        0.5, ge=0, le=1, description="It is likelier than this that the customer has left: P(alive) lies below it."
    )
    or_overdue: bool = Field(True, description="Or the customer has been silent for longer than its own rhythm explains.")


class Turnover(Section):
    """Customers who come and who go."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"planned": [{"year": 2025, "customers": 4000}], "reasons": {"services": {"column": "end_reason"}},
                 "default_reasons": ["OTHER"], "silence": {"p_alive_below": 0.5}}
            ]
        }
    )  # fmt: skip

    planned: tuple[Planned, ...] = Field(
        (), description="How many customers were planned; without a plan a year is held against the year before."
    )
    reasons: dict[Name, ContractReasons] = Field(
        default_factory=dict, description="For a relationship of kind contracts, by its name: where the end of a contract says why."
    )
    departures: dict[Name, Departures] = Field(
        default_factory=dict, description="Lines of business in which a source says who has left, without being a list of contracts."
    )
    default_reasons: tuple[Annotated[str, Field(min_length=1)], ...] | None = Field(
        None,
        description="Reasons that are only the form's default and say nothing; by default a reason that means other or unknown and is by far the most frequent.",
    )
    silence: Silence = Field(Silence(), description="When silence counts as leaving.")
