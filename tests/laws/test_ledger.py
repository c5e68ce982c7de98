"""Laws of the ledger: no cent is made or lost between a source row and the curve."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.books import BOOKKEEPING, TYPES, project_with

from unequal import customer_base, ledger, storage
from unequal.config.storage import Storage
from unequal.ledger.currency import convert
from unequal.ledger.tables import RATES
from unequal.terms.lines import Level

MONEY = st.decimals(-(10**6), 10**6, places=10, allow_nan=False, allow_infinity=False)
SHORT = st.decimals(-(10**4), 10**4, places=6, allow_nan=False, allow_infinity=False)
ROWS = st.lists(
    st.fixed_dictionaries({
        "customer": st.sampled_from(["ann", "bob", "zoe", None]), "product": st.sampled_from(["tea", "jam", "POST", None]),
        "quantity": st.integers(-50, 50), "price": st.one_of(st.none(), SHORT), "cost": st.one_of(st.none(), MONEY),
        "currency": st.sampled_from(["EUR", "USD"]), "at": st.integers(0, 200_000),
    }),
    min_size=1, max_size=25,
)  # fmt: skip
START = datetime(2026, 1, 1)
USD = Decimal("0.9123456789")
PROJECT = project_with(ledger={"rates": [{"currency": "USD", "since": "2025-12-31", "rate": str(USD)}], "rate_valid_days": 3650})
CENT = Decimal("0.0001")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[storage.Engine]:
    with storage.open_engine(Storage(threads=1), tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


def rounded(exact: Fraction) -> Decimal:
    """Half away from zero, by whole numbers alone."""
    units = abs(exact) * 10_000
    whole = (2 * units.numerator + units.denominator) // (2 * units.denominator)
    return Decimal(whole if exact >= 0 else -whole).scaleb(-4)


def books(engine: storage.Engine, drawn: list[dict[str, Any]]) -> dict[str, Any]:
    """Rows through posting, conversion, assignment, statement."""
    rows = [
        {**row, "invoice": str(n), "at": START + timedelta(minutes=row["at"]), "_file": "f", "_row": n, "_row_id": str(n)}
        for n, row in enumerate(drawn, start=1)
    ]
    table = engine.rows(_ibis_types(), pa.Table.from_pylist(rows, schema=pa.schema({**TYPES, **BOOKKEEPING}.items())))
    posted = ledger.post(table, "orders", PROJECT.sources["orders"], project=PROJECT)
    rates = engine.rows(RATES.types, [{"rate_id": "USD:2025-12-31", "currency": "USD", "since": date(2025, 12, 31), "rate": USD}])
    converted = convert(posted, rates, reporting_currency="EUR", valid_days=3650)
    crosswalk = [{"customer_id": f"c_{name}", "source": "crm", "record_id": name} for name in ("ann", "bob")]
    records = [{"source": "crm", "record_id": "bob", "is_test": len(drawn) % 2 == 0}]
    entries = ledger.assign(
        converted,
        engine.rows({"customer_id": "string", "source": "string", "record_id": "string"}, crosswalk),
        engine.rows({"source": "string", "record_id": "string", "is_test": "boolean"}, records),
    )
    kept = engine.rows(ledger.tables.ENTRY.types, engine.arrow(entries))
    return {"rows": rows, "entries": kept, "statement": ledger.customer_statement(kept)}


def _ibis_types() -> dict[str, str]:
    return {
        "customer": "string", "invoice": "string", "product": "string", "quantity": "int64", "price": "decimal(28, 10)",
        "cost": "decimal(28, 10)", "currency": "string", "at": "timestamp(6)", "_file": "string", "_row": "int64", "_byte": "int64",
        "_row_id": "string",
    }  # fmt: skip


def model(rows: list[dict[str, Any]]) -> dict[tuple[int, str], Decimal]:
    """What each row and amount must come to, by fractions."""
    expected = {}
    for row in rows:
        rate = Fraction(USD) if row["currency"] == "USD" else Fraction(1)
        price, cost = row["price"], row["cost"]
        own = {
            "sales": None if price is None else rounded(Fraction(price) * row["quantity"]),
            "cost": None if cost is None else rounded(-Fraction(cost)),
        }
        given_amounts = {name: amount for name, amount in own.items() if amount is not None}
        moved = {name: amount for name, amount in given_amounts.items() if amount}
        for name, amount in (moved or dict(list(given_amounts.items())[:1])).items():
            expected[(row["_row"], name)] = rounded(Fraction(amount) * rate)
    return expected


@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_every_amount_of_every_row_is_one_entry_of_exactly_its_worth(engine: storage.Engine, drawn: list[dict[str, Any]]) -> None:
    made = books(engine, drawn)
    found = {(row["source_row"], row["amount_name"]): row["amount"] for row in engine.fetch(made["entries"])}
    assert found == model(made["rows"])
    assert engine.count(made["entries"]) == len(found)


@settings(max_examples=8, deadline=None)
@given(ROWS)
def test_statement_waterfall_bands_and_slices_hold_the_same_dollars(engine: storage.Engine, drawn: list[dict[str, Any]]) -> None:
    made = books(engine, drawn)
    entries, statement = made["entries"], made["statement"]

    def total(table: Any, column: str = "amount") -> Decimal:
        found: Decimal = engine.fetch(table.aggregate(total=table[column].sum()))[0]["total"] or Decimal(0)
        return found

    whole = total(entries)
    assert total(statement) == whole
    assert total(ledger.waterfall(statement, Level.REVENUE)) == whole
    level = Level.GROSS_MARGIN
    of_level = engine.fetch(entries.aggregate(total=ledger.level_amount(entries, level)))[0]["total"]
    real = ledger.of_customers(entries)
    of_customers = engine.fetch(real.aggregate(total=ledger.level_amount(real, level)))[0]["total"] or Decimal(0)
    figures = customer_base.customer_figures(statement, level)
    banded = customer_base.bands(figures, break_even_within=Decimal(1), break_even_share_of_sales=Decimal("0.1"))
    assert total(figures) == of_customers
    assert total(customer_base.band_totals(banded)) == of_customers
    for by in ("product", "month", "line", "currency", "source", "level", "channel"):
        sliced = customer_base.slices(entries, by, level)
        assert (total(sliced), total(sliced, "elsewhere")) == (of_customers, of_level - of_customers)


@settings(max_examples=6, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_no_entry(engine: storage.Engine, drawn: list[dict[str, Any]], chance: Any) -> None:
    made = books(engine, drawn)
    rows = list(made["rows"])
    chance.shuffle(rows)
    table = engine.rows(_ibis_types(), pa.Table.from_pylist(rows, schema=pa.schema({**TYPES, **BOOKKEEPING}.items())))
    posted = ledger.post(table, "orders", PROJECT.sources["orders"], project=PROJECT)
    again = {row["entry_id"]: (row["original_amount"], row["line"], row["booked_on"], row["reverses"]) for row in engine.fetch(posted)}
    before = {
        row["entry_id"]: (row["original_amount"], row["line"], row["booked_on"], row["reverses"]) for row in engine.fetch(made["entries"])
    }
    assert again == before


def test_the_model_itself_rounds_half_away_from_zero() -> None:
    for text in ("0.00005", "-0.00005", "1.00015", "-2.5", "0.00004999"):
        assert rounded(Fraction(text)) == Decimal(text).quantize(CENT, ROUND_HALF_UP)
