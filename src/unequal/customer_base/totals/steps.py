"""The step that puts sums of the whole base down."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import ibis

from unequal.customer_base.tables import CUSTOMER_LINE, CUSTOMER_MONTH, DEFINITION, ENTRY_SUM, ENTRY_TOTAL
from unequal.customer_base.totals.summing import customer_lines, customer_months, entry_sums, entry_totals
from unequal.storage import Engine
from unequal.terms.lines import Level
from unequal.terms.tables import TableContract

ALL: Final[tuple[TableContract, ...]] = (CUSTOMER_LINE, CUSTOMER_MONTH, ENTRY_SUM, ENTRY_TOTAL, DEFINITION)
"""The tables that the step writes."""


def write(engine: Engine, *, statement: ibis.Table, entries: ibis.Table, definitions: ibis.Table, level: Level, folder: Path) -> None:
    """Write `customer_line`, `customer_month`, `entry_sum`, `entry_total` and `definition`.

    Args:
        engine: where it runs.
        statement: STATEMENT.
        entries: ENTRY.
        definitions: DEFINITION, not run yet.
        level: the evidence level that the project's mapped lines reach.
        folder: where to write.
    """
    engine.write(customer_lines(statement), folder / "customer_line.parquet")
    engine.write(customer_months(statement, level), folder / "customer_month.parquet")
    engine.write(entry_sums(entries), folder / "entry_sum.parquet")
    engine.write(entry_totals(engine.read(folder / "entry_sum.parquet")), folder / "entry_total.parquet")
    engine.write(definitions, folder / "definition.parquet")
