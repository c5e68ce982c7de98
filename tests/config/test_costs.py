"""Pools and activities refer to what is there, and can be timed and placed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.projects import SOUND, load, problems

SERVED = (
    SOUND
    + """\
  calls:
    read: data/calls.csv
    columns: {seconds: integer, at: {type: date, format: ISO}, paid: money}
    interactions: {customer: {source: crm, id: caller}, occurred_at: at, contact: {value: call}}
ledger:
  pools:
    desk: {cost: "5000", capacity: {source: calls, column: seconds, month: at, unit: seconds}}
  activities:
    answer: {pool: desk, each: calls, time: {duration: {column: seconds}}}
    pack:
      pool: desk
      each: orders
      time: {base: "5", terms: {each_piece: {minutes: "1.5", times: quantity}}}
"""
)


def test_pools_and_activities_that_hold_together_are_taken(tmp_path: Path) -> None:
    ledger = load(tmp_path, SERVED).project.ledger
    assert ledger.activities["pack"].time.terms["each_piece"].minutes == "1.5"
    assert ledger.activities["answer"].cause == "customer"


@pytest.mark.parametrize(
    ("old", "new", "code", "do"),
    [
        ("answer: {pool: desk", "answer: {pool: dask", "CFG040", "did you mean desk?"),
        ("each: calls", "each: call", "CFG020", "did you mean calls?"),
        ("capacity: {source: calls", "capacity: {source: cals", "CFG020", "did you mean calls?"),
        ('{base: "5", terms: {each_piece: {minutes: "1.5", times: quantity}}}', "{}", "CFG041", "give base, a duration, or a term"),
        ("terms: {each_piece:", "terms: {base:", "CFG041", "give it another name"),
        ("time: {duration: {column: seconds}}", "level: corporate, customer: {source: crm, id: caller}, time: {base: '1'}", "CFG041", "take out customer"),
        ("time: {duration: {column: seconds}}", "level: market, time: {base: '1'}", "CFG041", "add market"),
        ("time: {duration: {column: seconds}}", "customer: {source: products, id: caller}, time: {base: '1'}", "CFG041", "name one that has them: crm"),
        ("each: orders", "each: products", "CFG041", "add occurred_on"),
        ("times: quantity", "times: order_date", "CFG030", "money or decimal or integer"),
        ("  activities:", '    spare: {cost: "1", capacity: "1"}\n  activities:', "CFG042", "add an activity with pool: spare"),
        ('cost: "5000"', "cost: {source: orders, column: amount, booked_on: order_date}", "CFG042", "say by `when`"),
        ('cost: "5000"', "cost: 5000", "CFG012", "an amount a month in quotes"),
        ('base: "5"', 'base: "5.00001"', "CFG014", "minutes in quotes"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_code_and_what_to_do(tmp_path: Path, old: str, new: str, code: str, do: str) -> None:
    assert SERVED.count(old) >= 1
    told = problems(tmp_path, SERVED.replace(old, new, 1))
    assert any(each.code == code and do in each.error.do for each in told), "\n\n".join(map(str, told))
