"""What the last allotted batch was short of: each limit with what one more of it would have brought, and what fairness gave up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

import pyarrow as pa

from unequal.answers.forecasts import estimate
from unequal.answers.showing import Column, Shown
from unequal.terms.amounts import exact_text, money_text, share_text
from unequal.treatments import shapes

_AMOUNT: Final = pa.decimal128(28, 4)
BUDGETS: Final = pa.schema([("limit", pa.string()), ("most", _AMOUNT), ("taken", _AMOUNT), ("price_expected", pa.float64())])
CAPACITIES: Final = pa.schema([("limit", pa.string()), ("most", pa.int64()), ("taken", pa.int64()), ("price_expected", pa.float64())])
GROUPS: Final = pa.schema([("group", pa.string()), ("customers", pa.int64()), ("treated", pa.int64()), ("rate", pa.float64())])


def tables(plan: shapes.Plan) -> dict[str, pa.Table]:
    """BUDGETS and CAPACITIES, those that held something back first, and GROUPS where fairness was asked for; none that is empty."""
    ranked = sorted(plan.limits, key=lambda one: (-one.price_expected, one.name))
    rates = [
        {"group": name, "customers": size, "treated": treated, "rate": treated / size if size else None}
        for name, (size, treated) in sorted(plan.groups.items())
    ]
    told = {
        "budgets": pa.Table.from_pylist([_told(one) for one in ranked if one.is_money], BUDGETS),
        "capacities": pa.Table.from_pylist([_told(one) for one in ranked if not one.is_money], CAPACITIES),
        "groups": pa.Table.from_pylist(rates, GROUPS),
    }
    return {name: table for name, table in told.items() if table.num_rows}


def _told(one: shapes.Limit) -> dict[str, object]:
    return {
        "limit": one.name, "most": one.most if one.is_money else int(one.most), "taken": one.taken if one.is_money else int(one.taken),
        "price_expected": one.price_expected,
    }  # fmt: skip


def findings(planned_on: date, plan: shapes.Plan, currency: str, words: str) -> Iterator[str]:
    """What was planned, what held it back most, and what fairness gave up."""
    share = (
        "nothing within its limits brings more"
        if plan.is_exact
        else f"the best within its limits brings at most {share_text(plan.gap)} more"
    )
    yield (
        f"The batch that was allotted on {planned_on.day} {planned_on:%B %Y} was to treat {plan.customers:,} {words} for "
        f"{money_text(plan.dollars, currency)}, as the choice counted with; {share}."
    )
    short = max(plan.limits, key=lambda one: one.price_expected, default=None)
    if short is not None and short.price_expected > 0:
        name, one = (f"the {short.name}", f"one more {currency}") if short.is_money else (f"room for {short.name}", "one more contact")
        yield f"It was short of {name} most: {one} would have brought {exact_text(estimate(short.price_expected), currency)}."
    if plan.fairness_price is not None:
        yield f"To treat the groups alike gave up {exact_text(plan.fairness_price, currency)}."


def shown(plan: shapes.Plan) -> Iterator[Shown]:
    """The same tables, as a reader sees them."""
    note = "One more brings: what one more would have added, by what the choice counted with; nothing where some was left."
    named, price = Column("limit", "Limit", "name"), Column("price_expected", "One more brings", "money")
    columns = {
        "budgets": ("Budgets of the last batch that was allotted", (named, Column("most", "There was", "cost"), Column("taken", "Taken", "cost"), price), note),
        "capacities": ("Capacities of the last batch that was allotted", (named, Column("most", "There were", "count"), Column("taken", "Taken", "count"), price), note),
        "groups": ("How alike the groups were treated in the last batch that was allotted", (Column("group", "Group", "name"), Column("customers", "Customers", "count"),
                   Column("treated", "Treated", "count"), Column("rate", "Of them", "share")), ""),
    }  # fmt: skip
    for name in tables(plan):
        yield Shown(name, *columns[name])
