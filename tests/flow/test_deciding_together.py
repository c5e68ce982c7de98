"""Whoever asks at once is decided for together, and each as if he had asked alone."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from tests.flow.reaching import AT, CUSTOMERS, POLICIES, approve, moment_of_contact

from unequal.flow.live import Asked, Live
from unequal.storage.state import TimerRow
from unequal.terms.errors import LiveError, StorageError


def together(live: Live, asked: list[Asked]) -> list[Future[dict[str, Any]]]:
    """Ask while somebody else has the turn to write, so that all of them wait and are taken at once."""
    with live.state.writer._turn:
        return [live.decide_soon(one) for one in asked]


def test_a_crowd_is_decided_for_as_each_alone_and_no_limit_is_passed(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        ids = live.profiles.customers()
        assert len(ids) == CUSTOMERS - 1
        # Each is asked about three times, in all channels, at once.
        came = [one.result(60) for one in together(live, [Asked("email", one) for one in ids * 3])]
        treated = [one for one in came if one["treatment"] is not None]
        assert len(treated) > CUSTOMERS / 2
        assert len({(one["customer_id"], one["treatment"]["policy"]) for one in treated}) == len(treated), "each policy has a limit of one"
        assert {one["customer_id"] for one in came} == set(ids)
        for one in came:
            told = live.explain(one["decision_id"])
            assert told is not None
            assert told["replayed"]
            assert (told["winner"] or {}).get("policy") == (one["treatment"] or {}).get("policy")
        contacts = [contact for one in ids for contact in live.state.contacts.contacts(one)]
        assert len(contacts) == len(treated)
        spent = {name: amount for (name, _), amount in live.state.contacts.spent().items()}
        assert sum(spent.values()) == sum(contact.cost for contact in contacts)


def test_who_asks_wrongly_is_told_and_the_others_are_answered(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        first, *_ = live.profiles.customers()
        good, unknown, odd = together(live, [Asked("email", first), Asked("email", "c_nobody"), Asked("email", kind="shoe", value="44")])
        assert good.result(60)["customer_id"] == first
        with pytest.raises(LiveError, match="LIV202"):
            unknown.result(60)
        with pytest.raises(Exception, match="IDN020"):
            odd.result(60)


def test_what_is_told_of_an_answer_is_the_callers_own_business(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        first, second, *_ = live.profiles.customers()

        def fails(_answer: dict[str, Any]) -> dict[str, Any]:
            raise ValueError("no words")

        failed, told = (
            live.decide_soon(Asked("email", first), fails),
            live.decide_soon(Asked("email", second), lambda one: {"is": one["channel"]}),
        )
        with pytest.raises(ValueError, match="no words"):
            failed.result(60)
        assert told.result(60) == {"is": "email"}
        assert len(live.state.contacts.decisions(first)) == 1, "the decision stands all the same"


def test_a_timer_that_fired_already_is_told_to_its_own_asker_alone(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        first, second, third, *_ = live.profiles.customers()
        live.state.timers.put([TimerRow("cake", first, "event:1", AT), TimerRow("cake", second, "event:2", AT)])
        gone, waiting = (one.timer_id for one in live.state.timers.due(AT))
        live.state.timers.call_off(gone, AT)
        late, fires, plain = together(
            live, [Asked("email", first, timers=(gone,)), Asked("email", second, timers=(waiting,)), Asked("email", third)]
        )
        with pytest.raises(LiveError, match="LIV102"):
            late.result(60)
        assert fires.result(60)["customer_id"] == second
        assert plain.result(60)["customer_id"] == third
        assert live.state.timers.due(AT) == []
        assert live.state.contacts.decisions(first) == []


def test_all_who_asked_before_it_closes_are_answered_and_none_after(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        asked = [live.decide_soon(Asked("email", one)) for one in live.profiles.customers()]
    assert [one.result(0)["channel"] for one in asked] == ["email"] * len(asked)
    with pytest.raises(StorageError, match="STO110"):
        live.decide_soon(Asked("email", "c_1"))


def test_histories_are_laid_out_when_the_clock_ticks_and_not_while_customers_wait(bakery: Path) -> None:
    with moment_of_contact(bakery) as live:
        live.tick()
        assert not live.profiles.held.laid.sheets, "no message tells of a history"
        approve(live, POLICIES["cake"].replace("policy: cake", "policy: cake_again").replace("pushes:", "with_history: true\npushes:"))
        live.tick()
        assert live.profiles.held.laid.sheets
