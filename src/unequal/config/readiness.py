"""The sections `readiness` and `worth_doing`: what the data cannot say of the firm, and what is assumed of what it might do."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from unequal.config.model import Section, WholeNumber, read_day

Area = Literal[
    "definition", "identity", "data_quality", "cost_data", "tie_out", "lost_reasons", "referral_capture", "incentives", "rights_to_act"
]
"""What a firm needs before it can steer by its customers."""


class Said(Section):
    """What somebody says of one area, where no data tell."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"score": 2, "said_by": "Head of sales", "said_on": "2026-03-01", "because": "Half the plans name value."}]
        }
    )

    score: WholeNumber = Field(ge=0, le=4, description="0 nothing, 1 begun, 2 half, 3 mostly, 4 wholly.")
    said_by: str = Field(min_length=1, max_length=200, description="Who says so; a role will do.")
    said_on: Annotated[date, BeforeValidator(read_day)] = Field(description="When, as YYYY-MM-DD.")
    because: str = Field("", max_length=1_000, description="On what grounds.")


class Readiness(Section):
    """Answers to what the data cannot tell."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answers": {
                        "incentives": {"score": 1, "said_by": "Head of sales", "said_on": "2026-03-01", "because": "All pay for volume."}
                    }
                }
            ]
        }
    )

    answers: dict[Area, Said] = Field(
        default_factory=dict, description="Area: what is said of it. Where data tell, these stand beside and decide nothing."
    )


class Effect(Section):
    """How much something might do: from, what is supposed, and to."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"low": 0, "supposed": 0.5, "high": 1.5, "grounds": "The pilot in the north, spring."}]}
    )

    low: float = Field(0.0, ge=0, description="At least; above 0 only where it was measured, and then grounds say how.")
    supposed: float = Field(ge=0, description="What is supposed.")
    high: float = Field(ge=0, description="At most.")
    grounds: str = Field(
        "", max_length=1_000, description="Where it comes from: an experiment, a pilot. Without it the effect is marked as assumed."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.supposed <= self.high:
            raise ValueError("low, supposed and high must rise")
        if self.low > 0 and not self.grounds:
            raise ValueError("an effect that is at least something was measured: say in grounds where")
        return self


def _effect(supposed: float, high: float) -> Effect:
    return Effect(low=0.0, supposed=supposed, high=high, grounds="")


class WorthDoing(Section):
    """What is assumed of the effects of steering by customers' value; nobody has measured them here unless grounds are given."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"points_of_retention": {"low": 0, "supposed": 1, "high": 2}, "cost_to_serve_share": {"supposed": 0.05, "high": 0.08}}
            ]
        }
    )

    points_of_retention: Effect = Field(
        _effect(1.0, 3.0), description="By how many points a year more customers would be kept; at most 5 points are told."
    )
    cost_to_serve_share: Effect = Field(
        _effect(0.04, 0.08),
        description="Which share of the cost to serve customers below zero would go; the literature's 8 % is the most by default.",
    )
    mix_share: Effect = Field(
        _effect(0.05, 0.10), description="Which share of the customers of poorer sources would be won from the best source instead."
    )
    revenue_share: Effect = Field(
        _effect(0.005, 0.02),
        description="By which share profitable customers would buy more, were they served before others; the literature's 2 % is the most by default.",
    )
