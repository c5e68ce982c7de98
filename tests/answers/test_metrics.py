"""Figures watched from month to month, against sums made from the company's own files."""

from __future__ import annotations

import csv
import shlex
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from tests.answers.growing_company import write_growing_company

import unequal
from unequal import answers, flow
from unequal.answers.usual_metrics import first_year_returns
from unequal.config.metrics import Metric
from unequal.customer_base.totals.summing import customer_months
from unequal.terms.errors import AnswerError, UnequalError
from unequal.terms.lines import Level
from unequal.terms.periods import Period


def sales_of(folder):
    """Month -> (customer, total, item) of every sale in the files."""
    found = defaultdict(list)
    for path in sorted((folder / "data").glob("orders-*.csv")):
        for row in csv.DictReader(path.read_text().splitlines()):
            _, month, year = row["day"].split(".")
            found[f"{year}-{month}"].append((int(row["customer"]), D(row["total"]), row["item"]))
    return found


def by_month(answer, metric):
    return {row["month"]: row["value"] for row in answer.tables["monthly"].to_pylist() if row["metric"] == metric}


def test_ones_own_metrics_are_what_the_files_hold(twice):
    folder, _ = twice
    answer, sales = unequal.open(folder).ask("metrics").answer, sales_of(folder)
    austrian = {month: sum(total for who, total, _ in rows if who % 3 == 0) for month, rows in sales.items()}
    assert by_month(answer, "austrian_sales") == austrian
    cake = by_month(answer, "cake_share")
    for month, rows in sales.items():
        share = sum(item == "cake" for _, _, item in rows) / len(rows)
        # Of fewer than ten sales a share says nothing.
        assert cake[month] is None if len(rows) < 10 else float(cake[month]) == pytest.approx(share, abs=1e-6)
    firsts, seen = defaultdict(int), set()
    for month in sorted(sales):
        new = {who for who, _, _ in sales[month]} - seen
        seen |= new
        firsts[month] += len(new)
    assert by_month(answer, "newcomers") == {month: count for month, count in firsts.items() if count}


def test_a_target_is_reached_or_not_in_the_last_month(twice):
    answer = unequal.open(twice[0]).ask("metrics").answer
    reached = {row["metric"]: row["reached"] for row in answer.table.to_pylist()}
    assert (reached["austrian_sales"], reached["cake_share"], reached["newcomers"]) == ("no", "yes", None)
    assert "1 of 2 targets are reached" in answer.sentence


def test_slices_of_a_sum_add_up_and_the_usual_metrics_stand_beside(twice):
    project = unequal.open(twice[0])
    whole, sliced = project.ask("metrics").answer, project.ask("metrics", by="band").answer
    months = defaultdict(D)
    for row in sliced.tables["monthly"].to_pylist():
        if row["metric"] == "austrian_sales":
            months[row["month"]] += row["value"]
    assert months == by_month(whole, "austrian_sales")
    names = {row["metric"] for row in whole.table.to_pylist()}
    assert {"segment_growth", "priority_customers"} <= names
    assert any("cost of acquisition" in finding for finding in whole.findings)
    growth = [row for row in whole.tables["monthly"].to_pylist() if row["metric"] == "segment_growth"]
    assert sum(row["value"] for row in growth) == project.ask("profit").figures["total"]


def test_a_metric_that_cannot_be_is_refused_with_its_place(tmp_path, twice):
    path = write_growing_company(tmp_path)
    path.write_text(path.read_text().replace("country = 'AT'", "planet = 'AT'"))
    with pytest.raises(UnequalError, match=r"unequal\.yaml"):
        unequal.open(tmp_path).run()
    for wrong in ({"measure": "sum"}, {"measure": "share"}, {"measure": "count", "column": "amount"}):
        with pytest.raises(ValueError, match=r"column|where"):
            Metric.model_validate({"meaning": "m", "of": "entries", **wrong})
    with pytest.raises(AnswerError, match="ANS011"):
        unequal.open(twice[0]).ask("metrics", level="revenue")


def test_behind_a_metric_of_entries_stand_just_those_it_counts(twice):
    with flow.open_base(flow.open_project(twice[0])) as opened:
        answer = answers.answer("metrics", opened.base)
        sums = answer.figure("austrian_sales")
        words = shlex.split(sums.drill_down)
        assert words[:3] == ["unequal", "export", "entries"]
        given = dict(zip(words[3::2], words[4::2], strict=True))
        first, last = date.fromisoformat(given["--from"]), date.fromisoformat(given["--to"])
        assert f"{first:%Y-%m}" == sums.note
        period = Period(first, last + timedelta(days=1))
        rows = opened.base.fetch(flow.exporting.export_table(opened, "entries", where=given["--where"], period=period))
    assert sum(row["amount"] for row in rows) == sums.value
    assert not answer.figure("newcomers").drill_down


@pytest.mark.parametrize(
    ("asked", "metrics", "said"),
    [
        ({"by": "season"}, {}, "metrics.NAME"),
        ({"where": "band = 'profitable'"}, {}, "metrics.NAME"),
        ({"where": "customer_id = 'nobody'"}, None, "metrics.NAME"),
        ({"period": Period(date(1990, 1, 1), date(1991, 1, 1))}, {}, "a longer period"),
    ],
)
def test_where_nothing_can_be_told_the_refusal_says_what_it_takes(twice, asked, metrics, said):
    with flow.open_base(flow.open_project(twice[0])) as opened:
        project = opened.base.project if metrics is None else opened.base.project.model_copy(update={"metrics": metrics})
        with pytest.raises(AnswerError, match=said) as refused:
            answers.answer("metrics", replace(opened.base, project=project), **asked)
    assert refused.value.code == "ANS016"


def test_the_first_year_is_held_against_what_it_cost_to_get_customers(duckdb_engine):
    """Ten came to the inn in January, at 10 each, and bring 3 in that month, 4 in December and 5 a year later: 70 over 100."""
    kinds = {"customer_id": "string", "line": "string", "amount": "decimal(28, 4)"}
    months = ((1, 2025, "list_revenue", 3), (12, 2025, "list_revenue", 4), (1, 2026, "list_revenue", 5), (1, 2025, "acquisition", -10))
    booked = [(f"c{no}", line, D(amount), date(year, month, 1)) for no in range(10) for month, year, line, amount in months]
    # The eleventh came in 2026: a year of it has not passed.
    booked += [("late", "list_revenue", D(9), date(2026, 1, 1)), ("late", "acquisition", D(-1), date(2026, 1, 1))]
    rows = [{"customer_id": who, "line": line, "amount": amount, "month": day} for who, line, amount, day in booked]
    entries = [
        {"customer_id": who, "line": line, "amount": amount, "booked_on": day, "property": "inn"}
        for who, line, amount, day in booked
        if line == "list_revenue"
    ]
    found = first_year_returns(
        customer_months(duckdb_engine.rows({**kinds, "month": "date"}, rows), Level.CONTRIBUTION),
        duckdb_engine.rows({**kinds, "booked_on": "date", "property": "string"}, entries),
    )
    assert duckdb_engine.fetch(found) == [{"segment": "inn", "month": date(2025, 1, 1), "rows": 10, "value": pytest.approx(0.7)}]
