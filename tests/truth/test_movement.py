"""Meridian's movement held against plain sums of its entries, to the last unit, and against what is known of who came and left."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest

from unequal import answers, flow
from unequal.terms.lines import LINES_OF_LEVEL, Level
from unequal.terms.periods import Period

Meridian = tuple[Path, flow.reading.OpenBase]
BEFORE, AFTER = Period(date(2024, 1, 1), date(2025, 1, 1)), Period(date(2025, 1, 1), date(2026, 1, 1))


def band(amount: D, sales: D) -> str:
    """By the thresholds that Meridian declares: five dollars, or two per cent of sales."""
    margin = max(D(5), (abs(sales) * D("0.02")).quantize(D("0.0001"), ROUND_HALF_UP))
    return "profitable" if amount > margin else "unprofitable" if amount < -margin else "break_even"


def by_hand(entries: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[int, D, D]]:
    """The movement matrix in plain Python."""
    inside, revenue = ({str(line) for line in LINES_OF_LEVEL[level]} for level in (Level.CONTRIBUTION, Level.REVENUE))
    sums: dict[Any, list[D]] = defaultdict(lambda: [D(0), D(0)])
    bought = set()
    for row in entries:
        who, line = row["customer_id"], row["line"]
        if not who.startswith("c_"):
            continue
        window = next((each for each in (BEFORE, AFTER) if row["booked_on"] in each), None)
        if line == "list_revenue":
            bought.add((who, window or row["booked_on"] < BEFORE.start))
        if window and line in inside:
            sums[who, window][0] += row["amount"]
            sums[who, window][1] += row["amount"] if line in revenue else 0
    cells: dict[tuple[str, str], tuple[int, D, D]] = {}
    for who in {who for who, _ in sums}:
        was, came = (band(*sums[who, window]) if (who, window) in bought else "" for window in (BEFORE, AFTER))
        start = was or (("reactivated" if (who, True) in bought else "new") if came else "away")
        end = came or ("lost" if was else "away")
        many, before, after = cells.get((start, end), (0, D(0), D(0)))
        cells[start, end] = (many + 1, before + sums[who, BEFORE][0], after + sums[who, AFTER][0])
    return cells


def test_the_matrix_of_meridian_is_the_one_that_plain_sums_give(meridian: Meridian) -> None:
    base = meridian[1].base
    answer = answers.answer("movement", base)
    found = {
        (row["from_band"], row["to_band"]): (row["customers"], row["before"], row["after"]) for row in answer.tables["matrix"].to_pylist()
    }
    assert found == by_hand(base.fetch(base.table("entry").select("customer_id", "booked_on", "line", "amount")))


@pytest.mark.parametrize("by", ["profit", "platinum", "growable", "tenths"])
def test_the_parts_are_the_change_of_profit_to_the_last_unit_by_every_scheme(meridian: Meridian, by: str) -> None:
    base = meridian[1].base
    answer = answers.answer("movement", base, by=by)
    figures = {figure.name: figure.value for figure in answer.figures}
    before, after = (answers.answer("profit", base, period=period).figure("total").value for period in (BEFORE, AFTER))
    assert (figures["before"], figures["after"]) == (before, after)
    assert figures["change"] == figures["within"] + figures["movement"] + figures["entry"] - figures["exit"] == after - before
    assert sum((row["amount"] for row in answer.tables["parts"].to_pylist()), D(0)) == figures["change"]


def test_what_the_run_wrote_is_what_is_worked_out_anew(meridian: Meridian) -> None:
    base = meridian[1].base
    told, anew = answers.answer("movement", base), answers.answer("movement", base, period=AFTER)
    assert told.tables["matrix"] == anew.tables["matrix"]
    assert told.tables["chance"] == anew.tables["chance"]


def test_slices_add_up_and_few_customers_stand_in_no_slice_of_their_own(meridian: Meridian) -> None:
    answer = answers.answer("movement", meridian[1].base, by="region")
    rows = answer.tables["slices"].to_pylist()
    for name in ("before", "after", "within", "movement", "new", "reactivated", "exit", "change"):
        whole = answer.figure(name).value
        assert sum((row[name] for row in rows), D(0)) == whole, name


def test_everybody_of_today_stands_somewhere_in_a_year(meridian: Meridian) -> None:
    answer = answers.answer("movement", meridian[1].base)
    rows = answer.tables["ahead"].to_pylist()
    assert all(row["customers_low"] <= row["customers_expected"] <= row["customers_high"] for row in rows)
    assert sum(row["customers_expected"] for row in rows) == pytest.approx(answer.figure("customers_after").value, rel=0.02)


@pytest.mark.parametrize("by", ["platinum", "growable"])
def test_profit_by_a_scheme_adds_up_to_profit(meridian: Meridian, by: str) -> None:
    answer = answers.answer("profit", meridian[1].base, by=by)
    rows = answer.tables["slices"].to_pylist()
    assert sum((row["amount"] for row in rows), D(0)) == answer.figure("total").value
    assert sum(row["customers"] for row in rows) <= answer.figure("customers").value
