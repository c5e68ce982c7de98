"""The progress of a question that draws again and again."""

from __future__ import annotations

from rich.console import Console

from unequal.cli.printing import console
from unequal.cli.waiting import waiting


def test_what_is_told_stands_on_the_terminal():
    terminal = Console(force_terminal=True, width=100, record=True)
    with waiting(terminal, quiet=False) as tell:
        tell("what drives web", 0.5)
    assert "what drives web" in terminal.export_text()


def test_a_file_and_who_asks_for_json_see_nothing_of_it(capsys):
    for quiet in (True, False):
        with waiting(console(), quiet=quiet) as tell:
            tell("what drives web", 0.5)
    assert capsys.readouterr().out == ""
