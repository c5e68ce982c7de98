"""What hosts and account managers are asked to do: for whom, why, how much at once and until when."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from unequal.config.model import Name, PredicateText, Section, WholeNumber
from unequal.config.tiers import Words

Called = Annotated[str, Field(min_length=1, max_length=200)]
"""What a host is called, or a person who signs in."""


class Signal(Section):
    """Why a host should be in touch with a customer now."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"words": "It complained this week.", "when": "last(complaint) within 7 days"}]}
    )

    words: Words = Field(description="The reason, as the host reads it.")
    when: PredicateText = Field(description="Whose reason it is, as a rule over customers.")


class Hosts(Section):
    """Tasks of hosts and account managers: customers whom somebody looks after, and who may be about to leave."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "attribute": "account_manager", "at_most": 15, "due_days": 3, "worked_by": {"key_accounts": ["mia", "tom"]},
                    "signals": {"warned": {"words": "An early warning stands.", "when": "is_warned"}},
                }
            ]
        }
    )  # fmt: skip

    attribute: Name | None = Field(
        None,
        description="The attribute of a customer that names who looks after it; of whom it names nobody, and by default of all, the host of the tier does.",
    )
    at_most: WholeNumber = Field(20, ge=1, le=1000, description="So many open tasks a host, at most: those with the most dollars at stake.")
    due_days: WholeNumber = Field(5, ge=1, le=366, description="A task is due so many days after it is made.")
    rest_days: WholeNumber = Field(
        30, ge=0, le=3660, description="For so many days after a task was done its customer is no new one, whatever signals say."
    )
    worked_by: dict[Called, Annotated[tuple[Called, ...], Field(min_length=1, max_length=200)]] = Field(
        default_factory=dict,
        max_length=1000,
        description="Of a host: the names of the people who sign in and work its tasks off, as of a team, or where somebody signs in under another "
        "name; by default whoever signs in under the host's own name.",
    )
    signals: dict[Name, Signal] = Field(
        default_factory=lambda: {
            "warned": Signal(words="An early warning stands.", when="is_warned"),
            "let_down": Signal(words="A promise to the customer was broken.", when="is_let_down"),
            "overdue": Signal(words="The customer has been silent for longer than its own rhythm explains.", when="is_overdue"),
        },
        min_length=1,
        max_length=50,
        description="Why somebody should be in touch: the first that fits is told; by default an early warning, a broken promise and a long silence.",
    )
