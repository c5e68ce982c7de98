"""Records that arrive between runs: they become who the next run makes of them, under the same ids."""

from __future__ import annotations

import pytest
from tests.flow.looking import customers, edit, run, state_rows, table

from unequal import flow
from unequal.flow import reviewing
from unequal.notebook.project import open_project
from unequal.terms.errors import IdentityError

DORA = {"no": "5", "name": "Dora Dorn", "mail": "dora@bakery.example", "land": "DE"}
BERT = {"no": "6", "name": "Brook, Bert", "mail": "BERT@bakery.example", "land": "DE"}
CLEO = {"no": "4", "name": "Cleo Cole", "mail": "cleo@bakery.example", "land": "AT"}


def line(row):
    return ",".join(f'"{row[name]}"' if "," in row[name] else row[name] for name in ("no", "name", "mail", "land"))


def add(company, *rows):
    """Put rows behind those of the CRM's extract."""
    file = company / "data" / "crm.csv"
    file.write_text(file.read_text(encoding="utf-8") + "".join(f"{line(row)}\n" for row in rows), encoding="utf-8")


def partition(owners):
    """Records together, whatever their customer is called."""
    together: dict[str, set[str]] = {}
    for record, customer in owners.items():
        together.setdefault(customer, set()).add(record)
    return {frozenset(records) for records in together.values()}


def after(arrivals, before):
    """Whose each record is, with what arrivals say of it."""
    return {**before, **{one.record_id: one.customer_id for arrived in arrivals for one in arrived.looked_at}}


@pytest.mark.parametrize("batches", [[[BERT, DORA]], [[DORA], [BERT, CLEO]]])
def test_a_run_on_the_same_records_gives_the_ids_that_arrivals_gave(company, batches):
    before = customers(company)
    with open_project(company).arrivals() as arrivals:
        found = [arrivals.arrive("crm", rows) for rows in batches]
    assert customers(company) == before, "nothing is written"
    rows = [row for batch in batches for row in batch]
    if CLEO in rows:
        edit(company / "data" / "crm.csv", ("4,Cleo Cole,,AT", line(CLEO)))
    add(company, *(row for row in rows if row is not CLEO))
    run(company)
    assert after(found, before) == customers(company)
    (dora,) = (one for arrived in found for one in arrived.records if one.record_id == "5")
    (bert,) = (one for arrived in found for one in arrived.records if one.record_id == "6")
    assert (dora.is_new, dora.customer_before) == (True, None)
    assert (bert.is_new, bert.customer_id) == (False, before["2"])


def test_what_arrives_is_looked_at_with_what_it_is_near_and_no_more(company):
    with open_project(company).arrivals() as arrivals:
        found = arrivals.arrive("crm", [BERT])
    assert [one.record_id for one in found.records] == ["6"]
    assert {one.record_id for one in found.looked_at} == {"2", "6"}


def test_who_founds_a_customer_does_not_depend_on_who_arrives_first(company):
    early, late = {**DORA, "no": "51"}, {**DORA, "no": "50", "mail": "DORA@bakery.example"}
    with open_project(company).arrivals() as arrivals:
        arrivals.arrive("crm", [early])
        found = arrivals.arrive("crm", [late])
    assert len({one.customer_id for one in found.looked_at}) == 1
    add(company, early, late)
    run(company)
    assert {one.record_id: one.customer_id for one in found.looked_at} == {name: customers(company)[name] for name in ("50", "51")}


def test_a_record_that_makes_two_customers_one_redirects_whom_the_run_redirects(company):
    before = customers(company)
    turned = {**BERT, "no": "4"}
    with open_project(company).arrivals() as arrivals:
        found = arrivals.arrive("crm", [turned])
    assert len(found.redirects) == 1
    edit(company / "data" / "crm.csv", ("4,Cleo Cole,,AT", line(turned)))
    run(company)
    assert after([found], before) == customers(company)
    assert dict(state_rows(company, "SELECT old_id, customer_id FROM customer_redirect")) == found.redirects


@pytest.mark.parametrize(("acts", "runs_between"), [
    ([("judge", ("crm:1", "crm:3", "different"))], True), ([("judge", ("crm:2", "crm:4", "same"))], False), ([("merge", ("crm:2", "crm:4"))], True),
    ([("judge", ("crm:1", "crm:3", "different")), ("merge", ("crm:3", "crm:4"))], False),
])  # fmt: skip
def test_what_stewards_have_said_counts_before_and_after_the_run_that_takes_it_in(company, acts, runs_between):
    project = flow.open_project(company, {})
    for kind, said in acts:
        if kind == "judge":
            reviewing.judge(project, [reviewing.Said(*said)], author="jo", reason="seen", commit=True)
        else:
            reviewing.merge(project, said, author="jo", reason="seen", commit=True)
    if runs_between:
        run(company)
    before = customers(company)
    ann = {"no": "7", "name": "Ann Arbour", "mail": "ann@bakery.example", "land": "DE"}
    with open_project(company).arrivals() as arrivals:
        found = [arrivals.arrive("crm", [row]) for row in (BERT, ann, CLEO)]
    edit(company / "data" / "crm.csv", ("4,Cleo Cole,,AT", line(CLEO)))
    add(company, BERT, ann)
    run(company)
    told = after(found, before)
    assert partition(told) == partition(customers(company))
    assert told == customers(company)


def test_a_record_that_comes_again_is_whom_it_was(company):
    edit(company / "data" / "crm.csv", ("2,Bert Brook,bert@bakery.example,DE\n", ""))
    run(company)
    before = {row["record_id"]: row["customer_id"] for row in table(company, "customer_record")}
    with open_project(company).arrivals() as arrivals:
        (bert,) = arrivals.arrive("crm", [{"no": "2", "name": "Bert Brook", "mail": "bert@bakery.example", "land": "DE"}]).records
    assert (bert.customer_id, bert.is_new) == (before["2"], False)


def test_a_row_of_a_record_that_has_several_rows_stands_beside_the_others(company):
    """Customer 4's first order says that she is Bert; the order that arrives says nothing, and takes nothing back."""
    records = "records: {id: customer, attributes: {full_name: name, email: mail}}"
    edit(company / "unequal.yaml", ("    key: order_no\n", f"    key: order_no\n    {records}\n"))
    for month in ("01", "02"):
        file = company / "data" / f"orders-2026-{month}.csv"
        edit(file, (",shop\n", ",shop,name,mail\n"), (",web\n", ",web,,\n"), *([(",corner\n", ",corner,Bert Brook,bert@bakery.example\n")]))
    run(company)

    def owners():
        return {(row["source"], row["record_id"]): row["customer_id"] for row in table(company, "customer_record")}

    before = owners()
    order = {"order_no": "b3", "customer": "4", "day": "04.02.2026", "total": "5.00", "cost": "1.00", "carrier": "0.00", "shop": "web"}
    with open_project(company).arrivals() as arrivals:
        found = arrivals.arrive("orders", [order])
    assert [one.record_id for one in found.records] == ["4"]
    assert {(one.source, one.record_id): one.customer_id for one in found.looked_at}.items() <= before.items()
    assert before["orders", "4"] == before["crm", "2"]


def test_an_empty_arrival_and_a_row_that_names_no_record_change_nothing(company):
    with open_project(company).arrivals() as arrivals:
        assert arrivals.arrive("crm", []).looked_at == ()
        assert arrivals.arrive("crm", [{"name": "Nobody", "mail": "bert@bakery.example"}]).looked_at == ()


@pytest.mark.parametrize(("source", "rows", "code"), [
    ("orders", [{"order_no": "x"}], "IDN024"), ("till", [{}], "IDN024"), ("crm", [{"no": "5", "nmae": "Dora"}], "IDN025"),
])  # fmt: skip
def test_what_no_run_would_take_is_refused(company, source, rows, code):
    with open_project(company).arrivals() as arrivals, pytest.raises(IdentityError) as told:
        arrivals.arrive(source, rows)
    assert told.value.code == code
