"""Where a contact goes: to which queue, how urgently, to whom who can do what, and what is offered in the place of waiting.

The contact centre's own system assigns contacts to people; what it needs to do so by value is told here, once, when the contact comes in or is asked
about again. Whom a floor concerns (safety, fraud, bereavement, accessibility, a regulated complaint) goes before all others whatever he is worth, is sent
to no self-service, and waits no longer than the best tier does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from unequal import config
from unequal.contact_centre import disciplines
from unequal.contact_centre.disciplines import Discipline, Urgency
from unequal.treatments import shapes
from unequal.treatments import tiers as service_tiers

HIGHEST: Final = 35_999
"""No priority is higher."""
_FLOOR: Final = 30_000
_A_FLOOR: Final = 1_000
_GUARDED: Final = 20_000
_TIERS: Final = 10_000
_SPACED: Final = 10_000
"""Seconds of head start and waiting up to here are a number each."""
_A_DAY: Final = 86_400
_HEAD_START: Final = 60


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that comes in.

    Args:
        channel: by which.
        at: the moment, naive UTC.
        waited_seconds: how long the customer has waited already.
        skill: what is asked for, as billing; None for nothing special.
        language: in which, as the contact centre names it.
        expected_wait_seconds: how long the wait is expected to be from now on; None where nobody knows.
        tried_self_service: whether the customer comes from there.
    """

    channel: str
    at: datetime
    waited_seconds: int = 0
    skill: str | None = None
    language: str | None = None
    expected_wait_seconds: int | None = None
    tried_self_service: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """Whose contact it is.

    Args:
        service: his level of service; of no tier for who is not known.
        floors: in force, the highest first.
        has_open_case: whether something is open between him and the company.
    """

    service: shapes.Service = field(default_factory=shapes.Service)
    floors: tuple[str, ...] = ()
    has_open_case: bool = False


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a contact goes.

    Args:
        queue: by name.
        priority: the higher is answered first, from 0 to HIGHEST; of equals who came first.
        skills: what whoever answers must be able to do, the most needed first.
        level: urgent for a floor; high beyond the guard, and for the best tier; low where service is taken away; normal.
        patience_seconds: within how many seconds from its beginning it is to be answered.
        guard_at: from when on nobody who comes in is answered before, whoever he is but for floors; None: that is not promised. Under
            first_come and guard nobody either who came in since this contact did.
        offer: the channel to offer in the place of waiting; None: none.
        offer_because: tier_channel, self_service or call_back.
        host: who looks after the customer.
        perks: what else he has, in words that he may read.
        contact_class: by which it stands in the queue: a floor, a tier, or "" for neither.
    """

    queue: str
    priority: int
    level: str
    skills: tuple[str, ...]
    patience_seconds: int
    guard_at: datetime | None
    offer: str | None
    offer_because: str | None
    host: str | None
    perks: tuple[str, ...]
    contact_class: str


class Centre:
    """The rules of a contact centre, made ready: the tiers, the discipline and the queues."""

    def __init__(self, moments: config.policies.Moments, routing: config.policies.Routing) -> None:
        self.moments, self.routing = moments, routing
        self.tiers: Mapping[str, config.policies.Tier] = moments.tiers
        self.classes = service_tiers.order_of(moments.tiers)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """Of each class its head start in seconds."""
        below = len(self.classes) - 1
        usual = {name: float(_HEAD_START * (below - place)) for place, name in enumerate(self.classes)}
        stated = {name: float(tier.weight) for name, tier in self.tiers.items() if tier.weight is not None}
        return {**usual, **stated}

    @cached_property
    def discipline(self) -> Discipline:
        """Who is answered next, as the simulation asks it too."""
        floors = config.policies.FLOOR_CLASSES
        match self.routing.discipline:
            case "first_come":
                return disciplines.first_come(self.classes, floors=floors)
            case "strict":
                return disciplines.strict(self.classes, floors=floors)
            case "ageing":
                return disciplines.ageing(self.classes, weights=[self.weights[name] for name in self.classes], floors=floors)
            case _:
                return disciplines.guard(self.classes, seconds=float(self.routing.guard_seconds), floors=floors)

    @cached_property
    def shortest_wait(self) -> int:
        """The shortest wait target there is: whom a floor concerns waits no longer."""
        return min([self.routing.wait_seconds, *(one.wait_seconds for one in self.tiers.values() if one.wait_seconds is not None)])

    def route(self, contact: Contact, met: Met) -> Routed:
        """Where a contact goes. Pure: the same contact of the same customer goes the same way."""
        tier = self.tiers.get(met.service.tier or service_tiers.NO_TIER)
        contact_class = met.floors[0] if met.floors else (met.service.tier or service_tiers.NO_TIER)
        offer, because = self._offer(contact, met, tier)
        urgency = self.discipline.urgency(contact_class, float(contact.waited_seconds))
        return Routed(
            self._queue(contact, met), priority(urgency, self._scale, self._most), self._level(urgency), self._skills(contact, met, tier),
            self._patience(met, tier), self._guard_at(contact, contact_class), offer, because,
            tier.host if tier is not None else None, tier.perks if tier is not None else (), contact_class,
        )  # fmt: skip

    def _level(self, urgency: Urgency) -> str:
        """The urgency as a word, for systems that have no finer one: never lower for the more urgent."""
        floor, guarded, standing, _ = urgency
        if floor > 0:
            return "urgent"
        most, least, unknown = self._levels
        # Whoever stands where the best tier begins is high, though he has waited himself there; who is below all who are served in full is low.
        if guarded > 0 or (most > unknown and len(self.tiers) > 1 and round(standing, 3) >= round(most, 3)):
            return "high"
        return "low" if standing < least else "normal"

    @cached_property
    def _levels(self) -> tuple[float, float, float]:
        """Where the best class begins, and the last from which no service is taken away; and where who is not known does."""
        begins = {name: self.discipline.standing(name)[1] for name in self.classes}
        regular = [begins[name] for name in self.classes if name == service_tiers.NO_TIER or not self.tiers[name].takes_service_away]
        return max(begins.values()), min(regular), begins[service_tiers.NO_TIER]

    @cached_property
    def _scale(self) -> float:
        """What the discipline says is stretched by, so that tiers that never age fill the numbers below the guard."""
        if any(self.discipline.rates):
            return 1.0
        most = max(self.discipline.weights, default=0.0)
        return _TIERS / most if most > 0 else 1.0

    @cached_property
    def _most(self) -> float:
        """The largest that the discipline says, of whoever has waited for a day; 0 where waiting adds nothing."""
        return max(self.discipline.weights) + max(self.discipline.rates) * _A_DAY if any(self.discipline.rates) else 0.0

    def _queue(self, contact: Contact, met: Met) -> str:
        return next(name for name, queue in self.routing.queues.items() if _fits(queue, contact, met))

    def _skills(self, contact: Contact, met: Met, tier: config.policies.Tier | None) -> tuple[str, ...]:
        # A floor's own skill comes first: an agent who can speak with the bereaved is needed more than one who knows the tier.
        declared = self.moments.floors
        needed = [declared[name].skill for name in config.policies.FLOOR_CLASSES if name in met.floors and name in declared]
        needed += [contact.skill, tier.skill if tier is not None else None]
        return tuple(dict.fromkeys(skill for skill in needed if skill is not None))

    def _patience(self, met: Met, tier: config.policies.Tier | None) -> int:
        if met.floors:
            return self.shortest_wait
        return tier.wait_seconds if tier is not None and tier.wait_seconds is not None else self.routing.wait_seconds

    def _guard_at(self, contact: Contact, contact_class: str) -> datetime | None:
        began = contact.at - timedelta(seconds=contact.waited_seconds)
        discipline = self.discipline
        if contact_class in discipline.floors:
            return began
        _, weight, rate = discipline.standing(contact_class)
        if math.isfinite(discipline.guard_seconds):
            return began + timedelta(seconds=discipline.guard_seconds)
        # Who comes later has the largest head start at the most, and ages as fast.
        return began + timedelta(seconds=(max(discipline.weights) - weight) / rate) if rate else None

    def _offer(self, contact: Contact, met: Met, tier: config.policies.Tier | None) -> tuple[str | None, str | None]:
        """What is offered in the place of waiting; nothing to whom a floor concerns, who is answered by a person where he is."""
        if met.floors:
            return None, None
        routing = self.routing
        is_known = contact.channel in self.moments.channels
        if tier is not None and tier.channels and is_known and contact.channel not in tier.channels:
            return tier.channels[0], "tier_channel"
        if tier is not None and tier.self_service_first and self._can_be_settled(contact, met):
            return routing.self_service, "self_service"
        expected = contact.expected_wait_seconds
        if routing.call_back not in (None, contact.channel) and expected is not None and expected > self._patience(met, tier):
            return routing.call_back, "call_back"
        return None, None

    def _can_be_settled(self, contact: Contact, met: Met) -> bool:
        """Whether self-service may settle it: not what brings him from there, nor what is open already."""
        skills = self.routing.self_service_skills
        is_elsewhere = contact.channel != self.routing.self_service and not contact.tried_self_service and not met.has_open_case
        return is_elsewhere and (not skills or contact.skill in skills)


def priority(urgency: Urgency, scale: float = 1.0, most: float = 0.0) -> int:
    """An urgency as one number, for systems that sort by one: never lower for the more urgent.

    Args:
        urgency: of a discipline.
        scale: what it says of tiers is stretched by.
        most: the largest that it says; where that is beyond the numbers below the guard, the upper ones stand closer together.
    """
    floor, guarded, standing, waited = urgency
    if floor > 0:
        return int(_FLOOR + floor * _A_FLOOR + min(waited, _A_FLOOR - 1))
    if guarded > 0:
        return int(_GUARDED + min(waited, _FLOOR - _GUARDED - 1))
    said = max(standing * scale, 0.0)
    if said > _SPACED and most > _GUARDED:
        said = _SPACED + (said - _SPACED) * (_GUARDED - 1 - _SPACED) / (most - _SPACED)
    return int(min(said, _GUARDED - 1))


def _fits(queue: config.policies.Queue, contact: Contact, met: Met) -> bool:
    return (
        (not queue.floors or any(name in queue.floors for name in met.floors))
        and (not queue.tiers or met.service.tier in queue.tiers)
        and (not queue.skills or contact.skill in queue.skills)
        and (not queue.languages or contact.language in queue.languages)
        and (not queue.channels or contact.channel in queue.channels)
    )
