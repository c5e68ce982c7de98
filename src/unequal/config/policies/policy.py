"""One policy: whom something is done to, when, by which channel, what it is expected to bring, and its limits. A file of `policies/` each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from unequal.config.model import DecimalText, Name, PredicateText, Section, WholeNumber, read_day, shape_of
from unequal.config.moments import Clock, FloorClass, Money, Objective, Share
from unequal.config.programmes import Push, opposed
from unequal.config.tiers import Words

_OPPOSED_OBJECTIVES: Final = frozenset({"get", "keep", "grow", "win_back"})
"""Objectives that ending a relationship opposes."""
MOST_MEASURED: Final = 100
"""The largest uplift of a measured effect, either way: it carries the dollars that were measured at the stated margin, which may be more than that."""


class Content(Section):
    """What a customer is shown, sent or told by one channel."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"subject": "Your seat", "text": "Sit in front on your next flight, on us."}]}
    )

    text: str = Field(
        min_length=1, max_length=4000,
        description="The message, or what the agent says; {NAME} stands for what the moment says, by a name of `live.context`.",
    )  # fmt: skip
    subject: Words | None = Field(None, description="Its heading.")
    link: Words | None = Field(None, description="Where it leads.")
    coupon: Money | None = Field(
        None,
        description="Dollars that the shop takes off this cart, by a code that is good once; said with the treatment, not typed by the customer.",
    )


class Multiple(Section):
    """A multiple of something that is known of the customer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"of": "value_expected", "times": "0.10"}]})

    of: Name = Field(description="A column of the profile that holds an amount.")
    times: DecimalText = Field("1", description="How much of it counts.")


Margin = Annotated[
    Annotated[Money, Tag("text")] | Annotated[Multiple, Tag("mapping")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="an amount in quotes, or of: and times:"),
]


class Variant(Section):
    """Another effect on some customers."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"when": "orders_12m >= 4", "uplift": "0.01"}]})

    when: PredicateText = Field(description="On whom, as a rule over customers.")
    uplift: DecimalText | None = Field(None, description="The uplift there; as stated for all, by default.")
    margin: Margin | None = Field(None, description="The margin there; as stated for all, by default.")


class Effect(Section):
    """What the policy is expected to change, beside doing nothing."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"uplift": "0.04", "margin": "35.00"}, {"uplift": "0.02", "margin": {"of": "value_expected"}}]}
    )

    uplift: DecimalText = Field(
        description="By how much the chance of what it is for grows, as a share of those treated, from -1 to 1: 0.04 is four in a hundred. Of a measured "
        "effect it carries the dollars that were measured at this margin, and may be up to 100 either way."
    )
    margin: Margin = Field(description="What it then brings, before the costs of the policy, in the reporting currency.")
    measured: bool = Field(False, description="Whether a held-out group has shown it; until then it is assumed, and counts in part.")
    measured_on: Annotated[date, BeforeValidator(read_day)] | None = Field(None, description="The day of that measurement.")
    variants: tuple[Variant, ...] = Field((), max_length=20, description="On whom it is otherwise: the first that fits.")

    @model_validator(mode="after")
    def _measurements_have_a_day(self) -> Self:
        if self.measured != (self.measured_on is not None):
            raise ValueError("measured and measured_on go together: an effect that was measured has a day, and no other has")
        return self

    @model_validator(mode="after")
    def _uplifts_are_differences_of_shares(self) -> Self:
        most = MOST_MEASURED if self.measured else 1
        for uplift in (self.uplift, *(one.uplift for one in self.variants)):
            if uplift is not None and abs(Decimal(uplift)) > most:
                raise ValueError(f"with an uplift of {uplift}: it must be from -{most} to {most}")
        return self


class PolicyLimit(Section):
    """How often this policy, or those of its kind, may reach one customer."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"at_most": 1, "days": 90}]})

    at_most: WholeNumber = Field(1, ge=1, le=1000, description="So many contacts.")
    days: WholeNumber = Field(ge=1, le=3660, description="Within so many days: of 24 hours each, back from the moment.")
    of: Literal["policy", "group", "issue"] = Field("policy", description="Whose contacts count: of this policy, its group or its issue.")


class Trigger(Section):
    """What sets the policy off."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"on": "cart", "delay_minutes": 30, "cancelled_by": ["order", "cart"]},
                {"on_day": "wedding_on", "days_before": 30},
                {"on": "appointment", "on_day": "appointment_on", "days_before": 1, "cancelled_by": ["appointment_cancelled"]},
            ]
        }
    )  # fmt: skip

    on: Name | None = Field(None, description="An event.")
    delay_minutes: WholeNumber = Field(0, ge=0, le=527_040, description="How long after the event.")
    on_day: Name | None = Field(
        None,
        description="Or a column of the profile that holds a day; beside an event, the day that the event says, by a name of `live.context`. "
        "An event that happens after the time at which the policy would have come due sets nothing off.",
    )
    days_before: WholeNumber = Field(0, ge=-3660, le=3660, description="How many days before that day; a negative number, after it.")
    at: Clock = Field("09:00", description="At what time of such a day, by the company's clock.")
    cancelled_by: tuple[Name, ...] = Field(
        (), description="Events after which nothing is done: those since the event, or within the year before a day of the profile."
    )
    late_minutes: WholeNumber = Field(
        1440,
        ge=1,
        le=527_040,
        description="How late it may still act, as after quiet hours, or when the event reached us late; then it is too late.",
    )
    reply_by: Name | None = Field(
        None,
        description="The channel is the one that the event came by: the name of `live.context` that says it; else one in which we begin.",
    )

    @model_validator(mode="after")
    def _is_set_off_by_something(self) -> Self:
        if self.on is None and self.on_day is None:
            raise ValueError("set off by nothing: say on, or on_day, or both")
        if self.on is None and self.reply_by is not None:
            raise ValueError("answered by the channel of an event, and set off by none: say on, or leave reply_by out")
        return self


class Lever(Section):
    """Dollars laid on top of what the policy brings, to push it; always shown apart, with what that costs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": "2.00", "why": "The new depot must be filled."}]})

    amount: Money = Field(description="So much more weight in the choice, in the reporting currency.")
    why: Words = Field(description="Why it is pushed.")


_COUNTED: Final = {"household": "household_others_expected", "referral": "through_others_expected"}


class CountedToo(Section):
    """Value beside the customer's own that the effect is expected to touch."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"household": "0.25", "referral": "0.10"}]})

    household: Share = Field(
        "0", description="The share of `household_others_expected` in the profile that goes with the customer; never for credit."
    )
    referral: Share = Field("0", description="The share of `through_others_expected` in the profile that goes with the customer.")

    @property
    def columns(self) -> dict[str, str]:
        """Key -> the column of the profile that it takes a share of, of the keys that are set. The customer's own value is in none of them."""
        return {key: column for key, column in _COUNTED.items() if Decimal(getattr(self, key))}


class Measure(Section):
    """How what the policy earned is measured, against those whom the lot held out."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"days": 60, "stop": "when_it_loses"}]})

    days: WholeNumber = Field(
        90, ge=1, le=730, description="The dollars of so many days count, from the day on which the lot first decided for the customer."
    )
    customers: WholeNumber = Field(
        10_000,
        ge=100,
        description="How many are planned, treated and held out together: ranges are narrowest there, and hold at any number.",
    )
    stop: Literal["when_it_loses", "never"] = Field(
        "never", description="Whether it is retired by itself, and its owner told, once it has been shown to lose money."
    )


class Ending(Section):
    """What a customer whose service ends is owed: time, and somebody who hears him."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"notice_days": 60, "appeal": "Write to appeals@shop.example: a person answers."}]}
    )

    notice_days: WholeNumber = Field(ge=14, le=3660, description="How many days before the end he is told; two weeks at the least.")
    appeal: Words = Field(description="How he can appeal, in words that he reads: every message of the policy must hold them.")


class Policy(Section):
    """A policy: one action for some customers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": "front_seat", "issue": "retention", "group": "travel", "action": "upgrade", "objective": "keep",
                    "channels": {"web": {"text": "Sit in front on your next flight, on us."}},
                    "eligible": "band = 'top' and days_since_order > 60", "effect": {"uplift": "0.03", "margin": {"of": "value_expected"}},
                    "cost": "18.00", "limits": [{"days": 180}], "pushes": ["keep"],
                }
            ]
        }
    )  # fmt: skip

    policy: Name = Field(description="Its name; the file may be called otherwise.")
    title: Words | None = Field(None, description="What it is called for people.")
    owner: Words | None = Field(None, description="Who answers for it.")
    issue: Name = Field(description="The business issue, as in retention.")
    group: Name = Field(description="The group of actions within the issue.")
    action: Name = Field(description="What is done.")
    treatment: Name = Field("standard", description="In what form it is done.")
    objective: Objective = Field(
        description="What it is for: get, keep, grow, serve cheaper, win back, or end unprofitable service gracefully."
    )
    purpose: Name = Field("marketing", description="What the contact is for: one of `live.purposes`.")
    channels: dict[Name, Content] = Field(min_length=1, description="By which channels, and with what content.")
    eligible: PredicateText | None = Field(None, description="Who may have it at all, as a rule over the profile; everybody, by default.")
    applicable: PredicateText | None = Field(None, description="For whom it makes sense now.")
    suitable: PredicateText | None = Field(None, description="For whom it is right.")
    moments: tuple[Name, ...] = Field((), description="The moments in which it may be chosen, as the channel names them; any, by default.")
    trigger: Trigger | None = Field(None, description="What sets it off; without one it waits until a channel asks.")
    with_history: bool = Field(
        False, description="Whether whoever delivers the message is handed the customer's last contacts, events and orders, and open cases."
    )
    effect: Effect = Field(description="What it is expected to change.")
    counts: CountedToo = Field(CountedToo(), description="What is counted beside the customer's own value.")
    cost: Money = Field("0", description="What one treatment costs, in the reporting currency.")
    cost_to_serve: DecimalText = Field("0", description="What serving the customer costs more by it; negative where it costs less.")
    limits: tuple[PolicyLimit, ...] = Field((), description="How often it may reach one customer.")
    budget: Money | None = Field(
        None, description="The most it may spend; without one, what an assumed effect may spend until it is measured."
    )
    metrics: dict[Name, DecimalText] = Field(
        default_factory=dict,
        description='By how much it changes a metric of the service for each customer treated, as in call_minutes: "3".',
    )
    lever: Lever | None = Field(None, description="What is laid on top, to push it.")
    holdout: Share = Field("0.05", description="The share of customers who are held out by lot, for good: more than 0 and at most 0.5.")
    measure: Measure = Field(Measure(), description="How what it earned is measured.")
    assign_by: Literal["customer", "household"] | None = Field(
        None, description="What its lot draws: customers or whole households; as `live.experiments.assign_by` says, by default."
    )
    pushes: tuple[Push, ...] = Field((), description="Towards what it pushes the customer, or those who serve him, as programmes do.")
    excludes: tuple[Name, ...] = Field((), description="Policies after whose contact this one is not for the same customer.")
    excludes_days: WholeNumber = Field(30, ge=1, le=3660, description="For how many days.")
    takes_service_away: bool = Field(
        False, description="Whether the customer has less by it: never on a band that is unstable, nor under a floor."
    )
    significant: bool = Field(False, description="Whether it changes a price, credit or a refusal, or ends service: then a person decides.")
    credit: bool = Field(False, description="Whether it grants, changes or refuses credit.")
    serves_floor: FloorClass | None = Field(
        None, description="The floor that it serves: it then outranks value for those whom the floor concerns."
    )
    ending: Ending | None = Field(
        None, description="Of a policy that ends service, and needed there: the notice, and how the customer can appeal."
    )
    lawful_reason: Words | None = Field(None, description="Why its rules may read a protected attribute.")

    @model_validator(mode="after")
    def _holds_somebody_out(self) -> Self:
        if not 0 < Decimal(self.holdout) <= Decimal("0.5"):
            raise ValueError("without a proper holdout: it must be more than 0 and at most 0.5")
        return self

    @model_validator(mode="after")
    def _goes_to_a_person(self) -> Self:
        if (self.credit or self.objective == "end_gracefully") and not self.significant:
            raise ValueError("about credit or the end of a service, and not significant: say `significant: true`, so that a person decides")
        if self.serves_floor is not None and self.measure.stop != "never":
            raise ValueError("serves a floor and would be stopped by dollars: leave measure.stop out, for a floor outranks value")
        if self.credit and Decimal(self.counts.household):
            raise ValueError("about credit and counts what the household is worth: leave counts.household out")
        return self

    @model_validator(mode="after")
    def _ends_gracefully(self) -> Self:
        if self.objective != "end_gracefully":
            if self.ending is not None:
                raise ValueError("ends no service, and says how: leave ending out, or say `objective: end_gracefully`")
            return self
        if self.ending is None:
            raise ValueError("ends service without notice and appeal: say `ending: {notice_days: 60, appeal: ...}`")
        if not self.takes_service_away:
            raise ValueError(
                "ends service, and does not take it away: say `takes_service_away: true`, so that floors and doubtful bands are spared"
            )
        silent = [name for name, content in self.channels.items() if self.ending.appeal not in content.text]
        if silent:
            raise ValueError(f"does not say by {', '.join(silent)} how to appeal: put the words of ending.appeal into the text")
        return self

    def opposes(self, other: Policy) -> str | None:
        """In what two policies work against each other, in words; None where they do not."""
        for first, second in ((self, other), (other, self)):
            if first.objective == "end_gracefully" and second.objective in _OPPOSED_OBJECTIVES:
                return f"{second.objective.replace('_', ' ')} against ending service"
        pushed = opposed(self.pushes, other.pushes)
        if pushed:
            return pushed
        for metric in sorted(self.metrics.keys() & other.metrics.keys()):
            if Decimal(self.metrics[metric]) * Decimal(other.metrics[metric]) < 0:
                return f"{metric.replace('_', ' ')} up against {metric.replace('_', ' ')} down"
        return None
