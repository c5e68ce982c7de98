"""Asking the profit question of whole bases: no customers, all losing, revenue only."""

from __future__ import annotations

from decimal import Decimal as D

import pytest
from tests.company import write_company
from tests.flow.looking import ask, edit, figures, run

from unequal import answers, flow
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level


@pytest.fixture
def company(tmp_path):
    write_company(tmp_path)
    (tmp_path / "data" / "orders-2026-02.csv").unlink()
    return tmp_path


def orders(folder, *rows):
    text = "order_no,customer,day,total,cost,carrier,shop\n" + "".join(f"{row}\n" for row in rows)
    (folder / "data" / "orders-2026-01.csv").write_text(text, encoding="utf-8")


def test_a_base_in_which_everybody_loses_is_told_in_money_only(company):
    orders(company, "a1,1,05.01.2026,10.00,20.00,0.00,web", "a2,2,06.01.2026,10.00,15.00,0.00,web")
    run(company)
    answer = ask(company)
    found = figures(answer)
    assert (found["total"], found["peak"], found["given_back"], found["losing_customers"]) == (D(-15), D(0), D(15), 2)
    for name in ("peak_share", "top_fifth_share", "stobachoff"):
        assert found[name] is None
        assert answer.figure(name).why_missing
    for text in (answer.sentence, *answer.findings):
        assert "%" not in text
    assert [row["band"] for row in answer.table.to_pylist()] == ["unprofitable"]
    assert answer.figure("losing_share").value == 1.0
    assert answer.figure("losing_share").why_missing == ""


def test_a_base_without_customers_has_an_answer_too(company):
    orders(company, "a1,,05.01.2026,10.00,20.00,0.00,web")
    run(company)
    answer = ask(company)
    assert answer.sentence == "No customer has an entry, so there is nothing to rank."
    assert figures(answer)["customers"] == 0
    assert figures(answer)["ledger_total"] == D(-10)
    assert answer.table.num_rows == 0
    assert answer.tables["curve"].to_pylist() == [{"rank": 0, "share_of_customers": 0.0, "cumulative": D(0)}]


def test_a_base_with_sales_only_never_says_profit_and_names_the_next_file(company):
    edit(company / "unequal.yaml",
         ("        goods: {column: cost, line: cost_of_goods, negate: true}\n        delivery: {column: carrier, line: freight, negate: true}\n", ""))  # fmt: skip
    run(company)
    answer = ask(company)
    assert answer.level is Level.REVENUE
    texts = [answer.title, answer.sentence, *(figure.label for figure in answer.figures), *(figure.note for figure in answer.figures)]
    assert not [text for text in texts if "profit" in text.lower() or "worth" in text.lower() or "lose money" in text.lower()]
    assert "cost" in answer.next_file
    with pytest.raises(AnswerError, match="ANS003"):
        ask(company, level=Level.GROSS_MARGIN)


def test_with_goods_but_no_freight_the_level_is_gross_margin(company):
    edit(company / "unequal.yaml", ("        delivery: {column: carrier, line: freight, negate: true}\n", ""))
    run(company)
    answer = ask(company)
    assert answer.level is Level.GROSS_MARGIN
    assert "gross margin" in answer.sentence
    assert "freight" in answer.next_file


def test_a_question_nobody_knows_is_refused_with_those_that_are_known(company):
    run(company)
    with flow.open_base(flow.open_project(company, {})) as opened:
        with pytest.raises(AnswerError, match="ANS004") as caught:
            answers.answer("weather", opened.base)
        with pytest.raises(AnswerError, match="ANS001"):
            opened.base.table("weather")
    assert "profit" in caught.value.do


def test_an_answer_carries_what_it_rests_on(company):
    report = run(company)
    answer = ask(company)
    assert (answer.run_id, answer.project, answer.currency) == (report.run_id, "hill-bakery", "EUR")
    assert answer.as_of.endswith("Z")
    assert {"bands", "lines", "curve", "give_backs", "unassigned", "sources", "quarantined", "overlap", "reconciliation"} <= set(
        answer.tables
    )
    with pytest.raises(KeyError):
        answer.figure("weather")
