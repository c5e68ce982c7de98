"""A band stands or falls with doubtful links and with the window of time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D

import ibis
from hypothesis import given, settings
from hypothesis.strategies import dates, integers, lists, sampled_from, tuples

from unequal.customer_base.bands import Limits, bands
from unequal.customer_base.links import by_links, if_joined, if_parted
from unequal.customer_base.stability import BY_COSTS, steadiness
from unequal.customer_base.tables import BAND_STABILITY, CUSTOMER_FIGURE, OTHER_BAND
from unequal.customer_base.windows import other_window
from unequal.ledger.tables import ENTRY
from unequal.terms.lines import Level

LIMITS = Limits(D(5), D("0.02"))
PAIR = {"customer_a": "string", "customer_b": "string"}
PART = {"source": "string", "record_id": "string", "customer_id": "string", "apart": "boolean", "cut": "string"}
KINDS = ("month_earlier", "quarter_earlier", "later_half")


def banded_of(engine, amounts):
    rows = [{"customer_id": name, "amount": D(amount), "sales": D(0), "entries": 1} for name, amount in amounts.items()]
    return bands(engine.rows(CUSTOMER_FIGURE.types, rows), break_even_within=LIMITS.within, break_even_share_of_sales=LIMITS.share_of_sales)


def joined_of(engine, banded, *pairs):
    return if_joined(engine.rows(PAIR, [dict(zip(PAIR, pair, strict=True)) for pair in pairs]), banded, LIMITS)


def told_of(engine, table, column):
    return {row["customer_id"]: row[column] for row in engine.fetch(table)}


def test_both_customers_are_judged_by_what_they_would_bring_together(engine):
    banded = banded_of(engine, {"ann": 100, "bea": -20, "cleo": -200, "dan": 7})
    found = engine.fetch(joined_of(engine, banded, ("ann", "bea"), ("ann", "cleo"), ("dan", "nobody")).order_by("customer_id", "otherwise"))
    assert [(row["customer_id"], row["otherwise"], row["moved"], row["band"], row["other_band"]) for row in found] == [
        ("ann", "one with bea", D(20), "profitable", "profitable"),
        ("ann", "one with cleo", D(200), "profitable", "unprofitable"),
        ("bea", "one with ann", D(100), "unprofitable", "profitable"),
        ("cleo", "one with ann", D(100), "unprofitable", "unprofitable"),
        ("dan", "one with nobody", D(0), "profitable", "profitable"),
    ]


def test_each_part_with_entries_is_judged_by_its_own_and_no_entry_is_counted_twice(engine):
    booked = (("1", "ann", "60"), ("2", "ann", "-10"), ("3", "ann", "-10"), ("4", "bea", "30"), ("5", "bea", "9"))
    rows = [
        dict.fromkeys(ENTRY.types)
        | {"entry_id": record, "customer_id": customer, "booked_on": date(2026, 1, 1), "line": "list_revenue", "amount": D(amount)}
        | {"record_source": "crm", "record": record}
        for record, customer, amount in booked
    ]
    entries = engine.rows(ENTRY.types, rows)
    parts = engine.rows(PART, [
        {"source": "crm", "record_id": record, "customer_id": customer, "apart": apart, "cut": "crm:x and crm:y"}
        for record, customer, apart in (("1", "ann", True), ("2", "ann", False), ("3", "ann", False), ("4", "bea", True), ("6", "bea", False))
    ])  # fmt: skip
    banded = banded_of(engine, {"ann": 40, "bea": 39})
    found = if_parted(parts, entries, banded, Level.REVENUE, LIMITS)
    shown = engine.fetch(found.order_by("customer_id", "moved"))
    assert [(row["customer_id"], row["moved"], row["other_band"]) for row in shown] == [
        ("ann", D(20), "profitable"), ("ann", D(60), "unprofitable"), ("bea", D(9), "profitable"),
    ]  # fmt: skip
    assert {row["otherwise"] for row in shown} == {"two, without the link of crm:x and crm:y"}


def test_the_link_that_moves_a_band_by_the_most_dollars_is_named_and_a_tie_goes_by_its_words(engine):
    told = [("ann", "one with b", 9, "unprofitable"), ("ann", "one with c", 9, "unprofitable"), ("ann", "one with d", 99, "profitable"),
            ("eve", "one with d", 99, "profitable")]  # fmt: skip
    rows = [{"customer_id": c, "band": "profitable", "otherwise": o, "moved": D(m), "other_band": b} for c, o, m, b in told]
    found = engine.fetch(by_links(engine.rows(OTHER_BAND.types, rows)).order_by("customer_id"))
    assert [tuple(row.values()) for row in found] == [("ann", 3, False, "one with b"), ("eve", 1, True, None)]


def test_a_cause_that_does_not_apply_moves_nobody_and_is_told_as_absent(engine):
    banded = banded_of(engine, {"ann": 100, "bea": -20})
    nothing = by_links(engine.rows(OTHER_BAND.types, []))
    for row in engine.fetch(steadiness(banded, costs=None, links=nothing, window=None)):
        assert row["stable"] is True
        assert (row["costs_stable"], row["links_stable"], row["window_stable"], row["flipped_by"]) == (None, None, None, None)
        assert (row["same_share"], row["scenarios"], row["links"]) == (1, 0, 0)


def test_any_one_cause_makes_a_band_unstable(engine):
    banded = banded_of(engine, {"costs": 100, "links": 100, "window": 100, "none": 100, "new": 100})
    ids = ("costs", "links", "window", "none", "new")
    costs = engine.rows(BY_COSTS, [
        {"customer_id": n, "costs_stable": n != "costs", "same_share": 1.0, "scenarios": 2, "flipped_by": None} for n in ids
    ])  # fmt: skip
    links = by_links(joined_of(engine, banded_of(engine, {"links": 100, "x": -300}), ("links", "x")))
    window = engine.rows({"customer_id": "string", "window_band": "string"}, [
        {"customer_id": n, "window_band": "unprofitable" if n == "window" else "profitable"} for n in ids if n != "new"
    ])  # fmt: skip
    found = steadiness(banded, costs=costs, links=links, window=window)
    assert list(found.columns) == list(BAND_STABILITY.names)
    assert told_of(engine, found, "stable") == {"costs": False, "links": False, "window": False, "none": True, "new": True}
    assert told_of(engine, found, "window_stable") == {"costs": True, "links": True, "window": False, "none": True, "new": None}


figures = lists(integers(-30, 30), min_size=2, max_size=6)


@settings(max_examples=25)
@given(amounts=figures, chosen=lists(tuples(integers(0, 5), integers(0, 5)), max_size=6))
def test_a_band_stands_firm_exactly_where_no_single_link_moves_it_and_pairs_are_symmetric(duckdb_engine, amounts, chosen):
    names = [f"c{n}" for n in range(len(amounts))]
    pairs = sorted({(min(a, b), max(a, b)) for a, b in chosen if a != b and max(a, b) < len(names)})
    banded = banded_of(duckdb_engine, dict(zip(names, amounts, strict=True)))
    found = steadiness(
        banded, costs=None, window=None, links=by_links(joined_of(duckdb_engine, banded, *((names[a], names[b]) for a, b in pairs)))
    )
    mirrored = by_links(joined_of(duckdb_engine, banded, *((names[b], names[a]) for a, b in pairs)))
    stable = told_of(duckdb_engine, found, "links_stable")
    assert {name: told for name, told in stable.items() if told is not None} == told_of(duckdb_engine, mirrored, "links_stable")

    def band(amount):
        return (amount > 5) - (amount < -5)

    for place, name in enumerate(names):
        moves = [band(amounts[a] + amounts[b]) != band(amounts[place]) for a, b in pairs if place in (a, b)]
        assert stable[name] is (not any(moves) if moves else None)


@given(first=dates(date(1990, 1, 1), date(2030, 1, 1)), last=dates(date(1990, 1, 1), date(2030, 1, 1)), kind=sampled_from(KINDS))
def test_another_window_lies_within_the_books_and_is_another_one(first, last, kind):
    first, last = sorted((first, last))
    found = other_window(first, last, kind=kind)
    if found is None:
        assert (last.year - first.year) * 12 + last.month - first.month < (1 if kind != "quarter_earlier" else 3)
        return
    assert first.replace(day=1) <= found.start < found.end
    assert found.start.day == found.end.day == 1
    assert (last not in found) is (kind != "later_half")
    assert (first.replace(day=1) not in found) is (kind == "later_half")


def test_the_quarter_earlier_ends_three_months_earlier_over_the_turn_of_a_year():
    assert str(other_window(date(2025, 6, 1), date(2026, 2, 1), kind="quarter_earlier")) == "2025-06-01 to 2025-11-30"
    assert other_window(date(2025, 12, 1), date(2026, 2, 1), kind="quarter_earlier") is None


def test_the_tables_of_links_are_lazy():
    entries = ibis.table(ENTRY.types, name="e")
    banded = ibis.table({**CUSTOMER_FIGURE.types, "band": "string", "customer_rank": "int64"}, name="b")
    assert list(if_joined(ibis.table(PAIR, name="p"), banded, LIMITS).columns) == list(OTHER_BAND.names)
    assert list(if_parted(ibis.table(PART, name="q"), entries, banded, Level.REVENUE, LIMITS).columns) == list(OTHER_BAND.names)
