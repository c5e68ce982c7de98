"""Why customers stay, through a real run: what is found, and that Python, the command line and an export tell the same."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import unequal
from unequal.cli import main
from unequal.terms.errors import AnswerError

CONFIG = """\
project: hill-bakery
reporting_currency: EUR
time_zone: Europe/Berlin
sources:
  crm: {read: data/crm.csv, key: no, records: {id: no, attributes: {email: mail}}}
  orders:
    read: data/orders.csv
    key: order_no
    columns: {day: {type: date, format: ISO}, total: money}
    postings:
      customer: {source: crm, id: customer}
      booked_on: day
      amounts: {sales: {column: total, line: list_revenue}}
  visits:
    read: data/visits.csv
    key: no
    columns: {day: {type: date, format: ISO}}
    interactions: {customer: {source: crm, id: customer}, occurred_at: day, contact: {value: visit}}
  complaints: {read: data/complaints.csv, key: no, columns: {day: {type: date, format: ISO}}}
loyalty:
  behaviours:
    complains: {source: complaints, customer: {source: crm, id: customer}, occurred_on: day, when: "about <> 'weather'", meaning: Complains}
storage: {threads: 1}
"""
CUSTOMERS, FIRST, DAYS = 300, date(2022, 1, 1), 1_250
FADES = 70
"""So many days before they leave customers come to look less often."""


def rows_of_days(days: list[tuple[int, float]], *more: str) -> list[tuple[str, ...]]:
    return [(f"{place}", f"{customer}", f"{FIRST + timedelta(days=int(day))}", *more) for place, (customer, day) in enumerate(days)]


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Customers who order every month and look every fortnight; whoever leaves has looked no more for ten weeks, and has complained."""
    folder, chance = tmp_path_factory.mktemp("bakery"), np.random.default_rng(3)
    (folder / "data").mkdir()
    (folder / "unequal.yaml").write_text(CONFIG, encoding="utf-8")
    orders: list[tuple[int, float]] = []
    visits: list[tuple[int, float]] = []
    complaints: list[tuple[int, float]] = []
    for customer in range(CUSTOMERS):
        leaves = min(chance.exponential(1_200) + 200, DAYS + 365)
        orders += [(customer, day) for day in chance.uniform(0, DAYS, chance.poisson(DAYS / 30)) if day < leaves]
        visits += [(customer, day) for day in chance.uniform(0, DAYS, chance.poisson(DAYS / 14)) if day < leaves - FADES]
        complaints += [(customer, leaves - 10)] if chance.random() < 0.4 and leaves - 10 < DAYS else []
    written = {
        "crm": [("no", "mail"), *((f"{place}", f"a{place}@bakery.example") for place in range(CUSTOMERS))],
        "orders": [("order_no", "customer", "day", "total"), *rows_of_days(orders, "20.00")],
        "visits": [("no", "customer", "day"), *rows_of_days(visits)],
        "complaints": [("no", "customer", "day", "about"), *rows_of_days(complaints, "bread")],
    }
    for name, rows in written.items():
        with (folder / "data" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    unequal.open(folder).run()
    return folder


def test_what_was_planted_is_found_with_its_dollars(bakery: Path) -> None:
    asked = unequal.open(bakery).ask("loyal")
    effects = {row["behaviour"]: row["effect"] for row in asked.tables["behaviours"].to_pylist()}
    assert (effects["contact visit"], effects["declared complains"]) == ("keeps", "drives_away")
    risk = asked.answer.figure("at_risk")
    assert 0 < risk.low < risk.value < risk.high
    signals = asked.tables["signals"].to_pylist()
    assert float(risk.value) == pytest.approx(sum(row["at_risk_expected"] for row in signals), abs=0.01)
    assert {row["behaviour"] for row in signals} == {"contact visit", "declared complains"}
    assert all(
        0 < row["added_loss_expected"] <= 1 and row["at_risk_low"] <= row["at_risk_expected"] <= row["at_risk_high"] for row in signals
    )


@pytest.mark.parametrize("narrowed", [{}, {"where": "brought > 300", "by": "band"}])
def test_python_and_the_command_line_tell_the_same(bakery: Path, narrowed: dict[str, str]) -> None:
    answer = unequal.open(bakery).ask("loyal", **narrowed).answer
    options = [text for name, value in narrowed.items() for text in (f"--{name}", value)]
    found = CliRunner().invoke(main, ["-C", str(bakery), "ask", "loyal", "--json", *options])
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert (told["sentence"], told["findings"], told["drill_down"]) == (answer.sentence, list(answer.findings), answer.drill_down)
    assert [figure["name"] for figure in told["figures"]] == [figure.name for figure in answer.figures]
    for name, table in answer.tables.items():
        assert len(told["tables"][name]) == len(table), name


def test_signals_are_exported_as_they_are_told(bakery: Path, tmp_path: Path) -> None:
    found = CliRunner().invoke(main, ["-C", str(bakery), "export", "signals", "-o", str(tmp_path / "signals.csv")])
    assert found.exit_code == 0, found.output
    with (tmp_path / "signals.csv").open(encoding="utf-8", newline="") as file:
        exported = [row for row in csv.DictReader(file) if row["subject"] == "customer"]
    assert len(exported) == len(unequal.open(bakery).ask("loyal").tables["signals"])


def test_a_level_is_refused(bakery: Path) -> None:
    with pytest.raises(AnswerError, match="ANS011"):
        unequal.open(bakery).ask("loyal", level="revenue")
