"""The step that puts down what rules over customers read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import ibis

from unequal.customer_base.profiling import contexts
from unequal.customer_base.profiling.moments import are_all_declared, may_be_named, moments, orders
from unequal.customer_base.profiling.rows import profile
from unequal.customer_base.profiling.tables import ALL, MOMENT, PROFILE
from unequal.storage import Engine
from unequal.terms.lines import Level

__all__ = [
    "ALL",
    "MOMENT",
    "PROFILE",
    "are_all_declared",
    "as_of",
    "contexts",
    "may_be_named",
    "moments",
    "of_customers",
    "orders",
    "profile",
    "write",
]


def as_of(engine: Engine, tables: Mapping[str, ibis.Table]) -> date:
    """The day before which the last 12 months end: that of the forecast, else the day after the last entry; the first of all days without any."""
    for name, column, days in (("lifetime", "as_of", 0), ("entry", "booked_on", 1)):
        found = engine.fetch(tables[name].aggregate(day=tables[name][column].max()))[0]["day"] if name in tables else None
        if found is not None:
            return date.fromisoformat(str(found)) + timedelta(days=days)
    return date(2, 1, 1)


def of_customers(engine: Engine, tables: Mapping[str, ibis.Table], *, level: Level) -> tuple[ibis.Table, ibis.Table]:
    """PROFILE and MOMENT of the customers whose rows some tables hold; the first is run in parts."""
    found = profile(tables, level=level, as_of=as_of(engine, tables), keep=engine.materialise)
    return found, moments(tables["entry"], tables.get("interaction"))


def write(engine: Engine, tables: Mapping[str, ibis.Table], *, level: Level, folder: Path) -> None:
    """Write `profile` and `moment`, by customer.

    Args:
        engine: where it runs.
        tables: of the run by name, see `rows.profile`.
        level: the evidence level of the base.
        folder: where to write.
    """
    rows, happened = of_customers(engine, tables, level=level)
    engine.write(rows.order_by("customer_id"), folder / "profile.parquet")
    engine.write(happened.order_by("customer_id", "happened_at", "event"), folder / "moment.parquet")
