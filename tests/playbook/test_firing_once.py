"""Timers fire once: through kill -9 at every point, and with two processes at them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.playbook.conftest import Make
from tests.playbook.moments import Scene, some

CARTS = ("cart_reminder", "cart_sweetener")
ROOT = Path(__file__).parents[2]


def left_carts(on: Scene, count: int) -> None:
    """So many customers leave a large cart; then the server stops."""
    for who, record in some(count, on.customers("web_users", *CARTS)):
        on.consents(who)
        on.sends("web", record, "Cart Updated", value=75)
    on.live.close()


def program(on: Scene, harness: str) -> dict[str, Any]:
    at = (on.now + timedelta(minutes=31)).isoformat()
    done = subprocess.run(
        [sys.executable, "-m", "tests.playbook.ticking", str(on.folder), harness, at], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_a_timer_fires_once_though_the_server_is_killed_at_any_point(scene: Make) -> None:
    on = scene(*CARTS)
    left_carts(on, 1)
    told = program(on, "points")
    assert {"state write decision", "state write reservation", "state commit group"} <= set(told["points"])
    assert told["killed"] >= 5
    assert (told["contact"], told["outbox"], told["messages"], told["timers"]) == (1, 1, 1, {"fired": 2})


def test_two_processes_fire_the_same_timers_once(scene: Make) -> None:
    on = scene(*CARTS)
    left_carts(on, 25)
    told = program(on, "workers")
    assert (told["contact"], told["outbox"], told["messages"], told["timers"]) == (25, 25, 25, {"fired": 50})
