"""Gifts at agents' discretion: no limit is broken by agents who give at once, and every one is kept with its reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal as D

import pytest
from tests.storage.contact_rows import reservation

from unequal import storage
from unequal.storage.state import GoodwillLimits, GoodwillRow, OutcomeRow
from unequal.terms.errors import LiveError

NOON = datetime(2026, 3, 2, 12)


@pytest.fixture
def live(state_url):
    with storage.state.open_live(state_url) as opened:
        yield opened


def limits(at_once="1000", agent_a_day="1000", customer_a_year="1000"):
    return GoodwillLimits(
        D(at_once), D(agent_a_day), D(customer_a_year), NOON - timedelta(minutes=30), NOON - timedelta(hours=12), NOON - timedelta(days=365)
    )


def decided(live, decision, customer="ann"):
    version = live.contacts.standing(customer).version
    live.contacts.reserve(reservation(decision, customer, version, NOON))


def gift(name, decision="d1", amount="10.00", **more):
    return GoodwillRow(
        name, decision, more.pop("agent", "person:mia"), more.pop("at", NOON), D(amount), more.pop("reason", "Late delivery"), **more
    )


def test_a_gift_is_kept_with_its_reason_and_counts_against_every_limit(live):
    decided(live, "d1")
    assert live.goodwill.give(gift("g1", note="two days late"), limits())
    assert live.goodwill.of_customer("ann", since=NOON) == [gift("g1", note="two days late")]
    assert set(live.goodwill.left("d1", "person:mia", limits()).values()) == {D("990.00")}
    (told,) = live.contacts.outcomes("d1")
    assert (told.kind, told.reason, told.author, told.amount) == ("goodwill", "Late delivery", "person:mia", None)


def test_a_gift_that_is_sent_twice_is_given_once(live):
    decided(live, "d1")
    assert [live.goodwill.give(gift("g1"), limits()) for _ in range(2)] == [True, False]
    assert len(live.goodwill.of_customer("ann", since=NOON)) == 1


@pytest.mark.parametrize("other", [{"amount": "20.00"}, {"decision": "d2"}, {"reason": "Damaged goods"}])
def test_another_gift_under_the_id_of_one_that_was_given_is_refused(live, other):
    decided(live, "d1")
    decided(live, "d2", "bea")
    live.goodwill.give(gift("g1"), limits())
    with pytest.raises(LiveError, match="LIV406"):
        live.goodwill.give(gift("g1", **other), limits())
    assert live.goodwill.of_customer("ann", since=NOON) == [gift("g1")]
    assert live.goodwill.of_customer("bea", since=NOON) == []
    assert not live.goodwill.give(gift("g1", amount="10", note="sent again", at=NOON + timedelta(minutes=1)), limits())


@pytest.mark.parametrize("limit", ["at_once", "agent_a_day", "customer_a_year"])
def test_a_gift_above_what_a_limit_leaves_is_refused_and_nothing_is_written(live, limit):
    decided(live, "d1")
    live.goodwill.give(gift("g1", amount="15.00"), limits(**{limit: "25.00"}))
    with pytest.raises(LiveError, match="more than may be given") as refused:
        live.goodwill.give(gift("g2", amount="10.01"), limits(**{limit: "25.00"}))
    assert (refused.value.code, refused.value.where) == ("LIV400", f"live.goodwill.{limit}")
    assert live.goodwill.give(gift("g3", amount="10.00"), limits(**{limit: "25.00"}))


def test_another_day_another_agent_and_another_customer_count_for_themselves(live):
    decided(live, "d1")
    decided(live, "d2", "bea")
    live.goodwill.give(gift("g1", at=NOON - timedelta(days=1)), limits())
    assert live.goodwill.left("d1", "person:mia", limits())["agent_a_day"] == 1000
    assert live.goodwill.left("d1", "person:mia", limits())["at_once"] == 1000
    assert live.goodwill.left("d1", "person:mia", limits())["customer_a_year"] == 990
    assert live.goodwill.left("d2", "person:finn", limits()) == {"at_once": 1000, "agent_a_day": 1000, "customer_a_year": 1000}


def test_agents_who_give_at_once_never_break_a_limit(live, state_url):
    for at in range(8):
        decided(live, f"d{at}")

    def one(at):
        # Each with a writer of its own, as processes have.
        with storage.state.open_live(state_url) as own:
            done = 0
            for turn in range(4):
                try:
                    done += own.goodwill.give(gift(f"g{at}-{turn}", f"d{at}", agent=f"person:{at}"), limits(customer_a_year="95.00"))
                except LiveError as error:
                    assert error.code == "LIV400"  # noqa: PT017 - the only thing that may go wrong
            return done

    with ThreadPoolExecutor(8) as agents:
        assert sum(agents.map(one, range(8))) == 9
    assert live.goodwill.left("d0", "person:0", limits(customer_a_year="95.00"))["customer_a_year"] == D("5.00")


def test_what_agents_did_is_measured_by_agent_and_reason(live):
    decided(live, "d1")
    decided(live, "d2", "bea")
    live.goodwill.give(gift("g1"), limits())
    live.goodwill.give(gift("g2", "d2", "5.50"), limits())
    live.contacts.record_outcome(OutcomeRow("d2", "overridden", NOON, None, "Has it already", "person:finn"))
    live.contacts.record_outcome(OutcomeRow("d2", "bought", NOON, D(40)))
    live.contacts.record_outcome(OutcomeRow("d1", "bought", NOON, D(80), None, "key:shop"))
    told = live.goodwill.measured(since=NOON, until=NOON + timedelta(seconds=1))
    assert [(one.agent, one.kind, one.reason, one.times, one.customers, one.amount) for one in told] == [
        ("person:finn", "overridden", "Has it already", 1, 1, None), ("person:mia", "goodwill", "Late delivery", 2, 2, D("15.50")),
    ]  # fmt: skip
    assert live.goodwill.measured(since=NOON + timedelta(seconds=1), until=NOON + timedelta(days=1)) == []
