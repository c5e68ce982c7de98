"""However events are grouped into batches, the same becomes of each, and the same of whom they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.flow.events import identify, opened, send, told, track
from tests.storage.conftest import state_url

from unequal.storage.state import LiveState

__all__ = ["state_url"]

USERS, VISITORS, MESSAGES = ("u1", "u2"), ("v1", "v2"), ("a", "b", "c", "d", "e")
_number = count()


@pytest.fixture
def live(state_url: str) -> Iterator[LiveState]:
    with opened(state_url) as live:
        yield live


def alias(message_id: str, user: str, visitor: str) -> dict[str, Any]:
    """A visitor who went by another name before."""
    return {"type": "alias", "userId": user, "previousId": visitor, "messageId": message_id}


def nameless(message_id: str) -> dict[str, Any]:
    """What can only be quarantined: it names nobody."""
    return {"type": "track", "event": "Order Completed", "userId": "null", "messageId": message_id}


message, user, visitor = st.sampled_from(MESSAGES), st.sampled_from(USERS), st.sampled_from(VISITORS)
SENT = st.one_of(
    st.builds(lambda name, who, total: track(name, userId=who, properties={"total": total}), message, user, st.integers(1, 2)),
    st.builds(lambda name, who: track(name, userId=None, anonymousId=who), message, visitor),
    st.builds(identify, message, user, visitor),
    st.builds(alias, message, user, visitor),
    st.builds(nameless, message),
    st.just("no event"),
)
CUTS = st.sets(st.integers(1, 11))


def here(event: Any, place: str) -> Any:
    """An event with ids of its own place: what happens in another one does not concern it."""
    if not isinstance(event, dict):
        return event
    named = {name: f"{place}-{event[name]}" for name in ("userId", "anonymousId", "previousId") if event.get(name) not in (None, "null")}
    return {**event, **named, "messageId": f"{place}-{event['messageId']}"}


def became(live: LiveState, events: list[Any], cuts: set[int]) -> dict[str, Any]:
    """What became of events that are sent in batches which begin at `cuts`, and of those whom they name."""
    place = f"p{next(_number)}"
    edges = [0, *sorted(cut for cut in cuts if cut < len(events)), len(events)]
    before = live.events.last()
    answers = [word for begin, end in pairwise(edges) for word in told(send(live, [here(event, place) for event in events[begin:end]]))]
    plain = {f"{kind}:shop:{place}-{name}": name for kind, names in (("user", USERS), ("anonymous", VISITORS)) for name in names}
    kept = live.events.after(before)
    assert all(live.events.version(customer) > 0 for customer in {row.customer_id for row in kept})
    assert {row.message_id: row.customer_id for row in kept} == {
        row.message_id: row.customer_id for name in {row.customer_id for row in kept} for row in live.events.of_customer(name)
    }
    quarantined = live.events.quarantined(source="shop", at_once=10_000)
    return {
        "answers": answers,
        "events": [(row.message_id.partition("-")[2], row.kind, plain[row.customer_id]) for row in kept],
        "leads to": {name: plain[live.events.today(customer)] for customer, name in plain.items()},
        "disputed": [name for name in VISITORS if live.events.is_disputed("shop", f"{place}-{name}")],
        "quarantined": sorted(
            (row.message_id.partition("-")[2], row.reason) for row in quarantined if (row.message_id or "").startswith(f"{place}-")
        ),
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=st.lists(SENT, min_size=1, max_size=12), cuts=CUTS)
@example(events=[identify("a", "u1", "v1"), identify("b", "u2", "v1"), track("c", userId=None, anonymousId="v1")], cuts={1, 2})
@example(events=[track("a", userId="u1"), track("a", userId="u1"), track("a", userId="u2"), nameless("b"), "no event"], cuts={2})
@example(events=[track("a", userId=None, anonymousId="v1"), alias("b", "u1", "v1"), alias("b", "u2", "v1")], cuts={1})
def test_events_one_by_one_in_groups_and_all_at_once_come_to_the_same(live: LiveState, events: list[Any], cuts: set[int]) -> None:
    one_by_one = became(live, events, set(range(1, len(events))))
    assert became(live, events, cuts) == one_by_one
    assert became(live, events, set()) == one_by_one
