"""CDNOW through whole runs: who is chosen on the first 39 weeks is held against the 39 weeks after them."""

from __future__ import annotations

import csv
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.flow.looking import run, table
from tests.truth.cdnow import END

PROJECT = """\
project: cdnow
reporting_currency: USD
time_zone: America/New_York
storage: {{threads: 1}}
sources:
  orders:
    read: orders.csv
    key: no
    columns: {{day: {{type: date, format: ISO}}, amount: money}}
    records: {{id: customer, deduplicated: true}}
    postings: {{customer: {{id: customer}}, booked_on: day, document: no, amounts: {{sale: {{column: amount, line: list_revenue}}}}}}
value:
  as_of: {as_of}
  horizon_weeks: 39
  backtest: {{hold_out_weeks: {weeks}, origins: {origins}}}
"""
AFTER = date(1998, 7, 1)
"""The first day of which nothing is known."""


def published(folder: Path, data: Path, *, as_of: date, weeks: int, origins: int) -> list[dict[str, Any]]:
    """BACKTEST of a run over a quarter of the cohort, by a hash of the customers' ids: the whole takes four times as long."""
    folder.mkdir()
    (folder / "unequal.yaml").write_text(PROJECT.format(as_of=as_of, weeks=weeks, origins=origins), encoding="utf-8")
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["no", "customer", "day", "amount"])
        for number, line in enumerate((data / "cdnow" / "CDNOW_master.txt").read_text(encoding="ascii").splitlines()):
            customer, day, _, dollars = line.split() if len(line.split()) == 4 else ("", "", "", "")
            if customer.isdigit() and zlib.crc32(customer.encode()) % 4 == 0:
                writer.writerow([number, customer, f"{day[:4]}-{day[4:6]}-{day[6:]}", dollars])
    run(folder)
    return table(folder, "backtest")


@pytest.fixture(scope="module")
def held_out(unequal_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every candidate made as of the end of the first 39 weeks, held against the rest."""
    rows = published(tmp_path_factory.mktemp("cdnow") / "all", unequal_data, as_of=AFTER, weeks=39, origins=1)
    return {row["model"]: row for row in rows}


@pytest.fixture(scope="module")
def chosen(unequal_data: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Who wins the contest within the first 39 weeks: the rest is not known to it."""
    as_of = date.fromordinal(END.toordinal() + 1)
    rows = published(tmp_path_factory.mktemp("cdnow") / "half", unequal_data, as_of=as_of, weeks=13, origins=2)
    assert len({row["origin"] for row in rows}) == 2
    (name,) = {row["model"] for row in rows if row["is_chosen"]}
    return str(name)


def test_the_test_is_of_the_first_half_against_the_second(held_out: dict[str, dict[str, Any]]) -> None:
    assert {row["origin"] for row in held_out.values()} == {date(1997, 10, 1)}
    assert set(held_out) == {"bg_nbd", "pareto_nbd", "last_year_again", "mean", "zero"}
    assert 5_600 < held_out["mean"]["customers"] < 6_200


def test_who_is_chosen_is_within_one_percent_of_the_best_on_the_held_out_half(chosen: str, held_out: dict[str, dict[str, Any]]) -> None:
    for measure in ("rmse", "deviance"):
        assert held_out[chosen][measure] <= 1.01 * min(row[measure] for row in held_out.values()), measure


def test_totals_of_the_held_out_half_are_missed_to_the_low_side_as_is_known(held_out: dict[str, dict[str, Any]]) -> None:
    """Of the whole cohort BG/NBD misses 14 % of the orders and Pareto/NBD 13 %; parts of it have luck of their own, 20 % in some."""
    for name in ("bg_nbd", "pareto_nbd"):
        row = held_out[name]
        bias = row["orders_expected"] / row["orders"] - 1
        print(f"{name}: total of orders missed by {bias:+.1%}, of dollars by {row['brought_expected'] / row['brought'] - 1:+.1%}")
        assert -0.25 < bias < 0.0
