"""The base cut by what is known of its customers."""

from __future__ import annotations

from decimal import Decimal as D

from unequal import customer_base
from unequal.customer_base.tables import SLICE
from unequal.terms.lines import Level

LINES = [
    {"customer_id": "ann", "line": "list_revenue", "amount": D(100), "entries": 2},
    {"customer_id": "ann", "line": "returns", "amount": D(-130), "entries": 1},
    {"customer_id": "bob", "line": "list_revenue", "amount": D("50.0001"), "entries": 1},
    {"customer_id": "eve", "line": "list_revenue", "amount": D(7), "entries": 1},
    {"customer_id": "eve", "line": "freight", "amount": D(-3), "entries": 1},
    {"customer_id": "unassigned", "line": "list_revenue", "amount": D(9), "entries": 4},
]
KNOWN = [{"customer_id": "ann", "country": "US"}, {"customer_id": "bob", "country": "US"}, {"customer_id": "eve", "country": None}]


def test_summed_by_customer_first_slices_are_what_they_are_line_by_line(engine):
    lines = engine.rows({"customer_id": "string", "line": "string", "amount": "decimal(28, 4)", "entries": "int64"}, LINES)
    known = engine.rows({"customer_id": "string", "country": "string"}, KNOWN)
    beside = lines.left_join(known, "customer_id").drop("customer_id_right")
    first = engine.fetch(customer_base.slices(lines, "country", Level.REVENUE, known=known))
    assert first == engine.fetch(customer_base.slices(beside, "country", Level.REVENUE))
    assert first == [
        dict(zip(SLICE.names, ("US", 2, 1, D("20.0001"), D(0), 4), strict=True)),
        dict(zip(SLICE.names, (None, 1, 0, D(7), D(9), 5), strict=True)),
    ]


def test_what_each_customer_brings_is_kept_whatever_it_is_sliced_by(duckdb_engine):
    lines = duckdb_engine.rows({"customer_id": "string", "line": "string", "amount": "decimal(28, 4)", "entries": "int64"}, LINES)
    known = duckdb_engine.rows({"customer_id": "string", "country": "string", "band": "string"}, [{**row, "band": "a"} for row in KNOWN])
    kept = []

    def keep(table):
        kept.append(table.op())
        return table

    for by in ("country", "band"):
        customer_base.slices(lines, by, Level.REVENUE, known=known, keep=keep)
    assert len(kept) == 2
    assert len(set(kept)) == 1
