"""What the state holds counts, though it is later than the clock that a decision began with."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.flow.looking import edit
from tests.flow.reaching import AT, approve, moment_of_contact, of_record
from tests.flow.test_live import Clock

from unequal.flow.audiences import Wanted, decide_all
from unequal.flow.live import Asked, Live
from unequal.terms.errors import TreatmentError

ONCE_A_WEEK = ("  assumed: {counts", "  contact_limits: [{days: 7, at_most: 1}]\n  assumed: {counts")


def ordered(live: Live, record: int, total: str, at: datetime) -> None:
    """A customer has ordered for so much, as the shop writes it."""
    event = f'{{"type":"track","messageId":"m{record}","userId":"{record}","event":"Order Completed","properties":{{"total":{total}}}}}'
    live.ingest("shop", f'{{"batch":[{event}]}}'.encode(), None, at)


def object_to_marketing(live: Live, customer: str, at: datetime) -> None:
    live.consent(customer, purpose="marketing", channel=None, status="objected", at=at, evidence="unsubscribe link")


def test_who_objects_or_is_met_while_a_batch_goes_on_is_not_met_by_it(bakery: Path) -> None:
    clock = Clock()
    edit(bakery / "unequal.yaml", ONCE_A_WEEK)
    with moment_of_contact(bakery, clock) as live:
        customers = [of_record(live, record) for record in (30, 31, 32, 33)]
        would = {row["customer_id"] for row in decide_all(live, Wanted(channel="email"), dry=True).rows}
        met = set()

        def meanwhile(what: str, _share: float) -> None:
            if what == "deciding" or clock.now != AT:
                return
            clock.now += timedelta(minutes=5)
            for one in customers[:2]:
                object_to_marketing(live, one, clock.now)
            met.update(one for one in customers[2:] if live.decide(Asked("email", one))["treatment"])
            clock.now += timedelta(minutes=5)

        reached = {row["customer_id"] for row in decide_all(live, Wanted(channel="email"), tell=meanwhile).rows}
        assert would.issuperset(customers)
        assert met == set(customers[2:])
        assert reached == would - set(customers)


def test_two_servers_whose_clocks_differ_keep_one_limit(bakery: Path) -> None:
    edit(bakery / "unequal.yaml", ONCE_A_WEEK)
    with moment_of_contact(bakery) as behind, moment_of_contact(bakery, lambda: AT + timedelta(milliseconds=20)) as ahead:
        customers = [of_record(behind, record) for record in (30, 31, 32, 33)]
        for one in customers:
            treated = [live.decide(Asked("email", one))["treatment"] is not None for live in (ahead, behind, ahead, behind)]
            assert treated == [True, False, False, False]


def test_an_objection_by_a_clock_that_is_ahead_is_obeyed_at_once_and_the_decision_is_not_before_it(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        customer, ahead = of_record(live, 30), AT + timedelta(minutes=3)
        object_to_marketing(live, customer, ahead)
        told = live.decide(Asked("email", customer))
        assert (told["treatment"], told["at"]) == (None, "2026-03-02T12:03:00Z")
        explained = live.explain(told["decision_id"])
        assert explained is not None
        assert {one["fell"] for one in explained["candidates"]} == {"objected"}


@pytest.mark.parametrize("words", [("granted", "objected"), ("objected", "granted")])
def test_of_two_words_of_one_instant_the_stricter_holds_whichever_arrived_first(bakery: Path, words: tuple[str, str]) -> None:
    with moment_of_contact(bakery) as live:
        customer = of_record(live, 30)
        for word in words:
            live.consent(customer, purpose="marketing", channel=None, status=word, at=AT - timedelta(hours=1), evidence="form")
        assert live.decide(Asked("email", customer))["treatment"] is None


def test_a_contact_whose_message_has_left_counts_though_it_is_called_wrong_and_one_that_has_not_is_withdrawn(bakery: Path) -> None:
    clock = Clock()
    edit(bakery / "unequal.yaml", ONCE_A_WEEK)
    with moment_of_contact(bakery, clock) as live:
        sent, waiting = of_record(live, 30), of_record(live, 31)
        first = live.decide(Asked("email", sent))
        live.tick(clock.now)
        second = live.decide(Asked("email", waiting))
        for one in (first, second):
            live.record_outcome(one["decision_id"], kind="overridden", at=clock.now, reason="wrong", author="person:mia")
        clock.now += timedelta(minutes=1)
        live.tick(clock.now)
        assert live.state.outbox.waiting() == {"waiting": 0, "sent": 1, "failed": 0, "withdrawn": 1}
        assert [one.status for one in live.state.contacts.contacts(sent)] == ["reserved"]
        assert [one.status for one in live.state.contacts.contacts(waiting)] == ["released"]
        assert live.decide(Asked("email", sent))["treatment"] is None
        assert live.decide(Asked("email", waiting))["treatment"] is not None


CART = """\
policy: cart
issue: growth
group: carts
action: cart_reminder
objective: grow
channels: {email: {text: "Still {total} in your cart"}}
trigger: {on: order, delay_minutes: 10}
effect: {uplift: "0.50", margin: "900.00"}
cost: "0.10"
holdout: "0.01"
pushes: [more_orders]
"""
SAYS_TOTAL = (
    ("events: {order: Order Completed}}", "events: {order: Order Completed}, context: {total: total}}"),
    ("  assumed: {counts", "  context:\n    total: {type: decimal, meaning: Worth of the cart.}\n  assumed: {counts"),
)


@pytest.mark.parametrize("total", ["1e999999999", "1e400", "9" * 19])
def test_a_number_that_is_no_amount_is_not_said_and_holds_up_nobody(bakery: Path, total: str) -> None:
    clock = Clock()
    edit(bakery / "unequal.yaml", *SAYS_TOTAL)
    with moment_of_contact(bakery, clock) as live:
        approve(live, CART)
        for record in range(1, 8):
            said = f'"{total}"' if record == 1 else "20"
            event = (
                f'{{"type":"track","messageId":"m{record}","userId":"{record}","event":"Order Completed","properties":{{"total":{said}}}}}'
            )
            live.ingest("shop", f'{{"batch":[{event}]}}'.encode(), None, clock.now)
        clock.now += timedelta(minutes=11)
        live.tick(clock.now)
        assert live.state.timers.due(clock.now) == []
        texts = [one for record in range(1, 8) for one in live.state.contacts.contacts(of_record(live, record))]
        assert len(texts) >= 5


def test_a_timer_that_cannot_be_fired_is_put_off_and_those_after_it_fire(bakery: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    edit(bakery / "unequal.yaml", *SAYS_TOTAL)
    with moment_of_contact(bakery, clock) as live:
        approve(live, CART)
        for record in range(1, 8):
            ordered(live, record, "20", clock.now)
            clock.now += timedelta(seconds=1)
        broken, whole = of_record(live, 1), Live.moment

        def moment(self: Live, asking: Asked, *rest: object) -> object:
            if asking.customer_id == broken:
                raise ValueError("a row that cannot be read")
            return whole(self, asking, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(Live, "moment", moment)
        clock.now += timedelta(minutes=11)
        assert live.tick(clock.now) > 0
        assert live.state.timers.due(clock.now) == []
        assert live.state.outbox.waiting()["sent"] >= 4
        monkeypatch.undo()
        assert [one.customer_id for one in live.state.timers.due(clock.now + timedelta(minutes=15))] == [broken]


def test_hours_are_wished_in_plain_digits_alone(bakery: Path) -> None:
    with moment_of_contact(bakery) as live, pytest.raises(TreatmentError, match="TRT020"):
        live.prefer(of_record(live, 1), name="time", value="1\u0662:00-20:00", channel=None, at=AT)
