"""Service in a whole run: causes, levels, buckets, a pool in another currency; and what a steward's verdict moves."""

from __future__ import annotations

from decimal import Decimal as D
from pathlib import Path

import pytest
from tests.company import CONFIG, write_company

from unequal import answers, flow
from unequal.terms.errors import LedgerError, Problems

CALLS = """\
call_no,caller,day,seconds,reason,about
k1,1,06.01.2026,600,question,web
k2,3,02.02.2026,300,late,web
k3,2,07.01.2026,1200,question,web
k4,,08.01.2026,600,question,web
k5,9,09.01.2026,300,question,web
"""
SERVED = (
    CONFIG.replace("storage: {threads: 1}", "")
    + """\
  calls:
    read: data/calls.csv
    key: call_no
    columns: {day: {type: date, format: "%d.%m.%Y"}, seconds: integer}
    interactions: {customer: {source: crm, id: caller}, occurred_at: day, contact: {value: call}, channel: about}
  books:
    read: data/books.csv
    columns: {month: {type: date, format: ISO}, amount: money}
ledger:
  rates: [{currency: USD, since: "2026-01-01", rate: "0.9"}]
  pools:
    desk: {cost: {source: books, column: amount, booked_on: month, negate: true, currency: cur}, capacity: "60"}
    web: {cost: "12.50", capacity: "100", assumed: Somebody's guess.}
  activities:
    call: {pool: desk, each: calls, time: {duration: {column: seconds}}, cause: {company_when: "reason = 'late'"}}
    show_catalogue: {pool: web, each: orders, when: "shop = 'web'", level: channel, time: {base: "2"}}
storage: {threads: 1}
"""
)


@pytest.fixture
def served(tmp_path: Path) -> Path:
    write_company(tmp_path)
    (tmp_path / "data" / "calls.csv").write_text(CALLS)
    # January: 30 EUR and 33.3333 USD, 60 EUR together at .9; February 15 EUR.
    (tmp_path / "data" / "books.csv").write_text("month,amount,cur\n2026-01-01,30.00,EUR\n2026-01-31,33.3333,USD\n2026-02-01,15.00,EUR\n")
    (tmp_path / "unequal.yaml").write_text(SERVED)
    return tmp_path


def run_and_open(folder: Path):
    project = flow.open_project(folder, {})
    flow.run(project)
    return flow.open_base(project)


def test_calls_are_charged_to_their_callers_failures_to_us_and_the_web_to_its_channel(served):
    with run_and_open(served) as opened:
        base = opened.base
        entries = base.table("entry")
        rows = base.fetch(entries.filter(entries["activity"].notnull() | (entries["customer_id"] == "idle")))
        found = {(str(row["row_id"]), str(row["amount_name"])): row for row in rows}
        # January: 59.99997 EUR over 60 minutes; 10, 20, 10 and 5 minutes were used, 15 stood idle. February: 15 EUR, 5 of 60 minutes.
        amounts = {key[0]: row["amount"] for key, row in found.items() if key[1] == "cost:call"}
        assert [round(amounts[name], 3) for name in ("k1", "k3", "k4", "k5", "k2")] == [D(-10), D(-20), D(-10), D(-5), D("-1.25")]
        assert (found["k2", "cost:call"]["line"], found["k1", "cost:call"]["line"]) == ("cost_of_failure", "cost_to_serve")
        assert (found["k4", "cost:call"]["unassigned_reason"], found["k5", "cost:call"]["unassigned_reason"]) == (
            "no_customer_id",
            "test_account",
        )
        shown = [row for row in rows if row["activity"] == "show_catalogue"]
        assert {(row["customer_id"], row["channel"]) for row in shown} == {("level:channel", "web")}
        residuals = {row["amount"] for row in base.fetch(base.table("reconciliation")) if row["item"] == "residual"}
        assert residuals == {D(0)}
        items = {(row["source"], row["currency"], row["item"]) for row in base.fetch(base.table("reconciliation"))}
        assert {("pool:desk", "USD", "converted"), ("pool:web", "EUR", "level:channel"), ("pool:web", "EUR", "idle")} <= items


def test_contribution_counts_service_and_contribution_before_service_stays_what_it_was(served):
    with run_and_open(served) as opened:
        assert opened.base.level == "contribution"
        before = answers.answer("profit", opened.base, level="contribution_before_service").figure("total").value
        after = answers.answer("profit", opened.base).figure("total").value
        assert before == D("84.50")
        assert "Before service it was €84.50 (--level contribution_before_service)." in answers.answer("profit", opened.base).findings
        assert round(before - after, 2) == D(30)  # two calls of 30 minutes; the late one is our own failure
        told = answers.answer("cost-to-serve", opened.base)
        assert round(told.figure("own_failures").value, 2) == D("1.25")
        assert "web rests on an assumption: Somebody's guess." in told.findings


def test_an_entry_of_service_leads_back_to_its_row_and_idle_capacity_to_its_pool(served):
    project = flow.open_project(served, {})
    flow.run(project)
    with flow.open_base(project) as opened:
        entries = opened.base.table("entry")
        (call,) = opened.base.fetch(entries.filter(entries["row_id"] == "k3", entries["amount_name"] == "cost:call"))
        trace = flow.examining.trace_entry(opened, project, call["entry_id"])
        assert (trace.row["seconds"], trace.raw) == (1200, "k3,2,07.01.2026,1200,question,web")
        idle = opened.base.fetch(entries.filter(entries["source"] == "pool:desk").order_by("booked_on"))[0]
        trace = flow.examining.trace_entry(opened, project, idle["entry_id"])
        assert (trace.row["pool"], trace.row["idle_seconds"], trace.customer) == ("desk", 15 * 60, "idle")


def test_a_verdict_moves_service_with_its_records_at_once(served):
    project = flow.open_project(served, {})
    flow.run(project)
    with flow.open_base(project) as opened:
        before = {row["activity"]: row for row in flow.examining.customer(opened, "crm:1").service}
    said = flow.reviewing.Said("crm:1", "crm:3", "different")
    flow.reviewing.judge(project, [said], author="test", reason="two bakers", commit=True)
    with flow.open_base(project) as opened:
        one, other = (flow.examining.customer(opened, name).service for name in ("crm:1", "crm:3"))
    assert before["call"]["events"] == 2
    assert [(row["events"], row["minutes"]) for row in one] == [(1, D(10))]
    assert [(row["events"], row["own_failures"] == row["cost"]) for row in other] == [(1, True)]


CAMPAIGNS = "code,day,fixed\nspring,2026-02-01,10.00\nlost,2026-02-02,4.00\n"
CONTACTS = "contact,code,customer,day,pages\nm1,spring,1,2026-01-30,1\nm2,spring,2,2026-02-03,2\nm3,spring,,2026-02-03,3\nm4,other,2,2026-02-03,9\n"
SPREAD = SERVED.replace(
    "\nledger:\n",
    """
  campaigns: {read: data/campaigns.csv, key: code, columns: {day: {type: date, format: ISO}, fixed: money}}
  contacts:
    read: data/contacts.csv
    key: contact
    columns: {day: {type: date, format: ISO}, pages: integer}
    interactions: {customer: {source: crm, id: customer}, occurred_at: day, contact: {value: letter}}
ledger:
  shared_costs:
    letters:
      cost: {source: campaigns, column: fixed, booked_on: day, negate: true}
      over: contacts
      weight: pages
      match: {code: code}
      line: retention
""",
)


def test_a_campaigns_fixed_cost_is_shared_by_those_it_reached_to_the_cent(served):
    (served / "data" / "campaigns.csv").write_text(CAMPAIGNS)
    (served / "data" / "contacts.csv").write_text(CONTACTS)
    (served / "unequal.yaml").write_text(SPREAD)
    project = flow.open_project(served, {})
    flow.run(project)
    with flow.open_base(project) as opened:
        entries = opened.base.table("entry")
        rows = opened.base.fetch(entries.filter(entries["amount_name"] == "shared:letters").order_by("row_id"))
        assert [(row["row_id"], row["amount"], row["line"]) for row in rows] == [
            ("lost", D(-4), "retention"), ("m1", D("-1.6667"), "retention"), ("m2", D("-3.3333"), "retention"), ("m3", D(-5), "retention"),
        ]  # fmt: skip
        assert [row["customer_id"] for row in rows[::3]] == ["level:corporate", "unassigned"]
        cells = [row for row in opened.base.fetch(opened.base.table("reconciliation")) if row["source"] == "shared:letters"]
        assert {row["item"]: row["amount"] for row in cells} == {
            "control_total": D(-14), "customers": D(-5), "unassigned": D(-5), "level:corporate": D(-4), "residual": D(0),
        }  # fmt: skip
        assert sum(row["events"] for row in opened.base.fetch(opened.base.table("activity_cost"))) == 5 + 5
        answer = answers.answer("cost-to-serve", opened.base)
        letters = [row for row in answer.tables["other_costs"].to_pylist() if row["what"] == "letters"]
        assert [(row["bucket"], row["entries"], row["cost"]) for row in letters] == [
            ("customers", 2, D(5)), ("unassigned", 1, D(5)), ("level:corporate", 1, D(4)),
        ]  # fmt: skip
        assert any("Beside minutes, " in told and "letters" in told for told in answer.findings)


def test_books_whose_periods_begin_late_in_a_month_meet_the_work_of_the_next(served):
    (served / "data" / "books.csv").write_text("month,amount,cur\n2025-12-29,30.00,EUR\n2026-01-29,15.00,EUR\n2026-02-28,1.00,EUR\n")
    text = SERVED.replace("negate: true, currency: cur}", "negate: true, currency: cur, day_is: first_of_period}")
    (served / "unequal.yaml").write_text(text)
    with run_and_open(served) as opened:
        pools = opened.base.table("pool")
        rows = opened.base.fetch(pools.filter(pools["pool"] == "desk").order_by("month"))
        assert [(row["month"].month, row["cost"], row["used_seconds"] > 0) for row in rows] == [
            (1, D(30), True),
            (2, D(15), True),
            (3, D(1), False),
        ]
        cells = opened.base.fetch(opened.base.table("reconciliation"))
        assert {row["amount"] for row in cells if row["item"] == "residual"} == {D(0)}


def test_a_run_that_changes_nothing_makes_nothing_anew(served):
    project = flow.open_project(served, {})
    flow.run(project)
    assert not any(flow.run(project).steps.values())


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("time: {duration: {column: seconds}}", "document: slip, time: {duration: {column: seconds}}", "LED005"),
        ("reason = 'late'", "reasons = 'late'", "PRD008"),
        ("negate: true, currency: cur", "currency: cur", "LED024"),
        ("currency: USD", "currency: SEK", "LED001"),
    ],
)
def test_what_cannot_be_charged_is_told(served, old, new, code):
    assert SERVED.count(old) == 1
    (served / "unequal.yaml").write_text(SERVED.replace(old, new))
    with pytest.raises((LedgerError, Problems), match=code):
        flow.run(flow.open_project(served, {}))
