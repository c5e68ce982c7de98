"""Groups of needs: what was planted is found, and nothing where nothing was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import numpy as np
import pytest
from tests.truth.test_needs_figures import PLANTED, planted_world

from unequal.customer_base.needs import counting, naming
from unequal.customer_base.needs.counts import canonical, drawn_towards_all, shares_of, spread_of
from unequal.customer_base.needs.mixture import Evidence, members
from unequal.customer_base.needs.standing import adjusted_rand, found
from unequal.ledger.tables import ENTRY, INTERACTION


def entries(engine, rows):
    blank = dict.fromkeys(ENTRY.names)
    named = [dict(zip(("customer_id", "booked_on", "line", "amount", "channel", "product"), row, strict=True)) for row in rows]
    return engine.rows(ENTRY.types, [blank | row for row in named])


def test_kinds_that_were_planted_come_out_and_stand():
    counts, kind = planted_world(5)
    order = canonical(counts)
    stood = found(counts.of(order), 7)
    assert stood is not None
    assert len(stood.groups) == len(PLANTED)
    assert stood.stands.all()
    ours = members(Evidence(counts, stood.groups.spread), stood.groups)
    assert adjusted_rand(ours, kind) > 0.8
    traits = [naming.traits_of(counts, stood.by_size().groups, number) for number in range(4)]
    named = [naming.in_name(one)[0].part if naming.in_name(one) else None for one in traits]
    # Deep discounts, goods sent back and calls each name a group; the weekend, in which nobody differs, names none.
    assert {0, 2, 6} <= set(named)
    assert not {4, 5} & {trait.part for one in traits for trait in naming.in_name(one)}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_all_are_of_one_kind_who_differ_by_degrees_no_groups_are_found(seed):
    counts, _ = planted_world(seed, {"full price": (0.3, 0.2, 0.5)})
    assert found(counts.of(canonical(counts)), 7) is None


def test_a_rule_finds_a_planted_group_among_customers_it_was_not_learned_on():
    counts, kind = planted_world(6)
    order = canonical(counts)
    counts, kind = counts.of(order), kind[order]
    stood = found(counts, 7)
    assert stood is not None
    ours = members(Evidence(counts, stood.groups.spread), stood.groups)
    spread, _ = spread_of(counts, shares_of(counts))
    own = drawn_towards_all(counts, shares_of(counts), spread)
    group = int(np.bincount(ours[kind == 1]).argmax())
    rule = naming.rule_of(own, ours == group, naming.traits_of(counts, stood.groups, group))
    assert rule is not None
    assert rule.caught_share > 0.9
    assert rule.precision > 0.9
    assert naming.told(rule, counts).startswith("deep yes at least")


def test_a_group_keeps_the_name_it_had_where_it_is_the_same():
    shares = np.array([[0.9, 0.1, 0.5], [0.1, 0.9, 0.1]])
    before = {"often": {"a yes": 0.88, "a no": 0.12, "b": 0.55}, "elsewhere": {"a yes": 0.5, "a no": 0.5, "b": 4.0}}
    assert naming.same_as_before(shares, ["a yes", "a no", "b"], before) == ["often", None]


def test_habits_are_counted_by_the_day_and_the_line(duckdb_engine):
    """Ann buys twice, once at 40 % off, and sends one of three lines back; Bob buys once, at full price, on a Saturday."""
    first, second, saturday = date(2025, 2, 3), date(2025, 11, 4), date(2025, 11, 8)
    table = entries(duckdb_engine, [
        ("ann", first, "list_revenue", D(60), "web", "tea"), ("ann", first, "list_revenue", D(40), "web", "cup"),
        ("ann", first, "on_invoice_discount", D(-40), "web", None), ("ann", second, "list_revenue", D(50), "store", "tea"),
        ("ann", second, "returns", D(-50), "store", "tea"), ("bob", saturday, "list_revenue", D(10), None, "cup"),
        ("unassigned", first, "list_revenue", D(10), "web", "cup"), ("ann", date(2026, 1, 1), "list_revenue", D(10), "web", "cup"),
    ])  # fmt: skip
    until = date(2026, 1, 1)
    days = counting.by_day(counting.sale_days(table, until=until), ["web"])
    sold = counting.sales(table, until=until)
    wide = counting.beside(days, {
        "lines": counting.by_line(sold, table, ["tea"], dear_from=50.0, until=until), "unpaid": counting.unpaid(table, until=until)
    })  # fmt: skip
    told = {row["customer_id"]: row for row in duckdb_engine.fetch(wide)}
    ann = {"days": 2, "channel web": 1, "channel others": 1, "discount deep": 1, "discount none": 1, "season 1": 1, "season 4": 1, "breadth": 1,
           "product tea": 2, "product others": 1, "price dear": 2, "returns back": 1, "returns kept": 2, "unpaid yes": 0, "unpaid no": 1}  # fmt: skip
    assert {name: told["ann"][name] for name in ann} == ann
    bob = {
        "days": 1,
        "channel web": 0,
        "channel others": 1,
        "weekday weekend": 1,
        "weekday working day": 0,
        "returns back": 0,
        "breadth": 0,
    }
    assert {name: told["bob"][name] for name in bob} == bob
    assert set(told) == {"ann", "bob"}


def test_contacts_are_counted_by_kind_and_channel_until_the_morning(duckdb_engine):
    blank = dict.fromkeys(INTERACTION.names)
    rows = [
        ("ann", date(2025, 1, 2), "ticket", "phone"),
        ("ann", date(2025, 1, 2), "ticket", None),
        ("ann", date(2025, 3, 1), "ticket", "phone"),
    ]
    named = [blank | dict(zip(("customer_id", "occurred_on", "contact", "channel"), row, strict=True)) for row in rows]
    table = duckdb_engine.rows(INTERACTION.types, named)
    found_rows = duckdb_engine.fetch(counting.by_contact(table, [("ticket", "phone"), ("ticket", None)], until=date(2025, 3, 1)))
    assert found_rows == [{"customer_id": "ann", "contact ticket by phone": 1, "contact ticket": 1}]
