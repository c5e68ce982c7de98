"""What the section `live` says of moments of contact: channels, limits, questions, greetings, tiers, floors and goodwill."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from unequal.config.hosts import Hosts
from unequal.config.model import MONEY, WORDS_OF_PATTERN, Name, PredicateText, Section, WholeNumber
from unequal.config.tiers import Tier, Words

FloorClass = Literal["safety", "fraud", "bereavement", "accessibility", "regulated_complaint"]
"""What outranks value, in the order in which one outranks the other."""
Objective = Literal["get", "keep", "grow", "serve_cheaper", "win_back", "end_gracefully"]
FLOOR_CLASSES: Final[tuple[FloorClass, ...]] = ("safety", "fraud", "bereavement", "accessibility", "regulated_complaint")
CLOCK: Final = r"^([01]\d|2[0-3]):[0-5]\d$"
SHARE: Final = r"^(0(\.\d{1,6})?|1(\.0{1,6})?)$"
ORIGIN: Final = r"^https://[a-z0-9.-]{1,200}(:[0-9]{1,5})?$"
WORDS_OF_PATTERN.update({ORIGIN: "a site by scheme and host alone, as in https://crm.example.com"})
WORDS_OF_PATTERN.update({CLOCK: 'hours and minutes in quotes, as in "21:30"', SHARE: 'a share in quotes from 0 to 1, as in "0.05"'})

Money = Annotated[str, Field(pattern=MONEY)]
Share = Annotated[str, Field(pattern=SHARE)]
Clock = Annotated[str, Field(pattern=CLOCK)]


class Channel(Section):
    """A way by which the company and its customers meet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"outbound": True, "cost": "0.01"}]})

    outbound: bool = Field(
        description="Whether the company begins there, as by e-mail; where customers begin, as on the phone, quiet hours do not hold."
    )
    cost: Money = Field("0", description="What one contact by it costs, beside the treatment itself.")
    address: Name | None = Field(
        None,
        description="The attribute of a customer by which it is reached, as phone for sms; by default the channel's own name. Where another customer "
        "has it too, no message by it says what the customer did.",
    )
    deliver_to: Name | None = Field(
        None, description="The webhook that its messages are sent to; into a file of the project's .unequal/delivered/, by default."
    )


class Purpose(Section):
    """What a contact is for, and whether the customer must have agreed to it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"consent": "needed", "direct_marketing": True}]})

    consent: Literal["needed", "needed_outbound", "not_needed"] = Field(
        "needed",
        description="Whether the customer must have consented: always, where we begin the contact, or never; an objection is obeyed either way.",
    )
    direct_marketing: bool = Field(False, description="Whether an objection to the purpose marketing stops it too.")


class Experiments(Section):
    """Who is left out by lot, so that it shows what all marketing earns, and what is drawn."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"universal_holdout": "0.02", "assign_by": "household"}]})

    universal_holdout: Share = Field(
        "0",
        description="The share whom no policy of direct marketing reaches, by a lot that stays; at most 0.5. None, where it is 0.",
    )
    assign_by: Literal["customer", "household"] = Field(
        "customer",
        description="What is drawn: each customer by itself, or a household with all its members, where what one gets changes what the others do.",
    )

    @model_validator(mode="after")
    def _leaves_somebody(self) -> Self:
        if Decimal(self.universal_holdout) > Decimal("0.5"):
            raise ValueError("a universal holdout of more than half the base: it must be at most 0.5")
        return self


class ContactLimit(Section):
    """How often a customer may be contacted, counted over every channel unless one is named."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at_most": 2, "days": 7, "purpose": "marketing"}]})

    at_most: WholeNumber = Field(ge=1, le=1000, description="So many contacts.")
    days: WholeNumber = Field(ge=1, le=3660, description="Within so many days: of 24 hours each, back from the moment.")
    purpose: Name | None = Field(None, description="Only contacts for this purpose; all, by default.")
    channel: Name | None = Field(None, description="Only contacts by this channel; all, by default.")


class QuietHours(Section):
    """Hours of the day, in the company's zone, in which nobody is contacted by outbound channels."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": "21:00", "end": "08:00"}]})

    start: Clock = Field(description="The first quiet minute.")
    end: Clock = Field(description="The first minute that is not quiet any more; earlier than the start where the night lies between.")
    purposes: tuple[Name, ...] = Field((), description="Only for these purposes; for all, by default.")

    def hold(self, at: time) -> bool:
        """Whether a time of day lies within them.

        >>> QuietHours(start="21:00", end="08:00").hold(time(7, 59))
        True
        """
        start, end = time.fromisoformat(self.start), time.fromisoformat(self.end)
        return start <= at < end if start <= end else at >= start or at < end


class Question(Section):
    """A question that may be asked of a customer once, where its answer could change what is done."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "text": "Do you travel on business?", "tells": "travels_for", "answers": {"business": "Yes, mostly", "leisure": "No"},
                    "changes": "Which upgrade is offered.",
                }
            ]
        }
    )  # fmt: skip

    text: Words = Field(description="How it is asked.")
    tells: Name = Field(
        description="The column that an answer fills where it is empty; rules of policies may read it, even where no source has it."
    )
    answers: dict[Annotated[str, Field(min_length=1, max_length=63)], Words] = Field(
        min_length=2,
        max_length=12,
        description="What the column then holds (yes and no where it is true or false), and how the answer is worded.",
    )
    changes: Words = Field(description="What decision its answer could change; for those who approve it.")
    likely: dict[str, Share] = Field(
        default_factory=dict, description="How large a share gives each answer, as is assumed; all alike, by default."
    )
    cost: Money = Field("0", description="What asking costs: it is asked only where its answer is worth more.")
    channels: tuple[Name, ...] = Field((), description="Where it may be asked; everywhere, by default.")

    @model_validator(mode="after")
    def _shares_are_of_the_answers(self) -> Self:
        if self.likely and (set(self.likely) != set(self.answers) or sum(Decimal(share) for share in self.likely.values()) != 1):
            raise ValueError("likely must have a share for each answer, and they must come to 1")
        return self


class Greeting(Section):
    """How some customers are greeted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"words": "Good to see you again.", "when": "orders >= 2"}]})

    words: Words = Field(description="The words, which customers read or hear.")
    when: PredicateText | None = Field(None, description="Whom they are for, as a rule over customers; everybody, by default.")
    channels: tuple[Name, ...] = Field((), description="Where they are used; everywhere, by default.")


class Floor(Section):
    """Something that outranks value, and cannot be priced away."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"when": "is_bereaved", "silences": ["marketing"]}]})

    when: PredicateText | None = Field(
        None, description="Whom it concerns, as a rule over customers; whom a channel names by the same word in the context, in any case."
    )
    silences: tuple[Name, ...] | None = Field(
        None, description="Purposes that are silent then: marketing by default, and nothing in the case of accessibility."
    )
    skill: Name | None = Field(None, description="What whoever answers such a contact must be able to do; nothing special, by default.")


class Goodwill(Section):
    """What an agent may give at discretion, with a reason that is recorded."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"at_once": "25.00", "agent_a_day": "150.00", "customer_a_year": "60.00", "reasons": ["late delivery"]}]}
    )  # fmt: skip

    at_once: Money = Field(description="The most that is given in one contact, in the reporting currency.")
    agent_a_day: Money = Field(description="The most that one agent gives in a day.")
    customer_a_year: Money = Field(description="The most that one customer is given within 365 days.")
    reasons: tuple[Words, ...] = Field(min_length=1, description="The reasons that an agent chooses from.")


class AgentPage(Section):
    """The page on which agents serve customers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"channel": "phone", "moment": "call", "embed_in": ["https://crm.example.com"], "contact_minutes": 30}]
        }
    )

    channel: Name = Field("phone", description="The channel on which agents answer, where the address of the page names none.")
    moment: Name = Field("call", description="The moment that the page is opened at: policies may name it under `moments`.")
    embed_in: tuple[Annotated[str, Field(pattern=ORIGIN)], ...] = Field(
        (), max_length=20, description="Sites that may show the page within their own, as https://crm.example.com; nobody else may."
    )
    contact_minutes: WholeNumber = Field(
        30, ge=1, le=1440, description="For how long a page that is opened again belongs to the same contact, with the same decision."
    )


class Assumed(Section):
    """How far effects count that nobody has measured."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"counts": "0.5", "budget": "1000.00"}]})

    counts: Share = Field("0.5", description="The share of a stated uplift that counts until it is measured.")
    budget: Money = Field("1000.00", description="The most that a policy may spend until its effect is measured.")


class ContextValue(Section):
    """Something that a channel may say of the moment."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"type": "decimal", "meaning": "What lies in the cart."}]})

    type: Literal["text", "decimal", "boolean", "date"] = Field(description="The type of its values.")
    meaning: Words = Field(description="What it says.")


class Case(Section):
    """Something that stays open between a customer and the company until it is settled."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"opened_by": ["complaint"], "closed_by": ["complaint_closed"], "holds_back": ["grow"], "days": 60}]
        }
    )

    opened_by: tuple[Name, ...] = Field(min_length=1, description="The events that open it.")
    closed_by: tuple[Name, ...] = Field(
        min_length=1, description="The events that close it: it is open while none came since the last that opened it."
    )
    holds_back: tuple[Objective, ...] = Field(
        ("get", "grow"), description="Policies with these objectives do nothing while it is open: nobody is sold more before he is heard."
    )
    days: WholeNumber = Field(90, ge=1, le=3660, description="It counts as closed so many days after it was opened, where nothing says so.")


class Moments(Section):
    """What holds at every moment of contact, whatever the policy."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "channels": {"web": {"outbound": False}, "email": {"outbound": True, "cost": "0.01"}},
                    "contact_limits": [{"at_most": 2, "days": 7, "purpose": "marketing"}],
                    "quiet_hours": {"start": "21:00", "end": "08:00"},
                }
            ]
        }
    )

    channels: dict[Name, Channel] = Field(default_factory=dict, description="The ways by which customers are met, each under a name.")
    purposes: dict[Name, Purpose] = Field(
        default_factory=lambda: {"marketing": Purpose(direct_marketing=True), "service": Purpose(consent="not_needed")},
        description="What contacts are for; by default marketing, to which the customer must have consented, and service.",
    )
    contact_limits: tuple[ContactLimit, ...] = Field((), description="How often a customer may be contacted, whatever the policy.")
    quiet_hours: QuietHours | None = Field(None, description="When nobody is contacted.")
    context: dict[Name, ContextValue] = Field(
        default_factory=dict, description="What channels may say of a moment; rules of policies read it as `context_NAME`."
    )
    questions: dict[Name, Question] = Field(default_factory=dict, description="Questions that may be asked, each once in any channel.")
    greetings: dict[Name, Greeting] = Field(default_factory=dict, description="How customers are greeted: the first that fits.")
    tiers: dict[Name, Tier] = Field(
        default_factory=dict, description="Levels of service, the best first: who has none yet, or a lesser one, gets the first that fits."
    )
    tier_trial: Share = Field(
        "0.05",
        description="The share of each tier but the best that is served as the tier above it, by a lot that stays: so that what tiering itself does to "
        "customers can be measured. None, where it is 0.",
    )
    hosts: Hosts | None = Field(None, description="What hosts and account managers are asked to do; nothing, by default.")
    experiments: Experiments = Field(Experiments(), description="Who is left out by lot, beside the holdouts of policies.")
    floors: dict[FloorClass, Floor] = Field(default_factory=dict, description="What outranks value.")
    cases: dict[Name, Case] = Field(default_factory=dict, description="What stays open until it is settled, such as a complaint.")
    goodwill: Goodwill | None = Field(None, description="What agents may give at discretion.")
    agent_page: AgentPage = Field(AgentPage(), description="The page on which agents serve customers.")
    assumed: Assumed = Field(Assumed(), description="How far effects count that nobody has measured.")
