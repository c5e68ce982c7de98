"""Many decisions written as one, with what is sent of them; and what a CRM was ever told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from tests.storage.contact_rows import AT, later, reservation
from tests.storage.states import difference, run

from unequal import storage
from unequal.storage.state import LiveState, open_live
from unequal.storage.state.outbox import Message
from unequal.storage.state.reserving import Stale
from unequal.storage.state.spending import OverBudget, Spend
from unequal.terms.errors import LiveError


@pytest.fixture
def live(state_url: str) -> Iterator[LiveState]:
    with open_live(state_url) as opened:
        yield opened


def test_decisions_of_a_batch_stand_each_for_itself_and_one_message_tells_of_those_that_do(live: LiveState) -> None:
    live.contacts.reserve(reservation("before", "bert", 0))
    names = ["ann", "bert", "cleo", "dora"]
    spend = [Spend("p", 1, Decimal(2), Decimal(3))]
    batch = [reservation(f"d:{name}", name, 0, spends=spend if name in {"ann", "cleo"} else ()) for name in names]

    def told(came: Sequence[int | LiveError]) -> list[Message]:
        stand = [name for name, error in zip(names, came, strict=True) if isinstance(error, int)]
        return [Message("webhook:printer", ",".join(stand), "batch", AT)]

    came = live.contacts.reserve_all(batch, told)
    assert [one if isinstance(one, int) else type(one) for one in came] == [1, Stale, OverBudget, 1]
    assert [live.contacts.standing(name).version for name in names] == [1, 1, 0, 1]
    assert live.contacts.standing("cleo").contacts == ()
    assert live.contacts.spent() == {("p", 1): Decimal(2)}
    [message] = live.outbox.claim(AT)
    assert message.payload == "ann,dora"


def test_messages_that_were_received_together_are_done_together(live: LiveState) -> None:
    live.outbox.enqueue([Message("shop", "{}", key, AT) for key in "abc"])
    claimed = live.outbox.claim(AT)
    live.outbox.claim(later(3))  # they were another worker's by then
    assert live.outbox.all_done(claimed) == 0
    assert live.outbox.all_done(live.outbox.claim(later(6))) == 3
    assert live.outbox.waiting() == {"waiting": 0, "sent": 3, "failed": 0}


def test_records_that_were_forgotten_are_remembered_as_once_known(state: storage.State) -> None:
    state.publish(run("r1"), difference(("founded", "1", None, "c_a"), ("founded", "2", None, "c_b")))
    state.publish(run("r2", "r1"), difference(("forgotten", "1", "c_a", None)))
    assert state.ever_known("crm") == ["1", "2"]
    assert state.ever_known("shop") == []
