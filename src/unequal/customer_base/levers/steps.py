"""The step that writes what the levers are measured on."""

from __future__ import annotations

from pathlib import Path

import ibis

from unequal.customer_base.levers.bridging import before_of, bridge, months_of, product_sales, referred_of, years_to_quarters
from unequal.customer_base.levers.tables import LEVER
from unequal.storage import Engine
from unequal.terms.lines import Level
from unequal.terms.periods import Period

__all__ = ["product_sales", "write"]


def write(engine: Engine, *, entries: ibis.Table, statement: ibis.Table, relationships: ibis.Table, level: Level, folder: Path) -> None:
    """Write `product_sale.parquet` and `lever.parquet`.

    Args:
        engine: where it runs.
        entries: ENTRY.
        statement: STATEMENT.
        relationships: RELATIONSHIP.
        level: the evidence level of the base.
        folder: where to write.
    """
    engine.write(product_sales(entries, level), folder / "product_sale.parquet")
    products = engine.read(folder / "product_sale.parquet")
    span = engine.fetch(entries.aggregate(first=entries["booked_on"].min(), last=entries["booked_on"].max()))[0]
    periods = years_to_quarters(span["first"], span["last"]) if span["first"] else []
    rows = [row for one in periods for row in engine.fetch(_told(statement, products, referred_of(relationships), one, level))]
    engine.write(engine.rows(LEVER.types, rows), folder / "lever.parquet")


def _told(statement: ibis.Table, products: ibis.Table, referred: ibis.Table, this: Period, level: Level) -> ibis.Table:
    found = bridge(statement, products, referred, this=this, before=before_of(this), level=level)
    months = ibis.literal(months_of(this.start, this.end)).cast("int64")
    return found.mutate(until=ibis.literal(this.last_day), months=months).select(*LEVER.names)
