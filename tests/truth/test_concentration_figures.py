"""Concentration of real bases, to the last digit printed in the data's own README and references."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal as D
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from unequal import customer_base, ledger, storage
from unequal.terms.lines import Level

LINES: Mapping[str, tuple[str, int]] = {
    "SalesAmount": ("list_revenue", 1), "TotalProductCost": ("cost_of_goods", -1), "Freight": ("freight", -1),
}  # fmt: skip


def adventureworks(engine: storage.Engine, data: Path, channels: Mapping[str, tuple[str, str]]) -> np.ndarray:
    """What each customer brings, in whole units, through our own table functions."""
    entries = None
    for channel, (file, key) in channels.items():
        table = engine.read(data / "adventureworks_dw" / f"{file}.parquet")
        for column, (line, sign) in LINES.items():
            part = table.select(
                customer_id=table[key].cast("string") + f"-{channel}", line=_text(line), amount=(table[column] * sign).cast("decimal(18, 4)"),
                booked_on=table["OrderDate"].date(),
            )  # fmt: skip
            entries = part if entries is None else entries.union(part)
    figures = customer_base.customer_figures(ledger.customer_statement(entries), Level.CONTRIBUTION_BEFORE_SERVICE)
    return engine.arrow(figures.select(units=customer_base.units_of(figures["amount"])))["units"].to_numpy()


def _text(value: str):
    import ibis

    return ibis.literal(value)


INTERNET, RESELLERS = ("FactInternetSales", "CustomerKey"), ("FactResellerSales", "ResellerKey")


def test_adventureworks_both_channels_peak_at_135_percent(duckdb_engine: storage.Engine, unequal_data: Path) -> None:
    found = customer_base.concentration(adventureworks(duckdb_engine, unequal_data, {"internet": INTERNET, "reseller": RESELLERS}))
    assert found.customers == 18_484 + 635
    assert round(found.peak_share, 3) == 1.351
    assert round(found.peak_position, 3) == 0.979
    assert round(found.top_fifth_share, 3) == 0.958
    assert found.losing_customers == 399
    assert round(found.stobachoff, 3) == 0.566
    assert round(found.gini, 3) == 0.767
    assert found.why_no_shares == ""


def test_adventureworks_resellers_lose_money_together_and_it_is_said_in_money(duckdb_engine: storage.Engine, unequal_data: Path) -> None:
    found = customer_base.concentration(adventureworks(duckdb_engine, unequal_data, {"reseller": RESELLERS}))
    assert (found.customers, found.losing_customers) == (635, 399)
    assert D(found.total).scaleb(-4).quantize(D("0.01")) == D("-1540783.31")
    assert round(found.peak / 1e10, 2) == 1.90
    assert (found.peak_share, found.top_fifth_share, found.stobachoff) == (None, None, None)
    assert "635 customers lose 1,540,783.31" in found.why_no_shares


def test_superstore_peaks_at_124_9_percent_of_profit(unequal_data: Path) -> None:
    book = CalamineWorkbook.from_path(unequal_data / "superstore" / "Sample - Superstore.xls")
    header, *rows = book.get_sheet_by_name("Orders").to_python()
    customer, profit = header.index("Customer ID"), header.index("Profit")
    units: dict[str, int] = {}
    for row in rows:
        units[row[customer]] = units.get(row[customer], 0) + int(round(D(repr(row[profit])), 4).scaleb(4))
    found = customer_base.concentration(np.array(list(units.values())))
    assert (found.customers, found.losing_customers) == (793, 155)
    assert D(found.total).scaleb(-4) == D("286397.0217")
    assert (round(found.peak_share, 3), round(found.peak_position, 3), round(found.top_fifth_share, 3)) == (1.249, 0.805, 0.814)
    assert (round(found.stobachoff, 3), round(found.gini, 3)) == (0.509, 0.692)


@pytest.mark.parametrize(
    ("table", "lines", "sales"), [("FactInternetSales", 60_398, "29358677.2207"), ("FactResellerSales", 60_855, "80450596.9823")]
)
def test_the_figures_rest_on_all_lines_of_the_published_tables(unequal_data: Path, table: str, lines: int, sales: str) -> None:
    found = pq.read_table(unequal_data / "adventureworks_dw" / f"{table}.parquet", columns=["SalesAmount"])
    assert found.num_rows == lines
    assert sum(found["SalesAmount"].to_pylist()) == D(sales)
