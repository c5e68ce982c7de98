"""The customer base's steps."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa

from unequal import config
from unequal.customer_base import at_expense, experience, levers, moving, totals, turnover
from unequal.customer_base.bands import Limits, bands, customer_figures
from unequal.customer_base.codes import steps as codes
from unequal.customer_base.happened import happened_within, last_instant_before
from unequal.customer_base.links import by_links, if_joined, if_parted
from unequal.customer_base.loyalty import steps as loyalty
from unequal.customer_base.needs import steps as needs
from unequal.customer_base.plans import steps as plans
from unequal.customer_base.profiling import steps as profiling
from unequal.customer_base.slices import season_of
from unequal.customer_base.stability import BY_COSTS, cells_of, cost_rows, cost_scenarios, served_of, stability, steadiness
from unequal.customer_base.tables import BAND, BAND_STABILITY
from unequal.customer_base.windows import other_window
from unequal.ledger import is_real_customer
from unequal.storage import Engine
from unequal.terms.lines import Level

__all__ = [
    "BAND",
    "BAND_STABILITY",
    "Doubt",
    "Service",
    "at_expense",
    "at_nobodys_expense",
    "band",
    "banded",
    "codes",
    "experience",
    "happened_within",
    "judge",
    "last_instant_before",
    "levers",
    "loyalty",
    "moving",
    "needs",
    "plans",
    "profiling",
    "rules_at_expense",
    "season_of",
    "totals",
    "turnover",
]


def band(engine: Engine, *, statement: ibis.Table, entries: ibis.Table, level: Level, project: config.Project, folder: Path,
         fit: ibis.Table | None = None) -> None:  # fmt: skip
    """Write `band.parquet`: what each customer brings at the base's level, and in which band that puts them.

    Args:
        engine: where it runs.
        statement: STATEMENT.
        entries: ENTRY, for what is earned at customers' expense, which raises no band.
        level: the evidence level that the project's mapped lines reach.
        project: for the thresholds of the bands.
        folder: where to write.
        fit: PLAN_FIT, for what is paid beyond a plan that would have done: it raises no band either.
    """
    found = banded(customer_figures(statement, level), project)
    engine.write(at_nobodys_expense(found, entries, level, project, fit), folder / "band.parquet")


@dataclass(frozen=True)
class Service:
    """What was done for customers, and by what.

    Args:
        served: ACTIVITY_COST.
        pools: POOL.
    """

    served: ibis.Table
    pools: ibis.Table


@dataclass(frozen=True)
class Doubt:
    """Which links are in doubt.

    Args:
        maybe_one: customer_a, customer_b: customers who may be one.
        parts: source, record_id, customer_id, apart, cut: customers who would come apart; see links.if_parted.
    """

    maybe_one: ibis.Table
    parts: ibis.Table


def judge(
    engine: Engine, *, banded: ibis.Table, statement: ibis.Table, entries: ibis.Table, level: Level, service: Service | None, doubt: Doubt,
    project: config.Project, folder: Path,
) -> None:  # fmt: skip
    """Write `band_stability.parquet`: whether each customer's band stands, were a cost driver, a doubtful link or the window otherwise.

    Args:
        engine: where it runs.
        banded: BAND.
        statement: STATEMENT.
        entries: ENTRY.
        level: the evidence level of the base.
        service: None where service is no part of the level.
        doubt: which links are in doubt.
        project: for the thresholds of the bands, and the other window.
        folder: where to write.
    """
    limits = _limits(project)
    others = ibis.union(if_joined(doubt.maybe_one, banded, limits), if_parted(doubt.parts, entries, banded, level, limits))
    links = engine.materialise(by_links(others), "by-links")
    costs = None if service is None else engine.rows(BY_COSTS, _by_costs(engine, banded, service, project))
    found = steadiness(banded, costs=costs, links=links, window=_over_other_window(engine, statement, level, project))
    engine.write(found, folder / "band_stability.parquet")


def _by_costs(engine: Engine, banded: ibis.Table, service: Service, project: config.Project) -> pa.Table:
    customers = engine.arrow(banded.select("customer_id", amount=banded["amount"].cast("float64"), sales=banded["sales"].cast("float64")))
    served = service.served
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
    cells, place, names = cells_of(engine.fetch(service.pools))
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
    return cost_rows(customers["customer_id"], found, drivers)


def _over_other_window(engine: Engine, statement: ibis.Table, level: Level, project: config.Project) -> ibis.Table | None:
    """The band over the other window of who was there in it: customer_id, window_band; None where the books are too short for one."""
    booked = statement.filter(is_real_customer(statement["customer_id"]))
    span = engine.fetch(booked.aggregate(first=booked["month"].min(), last=booked["month"].max()))[0]
    window = other_window(span["first"], span["last"], kind=project.customer_base.other_window) if span["first"] else None
    if window is None:
        return None
    there = customer_figures(statement, level, period=window).filter(lambda t: t.entries > 0)
    return banded(there, project).select("customer_id", window_band="band")


def _limits(project: config.Project) -> Limits:
    limits = project.customer_base
    return Limits(Decimal(limits.break_even_within), Decimal(str(limits.break_even_share_of_sales)))


def rules_at_expense(project: config.Project) -> tuple[str, ...]:
    """The rules over entries that say what is earned at customers' expense; none where the config has none."""
    return at_expense.rules_of(project)


def at_nobodys_expense(
    found: ibis.Table, entries: ibis.Table, level: Level, project: config.Project, fit: ibis.Table | None = None
) -> ibis.Table:
    """BAND with each band drawn from what the customer brings without what is earned at his expense, where the project declares any.

    Args:
        found: BAND.
        entries: ENTRY.
        level: the evidence level of the amounts.
        project: for the rules and the thresholds.
        fit: PLAN_FIT of the whole base; None where there is none, or where only a part of the entries is asked about.
    """
    rules = at_expense.rules_of(project)
    if not rules and fit is None:
        return found
    return at_expense.without(found, at_expense.together(entries, rules, level, fit), _limits(project))


def banded(figures: ibis.Table, project: config.Project) -> ibis.Table:
    """BAND of CUSTOMER_FIGURE, by the project's thresholds."""
    limits = _limits(project)
    return bands(figures, break_even_within=limits.within, break_even_share_of_sales=limits.share_of_sales)
