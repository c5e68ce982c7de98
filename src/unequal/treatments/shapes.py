"""What a choice is made of and what comes out: plain, frozen shapes that hold no storage, no clock and no web."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, Self

from unequal import config
from unequal.treatments.falling import REASONS as REASONS  # noqa: PLC0414 - what `fell` may say belongs to the shapes, for others too

Row = Sequence[object]
"""A customer's values, each at the place that `columns` names."""
Holds = Callable[[Row], bool | None]
"""A predicate for one row: true, false or unknown."""
Arm = Literal["treated", "held_out"]
UNIVERSAL: Final = "holdout:universal"
"""What the lot of the universal holdout is called, where arms of policies are kept: no policy has a colon in its name."""


@dataclass(frozen=True, slots=True)
class Happened:
    """When what happened to a customer: each event's times, ascending, naive and in UTC."""

    moments: Mapping[str, Sequence[datetime]] = field(default_factory=dict)

    def times(self, event: str) -> Sequence[datetime]:
        """When the event happened, ascending; empty where it never did."""
        return self.moments.get(event, ())

    def last(self, events: Iterable[str], at: datetime) -> datetime | None:
        """When the latest of some events happened, up to a moment; None where none did."""
        found = []
        for event in events:
            times = self.times(event)
            before = bisect_right(times, at)
            if before:
                found.append(times[before - 1])
        return max(found, default=None)

    def open_since(self, case: config.policies.Case, at: datetime) -> datetime | None:
        """When a case was opened that is open at a moment; None where none is.

        Args:
            case: what opens and closes it. What closes a case in the instant that opens it does not close it.
            at: the moment; what happens at it counts.
        """
        opened = self.last(case.opened_by, at)
        if opened is None or opened <= at - timedelta(days=case.days):
            return None
        closed = self.last(case.closed_by, at)
        return opened if closed is None or closed <= opened else None


@dataclass(frozen=True, slots=True)
class Profile:
    """A customer as the published run and the events since know it.

    Args:
        customer_id: the customer.
        row: values of the profile, each at its place.
        columns: of each column its place; shared by all profiles of a run.
        happened: what happened to the customer.
        version: of the customer's state, as the state counts it.
    """

    customer_id: str
    row: Row
    columns: Mapping[str, int]
    happened: Happened = field(default_factory=Happened)
    version: int = 0


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that was reserved or made: by a channel, for a purpose, by a policy."""

    channel: str
    purpose: str
    policy: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """What a customer said to a purpose: granted, withdrawn or objected; without a channel, in all of them."""

    purpose: str
    channel: str | None
    status: Literal["granted", "withdrawn", "objected"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Preference:
    """How a customer wishes to be treated; see `preferences` for the names and values there are. Without a channel, in all of them."""

    name: str
    channel: str | None
    value: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was asked, and the answer where there was one."""

    question: str
    at: datetime
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class TierHeld:
    """The level of service that a customer had when he was last met, empty for no tier, and since when."""

    tier: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Service:
    """The level of service that a customer has at a moment.

    Args:
        tier: as which he is served; None where no tier fits.
        earned: which he has earned: another one where the trial serves him as the tier above.
        fits: which he would get, were nothing remembered of him.
        arm: of the trial of the tier that he has earned: treated, he is served as the one above; None where he takes no part.
        since: when he got what he has earned.
        before: the tier that was remembered of him until now; None for none.
        is_new: whether what he has earned must be remembered, be it no tier any more.
    """

    tier: str | None = None
    earned: str | None = None
    fits: str | None = None
    arm: Arm | None = None
    since: datetime | None = None
    before: str | None = None
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the state holds of a customer.

    Args:
        contacts: reserved or made, not those released.
        consents, preferences, asked: in any order; the last word counts.
        arms: of policies whose lot was drawn already, how it fell.
        spent: of policies, what they have spent in all, on everybody; may be left out where the budget reaches for one more.
        tier: the level of service that is remembered of him.
    """

    contacts: Sequence[Contact] = ()
    consents: Sequence[Consent] = ()
    preferences: Sequence[Preference] = ()
    asked: Sequence[Asked] = ()
    arms: Mapping[str, Arm] = field(default_factory=dict)
    spent: Mapping[str, Decimal] = field(default_factory=dict)
    tier: TierHeld | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """One moment of contact.

    Args:
        profile, standing: the customer, as known at that moment.
        channel: by which customer and company meet.
        context: what the channel says: `moment` names the occasion, `trigger` the policies that were set off, parted by spaces (then only
            they are chosen from), `address_is_shared` (True) that others read what is sent, a floor's word that it is in force (True), and the values that `live.context` declares.
        at: naive, in UTC.
        purpose: of the moment itself: a service message of ours carries no marketing.
    """

    profile: Profile
    standing: Standing
    channel: str
    context: Mapping[str, str | Decimal | bool | date]
    at: datetime
    purpose: Literal["marketing", "service"] = "marketing"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One policy, and how it fared.

    Args:
        policy, version: which.
        fell: why it was not chosen, one of `REASONS`; None for the winner.
        dollars: what it is expected to bring, with all costs off and without the lever; None where that is not known.
        lever: what was laid on top in the choice.
        parts: dollars by part; they sum to `dollars`.
        arm: how the lot fell, where it came to that.
        why: of the winner, at most three reasons in dollars.
    """

    policy: str
    version: int
    fell: str | None
    dollars: Decimal | None
    lever: Decimal
    parts: Mapping[str, Decimal]
    arm: Arm | None = None
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ask:
    """The question worth most: how it is asked, what may be answered, and what the answer is worth in dollars."""

    question: str
    text: str
    answers: Mapping[str, str]
    worth: Decimal
    changes: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is done, and what was weighed.

    Args:
        winner: what is done; None where nothing is worth doing.
        candidates: every policy and why it fell, best first; only those that were looked at, where not all were asked for.
        question: what to ask, if anything.
        greeting, tier: words the customer may hear and read; None where none is declared that fits.
        held_out: who would have been done something to, but for the lot: needed to measure.
        for_review: the best of what a person must decide on, where it outranks the winner.
        lever_price: dollars given up by levers: the best without them, less the winner.
        floors: which floors are in force, the highest first.
        service: the level of service, whose name is never shown to an agent or customer.
        propensity: how probable that was before the lots fell.
        universal: how the lot of the universal holdout fell, where it came to that.
    """

    winner: Candidate | None
    candidates: tuple[Candidate, ...]
    question: Ask | None = None
    greeting: str | None = None
    tier: str | None = None
    held_out: tuple[Candidate, ...] = ()
    for_review: Candidate | None = None
    lever_price: Decimal = Decimal(0)
    floors: tuple[str, ...] = ()
    service: Service = Service()
    propensity: Decimal = Decimal(1)
    universal: Arm | None = None


# What is planned for everybody

BUDGET: Final = "budget"


def is_of_money(limit: str) -> bool:
    """Whether a limit of that name counts dollars; contacts otherwise."""
    return limit == BUDGET or limit.startswith("budget of ")


@dataclass(frozen=True)
class Limit:
    """One limit of a plan: what it is on, how much there is, how much is taken, and what one more would bring, in dollars."""

    name: str
    most: Decimal
    taken: Decimal
    price_expected: float

    @property
    def is_money(self) -> bool:
        """Whether it counts dollars; contacts otherwise."""
        return is_of_money(self.name)


@dataclass(frozen=True)
class Plan:
    """What was planned before it was reserved.

    Args:
        customers: who are treated.
        dollars: expected of them, levers included.
        bound_expected: nothing within the limits brings more.
        gap: the share of that which may be missing.
        is_exact: nothing is missing.
        limits: each with its price; those that hold something back first.
        fairness_price: dollars that fairness gives up; None where none is asked for.
        groups: of each group of the attribute, customers and how many are treated.
    """

    customers: int
    dollars: Decimal
    bound_expected: float
    gap: float
    is_exact: bool
    limits: tuple[Limit, ...]
    fairness_price: Decimal | None = None
    groups: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """The plan as it is kept and printed as JSON; amounts in words."""
        return {
            "customers": self.customers, "dollars": f"{self.dollars:f}", "bound_expected": round(self.bound_expected, 4), "gap": self.gap,
            "is_exact": self.is_exact,
            "limits": [{"limit": one.name, "most": f"{one.most:f}", "taken": f"{one.taken:f}", "price_expected": one.price_expected}
                       for one in self.limits],
            "fairness_price": None if self.fairness_price is None else f"{self.fairness_price:f}",
            "groups": [{"group": name, "customers": size, "treated": treated} for name, (size, treated) in self.groups.items()],
        }  # fmt: skip

    @classmethod
    def of_told(cls, told: Mapping[str, Any]) -> Self:
        """The plan that `told` tells of."""
        limits = [Limit(one["limit"], Decimal(one["most"]), Decimal(one["taken"]), one["price_expected"]) for one in told["limits"]]
        fairness = told["fairness_price"]
        return cls(
            told["customers"], Decimal(told["dollars"]), told["bound_expected"], told["gap"], told["is_exact"], tuple(limits),
            None if fairness is None else Decimal(fairness), {one["group"]: (one["customers"], one["treated"]) for one in told["groups"]},
        )  # fmt: skip

    def sentences(self, currency: str) -> list[str]:
        """What held the plan back, and what more of it would bring."""
        share = "It is the best there is." if self.is_exact else f"The best there is brings at most {self.gap:.2%} more."
        found = [f"Planned: {self.customers:,} customers, {self.dollars:,.2f} {currency} expected. {share}"]
        for one in self.limits:
            if one.price_expected > 0:
                more = f"One more {currency} of it" if one.is_money else "One more contact"
                found.append(f"{_in_words(one)} is used up. {more} brings {one.price_expected:,.2f} {currency}.")
        if self.fairness_price is not None:
            found.append(f"Treating the groups alike costs {self.fairness_price:,.2f} {currency}.")
        return found


def _in_words(limit: Limit) -> str:
    return f"The {limit.name}" if limit.is_money else f"The capacity of {limit.name}"
