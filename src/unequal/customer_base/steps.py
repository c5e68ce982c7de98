"""The customer base's steps."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import ibis
import numpy as np

from unequal import config
from unequal.customer_base.bands import bands, customer_figures
from unequal.customer_base.stability import cells_of, cost_scenarios, served_of, stability, stability_rows
from unequal.customer_base.tables import BAND, BAND_STABILITY
from unequal.ledger import is_real_customer
from unequal.storage import Engine
from unequal.terms.lines import Level

__all__ = ["BAND", "BAND_STABILITY", "band", "banded", "judge"]


def band(engine: Engine, *, statement: ibis.Table, level: Level, project: config.Project, folder: Path) -> None:
    """Write `band.parquet`: what each customer brings at the base's level, and in which band that puts them.

    Args:
        engine: where it runs.
        statement: STATEMENT.
        level: the evidence level that the project's mapped lines reach.
        project: for the thresholds of the bands.
        folder: where to write.
    """
    engine.write(banded(customer_figures(statement, level), project), folder / "band.parquet")


def judge(engine: Engine, *, banded: ibis.Table, served: ibis.Table, pools: ibis.Table, project: config.Project, folder: Path) -> None:
    """Write `band_stability.parquet`: whether each customer's band stands if a driver of cost to serve were a quarter more or less.

    Args:
        engine: where it runs.
        banded: BAND.
        served: ACTIVITY_COST.
        pools: POOL.
        project: for the thresholds of the bands.
        folder: where to write.
    """
    customers = engine.arrow(
        banded.select("customer_id", "band", amount=banded["amount"].cast("float64"), sales=banded["sales"].cast("float64"))
    )
    caused = served.filter(served["cause"] == "customer", is_real_customer(served["customer_id"]))
    work = engine.arrow(
        caused.select(
            "customer_id",
            "activity",
            "pool",
            "month",
            cost=-caused["amount"].cast("float64"),
            seconds=caused["used_seconds"].cast("float64"),
        )
    )
    cells, place, names = cells_of(engine.fetch(pools))
    activities = {name: (number, names.index(activity.pool)) for number, (name, activity) in enumerate(project.ledger.activities.items())}
    limits = project.customer_base
    found, drivers = stability(
        np.asarray(customers["amount"].to_numpy()),
        np.asarray(customers["sales"].to_numpy()),
        cost_scenarios(
            served_of(work, customers["customer_id"], place, list(activities)), cells, names, activities, customers=len(customers)
        ),
        within=float(limits.break_even_within),
        share_of_sales=limits.break_even_share_of_sales,
    )
    engine.write_rows(BAND_STABILITY.types, stability_rows(customers, found, drivers), folder / "band_stability.parquet")


def banded(figures: ibis.Table, project: config.Project) -> ibis.Table:
    """BAND of CUSTOMER_FIGURE, by the project's thresholds."""
    limits = project.customer_base
    return bands(
        figures,
        break_even_within=Decimal(limits.break_even_within),
        break_even_share_of_sales=Decimal(str(limits.break_even_share_of_sales)),
    )
