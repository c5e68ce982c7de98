"""Cost to serve comes out as published, and as planted in Meridian, through the whole run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path

import pytest

from unequal import demo, flow

KAPLAN = """\
project: kaplan-and-anderson
reporting_currency: USD
time_zone: America/New_York
default_region: US
sources:
  customers: {read: data/customers.csv, key: no, records: {id: no, attributes: {full_name: name}, deduplicated: true}}
  events:
    read: data/events.csv
    key: event_no
    columns: {day: {type: date, format: ISO}}
    interactions: {customer: {source: customers, id: customer}, occurred_at: day, contact: kind}
  sales:
    read: data/sales.csv
    key: sale_no
    columns: {day: {type: date, format: ISO}, amount: money}
    postings: {amounts: {sales: {column: amount, line: list_revenue}}, customer: {source: customers, id: customer}, booked_on: day}
  books: {read: data/books.csv, key: [account, month], columns: {month: {type: date, format: ISO}, amount: money}}
  capacity: {read: data/capacity.csv, columns: {month: {type: date, format: ISO}, minutes: integer}}
ledger:
  pools:
    service:
      cost: {source: books, column: amount, booked_on: month, when: "account = '6000'", negate: true}
      capacity: {source: capacity, column: minutes, month: month}
  activities:
    take_order: {pool: service, each: events, when: "kind = 'order'", time: {base: "8"}}
    answer_inquiry: {pool: service, each: events, when: "kind = 'inquiry'", time: {base: "44"}}
    check_credit: {pool: service, each: events, when: "kind = 'credit_check'", time: {base: "50"}}
storage: {threads: 1}
"""
EVENTS = {"order": 49_000, "inquiry": 1_400, "credit_check": 2_500}
CUSTOMERS = 200


def write_kaplan(folder: Path) -> Path:
    """The department of Kaplan & Anderson as a project: its books, its capacity, and every order, inquiry and credit check."""
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "customers.csv").write_text("no,name\n" + "".join(f"c{n},Customer {n}\n" for n in range(CUSTOMERS)))
    kinds = [kind for kind, count in EVENTS.items() for _ in range(count)]
    rows = (f"e{n},c{n * 7 % CUSTOMERS},{kind},2026-01-{1 + n % 31:02}\n" for n, kind in enumerate(kinds))
    (data / "events.csv").write_text("event_no,customer,kind,day\n" + "".join(rows))
    (data / "sales.csv").write_text("sale_no,customer,day,amount\n" + "".join(f"s{n},c{n},2026-01-05,5000.00\n" for n in range(CUSTOMERS)))
    (data / "books.csv").write_text("account,month,amount\n6000,2026-01-31,560000.00\n7000,2026-01-31,1234.56\n")
    (data / "capacity.csv").write_text("team,month,minutes\nservice,2026-01-01,700000\n")
    (folder / "unequal.yaml").write_text(KAPLAN)
    return folder


@pytest.fixture(scope="module")
def kaplan(tmp_path_factory: pytest.TempPathFactory) -> Iterator[flow.reading.OpenBase]:
    project = flow.open_project(write_kaplan(tmp_path_factory.mktemp("kaplan") / "project"), {})
    flow.run(project)
    with flow.open_base(project) as base:
        yield base


def rows_of(base: flow.reading.OpenBase, table: str) -> list[dict[str, object]]:
    return base.base.fetch(base.base.table(table))


def service_sums(base: flow.reading.OpenBase) -> dict[str, D]:
    """What each activity cost, positive."""
    sums: dict[str, D] = defaultdict(D)
    for row in rows_of(base, "activity_cost"):
        sums[str(row["activity"])] -= D(str(row["amount"]))
    return sums


class TestKaplanAndAnderson:
    """560,000 dollars, 700,000 minutes. Source: Kaplan & Anderson, Time-Driven Activity-Based Costing, HBR, November 2004."""

    def test_a_minute_costs_80_cents_and_97_120_dollars_stand_idle(self, kaplan):
        (pool,) = rows_of(kaplan, "pool")
        assert (pool["cost"], pool["rate_minute"]) == (D(560_000), D("0.80"))
        assert (pool["practical_seconds"], pool["used_seconds"]) == (700_000 * 60, 578_600 * 60)
        assert (pool["charged"], pool["idle"]) == (D(462_880), D(97_120))
        assert [row["amount"] for row in rows_of(kaplan, "idle")] == [D(-97_120)]

    def test_orders_inquiries_and_credit_checks_come_to_the_published_dollars(self, kaplan):
        assert service_sums(kaplan) == {"take_order": D(313_600), "answer_inquiry": D(49_280), "check_credit": D(100_000)}

    def test_customers_bear_what_was_used_and_the_bucket_idle_the_rest(self, kaplan):
        cells = [row for row in rows_of(kaplan, "reconciliation") if row["source"] == "pool:service"]
        assert {row["item"]: row["amount"] for row in cells} == {
            "control_total": D(-560_000), "customers": D(-462_880), "idle": D(-97_120), "residual": D(0),
        }  # fmt: skip
        statement = rows_of(kaplan, "statement")
        assert sum(row["amount"] for row in statement if row["customer_id"] == "idle") == D(-97_120)
        assert sum(row["amount"] for row in statement if row["line"] == "cost_to_serve") == D(-560_000)


@pytest.fixture(scope="module")
def meridian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, flow.reading.OpenBase]]:
    folder = tmp_path_factory.mktemp("meridian")
    demo.build(folder, persons=600, seed=2026)
    project = flow.open_project(folder, {})
    flow.run(project)
    with flow.open_base(project) as base:
        yield folder, base


class TestMeridian:
    def test_every_pool_and_month_is_used_and_charged_as_planted(self, meridian):
        folder, base = meridian
        pools = {(row["pool"], str(row["month"])): row for row in rows_of(base, "pool")}
        planted = demo.Truth(folder).table("capacity").to_pylist()
        assert len(planted) == 11 * 48
        for row in planted:
            found = pools[row["activity"], row["month"]]
            assert float(found["used_seconds"]) == pytest.approx(row["used_minutes"] * 60, abs=0.01)
            assert float(found["charged"]) == pytest.approx(row["used_minutes"] * row["cents_a_minute"] / 100, abs=1e-3)
            assert found["charged"] + found["idle"] == found["cost"]
            assert found["over_seconds"] == 0

    def test_every_person_and_organisation_bears_what_was_done_for_it(self, meridian):
        folder, base = meridian
        truth = demo.Truth(folder)
        owner = {(row["source"], row["record_id"]): row["entity_id"] for row in truth.table("record").to_pylist() if row["kind"] != "test"}
        entries = base.base.table("entry")
        service = entries.filter(entries["amount_name"].startswith("cost:"))
        grouped = service.group_by("activity", "line", "record_source", "record").aggregate(amount=service["amount"].sum())
        found: dict[tuple[str, str, str], float] = defaultdict(float)
        for row in base.base.fetch(grouped):
            if (who := owner.get((row["record_source"], row["record"]))) is not None:
                found[who, row["activity"], row["line"]] -= float(row["amount"])
        cents = {row["activity"]: row["cents_a_minute"] for row in truth.table("capacity").to_pylist()}
        planted = {
            (row["customer_id"], row["activity"], line): minutes * cents[row["activity"]] / 100
            for row in truth.table("service_time").to_pylist()
            for line, minutes in (("cost_to_serve", row["minutes"]), ("cost_of_failure", row["failure_minutes"]))
            if minutes
        }
        assert set(found) == set(planted)
        # Each event is rounded to a whole 0.0001; nobody has a thousand events of one activity.
        assert found == pytest.approx(planted, abs=0.05)

    def test_every_pool_reconciles_to_the_cent_with_the_general_ledger(self, meridian):
        _, base = meridian
        rows = [row for row in rows_of(base, "reconciliation") if str(row["source"]).startswith("pool:")]
        residuals = [row["amount"] for row in rows if row["item"] == "residual"]
        assert len(residuals) == 11 * 48
        assert set(residuals) == {D(0)}
        assert {row["item"] for row in rows} == {"control_total", "customers", "unassigned", "idle", "residual"}

    def test_our_own_failures_cost_the_company_and_move_no_customers_band(self, meridian):
        _, base = meridian
        statement = rows_of(base, "statement")
        failures = sum(row["amount"] for row in statement if row["line"] == "cost_of_failure")
        assert failures < 0
        banded = {row["customer_id"]: row["amount"] for row in rows_of(base, "band")}
        own: dict[object, D] = defaultdict(D)
        for row in statement:
            if row["line"] != "cost_of_failure":
                own[row["customer_id"]] += D(str(row["amount"]))
        assert all(own[customer] == amount for customer, amount in banded.items())
        assert base.base.level == "contribution"
