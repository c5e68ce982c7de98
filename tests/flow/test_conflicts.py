"""Programmes that pull one customer in opposite directions, in a company small enough to check by hand."""

from __future__ import annotations

from decimal import Decimal as D
from pathlib import Path

import pytest
from tests.flow.test_advocates import CONFIG, write_company

import unequal
from unequal import answers, config, flow
from unequal.answers import Answer
from unequal.terms.errors import AnswerError, Problems, UnequalError

PROGRAMMES = """\
programmes:
  dearer: {pushes: [higher_price], who: "kind = 'organisation'", since: 2025-01-01, until: 2025-06-30, incentive: "Sales: the margin"}
  please_stay: {pushes: [keep], reached: {source: orders, customer: {source: crm, id: customer}, on: day, when: "channel = 'shop'"}}
  late_offer: {pushes: [lower_price], who: "kind = 'organisation'", since: 2025-07-01}
  club: {pushes: [more_orders], who: "brought > 5", against: [late_offer]}
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = write_company(tmp_path_factory.mktemp("conflicts") / "north")
    (folder / "unequal.yaml").write_text(CONFIG.replace("storage:", f"{PROGRAMMES}storage:"), encoding="utf-8")
    unequal.open(folder).run()
    return folder


def asked(folder: Path, **narrowed: str) -> Answer:
    with flow.open_base(flow.open_project(folder)) as opened:
        return answers.answer("conflicts", opened.base, **narrowed)


def test_who_is_caught_was_concerned_by_both_at_one_time(company):
    """Of the eight organisations each has an order in the shop in April; the late offer begins after the price rise ends."""
    pairs = {row["pair"]: row for row in asked(company).tables["conflicts"].to_pylist()}
    assert pairs["dearer against please_stay"]["customers"] == 8
    assert pairs["dearer against late_offer"]["customers"] == 0
    assert pairs["late_offer against club"]["customers"] == 8
    assert pairs["late_offer against club"]["brought"] == D(1600)
    assert pairs["late_offer against club"]["opposed_in"] == "as declared"
    assert pairs["dearer against please_stay"]["opposed_in"] == "higher price against keep"


def test_each_who_is_caught_counts_once_in_the_sentence_and_stands_by_name(company):
    answer = asked(company)
    assert answer.figure("caught").value == len({row["customer_id"] for row in answer.tables["caught"].to_pylist()}) == 8
    assert answer.sentence.startswith(
        "8 customers are pulled in opposite directions by 2 pairs of programmes; they have brought $1,600 of revenue"
    )
    assert any("Paid for: Sales: the margin" in finding for finding in answer.findings)


def test_narrowed_to_nobody_it_says_that_nobody_is_caught(company):
    answer = asked(company, where="kind = 'person'")
    assert "nobody is caught" in answer.sentence
    assert answer.figure("caught").value == 0


def test_slices_of_few_are_withheld(company):
    assert [(row["customers"], row["brought"]) for row in asked(company, by="country").tables["slices"].to_pylist()] == [(8, None)]


def test_without_programmes_it_says_what_lacks(company, tmp_path):
    with flow.open_base(flow.open_project(company)) as opened:
        from dataclasses import replace

        bare = replace(opened.base, project=opened.base.project.model_copy(update={"programmes": {}}))
        with pytest.raises(AnswerError, match="programmes"):
            answers.answer("conflicts", bare)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ("club: {pushes: [keep], who: 'brought > 1', against: [nobody]}", "CFG037"),
        ("club: {pushes: [keep], reached: {source: nowhere, customer: {source: crm, id: no}}}", "CFG020"),
        ("club: {pushes: [keep]}", "CFG"),
    ],
)
def test_a_programme_that_cannot_be_is_refused_with_its_place(tmp_path, wrong, code):
    text = CONFIG.replace("storage:", f"programmes:\n  {wrong}\nstorage:")
    (tmp_path / "unequal.yaml").write_text(text, encoding="utf-8")
    with pytest.raises((Problems, UnequalError), match=code):
        config.load(tmp_path / "unequal.yaml", {})


def test_a_rule_over_columns_that_are_not_there_is_refused_before_anything_is_read(company, tmp_path):
    folder = write_company(tmp_path / "north")
    wrong = PROGRAMMES.replace("channel = 'shop'", "chanel = 'shop'")
    (folder / "unequal.yaml").write_text(CONFIG.replace("storage:", f"{wrong}storage:"), encoding="utf-8")
    with pytest.raises((Problems, UnequalError), match="chanel"):
        flow.checking.check(flow.open_project(folder))
