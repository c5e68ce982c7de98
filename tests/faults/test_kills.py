"""A run is published whole or not at all: kill -9 at every write, rename and commit, and at any instant."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from tests.faults import mutations

ROOT = Path(__file__).resolve().parents[2]
SHARES = 2
ONE_IN = os.environ.get("UNEQUAL_ONE_POINT_IN", "3")
"""Of the points of a whole run that are no rename and no commit; 1 tries all of them."""
IN_MEMORY = Path("/dev/shm")


def harness(program: str, folder: Path, *arguments: str) -> tuple[int, dict]:
    """Run a harness in a clean process: one that forks may have no threads."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{program}", str(folder), *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )  # fmt: skip
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def quick_folder(tmp_path):
    """A folder in memory where there is one: what a kill leaves does not depend on the disk, and syncing is quick."""
    if not (IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK)):
        yield tmp_path
        return
    folder = Path(tempfile.mkdtemp(prefix="unequal-faults-", dir=IN_MEMORY))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_small_run_killed_at_any_of_its_points_is_published_whole_or_not_at_all(quick_folder):
    code, told = harness("storage_kills", quick_folder, "points")
    assert code == 0, told
    assert told["killed"] >= 90
    assert {"list", "sync", "rename", "write", "sweep", "remove", "state commit run", "state write membership"} <= set(told["points"])


def test_a_small_run_killed_at_any_instant_is_published_whole_or_not_at_all(quick_folder):
    trials = int(os.environ.get("UNEQUAL_KILLS", "150"))
    code, told = harness("storage_kills", quick_folder, "instants", "--random", str(trials))
    assert code == 0, told
    assert told["killed"] == trials


def test_readers_at_work_while_runs_are_published_killed_and_swept_see_one_run_at_a_time(quick_folder):
    code, told = harness("storage_kills", quick_folder, "readers", "--random", "100")
    assert code == 0, told
    assert told["killed"] >= 20
    assert min(told["looks"]) >= 20
    assert min(told["generations"]) >= 5


@pytest.mark.parametrize("share", range(SHARES))
def test_a_whole_run_killed_at_any_of_its_points_is_published_whole_or_not_at_all(quick_folder, share):
    code, told = harness("whole_runs", quick_folder, "kill", "--share", str(share), "--of", str(SHARES), "--one-in", ONE_IN)
    assert code == 0, told
    assert told["killed"] >= 20, "with the small runs the kills in CI come to three hundred"
    assert told["before"] > 0
    named = {name.split(" ")[0] for name in told["points"]}
    assert {"list", "sync", "rename", "write", "state"} <= named


@pytest.mark.parametrize("name", mutations.KILLED)
def test_the_harness_that_kills_finds(quick_folder, name):
    code, told = harness("storage_kills", quick_folder, "points", "--mutation", name)
    assert code == 1, told
    assert "broken" in told


def test_the_harness_with_readers_finds_readers_that_hold_no_lock(quick_folder):
    code, told = harness("storage_kills", quick_folder, "readers", "--mutation", "readers without a lock", "--random", "200")
    assert code == 1, told


def test_the_harness_of_whole_runs_finds_orphans(quick_folder):
    code, told = harness("whole_runs", quick_folder, "kill", "--share", "3", "--of", "60", "--mutation", "orphans left")
    assert code == 1, told
    assert "orphans stay" in told["broken"]
