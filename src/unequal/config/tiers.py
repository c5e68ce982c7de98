"""Levels of service that are commensurate with value: what each gives, who has it, and how long who has it keeps it."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field

from unequal.config.model import WORDS_OF_PATTERN, Name, PredicateText, Section, WholeNumber

WEIGHT: Final = r"^\d{1,6}(\.\d{1,3})?$"
WORDS_OF_PATTERN.update({WEIGHT: 'a number in quotes from 0 up, as in "60" or "1.5"'})
A_DAY: Final = 86_400

Words = Annotated[str, Field(min_length=1, max_length=500)]


class Tier(Section):
    """A level of service."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "words": "We answer you first, and a person calls back.", "when": "profit_12m >= 500", "holds_when": "profit_12m >= 400",
                    "holds_days": 90, "skill": "senior", "wait_seconds": 20,
                }
            ]
        }
    )  # fmt: skip

    words: Words = Field(description="What the customer may expect, in words that the customer may read.")
    when: PredicateText | None = Field(None, description="Who gets it, as a rule over customers; everybody, by default.")
    takes_service_away: bool = Field(
        False,
        description="Whether it is less than others have: it ranks below those, nobody falls into it by a band that is unstable, and nobody whom a floor "
        "concerns.",
    )
    holds_when: PredicateText | None = Field(
        None, description="Who has it keeps it while this rule holds, as one with a lower threshold than `when`; not at all, by default."
    )
    holds_days: WholeNumber = Field(
        0, ge=0, le=3660, description="Who has it keeps it for so many days after he got it, whatever `when` says by then."
    )
    skill: Name | None = Field(None, description="What agents who serve it must be able to do; nothing special, by default.")
    wait_seconds: WholeNumber | None = Field(
        None, ge=0, le=A_DAY, description="Within how many seconds a contact is to be answered; as `live.routing` says, by default."
    )
    channels: tuple[Name, ...] = Field((), description="The channels that are open to it, the one to offer first; all of them, by default.")
    perks: tuple[Words, ...] = Field((), max_length=20, description="What else it has, in words that the customer may read.")
    host: Name | None = Field(
        None, description="Who looks after these customers, by the team's or the post's name; nobody in particular, by default."
    )
    self_service_first: bool = Field(
        False, description="Whether a contact is offered self-service first, where `live.routing.self_service` names its channel."
    )
    weight: Annotated[str, Field(pattern=WEIGHT)] | None = Field(
        None,
        description="Its head start in a queue whose discipline is ageing, in seconds; 60 for each tier that ranks below it, by default.",
    )
