"""What was set off and waits to be sent is not sent when it is over: something came in between, or it is too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.playbook.conftest import Make
from tests.playbook.moments import Scene

from unequal.flow import firing


def reminded(on: Scene) -> tuple[str, str]:
    """Somebody of whose cart a reminder waits to be sent."""
    who, record = on.one("web_users", "cart_reminder")
    on.consents(who)
    on.sends("web", record, "Cart Updated", value=75)
    on.now += timedelta(minutes=31)
    assert firing.fire_due(on.live, on.now) == 1
    assert on.live.state.outbox.waiting()["waiting"] == 1
    return who, record


def test_a_reminder_that_waits_goes_out_while_nothing_comes_in_between(scene: Make) -> None:
    on = scene("cart_reminder")
    who, _ = reminded(on)
    assert [one["customer_id"] for one in on.passes(minutes=10)] == [who]


def test_a_reminder_that_waits_is_not_sent_once_the_cart_is_ordered(scene: Make) -> None:
    on = scene("cart_reminder")
    who, record = reminded(on)
    on.now += timedelta(minutes=1)
    on.sends("web", record, "Order Completed")
    assert on.passes(minutes=1) == []
    assert on.live.state.outbox.waiting()["withdrawn"] == 1
    assert [one.status for one in on.live.state.contacts.contacts(who)] == ["released"]


def test_a_reminder_that_an_attempt_may_have_brought_counts_though_it_is_not_sent_again(scene: Make) -> None:
    on = scene("cart_reminder")
    who, record = reminded(on)
    assert on.live.state.outbox.claim(on.now), "a worker that dies with it, and nobody knows how far it came"
    on.sends("web", record, "Order Completed")
    assert on.passes(minutes=5) == []
    assert on.live.state.outbox.waiting()["withdrawn"] == 1
    assert [one.status for one in on.live.state.contacts.contacts(who)] == ["reserved"]


@pytest.mark.parametrize(("hours", "goes"), [(20, 1), (30, 0)])
def test_a_reminder_is_not_sent_later_than_its_policy_says(scene: Make, hours: int, goes: int) -> None:
    on = scene("cart_reminder")
    reminded(on)
    assert len(on.passes(hours=hours)) == goes
