"""The section `movement`: by which schemes customers are banded, over which windows their movement is told, and who owns a band."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from unequal.config.model import Name, Section

_CLOSE = 1e-9


class Shares(Section):
    """Bands by rank: each holds so many of the customers, or so much of the money that customers above zero bring."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "shares", "of": "profit", "bands": {"best": 0.5, "good": 0.3, "rest": 0.2}}]}
    )

    kind: Literal["shares"] = Field(description="Bands by shares of the customers, or of what they bring.")
    of: Literal["customers", "profit"] = Field(
        "customers", description="Whether a share counts customers, or the money that customers above zero bring (at the evidence level)."
    )
    bands: dict[Name, Annotated[float, Field(gt=0, le=1)]] = Field(
        min_length=2, max_length=20, description="The bands, best first, each with its share of 1; together they make 1."
    )

    @model_validator(mode="after")
    def _whole(self) -> Shares:
        if abs(sum(self.bands.values()) - 1) > _CLOSE:
            raise ValueError("not a whole: the shares of its bands must make 1")
        return self


class RuleBand(Section):
    """A band of one's own, and who stands in it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "key_accounts", "when": "sales >= 10000"}]})

    name: Name = Field(description="The name of the band.")
    when: str = Field(
        min_length=1,
        description="Who stands in it: a rule over what the customer brought in the window (amount, sales, entries), its attributes, and "
        "what is forecast of it (is_growable, is_overdue, p_alive, value_expected). The first rule that holds decides.",
    )


class Rules(Section):
    """Bands of one's own by rules, the first that holds; who fits none stands in the last."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "rules", "bands": [{"name": "key_accounts", "when": "sales >= 10000"}], "otherwise": "all_others"}]
        }
    )

    kind: Literal["rules"] = Field(description="Bands by rules.")
    bands: tuple[RuleBand, ...] = Field(min_length=1, max_length=20, description="The bands with their rules, best first.")
    otherwise: Name = Field("others", description="The band of whoever fits no rule.")

    @model_validator(mode="after")
    def _named_once(self) -> Rules:
        names = [*(band.name for band in self.bands), self.otherwise]
        if len(set(names)) < len(names):
            raise ValueError("twice the same band: give each a name of its own")
        return self


Scheme = Annotated[Shares | Rules, Field(discriminator="kind")]


class Movement(Section):
    """How customers' movement between bands is told."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "months": 12,
                    "scheme": "platinum",
                    "schemes": {"halves": {"kind": "shares", "bands": {"upper": 0.5, "lower": 0.5}}},
                    "owners": {"platinum": {"platinum": "Key accounts"}},
                }
            ]
        }
    )

    months: int = Field(12, ge=1, le=60, description="Length of a window in whole months: the last so many against as many before.")
    scheme: Name = Field("profit", description="The scheme that is told where none is asked for.")
    schemes: dict[Name, Scheme] = Field(
        default_factory=dict,
        description="Schemes of one's own, beside profit (the three bands), platinum (platinum, gold, iron, lead), growable (most valuable, "
        "most growable, others, below zero) and tenths. One of the name platinum, growable or tenths stands in the place of ours.",
    )
    owners: dict[Name, dict[Name, Annotated[str, Field(min_length=1)]]] = Field(
        default_factory=dict, description="Who answers for the customers of a band: scheme, band, and the owner's name."
    )
    owner: Name | None = Field(
        None,
        description="The attribute of a customer that names who answers for it, as in salesperson; what came of each owner's customers is told.",
    )
