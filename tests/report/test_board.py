"""One page for a board: what must stand on it, and that it prints on one sheet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.report.browser import printed_pages
from tests.report.html_reading import Page
from tests.report.made_answers import good_company, losing_company, made_answer, one_customer, revenue_in_pounds

from unequal import report
from unequal.report import counsel
from unequal.terms.lines import Level

D = Decimal
ANSWERS = {"good": good_company, "losing": losing_company, "pounds": revenue_in_pounds, "lone": one_customer}


def long_winded():
    """Texts as long as they come, so that a sheet is as full as it gets."""
    names = tuple(f"customer-with-a-very-long-id-{'x' * 80}-{index}" for index in range(5))
    amounts = [D(10**9) + D("0.1234")] * 50 + [D(-(10**8)) - D("0.1234")] * 70
    unassigned = [("no_customer_id", "list_revenue", "123456789012.1234", 10**7)]
    answer = made_answer(
        amounts, level=Level.CONTRIBUTION_BEFORE_SERVICE, currency="CHF", project="A company with a name as long as a name can be " * 2,
        customer_names=names, unassigned=unassigned, next_file="a file that is described at great length and in many words " * 6,
    )  # fmt: skip
    return replace(
        answer,
        sentence="A sentence that goes on and on about who brings what and who takes it away again. " * 8,
        where="channel = 'web' and " * 12,
    )


@pytest.fixture(scope="module")
def good() -> str:
    return report.board(good_company())


def test_the_board_is_well_formed_and_self_contained(good):
    page = Page(good)
    assert page.problems == []
    assert len(page.all("h1")) == 1
    assert all(element.attributes.get("scope") for element in page.all("th"))
    assert not [element for element in page.elements if (element.attributes.get("src") or "").startswith("http")]


def test_curve_bands_give_backs_assumptions_and_decisions_stand_on_it(good):
    for text in (
        "given back</text>",
        "Customers by band",
        "The five largest give-backs",
        "To decide next",
        "Assumed",
        "Discounts on the invoice",
    ):
        assert text in good
    assert good.count("<code><bdi>c_0") == 5


def test_a_decision_names_the_dollars_the_cause_and_what_to_do():
    told = counsel.decisions(good_company())
    assert told[0].startswith("2 customers give back $5,222 because of cost of goods ($5,745 beyond the usual): ")
    assert told[1].startswith(
        "The largest give-backs are $12.6k of the $1.35M that 3,700 customers give back: decide on terms for all of them"
    )
    assert told[2].endswith("comes to −$4.55M: decide whether it can be made to pay, and by when.")
    assert told[-1].startswith("Connect the file that would teach most: the support desk")
    assert len(told) <= counsel.MOST


def test_much_money_without_a_customer_is_something_to_decide():
    assert any("£2.57M has no customer" in text for text in counsel.decisions(revenue_in_pounds()))
    assert not any("has no customer" in text for text in counsel.decisions(good_company()))


def test_a_base_without_losers_is_told_what_else_to_decide():
    answer = made_answer([D(10), D(20)], level=Level.CONTRIBUTION, next_file="", unassigned=[])
    assert counsel.decisions(answer) == ["No customer is below zero: decide which of the best to keep closest, and who answers for them."]


def test_what_is_not_known_is_assumed_to_be_nothing_and_that_is_said():
    told = counsel.assumptions(revenue_in_pounds())
    assert told[0] == "Nothing is taken off for cost of goods and cost to serve: they are not known, and not guessed."
    assert "£2.57M without a customer" in told[1]


def test_a_negative_total_is_told_in_money_only():
    assert "%" not in Page(report.board(losing_company())).visible_text.replace("Top 20%", "")


def test_revenue_is_never_called_profit():
    assert "profit" not in Page(report.board(revenue_in_pounds())).visible_text.lower()


@pytest.mark.chromium
@pytest.mark.parametrize("paper", ["A4 portrait", "A4 landscape", "letter portrait", "letter landscape"])
@pytest.mark.parametrize("name", ["good", "losing", "long"])
def test_it_prints_on_one_sheet(name, paper, tmp_path):
    answer = long_winded() if name == "long" else ANSWERS[name]()
    assert printed_pages(report.board(answer), tmp_path, paper=paper) == 1


@pytest.mark.chromium
def test_the_count_of_sheets_would_notice_a_second_one(good, tmp_path):
    taller = good.replace("</main>", f"{'<p>more</p>' * 80}</main>")
    assert printed_pages(taller, tmp_path, paper="A4 portrait") > 1
