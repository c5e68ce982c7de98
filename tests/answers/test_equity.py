"""What a base is worth, what changed it since last time, and Return on Customer, on a small company that is run twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.company import write_company

import unequal
from unequal import answers, flow
from unequal.answers.equity_parts import PARTS, Change, Worth, cents, to_the_cent
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period


@given(st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=8))
def test_parts_rounded_to_cents_add_up_to_the_total_and_none_is_off_by_two(parts):
    total = cents(sum(parts))
    rounded = to_the_cent(parts, total)
    assert sum(rounded) == total
    assert all(abs(float(one) - part) < 0.021 for one, part in zip(rounded, parts, strict=True))


def test_return_on_customer_is_profit_and_change_over_what_there_was_at_the_start():
    """Worth 1,000, then 1,100, with 50 of profit in between: 15 %, as Peppers & Rogers reckon it."""
    now, then = Worth(D(1100), D(1100), D(1100)), Worth(D(1000), D(1000), D(1000))
    assert Change(None, 3, now, then, {}, {}, D(50)).return_on_customer == (0.15, 0.15, 0.15)
    assert Change(None, 3, now, Worth(D(-10), D(-20), D(0)), {}, {}, D(50)).return_on_customer is None


def test_the_first_run_reckons_a_year_ago_within_itself(twice):
    folder, (first, _) = twice
    answer = unequal.open(folder).ask("equity", as_of=first).answer
    assert "no kept run forecast as of an earlier day, so that it was reckoned within this run as of 2025-01-02" in answer.findings[0]
    assert answer.period.endswith("against the same from 2025-01-02 on")
    with pytest.raises(KeyError):
        answer.figure("redefined")


def test_the_second_run_stands_against_the_first_and_tells_a_change_of_model_apart(twice):
    folder, (first, _) = twice
    answer, before = unequal.open(folder).ask("equity").answer, unequal.open(folder).ask("equity", as_of=first).answer
    assert f"the run {first} forecast as of 2026-01-01" in answer.findings[0]
    published, redone = before.figure("equity").value, answer.figure("equity_then").value
    assert answer.figure("redefined").value == redone - published
    bridge = {row["part"]: row["amount"] for row in answer.table.to_pylist()}
    assert bridge["Worth last time"] == published
    last = bridge.pop("Worth today")
    assert sum(bridge.values()) == last == answer.figure("equity").value


@pytest.mark.parametrize("asked", [{}, {"where": "country = 'AT'"}])
def test_the_parts_add_up_to_the_change_to_the_cent(twice, asked):
    folder, _ = twice
    answer = unequal.open(folder).ask("equity", **asked).answer
    change = answer.figure("change")
    assert (
        sum(answer.figure(name).value for name in PARTS)
        == change.value
        == answer.figure("equity").value - answer.figure("equity_then").value
    )
    assert change.low < change.value < change.high


def test_profit_in_between_is_what_the_ledger_says(twice):
    folder, _ = twice
    project = unequal.open(folder)
    booked = project.ask("profit", first=date(2026, 1, 1), until=date(2026, 4, 1)).figures["total"]
    assert project.ask("equity").figures["profit"] == booked


def test_slices_add_up_and_thin_ones_are_withheld(twice):
    folder, _ = twice
    answer = unequal.open(folder).ask("equity", by="country").answer
    rows = {row["segment"]: row for row in answer.table.to_pylist()}
    assert sum(row["profit"] for row in rows.values()) == answer.figure("profit").value
    assert float(sum(row["value"] for row in rows.values())) == pytest.approx(float(answer.figure("equity").value), abs=0.02)
    thin = unequal.open(folder).ask("equity", by="country", where="brought < 100").answer.table.to_pylist()
    assert all((row["value"] is None) == (row["customers"] < 10) for row in thin)


def test_what_was_reckoned_of_then_uses_nothing_that_came_later(twice):
    """The first run knew nothing of 2026; the second reckons the same morning, from the same entries, to the same worth."""
    folder, (first, _) = twice
    with flow.open_base(flow.open_project(folder)) as now:
        then = {str(row["customer_id"]): row["value_expected"] for row in now.base.fetch(now.base.table("value_then"))}
    with flow.open_base(flow.open_project(folder), as_of=first) as before:
        first_said = {str(row["customer_id"]): row["value_expected"] for row in before.base.fetch(before.base.table("customer_value"))}
    assert then.keys() == first_said.keys()
    # Models of today are chosen by several tests, those of then by one; what they are fitted to is the same.
    assert sum(then.values()) == pytest.approx(sum(first_said.values()), rel=0.1)


def test_a_history_too_short_says_so_and_still_tells_the_worth(tmp_path):
    write_company(tmp_path)
    project = unequal.open(tmp_path)
    project.run()
    found = project.ask("equity").answer
    assert found.figure("equity").value is not None
    assert (found.figure("return_on_customer").value, found.figure("return_on_customer").why_missing[:16]) == (None, "Nothing was sold")
    for refused in ({"level": Level.REVENUE}, {"period": Period(date(2026, 1, 1), date(2026, 2, 1))}):
        with flow.open_base(flow.open_project(tmp_path)) as opened, pytest.raises(AnswerError, match="ANS011"):
            answers.answer("equity", opened.base, **refused)
