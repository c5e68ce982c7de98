"""The short of an answer and its chart, as a notebook shows them."""

from __future__ import annotations

import pytest
from tests.report.html_reading import Page
from tests.report.made_answers import good_company, losing_company, revenue_in_pounds

from unequal import charts, report


def test_the_chart_is_the_very_one_of_the_report():
    answer = losing_company()
    assert charts.svg(report.chart_of(answer, width=1134, height=330)) in report.full(answer)


@pytest.mark.parametrize(
    ("subject", "told"), [("curve", "Whale curve"), ("lines", "Waterfall"), ("slices", "Bars of profit"), (None, "Bars of profit")]
)
def test_a_question_asked_by_something_is_answered_in_bars_and_every_other_chart_can_be_had(subject, told):
    assert report.chart_of(good_company(50), subject).to_dict()["description"].startswith(told)


def test_a_question_asked_of_all_is_answered_by_the_curve():
    assert report.chart_of(losing_company()).to_dict()["description"].startswith("Whale curve")


@pytest.mark.parametrize("answer", [good_company(50), losing_company(), revenue_in_pounds()], ids=["good", "losing", "pounds"])
def test_a_fragment_brings_sentence_figures_and_chart_and_nothing_that_runs(answer):
    html = report.fragment(answer)
    page = Page(html)
    assert page.problems == []
    assert answer.sentence in html
    assert page.all("script") + page.all("style") + page.all("link") == []
    assert len(page.all("svg")) == 1
    assert "var(--" not in html


def test_a_fragment_at_the_level_of_revenue_never_says_profit():
    assert "profit" not in Page(report.fragment(revenue_in_pounds())).visible_text.lower()
