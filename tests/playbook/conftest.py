"""Meridian, made small and run once for all plays; each test has a copy of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.playbook.moments import Scene
from tests.worlds import made_once

from unequal import demo, flow

PERSONS = 600


def _make(folder: Path) -> None:
    demo.build(folder, persons=PERSONS, seed=2026)
    flow.run(flow.open_project(folder, {}))


@pytest.fixture(scope="session")
def run_meridian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Meridian of 600 persons with a published run; not to be changed."""
    return made_once(tmp_path_factory, "run-meridian", _make)


def _as_own(source: str, to: str) -> str:
    """What is never written again is shared; the state and the config are the test's own."""
    if "state" in Path(source).name or source.endswith(("unequal.yaml", ".lock")):
        return shutil.copy2(source, to)
    os.link(source, to)
    return to


@pytest.fixture
def scene(run_meridian: Path, tmp_path: Path) -> Any:
    """Makes a scene with some plays of the playbook: scene("cart_reminder")."""
    with ExitStack() as stack:

        def make(*names: str, **more: Any) -> Scene:
            folder = tmp_path / "meridian"
            if not folder.exists():
                shutil.copytree(run_meridian, folder, copy_function=_as_own)
            made = Scene(folder, *names, **more)
            stack.callback(made.close)
            return made

        yield make


Make = Callable[..., Scene]
