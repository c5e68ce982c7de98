"""One customer and one entry, closely."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal as D

import pytest
from tests.flow.looking import customers, edit, run

from unequal import flow
from unequal.terms.errors import AnswerError


@contextmanager
def opened(folder):
    project = flow.open_project(folder, {})
    with flow.open_base(project) as base:
        yield project, base


def entry_of(base, document, line):
    entries = base.base.table("entry")
    return base.base.fetch(entries.filter(entries["document"] == document, entries["line"] == line))[0]


def test_a_customer_is_found_by_id_and_by_any_of_its_records(yesterday):
    ids = customers(yesterday)
    with opened(yesterday) as (_, base):
        by_id, by_one, by_other = (flow.examining.customer(base, asked) for asked in (ids["1"], "crm:1", "crm:3"))
    assert by_id.customer_id == by_one.customer_id == by_other.customer_id == ids["1"]
    assert by_id.worth["amount"] == D(90)
    assert {(row["attribute"], row["value"], row["record_id"]) for row in by_id.who} >= {
        ("full_name", "Ann Arbour", "1"),
        ("email", "ANN@bakery.example", "3"),
    }
    assert {row["line"]: row["amount"] for row in by_id.why} == {"Sales": D(160), "Cost of goods": D(-60), "Freight": D(-10)}
    assert [row["record_id"] for row in by_id.records] == ["1", "3"]
    assert sum(row["amount"] for row in by_id.months) == D(90)


def test_a_customer_without_entries_is_shown_without_worth(company):
    edit(company / "data" / "crm.csv", ("9,Test", "5,Dora Dorn,dora@bakery.example,DE\n9,Test"))
    run(company)
    with opened(company) as (_, base):
        sheet = flow.examining.customer(base, "crm:5")
    assert (dict(sheet.worth), list(sheet.why), list(sheet.months)) == ({}, [], [])


@pytest.mark.parametrize("asked", ["c_000000000000", "crm:77", "nowhere:1", "", ":", "crm:' or 1=1 --"])
def test_nobody_is_told_so(yesterday, asked):
    with opened(yesterday) as (_, base), pytest.raises(AnswerError, match="ANS005"):
        flow.examining.customer(base, asked)


def test_an_entry_is_traced_to_the_row_of_its_file(yesterday):
    with opened(yesterday) as (project, base):
        entry = entry_of(base, "b1", "cost_of_goods")
        trace = flow.examining.trace_entry(base, project, entry["entry_id"])
        by_beginning = flow.examining.trace_entry(base, project, entry["entry_id"][:10])
    assert trace.raw == "b1,3,01.02.2026,60.00,20.00,5.00,web"
    assert trace.row["order_no"] == "b1"
    assert trace.entry["amount"] == D(-20)
    assert trace.customer.endswith("through crm:3")
    assert by_beginning == trace


def test_an_entry_without_a_customer_says_why(yesterday):
    with opened(yesterday) as (project, base):
        trace = flow.examining.trace_entry(base, project, entry_of(base, "b2", "list_revenue")["entry_id"])
    assert trace.customer == "unassigned: unknown customer"


def test_an_entry_whose_file_is_gone_is_still_traced_without_its_text(company):
    with opened(company) as (project, base):
        (company / "data" / "orders-2026-02.csv").unlink()
        trace = flow.examining.trace_entry(base, project, entry_of(base, "b1", "list_revenue")["entry_id"])
    assert trace.raw is None
    assert trace.row["order_no"] == "b1"


@pytest.mark.parametrize(("asked", "told"), [("f" * 32, "no entry has that id"), ("", "several entries begin so")])
def test_an_entry_that_cannot_be_told_is_not_guessed(yesterday, asked, told):
    with opened(yesterday) as (project, base), pytest.raises(AnswerError, match=told):
        flow.examining.trace_entry(base, project, asked)


def test_the_golden_record_stands_first_and_names_its_rule_and_its_conflicts(company):
    crm = company / "data" / "crm.csv"
    edit(crm, ("1,Ann Arbour,ann@bakery.example,DE", "1,Ann Arbour,ann@bakery.example,AT"))
    run(company)
    with opened(company) as (_, base):
        who = flow.examining.customer(base, "crm:1").who
        sliced = {row["customer_id"]: row["country"] for row in base.base.fetch(base.base.table("customer_attribute"))}
    assert who[0] == {
        "attribute": "country", "value": "AT", "source": "crm", "record_id": "1", "rule": "order", "agreeing": 1, "conflicting": 1,
    }  # fmt: skip
    assert {
        "attribute": "country",
        "value": "DE",
        "source": "crm",
        "record_id": "3",
        "rule": None,
        "agreeing": None,
        "conflicting": None,
    } in who
    assert sliced[customers(company)["1"]] == "AT"


def test_a_verified_value_is_the_one_that_questions_slice_by_and_who_is_who_stays_as_it_is(company):
    before = customers(company)
    edit(company / "data" / "crm.csv", ("1,Ann Arbour,ann@bakery.example,DE", "1,Ann Arbour,ann@bakery.example,AT"))
    edit(company / "unequal.yaml", ("      test_when", "      verified: {country: mail like 'ANN%'}\n      test_when"))
    run(company)
    with opened(company) as (_, base):
        first = flow.examining.customer(base, "crm:1").who[0]
    assert (first["value"], first["record_id"], first["rule"], first["conflicting"]) == ("DE", "3", "verified", 1)
    assert customers(company) == before


def test_other_rules_choose_anew_and_leave_who_is_who_alone(company):
    edit(company / "unequal.yaml", ("storage:", "identity: {golden: {full_name: [completeness]}}\nstorage:"))
    made = {name for name, anew in run(company).steps.items() if anew}
    assert made == {"golden"}
