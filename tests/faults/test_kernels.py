"""Kernels run where they cannot be kept: in a package and a home that nobody may write to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = ("unequal.identity.matching", "unequal.value")

DOUBLING = """
from {room}.compiled import kernel

@kernel
def doubled(number: int) -> int:
    return 2 * number

print(doubled(21), doubled.stats.cache_path)
"""


@pytest.fixture(params=ROOMS)
def module(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A module of kernels in a folder where nothing is kept, and a file that stands where folders would have to be made."""
    written = tmp_path / "kernels.py"
    written.write_text(DOUBLING.format(room=request.param))
    (tmp_path / "__pycache__").write_text("")
    return written


def told(module: Path, **places: str) -> list[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_") and name != "XDG_CACHE_HOME"}
    run = subprocess.run([sys.executable, module], env=inherited | places, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return run.stdout.split()


def test_a_kernel_runs_where_no_folder_can_be_written_to(module):
    # A folder below a file can be made by nobody, not even by root.
    nowhere = module / "below"
    assert told(module, HOME=str(nowhere), NUMBA_CACHE_DIR=str(nowhere)) == ["42", "None"]
    assert not nowhere.exists()


def test_a_kernel_is_kept_in_the_users_folder_where_the_package_s_cannot_be_written_to(module, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    answer, place = told(module, HOME=str(home))
    assert answer == "42"
    assert Path(place).is_relative_to(home)
    assert list(home.rglob("*.nbi"))
