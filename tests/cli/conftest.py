"""A company as a run left it, and the command line to ask it with."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.company import write_company

from unequal import flow


@dataclass(frozen=True)
class Told:
    """What a command answered."""

    code: int
    out: str
    err: str


class Terminal:
    """The command line, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, *arguments: str, code: int = 0) -> Told:
        """Run a command; its exit code must be as said, and no stack trace may show."""
        from unequal.cli import main

        found = CliRunner().invoke(main, ["-C", str(self.folder), *arguments])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exc_info
        assert "Traceback" not in found.output
        assert found.exit_code == code, found.output
        return Told(found.exit_code, found.stdout, found.stderr)


@pytest.fixture(scope="session")
def yesterday(tmp_path_factory) -> Path:
    """A company with one published run; not to be changed."""
    folder = tmp_path_factory.mktemp("yesterday") / "company"
    write_company(folder)
    flow.run(flow.open_project(folder))
    return folder


@pytest.fixture
def unequal(yesterday) -> Terminal:
    """The command line in yesterday's company."""
    return Terminal(yesterday)


@pytest.fixture
def unequal_changing(yesterday, tmp_path) -> Terminal:
    """The command line in a copy that may be changed."""
    return Terminal(shutil.copytree(yesterday, tmp_path / "company"))


@pytest.fixture
def unequal_elsewhere(tmp_path) -> Terminal:
    """The command line in an empty folder."""
    return Terminal(tmp_path)
