"""Timers that one event set: one decision does away with all of them, or with none; and some are put off. On both databases."""

from __future__ import annotations

import pytest
from tests.storage.contact_rows import AT, later, reservation
from tests.storage.test_contacts import Base

from unequal import storage
from unequal.storage.state import timers
from unequal.storage.state.reserving import reserve
from unequal.storage.state.timers import TimerIsTaken, TimerRow


@pytest.fixture
def base(state: storage.State) -> Base:
    found = Base(state)
    found.write(timers.put, [TimerRow(policy, "c_1", "event:1", AT) for policy in ("p", "q", "r")])
    return found


def test_a_decision_does_away_with_every_timer_of_its_event(base: Base) -> None:
    first, second, third = (one.timer_id for one in base.write(timers.due, later(1)))
    base.write(reserve, reservation("d1", "c_1", 0, timer=first, other_timers=[second, third]))
    assert base.write(timers.due, later(1)) == []


def test_of_two_decisions_on_timers_that_overlap_one_stands_whole(base: Base) -> None:
    first, second, third = (one.timer_id for one in base.write(timers.due, later(1)))
    base.write(reserve, reservation("d1", "c_1", 0, timer=third, other_timers=[second]))
    with pytest.raises(TimerIsTaken):
        base.write(reserve, reservation("d2", "c_1", 1, timer=first, other_timers=[second]))
    assert [one.timer_id for one in base.write(timers.due, later(1))] == [first]
    assert len(base.standing("c_1").contacts) == 1


def test_what_is_put_off_comes_due_later_and_what_is_done_with_does_not_come_back(base: Base) -> None:
    first, second, third = (one.timer_id for one in base.write(timers.due, later(1)))
    base.write(timers.call_off, third, AT)
    assert base.write(timers.postpone, [second, third], later(15)) == 1
    assert [one.timer_id for one in base.write(timers.due, later(14))] == [first]
    assert [one.timer_id for one in base.write(timers.due, later(15))] == [first, second]
