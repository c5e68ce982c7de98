"""What a command loads: nothing that it does not use."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from unequal.cli import main
from unequal.cli.commands import Later

HEAVY = {"altair", "pandas", "scipy", "sqlalchemy", "ibis", "duckdb", "numba", "pyarrow"}
LISTED = [command for command in main.commands.values() if isinstance(command, Later)]


def loaded_by(program: str) -> set[str]:
    """The modules that a new Python has loaded when the program ends."""
    told = subprocess.run(
        [sys.executable, "-c", f"import atexit, sys\natexit.register(lambda: print('LOADED', *sys.modules))\n{program}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(told.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_to_be_told_what_there_is_loads_nothing_that_computes(option: str) -> None:
    loaded = loaded_by(f"from unequal.cli import main\nmain(['{option}'])")
    assert "unequal.cli.commands" in loaded
    assert not loaded & HEAVY
    assert not {name for name in loaded if name.startswith("unequal.flow")}


def test_help_of_a_command_that_computes_nothing_loads_nothing_that_computes() -> None:
    assert not loaded_by("from unequal.cli import main\nmain(['status', '--help'])") & HEAVY


@pytest.mark.parametrize("listed", LISTED, ids=lambda each: each.name)
def test_a_command_is_listed_under_the_words_of_its_own_help(listed: Later) -> None:
    own = click.Context(listed.loaded()).command.help or ""
    assert " ".join(own.partition("\n\n")[0].split()) == listed.help


def test_every_command_is_listed() -> None:
    assert len(LISTED) == len(main.commands) == len({command.name for command in LISTED})
