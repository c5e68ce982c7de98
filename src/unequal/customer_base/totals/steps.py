"""The step that puts sums of the whole base down."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import ibis

from unequal.customer_base.tables import CUSTOMER_LINE, DEFINITION, ENTRY_SUM, ENTRY_TOTAL
from unequal.customer_base.totals.summing import customer_lines, entry_sums, entry_totals
from unequal.storage import Engine
from unequal.terms.tables import TableContract

ALL: Final[tuple[TableContract, ...]] = (CUSTOMER_LINE, ENTRY_SUM, ENTRY_TOTAL, DEFINITION)
"""The tables that the step writes."""


def write(engine: Engine, *, statement: ibis.Table, entries: ibis.Table, definitions: ibis.Table, folder: Path) -> None:
    """Write `customer_line`, `entry_sum`, `entry_total` and `definition`.

    Args:
        engine: where it runs.
        statement: STATEMENT.
        entries: ENTRY.
        definitions: DEFINITION, not run yet.
        folder: where to write.
    """
    engine.write(customer_lines(statement), folder / "customer_line.parquet")
    engine.write(entry_sums(entries), folder / "entry_sum.parquet")
    engine.write(entry_totals(engine.read(folder / "entry_sum.parquet")), folder / "entry_total.parquet")
    engine.write(definitions, folder / "definition.parquet")
