"""One run of a company small enough to check by hand: every figure of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import pytest
from tests.flow.looking import ask, buckets, customers, figures, run, table, worth

from unequal import flow, report
from unequal.terms.errors import LedgerError, Problems, StorageError


def test_each_customer_brings_what_a_hand_adds_up(yesterday):
    brought = worth(yesterday)
    assert brought == {"1": D("90.0000"), "3": D("90.0000"), "2": D("-15.0000"), "4": D("9.5000")}
    assert customers(yesterday)["1"] == customers(yesterday)["3"], "one e-mail, one customer"


def test_dollars_without_a_customer_stand_in_buckets_by_reason(yesterday):
    assert buckets(yesterday) == {"no_customer_id": D(4), "unknown_customer": D(8), "test_account": D(7)}


def test_an_impossible_day_is_quarantined_with_its_place_and_its_text(yesterday):
    rows = table(yesterday, "quarantined")
    assert [(row["source"], row["file"], row["row"], row["column"], row["reason"]) for row in rows] == [
        ("orders", "data/orders-2026-01.csv", 6, "day", "no_such_day")
    ]
    assert rows[0]["raw"].rstrip() == "a6,4,30.02.2026,1.00,1.00,0.00,web"


def test_an_order_in_two_extracts_is_counted_once_and_its_dollars_are_told(yesterday):
    overlap = ask(yesterday).tables["overlap"].to_pylist()
    assert overlap == [{"source": "orders", "rows": 1, "amount": D("9.5000"), "currency": "EUR"}]
    assert sum(row["amount"] for row in table(yesterday, "entry") if row["document"] == "a3") == D("9.5000")


def test_the_entries_say_where_they_come_from(yesterday):
    sale = next(row for row in table(yesterday, "entry") if row["document"] == "b1" and row["line"] == "list_revenue")
    wanted = {"amount": D("60.0000"), "original_amount": D("60.0000"), "currency": "EUR", "booked_on": date(2026, 2, 1), "channel": "web",
              "source": "orders", "record": "3", "record_source": "crm", "source_file": "data/orders-2026-02.csv", "source_row": 2,
              "amount_name": "sales", "level": "customer", "unassigned_reason": None, "rate_id": None}  # fmt: skip
    assert {name: sale[name] for name in wanted} == wanted
    assert sale["customer_id"] == customers(yesterday)["1"]


def test_the_ledger_adds_up_over_customers_and_buckets(yesterday):
    found = figures(ask(yesterday))
    assert (found["total"], found["unassigned"], found["ledger_total"]) == (D("84.5000"), D(19), D("103.5000"))
    assert sum(row["amount"] for row in table(yesterday, "entry")) == D("103.5000")
    assert sum(row["amount"] for row in table(yesterday, "statement")) == D("103.5000")


def test_the_curve_peaks_where_the_hand_says(yesterday):
    found = figures(ask(yesterday))
    assert found["customers"] == 3
    assert (found["peak"], found["given_back"], found["losing_customers"]) == (D("99.5000"), D("15.0000"), 1)
    assert found["peak_position"] == pytest.approx(2 / 3)
    assert [row["cumulative"] for row in ask(yesterday).tables["curve"].to_pylist()] == [0, D(90), D("99.5000"), D("84.5000")]


def test_every_source_is_reconciled_to_the_last_digit(yesterday):
    rows = ask(yesterday).tables["reconciliation"].to_pylist()
    assert {row["residual"] for row in rows} == {D(0)}
    january = {row["line"]: row for row in rows if row["period"] == date(2026, 1, 1)}
    # 100 + 50 + 20 + 7 + 11 of January's file, and the 20 of a3 once more in February's.
    assert january["list_revenue"]["control_total"] == D(208)
    assert january["list_revenue"]["customers"] == D(170)
    assert january["list_revenue"]["unassigned"] == D(18)


def test_the_summary_counts_what_was_read(yesterday):
    summary = flow.examining.status(flow.open_project(yesterday, {}))["summary"]
    wanted = {"customers": 3, "records": 5, "entries": 18, "total": "103.5000", "currency": "EUR", "level": "contribution_before_service",
              "first_day": "2026-01-05", "last_day": "2026-02-03", "files": 3, "rows_read": 14, "rows_accepted": 12, "rows_quarantined": 1,
              "rows_counted_once": 1}  # fmt: skip
    definitions = {(row["definition"], row["source"]): row["known"] for row in summary.pop("definitions")}
    assert (definitions["records", None], definitions["customers", None], definitions["customers", "crm"]) == (4, 3, 3)
    matching = summary.pop("matching")
    assert set(matching) == {"person"}
    assert D(summary.pop("worth_expected")) > 0
    unmeasured = {"number": 0, "of": 0, "share": None, "low": 0.0, "high": 1.0}
    assert summary == {**wanted, "accuracy": {"right": unmeasured, "missed": unmeasured}}


def test_the_answer_and_its_report_say_how_records_were_matched_and_what_is_expected_to_be_wrong(yesterday):
    (row,) = ask(yesterday).tables["matched"].to_pylist()
    assert (row["kind"], row["records"]) == ("person", 4)
    assert 0 <= row["false_share"] <= 0.05
    assert row["probability"] == pytest.approx(1 / (1 + 2 ** -row["threshold"]), abs=1e-3)
    page = report.full(ask(yesterday))
    assert "How their records were matched" in page
    assert "Joined wrongly, expected" in page


def test_before_the_first_run_there_is_nothing_to_ask(tmp_path):
    from tests.company import write_company

    write_company(tmp_path)
    with pytest.raises(StorageError, match="STO009"):
        ask(tmp_path)
    assert flow.examining.status(flow.open_project(tmp_path, {}))["run"] is None


def test_a_project_that_posts_nothing_has_nothing_to_rank(company):
    text = (company / "unequal.yaml").read_text()
    (company / "unequal.yaml").write_text(text[: text.index("    postings:")] + "storage: {threads: 1}\n")
    with pytest.raises(LedgerError, match="LED050"):
        run(company)


def test_a_project_without_customer_records_has_no_base(company):
    text = (company / "unequal.yaml").read_text()
    begin, end = text.index("    records:"), text.index("  orders:")
    (company / "unequal.yaml").write_text((text[:begin] + text[end:]).replace("{source: crm, id: customer}", "{id: customer}"))
    with pytest.raises((Problems, LedgerError)) as caught:
        run(company)
    assert "CFG" in str(caught.value)
