"""On a whole company every heading and every figure of every question has a definition, and the report tells all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.report.explained import Explained

from unequal import answers, flow, pages, report
from unequal.terms.errors import AnswerError


@pytest.fixture(scope="module")
def every_answer(published_meridian: Path) -> dict[str, answers.Answer]:
    """Each question's answer that this company can give."""
    found = {}
    with flow.open_base(flow.open_project(published_meridian, {})) as opened:
        for question in answers.QUESTIONS:
            try:
                found[question] = answers.answer(question, opened.base)
            except AnswerError:
                continue  # this company lacks what the question needs
    return found


def test_every_figure_and_every_heading_of_every_question_has_a_definition(every_answer):
    bare = [f"{name}, figure {figure.name}" for name, one in every_answer.items() for figure in one.figures
            if name not in ("profit", "customers") and not pages.term_of(name, figure.name)]  # fmt: skip
    bare += [f"{name}, {shown.table}.{column.name}" for name, one in every_answer.items() for shown in one.shown for column in shown.columns
             if not pages.Listing("", [], [], about=name).term(pages.Column(column.name, column.label, column.kind, column.term))]  # fmt: skip
    assert bare == []


@pytest.mark.parametrize("audience", report.audiences.ORDER)
def test_every_number_of_a_whole_report_leads_to_its_meaning_and_to_what_is_behind_it(every_answer, audience):
    wanted = report.audiences.questions_for(audience, every_answer)
    page = Explained(report.full(every_answer["profit"], *(every_answer[name] for name in wanted), audience=audience))
    assert page.figures > 10
    assert (page.undefined, page.unfounded) == ([], [])
