"""Channels that decide at once, and a process that is killed between: no limit and no budget is ever broken."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from tests.storage.contact_rows import channels

from unequal import storage
from unequal.storage.state import reserving, spending
from unequal.storage.state.contacts import CONTACT
from unequal.storage.state.decisions import DECISION
from unequal.storage.state.spending import POLICY_SPEND

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS = [f"c_{at}" for at in range(200)]


def contacts_of_each(state: storage.State) -> Counter[str]:
    with state._engine.connect() as connection:
        return Counter(connection.execute(sa.select(CONTACT.c.customer_id)).scalars())


def killed_at(state_url: str, tmp_path: Path, point: str, nth: int) -> subprocess.Popen[str]:
    """A process with two channels, which waits for the file `go` and is killed at a point."""
    program = """
        import os, pathlib, signal, sys, time
        from itertools import count
        from tests.storage.contact_rows import channels
        from tests.storage.test_contact_limits import CUSTOMERS
        from unequal import storage
        from unequal.storage import faults
        url, folder, point, nth = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
        passed = count(1)
        def reached(name):
            if name == point:
                at = next(passed)
                if at >= nth - 3:
                    (folder / "near").touch()
                if at == nth:
                    os.kill(os.getpid(), signal.SIGKILL)
        faults.listen(reached)
        with storage.open_state(url) as state:
            (folder / "ready").touch()
            while not (folder / "go").exists():
                time.sleep(0.001)
            channels(state._engine, ["shop-7", "mail-8"], CUSTOMERS)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), state_url, str(tmp_path), point, str(nth)]
    return subprocess.Popen(command, cwd=ROOT, env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(("point", "nth"), [("state write reservation", 20), ("state group is committed", 12)])
def test_no_customer_is_contacted_twice_though_eight_channels_decide_at_once_and_two_of_them_die(
    state: storage.State, state_url: str, tmp_path: Path, point: str, nth: int
) -> None:
    dying = killed_at(state_url, tmp_path, point, nth)
    while not (tmp_path / "ready").exists():
        assert dying.poll() is None, dying.stderr.read()
        time.sleep(0.01)
    (tmp_path / "go").touch()
    # It is let come near its death, or on a busy machine others would have reserved everybody before it gets there.
    while not (tmp_path / "near").exists() and dying.poll() is None:
        time.sleep(0.001)
    did: list[str] = []
    channels(state._engine, [f"channel-{at}" for at in range(6)], CUSTOMERS, did.append)
    complaint = dying.communicate(timeout=60)[1]
    assert dying.returncode == -9, complaint or "a point that does not fire proves nothing"
    assert contacts_of_each(state) == dict.fromkeys(CUSTOMERS, 1)
    assert len(did) == 6 * len(CUSTOMERS)
    with state._engine.connect() as connection:
        # Whatever the dead process left of a decision, it left with its contact.
        assert connection.execute(sa.select(sa.func.count()).select_from(DECISION)).scalar_one() == len(CUSTOMERS)


def test_without_the_comparison_of_versions_the_harness_finds_limits_broken(state: storage.State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reserving, "_NEXT", reserving._NEXT.replace("AND version = ?", "AND ? >= 0"))
    monkeypatch.setattr(reserving, "_ONCE", " ON CONFLICT (customer_id) DO UPDATE SET version = customer_live.version + 1")
    channels(state._engine, [f"same-order-{at}-x" for at in range(8)], CUSTOMERS[:60])
    assert max(contacts_of_each(state).values()) > 1


def test_a_budget_is_spent_to_its_last_contact_and_never_beyond(state: storage.State) -> None:
    did: list[str] = []
    channels(state._engine, [f"channel-{at}" for at in range(8)], CUSTOMERS[:60], did.append, budget=Decimal(51))
    with state._engine.connect() as connection:
        assert connection.execute(sa.select(POLICY_SPEND.c.spent)).scalar_one() == Decimal(50)
    assert len(contacts_of_each(state)) == did.count("contact") == 25
    assert did.count("budget") > 0


def test_without_its_condition_the_harness_finds_the_budget_overspent(state: storage.State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending, "_SPEND", spending._SPEND.replace("spent + ? <= ?", "spent + ? > -abs(?)"))
    channels(state._engine, ["channel-1", "channel-2"], CUSTOMERS[:60], budget=Decimal(51))
    with state._engine.connect() as connection:
        assert connection.execute(sa.select(POLICY_SPEND.c.spent)).scalar_one() > Decimal(51)
