"""Power loss, a full disk, files that may not grow: yesterday's run still served, and a named error."""

from __future__ import annotations

import os
import subprocess

import pytest
from tests.faults import mutations
from tests.faults.test_kills import harness, quick_folder

__all__ = ["quick_folder"]


def test_a_run_on_which_the_power_fails_at_any_point_is_there_whole_or_not_at_all(quick_folder):
    code, told = harness("storage_kills", quick_folder, "power")
    assert code == 0, told
    assert told["lost"] >= 90


@pytest.mark.parametrize("name", mutations.POWER)
def test_the_harness_that_cuts_the_power_finds(quick_folder, name):
    code, told = harness("storage_kills", quick_folder, "power", "--mutation", name)
    assert code == 1, told
    assert "power lost" in told["broken"]


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 8 MB; only root may mount one."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=False, capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_a_named_error_and_yesterdays_run_is_still_served(small_disk):
    code, told = harness("whole_runs", small_disk, "full")
    assert code == 0, told
    assert {"STO003", "done"} <= set(told["codes"].values()), told


def test_files_that_may_not_grow_are_a_named_error_and_yesterdays_run_is_still_served(quick_folder):
    code, told = harness("whole_runs", quick_folder, "limited")
    assert code == 0, told
    assert {"STO003", "done"} <= set(told["codes"].values()), told
