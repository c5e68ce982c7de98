"""Profiles of Meridian hold what its questions are answered from, to the last value, and its moments are its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from unequal import answers, customer_base, flow
from unequal.answers import contexts, forecasts
from unequal.flow.profiles import Profiles, profile_table
from unequal.predicates import compile_batch, parse

PROFILE, LEVERS = customer_base.steps.profiling.PROFILE, customer_base.steps.levers.LEVERS


@pytest.fixture
def profiles(published_meridian):
    with Profiles.open(flow.open_project(published_meridian, {})) as held:
        yield held


def by_customer(base, table):
    return {row["customer_id"]: row for row in base.fetch(table)}


def test_every_row_in_memory_is_the_row_of_the_table_value_by_value_and_type_by_type(meridian, profiles):
    opened = meridian[1]
    rows = by_customer(opened.base, profile_table(opened))
    assert len(rows) == len(profiles.held.laid.ids)
    for customer_id, row in rows.items():
        held = profiles.row(customer_id)
        assert held == tuple(row.values()), customer_id
        assert [type(value) for value in held] == [type(value) for value in row.values()]
    assert list(profiles.columns) == list(next(iter(rows.values())))


def test_profiles_tell_each_context_as_it_is_worked_out_from_the_run(meridian):
    opened = meridian[1]
    plain = replace(opened.base, tables={name: table for name, table in opened.base.tables.items() if name != "profile"})
    told = [name for name in contexts.CONTEXTS if name in PROFILE.types]
    assert set(contexts.CONTEXTS) - set(told) == {"is_caught", "band_before", "band_after", *(f"lever_{name}" for name in LEVERS)}
    worked_out = by_customer(plain, contexts.with_contexts(plain, " ".join(told)).table("customer_attribute"))
    put_down = by_customer(opened.base, profile_table(opened))
    from_profile = by_customer(opened.base, contexts.with_contexts(opened.base, " ".join(told)).table("customer_attribute"))
    assert worked_out == from_profile
    there = list(next(iter(worked_out.values())))
    assert {"main_channel", "began_on", "is_lost", "is_let_down", "brings_others", "country", "occupation", "needs_group", "band"} <= set(
        there
    )
    assert {one: {name: row[name] for name in there} for one, row in put_down.items()} == worked_out


def test_profiles_tell_what_questions_of_values_are_asked_of(meridian):
    opened = meridian[1]
    values, rows = by_customer(opened.base, forecasts.wide_values(opened.base)), by_customer(opened.base, profile_table(opened))
    assert values
    for customer_id, row in values.items():
        assert {name: rows[customer_id][name] for name in row} == row


RULES = (
    "band = 'unprofitable' and p_alive > 0.5 and not is_lost", "country = 'US' and main_channel in ('web', 'store')", "value_expected > 100 or brought_last_year < 0",
    "began_on >= date '2024-01-01' and is_let_down", "lost_reason is not null", "growth_low > 0 and needs_group is null", "occupation like '%er'",
    "brought > 250.50 and is_overdue = false", "has_ended or is_won_back or is_warned or was_brought",
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_one_text_finds_the_same_customers_of_a_question_and_of_profiles(meridian, profiles, rule):
    opened = meridian[1]
    base = contexts.with_contexts(opened.base, rule)
    asked = {row["customer_id"] for row in base.fetch(forecasts.narrowed_values(base, rule).select("customer_id"))}
    table = profile_table(opened, rule)
    predicate = parse(rule, profiles.types, where="policy")
    valued = {row["customer_id"] for row in base.fetch(base.table("customer_value").select("customer_id"))}
    assert {row["customer_id"] for row in base.fetch(table.filter(compile_batch(predicate, table)))} & valued == asked


def test_what_happened_in_memory_is_what_the_run_put_down_in_order(meridian, profiles):
    opened = meridian[1]
    found = {}
    moments = opened.base.table("moment")
    for row in opened.base.fetch(moments.order_by("customer_id", "happened_at")):
        found.setdefault(row["customer_id"], {}).setdefault(row["event"], []).append(row["happened_at"])
    assert found.keys() <= {one.decode() for one in profiles.held.laid.ids}
    for customer_id in (one.decode() for one in profiles.held.laid.ids):
        assert profiles.happened(customer_id) == found.get(customer_id, {})
    tickets = opened.base.table("interaction")
    of_customers = opened.base.fetch(tickets.filter(tickets["contact"] == "ticket", tickets["customer_id"] != "unassigned"))
    assert sum(len(times.get("ticket", ())) for times in found.values()) == len(of_customers)


def test_orders_of_profiles_are_the_documents_with_list_revenue(meridian, profiles):
    opened = meridian[1]
    entries = opened.base.table("entry")
    sold = (
        entries.filter(entries["line"] == "list_revenue", entries["document"].notnull())
        .select("customer_id", "document", "source")
        .distinct()
    )
    counted = {row["customer_id"]: row["n"] for row in opened.base.fetch(sold.group_by("customer_id").aggregate(n=sold.count()))}
    for one in profiles.held.laid.ids:
        assert profiles.known(one.decode())[profiles.columns["orders"]] == counted.get(one.decode(), 0)


def test_no_personal_value_stands_in_the_tables_that_are_put_down(meridian):
    opened = meridian[1]
    given = opened.base.table("person_attribute")
    named = {"city", "email", "phone", "full_name", "given_name", "street", "birth_date"}
    values = {
        row["value_given"] for row in opened.base.fetch(given.filter(given["attribute"].isin(named)).select("value_given").distinct())
    }
    for name in ("profile", "moment"):
        table = opened.base.table(name)
        for column in [column for column, kind in table.schema().items() if kind.is_string()]:
            cells = {row[column] for row in opened.base.fetch(table.select(column).distinct())}
            assert not cells & values, column


def test_a_question_by_context_is_answered_from_the_profile(meridian):
    opened = meridian[1]
    plain = replace(
        opened.base, tables={name: table for name, table in opened.base.tables.items() if name != "profile"}, keep=lambda table: table
    )
    asked = {"by": "main_channel", "where": "is_lost = false"}
    one, other = (answers.answer("value", base, **asked) for base in (opened.base, plain))
    assert one.figures == other.figures
    assert {name: table.to_pylist() for name, table in one.tables.items()} == {
        name: table.to_pylist() for name, table in other.tables.items()
    }
