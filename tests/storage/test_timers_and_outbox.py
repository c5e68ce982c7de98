"""Timers fire once and messages are sent at least once, though several workers are at them and one is killed."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.storage.contact_rows import AT, later, reservation
from tests.storage.states import difference, run
from tests.storage.test_contacts import Base

from unequal import storage
from unequal.storage.state import contacts, outbox, timers
from unequal.storage.state.contacts import CONTACT
from unequal.storage.state.outbox import OUTBOX, Message
from unequal.storage.state.reserving import Stale, reserve
from unequal.storage.state.timers import TimerIsTaken, TimerRow

ROOT = Path(__file__).resolve().parents[2]
TIMERS = 60


@pytest.fixture
def base(state: storage.State) -> Base:
    return Base(state)


def fire_all(state: storage.State, worker: str) -> None:
    """What a worker does at a tick: what each due timer does, it does in the transaction that fires it."""
    base = Base(state)
    while due := base.write(timers.due, later(60), at_most=10):
        for timer in due:
            held = base.standing(timer.customer_id)
            name = f"{worker}:{timer.timer_id}"
            message = Message("shop", "{}", name, later(60))
            try:
                base.write(reserve, reservation(name, timer.customer_id, held.version, timer=timer.timer_id, messages=[message]))
            except (Stale, TimerIsTaken):
                continue


def fired(state: storage.State) -> Counter[str]:
    """How often each customer was contacted, which only his timer does."""
    with state._engine.connect() as connection:
        return Counter(connection.execute(sa.select(CONTACT.c.customer_id)).scalars())


def workers(state: storage.State, names: list[str]) -> None:
    threads = [threading.Thread(target=fire_all, args=(state, name)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_each_timer_fires_once_though_three_workers_are_at_it_and_one_is_killed(
    state: storage.State, state_url: str, tmp_path: Path
) -> None:
    rows = [TimerRow("p", f"c_{at}", f"e{at}", later(at)) for at in range(TIMERS)]
    assert Base(state).write(timers.put, rows) == TIMERS
    program = """
        import os, pathlib, signal, sys
        from itertools import count
        from tests.storage.test_timers_and_outbox import fire_all
        from unequal import storage
        from unequal.storage import faults
        passed = count(1)
        faults.listen(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == "state write reservation" and next(passed) == 7 else None)
        with storage.open_state(sys.argv[1]) as state:
            pathlib.Path(sys.argv[2]).touch()
            fire_all(state, "dying")
    """
    command = [sys.executable, "-c", textwrap.dedent(program), state_url, str(tmp_path / "ready")]
    dying = subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "ready").exists():
        assert dying.poll() is None, dying.stderr.read()
        time.sleep(0.01)
    # It is waited for: whether it dies before the others or between them, what it was about to do is theirs.
    complaint = dying.communicate(timeout=60)[1]
    assert dying.returncode == -9, complaint or "a point that does not fire proves nothing"
    assert 0 < sum(fired(state).values()) < TIMERS
    workers(state, ["one", "two"])
    assert fired(state) == {f"c_{at}": 1 for at in range(TIMERS)}
    assert Base(state).write(outbox.waiting)["waiting"] == TIMERS


def test_without_the_condition_of_a_claim_the_harness_finds_timers_that_fired_twice(
    state: storage.State, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Base(state)
    base.write(timers.put, [TimerRow("p", "ann", "e1", AT)])
    (timer,) = base.write(timers.due, AT)
    monkeypatch.setattr(timers, "_CLAIM", timers._CLAIM.replace(" AND status = 'pending'", ""))
    for name in ("one", "two"):
        base.reserve(name, "ann", timer=timer.timer_id)
    assert fired(state) == {"ann": 2}


def test_an_event_sets_one_timer_of_a_policy_however_often_it_is_looked_at(base: Base) -> None:
    cart = TimerRow("p", "ann", "e1", later(30))
    assert base.write(timers.put, [cart, TimerRow("q", "ann", "e1", later(5))]) == 2
    assert base.write(timers.put, [cart, cart]) == 0
    assert [(row.policy, row.due_at) for row in base.write(timers.pending, "ann")] == [("q", later(5)), ("p", later(30))]
    assert [row.policy for row in base.write(timers.due, later(29))] == ["q"]


def test_a_cancelled_timer_never_fires_and_is_not_set_again(base: Base) -> None:
    rows = [TimerRow("p", "ann", "e1", later(30)), TimerRow("q", "ann", "e1", later(30)), TimerRow("p", "bob", "e2", later(30))]
    base.write(timers.put, rows)
    before = base.standing("ann").version
    assert base.write(timers.cancel, "ann", ["p", "r"], later(10)) == 1
    assert base.write(timers.cancel, "ann", ["p"], later(11)) == 0
    assert base.standing("ann").version == before + 1
    base.write(timers.put, rows)
    assert [(row.policy, row.customer_id) for row in base.write(timers.due, later(30))] == [("q", "ann"), ("p", "bob")]


def test_the_timers_of_whoever_is_merged_are_his_who_he_is_today(base: Base) -> None:
    base.state.publish(run("r1"), difference(*(("founded", n, None, f"c_{n}") for n in "12")))
    rows = [TimerRow("p", "c_2", "e1", AT), TimerRow("q", "c_2", "e1", AT), TimerRow("p", "anonymous:web:x", "e2", AT)]
    base.write(timers.put, rows)
    base.state.publish(run("r2", "r1"), difference(("merged", "2", "c_2", "c_1"), redirects={"c_2": "c_1"}))
    assert [row.customer_id for row in base.write(timers.due, AT)] == ["c_1", "c_1", "anonymous:web:x"]
    assert base.write(timers.cancel, "c_1", ["p"], AT, also=["anonymous:web:x"]) == 2
    assert [row.policy for row in base.write(timers.pending, "c_1")] == ["q"]


def message(key: str) -> Message:
    return Message("shop", f'{{"id":"{key}"}}', key, AT)


def test_a_message_with_a_key_that_is_known_is_the_first_one(base: Base) -> None:
    assert base.write(outbox.enqueue, [message("a"), message("b"), Message("mail", "other", "a", later(1))]) == 2
    assert [(each.destination, each.payload, each.attempts) for each in base.write(outbox.claim, AT)] == [
        ("shop", '{"id":"a"}', 1), ("shop", '{"id":"b"}', 1)
    ]  # fmt: skip
    assert base.write(outbox.claim, AT) == []


def test_a_message_waits_longer_each_time_and_is_given_up_in_the_end(base: Base) -> None:
    base.write(outbox.enqueue, [message("a")])
    at, waits = AT, []
    while claimed := base.write(outbox.claim, at):
        assert base.write(outbox.retry, claimed[0], at, "503")
        with base.state._engine.connect() as connection:
            next_at, status = connection.execute(sa.select(OUTBOX.c.next_at, OUTBOX.c.status)).one()
        if status == "waiting":
            waits.append((next_at - at).total_seconds())
            assert base.write(outbox.claim, next_at - timedelta(seconds=1)) == []
        at = next_at
    assert waits[:4] == [10, 20, 40, 80]
    assert waits == sorted(waits)
    assert len(waits) == outbox.MOST_ATTEMPTS - 1
    assert base.write(outbox.waiting) == {"waiting": 0, "sent": 0, "failed": 1}


def test_a_message_of_a_worker_that_died_goes_to_another_after_its_lease(base: Base) -> None:
    base.write(outbox.enqueue, [message("a")])
    (dead,) = base.write(outbox.claim, AT, lease=timedelta(minutes=2))
    assert base.write(outbox.claim, later(1)) == []
    (alive,) = base.write(outbox.claim, later(2))
    assert (alive.idempotency_key, alive.attempts) == ("a", 2)
    # The first was only slow: what it says of its attempt comes too late.
    assert not base.write(outbox.retry, dead, later(3), "slow")
    assert base.write(outbox.done, alive)
    assert not base.write(outbox.done, dead)
    assert base.write(outbox.waiting) == {"waiting": 0, "sent": 1, "failed": 0}


def test_workers_that_claim_at_once_take_different_messages(base: Base) -> None:
    base.write(outbox.enqueue, [message(str(at)) for at in range(60)])
    taken: list[str] = []
    together = threading.Barrier(3)

    def work() -> None:
        together.wait()
        while claimed := base.write(outbox.claim, AT, at_most=7):
            taken.extend(each.idempotency_key for each in claimed)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken, key=int) == [str(at) for at in range(60)]


def tells_of(*decision_ids: str) -> Message:
    return Message("shop", "of all", "m", AT) if len(decision_ids) > 1 else Message("shop", "of one", decision_ids[0], AT)


def status_of(base: Base, decision_id: str) -> str:
    (contact,) = base.write(contacts.of_decisions, [decision_id])
    return contact.status


def test_a_message_that_is_withheld_before_any_attempt_gives_its_contact_back(base: Base) -> None:
    base.reserve("d1", "ann", messages=[tells_of("d1")])
    (claimed,) = base.write(outbox.claim, AT)
    assert base.write(contacts.withhold, claimed, ["d1"], AT, "objected") is None
    assert status_of(base, "d1") == "released"
    assert base.write(outbox.waiting) == {"waiting": 0, "sent": 0, "failed": 0, "withdrawn": 1}
    assert base.write(outbox.claim, later(60)) == []


def test_a_message_that_is_withheld_after_an_attempt_keeps_its_contact_and_nobody_takes_it_back(base: Base) -> None:
    base.reserve("d1", "ann", messages=[tells_of("d1")])
    base.write(outbox.claim, AT)
    (again,) = base.write(outbox.claim, later(5))
    assert base.write(contacts.withhold, again, ["d1"], later(5), "objected") is None
    assert base.write(outbox.waiting)["withdrawn"] == 1
    (contact,) = base.write(contacts.of_decisions, ["d1"])
    assert not base.write(lambda connection: contacts.take_back(connection, contact.contact_id, "d1", later(6), goes_out=True))
    assert status_of(base, "d1") == "reserved"


def test_a_message_of_several_goes_on_without_one_under_its_key(base: Base) -> None:
    base.reserve("d1", "ann")
    base.reserve("d2", "bob")
    base.write(outbox.enqueue, [tells_of("d1", "d2")])
    (claimed,) = base.write(outbox.claim, AT)
    left = base.write(lambda connection: contacts.withhold(connection, claimed, ["d1"], AT, "objected", payload="of bob"))
    assert (left.payload, left.idempotency_key, left.attempts) == ("of bob", "m", 1)
    assert (status_of(base, "d1"), status_of(base, "d2")) == ("released", "reserved")
    assert base.write(outbox.retry, left, AT, "503")
    assert [one.payload for one in base.write(outbox.claim, later(1))] == ["of bob"]


def test_a_message_that_another_worker_has_by_now_is_not_withheld(base: Base) -> None:
    base.reserve("d1", "ann", messages=[tells_of("d1")])
    (slow,) = base.write(outbox.claim, AT)
    (other,) = base.write(outbox.claim, later(5))
    assert base.write(contacts.withhold, slow, ["d1"], later(5), "objected") is None
    assert status_of(base, "d1") == "reserved"
    assert base.write(outbox.done, other)


def test_the_timer_that_set_a_decision_off_is_found_by_its_moment(base: Base) -> None:
    base.write(timers.put, [TimerRow("p", "ann", "event:1", AT), TimerRow("p", "ann", "event:2", AT), TimerRow("q", "ann", "event:1", AT)])
    first = base.write(timers.due, AT)[0]
    base.write(timers.claim, first.timer_id, later(1))
    assert [row.event_id for row in base.write(timers.fired, "ann", "p", later(1))] == ["event:1"]
    assert base.write(timers.fired, "ann", "p", later(2)) == []
