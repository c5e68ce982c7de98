"""The moment of contact's own verbs: durable when they return, read over connections that are kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from tests.storage.contact_rows import AT, later, lots, reservation
from tests.storage.test_contacts import say

from unequal.storage.state import LiveState, open_live
from unequal.storage.state.decisions import OutcomeRow
from unequal.storage.state.outbox import Message
from unequal.storage.state.preferences import PreferenceRow
from unequal.storage.state.questions import AskedRow
from unequal.storage.state.spending import Spend
from unequal.storage.state.timers import TimerRow


@pytest.fixture
def live(state_url: str) -> Iterator[LiveState]:
    with open_live(state_url) as opened:
        yield opened


def test_a_customer_is_met_from_the_first_decision_to_its_outcome(live: LiveState) -> None:
    live.policies.submit("p", "text", author="jo", at=AT)
    live.policies.keep_preview("p", 1, "{}")
    live.policies.approve("p", 1, by="kim", at=AT)
    assert [row.name for row in live.policies.live(AT)] == ["p"]
    live.timers.put([TimerRow("p", "ann", "e1", later(1)), TimerRow("p", "ann", "e2", later(1))])
    (first, second) = live.timers.due(later(1))
    decided = reservation(
        "d1", "ann", 0, lots=lots(p="treated"), asked=AskedRow("ann", "allergies", "web", AT, "d1"), timer=first.timer_id,
        spends=[Spend("p", 1, Decimal(2), Decimal(9))], messages=[Message("shop", "{}", "d1", AT)], policies=live.policies.change(),
    )  # fmt: skip
    assert live.contacts.reserve(decided) == 1
    (message,) = live.outbox.claim(AT)
    assert live.outbox.done(message)
    assert live.contacts.settle("d1:contact", "sent", later(2))
    assert live.contacts.record_answer("ann", "allergies", "nuts", channel="web", at=later(3))
    assert live.contacts.record_consent(say("ann", "objected", 4)) == 1
    live.contacts.record_preference(PreferenceRow("ann", "channel", "email", None, later(4), "told"))
    assert live.contacts.record_outcome(OutcomeRow("d1", "accepted", later(5)))
    assert live.timers.cancel("ann", ["p"], later(6)) == 1
    assert live.contacts.standing("ann").version == 7
    assert live.contacts.spent() == {("p", 1): Decimal(2)}
    assert (live.timers.pending("ann"), live.outbox.waiting()["sent"], second.event_id) == ([], 1, "e2")
    of_ann = [live.contacts.contacts, live.contacts.decisions, live.contacts.consents, live.contacts.preferences, live.contacts.asked]
    assert [len(read("ann")) for read in of_ann] == [1] * 5
    assert (live.contacts.decision("d1").customer_id, len(live.contacts.outcomes("d1"))) == ("ann", 1)


def test_an_outcome_without_a_time_that_several_tell_at_once_is_one(live: LiveState, state_url: str) -> None:
    live.contacts.reserve(reservation("d1", "ann", 0))
    go = threading.Barrier(4)

    def tell(minute: int) -> bool:
        # Each with a writer of its own, as processes have.
        with open_live(state_url) as own:
            go.wait()
            return own.contacts.record_outcome(OutcomeRow("d1", "bought", later(minute), Decimal(80)), is_timed=False)

    with ThreadPoolExecutor(4) as told:
        assert sorted(told.map(tell, range(4))) == [False, False, False, True]
    assert [one.amount for one in live.contacts.outcomes("d1")] == [Decimal(80)]


def test_what_is_written_is_read_at_once_by_every_thread(live: LiveState) -> None:
    seen: list[int] = []
    for version in range(3):
        live.contacts.reserve(reservation(f"d{version}", "ann", version))
        thread = threading.Thread(target=lambda: seen.append(live.contacts.standing("ann").version))
        thread.start()
        thread.join()
        seen.append(live.contacts.standing("ann").version)
    assert seen == [1, 1, 2, 2, 3, 3]


def test_a_connection_that_was_lost_is_made_anew(live: LiveState) -> None:
    live.contacts.reserve(reservation("d1", "ann", 0))
    assert live.contacts.standing("ann").version == 1
    live.contacts._reader._connection().connection.dbapi_connection.close()
    assert live.contacts.standing("ann").version == 1
    live.contacts.close()
    assert live.contacts.standing("ann").version == 1
