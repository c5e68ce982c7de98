"""Several processes at one state: openings, publications and readers."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from tests.storage.states import difference, membership, run

from unequal import storage
from unequal.terms.errors import StorageError

PROCESSES = 6


def test_processes_that_open_a_new_database_at_once_all_find_it_whole(state_url: str, tmp_path: Path) -> None:
    program = """
        import pathlib, sys, time
        from unequal import storage
        ready, go = (pathlib.Path(name) for name in sys.argv[2:])
        ready.touch()
        while not go.exists():
            time.sleep(0.001)
        with storage.open_state(sys.argv[1]) as state:
            print(len(state.runs()))
    """
    ready = [tmp_path / f"ready-{at}" for at in range(3)]
    command = [sys.executable, "-c", textwrap.dedent(program), state_url]
    started = [
        subprocess.Popen([*command, str(name), str(tmp_path / "go")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for name in ready
    ]
    while not all(name.exists() for name in ready):
        assert all(process.poll() is None for process in started)
        time.sleep(0.01)
    (tmp_path / "go").touch()
    for process in started:
        told, complaint = process.communicate(timeout=120)
        assert (process.returncode, told) == (0, "0\n"), complaint


def test_of_runs_that_follow_the_same_one_exactly_one_is_published(state: storage.State) -> None:
    state.publish(run("r0"), difference(*(("founded", str(at), None, f"c_{at}") for at in range(50))))
    outcomes: list[str] = []
    together = threading.Barrier(PROCESSES)

    def publish(name: str) -> None:
        change = difference(*(("moved", str(at), f"c_{at}", f"c_{at}_{name}") for at in range(50)))
        together.wait()
        try:
            state.publish(run(name, "r0"), change)
            outcomes.append(name)
        except StorageError as refused:
            outcomes.append(refused.code)

    threads = [threading.Thread(target=publish, args=(f"n{at}",)) for at in range(PROCESSES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    published = [name for name in outcomes if name != "STO103"]
    assert len(published) == 1
    assert len(outcomes) == PROCESSES
    assert {customer.rpartition("_")[2] for customer, _ in membership(state).values()} == set(published)


def test_a_reader_sees_one_membership_while_others_publish(state: storage.State) -> None:
    records = 120_000 if "sqlite" in str(state._engine.url) else 30_000
    state.publish(run("r0"), difference(*(("founded", f"{at:06}", None, "c_0") for at in range(records))))
    reading = state.membership_batches()
    first = next(reading)
    state.publish(run("r1", "r0"), difference(*(("moved", f"{at:06}", "c_0", "c_1") for at in range(records))))
    seen = {customer for batch in (first, *reading) for customer in batch["customer_id"].to_pylist()}
    assert seen == {"c_0"}
    assert {customer for customer, _ in membership(state).values()} == {"c_1"}


@pytest.mark.parametrize("kill_at", ["state load difference", "state write membership", "state write run", "state commit run"])
def test_a_process_killed_while_it_publishes_leaves_the_run_before(state_url: str, kill_at: str) -> None:
    with storage.open_state(state_url) as state:
        state.publish(run("r0"), difference(("founded", "1", None, "c_1")))
    program = """
        import os, signal, sys
        from tests.storage.states import difference, run
        from unequal import storage
        from unequal.storage import faults
        faults.listen(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == sys.argv[2] else None)
        with storage.open_state(sys.argv[1]) as state:
            state.publish(run("r1", "r0"), difference(("moved", "1", "c_1", "c_2")))
    """
    root = Path(__file__).resolve().parents[2]
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), state_url, kill_at], cwd=root, env={"PYTHONPATH": str(root)}, check=False
    )
    assert killed.returncode == -9, "a point that does not fire proves nothing"
    with storage.open_state(state_url) as state:
        assert state.current_run().run_id == "r0"
        assert {customer for customer, _ in membership(state).values()} == {"c_1"}
        assert state.publish(run("r1", "r0"), difference(("moved", "1", "c_1", "c_2"))).membership_version == "r1"
