"""The example of a charity, from its run to its report: donors and gifts, and nowhere a customer or an order."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.report.html_reading import Page

from unequal.cli import main

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "donations"
EVERY = 20
FOREIGN = re.compile(r"customer|\borders?\b|\bsales\b|\boccasions?\b|\bcompan", re.IGNORECASE)
COMMANDS = re.compile(r"`[^`]*`|unequal (?:export|ask) [\w-]+|unequal customer ID|\bcustomer_base\b")
"""Words that are typed or stand in the config, which are the same in every house."""


@pytest.fixture(scope="module")
def terminal(unequal_data: Path, tmp_path_factory: pytest.TempPathFactory):
    """The command line in the example, with one donor in twenty."""
    folder = tmp_path_factory.mktemp("charity")
    shutil.copytree(EXAMPLE, folder / "donations")
    header, *rows = (unequal_data / "clv" / "bgbb_donations.csv").read_text(encoding="utf-8").splitlines()
    (folder / "clv").mkdir()
    (folder / "clv" / "bgbb_donations.csv").write_text("\n".join([header, *rows[::EVERY], ""]), encoding="utf-8")

    def told(*arguments: str) -> str:
        found = CliRunner().invoke(main, ["-C", str(folder / "donations"), *arguments], env={"UNEQUAL_DATA": str(folder)})
        assert found.exit_code == 0, found.output
        return found.stdout

    return told, folder / "donations", told("run")


@pytest.mark.parametrize(
    "command",
    ["status", "ask profit", "ask value", "ask customers", "ask retention", "customer donors:20", "explain customer donors:20", "review"],
)
def test_the_terminal_speaks_as_the_charity_does(terminal, command):
    told, _, _ = terminal
    shown = COMMANDS.sub("", told(*command.split()))
    assert shown
    assert not FOREIGN.findall(shown)


@pytest.mark.parametrize("command", ["ask customers --level revenue", "ask movement --by nothing", "ask needs", "customer nobody"])
def test_a_refusal_speaks_as_the_charity_does(terminal, command):
    _, folder, _ = terminal
    found = CliRunner().invoke(main, ["-C", str(folder), *command.split()])
    assert found.exit_code == 1
    assert "onor" in found.stderr
    assert not FOREIGN.findall(COMMANDS.sub("", found.stderr))


def test_a_run_is_told_in_words_of_the_charity(terminal):
    _, _, ran = terminal
    assert "donors with entries" in ran
    assert not FOREIGN.findall(ran)


@pytest.mark.parametrize("arguments", [("report",), ("report", "--board")], ids=["report", "board"])
def test_a_page_speaks_as_the_charity_does_in_texts_names_and_tips(terminal, arguments):
    told, folder, _ = terminal
    told(*arguments)
    page = Page((folder / ".unequal" / ("board.html" if "--board" in arguments else "report.html")).read_text(encoding="utf-8"))
    hovered = [element.attributes.get(name) or "" for element in page.elements for name in ("title", "data-tip", "data-hint", "aria-label")]
    shown = COMMANDS.sub("", " ".join([*(text for tag, text in page.texts if tag == "title"), page.visible_text, *hovered]))
    assert "onors" in shown
    assert not FOREIGN.findall(shown.replace("unequal export customers", ""))


def test_names_of_data_stay_for_programs(terminal):
    told, _, _ = terminal
    assert '"customers"' in told("ask", "value", "--json")
    assert told("export", "values").startswith("customer_id,")
