"""The change in what customers brought, lever by lever: by hand, and against the ledger on a small company."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal as D

import pytest
from click.testing import CliRunner

import unequal
from unequal import customer_base
from unequal.cli import main
from unequal.ledger.tables import STATEMENT
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period

levers = customer_base.steps.levers
THIS, BEFORE = Period(date(2025, 1, 1), date(2026, 1, 1)), Period(date(2024, 1, 1), date(2025, 1, 1))

_ROWS = """
    new    2025-03-01 list_revenue   100
    new    2025-03-01 acquisition    -30
    sent   2025-04-01 list_revenue    40
    back   2022-02-01 list_revenue    10
    back   2025-05-01 list_revenue    60
    gone   2024-06-01 list_revenue    70
    gone   2025-01-01 cost_to_serve   -5
    costly 2024-06-01 list_revenue    20
    costly 2024-07-01 cost_to_serve  -50
    more   2024-02-01 list_revenue   100
    more   2024-02-01 cost_to_serve  -20
    more   2025-02-01 list_revenue   150
    more   2025-02-01 cost_to_serve  -15
    less   2024-02-01 list_revenue    90
    less   2025-02-01 list_revenue    50
    less   2025-02-01 retention       -4
    cost   2025-02-01 credit_loss     -3
    unassigned 2025-02-01 list_revenue 999
"""


def test_every_dollar_of_the_change_stands_with_one_lever(duckdb_engine):
    """Worked out by hand: each customer is named for what became of it."""
    rows = [line.split() for line in _ROWS.split("\n") if line.strip()]
    statement = duckdb_engine.rows(
        STATEMENT.types,
        [
            {"customer_id": who, "month": date.fromisoformat(month), "line": line, "amount": D(amount), "entries": 1}
            for who, month, line, amount in rows
        ],
    )
    # Of the 50 that `more` brings more by buying, 30 come from what is new to it.
    products = duckdb_engine.rows(
        levers.tables.PRODUCT_SALE.types,
        [{"customer_id": "more", "month": date(2025, 2, 1), "since_month": date(2025, 2, 1), "amount": D(30)},
         {"customer_id": "less", "month": date(2025, 2, 1), "since_month": date(2025, 2, 1), "amount": D(50)}],
    )  # fmt: skip
    referred = duckdb_engine.rows({"customer_id": "string"}, [{"customer_id": "sent"}])
    found = levers.bridge(statement, products, referred, this=THIS, before=BEFORE, level=Level.CONTRIBUTION)
    assert {row["lever"]: (row["customers"], row["change"]) for row in duckdb_engine.fetch(found)} == {
        "acquired": (1, D(70)), "referred": (1, D(40)), "won_back": (1, D(60)), "retained": (1, D(-75)), "unprofitable_ended": (1, D(30)),
        "up_sold": (1, D(20)), "cross_sold": (1, D(30)), "sold_less": (1, D(-40)), "cost_to_serve_cut": (1, D(5)), "rest": (2, D(-7)),
    }  # fmt: skip


def test_the_levers_add_up_to_the_change_of_profit_in_the_ledger(twice):
    project = unequal.open(twice[0])
    found = project.ask("get-keep-grow").answer
    now, before = (project.ask("profit", first=start, until=end).figures["total"]
                   for start, end in ((date(2025, 4, 1), date(2026, 4, 1)), (date(2024, 4, 1), date(2025, 4, 1))))  # fmt: skip
    assert found.period == "2025-04-01 to 2026-03-31 against 2024-04-01 to 2025-03-31"
    assert sum(row["change"] for row in found.table.to_pylist()) == now - before == found.figure("change").value


def test_slices_and_what_the_run_made_agree_with_what_is_made_when_asked(twice):
    project = unequal.open(twice[0])
    whole = project.ask("get-keep-grow").answer
    asked = project.ask("get-keep-grow", first=date(2025, 4, 1), until=date(2026, 4, 1)).answer
    assert asked.table == whole.table
    sliced = project.ask("get-keep-grow", by="country").answer
    assert sum(row["change"] for row in sliced.table.to_pylist()) == whole.figure("change").value
    assert {row["segment"] for row in sliced.table.to_pylist()} == {"DE", "AT"}
    austrians = project.ask("get-keep-grow", where="country = 'AT'").answer.figure("change").value
    assert {row["segment"]: row["change"] for row in sliced.table.to_pylist()}["AT"] == austrians
    ends = sorted(set(whole.tables["trend"]["until"].to_pylist()))
    assert (len(ends), ends[-1]) == (6, "2026-03-31")


def test_the_command_line_gives_the_numbers_that_python_gives(twice):
    folder, _ = twice
    told = json.loads(CliRunner().invoke(main, ["-C", str(folder), "ask", "get-keep-grow", "--by", "country", "--json"]).stdout)
    answer = unequal.open(folder).ask("get-keep-grow", by="country").answer
    assert {figure["name"]: figure["value"] for figure in told["figures"]} == {one.name: format(one.value, "f") for one in answer.figures}
    assert (told["sentence"], told["findings"]) == (answer.sentence, list(answer.findings))


def test_a_period_that_cannot_be_held_against_another_is_refused(twice):
    project = unequal.open(twice[0])
    with pytest.raises(AnswerError, match="ANS008"):
        project.ask("get-keep-grow", first=date(2025, 4, 2), until=date(2026, 4, 1))
    with pytest.raises(AnswerError, match="ANS016"):
        project.ask("get-keep-grow", first=date(2022, 1, 1), until=date(2023, 1, 1))
    with pytest.raises(AnswerError, match="ANS011"):
        project.ask("get-keep-grow", level="revenue")
    with pytest.raises(AnswerError, match="ANS002"):
        project.ask("get-keep-grow", by="product")
