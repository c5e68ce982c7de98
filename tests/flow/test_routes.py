"""A contact comes in: the contact centre is told where it goes, with what service, and why; nothing else is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.flow.looking import edit
from tests.flow.test_live import LIVE, Clock, clock, one, sent, track

from unequal import flow
from unequal.flow.live import open_live
from unequal.flow.routes import RouteAsked
from unequal.storage.state import TierRow
from unequal.terms.errors import IdentityError

__all__ = ["clock"]

ROUTED = """
  tiers:
    first: {words: "We answer you first.", when: "orders >= 2", wait_seconds: 20, skill: senior, host: desk}
    all: {words: "We answer.", self_service_first: true}
  tier_trial: "0"
  floors: {bereavement: {skill: care}, safety: {when: "count(cart, 1 days) >= 1"}}
  routing: {guard_seconds: 60, self_service: web, queues: {care: {floors: [bereavement, safety]}, general: {}}}
"""


@pytest.fixture
def live(company: Path, clock: Clock):
    declared = LIVE.replace('\n  tiers:\n    first: {words: "We answer you first.", when: "band = \'profitable\'"}\n', ROUTED)
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", declared.lstrip()))
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=clock) as moment:
        yield moment


def written(live) -> list[TierRow]:
    """The tiers that are remembered, once what waits is written."""
    live.state.writer.submit(lambda _: None).result()
    return live.state.tiers.members()


def test_a_contact_is_told_its_queue_its_service_and_why_in_dollars(live, clock):
    told = live.route(RouteAsked("phone", kind="crm", value="1", skill="billing", waited_seconds=15))
    assert (told["customer_id"], told["queue"], told["skills"], told["patience_seconds"], told["host"]) == (
        one(live, "1"), "general", ["billing", "senior"], 20, "desk",
    )  # fmt: skip
    assert (told["tier"], told["tier_name"], told["floors"], told["guard_at"]) == (
        "We answer you first.",
        "first",
        [],
        "2026-03-02T12:00:45Z",
    )
    row, columns = live.profiles.row(told["customer_id"]), live.profiles.columns
    assert told["contribution_12m"] == row[columns["contribution_12m"]]
    assert told["reasons"][0] == "is served as tier first"
    assert f"{told['contribution_12m']:,.2f}" in told["reasons"][1]


def test_who_is_not_known_or_may_be_several_is_served_and_nothing_of_him_is_remembered(live):
    for asking in (RouteAsked("phone"), RouteAsked("phone", "nobody"), RouteAsked("phone", kind="crm", value="no such")):
        told = live.route(asking)
        assert (told["customer_id"], told["queue"], told["tier_name"], told["offer"]["channel"]) == (None, "general", "all", "web")
        assert told["reasons"] == ["is served as tier all"]
    assert written(live) == []
    with pytest.raises(IdentityError, match="IDN020"):
        live.route(RouteAsked("phone", kind="shoe size", value="44"))


def test_the_word_of_a_floor_and_what_has_just_happened_outrank_value(live, clock):
    rich, usual = live.route(RouteAsked("phone", one(live, "1"))), live.route(RouteAsked("phone"))
    told = live.route(RouteAsked("phone", context={"bereavement": True}))
    assert usual["priority"] < rich["priority"] < told["priority"]
    assert (told["queue"], told["skills"], told["offer"], told["patience_seconds"]) == ("care", ["care"], None, 20)
    sent(live, clock, track("Cart Updated", "2", clock.now, "m1"))
    assert live.route(RouteAsked("phone", kind="crm", value="2"))["floors"] == ["safety"]


def test_the_tier_of_who_calls_is_remembered_once(live, clock):
    customer = one(live, "1")
    for _ in range(3):
        live.route(RouteAsked("phone", customer))
    assert written(live) == [TierRow(customer, "first", clock.now)]
    version = live.state.events.version(customer)
    live.route(RouteAsked("phone", customer))
    written(live)
    assert live.state.events.version(customer) == version == 1, "who is met again as he was is not written down again"


def test_routes_and_decisions_that_are_asked_for_at_once_are_answered_each(live):
    customer = one(live, "1")
    asked = [
        live.route_soon(RouteAsked("phone", customer)),
        live.decide_soon(flow.live.Asked("web", customer)),
        live.route_soon(RouteAsked("web")),
    ]
    assert [sorted({"queue", "decision_id"} & future.result().keys()) for future in asked] == [["queue"], ["decision_id"], ["queue"]]


def test_a_call_by_voice_is_a_call_by_phone_where_the_project_has_no_voice(company: Path, clock: Clock):
    declared = LIVE.replace("  channels:\n", "  channels:\n    phone: {outbound: false}\n").lstrip()
    assert "phone: {" in declared
    edit(company / "unequal.yaml", ("storage: {threads: 1}\n", declared))
    with open_live(flow.open_project(company, {"SHOP_KEY": "secret"}), clock=clock) as live:
        assert live.route(RouteAsked("voice"))["channel"] == "phone"
        assert live.route(RouteAsked("carrier pigeon"))["channel"] == "carrier pigeon"
