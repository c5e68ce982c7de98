"""The value room's table functions give the same rows on DuckDB and on Spark, and those reckoned by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

from unequal import config, storage
from unequal.ledger.tables import ENTRY
from unequal.terms.lines import Level
from unequal.value.history import buying_days, histories, outcomes
from unequal.value.lives import first_end, lives
from unequal.value.reasons.sums import by_context, days_in_contexts
from unequal.value.segments import beginnings, numbered, segments_of

# customer, day, line, amount, channel
ROWS = """
    ann | 2025-01-06 | list_revenue        | 100 | web
    ann | 2025-01-06 | on_invoice_discount | -10 | web
    ann | 2025-01-06 | cost_of_goods       | -40 | web
    ann | 2025-01-06 | cost_to_serve       | -3  | web
    ann | 2025-01-06 | acquisition         | -20 | ads
    ann | 2025-02-03 | list_revenue        | 50  | shop
    ann | 2025-02-03 | list_revenue        | 30  | shop
    ann | 2025-02-20 | returns             | -30 | shop
    ann | 2025-02-20 | cost_to_serve       | -4  | -
    ann | 2025-03-03 | list_revenue        | 60  | web
    bob | 2025-01-10 | list_revenue        | 25  | web
    bob | 2025-01-10 | on_invoice_discount | -25 | web
    cid | 2025-01-11 | cost_to_serve       | -7  | -
    unassigned | 2025-01-12 | list_revenue | 99  | web
"""


def entries(engine: storage.Engine) -> Any:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(ROWS.strip().splitlines()):
        customer, day, name, amount, channel = (cell.strip() for cell in line.split("|"))
        rows.append({"entry_id": f"e{number:03d}", "customer_id": customer, "booked_on": date.fromisoformat(day), "line": name,
                     "amount": D(amount), "channel": None if channel == "-" else channel})  # fmt: skip
    types = {name: kind for name, kind in ENTRY.types.items() if name in (*rows[0], "product", "market", "property")}
    return engine.rows(types, [dict.fromkeys(types) | row for row in rows])


def test_a_day_with_something_invoiced_is_one_order(engine: storage.Engine) -> None:
    days = engine.fetch(buying_days(entries(engine), Level.CONTRIBUTION).order_by("customer_id", "day"))
    assert [(row["customer_id"], row["day"].day, row["is_order"], row["spend"], row["margin"], row["service"]) for row in days] == [
        ("ann", 6, True, D(90), D(50), D(-3)), ("ann", 3, True, D(80), D(80), D(0)), ("ann", 20, False, D(0), D(-30), D(-4)),
        ("ann", 3, True, D(60), D(60), D(0)), ("bob", 10, False, D(0), D(0), D(0)), ("cid", 11, False, D(0), D(0), D(-7)),
    ]  # fmt: skip


def test_histories_know_nothing_of_the_morning_they_are_counted_for_or_later(engine: storage.Engine) -> None:
    days = engine.materialise(buying_days(entries(engine), Level.CONTRIBUTION), "days")
    morning = {"until": date(2025, 3, 3), "again_from": date(2025, 2, 1), "again_until": date(2025, 3, 3)}
    (ann,) = engine.fetch(histories(days, **morning))  # bob's goods were free and cid only cost: no order, no history
    assert (ann["customer_id"], ann["first_day"], ann["last_day"], ann["orders"]) == ("ann", date(2025, 1, 6), date(2025, 2, 3), 2)
    assert (ann["spend"], ann["margin"], ann["service"], ann["service_at_orders"]) == (D(170), D(100), D(-7), D(-3))
    assert (ann["orders_again"], ann["brought_again"]) == (1, D(46))
    assert abs(ann["margin_squares"] - (50**2 / 90 + 80**2 / 80)) < 1e-9
    assert (ann["service_squares"], ann["service_squares_at_orders"]) == (25.0, 9.0)
    assert (ann["margin_at_orders"], ann["back_days"], ann["back_squares"], ann["served_days"]) == (D(130), 1, 900.0, 1)
    came = engine.fetch(outcomes(days, start=date(2025, 2, 3), end=date(2025, 3, 3)))
    assert [(row["customer_id"], row["orders"], row["spend"], row["brought"]) for row in came] == [("ann", 1, D(80), D(46))]


def test_customers_begin_with_their_first_sale_and_are_numbered_in_order(engine: storage.Engine) -> None:
    begun = engine.fetch(beginnings(entries(engine)).order_by("customer_id"))
    assert [(row["customer_id"], row["first_day"], row["channel"]) for row in begun] == [
        ("ann", date(2025, 1, 6), "web"), ("bob", date(2025, 1, 10), "web"),
    ]  # fmt: skip
    customers = engine.rows(
        {"customer_id": "string", "kind": "string"}, [{"customer_id": name, "kind": "person"} for name in ("bob", "ann", "cid")]
    )
    bands = engine.rows({"customer_id": "string", "band": "string"}, [{"customer_id": "ann", "band": "top"}])
    people = numbered(customers, bands).order_by("number")
    assert [(row["customer_id"], row["band"], row["number"]) for row in engine.fetch(people)] == [
        ("ann", "top", 0), ("bob", None, 1), ("cid", None, 2),
    ]  # fmt: skip
    joined = people.left_join(beginnings(entries(engine)), "customer_id").order_by("number")
    parted = segments_of(engine.arrow(joined.select("kind", "band", "first_day", "channel", "market")))
    assert parted.names == (
        ("all", "all"), ("band", "not known"), ("band", "top"), ("began", "2025"), ("began", "not known"), ("channel", "not known"), ("channel", "web"),
    )  # fmt: skip
    assert parted.of.tolist() == [[0, 2, 3, 6], [0, 1, 3, 6], [0, 1, 4, 5]]


def test_what_was_brought_in_each_context_adds_up_to_the_whole(engine: storage.Engine) -> None:
    days = engine.materialise(days_in_contexts(entries(engine), Level.CONTRIBUTION), "days-in-contexts")
    found = engine.fetch(by_context(days, "channel").order_by("customer_id", "value"))
    assert [(row["customer_id"], row["value"], row["orders"], row["brought"]) for row in found] == [
        ("ann", "other", 0, D(-24)), ("ann", "shop", 1, D(50)), ("ann", "web", 2, D(107)), ("bob", "web", 1, D(0)), ("cid", "other", 0, D(-7)),
    ]  # fmt: skip
    assert [row["value"] for row in engine.fetch(by_context(days, "season").order_by("customer_id"))] == ["quarter 1"] * 3


def test_contracts_are_counted_in_whole_periods_as_they_stood_on_a_morning(engine: storage.Engine) -> None:
    contract = config.value.Contracts.model_validate(
        {"kind": "contracts", "source": "services", "customer": {"source": "crm", "id": "owner"}, "started": "since", "ended": "until"}
    )
    types = {"owner": "string", "since": "date", "until": "date"}
    rows = engine.rows(types, [
        {"owner": "1", "since": date(2025, 1, 31), "until": None},
        {"owner": "2", "since": date(2024, 12, 15), "until": date(2025, 3, 20)},
        {"owner": "2", "since": date(2025, 1, 15), "until": date(2025, 6, 1)},
        {"owner": "9", "since": date(2025, 5, 1), "until": None},
    ])  # fmt: skip
    owners = [{"source": "crm", "record_id": str(number), "customer_id": f"c{number}"} for number in (1, 2)]
    record = engine.rows({"source": "string", "record_id": "string", "customer_id": "string"}, owners)
    assert engine.fetch(first_end(rows, contract)) == [{"day": date(2025, 3, 20)}]
    found = engine.fetch(
        lives(rows, contract, record, as_of=date(2025, 4, 30), records_begin=date(2025, 3, 20)).order_by("customer_id", "started_on")
    )
    assert [(row["customer_id"], row["renewals"], row["entered"], row["has_ended"]) for row in found] == [
        ("c1", 2, 1, False), ("c2", 3, 3, True), ("c2", 3, 2, False),
    ]  # fmt: skip
