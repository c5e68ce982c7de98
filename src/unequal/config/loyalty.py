"""The section `loyalty`: what customers do or meet with that may tell who stays, and over which spans it is looked at."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from unequal.config.model import ColumnName, Name, PredicateText, Section
from unequal.config.sources import CustomerOf


class Behaviour(Section):
    """Something that customers do or meet with, counted from a source's rows: points spent, a delivery that came late."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"source": "points", "customer": {"source": "members", "id": "member_no"}, "occurred_on": "booked_on",
                 "when": "kind = 'spent'", "meaning": "Spends points"}
            ]
        }
    )  # fmt: skip

    source: Name = Field(description="The source with a row for each time.")
    customer: CustomerOf = Field(description="Whose row it is.")
    occurred_on: ColumnName = Field(description="The column with the day: a date, or a timestamp whose day is taken.")
    when: PredicateText | None = Field(None, description="Which rows count; all of them by default.")
    meaning: str = Field(min_length=1, description="What it is, as a heading says it.")


class Loyalty(Section):
    """Behaviours that are tracked beside those that the data show by themselves, and the spans of the warning."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"behaviours": {"late_delivery": {"source": "orders", "customer": {"source": "crm", "id": "customer_no"},
                                                  "occurred_on": "delivered_on", "when": "delivered_on > promised_on",
                                                  "meaning": "Gets a delivery late"}},
                 "recent_weeks": 10, "warn_weeks": 13, "silence_weeks": 26}
            ]
        }
    )  # fmt: skip

    behaviours: dict[Name, Behaviour] = Field(
        default_factory=dict, description="Declared behaviours, each under a name: tracked over time, and tried as a warning."
    )
    recent_weeks: int = Field(10, ge=2, le=26, description="How many weeks back count as lately; the year before them is what is usual.")
    warn_weeks: int = Field(13, ge=4, le=52, description="How many weeks ahead a warning looks.")
    silence_weeks: int = Field(
        26, ge=8, le=104, description="Who orders nothing for so many weeks after that has left, unless own rhythm explains it."
    )
