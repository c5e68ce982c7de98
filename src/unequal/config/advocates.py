"""The section `advocates`: how those who bring others are told apart, and where referrals are only counted."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from unequal.config.model import MONEY, Name, Section


class Advocates(Section):
    """Who counts as bringing others, and where the four kinds of customers part."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"split": "median", "own_value_from": "250.00"}, {"counted": "referrals"}]},
    )

    counted: Name | None = Field(
        None,
        description="The attribute of the project's own that says how many others a customer referred, where nothing says whom; "
        "map its column under a source's records.attributes.",
    )
    split: Literal["median", "mean"] = Field(
        "median", description="Where high parts from low, of own value and of value through others: above the customers' median, or mean."
    )
    own_value_from: Annotated[str, Field(pattern=MONEY)] | None = Field(
        None, description="Or own value is high above this amount of the reporting currency; in quotes."
    )
    through_others_from: Annotated[str, Field(pattern=MONEY)] | None = Field(
        None, description="Or value through others is high above this amount of the reporting currency; in quotes."
    )
