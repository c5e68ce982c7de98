"""What waits to be sent is looked at again before each attempt: nobody is reached who has objected meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.flow.reaching import AT, approve, moment_of_contact
from tests.flow.receiving import Receiver, is_signed, receiving

from unequal.flow.audiences import Audience, Wanted, decide_all
from unequal.flow.live import Live

KEY = b"thirty-two bytes of a shared key"


@dataclass
class Shop:
    """The bakery with a printer that answers, and a clock that the test moves."""

    live: Live
    printer: Receiver
    now: datetime = AT

    def sends(self, **later: float) -> list[tuple[dict[str, str], bytes]]:
        """Time passes, what is due is sent; what the printer received of it."""
        self.now += timedelta(**later)
        before = len(self.printer.received)
        self.live.sender.send_waiting(self.live.state, self.now)
        return self.printer.received[before:]

    def says(self, customer_id: str, status: str = "objected", channel: str | None = None) -> None:
        """A customer says what he thinks of marketing, or takes it back."""
        assert self.live.consent(customer_id, purpose="marketing", channel=channel, status=status, at=self.now, evidence="by telephone")

    def contact(self, customer_id: str) -> str:
        """What is known of the only contact with a customer."""
        (contact,) = self.live.state.contacts.contacts(customer_id)
        return contact.status


@contextmanager
def open_shop(bakery: Path) -> Iterator[Shop]:
    with receiving() as printer:
        shop: list[Shop] = []
        with moment_of_contact(bakery, lambda: shop[0].now if shop else AT, printer.url) as live:
            shop.append(Shop(live, printer))
            yield shop[0]


@pytest.fixture
def shop(bakery: Path) -> Iterator[Shop]:
    with open_shop(bakery) as found:
        yield found


def of_each(received: list[tuple[dict[str, str], bytes]]) -> set[str]:
    return {json.loads(body)["customer_id"] for _, body in received}


def letters(shop: Shop) -> list[str]:
    """A batch of letters, each a message of its own; the first five of those who get one."""
    found = decide_all(shop.live, Wanted(policy="bread_club", channel="letter"))
    return [row["customer_id"] for row in found.rows][:5]


def audience(shop: Shop) -> Audience:
    """The same, as messages to the printer that tell of many."""
    return decide_all(shop.live, Wanted(policy="bread_club", channel="letter", webhook="printer"))


def test_whoever_objects_while_a_message_waits_for_another_attempt_is_not_sent_it(shop: Shop) -> None:
    shop.printer.answers[:] = [503]
    objector, other, *_ = letters(shop)
    assert {objector, other} <= of_each(shop.sends())
    shop.says(objector)
    shop.printer.answers[:] = [200]
    again = of_each(shop.sends(minutes=1))
    assert other in again
    assert objector not in again
    assert shop.live.state.outbox.waiting() == {"waiting": 0, "sent": len(again), "failed": 0, "withdrawn": 1}
    assert shop.contact(objector) == "reserved", "the first attempt may have arrived, whatever was answered"
    assert shop.sends(hours=12) == []


def test_a_message_that_nobody_has_tried_to_send_gives_back_its_contact_and_what_it_cost(shop: Shop) -> None:
    objector, other, *_ = letters(shop)
    spent = sum(shop.live.state.contacts.spent().values())
    shop.says(objector)
    assert objector not in of_each(shop.sends())
    assert (shop.contact(objector), shop.contact(other)) == ("released", "reserved")
    assert spent - sum(shop.live.state.contacts.spent().values()) == shop.live.state.contacts.contacts(objector)[0].cost > 0


def test_an_objection_on_one_channel_stops_nothing_on_another_and_a_later_yes_lets_it_go(shop: Shop) -> None:
    shop.printer.answers[:] = [503]
    by_email, came_back, *_ = letters(shop)
    shop.sends()
    shop.says(by_email, channel="email")
    shop.says(came_back)
    shop.now += timedelta(seconds=1)
    shop.says(came_back, "granted")
    assert {by_email, came_back} <= of_each(shop.sends(minutes=1))


def test_a_consent_that_is_needed_and_taken_back_stops_what_waits(bakery: Path) -> None:
    config = bakery / "unequal.yaml"
    config.write_text(config.read_text().replace("marketing: {consent: not_needed", "marketing: {consent: needed_outbound"))
    with open_shop(bakery) as shop:
        customers = sorted(one.decode() for one in shop.live.profiles.held.laid.ids)
        for customer_id in customers:
            shop.says(customer_id, "granted")
        shop.printer.answers[:] = [503]
        withdrawn, other, *_ = letters(shop)
        shop.sends()
        shop.now += timedelta(seconds=1)
        shop.says(withdrawn, "withdrawn")
        again = of_each(shop.sends(minutes=1))
        assert other in again
        assert withdrawn not in again


def test_an_audience_is_sent_again_without_whoever_objected_meanwhile_under_the_same_key(shop: Shop) -> None:
    shop.printer.answers[:] = [503, 200]
    found = audience(shop)
    ((first, whole),) = shop.sends()
    objector = found.rows[2]["customer_id"]
    shop.says(objector)
    ((second, rest),) = shop.sends(minutes=1)
    assert first["webhook-id"] == second["webhook-id"]
    assert is_signed(second, rest, KEY)
    told = json.loads(whole)
    assert json.loads(rest) == told | {"customers": [row for row in told["customers"] if row["customer_id"] != objector]}
    assert len(json.loads(rest)["customers"]) == len(found.rows) - 1
    assert shop.contact(objector) == "reserved"
    assert shop.live.state.outbox.waiting() == {"waiting": 0, "sent": 1, "failed": 0}


def test_whoever_objects_before_an_audience_is_first_sent_is_not_in_it_and_gets_his_contact_back(shop: Shop) -> None:
    found = audience(shop)
    objector, other = found.rows[0]["customer_id"], found.rows[1]["customer_id"]
    shop.says(objector)
    ((_, body),) = shop.sends()
    assert objector not in body.decode()
    assert (shop.contact(objector), shop.contact(other)) == ("released", "reserved")


def test_an_audience_all_of_whom_objected_is_not_sent(shop: Shop) -> None:
    for row in audience(shop).rows:
        shop.says(row["customer_id"])
    assert shop.sends() == []
    assert shop.live.state.outbox.waiting() == {"waiting": 0, "sent": 0, "failed": 0, "withdrawn": 1}


def test_what_goes_into_a_file_leaves_out_whoever_objected_before_it_was_written(shop: Shop) -> None:
    rows = decide_all(shop.live, Wanted(channel="email")).rows
    shop.says(rows[0]["customer_id"])
    shop.sends()
    lines = (shop.live.project.folder / ".unequal/delivered/email.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["customer_id"] for line in lines} == {row["customer_id"] for row in rows[1:]}


def test_a_message_for_service_goes_out_though_the_customer_objected_to_marketing(shop: Shop) -> None:
    approve(shop.live, """\
policy: oven_broken
issue: service
group: news
action: notice
objective: keep
purpose: service
channels: {letter: {text: "Our oven is broken. Bread comes tomorrow."}}
effect: {uplift: "0.10", margin: "100.00"}
cost: "0.10"
""")  # fmt: skip
    rows = decide_all(shop.live, Wanted(policy="oven_broken", channel="letter")).rows
    shop.says(rows[0]["customer_id"])
    assert rows[0]["customer_id"] in of_each(shop.sends())
