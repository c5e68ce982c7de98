"""The section `live`: who sends events of customers as they happen, and what is taken from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag

from unequal.config.addresses import reference_to
from unequal.config.model import Name, Section, WholeNumber, shape_of
from unequal.config.moments import Moments
from unequal.config.problems import KeyPath, Problem, shown
from unequal.config.routing import Routing, problems_of_routing
from unequal.config.sign_in import SignIn, problems_of_sign_in
from unequal.config.webhooks import Webhook, problems_of_webhooks

_TrackName = Annotated[str, Field(min_length=1, max_length=255)]
_Path = Annotated[str, Field(min_length=1, max_length=255)]
_TrackNames = Annotated[
    Annotated[_TrackName, Tag("text")] | Annotated[tuple[_TrackName, ...], Field(min_length=1), Tag("list")],
    Discriminator(shape_of, custom_error_type="shape", custom_error_message="the name of an event, or a list of names"),
]

LARGEST_EVENT_KB: Final = 32
LARGEST_BATCH_KB: Final = 500
MOST_EVENTS: Final = 2500


class UsersAre(Section):
    """Whose the user ids of a source of events are."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"source": "crm"}]})

    source: Name = Field(description="The source whose records they are, by the id that it gives them.")


class EventSource(Section):
    """Whoever sends events: a website, an app, a server."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"write_key": "env:SHOP_WRITE_KEY", "verified": True, "user_id": {"source": "crm"},
                 "events": {"order": "Order Completed", "call": ["Call Started", "Call Received"]}}
            ]
        }
    )  # fmt: skip

    write_key: Annotated[str, AfterValidator(reference_to("a write key"))] = Field(
        description="env:NAME of a variable, or file:PATH of a file, that holds the key which it sends with its events."
    )
    verified: bool = Field(
        False,
        description="Whether its word that a visitor is a user is believed: only where it cannot be sent by just anybody, as from a server "
        "after a login. Otherwise what an anonymous visitor did is never joined to a user.",
    )
    user_id: UsersAre | None = Field(None, description="Whose records its user ids name; nobody's by default.")
    events: dict[Name, _TrackNames] = Field(
        default_factory=dict, description="Under which name of ours a tracked event counts, as rules use it: order: Order Completed."
    )
    context: dict[Name, _Path] = Field(
        default_factory=dict,
        description="What its events say of the moment, for rules and messages of the policies that they set off: a name of `live.context`, and the "
        "property of the event that says it, as in cart_value: value; with dots into a property of a property.",
    )
    pages: Name | None = Field(None, description="Under which name of ours a page or a screen that was seen counts; none by default.")

    def name_of(self) -> dict[str, str]:
        """Our name of each tracked event that has one."""
        return {theirs: ours for ours, some in self.events.items() for theirs in ((some,) if isinstance(some, str) else some)}


class EventLimits(Section):
    """How much is taken at once; more is refused, and nothing of it is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"event_kb": 16, "batch_events": 500, "ahead_hours": 1}]})

    event_kb: WholeNumber = Field(LARGEST_EVENT_KB, ge=1, le=LARGEST_EVENT_KB, description="KB (1,024 bytes) of one event.")
    batch_kb: WholeNumber = Field(LARGEST_BATCH_KB, ge=1, le=LARGEST_BATCH_KB, description="KB (1,024 bytes) of a batch.")
    batch_events: WholeNumber = Field(MOST_EVENTS, ge=1, le=MOST_EVENTS, description="Events in a batch.")
    ahead_hours: WholeNumber = Field(
        24, ge=0, le=24 * 366, description="By how many hours an event may lie ahead of our clock; one further ahead is quarantined."
    )


class Live(Moments):
    """The moment of contact: what reaches us as it happens."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"sources": {"shop": {"write_key": "env:SHOP_WRITE_KEY", "verified": True, "user_id": {"source": "crm"},
                                      "events": {"order": "Order Completed"}}}}
            ]
        }
    )  # fmt: skip

    sources: dict[Name, EventSource] = Field(default_factory=dict, description="Who sends events, each under a name.")
    event_limits: EventLimits = Field(EventLimits(), description="How much is taken at once.")
    webhooks: dict[Name, Webhook] = Field(
        default_factory=dict, description="Systems that are sent what was decided, each under a name: the only addresses that are sent to."
    )
    tell_owners: Name | None = Field(
        None, description="The webhook that is told when a policy was stopped because it loses; by default a file of .unequal/delivered/."
    )
    routing: Routing = Field(
        Routing(), description="In which order contacts are answered, by whom, and what is offered in the place of waiting."
    )
    sign_in: SignIn | None = Field(
        None, description="The company's directory, by which people sign in; by passwords of our own alone, by default."
    )


def problems_of_live(live: Live) -> Iterator[Problem]:
    """Two senders with one key, an event that counts under two names, one that says what nobody declared, and what is delivered to nowhere."""
    yield from problems_of_webhooks(live.channels, live.webhooks)
    yield from problems_of_sign_in(live.sign_in)
    yield from problems_of_routing(live.routing, live.tiers, live.channels)
    if live.tell_owners is not None and live.tell_owners not in live.webhooks:
        known = ", ".join(live.webhooks) or "none is declared"
        yield Problem(
            "CFG085",
            "owners are told by a webhook that is not declared",
            ("live", "tell_owners"),
            seen=live.tell_owners,
            do=f"name one of: {known}",
        )
    page = live.agent_page
    if "channel" in page.model_fields_set and page.channel not in live.channels:
        known = ", ".join(live.channels) or "none is declared"
        where = ("live", "agent_page", "channel")
        yield Problem("CFG094", "agents answer on a channel that is not declared", where, seen=page.channel, do=f"name one of: {known}")
    keys: dict[str, str] = {}
    for name, source in live.sources.items():
        at: KeyPath = ("live", "sources", name)
        if (other := keys.setdefault(source.write_key, name)) != name:
            do = "give each source a key of its own: by its key we know who sends"
            yield Problem("CFG080", "two sources of events have one write key", (*at, "write_key"), seen=f"{other}, {name}", do=do)
        for said in source.context.keys() - live.context.keys():
            do = "declare it in live.context, with its type"
            yield Problem("CFG083", "events say what live.context does not declare", (*at, "context", said), seen=said, do=do)
        counted: dict[str, str] = {}
        for ours, theirs in source.events.items():
            for event in (theirs,) if isinstance(theirs, str) else theirs:
                if (before := counted.setdefault(event, ours)) != ours:
                    do = "name it once"
                    yield Problem("CFG081", f"an event counts under {before} already", (*at, "events", ours), seen=shown(event), do=do)
