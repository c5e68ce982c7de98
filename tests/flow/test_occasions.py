"""Whole runs of customers who may come once in each period: from dated gifts, and from histories that come counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path

import numpy as np
import pytest

from unequal import answers, flow
from unequal.terms.errors import ValuationError

HEAD = """\
project: donors-made
reporting_currency: EUR
time_zone: Europe/Berlin
storage: {threads: 1}
"""
DATED = """\
sources:
  gifts:
    read: gifts.csv
    key: no
    columns: {day: {type: date, format: ISO}, amount: money}
    records: {id: donor, deduplicated: true}
    postings: {customer: {id: donor}, booked_on: day, document: no, amounts: {gift: {column: amount, line: list_revenue}}}
value:
  words: donors
  as_of: 2021-01-01
  horizon_weeks: 261
  relationships: {gifts: {kind: occasions, every: year}}
  backtest: {hold_out_weeks: 52, origins: 2}
"""
COUNTED = """\
sources:
  donors:
    read: donors.csv
    key: no
    columns: {x: integer, t: integer, n: integer}
    records: {id: no, deduplicated: true}
value:
  words: members
  as_of: 2021-01-01
  horizon_weeks: 261
  relationships:
    appeals:
      kind: occasions
      every: year
      histories: {source: donors, customer: {id: no}, repeat: x, last: t, opportunities: n}
"""
ASSUMED = '      dollars_an_occasion: "40"\n'
HISTORIES = [(0, 0, 6)] * 30 + [(1, 1, 6)] * 8 + [(2, 6, 6)] * 8 + [(4, 5, 6)] * 6 + [(6, 6, 6)] * 9


def gifts() -> str:
    """150 donors who begin in 2010 to 2015; two in three may give each year, and some leave each year."""
    chance = np.random.default_rng(1995)
    lines = ["no,donor,day,amount"]
    for donor in range(150):
        began, amount = 2010 + donor % 6, 20 + donor % 50
        for year in range(began, 2021):
            if year > began and chance.random() < 0.15:
                break
            if year == began or chance.random() < 0.65:
                day = date(year, 1, 1) + timedelta(days=int(chance.integers(0, 365)))
                lines.append(f"{len(lines)},d{donor},{day},{amount}")
    return "\n".join(lines) + "\n"


def counted(rows: list[tuple[int, int, int]]) -> str:
    return "no,x,t,n\n" + "".join(f"{no},{x},{t},{n}\n" for no, (x, t, n) in enumerate(rows))


def write(folder: Path, text: str, name: str, rows: str) -> flow.OpenProject:
    folder.mkdir(exist_ok=True)
    (folder / "unequal.yaml").write_text(HEAD + text)
    (folder / name).write_text(rows)
    return flow.open_project(folder, {})


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[flow.reading.OpenBase]:
    project = write(tmp_path_factory.mktemp("dated"), DATED, "gifts.csv", gifts())
    flow.run(project)
    with flow.open_base(project) as base:
        yield base


@pytest.fixture(scope="module")
def assumed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[flow.reading.OpenBase]:
    project = write(tmp_path_factory.mktemp("assumed"), COUNTED + ASSUMED, "donors.csv", counted(HISTORIES))
    flow.run(project)
    with flow.open_base(project) as base:
        yield base


def rows(base: flow.reading.OpenBase, table: str) -> list[dict[str, object]]:
    return base.base.fetch(base.base.table(table))


def test_dated_gifts_are_forecast_by_periods_and_tried_on_earlier_ones(dated):
    lifetimes = rows(dated, "lifetime")
    assert len(lifetimes) == 150
    assert {(row["kind"], row["model"], row["as_of"]) for row in lifetimes} == {("occasions", "bg_bb", date(2021, 1, 1))}
    assert all(0 <= row["p_alive"] <= 1 and row["value_low"] <= row["value_expected"] <= row["value_high"] for row in lifetimes)
    assert all(row["first_day"] <= row["last_day"] < date(2021, 1, 1) for row in lifetimes)
    tests = rows(dated, "backtest")
    assert {row["model"] for row in tests} == {"bg_bb", "last_year_again", "mean", "zero"}
    assert {row["origin"] for row in tests} == {date(2020, 1, 1), date(2019, 1, 1)}
    own = [row for row in tests if row["is_chosen"]]
    assert sum(row["orders_expected"] for row in own) == pytest.approx(sum(row["orders"] for row in own), rel=0.25)


def test_the_latest_test_is_tracked_by_its_periods_and_potential_was_foreseen_two_years_ahead(dated):
    (year,) = rows(dated, "tracking")
    (own,) = [row for row in rows(dated, "backtest") if row["is_chosen"] and row["origin"] == date(2020, 1, 1)]
    assert (year["origin"], year["week"], year["orders"]) == (own["origin"], 52, own["orders"])
    assert year["orders_expected"] == pytest.approx(own["orders_expected"])
    tested = {(row["measure"], row["tenth"]): row for row in rows(dated, "potential_test")}
    assert len(tested) == 22
    assert tested["top_fifth", 0]["weeks"] == 104
    assert tested["top_fifth", 0]["customers"] == tested["growth", 0]["customers"] <= 150
    assert tested["growth", 0]["squared_error"] < tested["growth", 0]["squared_error_naive"]
    assert tested["growth", 0]["covered"] > 0.8


def test_the_answer_names_the_model_with_its_flaw_and_calls_donors_donors(dated):
    answer = answers.answer("value", dated.base)
    assert answer.sentence.startswith("150 donors are expected to bring")
    told = " ".join(answer.findings)
    assert "BG/BB forecasts" in told
    assert "takes a break for leaving" in told
    assert "assumed" not in told.lower()
    assert "customer" not in " ".join([answer.title, answer.sentence, told, *(figure.label for figure in answer.figures)])


def test_counted_histories_run_with_an_empty_ledger_and_say_so(assumed):
    assert rows(assumed, "entry") == []
    profit = answers.answer("profit", assumed.base)
    assert profit.level == "revenue"
    assert "No member has an entry" in profit.sentence
    assert any("No source posts a dollar" in told for told in profit.findings)
    assert profit.next_file.startswith("what was paid")
    assert "nothing is booked" in answers.answer("customers", assumed.base).sentence


def test_assumed_dollars_are_named_as_assumed_with_what_a_quarter_changes(assumed):
    answer = answers.answer("value", assumed.base)
    value = answer.figure("value")
    assert value.note == "forecast, on assumed dollars"
    assert answer.figure("dollars_an_occasion_appeals").value == D(40)
    assert answer.figure("dollars_an_occasion_appeals").note == "assumed"
    assert any("Assumed, not measured" in told and "a quarter less" in told for told in answer.findings)
    assert answer.figure("growable").value is None, "nothing was booked, so nobody's growth is known"
    expected = answer.figure("occasions_appeals")
    assert expected.low < expected.value < expected.high
    assert D(str(expected.value)) * 40 > value.value > 0, "discounted"
    assert sum(row["customers"] for row in answer.tables["occasions"].to_pylist()) == len(HISTORIES)
    assert any("Assumed, not measured" in told for told in answers.answer("retention", assumed.base).findings)


def test_a_part_of_the_base_is_told_of_its_own_occasions(assumed):
    whole, part = (answers.answer("value", assumed.base, where=where).figure("occasions_appeals") for where in (None, "p_alive < 0.5"))
    assert 0 < part.value < whole.value


def test_without_an_assumption_no_dollar_is_told(tmp_path):
    project = write(tmp_path, COUNTED, "donors.csv", counted(HISTORIES))
    flow.run(project)
    with flow.open_base(project) as base:
        answer, kept = (answers.answer(question, base.base) for question in ("value", "retention"))
    assert "are expected to come" in answer.sentence
    for told in (answer, kept):
        assert all(figure.value is None for figure in told.figures if figure.unit == "EUR")
        assert "€" not in " ".join([told.sentence, *told.findings])
    assert not [name for name in kept.table.column_names if "gain" in name]


def test_a_history_that_cannot_be_stops_the_run(tmp_path):
    project = write(tmp_path, COUNTED, "donors.csv", counted([*HISTORIES, (3, 2, 6)]))
    with pytest.raises(ValuationError, match="VAL008") as refused:
        flow.run(project)
    assert "x 3, t 2, n 6" in str(refused.value)


def test_the_summary_of_a_run_without_entries_is_plain(assumed):
    summary = assumed.run.manifest.summary
    assert json.dumps(summary)
    assert (summary["entries"], summary["total"], summary["level"]) == (0, "0.0000", "revenue")
