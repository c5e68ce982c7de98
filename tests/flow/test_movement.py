"""Bands of one's own and their owners, from the config through a run to an answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest
from tests.flow.looking import customers, edit, run, table

from unequal import answers, flow
from unequal.terms.errors import AnswerError, Problems
from unequal.terms.periods import Period

OWN = """\
movement:
  months: 1
  scheme: desk
  schemes:
    desk: {kind: rules, bands: [{name: abroad, when: "country = 'AT'"}, {name: losing, when: "amount < 0"}], otherwise: home}
  owners: {desk: {abroad: Ada, home: Hal}}
  owner: country
storage: {threads: 1}"""
BUSY = """\
movement:
  months: 1
  scheme: desk
  schemes:
    desk: {kind: rules, bands: [{name: busy, when: "count(order, 28 days) >= 1 and not (last(call) within 7 days)"}], otherwise: quiet}
storage: {threads: 1}"""
FEBRUARY = Period(date(2026, 2, 1), date(2026, 3, 1))


def asked(folder: Path, **narrowed: object) -> answers.Answer:
    with flow.open_base(flow.open_project(folder, {})) as opened:
        return answers.answer("movement", opened.base, period=FEBRUARY, **narrowed)  # type: ignore[arg-type]


def test_bands_by_rules_have_owners_and_the_owners_see_what_came_of_theirs(company: Path) -> None:
    edit(company / "unequal.yaml", ("storage: {threads: 1}", OWN))
    run(company)
    told = asked(company)
    # In January Ann brought 55, Bert -15 and Cleo, of Austria, 9.50; in February Ann brought 35, and nobody else came.
    assert [(row["from_band"], row["to_band"], row["before"], row["after"]) for row in told.tables["matrix"].to_pylist()] == [
        ("abroad", "lost", D("9.5"), D(0)), ("losing", "lost", D(-15), D(0)), ("home", "home", D(55), D(35)),
    ]  # fmt: skip
    figures = {figure.name: figure.value for figure in told.figures}
    assert (figures["within"], figures["exit"], figures["change"]) == (D(-20), D("-5.5"), D("-14.5"))
    # Each has fewer customers than are shown alone.
    assert [(row["value"], row["change"]) for row in told.tables["band_owners"].to_pylist()] == [("fewer than 10 each", D("-14.5"))]
    assert [(row["value"], row["exit"]) for row in told.tables["owners"].to_pylist()] == [("fewer than 10 each", D("-5.5"))]
    assert any("as of the run" in each or "of the run" in each for each in told.findings)
    assert told.figure("excess").value is None
    assert "rules" in told.figure("excess").why_missing
    assert table(company, "customer_band") == []  # February is not over: no two windows are published


def test_what_movement_names_and_is_not_there_is_told_all_at_once(company: Path) -> None:
    wrong = OWN.replace("scheme: desk", "scheme: disk").replace("abroad: Ada", "aboard: Ada").replace("owner: country", "owner: clerk")
    edit(company / "unequal.yaml", ("storage: {threads: 1}", wrong.replace("amount < 0", "amout < 0")))
    with pytest.raises(Problems) as refused:
        run(company)
    assert [problem.code for problem in refused.value.problems].count("CFG070") == 3
    assert any("amout" in problem.seen for problem in refused.value.problems)


def test_a_month_begun_is_no_window_and_days_are_none(company: Path) -> None:
    run(company)
    with flow.open_base(flow.open_project(company, {})) as opened:
        with pytest.raises(AnswerError, match="ANS021"):
            answers.answer("movement", opened.base, period=Period(date(2026, 1, 5), date(2026, 2, 1)))
        with pytest.raises(AnswerError, match="ANS002"):
            answers.answer("movement", opened.base, period=FEBRUARY, by="no_such")


def test_rules_of_bands_may_count_what_happened_up_to_the_end_of_the_run(company: Path) -> None:
    """Ann ordered on 1 February and Bert on the 28th; Cleo's order of 31 January ended a moment before the 28 days begin."""
    edit(company / "unequal.yaml", ("storage: {threads: 1}", BUSY))
    edit(company / "data" / "orders-2026-02.csv", ("b2,77", "b3,2,28.02.2026,8.00,4.00,1.00,web\nb2,77"))
    run(company)
    found = {
        (row["customer_id"], str(row["valid_from"])): row["band"] for row in table(company, "customer_band") if row["scheme"] == "desk"
    }
    who = customers(company)
    assert found == {
        (who["1"], "2026-01-01"): "busy", (who["2"], "2026-01-01"): "busy", (who["4"], "2026-01-01"): "quiet",
        (who["1"], "2026-02-01"): "busy", (who["2"], "2026-02-01"): "busy",
    }  # fmt: skip
    told = asked(company, by="desk")
    assert [(row["from_band"], row["to_band"]) for row in told.tables["matrix"].to_pylist()] == [("busy", "busy"), ("quiet", "lost")]


def test_a_rule_that_counts_in_words_that_are_none_is_refused_with_its_place(company: Path) -> None:
    edit(company / "unequal.yaml", ("storage: {threads: 1}", BUSY.replace("28 days", "28 moons")))
    with pytest.raises(Problems, match="PRD") as refused:
        run(company)
    assert "movement" in str(refused.value) or "unequal.yaml" in str(refused.value)
