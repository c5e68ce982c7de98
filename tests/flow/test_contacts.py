"""Contacts on a whole run: published, shown with their customer, and moved where a steward moves the records."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.company import write_company
from tests.flow.looking import customers, edit, run, table

from unequal import flow
from unequal.flow import reviewing

CALLS = """\
no,caller,start,seconds
k1,1,2026-01-05 10:00:00,60
k2,3,2026-02-05 10:00:00,120
k3,2,2026-01-07 09:00:00,30
k4,9,2026-01-08 09:00:00,5
k5,,2026-01-08 09:00:00,5
"""
SOURCE = """
  calls:
    read: data/calls.csv
    key: no
    columns: {start: {type: timestamp, format: ISO}, seconds: integer}
    interactions:
      customer: {source: crm, id: caller}
      occurred_at: start
      contact: {value: call}
      channel: {value: phone}
      duration_seconds: seconds
storage:"""


@pytest.fixture
def called(tmp_path):
    folder = tmp_path / "company"
    write_company(folder)
    edit(folder / "unequal.yaml", ("\nstorage:", SOURCE))
    (folder / "data" / "calls.csv").write_text(CALLS, encoding="utf-8")
    return folder, run(folder)


def test_contacts_are_counted_on_the_run_and_shown_with_their_customer(called):
    folder, report = called
    assert [(row["of_customers"], row["interactions"], row["customers"], row["duration_seconds"]) for row in report.summary["contacts"]] == [
        (False, 2, 0, 10), (True, 3, 2, 210)]  # fmt: skip
    with flow.open_base(flow.open_project(folder, {})) as opened:
        sheet = flow.examining.customer(opened, "crm:1")
    assert [(row["row_id"], row["contact"], row["duration_seconds"]) for row in sheet.contacts] == [("k2", "call", 120), ("k1", "call", 60)]


def test_a_merge_moves_the_contacts_at_once_as_the_next_run_does(called):
    folder, _ = called
    reviewing.merge(flow.open_project(folder, {}), ("crm:1", "crm:2"), author="jo", reason="spoke to them", commit=True)
    one = customers(folder)["1"]
    expected = {"k1": one, "k2": one, "k3": one, "k4": "unassigned", "k5": "unassigned"}
    assert {row["row_id"]: row["customer_id"] for row in table(folder, "interaction")} == expected
    run(folder)
    assert {row["row_id"]: row["customer_id"] for row in table(folder, "interaction")} == expected


POSTS = """\
no,handle,at,seen,mood
p1,1,2026-01-05 10:00:00,1200,0.5
p2,1,2026-01-06 10:00:00,-3,0.5
p3,2,2026-01-07 10:00:00,10,1.01
p4,2,2026-01-08 10:00:00,,
"""
SAID = """
  posts:
    read: data/posts.csv
    key: no
    columns: {at: {type: timestamp, format: ISO}, seen: integer, mood: decimal}
    interactions: {customer: {source: crm, id: handle}, occurred_at: at, contact: {value: mention}, reach: seen, kindness: mood}
storage:"""


def test_a_reach_below_zero_and_a_kindness_beyond_one_are_quarantined(tmp_path):
    folder = tmp_path / "company"
    write_company(folder)
    edit(folder / "unequal.yaml", ("\nstorage:", SAID))
    (folder / "data" / "posts.csv").write_text(POSTS, encoding="utf-8")
    run(folder)
    found = {row["row_id"]: (row["reach"], row["kindness"]) for row in table(folder, "interaction")}
    assert found == {"p1": (1200, Decimal("0.5")), "p4": (None, None)}
    assert sorted((row["column"], row["reason"]) for row in table(folder, "quarantined") if row["source"] == "posts") == [
        ("mood", "above_maximum"),
        ("seen", "below_minimum"),
    ]
    # Too few customers to measure a lift on: told as such, by no row, and nothing is invented.
    assert table(folder, "influence_lift") == []
    assert [(row["mentions"], row["reach"], row["value_expected"], row["is_shown"]) for row in table(folder, "influence")] == [
        (1, 1200, 0.0, False)
    ]
