"""Cost to serve comes out as published, and as planted in Meridian, through the whole run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

from unequal import answers, demo, flow, report
from unequal.terms.errors import AnswerError
from unequal.terms.periods import Period

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
    columns: {day: {type: date, format: ISO}, amount: money, goods: money, carrier: money}
    postings:
      amounts:
        sales: {column: amount, line: list_revenue}
        goods: {column: goods, line: cost_of_goods, negate: true}
        carrier: {column: carrier, line: freight, negate: true}
      customer: {source: customers, id: customer}
      booked_on: day
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
    (data / "sales.csv").write_text(
        "sale_no,customer,day,amount,goods,carrier\n" + "".join(f"s{n},c{n},2026-01-05,8000.00,2900.00,100.00\n" for n in range(CUSTOMERS))
    )
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

    def test_the_answer_tells_the_same_dollars_and_draws_them(self, kaplan):
        answer = answers.answer("cost-to-serve", kaplan.base)
        assert [(row["activity"], row["events"], row["cost"], row["rate_minute"]) for row in answer.table.to_pylist()] == [
            ("take_order", 49_000, D(313_600), D("0.80")), ("check_credit", 2_500, D(100_000), D("0.80")), ("answer_inquiry", 1_400, D(49_280), D("0.80")),
        ]  # fmt: skip
        assert (answer.figure("idle").value, answer.figure("charged_customers").value) == (D(97_120), D(462_880))
        assert answer.figure("idle_share").value == pytest.approx(121_400 / 700_000)
        assert "$97.1k stood idle" in answer.sentence
        assert "Take order" in str(report.chart_of(answer).to_dict())
        assert "Idle capacity" in report.fragment(answer)

    @pytest.mark.parametrize(
        ("supposed", "charged", "idle"),
        [
            # A fifth less capacity: the rate is 1.00 a minute, and 578,600 of 560,000 minutes are used: nobody is charged what was not spent.
            (["service.capacity*0.8"], 560_000, 0),
            (["service.cost+140000"], 578_600, 121_400),  # the rate is 1.00 a minute
            (["service.rate=1.6"], 925_760, 194_240),
            (["take_order.base=4"], 462_880 - 156_800, 97_120 + 156_800),
            (["take_order.minutes*0.5", "answer_inquiry.base*1"], 306_080, 253_920),
        ],
    )
    def test_a_supposition_changes_what_is_charged_and_what_stands_idle(self, kaplan, supposed, charged, idle):
        answer = answers.answer("cost-to-serve", kaplan.base, what_if=supposed)
        rows = {row["what"]: row["cost_after"] for row in answer.table.to_pylist()}
        assert rows["idle: service"] == D(idle)
        assert sum(rows[name] for name in ("take_order", "answer_inquiry", "check_credit")) == D(charged)
        assert rows["together"] == D(charged + idle)

    def test_customers_lose_money_if_the_pool_costs_three_times_as_much(self, kaplan):
        answer = answers.answer("cost-to-serve", kaplan.base, what_if=["service.cost*3"])
        after = answer.tables["what_if_customers"].to_pylist()
        assert all(row["profit_before"] - row["profit_after"] == row["cost_after"] - row["cost_before"] for row in after)
        assert answer.figure("losing_before").value == 0
        assert answer.figure("losing_after").value == sum(row["cost_after"] > 5_000 for row in after) > 0

    @pytest.mark.parametrize(
        "text", ["service", "service.cost", "desk.cost*2", "service.minutes*2", "take_order.lines*2", "take_order.minutes+1", "a.b=-1"]
    )
    def test_a_supposition_that_cannot_be_read_is_told(self, kaplan, text):
        with pytest.raises(AnswerError, match="ANS012"):
            answers.answer("cost-to-serve", kaplan.base, what_if=[text])

    def test_minutes_are_not_narrowed_by_what_they_do_not_know(self, kaplan):
        with pytest.raises(AnswerError, match="ANS011"):
            answers.answer("cost-to-serve", kaplan.base, where="channel = 'web'")
        with pytest.raises(AnswerError, match="ANS011"):
            answers.answer("cost-to-serve", kaplan.base, period=Period(date(2026, 1, 1), date(2026, 1, 15)))
        with pytest.raises(AnswerError, match="ANS012"):
            answers.answer("profit", kaplan.base, what_if=["service.cost*2"])
        january = answers.answer("cost-to-serve", kaplan.base, period=Period(date(2026, 1, 1), date(2026, 2, 1)))
        assert january.figure("idle").value == D(97_120)

    def test_a_customers_sheet_tells_what_was_done_and_how_steady_its_band_is(self, kaplan):
        sheet = flow.examining.customer(kaplan, "customers:c3")
        assert [row["activity"] for row in sheet.service] == ["take_order", "check_credit", "answer_inquiry"]
        assert sum(row["cost"] for row in sheet.service) == -sum(row["amount"] for row in sheet.why if row["line"] == "Cost to serve")
        assert sheet.steady["stable"] is True
        assert sheet.steady["scenarios"] == 8


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
