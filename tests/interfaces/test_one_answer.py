"""The same question through the command line, Python and the answers room: equal numbers, to the last digit."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal as D

import pytest
from click.testing import CliRunner
from tests.company import write_company

import unequal
from unequal import answers, flow
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period

QUESTIONS = {
    "as it is": {},
    "by channel": {"by": "channel"},
    "by month": {"by": "month"},
    "by country": {"by": "country"},
    "narrowed": {"where": "channel = 'web' and amount <> 0"},
    "in February": {"first": date(2026, 2, 1), "until": date(2026, 3, 1)},
    "in revenue": {"level": "revenue", "by": "band"},
}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    write_company(folder)
    unequal.open(folder).run()
    return folder


def direct(folder, *, first=None, until=None, level=None, **narrowed) -> answers.Answer:
    period = Period(first, until) if first else None
    with flow.open_base(flow.open_project(folder)) as opened:
        return answers.answer("profit", opened.base, period=period, level=Level(level) if level else None, **narrowed)


def on_the_command_line(folder, *, first=None, until=None, level=None, by=None, where=None) -> dict:
    from datetime import timedelta

    from unequal.cli import main

    given = {"--from": first, "--to": until - timedelta(days=1) if until else None, "--level": level, "--by": by, "--where": where}
    options = [text for name, value in given.items() if value for text in (name, str(value))]
    found = CliRunner().invoke(main, ["-C", str(folder), "ask", "profit", "--json", *options])
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def as_json(value):
    """A Python value as exact JSON has it."""
    if isinstance(value, D):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return value


@pytest.mark.parametrize("question", QUESTIONS)
def test_three_interfaces_give_one_answer(company, question):
    narrowed = QUESTIONS[question]
    answer, asked, told = (
        direct(company, **narrowed),
        unequal.open(company).ask("profit", **narrowed),
        on_the_command_line(company, **narrowed),
    )
    assert asked.answer == answer
    assert [figure["name"] for figure in told["figures"]] == [figure.name for figure in answer.figures]
    assert [figure["value"] for figure in told["figures"]] == [as_json(figure.value) for figure in answer.figures]
    assert (told["sentence"], told["findings"], told["period"], told["drill_down"]) == (
        answer.sentence, list(answer.findings), answer.period, answer.drill_down,
    )  # fmt: skip
    assert set(told["tables"]) == set(answer.tables)
    for name, table in answer.tables.items():
        assert told["tables"][name] == [{key: as_json(value) for key, value in row.items()} for row in table.to_pylist()], name


@pytest.mark.parametrize("question", ["value", "retention", "claims", "readiness", "worth-doing", "equity", "metrics", "new", "lost"])
def test_the_future_is_one_answer_everywhere_too(company, question):
    from unequal.cli import main

    with flow.open_base(flow.open_project(company)) as opened:
        answer = answers.answer(question, opened.base)
    told = json.loads(CliRunner().invoke(main, ["-C", str(company), "ask", question, "--json"]).stdout)
    assert unequal.open(company).ask(question).answer == answer
    assert [figure["value"] for figure in told["figures"]] == [as_json(figure.value) for figure in answer.figures]
    assert [figure["low"] for figure in told["figures"]] == [as_json(figure.low) for figure in answer.figures]
    assert {name: len(rows) for name, rows in told["tables"].items()} == {name: table.num_rows for name, table in answer.tables.items()}


def test_a_customer_is_the_same_in_python_and_on_the_command_line(company):
    from unequal.cli import main

    sheet = unequal.open(company).customer("crm:3")
    told = json.loads(CliRunner().invoke(main, ["-C", str(company), "customer", "crm:3", "--json"]).stdout)
    assert told["customer_id"] == sheet.customer_id
    assert told["worth"] == {name: as_json(value) for name, value in sheet.worth.items()}
    assert [row["amount"] for row in told["months"]] == [as_json(row["amount"]) for row in sheet.months]
    assert told["profit_drivers"] == [{name: as_json(value) for name, value in row.items()} for row in sheet.profit_drivers]
    assert told["selves"] == [{name: as_json(value) for name, value in row.items()} for row in sheet.selves]


def test_cost_to_serve_and_what_if_are_the_same_in_python_and_on_the_command_line(tmp_path):
    from tests.truth.test_cost_to_serve import write_kaplan

    from unequal.cli import main

    folder = write_kaplan(tmp_path / "kaplan")
    unequal.open(folder).run()
    supposed = ["service.capacity*0.9", "take_order.base=7"]
    asked = unequal.open(folder).ask("cost-to-serve", what_if=supposed)
    options = [text for each in supposed for text in ("--what-if", each)]
    told = json.loads(CliRunner().invoke(main, ["-C", str(folder), "ask", "cost-to-serve", "--json", *options]).stdout)
    assert told["sentence"] == asked.sentence
    assert [figure["value"] for figure in told["figures"]] == [as_json(value) for value in asked.figures.values()]
    for name, table in asked.tables.items():
        assert told["tables"][name] == [{key: as_json(value) for key, value in row.items()} for row in table.to_pylist()], name


@pytest.mark.parametrize(("question", "narrowed"), [("value", {}), ("value", {"where": "brought > 0", "by": "band"}), ("retention", {})])
def test_forecasts_are_told_alike_in_python_and_on_the_command_line(company, question, narrowed):
    from unequal.cli import main

    answer = unequal.open(company).ask(question, **narrowed).answer
    options = [text for name, value in narrowed.items() for text in (f"--{name}", value)]
    found = CliRunner().invoke(main, ["-C", str(company), "ask", question, "--json", *options])
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert (told["sentence"], told["findings"], told["period"]) == (answer.sentence, list(answer.findings), answer.period)
    assert [(figure["name"], figure["value"]) for figure in told["figures"]] == [
        (figure.name, as_json(figure.value)) for figure in answer.figures
    ]
    for name, table in answer.tables.items():
        assert told["tables"][name] == [{key: as_json(value) for key, value in row.items()} for row in table.to_pylist()], name


@pytest.mark.parametrize("question", ["loyal", "needs"])
def test_who_stays_and_needs_cannot_be_told_from_two_months_and_the_question_says_what_lacks(company, question):
    from unequal.cli import main

    found = CliRunner().invoke(main, ["-C", str(company), "ask", question])
    assert found.exit_code == 1
    assert "ANS016" in found.output
    assert "entry.booked_on" in found.output


@pytest.mark.parametrize("by", [None, "tenths", "country"])
def test_movement_is_told_alike_in_python_and_on_the_command_line(company, by):
    from unequal.cli import main

    answer = unequal.open(company).ask("movement", first=date(2026, 2, 1), until=date(2026, 3, 1), by=by).answer
    options = ["--from", "2026-02-01", "--to", "2026-02-28", *(("--by", by) if by else ())]
    found = CliRunner().invoke(main, ["-C", str(company), "ask", "movement", "--json", *options])
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert (told["sentence"], told["findings"], told["period"]) == (answer.sentence, list(answer.findings), answer.period)
    assert [(figure["name"], figure["value"]) for figure in told["figures"]] == [(one.name, as_json(one.value)) for one in answer.figures]
    assert answer.figure("change").value == sum((row["amount"] for row in answer.tables["parts"].to_pylist()), D(0))
    for name, table in answer.tables.items():
        assert told["tables"][name] == [{key: as_json(value) for key, value in row.items()} for row in table.to_pylist()], name


def test_movement_says_what_lacks_where_only_one_whole_month_is_booked(company):
    with pytest.raises(AnswerError, match="two windows of whole months"):
        unequal.open(company).ask("movement")
