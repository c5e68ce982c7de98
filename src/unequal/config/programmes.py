"""The section `programmes`: what the company is doing to its customers, and towards what each thing pushes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from unequal.config.model import ColumnName, Name, PredicateText, Section, read_day
from unequal.config.sources import CustomerOf

Push = Literal[
    "more_orders", "more_contacts", "fewer_contacts", "higher_price", "lower_price", "more_service", "less_service", "more_credit", "collect",
    "keep", "let_go", "to_people", "to_self_service", "more_time", "less_time",
]  # fmt: skip
"""Where a programme or an incentive pushes a customer, or those who serve him."""
OPPOSED: Final[tuple[tuple[Push, Push], ...]] = (
    ("more_contacts", "fewer_contacts"), ("higher_price", "lower_price"), ("more_service", "less_service"), ("more_credit", "collect"),
    ("keep", "let_go"), ("keep", "collect"), ("keep", "higher_price"), ("more_orders", "let_go"), ("to_people", "to_self_service"),
    ("more_time", "less_time"),
)  # fmt: skip
"""Pushes in opposite directions."""


class Reached(Section):
    """Whom a programme reached, as the rows of a source say."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "campaign_contacts", "customer": {"source": "crm", "id": "customer_no"}, "on": "sent_on", "when": "arm = 'sent'"}
            ]
        }
    )

    source: Name = Field(description="The source with a row for each customer reached.")
    customer: CustomerOf = Field(description="Whose row it is.")
    on: ColumnName | None = Field(
        None, description="The column with the day on which the customer was reached; the programme's first day by default."
    )
    when: PredicateText | None = Field(None, description="Only rows where this holds.")


class Programme(Section):
    """One programme, campaign or incentive, and whom it concerns."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"pushes": ["higher_price"], "who": "segment = 'small'", "since": "2026-01-01", "incentive": "Sales: a share of the margin"},
                {"pushes": ["to_people"], "reached": {"source": "campaign_contacts", "customer": {"source": "crm", "id": "customer_no"}}},
            ]
        }
    )  # fmt: skip

    pushes: tuple[Push, ...] = Field(min_length=1, description="Towards what it pushes the customer, or those who serve him.")
    who: PredicateText | None = Field(
        None, description="Whom it concerns, as a rule over customers: their attributes, kind, band, brought, value_expected, ..."
    )
    reached: Reached | None = Field(None, description="Or whom it reached, as the rows of a source say.")
    since: Annotated[date, BeforeValidator(read_day)] | None = Field(
        None, description="The first day on which it holds; always, by default."
    )
    until: Annotated[date, BeforeValidator(read_day)] | None = Field(None, description="The last day on which it holds; still, by default.")
    against: tuple[Name, ...] = Field((), description="Other programmes that it opposes, beside those that its pushes oppose.")
    incentive: str | None = Field(None, min_length=1, max_length=200, description="Who is paid for it, and for what.")

    @model_validator(mode="after")
    def _concerns_somebody(self) -> Self:
        if (self.who is None) == (self.reached is None):
            raise ValueError("say whom it concerns by one of who and reached, and not by both")
        return self

    def opposes(self, other: Programme) -> str | None:
        """In what two programmes push in opposite directions, in words; None where they do not.

        >>> Programme(pushes=("keep",), who="x = 1").opposes(Programme(pushes=("collect",), who="x = 1"))
        'keep against collect'
        """
        return opposed(self.pushes, other.pushes)


def opposed(some: Iterable[Push], others: Iterable[Push]) -> str | None:
    """In what pushes of two things are in opposite directions, in words; None where they are not.

    >>> opposed(["more_orders", "more_contacts"], ["fewer_contacts"])
    'more contacts against fewer contacts'
    """
    others = tuple(others)
    for first in some:
        for second in others:
            if (first, second) in OPPOSED or (second, first) in OPPOSED:
                return f"{first} against {second}".replace("_", " ")
    return None
