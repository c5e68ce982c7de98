"""Two runs of one company side by side: figures then, now and the change, and why a run says something else."""

from __future__ import annotations

import json
from decimal import Decimal as D

import pytest
from click.testing import CliRunner

import unequal
from unequal import flow
from unequal.cli import main
from unequal.terms.errors import AnswerError, StorageError


@pytest.mark.parametrize("question", ["profit", "value", "equity"])
def test_every_figure_stands_as_it_was_then_is_now_and_has_changed(twice, question):
    folder, (first, _) = twice
    project = unequal.open(folder)
    then, now = project.ask(question, as_of=first).figures, project.ask(question).figures
    compared = project.ask(question, compare=first)
    rows = {row["name"]: row for row in compared.table.to_pylist()}
    assert list(rows) == list(now)
    told = [name for name in rows if isinstance(now[name], D) and isinstance(then.get(name), D)]
    assert told
    for name in told:
        assert (rows[name]["then"], rows[name]["now"], rows[name]["change"]) == (then[name], now[name], now[name] - then[name]), name
    assert compared.answer.sentence == project.ask(question).sentence


def test_the_command_line_compares_as_python_does_and_narrowed_questions_too(twice):
    folder, (first, _) = twice
    asked = unequal.open(folder).ask("profit", where="country = 'AT'", compare=first).answer
    found = CliRunner().invoke(main, ["-C", str(folder), "ask", "profit", "--where", "country = 'AT'", "--compare", first, "--json"])
    told = json.loads(found.stdout)
    assert told["findings"] == list(asked.findings)
    assert [row["change"] for row in told["tables"]["compared"]] == [
        None if row["change"] is None else format(row["change"], "f") for row in asked.table.to_pylist()
    ]


def test_a_run_compared_with_itself_has_not_changed_and_one_that_is_not_kept_is_refused(twice):
    folder, (_, second) = twice
    project = unequal.open(folder)
    assert project.ask("profit", compare=second).answer.findings[0].startswith("No figure has changed since the run")
    with pytest.raises(StorageError, match="STO010"):
        project.ask("profit", compare="1999-01-01")


def test_a_base_without_a_project_says_that_it_reaches_no_other_run(twice):
    from dataclasses import replace

    from unequal import answers

    with flow.open_base(flow.open_project(twice[0])) as opened:
        alone = replace(opened.base, earlier=answers.Base.__dataclass_fields__["earlier"].default)
        assert alone.earlier(None) is None
        with pytest.raises(AnswerError, match="ANS020"):
            answers.answer("profit", alone, compare="yesterday")


def test_the_calendar_says_what_each_run_changed_and_why(twice):
    folder, (first, second) = twice
    runs = {row["run"]: row for row in flow.examining.calendar(flow.open_project(folder))}
    assert list(runs) == [first, second]
    assert runs[first]["changes"] == []
    assert [row["is_last_of_month"] for row in runs.values()][-1]
    causes = dict(runs[second]["changes"])
    assert causes["data"] == "other rows in: orders"
    assert "definition" not in causes
    assert "model" not in causes
    assert D(runs[second]["worth_expected"]) == unequal.open(folder).ask("equity").figures["equity"]
    shown = CliRunner().invoke(main, ["-C", str(folder), "runs"])
    assert (shown.exit_code, "other rows in: orders" in shown.output) == (0, True)
