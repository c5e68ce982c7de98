"""Whether a policy may act on a customer now: one gate after another in a fixed order, and the code of the first that it falls at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from unequal import predicates
from unequal.treatments import limits, preferences, wording
from unequal.treatments.compiling import BAND_IS_STABLE, HOUSEHOLD, NO_FLOOR, Line, Offer, Policy, Rules
from unequal.treatments.consenting import MARKETING
from unequal.treatments.holdout import arm_of
from unequal.treatments.shapes import UNIVERSAL, Arm, Moment, Row

_NOTHING: Final = Decimal(0)
_NOBODY: Final[frozenset[str]] = frozenset()


def whole_row(moment: Moment, rules: Rules, answers: Mapping[str, object] | None = None) -> list[object]:
    """The customer's row with windows, context and answers behind it, each at its place.

    Args:
        moment: the moment.
        rules: made ready for the profile's columns.
        answers: values for columns that are empty, tried out; beside what the customer has answered before.

    Returns:
        One value for each of `rules.places`. What a channel does not say, or says in another type than is declared, is unknown.
    """
    profile = moment.profile
    row = list(profile.row)
    row += predicates.windows.values(rules.windows, profile.happened.moments, moment.at)
    if rules.context:
        row += [_said(moment.context.get(name), rules.moments.context[name].type) for name in rules.context]
    if rules.told:
        row += [None] * len(rules.told)
    for question in rules.questions:
        if row[question.place] is None:
            row[question.place] = answered(moment, question.name, question.holds)
    for name, value in (answers or {}).items():
        row[rules.places[name]] = value
    return row


def answered(moment: Moment, question: str, holds: Mapping[str, object]) -> object:
    """What the customer's last answer to a question says; None where there is none."""
    told = [asked for asked in moment.standing.asked if asked.question == question and asked.answer in holds and asked.at <= moment.at]
    return holds[str(max(told, key=lambda asked: (asked.at, str(asked.answer))).answer)] if told else None


def _said(value: object, kind: str) -> object:
    match kind:
        case "boolean":
            return value if isinstance(value, bool) else None
        case "date":
            return value if isinstance(value, date) and not isinstance(value, datetime) else None
        case "decimal":
            return value if isinstance(value, Decimal) and value.is_finite() else None
        case _:
            return value if isinstance(value, str) else None


class Sitting:
    """One moment with what every policy asks of it, each found once."""

    def __init__(self, moment: Moment, rules: Rules, row: Row) -> None:
        self.moment, self.rules, self.row = moment, rules, row
        declared = rules.moments.channels.get(moment.channel)
        self.outbound = declared is not None and declared.outbound
        context, standing = moment.context, moment.standing
        # Most moments have nothing special to them, and what is not there is not gone through.
        self.floors = tuple([
            name for name, holds, _ in (rules.floors if context else rules.floors_asked)
            if context.get(name) is True or (holds is not None and holds(row) is True)
        ])  # fmt: skip
        self.silenced: frozenset[str] = _NOBODY
        self.ranks: dict[str, int] = {}
        if self.floors:
            self.silenced = frozenset(purpose for name, _, silences in rules.floors if name in self.floors for purpose in silences)
            self.ranks = {name: rank for rank, (name, _, _) in enumerate(rules.floors) if name in self.floors}
        self.wishes = preferences.wishes(standing.preferences, moment.at) if standing.preferences else {}
        self.unwished = (
            frozenset(name.removeprefix("topic:") for name, _ in self.wishes if name.startswith("topic:")) if self.wishes else _NOBODY
        )
        self.reached: dict[str, datetime] = {}
        if standing.contacts:
            self.reached = {one.policy: one.at for one in sorted(standing.contacts, key=lambda one: one.at) if one.at <= moment.at}
        self.set_off = frozenset(str(context.get("trigger") or "").split()) if context else _NOBODY
        cases, happened = rules.moments.cases, moment.profile.happened
        open_cases = [case for case in cases.values() if happened.open_since(case, moment.at) is not None] if cases else []
        self.has_open_case = bool(open_cases)
        self.held_back = frozenset(objective for case in open_cases for objective in case.holds_back) if open_cases else _NOBODY
        place = rules.places.get(BAND_IS_STABLE)
        self.is_stable = place is not None and row[place] is True
        self._purposes: dict[str, str | None] = {}

    def supposing(self, row: Row) -> Sitting:
        """The same moment with another row, of which only what rules say of it differs."""
        then = object.__new__(Sitting)
        then.__dict__.update(self.__dict__)
        then.row = row
        return then

    def able(self, line: Line) -> int:
        """The bits of a line's policies, by `bounds`, whose purpose the customer may be contacted for."""
        bits = line.sieve.every
        for purpose, serving in line.purposes:
            if self.of_purpose(purpose) is not None:
                bits &= ~serving
        return bits

    def rank(self, policy: Policy) -> int:
        """Where the floor that a policy serves stands, the highest first; last without one in force."""
        floor = policy.config.serves_floor
        return NO_FLOOR if floor is None else self.ranks.get(floor, NO_FLOOR)

    def gate(self, policy: Policy, *, is_eligible: bool = False) -> str | None:
        """The code of the first gate that a policy falls at, whatever it brings; None where it passes them all.

        Args:
            policy: which.
            is_eligible: it is known that its rules hold, and they need not be asked.
        """
        if self.set_off or not policy.is_always:
            code = self._of_the_moment(policy)
            if code is not None:
                return code
        row = self.row
        for code, holds in () if is_eligible else policy.gates:
            held = holds(row)
            if held is not True:
                return code if held is False else "not_known"
        code = self._of_words(policy) if policy.said else None
        return code or self._of_floors(policy) or self._of_the_contact(policy)

    def lot(self, offer: Offer) -> tuple[str | None, Arm | None]:
        """The same of an offer that passed the gates: its dollars, its lot, and whether a person decides; and how the lot fell."""
        code = self._of_worth(offer)
        if code is not None:
            return code, None
        policy = offer.policy
        if policy.is_universal and self.universal_arm == "held_out":
            return "universal_holdout", None
        arm = self.moment.standing.arms.get(policy.name) if policy.holdout else "treated"
        arm = arm or arm_of(policy.name, self.unit(by_household=policy.by_household), policy.holdout)
        if arm == "held_out":
            return "held_out", arm
        return ("for_a_person" if policy.config.significant else None), arm

    def unit(self, *, by_household: bool) -> str:
        """What a lot draws: the customer, or the household he is known to live in."""
        place = self.rules.places.get(HOUSEHOLD) if by_household else None
        home = self.row[place] if place is not None else None
        return self.moment.profile.customer_id if home is None else str(home)

    @property
    def universal_arm(self) -> Arm:
        """How the lot of the universal holdout fell, or falls."""
        told = self.moment.standing.arms.get(UNIVERSAL)
        return told or arm_of(UNIVERSAL, self.unit(by_household=self.rules.universal_by_household), self.rules.universal_holdout)

    def _of_the_moment(self, policy: Policy) -> str | None:
        declared = policy.config
        # What something set off is decided among what it set off: an answer to a complaint is not outbid by a sale.
        if (declared.trigger is not None or self.set_off) and policy.name not in self.set_off:
            return "not_its_moment"
        if declared.moments and self.moment.context.get("moment") not in declared.moments:
            return "not_its_moment"
        return None

    def _of_words(self, policy: Policy) -> str | None:
        places = policy.said.get(self.moment.channel, ())
        if places and self.moment.context.get("address_is_shared") is True:
            return "address_shared"
        return None if all(wording.can_be_said(self.row[place]) for place in places) else "not_known"

    def _of_floors(self, policy: Policy) -> str | None:
        declared = policy.config
        if declared.serves_floor is not None and declared.serves_floor not in self.ranks:
            return "floor_not_in_force"
        if declared.purpose in self.silenced and declared.serves_floor is None:
            return "floor_silences"
        if declared.objective in self.held_back and declared.serves_floor is None:
            return "case_open"
        if declared.takes_service_away:
            if self.floors:
                return "floor_protects"
            if not self.is_stable:
                return "band_unstable"
        return None

    def _of_the_contact(self, policy: Policy) -> str | None:
        declared = policy.config
        is_floor = declared.serves_floor is not None
        code = self._of_consent(declared.purpose) if is_floor else self.of_purpose(declared.purpose)
        if code is not None:
            return code
        if self.unwished and not is_floor and not self.unwished.isdisjoint(policy.topics):
            return "prefers_other_topics"
        if self.reached:
            if limits.policy_reached(self.moment.standing.contacts, declared, kin=self.rules.kin, at=self.moment.at):
                return "policy_limit"
            if any(self._lately(other, declared.excludes_days) for other in declared.excludes):
                return "excluded"
        return self._of_budget(policy)

    def _lately(self, policy: str, days: int) -> bool:
        last = self.reached.get(policy)
        return last is not None and last > self.moment.at - timedelta(days=days)

    def _of_budget(self, policy: Policy) -> str | None:
        spent = self.moment.standing.spent.get(policy.name, _NOTHING)
        return policy.budget[1] if policy.budget is not None and policy.is_exhausted(spent) else None

    def _of_worth(self, offer: Offer) -> str | None:
        if offer.policy.config.serves_floor is not None:
            return None
        if offer.score is None:
            return "worth_unknown"
        return None if offer.score > 0 else "not_worth_it"

    # Of a purpose, whatever the policy

    def _of_consent(self, purpose: str) -> str | None:
        key = f"consent {purpose}"
        if key not in self._purposes:
            self._purposes[key] = self._consent(purpose)
        return self._purposes[key]

    def of_purpose(self, purpose: str) -> str | None:
        """The code at which every policy of a purpose falls, but for those that serve a floor; None where the customer may be contacted for it."""
        if purpose not in self._purposes:
            self._purposes[purpose] = self._of_consent(purpose) or self._wished(purpose) or self._quiet(purpose) or self._limited(purpose)
        return self._purposes[purpose]

    def _consent(self, purpose: str) -> str | None:
        moment = self.moment
        if self.outbound and moment.purpose == "service" and purpose == MARKETING:
            return "other_purpose"
        return self.rules.consent_withheld(purpose, moment.channel, moment.standing.consents, moment.at)

    def _wished(self, purpose: str) -> str | None:
        """What the customer's wishes say of a contact that we begin; and, of how often, of any but for service."""
        is_service = self.rules.moments.purposes[purpose].consent == "not_needed"
        often = preferences.frequency(self._wish("frequency") or "")
        if often is not None and not is_service and limits.too_frequent(self.moment.standing.contacts, often, self.moment.at):
            return "prefers_fewer"
        if not self.outbound:
            return None
        if self.wishes.get(("channel", self.moment.channel), self.wishes.get(("channel", None))) == preferences.NEVER:
            return "prefers_other_channel"
        preferred = {channel for (name, channel), value in self.wishes.items() if name == "channel" and value == preferences.PREFERRED}
        if preferred and not is_service and self.moment.channel not in preferred:
            return "prefers_other_channel"
        hours = preferences.hours(self._wish("time") or "")
        return "prefers_other_time" if hours is not None and not limits.within(hours, self._clock()) else None

    def _wish(self, name: str) -> str | None:
        return self.wishes.get((name, self.moment.channel), self.wishes.get((name, None)))

    def _quiet(self, purpose: str) -> str | None:
        quiet = self.rules.moments.quiet_hours
        if quiet is None or not self.outbound or (quiet.purposes and purpose not in quiet.purposes):
            return None
        return "quiet_hours" if quiet.hold(self._clock()) else None

    def _limited(self, purpose: str) -> str | None:
        moment = self.moment
        over = limits.reached(moment.standing.contacts, self.rules.moments, purpose=purpose, channel=moment.channel, at=moment.at)
        return "contact_limit" if over else None

    def _clock(self) -> time:
        return local(self.moment.at, self.rules).time()


def local(at: datetime, rules: Rules) -> datetime:
    """A moment in the company's zone, naive."""
    return at.replace(tzinfo=UTC).astimezone(rules.zone).replace(tzinfo=None)
