"""The profile and the moments of a few customers, checked by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal as D

import pytest

from unequal import customer_base
from unequal.customer_base.profiling.moments import event_of
from unequal.identity.tables import CUSTOMER, HOUSEHOLD, RELATIONSHIP
from unequal.ledger.tables import ENTRY, INTERACTION
from unequal.terms.lines import Level

steps = customer_base.steps.profiling

ENTRIES = [
    ("ann", "2025-03-01", None, "a1", "list_revenue", "100"),
    ("ann", "2025-03-01", None, "a1", "cost_of_goods", "-40"),
    ("ann", "2026-02-28", "2026-02-28T22:30:00", "a2", "list_revenue", "60"),
    ("ann", "2026-02-28", "2026-02-28T22:30:00", "a2", "list_revenue", "5"),
    ("ann", "2026-02-28", None, "a2", "returns", "-60"),
    ("bob", "2024-02-29", None, None, "list_revenue", "10"),
    ("bob", "2024-02-29", None, None, "list_revenue", "11"),
    ("unassigned", "2026-01-01", None, "u1", "list_revenue", "7"),
]
CONTACTS = [
    ("ann", "2026-01-02T10:00:00", None, "ticket", "Phone"),
    ("ann", "2026-01-01T10:00:00", None, "Chat", "chat"),
    ("ann", None, "2026-01-03", "Service  visit!", "web"),
    ("bob", None, None, "ticket", "chat"),
    ("bob", "2026-01-05T00:00:00", None, "Order", None),
    ("bob", "2026-01-06T00:00:00", None, None, "E-Mail"),
    ("unassigned", "2026-01-05T00:00:00", None, "ticket", "chat"),
]


def parsed(type_, value):
    return type_.fromisoformat(value) if value else None


@pytest.fixture
def tables(duckdb_engine):
    rows = duckdb_engine.rows
    entries = [
        {"customer_id": who, "booked_on": date.fromisoformat(day), "occurred_at": parsed(datetime, at), "document": document, "line": line,
         "amount": D(amount), "source": "orders", "channel": "web" if document == "a1" else "store", "level": "unit"}
        for who, day, at, document, line, amount in ENTRIES
    ]  # fmt: skip
    contacts = [
        {"customer_id": who, "occurred_at": parsed(datetime, at), "occurred_on": parsed(date, day), "contact": kind, "channel": channel}
        for who, at, day, kind, channel in CONTACTS
    ]
    customers = [{"customer_id": who, "kind": "person", "is_test": False, "records": 1, "sources": 1} for who in ("ann", "bob", "cleo")]
    homes = [{"household_id": "h", "customer_id": who, "members": 2, "evidence": "stated"} for who in ("ann", "cleo")]
    tie = {"from_customer": "ann", "to_customer": "bob", "kind": "referrer", "weight": 1.0, "evidence": "stated", "sources": 1, "rows": 1}
    known = {
        "entry": rows(ENTRY.types, entries),
        "interaction": rows(INTERACTION.types, contacts),
        "customer": rows(CUSTOMER.types, customers),
        "household": rows(HOUSEHOLD.types, homes),
        "relationship": rows(RELATIONSHIP.types, [tie]),
    }
    figures = customer_base.customer_figures(known["entry"], Level.GROSS_MARGIN)
    return {**known, "band": figures.mutate(band=figures["customer_id"], customer_rank=1)}


@pytest.fixture
def profiles(duckdb_engine, tables):
    table = steps.profile(tables, level=Level.GROSS_MARGIN, as_of=date(2026, 3, 1), keep=duckdb_engine.materialise)
    assert dict(zip(table.columns, map(str, table.schema().types), strict=True)).keys() == steps.PROFILE.types.keys()
    return {row["customer_id"]: row for row in duckdb_engine.fetch(table)}


def test_a_profile_tells_the_whole_and_the_last_twelve_months(profiles):
    told = ("contribution", "contribution_12m", "sales", "sales_12m", "orders", "first_order_on", "last_order_on")
    assert [profiles["ann"][name] for name in told] == [D(65), D(65), D(105), D(105), 2, date(2025, 3, 1), date(2026, 2, 28)]
    assert [profiles["bob"][name] for name in told] == [D(21), D(0), D(21), D(0), 1, date(2024, 2, 29), date(2024, 2, 29)]
    assert [profiles["cleo"][name] for name in told] == [None, None, None, None, 0, None, None]


def test_a_profile_tells_household_ties_and_contexts(profiles):
    assert (profiles["cleo"]["household_id"], profiles["cleo"]["household_contribution"]) == ("h", D(65))
    assert (profiles["ann"]["is_referrer"], profiles["ann"]["brings_others"], profiles["bob"]["has_referrer"]) == (True, True, True)
    assert (profiles["cleo"]["is_referrer"], profiles["cleo"]["was_brought"]) == (False, False)
    assert (profiles["ann"]["main_channel"], profiles["bob"]["main_channel"], profiles["cleo"]["main_channel"]) == ("web", "store", None)


def test_what_the_others_of_a_household_bring_is_without_the_customers_own_and_absent_of_who_lives_alone(duckdb_engine, tables):
    def others(**expected):
        values = duckdb_engine.rows(
            {"customer_id": "string", "value_expected": "float64"},
            [{"customer_id": who, "value_expected": value} for who, value in expected.items()],
        )
        told = steps.profile(
            {**tables, "customer_value": values}, level=Level.GROSS_MARGIN, as_of=date(2026, 3, 1), keep=duckdb_engine.materialise
        )
        return {
            row["customer_id"]: (row["household_value_expected"], row["household_others_expected"]) for row in duckdb_engine.fetch(told)
        }

    assert others(ann=100.0, cleo=-30.0, bob=9.0) == {"ann": (70.0, -30.0), "cleo": (70.0, 100.0), "bob": (None, None)}
    # Of Ann alone something is forecast: of the others of her household nothing is.
    assert others(ann=100.0, bob=9.0) == {"ann": (100.0, None), "cleo": (100.0, 100.0), "bob": (None, None)}


def test_what_a_run_has_nothing_of_is_not_known_rather_than_false(profiles):
    unknown = ("is_lost", "is_let_down", "could_pay_less", "is_growable", "p_alive", "needs_group", "band_is_stable", "began_on")
    assert {profiles["ann"][name] for name in unknown} == {None}


def test_moments_are_orders_returns_and_contacts_by_kind_and_by_what_was_spoken_through(duckdb_engine, tables):
    found = steps.moments(tables["entry"], tables["interaction"]).order_by("customer_id", "happened_at", "event")
    told = [(row["customer_id"], row["event"], row["happened_at"].isoformat()) for row in duckdb_engine.fetch(found)]
    assert told == [
        ("ann", "order", "2025-03-01T00:00:00"),
        ("ann", "chat", "2026-01-01T10:00:00"),
        ("ann", "call", "2026-01-02T10:00:00"),
        ("ann", "ticket", "2026-01-02T10:00:00"),
        ("ann", "service_visit", "2026-01-03T00:00:00"),
        ("ann", "return", "2026-02-28T00:00:00"),
        ("ann", "order", "2026-02-28T22:30:00"),
        ("bob", "order", "2024-02-29T00:00:00"),
        ("bob", "contact_order", "2026-01-05T00:00:00"),
        ("bob", "email", "2026-01-06T00:00:00"),
    ]


def test_an_event_is_named_in_small_letters_without_spaces(duckdb_engine):
    words = duckdb_engine.rows({"word": "string"}, [{"word": word} for word in ("  Pre-Sale Call ", "TELEPHONE", "return", "--", "Ünder")])
    found = duckdb_engine.fetch(words.select(word="word", event=event_of(words["word"])))
    assert {row["word"]: row["event"] for row in found} == {
        "  Pre-Sale Call ": "pre_sale_call", "TELEPHONE": "call", "return": "contact_return", "--": None, "Ünder": "nder",
    }  # fmt: skip


def test_the_last_twelve_months_before_a_leap_day_begin_on_the_last_of_february():
    from unequal.customer_base.profiling.rows import _a_year_before

    assert (_a_year_before(date(2024, 2, 29)), _a_year_before(date(2025, 3, 1))) == (date(2023, 2, 28), date(2024, 3, 1))
