"""Behind every figure of customers stands the command that lists just those; contexts and the queue of doubts agree with what the run says."""

from __future__ import annotations

import shlex
from decimal import Decimal
from pathlib import Path

import pytest

from unequal import answers, flow
from unequal.identity.stewardship import doubts

ASKED = [
    ("new", {}), ("lost", {}), ("conflicts", {}), ("promises", {}), ("advocates", {}), ("equity", {}), ("movement", {}), ("get-keep-grow", {}), ("customers", {}),
    ("lost", {"where": "kind = 'person'", "by": "main_channel"}), ("new", {"where": "main_season = 'Dec-Feb'"}),
    ("retention", {"where": "band = 'profitable'"}),
]  # fmt: skip
SUMMED = {"brought": "brought", "came_brought": "brought", "value": "value", "value_let_down": "value", "equity": "value", "came": "value"}
"""Figures that are dollars of those who are listed, and the figure of the list that sums them."""


def listed(base: answers.Base, command: str) -> answers.Answer:
    """What the command of a drill-down answers."""
    words = shlex.split(command)
    assert words[:3] == ["unequal", "ask", "customers"], command
    given = dict(zip((word.removeprefix("--") for word in words[3::2]), words[4::2], strict=True))
    return answers.answer("customers", base, **given)


@pytest.mark.parametrize(("question", "narrowed"), ASKED)
def test_the_command_behind_a_figure_lists_as_many_customers_as_it_counts(meridian, question, narrowed):
    base = meridian[1].base
    answer = answers.answer(question, base, **narrowed)
    drilled = [figure for figure in answer.figures if figure.drill_down]
    assert drilled
    assert answer.drill_down.startswith(drilled[0].drill_down)
    for figure in drilled:
        found = listed(base, figure.drill_down)
        assert found.tables["listed"].num_rows == found.figure("customers").value
        if figure.unit == "customers":
            assert found.figure("customers").value == figure.value, figure.name
        elif figure.name in SUMMED and figure.value is not None:
            told = found.figure(SUMMED[figure.name]).value
            assert Decimal(told) == Decimal(figure.value), figure.name


def test_behind_each_lever_stand_as_many_customers_as_its_row_counts(meridian):
    base = meridian[1].base
    answer = answers.answer("get-keep-grow", base)
    for row in answer.tables["levers"].to_pylist():
        if row["lever"] != "rest":
            assert listed(base, answer.figure(row["lever"]).drill_down).figure("customers").value == row["customers"], row["lever"]


def test_movement_that_is_narrowed_or_of_another_window_names_no_list_of_the_runs_own(meridian):
    narrowed = answers.answer("movement", meridian[1].base, where="kind = 'person'")
    assert not any(figure.drill_down for figure in narrowed.figures)
    assert "band_before" not in narrowed.drill_down


def test_a_rule_over_rows_that_are_no_customers_leads_back_to_its_question(meridian):
    answer = answers.answer("lost", meridian[1].base, where="reason = 'PRICE'")
    assert answer.drill_down == "unequal ask lost --where \"reason = 'PRICE'\" --json"


@pytest.mark.parametrize("question", ["value", "new", "lost", "equity", "get-keep-grow", "retention", "conflicts", "promises", "customers"])
def test_questions_about_customers_are_cut_by_product_channel_and_season(meridian, question):
    for by in ("main_product", "main_channel", "main_season"):
        answer = answers.answer(question, meridian[1].base, by=by)
        assert answer.by == by
        assert answer.table.num_rows


def test_entries_of_all_seasons_are_the_whole(meridian):
    answer = answers.answer("profit", meridian[1].base, by="season")
    assert {row["value"] for row in answer.tables["slices"].to_pylist()} == {"Dec-Feb", "Mar-May", "Jun-Aug", "Sep-Nov"}
    assert sum(row["amount"] for row in answer.tables["slices"].to_pylist()) == answer.figure("total").value


def test_the_queue_of_doubtful_pairs_and_the_steadiness_of_bands_have_one_threshold(meridian: tuple[Path, flow.reading.OpenBase]):
    folder, opened = meridian
    figures = opened.base.table("match_figure")
    told = opened.engine.fetch(doubts.settled_threshold(figures))[0]["threshold"]
    assert told is not None
    pairs = doubts.pairs_of(flow.doubts.edges(opened))
    near = doubts.doubtful(pairs, threshold=told, within=doubts.WITHIN_BITS)
    assert flow.doubts.queue(flow.open_project(folder, {})).waiting == opened.engine.count(near)
