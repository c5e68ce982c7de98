"""Tasks of hosts: one open task a customer, no more a host than there is room for, under the customer's id of today."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal as D

import pytest
from tests.storage.states import difference, run

from unequal import storage
from unequal.storage.state import HostTaskRow

NOON = datetime(2026, 3, 2, 12)


@pytest.fixture
def live(state_url):
    with storage.state.open_live(state_url) as opened:
        yield opened


def task(name, customer="ann", stake="10.00", host="mia"):
    return HostTaskRow(name, customer, host, "An early warning stands.", D(stake), date(2026, 3, 7), NOON)


def test_tasks_are_kept_to_the_cent_and_told_with_the_most_dollars_first(live):
    rows = [task("t1", "ann", "10.01"), task("t2", "bea", "999999999.99"), task("t3", "cleo", "0.50", "tom")]
    assert live.hosts.add(rows, at_most=5) == rows
    assert live.hosts.tasks() == [rows[1], rows[0], rows[2]]


def test_a_customer_has_one_open_task_and_a_host_no_more_than_there_is_room_for(live):
    live.hosts.add([task("t1")], at_most=2)
    added = live.hosts.add([task("t2"), task("t3", "bea"), task("t4", "cleo"), task("t5", "cleo", host="tom")], at_most=2)
    assert [one.task_id for one in added] == ["t3", "t5"]


def test_who_plans_at_the_same_time_gives_nobody_two_tasks_and_no_host_too_many(live, state_url):
    def plan(number):
        with storage.state.open_live(state_url) as own:
            return own.hosts.add([task(f"t{number}-{place}", f"c{place}") for place in range(6)], at_most=4)

    with ThreadPoolExecutor(4) as pool:
        added = [one for found in pool.map(plan, range(4)) for one in found]
    assert sorted(one.customer_id for one in added) == ["c0", "c1", "c2", "c3"]
    assert len(live.hosts.tasks()) == 4


def test_what_came_of_a_task_is_written_once_and_makes_room_for_another(live):
    live.hosts.add([task("t1")], at_most=1)
    later = NOON + timedelta(days=1)
    told = [live.hosts.finish(name, outcome="kept", at=later, author="person:mia") for name in ("t1", "t1", "none")]
    assert told == [True, False, False]
    assert live.hosts.tasks() == [replace(task("t1"), status="done", outcome="kept", outcome_at=later, author="person:mia")]
    assert live.hosts.add([task("t2")], at_most=1) == [task("t2")]


def test_customers_who_become_one_keep_the_task_with_the_most_dollars(live, state):
    live.hosts.add([task("t1", "ann", "10.00"), task("t2", "bea", "20.00"), task("t3", "cleo", "5.00")], at_most=5)
    state.publish(run("r1"), difference(("founded", "1", None, "ann"), ("founded", "2", None, "bea")))
    state.publish(run("r2", "r1"), difference(("merged", "2", "bea", "ann"), redirects={"bea": "ann"}))
    assert live.hosts.add([task("t4", "bea")], at_most=5) == []
    assert live.hosts.drop_doubles(NOON) == 1
    assert [(one.task_id, one.customer_id, one.status) for one in state.host_tasks()] == [
        ("t2", "ann", "open"), ("t1", "ann", "dropped"), ("t3", "cleo", "open"),
    ]  # fmt: skip
    assert live.hosts.drop_doubles(NOON) == 0
