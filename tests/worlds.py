"""Companies that several tests only read: each is made once, whichever worker needs it first."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from unequal import demo

SMALL = 2_000


def made_once(folders: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that is made by the first worker to ask, while the others wait for it; not to be changed."""
    root = folders.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # each worker has a folder of its own below the session's
        root = root.parent
    folder = root / name
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            aside = root / f"{name}.aside"
            make(aside)
            aside.rename(folder)
    return folder


@pytest.fixture(scope="session")
def default_meridian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Meridian as `unequal demo` makes it, not run; not to be changed."""
    return made_once(tmp_path_factory, "default-meridian", demo.build)


@pytest.fixture(scope="session")
def small_meridian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Meridian of 2,000 persons, not run; not to be changed."""
    return made_once(tmp_path_factory, "small-meridian", lambda folder: demo.build(folder, persons=SMALL, seed=2026))
