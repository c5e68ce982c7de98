"""What happened at the moment of contact comes back to the ledger on the next run, under the customer as he stands."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
from tests.flow import events
from tests.flow.looking import table
from tests.storage.contact_rows import AT, contact, later, reservation
from tests.storage.states import difference, run

from unequal import flow, storage
from unequal.flow import returning
from unequal.storage.state import AskedRow, OutcomeRow, State, open_live

CONTACTS = """\
  made_contacts:
    read: .unequal/live/contacts-crm.parquet
    key: contact_id
    interactions:
      customer: {source: crm, id: record_id}
      occurred_at: reserved_at
      contact: {value: reminder}
      channel: channel
      outcome: status
    postings:
      customer: {source: crm, id: record_id}
      booked_on: reserved_at
      channel: channel
      amounts:
        contacts: {column: cost, line: retention, negate: true}
"""
READS = """\
project: hill
reporting_currency: EUR
time_zone: Europe/Berlin
sources:
  one: {read: .unequal/live/contacts-shop.parquet, key: contact_id}
  two: {read: [.unequal/live/contacts-crm.parquet, ./.unequal/live/outcomes-crm.parquet], key: contact_id}
  three: {read: .unequal/live/answers-crm.parquet, key: asked_id}
  four: {read: .unequal/live/events-crm.parquet, key: event_id}
"""


def reads(folder: Path) -> flow.OpenProject:
    folder.mkdir(exist_ok=True)
    (folder / "unequal.yaml").write_text(READS, encoding="utf-8")
    return flow.open_project(folder, {})


def rows(folder: Path, name: str, *columns: str) -> list[tuple[object, ...]]:
    table = pq.read_table(folder / ".unequal" / "live" / f"{name}.parquet")
    return list(zip(*(table[column].to_pylist() for column in columns), strict=True))


def test_a_contact_costs_its_customer_on_the_next_run_and_is_among_his_interactions(company: Path) -> None:
    config = company / "unequal.yaml"
    config.write_text(config.read_text().replace("storage: {threads: 1}", CONTACTS + "storage: {threads: 1}"), encoding="utf-8")
    opened = flow.open_project(company, {})
    with storage.open_state(opened.state_url) as state:
        cleo = state.customers_of([("crm", "4")])["crm", "4"]
    with open_live(opened.state_url) as live:
        made = contact("d1", cleo, datetime(2026, 1, 20, 9, 0), "email", cost=Decimal("0.75"))
        live.contacts.reserve(reservation("d1", cleo, 0, contacts=[made]))
    flow.run(opened)
    statement = table(company, "statement")
    assert [(row["line"], row["amount"]) for row in statement if row["customer_id"] == cleo and row["line"] == "retention"] == [
        ("retention", Decimal("-0.75"))
    ]
    (seen,) = table(company, "interaction")
    assert (seen["customer_id"], seen["contact"], seen["channel"], seen["outcome"]) == (cleo, "reminder", "email", "reserved")


def test_every_row_returns_once_with_a_record_of_whoever_the_customer_is_today(tmp_path: Path) -> None:
    opened = reads(tmp_path / "hill")
    with storage.open_state(opened.state_url) as state:
        state.publish(run("r1"), difference(*(("founded", n, None, f"c_{n}") for n in "123")))
        in_shop(state, "9", "c_3")
    with open_live(opened.state_url) as live:
        for name, customer in (("d2", "c_2"), ("d1", "c_1"), ("d3", "c_3"), ("d4", "anonymous:web:x")):
            made = [contact(name, customer, cost=Decimal("0.1234"))]
            asked = AskedRow(customer, "allergies", "web", AT, name)
            live.contacts.reserve(reservation(name, customer, 0, contacts=made, asked=asked))
        live.contacts.settle("d1:contact", "released", later(1))
        live.contacts.record_outcome(OutcomeRow("d2", "bought", later(2), Decimal("12.3456"), "liked it"))
        live.contacts.record_answer("c_1", "allergies", "nuts", channel="web", at=later(3))
    with storage.open_state(opened.state_url) as state:
        state.publish(run("r2", "r1"), difference(("merged", "2", "c_2", "c_1"), redirects={"c_2": "c_1"}))
    assert [path.name for path in returning.bring_back(opened)] == [
        "contacts-shop.parquet", "contacts-crm.parquet", "outcomes-crm.parquet", "answers-crm.parquet", "events-crm.parquet"
    ]  # fmt: skip
    # c_2 is c_1 today, whose first record is 1; c_3 has a record in the shop, which is read first; nobody knows the visitor.
    assert rows(opened.folder, "contacts-shop", "contact_id", "record_id") == [("d3:contact", "9")]
    assert rows(opened.folder, "contacts-crm", "contact_id", "record_id", "cost", "reserved_at") == [
        ("d2:contact", "1", Decimal("0.1234"), AT)
    ]
    assert rows(opened.folder, "outcomes-crm", "decision_id", "record_id", "kind", "amount", "channel") == [
        ("d2", "1", "bought", Decimal("12.3456"), "web")
    ]
    assert rows(opened.folder, "answers-crm", "record_id", "answer", "answered_at") == [
        ("1", None, None), ("1", "nuts", later(3)), ("3", None, None)
    ]  # fmt: skip
    before = {path.name: path.read_bytes() for path in returning.bring_back(opened)}
    assert before == {path.name: path.read_bytes() for path in returning.bring_back(opened)}


def in_shop(state: State, record: str, customer: str) -> None:
    """A customer's record in a second source."""
    with state._engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO customer_membership VALUES ('shop', '{record}', '{customer}', '2026-01-05', 'r1')")


def test_a_project_that_reads_nothing_back_opens_no_state(tmp_path: Path) -> None:
    (tmp_path / "unequal.yaml").write_text(
        READS.split("sources:", maxsplit=1)[0] + "sources:\n  crm: {read: crm.csv, key: no}\n", encoding="utf-8"
    )
    assert returning.bring_back(flow.open_project(tmp_path, {})) == ()
    assert not (tmp_path / ".unequal").exists()


def test_a_contact_with_a_visitor_comes_back_once_it_is_known_whose_record_he_is(tmp_path: Path) -> None:
    hill = reads(tmp_path / "hill")
    with storage.open_state(hill.state_url) as state:
        state.publish(run("r1"), difference(("founded", "1", None, "c_1")))
    with events.opened(hill.state_url) as live:
        events.send(live, [events.track("seen", userId=None, anonymousId="v1")])
        live.contacts.reserve(reservation("d1", "anonymous:shop:v1", 1))
        returning.bring_back(hill)
        assert rows(hill.folder, "contacts-crm", "contact_id", "record_id") == []
        events.send(live, [events.identify("login", "1", "v1")])
        returning.bring_back(hill)
        assert rows(hill.folder, "contacts-crm", "contact_id", "record_id") == [("d1:contact", "1")]
