"""What is set off by a life's own moments: weddings, appointments, claims, journeys, delays, mentions, places; each with who must not be told."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from tests.playbook.conftest import Make
from tests.playbook.moments import Scene, some

from unequal.treatments.playbook import plays

WEDDING = ("wedding_six_months", "wedding_one_month")


def whom(messages: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((one["customer_id"], one["policy"]) for one in messages)


def engaged(on: Scene, count: int) -> list[tuple[str, str]]:
    people = some(count, on.customers("web_users", *WEDDING))
    for who, _ in people:
        on.consents(who, "milestones")
    return people


def test_an_engaged_couple_is_reminded_half_a_year_and_a_month_before(scene: Make) -> None:
    on = scene(*WEDDING)
    (ann, as_ann), (_, as_bob) = engaged(on, 1)[0], on.one("web_users", *WEDDING)
    on.sends("web", as_ann, "Wedding Planned", wedding_date="2026-09-12")
    assert on.passes(days=10) == []
    (half,) = on.passes(days=4)
    assert (half["customer_id"], half["policy"], half["subject"]) == (ann, "wedding_six_months", "Your day, 12 September 2026")
    on.passes(days=147)
    on.passes(days=1)
    on.now = datetime(2026, 8, 13, 13, 59)  # a minute before ten in New York
    assert on.passes(seconds=0) == []
    assert whom(on.passes(minutes=2)) == [(ann, "wedding_one_month")]
    assert as_bob


def test_who_has_not_asked_for_reminders_of_a_wedding_and_who_lives_with_the_couple_have_none(scene: Make) -> None:
    on = scene(*WEDDING)
    home = next((who, record) for who, record in on.customers("web_users", *WEDDING) if on.household(who))
    others = on.household(home[0])
    for other in others:
        on.consents(other, "milestones")
    on.sends("web", home[1], "Wedding Planned", wedding_date="2026-09-12")
    assert on.passes(days=17) == []
    assert on.delivered() == []


@pytest.mark.parametrize("what", ["Wedding Called Off", "Wedding Postponed", "Bereavement Told"])
def test_a_wedding_called_off_in_doubt_or_overshadowed_is_not_congratulated_on_in_any_order(scene: Make, what: str) -> None:
    on = scene(*WEDDING)
    (_, early), (_, late), (sure, as_sure) = engaged(on, 3)
    before = on.now - timedelta(days=1)
    on.sends("web", early, what, at=on.now)
    on.sends("web", early, "Wedding Planned", at=before, wedding_date="2026-09-12")
    on.sends("web", late, "Wedding Planned", at=before, wedding_date="2026-09-12")
    on.sends("web", as_sure, "Wedding Planned", at=before, wedding_date="2026-09-12")
    on.passes(days=13)
    on.sends("web", late, what)
    assert whom(on.passes(days=1)) == [(sure, "wedding_six_months")]
    on.now = datetime(2026, 8, 13, 13)
    assert whom(on.passes(hours=2)) == [(sure, "wedding_one_month")]


def test_a_wedding_planned_anew_is_reminded_of_by_its_new_day_alone(scene: Make) -> None:
    on = scene(*WEDDING)
    orders = list(
        permutations([(0, "Wedding Planned", "2026-09-12"), (1, "Wedding Called Off", None), (2, "Wedding Planned", "2026-10-10")])
    )
    people = engaged(on, len(orders))
    began, on.now = on.now, on.now + timedelta(hours=3)
    for (_, record), order in zip(people, orders, strict=True):
        for hour, event, day in order:
            on.sends("web", record, event, at=began + timedelta(hours=hour), **({"wedding_date": day} if day else {}))
    assert on.passes(days=30) == []
    on.now = datetime(2026, 4, 13, 15)
    assert whom(on.passes(hours=1)) == sorted((who, "wedding_six_months") for who, _ in people)


def test_an_appointment_is_reminded_of_the_day_before_and_the_next_stage_follows_the_one_that_was_kept(scene: Make) -> None:
    names = ("appointment_tomorrow", "appointment_next_stage")
    on = scene(*names)
    (kept, as_kept), (_, as_off), (missed, as_missed) = some(3, on.customers("shop_customers", *names))
    for record in (as_kept, as_off, as_missed):
        on.sends("desk", record, "Appointment Booked", day="2026-03-10")
    on.passes(days=3)
    on.sends("desk", as_off, "Appointment Cancelled")
    on.now = datetime(2026, 3, 9, 13)
    assert whom(on.passes(minutes=5)) == sorted((who, "appointment_tomorrow") for who in (kept, missed))
    on.now = datetime(2026, 3, 10, 15)
    on.sends("desk", as_kept, "Appointment Kept")
    assert on.passes(days=13) == []
    assert whom(on.passes(days=1, hours=1)) == [(kept, "appointment_next_stage")]


def test_nobody_is_told_of_tomorrow_who_booked_for_today_or_whose_day_has_come(scene: Make) -> None:
    on = scene("appointment_tomorrow")
    (_, as_same_day), (_, as_late), (in_time, as_in_time) = some(3, on.customers("shop_customers", "appointment_tomorrow"))
    on.now = datetime(2026, 3, 2, 13)
    on.sends("desk", as_same_day, "Appointment Booked", day="2026-03-02")
    on.sends("desk", as_late, "Appointment Booked", day="2026-03-05")
    on.sends("desk", as_in_time, "Appointment Booked", day="2026-03-06")
    assert on.passes(minutes=5) == []
    # The server stands still from the second to the fifth of March, and begins anew ten minutes after midnight in New York.
    on.now = datetime(2026, 3, 5, 5)
    assert on.passes(minutes=10) == []
    on.now = datetime(2026, 3, 5, 14)
    assert whom(on.passes(minutes=5)) == [(in_time, "appointment_tomorrow")]


def test_a_claim_for_a_building_is_referred_to_a_contractor_and_no_other_claim(scene: Make) -> None:
    on = scene("claim_contractor")
    (ann, as_ann), (_, as_car), (_, as_back) = some(3, on.customers("shop_customers", "claim_contractor"))
    on.sends("desk", as_ann, "Claim Reported", kind="building")
    on.sends("desk", as_car, "Claim Reported", kind="car")
    on.sends("desk", as_back, "Claim Reported", kind="building")
    on.passes(minutes=4)
    on.sends("desk", as_back, "Claim Withdrawn")
    (message,) = on.passes(minutes=7)
    assert (message["customer_id"], message["channel"]) == (ann, "sms")
    assert "A contractor whom we vouch for" in message["text"]


def test_an_offer_waits_for_the_customers_own_sign_and_reaches_nobody_else(scene: Make) -> None:
    name = "wait_for_the_trigger"
    on = scene(name)
    (looks, as_looks), (_, as_once), (_, as_buys), (_, _) = some(4, on.customers("web_users", name))
    for who, _ in some(4, on.customers("web_users", name)):
        on.consents(who)
    on.sends("web", as_once, "Product Viewed", name="a lamp")
    for record in (as_looks, as_buys):
        for days in (4, 2, 0):
            on.sends("web", record, "Product Viewed", at=on.now - timedelta(days=days), name="a lamp")
    on.passes(minutes=60)
    on.sends("web", as_buys, "Order Completed")
    assert whom(on.passes(minutes=61)) == [(looks, name)]


def test_a_family_and_a_young_adult_go_on_different_journeys(scene: Make) -> None:
    names = ("ticket_family", "ticket_young_adult")
    on = scene(*names)
    (family, as_family), (young, as_young), (_, as_single), (_, as_back) = some(4, on.customers("web_users", *names))
    for record, fare in ((as_family, "family"), (as_young, "youth"), (as_single, "single"), (as_back, "family")):
        on.sends("web", record, "Ticket Bought", fare=fare)
    on.sends("web", as_back, "Ticket Returned", at=on.now + timedelta(minutes=1))
    assert whom(on.passes(minutes=6)) == sorted([(family, "ticket_family"), (young, "ticket_young_adult")])


def test_from_45_minutes_on_a_delay_is_worth_an_apology_and_one_a_day(scene: Make) -> None:
    on = scene("delay_apology")
    (ann, as_ann), (_, as_bob) = some(2, on.customers("shop_customers", "delay_apology"))
    on.sends("desk", as_bob, "Delay Announced", minutes=44)
    on.sends("desk", as_ann, "Delay Announced", minutes=45)
    on.sends("desk", as_ann, "Delay Announced", at=on.now + timedelta(minutes=1), minutes=70)
    (message,) = on.passes(minutes=8)
    assert (message["customer_id"], message["channel"]) == (ann, "app")
    assert message["text"].startswith("We are 45 minutes late, and sorry.")


def test_a_kind_mention_by_an_advocate_earns_a_sample_and_no_other_mention(scene: Make) -> None:
    name = "advocate_sample"
    on = scene(name)
    heard = [(who, record) for who, record in on.customers("profiles", name) if (on.told(who, "influence_expected") or 0) > 0]
    unheard = [(who, record) for who, record in on.customers("profiles", name) if not on.told(who, "influence_expected")]
    (ann, as_ann), (_, as_bad), (_, as_unheard) = heard[0], heard[1], unheard[0]
    for who, _ in (heard[0], heard[1], unheard[0]):
        on.consents(who)
    for record, mood in ((as_ann, "good"), (as_bad, "bad"), (as_unheard, "good")):
        on.sends("social", record, "Brand Mentioned", mood=mood)
    assert whom(on.passes(minutes=61)) == [(ann, name)]


def test_who_comes_near_the_shop_is_told_only_with_a_consent_of_its_own(scene: Make) -> None:
    on = scene("near_the_shop")
    (ann, as_ann), (_, as_silent), (fair, as_fair), (left, as_left) = some(4, on.customers("web_users", "near_the_shop"))
    for who in (ann, fair, left):
        on.consents(who, "nearby")
    for record, place in ((as_ann, "shop"), (as_silent, "shop"), (as_fair, "fair"), (as_left, "shop")):
        on.sends("web", record, "Place Entered", place=place)
    on.sends("web", as_left, "Place Left", at=on.now + timedelta(minutes=1))
    assert whom(on.passes(minutes=3)) == [(ann, "near_the_shop")]


def test_a_year_after_the_last_order_one_letter_is_written_and_none_to_who_ordered_since(scene: Make) -> None:
    on = scene("a_year_away")
    days: dict[Any, list[tuple[str, str]]] = {}
    for who, record in on.customers("web_users", "a_year_away", has_ended=False):
        days.setdefault(on.told(who, "last_order_on"), []).append((who, record))
    day, ((ann, _), (bob, as_bob), *_) = next(
        (day, who) for day, who in days.items() if len(who) > 1 and day is not None and day.year == 2025
    )
    on.now = datetime(day.year + 1, day.month, day.day, 12)
    for who in (ann, bob):
        on.consents(who)
    on.sends("web", as_bob, "Order Completed", at=on.now - timedelta(days=3))
    assert on.passes(hours=1) == []
    assert whom(on.passes(hours=5)) == [(ann, "a_year_away")]
    on.reopen()
    assert on.passes(hours=2) == []


def test_no_play_reads_of_a_customer_what_others_of_the_household_are_or_did() -> None:
    for play in plays().values():
        rules = play.text.split("\n\n", 1)[1]
        assert "household" not in rules, play.name
        assert "needs" not in rules, play.name
