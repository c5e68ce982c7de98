"""Service by value: won back, steered, kept, sold to, called back and parted with; each with a customer who must not have it."""

from __future__ import annotations

import dataclasses
import re
from datetime import datetime, timedelta
from typing import Any

from tests.playbook.conftest import Make
from tests.playbook.moments import Scene, some

from unequal.flow.routes import RouteAsked
from unequal.treatments.playbook import plays

CALLS = (40, 30, 20, 0)
"""How many days ago somebody called."""


def whom(messages: list[dict[str, Any]]) -> list[str]:
    """Who was reached, in order."""
    return sorted(one["customer_id"] for one in messages)


def first(people: list[tuple[str, str]], on: Scene, **bounds: tuple[float, float]) -> tuple[str, str]:
    """The first of some people whose columns lie within bounds, the upper one outside."""
    for who, record in people:
        if all((known := on.told(who, name)) is not None and low <= known < high for name, (low, high) in bounds.items()):
            return who, record
    raise AssertionError(f"nobody lies within {bounds}")


def test_who_was_worth_having_is_won_back_and_not_who_cost_more_than_he_brought(scene: Make) -> None:
    name = "win_back_profitable"
    on = scene(name)
    lost = list(on.customers("shop_customers", name, is_lost=True, has_contract=False))
    worth = [who for who, _ in lost if on.told(who, "brought") >= 100 and on.told(who, "lost_reason") != "MOVED"]
    who = max(worth, key=lambda one: on.told(one, "lost_on"))
    day = on.told(who, "lost_on") + timedelta(days=30)
    on.now = datetime(day.year, day.month, day.day, 12)
    for one, _ in lost:
        on.consents(one)
    cheap = [one for one, _ in lost if on.told(one, "brought") < 100]
    assert cheap
    assert on.passes(hours=1) == []
    reached = whom(on.passes(hours=5))
    assert who in reached
    assert not set(reached) & set(cheap)
    silent = min(cheap, key=lambda one: on.told(one, "brought"))
    assert on.fell(on.asks(silent, "email"), name) == "not_its_moment", "nothing but the day sets it off"


def test_who_ordered_since_is_not_asked_to_come_back(scene: Make) -> None:
    """Two who were lost in the last days of the base, so that the order is one that the run does not know of; for less than a hundred dollars."""
    name = "win_back_profitable"
    on = scene(name)
    ready = plays()[name]
    on.now = datetime(2026, 1, 5)
    on.approve(dataclasses.replace(ready, text=ready.text.replace("brought >= 100", "brought >= 10")))
    lost = [one for one in on.customers("web_users", name, is_lost=True, has_contract=False) if (on.told(one[0], "brought") or 0) >= 10]
    late = sorted((one for one in lost if on.told(one[0], "lost_reason") != "MOVED"), key=lambda one: on.told(one[0], "lost_on"))[-2:]
    (silent, _), (back, as_back) = late
    reached: list[str] = []
    for who in (silent, back):
        on.consents(who)
        day = on.told(who, "lost_on") + timedelta(days=30)
        on.now = datetime(day.year, day.month, day.day, 12)
        on.sends("web", as_back, "Order Completed", at=on.now - timedelta(days=2))
        reached += whom(on.passes(hours=6))
    assert reached == [silent]


def test_whose_calls_cost_most_is_shown_the_portal_and_nobody_under_a_floor_or_with_an_open_case(scene: Make) -> None:
    name = "steer_to_self_service"
    on = scene(name)
    people = some(4, on.customers("shop_customers", name, is_purchaser=True, band_is_stable=True))
    (calls, _), (_, as_helped), (_, as_complains), (_, as_seldom) = people
    stranger, as_stranger = on.one("shop_customers", name, is_purchaser=False, band_is_stable=True)
    on.sends("desk", as_helped, "Help Needed", at=on.now - timedelta(days=400))
    on.sends("desk", as_complains, "Complaint Received", at=on.now - timedelta(days=1))
    for _, record in (*people, (stranger, as_stranger)):
        for days in CALLS[2 if record == as_seldom else 0 :]:
            on.sends("desk", record, "Call Ended", at=on.now - timedelta(days=days))
    (message,) = on.passes(minutes=61)
    assert (message["customer_id"], message["channel"]) == (calls, "email")
    assert "We answer the phone as ever." in message["text"]


def test_who_calls_again_within_the_hour_is_helped_first_and_shown_the_portal_once_in_half_a_year(scene: Make) -> None:
    name = "steer_to_self_service"
    on = scene(name)
    who, record = on.one("shop_customers", name, is_purchaser=True, band_is_stable=True)
    for days in CALLS:
        on.sends("desk", record, "Call Ended", at=on.now - timedelta(days=days))
    assert on.passes(minutes=30) == []
    on.sends("desk", record, "Call Ended")
    assert on.passes(minutes=31) == []
    assert whom(on.passes(minutes=30)) == [who]
    on.passes(days=5)
    on.sends("desk", record, "Call Ended")
    assert on.passes(minutes=61) == []


def test_the_end_of_a_service_is_laid_before_a_person_and_nobody_hears_of_it_by_itself(scene: Make) -> None:
    name = "end_unprofitable_gracefully"
    on = scene(name)
    costly = [
        one
        for one in on.customers("shop_customers", name, band="unprofitable", band_is_stable=True, is_let_down=False, brings_others=False)
        if on.told(one[0], "contribution_12m") <= -100 and on.told(one[0], "value_high") < 0
    ]
    (ann, _), (bob, as_bob), (cleo, as_cleo) = costly[:3]
    on.sends("desk", as_bob, "Bereavement Told", at=on.now - timedelta(days=30))
    on.sends("desk", as_cleo, "Complaint Received", at=on.now - timedelta(days=3))
    told = {who: on.asks(who, "letter") for who in (ann, bob, cleo)}
    assert {who: on.fell(one, name) for who, one in told.items()} == {ann: "for_a_person", bob: "floor_protects", cleo: "case_open"}
    assert (told[ann]["treatment"], told[ann]["in_review"]) == (None, name)
    batch = on.live.decide_all(channel="letter")
    assert (batch.rows, batch.for_review) == ([], len(costly) - 2)
    assert on.passes(days=2) == []


def test_nobodys_service_ends_on_a_doubtful_band_however_wide_the_rule_is_written(scene: Make) -> None:
    name = "end_unprofitable_gracefully"
    on = scene(name)
    ready = plays()[name]
    wide = re.sub(r"(?m)^(eligible: .*|suitable: .*)$", "", ready.text)
    on.approve(dataclasses.replace(ready, text=wide))
    doubtful = [who for who, _ in on.customers("shop_customers", name, band_is_stable=False)]
    assert doubtful
    assert {on.fell(on.asks(who, "letter"), name) for who in doubtful} == {"band_unstable"}


def test_nobodys_service_ends_where_we_let_him_down_or_the_forecast_may_turn(scene: Make) -> None:
    name = "end_unprofitable_gracefully"
    on = scene(name)
    let_down = first(
        list(on.customers("shop_customers", name, is_let_down=True, band="unprofitable")),
        on,
        contribution_12m=(-9999, -100),
        value_high=(-9999, 0),
    )
    may_turn = first(
        list(on.customers("shop_customers", name, band="unprofitable")), on, contribution_12m=(-9999, -100), value_high=(0, 9999)
    )
    assert on.fell(on.asks(let_down[0], "letter"), name) == "not_suitable"
    assert on.fell(on.asks(may_turn[0], "letter"), name) == "not_eligible"


def test_an_offer_to_stay_goes_where_it_keeps_somebody_and_not_to_the_likeliest_to_leave(scene: Make) -> None:
    name = "retention_by_uplift"
    on = scene(name)
    people = list(on.customers("web_users", name))
    kept = first(people, on, p_alive=(0.5, 0.95), brought_last_year=(100, 9999))
    gone = first(people, on, p_alive=(0, 0.2), brought_last_year=(0.01, 9999))
    stays = first(people, on, p_alive=(0.95, 2), brought_last_year=(100, 600))
    costs = first(people, on, p_alive=(0.5, 0.95), brought_last_year=(-9999, 0))
    for who, record in (kept, gone, stays, costs):
        on.consents(who)
        on.sends("web", record, "Leaving Page Viewed")
    (message,) = on.passes(minutes=61)
    assert (message["customer_id"], message["policy"]) == (kept[0], name)
    assert "whether you stay or go" in message["text"]


def test_more_is_offered_once_the_complaint_is_closed_and_not_before_nor_in_that_very_call(scene: Make) -> None:
    name = "upsell_after_complaint"
    on = scene(name)
    grows = [one for one in on.customers("shop_customers", name) if (on.told(one[0], "growth_expected") or 0) >= 20]
    (ann, as_ann), (bob, as_bob), (cleo, _) = grows[:3]
    for record in (as_ann, as_bob):
        on.sends("desk", record, "Complaint Received")
    on.passes(minutes=5)
    assert {who: on.fell(on.asks(who, "agent", "call"), name) for who in (ann, bob, cleo)} == {
        ann: "case_open", bob: "case_open", cleo: "not_applicable"}  # fmt: skip
    for record in (as_ann, as_bob):
        on.sends("desk", record, "Complaint Closed")
    on.passes(minutes=5)
    assert on.fell(on.asks(ann, "agent", "call"), name) == "not_suitable"
    on.passes(days=2)
    on.sends("desk", as_bob, "Complaint Received")
    on.passes(minutes=5)
    assert on.asks(ann, "agent", "call")["treatment"]["policy"] == name
    assert on.asks(bob, "agent", "call")["treatment"] is None


def test_the_host_calls_back_whom_the_best_tier_let_wait_and_others_are_answered_in_their_turn(scene: Make) -> None:
    name = "priority_service"
    on = scene(name)
    people = list(on.customers("shop_customers", name))
    (ann, as_ann), (_, as_bob) = [one for one in people if (on.told(one[0], "contribution_12m") or 0) >= 150][:2]
    other, as_other = next(
        one
        for one in people
        if (on.told(one[0], "contribution_12m") or 0) < 100 and on.live.route(RouteAsked("phone", one[0]))["host"] is None
    )
    for record in (as_ann, as_bob, as_other):
        on.sends("desk", record, "Call Given Up")
    on.sends("desk", as_bob, "Call Ended", at=on.now + timedelta(minutes=1))
    (message,) = on.passes(minutes=4)
    assert (message["customer_id"], message["channel"]) == (ann, "call_back")
    assert message["history"]["contacts"] is not None
    routed = on.live.route(RouteAsked("phone", ann))
    assert (routed["host"], routed["patience_seconds"], routed["skills"]) == ("key_accounts", 20, ["senior"])
    assert on.live.route(RouteAsked("phone", other))["patience_seconds"] == 120
