"""What events make of a customer: a fold over them in the order in which they happened, whatever the order in which they came."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from unequal import config, storage


@dataclass
class State:
    """A customer by his events.

    Args:
        customer_id: as he stands today.
        traits: what was said of him last, each trait for itself; a trait that was said to be null is gone. Claims of whoever sent
            them: nobody is joined to anybody by them.
        groups: the groups that he was put into, each with what was said of it last.
        happened: when things happened that the config gives a name, by that name, earliest first; naive UTC.
        last_event: the highest number among his events; 0 where there is none.
        last_at: when the last of them happened.
    """

    customer_id: str
    traits: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    happened: dict[str, list[datetime]] = field(default_factory=dict)
    last_event: int = 0
    last_at: datetime | None = None


def state_of(live: storage.state.LiveState, project: config.Project, customer_id: str, *, after: int = 0) -> State:
    """A customer's state by his events with higher numbers than `after`; an id that was merged away leads to today's."""
    rows = live.events.of_customer(customer_id, after=after)
    return fold(rows, project) if rows else State(live.events.today(customer_id))


Naming = Callable[[str, str, str | None], str | None]
"""Of an event's source, kind and name the name of ours under which it counts; None where it counts under none."""


def naming(project: config.Project) -> Naming:
    """Under which names of ours events count, as the project says now."""
    tracked = {name: source.name_of() for name, source in project.live.sources.items()}
    pages = {name: source.pages for name, source in project.live.sources.items()}

    def ours(source: str, kind: str, name: str | None) -> str | None:
        if kind in {"page", "screen"}:
            return pages.get(source)
        return tracked.get(source, {}).get(name or "") if kind == "track" else None

    return ours


def fold(rows: Iterable[storage.state.EventRow], project: config.Project) -> State:
    """The state that a customer's events make; the same for the same events in any order.

    Args:
        rows: at least one, all of one customer.
        project: whose `live.sources` say under which names events count.
    """
    ordered = sorted(rows, key=lambda row: (row.timestamp, row.source, row.message_id))
    state = State(ordered[0].customer_id)
    named = naming(project)
    for row in ordered:
        state.last_event, state.last_at = max(state.last_event, row.event_id), row.timestamp
        if row.kind in {"identify", "group"}:
            _told(state, row)
            continue
        ours = named(row.source, row.kind, row.name)
        if ours is not None:
            state.happened.setdefault(ours, []).append(row.timestamp)
    return state


def _told(state: State, row: storage.state.EventRow) -> None:
    payload = orjson.loads(row.payload)
    said = payload.get("traits") or {}
    known = state.traits if row.kind == "identify" else state.groups.setdefault(str(payload["groupId"]), {})
    for trait, value in said.items():
        known[trait] = value
        if value is None:
            del known[trait]
