"""What reached a channel is counted by class and hour, timed, and priced as the ledger has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from unequal import ledger, predicates
from unequal.contact_centre import observed_load
from unequal.terms.errors import ContactCentreError

INTERACTION = {
    name: ledger.tables.INTERACTION.types[name]
    for name in ("customer_id", "source", "row_id", "occurred_at", "channel", "duration_seconds")
}
PROFILE = {"customer_id": "string", "orders": "int64", "value_expected": "float64", "contribution_12m": "decimal(28, 4)"}
ENTRY = {"source": "string", "row_id": "string", "amount_name": "string", "amount": "decimal(18, 4)"}


def at(day, hour, minute=0):
    return datetime(2026, 1, day, hour, minute)


def call(row, customer, when, seconds, channel="phone"):
    return {"customer_id": customer, "source": "calls", "row_id": row, "occurred_at": when, "channel": channel, "duration_seconds": seconds}


CONTACTS = [
    call("1", "ann", at(5, 10), 100), call("2", "ann", at(5, 10, 59), 300), call("3", "bob", at(5, 11), 200), call("4", "unassigned", at(6, 10), None),
    call("5", "bob", at(6, 10), 999, "chat"), call("6", "bob", None, 50),
]  # fmt: skip
CUSTOMERS = [
    {"customer_id": "ann", "orders": 9, "value_expected": 500.0, "contribution_12m": Decimal(90)},
    {"customer_id": "bob", "orders": 1, "value_expected": 50.0, "contribution_12m": Decimal(-3)},
]


def test_contacts_are_counted_timed_and_priced_by_the_class_of_their_customer(engine):
    rows = engine.rows(PROFILE, CUSTOMERS)
    gold = predicates.parse("orders >= 5", PROFILE)
    classes = observed_load.class_of(rows, [("gold", gold), ("base", None)])
    assert {row["customer_id"]: row["contact_class"] for row in engine.fetch(classes)} == {"ann": "gold", "bob": "base"}
    contacts = observed_load.contacts_of(engine.rows(INTERACTION, CONTACTS), classes, "phone")
    hours = {
        (row["contact_class"], row["hour"].replace(tzinfo=None)): row["contacts"] for row in engine.fetch(observed_load.hourly(contacts))
    }
    assert hours == {("gold", at(5, 10)): 2, ("base", at(5, 11)): 1, ("all others", at(6, 10)): 1}
    lasting = engine.fetch(observed_load.lasting(contacts))
    assert sorted((row["contact_class"], row["seconds"], row["contacts"]) for row in lasting) == [
        ("base", 200, 1),
        ("gold", 100, 1),
        ("gold", 300, 1),
    ]
    brought = {row.pop("contact_class"): row for row in engine.fetch(observed_load.bringing(contacts, rows))}
    assert {name: row["value_expected"] for name, row in brought.items()} == {"gold": 500.0, "base": 50.0, "all others": None}
    counted = {
        row["contact_class"]: row["contacts"]
        for row in engine.fetch(contacts.group_by("contact_class").aggregate(contacts=contacts.count()))
    }
    assert {name: row["value_contacts"] for name, row in brought.items()} == {**counted, "all others": 0}
    entries = engine.rows(ENTRY, [
        {"source": "calls", "row_id": "1", "amount_name": "cost:phone_call", "amount": Decimal("-2.50")},
        {"source": "calls", "row_id": "3", "amount_name": "cost:phone_call", "amount": Decimal("-5.00")},
        {"source": "calls", "row_id": "2", "amount_name": "fee", "amount": Decimal(-99)},
        {"source": "chats", "row_id": "2", "amount_name": "cost:phone_call", "amount": Decimal(-99)},
    ])  # fmt: skip
    (cost,) = engine.fetch(observed_load.cost_of_an_hour(contacts, entries))
    assert (cost["amount"], cost["seconds"]) == (Decimal("-7.5"), 300)


def test_who_fits_no_rule_is_of_all_others(duckdb_engine):
    rows = duckdb_engine.rows(PROFILE, CUSTOMERS)
    rule = predicates.parse("orders >= 5", PROFILE)
    found = duckdb_engine.fetch(observed_load.class_of(rows, [("gold", rule)]))
    assert {row["customer_id"]: row["contact_class"] for row in found} == {"ann": "gold", "bob": "all others"}


def hour(at, contacts, of="gold"):
    return {"contact_class": of, "hour": at, "contacts": contacts}


def test_the_usual_day_is_the_mean_of_that_weekday_by_the_clock_of_the_company():
    # Mondays in Berlin, one hour ahead of UTC; on the second of three nobody came.
    rows = [hour(at(5, 8), 6), hour(at(19, 8), 3), hour(at(19, 9), 3, "base"), hour(at(6, 8), 9)]
    day, weekday = observed_load.usual_day(rows, time_zone="Europe/Berlin", weekday=None, weeks=52)
    assert (weekday, day.days) == (0, 3)
    assert day.contacts_an_hour["gold"][9] == 3
    assert day.contacts_an_hour["base"][10] == 1
    assert sum(map(sum, day.contacts_an_hour.values())) == 4
    # 6, 0 and 6 contacts: variance 12, mean 4.
    assert day.busyness_variation == pytest.approx((12 - 4) ** 0.5 / 4)


def test_an_hour_before_midnight_utc_is_of_the_next_day_in_berlin():
    day, weekday = observed_load.usual_day([hour(at(4, 23), 5)], time_zone="Europe/Berlin", weekday=None, weeks=52)
    assert (weekday, day.contacts_an_hour["gold"][0]) == (0, 5)


def test_only_the_last_weeks_count():
    first = datetime(2025, 1, 6, 8, tzinfo=UTC).replace(tzinfo=None)
    rows = [hour(first + timedelta(weeks=week), 4 if week < 60 else 10) for week in range(64)]
    day, _ = observed_load.usual_day(rows, time_zone="UTC", weekday=0, weeks=4)
    assert (day.days, day.contacts_an_hour["gold"][8]) == (4, 10)


@pytest.mark.parametrize("rows", [[], [hour(at(5, 8), 6)]])
def test_a_day_on_which_nobody_came_is_refused(rows):
    with pytest.raises(ContactCentreError) as refused:
        observed_load.usual_day(rows, time_zone="UTC", weekday=6, weeks=52)
    assert refused.value.code == "CTC010"


def test_handling_times_keep_the_distribution_that_was_measured():
    rows = [{"contact_class": "gold", "seconds": 100, "contacts": 30_000}, {"contact_class": "base", "seconds": 400, "contacts": 10_000}]
    whole = observed_load.observed(rows)
    assert (len(whole.seconds), whole.mean_seconds) == (10_000, 175.0)
    assert observed_load.observed(rows, ["base"]).mean_seconds == 400
    assert observed_load.observed(rows, ["none"]).seconds == ()
