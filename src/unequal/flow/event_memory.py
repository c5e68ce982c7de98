"""What happened to customers, held in memory: read again only when something happened, and then only what is new."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from unequal.flow import deciding
from unequal.treatments import shapes

if TYPE_CHECKING:
    from unequal import storage
    from unequal.flow.customer_events import Naming
    from unequal.flow.profiles import Profiles

_HOT: Final = 20_000
"""Customers that are remembered."""
_LATEST, _OF_EACH = 20, 5
"""Events that are told one by one, and how many of one name, so that looks at products do not crowd out a call."""

_Run = tuple[str, int]


class Heard(NamedTuple):
    """An event that the run does not tell: when it happened, the name under which it counts, and who sent it."""

    at: datetime
    event: str
    source: str


class Known(NamedTuple):
    """What happened to a customer up to an event's number, and the names by which sources knew him before he was known.

    `heard` are the latest events that the run does not tell, latest first.
    """

    happened: shapes.Happened
    names: tuple[str, ...]
    last_event: int
    heard: tuple[Heard, ...] = ()


class EventMemory:
    """What happened to customers, by the published run and the events since. Safe for threads.

    Args:
        profiles: of the run that is published.
        state: which holds the events.
        named: under which names events count.
    """

    def __init__(self, profiles: Profiles, state: storage.state.LiveState, named: Naming) -> None:
        self._profiles, self._events, self._named = profiles, state.events, named
        self._held: OrderedDict[str, tuple[int, _Run, Known]] = OrderedDict()
        self._busy = Lock()

    def known(self, customer_id: str, version: int) -> Known:
        """What happened to a customer in a version of his, or to what a source calls somebody."""
        return self.known_each([(customer_id, version)])[0]

    def known_each(self, whom: Sequence[tuple[str, int]]) -> list[Known]:
        """The same of several, each with his version, in their order; what is not known yet is read at once."""
        run = self._profiles.version
        held = [self._held.get(customer_id) for customer_id, _ in whom]
        known = [one[2] if one is not None and one[:2] == (version, run) else None for one, (_, version) in zip(held, whom, strict=True)]
        missing = [one for one, its in zip(whom, known, strict=True) if its is None]
        learnt = iter(self._learn(missing, run) if missing else ())
        return [one if one is not None else next(learnt) for one in known]

    def still(self, customer_id: str, version: int, after: int) -> None:
        """Nothing happened to a customer between two versions that an event tells of."""
        found = self._held.get(customer_id)
        if found is not None and found[0] == version:
            self._remember(customer_id, after, found[1], found[2])

    def told_of(self, customer_id: str, known: Known, at: datetime) -> dict[str, Any]:
        """What sources told of a customer up to a moment and the run does not: how often each event, and the latest of them."""
        before = self._profiles.happened(customer_id)
        since = {
            event: bisect_right(times, at) - bisect_right(before.get(event, ()), at) for event, times in known.happened.moments.items()
        }
        return {
            "counts": {event: since[event] for event in sorted(since) if since[event] > 0},
            "latest": [{"event": one.event, "source": one.source, "at": one.at} for one in known.heard if one.at <= at],
        }

    def _learn(self, whom: Sequence[tuple[str, int]], run: _Run) -> list[Known]:
        names = self._events.names_each([customer_id for customer_id, _ in whom])
        before = [self._before(customer_id, run, his) for (customer_id, _), his in zip(whom, names, strict=True)]
        asked = [
            ((customer_id, *his) if deciding.is_visitor(customer_id) else his, known.last_event if known else 0)
            for (customer_id, _), his, known in zip(whom, names, before, strict=True)
        ]
        learnt = []
        for (customer_id, version), his, known, events in zip(whom, names, before, self._events.times_each(asked), strict=True):
            heard = self._heard(customer_id, events)
            happened = self._happened(customer_id, heard, known.happened if known else None)
            last_event = max((event.event_id for event in events), default=known.last_event if known else 0)
            learnt.append(Known(happened, his, last_event, _latest([*heard, *known.heard] if known else heard)))
            self._remember(customer_id, version, run, learnt[-1])
        return learnt

    def _before(self, customer_id: str, run: _Run, names: tuple[str, ...]) -> Known | None:
        """What was known of a customer under the same names; with these it changes whose an event is, and numbers of events only rise."""
        held = self._held.get(customer_id)
        return held[2] if held is not None and held[1] == run and held[2].names == names else None

    def _heard(self, customer_id: str, events: Iterable[storage.state.EventTime]) -> list[Heard]:
        """Of events those that count under a name of ours; what the run tells already is not told twice."""
        told, found = self._profiles.happened(customer_id), []
        for event in events:
            ours = self._named(event.source, event.kind, event.name)
            if ours is not None and (not told or event.timestamp > self._profiles.known_until(ours)):
                found.append(Heard(event.timestamp, ours, event.source))
        return found

    def _happened(self, customer_id: str, heard: Iterable[Heard], before: shapes.Happened | None) -> shapes.Happened:
        """What the run tells of a customer, and events since."""
        known = self._profiles.happened(customer_id) if before is None else before.moments
        found: dict[str, list[datetime]] = {}
        for one in heard:
            found.setdefault(one.event, []).append(one.at)
        return shapes.Happened({**known, **{event: tuple(sorted([*known.get(event, ()), *times])) for event, times in found.items()}})

    def _remember(self, customer_id: str, version: int, run: _Run, known: Known) -> None:
        with self._busy:
            self._held[customer_id] = (version, run, known)
            self._held.move_to_end(customer_id)
            while len(self._held) > _HOT:
                self._held.popitem(last=False)


def _latest(heard: Iterable[Heard]) -> tuple[Heard, ...]:
    """The latest events, and of each name no more than a few; latest first."""
    seen: Counter[str] = Counter()
    found = []
    for one in sorted(heard, reverse=True):
        seen[one.event] += 1
        if seen[one.event] <= _OF_EACH:
            found.append(one)
    return tuple(found[:_LATEST])
