"""Contacts on a whole run: published, shown with their customer, and moved where a steward moves the records."""

from __future__ import annotations

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
