"""What is held in memory of what happened to customers is what is read anew, whatever came in between."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.flow.test_live import NOON, clock, live, one, sent, track

from unequal.flow import customer_events
from unequal.flow.event_memory import EventMemory
from unequal.flow.live import Asked

__all__ = ["clock", "live"]

STEPS = 120
VISITORS = ("v1", "v2")


def memory(live) -> EventMemory:
    return EventMemory(live.profiles, live.state, customer_events.naming(live.project.config))


def something(chance: random.Random, number: int, users: list[str]) -> dict:
    """An order, a cart or a look, by a user or a visitor, before or after others; or a visitor who is said to be a user."""
    at = NOON - timedelta(minutes=chance.randrange(600))
    visitor, user, message = chance.choice(VISITORS), chance.choice(users), f"m{number}"
    if chance.random() < 0.08:
        return {"type": "identify", "userId": user, "anonymousId": visitor, "messageId": message, "timestamp": f"{at.isoformat()}Z"}
    event = track(chance.choice(["Order Completed", "Cart Updated", "Looked"]), user, at, message)
    return event if chance.random() < 0.6 else {**event, "userId": None, "anonymousId": visitor}


def test_what_is_remembered_event_by_event_is_what_is_read_anew(live, clock):
    """Two customers, somebody who is no customer, and two visitors who turn out to be one of them, or of whom nobody knows who they are."""
    held, chance = memory(live), random.Random(7)
    users = ["1", "2", "nobody"]
    whom = [one(live, "1"), one(live, "2"), "user:shop:nobody", *(f"anonymous:shop:{visitor}" for visitor in VISITORS)]
    seen = set()
    for number in range(STEPS):
        sent(live, clock, *(something(chance, 3 * number + extra, users) for extra in range(chance.randrange(1, 4))))
        for customer in {live.today(each) or each for each in whom}:
            version = live.state.events.version(customer)
            known = held.known(customer, version) if chance.random() < 0.5 else held.known_each([("c_nobody", 0), (customer, version)])[1]
            assert known == memory(live).known(customer, version)
            seen.add((known.names, tuple(sorted(known.happened.moments))))
    assert len({names for names, _ in seen}) > 3, "visitors turned out to be somebody in between"
    assert any(len(moments) > 1 for _, moments in seen)


def test_a_decision_itself_lets_nothing_be_read_again(live, clock):
    held, customer = memory(live), one(live, "1")
    sent(live, clock, track("Order Completed", "1", NOON, "m"))
    version = live.state.events.version(customer)
    known = held.known(customer, version)
    held.still(customer, version, version + 1)
    assert held.known(customer, version + 1) is known
    held.still(customer, version, version + 2)
    assert held.known(customer, version + 2) is not known


def test_events_that_the_run_does_not_tell_are_told_latest_first_and_what_it_tells_is_not_told_twice(live, clock):
    """The run's tables tell orders until 1 February 2026; of carts they tell nothing."""
    customer, until = one(live, "1"), live.profiles.known_until("order")
    orders = [track("Order Completed", "1", at, f"o{at}") for at in (until, NOON - timedelta(hours=1))]
    sent(live, clock, *orders, track("Cart Updated", "1", until - timedelta(days=9), "c"), track("Looked", "1", NOON, "l"))
    told, decided = live.profile(customer), live.moment(Asked("web", customer), NOON, live.policies.active()).profile.happened
    assert told["events"] == {
        "counts": {"cart": 1, "order": 1},
        "latest": [
            {"event": "order", "source": "shop", "at": NOON - timedelta(hours=1)},
            {"event": "cart", "source": "shop", "at": until - timedelta(days=9)},
        ],
    }
    # What a rule counts is what the run tells and what is told beside it.
    assert len(decided.times("order")) == told["orders"]["orders"] + told["events"]["counts"]["order"] == 3


def test_what_happens_often_does_not_crowd_out_what_happened_once_and_what_is_ahead_waits(live, clock):
    carts = [track("Cart Updated", "2", NOON - timedelta(minutes=minutes), f"c{minutes}") for minutes in range(-5, 30)]
    sent(live, clock, track("Order Completed", "2", NOON - timedelta(days=1), "o"), *carts)
    clock.now += timedelta(minutes=5)
    told = live.profile(one(live, "2"))["events"]
    assert told["counts"] == {"cart": 35, "order": 1}
    assert [event["event"] for event in told["latest"]] == [*["cart"] * 5, "order"]
    clock.now -= timedelta(minutes=3)
    told = live.profile(one(live, "2"))["events"]
    assert (told["counts"]["cart"], told["latest"][0]["at"]) == (32, clock.now)


def test_of_somebody_who_is_no_customer_it_is_told_what_happened_too(live, clock):
    sent(live, clock, track("Cart Updated", "nobody", NOON, "c"))
    told = live.profile("user:shop:nobody")
    assert (told["kind"], told["events"]["counts"], told["events"]["latest"][0]["at"]) == ("visitor", {"cart": 1}, NOON)
