"""A project from Python: exact tables, an Altair chart, and how an answer shows itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import altair as alt
import pyarrow as pa
import pytest
from tests.company import write_company

import unequal
from unequal.terms.errors import UnequalError


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    write_company(folder)
    opened = unequal.open(folder / "unequal.yaml")
    assert opened.run().summary["total"] == "103.5000"
    return opened


@pytest.fixture(scope="module")
def asked(project):
    return project.ask("profit")


def test_the_table_is_exact_in_arrow_and_in_pandas(asked):
    assert isinstance(asked.table, pa.Table)
    frame = asked.to_pandas()
    assert list(frame["amount"]) == [D("99.5000"), D("-15.0000")]
    assert {type(value) for value in frame["amount"]} == {D}


def test_figures_are_plain_values(asked):
    assert asked.figures["total"] == D("84.5000")
    assert asked.figures["customers"] == 3
    assert isinstance(asked.figures["peak_share"], float)
    assert set(asked.tables) >= {"bands", "lines", "curve", "reconciliation"}


def test_the_chart_is_altairs_and_can_be_written_out(asked):
    chart = asked.chart()
    assert isinstance(chart, alt.TopLevelMixin)
    assert chart.to_dict()["$schema"].startswith("https://vega.github.io/schema/vega-lite")


def test_an_answer_shows_itself(asked):
    assert repr(asked) == f"Who makes the money: {asked.sentence}"
    shown = asked._repr_html_()
    assert "<svg" in shown
    assert asked.sentence.split(";")[0] in shown


@pytest.mark.parametrize("question", ["value", "retention", "customers"])
def test_every_question_has_a_chart_and_shows_itself(project, question):
    asked = project.ask(question)
    assert asked.chart().to_dict()["description"]
    assert "<svg" in asked._repr_html_()


def test_a_customer_tells_why_and_where_it_is_worth_what(project):
    sheet = project.customer("crm:1")
    sizes = [abs(row["amount"]) for row in sheet.profit_drivers]
    assert sizes == sorted(sizes, reverse=True)
    assert [row["value"] for row in sheet.selves if row["context"] == "channel"] == ["web"]
    assert sheet.through_others == {}


def test_a_narrowed_question(project):
    assert project.ask("profit", first=date(2026, 2, 1)).figures["total"] == D(35)
    assert project.ask("profit", until=date(2026, 2, 1)).figures["total"] == D("49.5")
    assert project.ask("profit", by="channel").table.num_rows == 2
    assert project.ask("profit", level="revenue").figures["total"] == D(230)


def test_an_older_run_is_asked_by_its_name(project, asked):
    assert project.ask("profit", as_of=asked.answer.run_id).figures == asked.figures


@pytest.mark.parametrize(
    "narrowed",
    [{"by": "colour"}, {"where": "1; drop"}, {"level": "wisdom"}, {"first": date(2026, 2, 1), "until": date(2026, 1, 1)}, {"as_of": "x"}],
)
def test_what_cannot_be_answered_is_an_error_of_ours(project, narrowed):
    with pytest.raises(UnequalError):
        project.ask("profit", **narrowed)


def test_a_project_names_itself(project):
    assert repr(project) == "Project('hill-bakery')"
    assert project.name == "hill-bakery"
    assert project.customer("crm:1").worth["amount"] == D(90)


def test_where_there_is_no_project_the_error_says_so(tmp_path):
    with pytest.raises(UnequalError, match="CFG091"):
        unequal.open(tmp_path)


def test_verdicts_are_given_from_python_and_act_at_once(tmp_path):
    write_company(tmp_path)
    project = unequal.open(tmp_path / "unequal.yaml")
    project.run()
    assert [(pair["a"], pair["b"]) for pair in project.review().pairs] == [("crm:1", "crm:3")]
    before = project.ask("profit").figures
    assert project.judge("crm:2", "crm:4", "same", reason="one firm", author="jo", commit=False).action is None
    assert project.judge("crm:2", "crm:4", "same", reason="one firm", author="jo").action == 1
    assert project.customer("crm:2").customer_id == project.customer("crm:4").customer_id
    after = project.ask("profit").figures
    assert (after["customers"], after["ledger_total"]) == (before["customers"] - 1, before["ledger_total"])


def test_a_project_in_a_block_answers_from_the_run_it_holds_open(project):
    alone = project.ask("profit", by="country", where="kind = 'person'")
    with project:
        first, again = (project.ask("profit", by="country", where="kind = 'person'") for _ in range(2))
        kept = project.ask("profit", as_of=first.answer.run_id)
    assert alone.tables == first.tables == again.tables
    assert kept.answer.run_id == first.answer.run_id
    assert project.ask("profit").figures == kept.figures
