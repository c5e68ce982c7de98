"""How contacts are routed: in which order, to which queue, and what is offered in the place of waiting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import ConfigDict, Field

from unequal.config.model import Name, Section, WholeNumber
from unequal.config.moments import Channel, FloorClass
from unequal.config.problems import KeyPath, Problem
from unequal.config.tiers import A_DAY, Tier


class Queue(Section):
    """A queue of the contact centre, and which contacts go there: those that fit all that is said here."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tiers": ["gold"], "channels": ["phone"]}]})

    floors: tuple[FloorClass, ...] = Field((), description="Contacts of customers whom one of these floors concerns; any, by default.")
    tiers: tuple[Name, ...] = Field((), description="Of customers of these tiers; of any, by default.")
    skills: tuple[Name, ...] = Field((), description="For which one of these skills is asked; any or none, by default.")
    languages: tuple[Name, ...] = Field((), description="In one of these languages; in any, by default.")
    channels: tuple[Name, ...] = Field((), description="By one of these channels; by any, by default.")

    @property
    def takes_all(self) -> bool:
        """Whether every contact fits."""
        return not (self.floors or self.tiers or self.skills or self.languages or self.channels)


class Routing(Section):
    """In which order contacts are answered, by whom, and what is offered in the place of waiting."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"guard_seconds": 90, "queues": {"care": {"floors": ["bereavement", "safety"]}, "gold": {"tiers": ["gold"]}, "general": {}}}]
        }
    )  # fmt: skip

    discipline: Literal["first_come", "strict", "guard", "ageing"] = Field(
        "guard",
        description="Who is answered first: who came first; the better tier always; the better tier until somebody has waited for `guard_seconds`; or who "
        "has most of his tier's head start and the seconds that he has waited. Floors go before all, whatever it is.",
    )
    guard_seconds: WholeNumber = Field(
        90,
        ge=0,
        le=A_DAY,
        description="After so many seconds nobody who came later is answered before, whatever the tier; of the discipline guard.",
    )
    wait_seconds: WholeNumber = Field(
        120, ge=0, le=A_DAY, description="Within how many seconds a contact is to be answered whose tier does not say."
    )
    queues: dict[Name, Queue] = Field(
        default_factory=lambda: {"general": Queue()},
        max_length=100,
        description="The queues: the first that a contact fits; the last takes all. One that is called general, by default.",
    )
    self_service: Name | None = Field(
        None, description="The channel by which customers help themselves: offered first to tiers with `self_service_first`."
    )
    self_service_skills: tuple[Name, ...] = Field(
        (), description="What they can settle there, by the skill that is asked for; whatever it is, by default."
    )
    call_back: Name | None = Field(
        None,
        description="The channel by which they are called back: offered where the wait is expected to be longer than the tier's target.",
    )


def problems_of_routing(routing: Routing, tiers: Mapping[Name, Tier], channels: Mapping[Name, Channel]) -> Iterator[Problem]:
    """Names of tiers and channels that are not declared, queues that leave somebody out, and self-service that is nowhere."""
    named: list[tuple[KeyPath, str | None, Mapping[Name, object]]] = [
        (("live", "routing", "self_service"), routing.self_service, channels),
        (("live", "routing", "call_back"), routing.call_back, channels),
        *((("live", "tiers", name, "channels"), channel, channels) for name, tier in tiers.items() for channel in tier.channels),
    ]
    for name, queue in routing.queues.items():
        named += [(("live", "routing", "queues", name, "tiers"), tier, tiers) for tier in queue.tiers]
        named += [(("live", "routing", "queues", name, "channels"), channel, channels) for channel in queue.channels]
    for path, given, known in named:
        if given is not None and given not in known:
            yield Problem(
                "CFG100",
                "routing names what is not declared",
                path,
                seen=given,
                do=f"name one of: {', '.join(known) or 'none is declared'}",
            )
    last = next(reversed(routing.queues), None)
    if last is None or not routing.queues[last].takes_all:
        do = "let the last queue have no condition, as in general: {}"
        yield Problem("CFG101", "a contact may fit no queue", ("live", "routing", "queues"), seen=last or "no queue", do=do)
    if routing.self_service is None:
        for name, tier in tiers.items():
            if tier.self_service_first:
                do = "name its channel as live.routing.self_service"
                yield Problem("CFG102", "self-service comes first, and is nowhere", ("live", "tiers", name, "self_service_first"), do=do)
