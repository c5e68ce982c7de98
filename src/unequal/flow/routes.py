"""Where contacts go: who calls, what service he has, and what the contact centre is told of it.

Nothing is written but what must be remembered of a customer's service, and nobody waits for that: the contact centre's own log says what became of contacts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol

from unequal import contact_centre, storage
from unequal.flow import deciding
from unequal.terms.amounts import estimate, exact_text
from unequal.terms.errors import UnequalError
from unequal.treatments import Rules, shapes, tiers

if TYPE_CHECKING:
    from unequal.flow.live import Live
    from unequal.flow.policy_desk import Active

_NOT_ONE: Final = frozenset({"LIV202", "LIV302"})
"""Codes of who is not known, or may be several."""
_CALLED: Final = {"voice": "phone", "default": "phone"}
"""What contact-centre systems call a channel, where the project has no such name but the other."""
_YEAR: Final = "contribution_12m"
_FORECAST: Final = "value_expected"


class RouteAsking(Protocol):
    """A contact that comes in, and whose it is said to be."""

    @property
    def channel(self) -> str: ...
    @property
    def customer_id(self) -> str | None: ...
    @property
    def kind(self) -> str | None: ...
    @property
    def value(self) -> str | None: ...
    @property
    def context(self) -> Mapping[str, Any]: ...
    @property
    def purpose(self) -> str: ...
    @property
    def skill(self) -> str | None: ...
    @property
    def language(self) -> str | None: ...
    @property
    def waited_seconds(self) -> int: ...
    @property
    def expected_wait_seconds(self) -> int | None: ...
    @property
    def tried_self_service(self) -> bool: ...


@dataclass(frozen=True)
class RouteAsked:
    """The same, asked by ourselves."""

    channel: str
    customer_id: str | None = None
    kind: str | None = None
    value: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    skill: str | None = None
    language: str | None = None
    waited_seconds: int = 0
    expected_wait_seconds: int | None = None
    tried_self_service: bool = False
    purpose: str = "service"


class Routes:
    """Where the contacts of a project go. Made once; used by one thread at a time."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._routing = live.project.config.live.routing
        self._made: tuple[int, contact_centre.routing.Centre] | None = None

    def routed(self, several: Sequence[RouteAsking]) -> list[dict[str, Any] | UnequalError]:
        """Of each contact where it goes, from what is known of all of them together; or what is wrong with it.

        Who is not known, or may be several, is served as somebody of whom nothing is known.
        """
        live = self._live
        at, active = live.clock(), live.policies.active()
        names = [self._named(one) for one in several]
        asked = list(dict.fromkeys(one for one in names if isinstance(one, str)))
        standings = live.standings(asked) if asked else []
        found = dict(zip(asked, standings, strict=True))
        told: list[dict[str, Any] | UnequalError] = []
        met: list[storage.state.Met] = []
        for asking, name in zip(several, names, strict=True):
            if isinstance(name, UnequalError):
                told.append(name)
            else:
                told.append(self._one(asking, None if name is None else found[name], at, active, met))
        if met:
            live.state.tiers.remember(met)
        return told

    def _named(self, asking: RouteAsking) -> str | UnequalError | None:
        if asking.customer_id is None and asking.kind is None:
            return None
        try:
            return self._live.named(asking)
        except UnequalError as error:
            return None if error.code in _NOT_ONE else error

    def _one(
        self, asking: RouteAsking, found: storage.state.Standing | None, at: datetime, active: Active, met: list[storage.state.Met]
    ) -> dict[str, Any]:  # fmt: skip
        rules = active.rules
        moment = self._nobody(asking, at, rules) if found is None else self._live.moment_of(asking, found, at, active)
        service, sitting = tiers.service_at(moment, rules)
        if found is None:
            # Nothing is remembered of who is not known, and no lot is drawn for him.
            service = shapes.Service(service.fits, service.fits, service.fits)
        elif (new := deciding.met_of(moment, service, rules)) is not None:
            met.append(new)
        declared, called = rules.moments.channels, _CALLED.get(asking.channel)
        contact = contact_centre.routing.Contact(
            called if called in declared and asking.channel not in declared else asking.channel,
            at,
            asking.waited_seconds,
            asking.skill,
            asking.language,
            asking.expected_wait_seconds,
            asking.tried_self_service,
        )
        whose = contact_centre.routing.Met(service, sitting.floors, sitting.has_open_case)
        routed = self._centre(active).route(contact, whose)
        customer_id = None if found is None else moment.profile.customer_id
        return _document(customer_id, contact, whose, routed, rules) | self._worth(customer_id, whose, rules)

    def _nobody(self, asking: RouteAsking, at: datetime, rules: Rules) -> shapes.Moment:
        columns = self._live.profiles.columns
        context = deciding.context_of(asking.context, rules) if asking.context else {}
        profile = shapes.Profile("", (None,) * len(columns), columns)
        return shapes.Moment(profile, shapes.Standing(), asking.channel, context, at, "service")

    def _centre(self, active: Active) -> contact_centre.routing.Centre:
        if self._made is None or self._made[0] != active.change:
            self._made = (active.change, contact_centre.routing.Centre(active.rules.moments, self._routing))
        return self._made[1]

    def _worth(self, customer_id: str | None, whose: contact_centre.routing.Met, rules: Rules) -> dict[str, Any]:
        """Why, in dollars: what he brought within a year, and what he is expected to bring."""
        columns, year, expected = self._live.profiles.columns, None, None
        if customer_id is not None:
            places = (columns[_YEAR], columns[_FORECAST])
            row: Any = self._live.profiles.some(customer_id, places)
            year, expected = (None, None) if row is None else (row[places[0]], row[places[1]])
        told = None if expected is None else estimate(expected)
        return {_YEAR: year, _FORECAST: told, "reasons": list(_reasons(whose, year, expected, rules.currency))}


def _reasons(whose: contact_centre.routing.Met, year: Decimal | None, expected: float | None, currency: str) -> list[str]:
    told = [f"{name.replace('_', ' ')} outranks value" for name in whose.floors[:1]]
    service = whose.service
    if service.tier is not None:
        told.append(
            f"is served as tier {service.tier}"
            + ("" if service.tier == service.earned else f", by the lot of tier {service.earned}'s trial")
        )
    if year is not None:
        told.append(f"brought {exact_text(year, currency)} in the last 12 months")
    if expected is not None and expected == expected:  # noqa: PLR0124 - that is how a number that is none shows
        told.append(f"is expected to bring {exact_text(Decimal(str(round(expected, 2))), currency)}")
    return told


def _document(
    customer_id: str | None, contact: contact_centre.routing.Contact, whose: contact_centre.routing.Met, routed: contact_centre.routing.Routed,
    rules: Rules,
) -> dict[str, Any]:  # fmt: skip
    tier = whose.service.tier
    return {
        "customer_id": customer_id, "channel": contact.channel, "at": deciding.rfc3339(contact.at), "queue": routed.queue,
        "priority": routed.priority, "level": routed.level, "skills": list(routed.skills), "language": contact.language, "patience_seconds": routed.patience_seconds,
        "waited_seconds": contact.waited_seconds, "answer_in_seconds": max(routed.patience_seconds - contact.waited_seconds, 0),
        "guard_at": None if routed.guard_at is None else deciding.rfc3339(routed.guard_at),
        "offer": None if routed.offer is None else {"channel": routed.offer, "because": routed.offer_because},
        "host": routed.host, "perks": list(routed.perks), "tier": None if tier is None else rules.moments.tiers[tier].words, "tier_name": tier,
        "floors": list(whose.floors),
    }  # fmt: skip
