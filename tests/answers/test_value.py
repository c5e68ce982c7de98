"""What customers will bring, of a small base: its spread, where they came from, and what stands beside it in a report."""

from __future__ import annotations

from decimal import Decimal as D
from itertools import pairwise

import ibis
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.company import write_company

from unequal import answers, config, flow
from unequal.answers.value_tables import best_source, bin_ends
from unequal.terms.lines import Level


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    write_company(folder)
    flow.run(flow.open_project(folder, {}))
    return folder


@pytest.fixture(scope="module")
def asked(company):
    with flow.open_base(flow.open_project(company, {})) as opened:
        return answers.answer("value", opened.base)


def test_the_spread_holds_every_customer_and_every_dollar_once(asked):
    rows = asked.tables["spread"].to_pylist()
    assert sum(row["customers"] for row in rows) == asked.figure("customers").value
    assert sum(row["amount"] for row in rows) == pytest.approx(asked.figure("value").value, abs=D("0.1"))
    assert [row["high"] for row in rows[:-1]] == [row["low"] for row in rows[1:]]
    assert sum(row["low"] < 0 < row["high"] for row in rows) == 1


def test_sources_and_advocates_stand_behind_the_answer(asked):
    assert {row["dimension"] for row in asked.tables["sources"].to_pylist()} <= {"channel", "market", "acquisition"}
    assert "own_value_expected" in asked.tables["advocates"].column_names


def test_a_report_is_given_the_answers_about_the_future(company):
    with flow.open_base(flow.open_project(company, {})) as opened:
        told = [answer.question for answer in answers.ahead(opened.base)]
    assert told == ["new", "lost", "equity", "value", "retention", "metrics", "worth-doing", "claims", "readiness"]


def test_a_run_of_before_forecasts_has_nothing_to_give():
    project = config.Project.model_validate(
        {"project": "old", "reporting_currency": "EUR", "time_zone": "UTC", "sources": {"sales": {"read": "sales.csv", "key": "no"}}}
    )
    nothing = answers.Base(project, "r", "now", Level.REVENUE, {"entry": ibis.memtable({"a": [1]})}, lambda table: table.to_pyarrow())
    assert answers.ahead(nothing) == ()


def sources(*rows: tuple[str, str, int, int]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(("dimension", "source", "customers", "source_rank"), row, strict=True)) for row in rows])


def test_the_best_source_is_one_where_something_was_paid_before_it_is_a_channel():
    table = sources(("channel", "web", 900, 1), ("channel", "store", 80, 2), ("acquisition", "nothing spent", 500, 1), ("acquisition", "ads", 90, 3),
                    ("acquisition", "referral", 80, 2))  # fmt: skip
    assert best_source(table)["source"] == "referral"


def test_a_rest_a_lone_source_and_a_handful_of_customers_are_no_best_source():
    assert best_source(None) is None
    assert best_source(sources(("channel", "web", 900, 1))) is None
    assert best_source(sources(("channel", "web", 900, 2), ("channel", "fair", 3, 1))) is None
    assert best_source(sources(("acquisition", "nothing spent", 900, 1), ("acquisition", "ads", 80, 2))) is None


@given(
    values=st.lists(st.floats(-1e12, 1e12, allow_nan=False), min_size=1, max_size=30),
)
def test_the_bins_hold_all_values_rise_and_are_few(values):
    ends = bin_ends(sum(abs(value) for value in values) / len(values), min(values), max(values))
    assert ends == sorted(set(ends))
    assert ends[0] <= min(values)
    assert max(values) <= ends[-1]
    assert sum(low < 0 < high for low, high in pairwise(ends)) == 1
    assert len(ends) <= 38
