"""Levers are added without counting twice, begin at nothing where nobody measured, and say what is assumed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.company import write_company

import unequal
from unequal.answers.levers import gain_of_points, made
from unequal.answers.worth_doing import together
from unequal.config.loading import load
from unequal.terms.errors import AnswerError, Problems

KEYS = ("retention", "cost_to_serve", "mix", "service")
GAINS = st.floats(0, 1e6)


@given(gains=st.tuples(GAINS, GAINS, GAINS, GAINS))
def test_the_sum_is_never_more_than_its_levers_and_never_less_than_the_largest(gains):
    sums = together([made(key, gain) for key, gain in zip(KEYS, gains, strict=True)])
    assert sums.low == 0
    assert max(gains) <= sums.supposed * (1 + 1e-9)
    assert sums.supposed <= sum(gains) * (1 + 1e-9)
    assert sums.low <= sums.supposed <= sums.high


def test_of_retention_and_service_by_value_the_larger_counts_alone():
    sums = together([made(key, gain) for key, gain in zip(KEYS, (100.0, 7.0, 10.0, 40.0), strict=True)])
    assert sums.supposed == 117
    assert sums.left_out == ("service",)


def test_a_lever_that_cannot_be_told_adds_nothing_and_is_named():
    sums = together([made("retention", 100.0), replace(made("mix", 50.0), lacks="sources")])
    assert sums.supposed == 100
    assert "mix" in sums.left_out


@given(one=st.floats(0, 1e6), more=st.floats(0, 1e6), points=st.floats(0, 5))
def test_more_points_of_retention_never_bring_less(one, more, points):
    assert gain_of_points(points, one, one + more) <= gain_of_points(points + 0.5, one, one + more) * (1 + 1e-9)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ready")
    path = write_company(folder)
    said = "readiness: {answers: {incentives: {score: 1, said_by: Head of sales, said_on: 2026-03-01, because: All pay for volume.}}}\n"
    path.write_text(path.read_text(encoding="utf-8") + said, encoding="utf-8")
    opened = unequal.open(folder)
    opened.run()
    return opened


def test_a_small_company_is_told_where_it_stands_by_what_and_what_to_do_next(asked):
    """Of 257.00 of sales 27.00 reach nobody: 7 without a customer, 9 of nobody known, 11 of a test account: 10.5 %."""
    answer = asked.ask("readiness").answer
    criteria = {row["criterion"]: row for row in answer.tables["criteria"].to_pylist()}
    assert criteria["A source names customers"]["holds"]
    assert not criteria["95 % of sales reach a customer"]["holds"]
    assert criteria["95 % of sales reach a customer"]["figure"] == "89.5% do"
    areas = {row["area"]: row for row in answer.table.to_pylist()}
    assert areas["identity"]["dollars"] == D(27)
    assert (areas["incentives"]["score"], areas["incentives"]["basis"]) == (1, "said by Head of sales on 2026-03-01")
    assert areas["tie_out"]["score"] == 0
    assert areas["cost_data"]["score"] == 2  # goods and freight, and no cost to serve
    # No cost to serve is known: all sales are concerned, more than anything else.
    assert "cost data" in answer.sentence


def test_an_area_that_nobody_was_asked_of_is_unknown_and_not_zero(tmp_path):
    opened = write_company(tmp_path).parent
    unequal.open(opened).run()
    area = {row["area"]: row for row in unequal.open(opened).ask("readiness").answer.table.to_pylist()}["incentives"]
    assert (area["score"], area["basis"]) == (None, "not known: nobody was asked")


@pytest.mark.parametrize("question", ["readiness", "worth-doing", "defaults"])
def test_what_is_about_the_whole_firm_is_not_narrowed(asked, question):
    with pytest.raises(AnswerError, match=r"the whole (firm|base)"):
        asked.ask(question, where="amount > 0")


def test_a_company_without_fields_of_codes_is_told_what_lacks(asked):
    with pytest.raises(AnswerError) as refused:
        asked.ask("defaults")
    assert refused.value.code == "ANS016"


def test_each_lever_of_a_small_company_has_a_range_from_nothing_or_says_what_lacks(asked):
    answer = asked.ask("worth-doing").answer
    levers = {row["lever"]: row for row in answer.table.to_pylist()}
    assert set(levers) == set(KEYS)
    for row in levers.values():
        assert row["lacks"] or row["year_low"] == 0 <= row["year_supposed"] <= row["year_high"], row
        assert row["grounds"] == "assumed"
    assert levers["cost_to_serve"]["lacks"]
    # Ann brought 90, Cleo 9.50; Bert loses: half a percent of 99.50 at what they leave over, and two at the most.
    assert (levers["service"]["own_figure"], levers["service"]["year_supposed"], levers["service"]["year_high"]) == (
        D("99.5"),
        D("0.5"),
        D("1.99"),
    )


def test_an_effect_that_is_at_least_something_needs_its_grounds(tmp_path):
    path = write_company(tmp_path)
    path.write_text(
        path.read_text(encoding="utf-8") + "worth_doing: {points_of_retention: {low: 1, supposed: 2, high: 3}}\n", encoding="utf-8"
    )
    with pytest.raises(Problems, match="say in grounds where"):
        load(path, {})
