"""Whose an event is: by its handle, as records stand today; never by an unverified claim; the same in any order of arrival."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.flow.events import NOON, PROJECT, identify, opened, send, track, written
from tests.storage.conftest import state_url
from tests.storage.states import DAY, difference, run

from unequal import storage
from unequal.flow.customer_events import State, fold, state_of
from unequal.storage.state import Action, LiveState, Move

__all__ = ["state_url"]

ACTED = datetime(2026, 1, 6)


@pytest.fixture
def live(state_url: str) -> Iterator[LiveState]:
    with opened(state_url) as live:
        yield live


def ids(live: LiveState, customer: str) -> list[str]:
    """The events of a customer; by his names they are the same."""
    rows, today = live.events.of_customer(customer), live.events.today(customer)
    (times,) = live.events.times_each([([today, *live.events.names(today)], 0)])
    assert sorted(times) == sorted((row.event_id, row.source, row.kind, row.name, row.timestamp) for row in rows)
    return [row.message_id for row in rows]


def test_a_user_of_a_declared_source_is_its_record_and_goes_where_the_record_goes(state_url: str, live: LiveState) -> None:
    send(live, [track("before", at=NOON - timedelta(hours=1))])
    assert live.events.customer_of("shop", user="1") == "user:shop:1"
    with storage.open_state(state_url) as state:
        state.publish(run("r1"), difference(("founded", "1", None, "c_1"), ("founded", "2", None, "c_2")))
        send(live, [track("a"), track("b", userId="2", at=NOON + timedelta(seconds=1)), track("x", source="app", userId="9")])
        assert (ids(live, "c_1"), ids(live, "c_2"), ids(live, "user:shop:1")) == (["before", "a"], ["b"], ["before", "a"])
        merge = Action("merge", "ann", "one person", ACTED, "r1")
        state.act(merge, moves=[Move("merged", "crm", "2", "c_2", "c_1")], redirects={"c_2": "c_1"}, day=DAY)
        assert ids(live, "c_1") == ids(live, "c_2") == ["before", "a", "b"]
        state.undo(author="ann", reason="two after all", given_at=ACTED)
        assert (ids(live, "c_1"), ids(live, "c_2")) == (["before", "a"], ["b"])
        split = Action("unmerge", "ann", "two persons", ACTED, "r1", number=2)
        state.act(split, moves=[Move("split", "crm", "1", "c_1", "c_3")], day=DAY)
        assert ids(live, "c_3") == ["before", "a"]
        send(live, [track("c", at=NOON + timedelta(hours=1))])
        assert {row.message_id: row.customer_id for row in live.events.after(0)} == {
            "before": "c_3", "a": "c_3", "b": "c_2", "c": "c_3", "x": "user:shop:9"}  # fmt: skip
        assert live.events.version("c_3") == 1


def test_a_user_or_a_visitor_who_is_to_be_erased_is_the_whole_customer(state_url: str, live: LiveState) -> None:
    with storage.open_state(state_url) as state, storage.state.open_erasing(state_url) as erasing:
        state.publish(run("r1"), difference(("founded", "1", None, "c_1"), ("founded", "2", None, "c_1"), ("founded", "3", None, "c_3")))
        send(live, [track("own"), identify("login", "2", "v1"), identify("new", "9", "v9"), track("other", userId=None, anonymousId="v8")])
        whole = erasing.person("c_1")
        assert whole.records == {("crm", "1"), ("crm", "2")}
        assert {handle[1:] for handle in whole.handles} == {("shop", "user", "1"), ("shop", "user", "2"), ("shop", "anonymous", "v1")}
        for name in ("user:shop:1", "user:shop:2", "anonymous:shop:v1"):
            assert erasing.person(name) == whole
        user = erasing.person("user:shop:9")
        assert (user.records, user.ids) == (frozenset(), {"user:shop:9", "anonymous:shop:v9"})
        assert erasing.person("anonymous:shop:v9") == user
        assert erasing.person("anonymous:shop:v8").ids == {"anonymous:shop:v8"}


def test_a_config_that_declares_users_later_holds_for_those_that_came_before(state_url: str) -> None:
    with storage.open_state(state_url) as state, storage.state.open_live(state_url) as live:
        state.publish(run("r1"), difference(("founded", "1", None, "c_1")))
        send(live, [track("a")], source="app")
        assert ids(live, "user:app:1") == ["a"]
        live.events.declare([storage.state.Sender("app", verified=True, users_are="crm")])
        assert ids(live, "c_1") == ids(live, "user:app:1") == ["a"]
        live.events.declare([storage.state.Sender("app", verified=True)])
        assert ids(live, "c_1") == []


def test_a_visitor_is_the_user_that_a_verified_source_says_and_so_is_what_he_did_before(live: LiveState) -> None:
    send(live, [track("seen", userId=None, anonymousId="v1"), track("own")])
    assert ids(live, "user:shop:1") == ["own"]
    send(live, [identify("login", "1", "v1")])
    assert ids(live, "user:shop:1") == ids(live, "anonymous:shop:v1") == ["login", "own", "seen"]
    assert live.events.today("anonymous:shop:v1") == live.events.customer_of("shop", anonymous="v1") == "user:shop:1"


def test_an_alias_joins_a_visitor_like_an_identify_and_never_two_users(live: LiveState) -> None:
    alias = {"type": "alias", "previousId": "v1", "userId": "1", "messageId": "m"}
    send(
        live, [track("seen", userId=None, anonymousId="v1"), alias, alias | {"previousId": "2", "messageId": "n"}, track("two", userId="2")]
    )
    assert ids(live, "user:shop:1") == ["seen", "m", "n"]
    assert ids(live, "user:shop:2") == ["two"]


@pytest.mark.parametrize("kind", ["track", "page", "group"])
def test_only_identify_and_alias_say_who_a_visitor_is(live: LiveState, kind: str) -> None:
    send(live, [track("seen", userId=None, anonymousId="v1"), track("both", type=kind, groupId="g", anonymousId="v1")])
    assert ids(live, "anonymous:shop:v1") == ["seen"]


def test_an_unverified_source_joins_nobody(live: LiveState) -> None:
    mail = {"traits": {"email": "ann@example.org"}}
    send(
        live,
        [track("seen", userId=None, anonymousId="v1"), identify("claim", "1", "v1", **mail), identify("other", "2", "v2", **mail)],
        source="site",
    )
    assert ids(live, "anonymous:site:v1") == ["seen"]
    assert ids(live, "user:site:1") == ["claim"]
    assert ids(live, "user:site:2") == ["other"]


def test_a_visitor_claimed_for_two_users_is_nobodys_in_either_order(live: LiveState) -> None:
    for first, second, visitor in (("1", "2", "v1"), ("2", "1", "v2")):
        send(live, [track(f"seen {visitor}", userId=None, anonymousId=visitor), identify(f"{visitor} a", first, visitor)])
        before = live.events.version(f"user:shop:{first}")
        send(live, [identify(f"{visitor} b", second, visitor)])
        assert live.events.version(f"user:shop:{first}") > before, "he has lost what the visitor did"
        send(live, [identify(f"{visitor} c", first, visitor)])
        assert live.events.is_disputed("shop", visitor)
        assert ids(live, f"anonymous:shop:{visitor}") == [f"seen {visitor}"]
    assert ids(live, "user:shop:1") == ["v1 a", "v1 c", "v2 b"]


def test_an_event_of_a_user_is_his_whoever_else_used_the_device(live: LiveState) -> None:
    send(live, [identify("a", "1", "v1"), identify("b", "2", "v1"), track("c", userId="2", anonymousId="v1")])
    assert ids(live, "user:shop:2") == ["b", "c"]


def test_the_state_of_a_customer_is_what_was_said_last_by_when_it_happened(live: LiveState) -> None:
    later = NOON + timedelta(minutes=5)
    send(live, [
        identify("b", "1", "v1", traits={"plan": "gold", "city": "Ulm"}) | {"timestamp": written(later)},
        identify("a", "1", "v1", traits={"plan": "basic", "language": "de"}),
        track("o2", at=later), track("o1"), track("other", event="Looked"),
        {"type": "group", "userId": "1", "groupId": "acme", "messageId": "g", "timestamp": written(NOON), "traits": {"staff": 12}},
    ], at=later)  # fmt: skip
    state = state_of(live, PROJECT, "user:shop:1")
    assert state.traits == {"plan": "gold", "city": "Ulm", "language": "de"}
    assert state.happened == {"order": [NOON, later]}
    assert state.groups == {"acme": {"staff": 12}}
    assert (state.customer_id, state.last_event, state.last_at) == ("user:shop:1", live.events.last(), later)


def test_a_trait_that_is_taken_back_is_gone(live: LiveState) -> None:
    send(live, [identify("a", "1", "v1", traits={"plan": "gold"}), identify("b", "1", "v1", traits={"plan": None})])
    assert state_of(live, PROJECT, "user:shop:1").traits == {}


ORDERS = 1_000
HOURS = 48


def life(name: str) -> list[dict[str, object]]:
    """Ten things that somebody did within four days, the times true: two visitors that are him, and one who is disputed."""
    at = [NOON + timedelta(hours=11 * number) for number in range(10)]
    user = f"u{name}"
    return [
        track(f"{name}-0", at=at[0], userId=None, anonymousId=f"{name}-v"), track(f"{name}-1", at=at[1], userId=user),
        identify(f"{name}-2", user, f"{name}-v", traits={"plan": "basic", "at": 2}) | {"timestamp": written(at[2])},
        identify(f"{name}-3", user, f"{name}-w", traits={"plan": "gold"}) | {"timestamp": written(at[3])},
        track(f"{name}-4", at=at[4], userId=None, anonymousId=f"{name}-w"), track(f"{name}-5", at=at[5], userId=None, anonymousId=f"{name}-x"),
        identify(f"{name}-6", user, f"{name}-x", traits={"at": 6}) | {"timestamp": written(at[6])},
        identify(f"{name}-7", f"{user}-other", f"{name}-x", traits={"at": 7}) | {"timestamp": written(at[7])},
        {"type": "group", "userId": user, "groupId": "acme", "messageId": f"{name}-8", "timestamp": written(at[8]), "traits": {"staff": 1}},
        {"type": "group", "userId": user, "groupId": "acme", "messageId": f"{name}-9", "timestamp": written(at[8]), "traits": {"staff": 2}},
    ]  # fmt: skip


def test_any_order_of_arrival_and_any_clock_give_the_same_state(live: LiveState) -> None:
    """Each order is another customer's: the same life, in another order, by clocks up to two days off, up to two days late."""
    chance = random.Random(1)
    arriving = []
    for order in range(ORDERS):
        events = life(str(order))
        chance.shuffle(events)
        for rank, event in enumerate(events):
            true = datetime.fromisoformat(str(event["timestamp"])).replace(tzinfo=None)
            sent = true + timedelta(hours=chance.uniform(0, HOURS))
            skew = timedelta(hours=chance.uniform(-HOURS, HOURS))
            arriving.append((rank, sent, event | {"timestamp": written(true + skew), "sentAt": written(sent + skew)}))
    latest = max(sent for _, sent, _ in arriving)
    for rank in range(10):
        # One batch has one time of receiving, so each event is sent as much later as its batch is received later.
        batch = [(sent, event) for at, sent, event in arriving if at == rank]
        messages = []
        for sent, event in batch:
            clock = datetime.fromisoformat(str(event["sentAt"])).replace(tzinfo=None)
            messages.append(event | {"sentAt": written(clock + (latest - sent))})
        send(live, messages, at=latest)
    states: set[str] = set()
    for order in range(ORDERS):
        states |= {shape(live, f"user:shop:u{order}", order), shape(live, f"user:shop:u{order}-other", order)}
    assert len(states) == 2


def shape(live: LiveState, customer: str, order: int) -> str:
    """A customer's state and events, without the name of the order."""
    rows = live.events.of_customer(customer)
    state = fold(rows, PROJECT)
    kept = (state.traits, state.groups, state.happened, state.last_at, [(row.message_id.partition("-")[2], row.timestamp) for row in rows])
    return repr(kept)


def test_somebody_of_whom_nothing_is_known_has_an_empty_state(live: LiveState) -> None:
    assert state_of(live, PROJECT, "c_unknown") == State("c_unknown")


def test_of_several_customers_at_once_each_is_told_what_came_after_what_he_is_known_by(live: LiveState) -> None:
    assert live.events.times_each([]) == []
    users = [str(number) for number in range(1, 1_201)]
    send(live, [track(f"{user} {at}", userId=user) for user in users[:600] for at in range(2)])
    send(live, [track(f"{user} {at}", userId=user) for user in users[600:] for at in range(2)])
    everything = live.events.times_each([([f"user:shop:{user}"], 0) for user in users])
    assert [[event.event_id for event in some] for some in map(sorted, everything)] == [[2 * at + 1, 2 * at + 2] for at in range(1_200)]
    some = live.events.times_each([(["user:shop:1", "user:shop:2"], 3), ([], 0), (["user:shop:2"], 4), (["user:shop:nobody"], 0)])
    assert [[event.event_id for event in one] for one in some] == [[4], [], [], []]


def test_a_customer_has_the_names_by_which_sources_knew_him_and_none_of_somebody_elses(state_url: str) -> None:
    with storage.open_state(state_url) as state, opened(state_url) as live:
        assert live.events.names("c_1") == ()
        send(live, [track("seen", userId=None, anonymousId="v1"), track("other", userId="2"), track("own")])
        assert (live.events.names("c_1"), live.events.names("user:shop:1")) == ((), ())
        send(live, [identify("login", "1", "v1")])
        assert live.events.names("user:shop:1") == ("anonymous:shop:v1",)
        state.publish(run("r1"), difference(("founded", "1", None, "c_1"), ("founded", "2", None, "c_2")))
        assert (live.events.names("c_1"), live.events.names("c_2")) == (("anonymous:shop:v1", "user:shop:1"), ("user:shop:2",))
        send(live, [identify("again", "2", "v1")])
        assert (live.events.names("c_1"), live.events.names("anonymous:shop:v1")) == (("user:shop:1",), ())
