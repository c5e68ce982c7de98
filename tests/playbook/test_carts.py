"""Carts: reminded of, sweetened once, with coupons that the shop applies; each with a customer who must not have it."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

from tests.playbook.conftest import Make
from tests.playbook.moments import some

CARTS = ("cart_reminder", "cart_sweetener")


def test_a_cart_left_half_an_hour_is_reminded_of_unless_it_was_ordered(scene: Make) -> None:
    on = scene(*CARTS)
    (ann, as_ann), (bob, as_bob) = some(2, on.customers("web_users", *CARTS))
    for who, record in ((ann, as_ann), (bob, as_bob)):
        on.consents(who)
        on.sends("web", record, "Cart Updated", value=32.5)
    assert on.passes(minutes=20) == []
    on.sends("web", as_bob, "Order Completed")
    (message,) = on.passes(minutes=11)
    assert (message["customer_id"], message["policy"], message["channel"]) == (ann, "cart_reminder", "email")
    assert message["text"] == "You left goods for 32.50 dollars in your cart. We keep them for you until tomorrow."
    assert on.passes(hours=30) == []


def test_who_has_not_consented_is_not_reminded_of_a_cart(scene: Make) -> None:
    on = scene(*CARTS)
    (cleo, as_cleo), (dan, as_dan) = some(2, on.customers("web_users", *CARTS))
    on.consents(cleo)
    on.consents(cleo, status="objected")
    for record in (as_cleo, as_dan):
        on.sends("web", record, "Cart Updated", value=32.5)
    assert on.passes(minutes=31) == []
    assert dan not in {one["customer_id"] for one in on.delivered()}


def test_a_cart_abandoned_for_the_sweetener_earns_no_second_one(scene: Make) -> None:
    on = scene(*CARTS)
    ann, as_ann = on.one("web_users", *CARTS)
    on.consents(ann)
    on.sends("web", as_ann, "Cart Updated", value="84.00")
    (first,) = on.passes(minutes=31)
    assert (first["policy"], first["coupon"]["amount"]) == ("cart_sweetener", "5.00")
    assert "five dollars of it are on us" in first["text"]
    on.passes(days=20)
    on.sends("web", as_ann, "Cart Updated", value="84.00")
    (second,) = on.passes(minutes=31)
    assert second["policy"] == "cart_reminder"
    assert "coupon" not in second


def test_of_a_cart_one_message_is_sent_whatever_comes_in_which_order(scene: Make) -> None:
    """Put in, changed, ordered, put in anew: the message of the last cart, 30 minutes after it."""
    on = scene(*CARTS)
    orders = list(permutations(((0, "Cart Updated"), (10, "Cart Updated"), (15, "Order Completed"), (25, "Cart Updated"))))
    people = some(len(orders), on.customers("web_users", *CARTS))
    began = on.now
    on.now = began + timedelta(minutes=26)
    for (who, record), order in zip(people, orders, strict=True):
        on.consents(who)
        for minute, event in order:
            on.sends("web", record, event, at=began + timedelta(minutes=minute), value=20)
    assert on.passes(minutes=28) == []
    told = on.passes(minutes=2)
    assert sorted(one["customer_id"] for one in told) == sorted(who for who, _ in people)
    assert on.passes(hours=23) == []


def test_a_cart_that_was_left_while_the_server_stood_still_is_not_reminded_of_days_later(scene: Make) -> None:
    on = scene(*CARTS)
    ann, as_ann = on.one("web_users", *CARTS)
    on.consents(ann)
    on.sends("web", as_ann, "Cart Updated", value=32)
    assert on.passes(days=2) == []


def test_in_quiet_hours_nothing_is_sent_and_nothing_is_lost(scene: Make) -> None:
    on = scene(*CARTS, quiet_hours={"start": "21:00", "end": "08:00"})
    ann, as_ann = on.one("web_users", *CARTS)
    on.now = on.now.replace(hour=3)  # ten at night in New York
    on.consents(ann)
    on.sends("web", as_ann, "Cart Updated", value=32)
    for _ in range(40):
        assert on.passes(minutes=14) == []
    (message,) = on.passes(minutes=40)
    assert message["customer_id"] == ann


def test_a_visitor_whom_nobody_knows_is_sent_nothing(scene: Make) -> None:
    on = scene(*CARTS)
    on.posts("web", {"type": "track", "anonymousId": "v1", "event": "Cart Updated", "properties": {"value": 99}, "messageId": "v"})
    assert on.passes(minutes=31) == []


def test_a_visitor_who_logs_in_before_the_time_is_up_is_reminded_as_the_customer_that_he_is(scene: Make) -> None:
    on = scene(*CARTS)
    ann, as_ann = on.one("web_users", *CARTS)
    on.consents(ann)
    cart = {"type": "track", "anonymousId": "v1", "event": "Cart Updated", "properties": {"value": 32}, "messageId": "v"}
    on.posts("web", cart)
    on.passes(minutes=10)
    on.posts("web", {"type": "identify", "anonymousId": "v1", "userId": as_ann, "messageId": "i"})
    (message,) = on.passes(minutes=21)
    assert (message["customer_id"], message["policy"]) == (ann, "cart_reminder")


def test_a_mailbox_that_two_share_is_not_told_what_one_of_them_left_in_the_cart(scene: Make) -> None:
    on = scene(*CARTS, purposes={"marketing": {"consent": "needed_outbound"}, "shared_address": {"consent": "needed"}})
    (one, as_one), (two, as_two) = some(2, on.customers("web_users", *CARTS, address_is_shared=True))
    for who in (one, two):
        on.consents(who)
    on.consents(two, "shared_address")
    for record in (as_one, as_two):
        on.sends("web", record, "Cart Updated", value=32)
    (message,) = on.passes(minutes=31)
    assert message["customer_id"] == two


def test_what_an_event_says_is_never_an_address_or_markup_in_a_message(scene: Make) -> None:
    on = scene("wait_for_the_trigger")
    (ann, as_ann), (bob, as_bob) = some(2, on.customers("web_users", "wait_for_the_trigger"))
    for who, record, product in ((ann, as_ann, "A lamp <3 https://evil.example"), (bob, as_bob, "a lamp")):
        on.consents(who)
        for minute in (0, 5, 10):
            on.sends("web", record, "Product Viewed", at=on.now - timedelta(minutes=minute), name=product)
    (message,) = on.passes(minutes=121)
    assert (message["customer_id"], message["subject"]) == (bob, "About a lamp")


def test_a_coupon_is_taken_off_the_cart_by_the_shop_itself_for_who_comes_back(scene: Make) -> None:
    on = scene("cart_coupon")
    away, _ = on.one("web_users", "cart_coupon", is_overdue=True)
    regular, _ = on.one("web_users", "cart_coupon", is_overdue=False)
    told = on.asks(away, "web", "cart", cart_value="62.00")
    coupon = told["treatment"]["coupon"]
    assert coupon["amount"] == "10.00"
    assert coupon["code"].startswith("CART_COUPON-")
    assert on.fell(on.asks(regular, "web", "cart", cart_value="62.00"), "cart_coupon") == "not_eligible"
    assert on.fell(on.asks(away, "web", "cart", cart_value="62.00"), "cart_coupon") == "policy_limit"
    other, _ = some(2, on.customers("web_users", "cart_coupon", is_overdue=True))[1]
    assert on.fell(on.asks(other, "web", "cart", cart_value="12.00"), "cart_coupon") == "not_applicable"
    assert on.fell(on.asks(other, "web", "home_page"), "cart_coupon") == "not_its_moment"
