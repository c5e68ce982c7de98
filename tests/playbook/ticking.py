"""Timers under fire: killed at every point of firing, and raced for by two processes; then the state is looked at.

Run as a program, from a process without threads: `python -m tests.playbook.ticking FOLDER HARNESS TIME`, where FOLDER is a scene whose timers
are due at TIME. Prints one line of JSON.
"""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
import sys
from datetime import datetime, timedelta
from pathlib import Path

from tests.faults.children import Child, answer_of, in_child, points_of

from unequal import flow
from unequal.flow.live import Live


def tick(folder: Path, at: datetime, kill_at: int | None = None) -> list[str]:
    """Fire what is due; the points that were passed."""
    with Live(flow.open_project(folder, {}), clock=lambda: at) as live:
        return points_of(lambda: live.tick(at), kill_at=kill_at)


def left(folder: Path) -> dict[str, object]:
    """What the state holds, and how many different messages were handed over."""
    with sqlite3.connect(folder / ".unequal" / "state.db") as state:
        counted = {name: state.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("contact", "outbox")}
        timers = dict(state.execute("SELECT status, count(*) FROM timer GROUP BY status").fetchall())
    files = sorted((folder / ".unequal" / "delivered").glob("*.jsonl"))
    lines = [line for file in files for line in file.read_text().splitlines()]
    return {**counted, "timers": timers, "messages": len({json.loads(line)["decision_id"] for line in lines})}


def at_points(folder: Path, at: datetime) -> dict[str, object]:
    """Killed at each point, and begun anew."""
    before = folder.parent / "before"
    state = folder / ".unequal" / "state.db"
    before.mkdir()
    shutil.copy2(state, before)

    def fresh() -> None:
        for file in state.parent.glob("state.db*"):
            file.unlink()
        shutil.rmtree(folder / ".unequal" / "delivered", ignore_errors=True)
        shutil.copy2(before / "state.db", state)

    points = answer_of(lambda: tick(folder, at))
    whole = left(folder)
    for number in range(1, len(points) + 1):
        fresh()
        ended, _ = in_child(lambda number=number: tick(folder, at, kill_at=number))
        assert ended == signal.SIGKILL, f"point {number}, {points[number - 1]}, did not fire"
        # What was taken to be sent and not said to be sent comes back after two minutes.
        answer_of(lambda: tick(folder, at + timedelta(minutes=3)) and None)
        assert left(folder) == whole, f"killed at {points[number - 1]}: {left(folder)}, not {whole}"
    return {"killed": len(points), "points": sorted(set(points)), **whole}


def two_workers(folder: Path, at: datetime) -> dict[str, object]:
    """Two processes fire the same timers at the same time."""
    children = [Child(lambda: tick(folder, at)) for _ in range(2)]
    for child in children:
        child.ended()
    return left(folder)


if __name__ == "__main__":
    harness = {"points": at_points, "workers": two_workers}[sys.argv[2]]
    print(json.dumps(harness(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[3]))))
