"""Tiers over a whole base: who has which, what each costs to serve and earns, and whom a change would move, before it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import ibis

from unequal import config, predicates
from unequal.terms.money import money_sum
from unequal.treatments import tiers as service_tiers

BAND_IS_STABLE: Final = "band_is_stable"
_FACTS: Final = ("contribution_12m", "sales_12m", "cost_to_serve_12m")


def tier_of(
    profile: ibis.Table, tiers: Mapping[str, config.policies.Tier], rules: Mapping[str, predicates.Predicate],
    floors: Sequence[predicates.Predicate] = (),
) -> Any:  # fmt: skip
    """Which tier the rules give each customer, were nothing remembered of him: as `treatments.tiers` says it of one.

    Args:
        profile: PROFILE with a column for each window that the rules name.
        tiers: as declared.
        rules: `when` of those that have one, parsed, by name.
        floors: the rules that put a floor in force: whom one concerns, and whose band is not stable, has no tier that takes service away.

    Returns:
        A column of the names; NO_TIER where none fits.
    """
    protected = ~profile[BAND_IS_STABLE].fill_null(False)
    for floor in floors:
        protected = protected | predicates.holds(floor, profile)
    ways = []
    for name, tier in tiers.items():
        fits = predicates.holds(rules[name], profile) if name in rules else ibis.literal(True)
        ways.append((fits & ~protected if tier.takes_service_away else fits, ibis.literal(name)))
    return ibis.cases(*ways, else_=ibis.literal(service_tiers.NO_TIER)) if ways else ibis.literal(service_tiers.NO_TIER)


def rank_of(tier: Any, order: Sequence[str]) -> Any:
    """The place of a column's tier in an order, from 0; absent where no tier of the order is named."""
    return ibis.cases(*((tier == name, ibis.literal(place)) for place, name in enumerate(order)), else_=ibis.null("int64"))


def settled(
    rows: ibis.Table, tiers: Mapping[str, config.policies.Tier], fits: Any, keeps: Mapping[str, predicates.Predicate], *, at: datetime | None = None,
) -> Any:  # fmt: skip
    """Which tier each customer has, by what fits and by what is remembered of him: as `treatments.tiers` says it of one.

    Args:
        rows: PROFILE with a column for each window that the rules name; and with held and since, both absent of whom nothing is remembered.
        tiers: as declared.
        fits: a column, as `tier_of` gives it.
        keeps: `holds_when` of those that have one, parsed, by name.
        at: naive UTC; who has a tier for less than its `holds_days` then keeps it. None: what remains once those days are over.

    Returns:
        A column of the names; NO_TIER where none fits and none is kept.
    """
    ways = []
    for name, tier in tiers.items():
        holds: Any = predicates.holds(keeps[name], rows) if name in keeps else ibis.literal(False)
        if at is not None:
            holds = holds | (rows["since"] > ibis.literal(at - timedelta(days=tier.holds_days), "timestamp(6)"))
        ways.append((rows["held"] == name, holds))
    if not ways:
        return fits
    order = service_tiers.order_of(tiers)
    falls = rank_of(fits, order) > rank_of(rows["held"], order)
    stays = falls & ibis.cases(*ways, else_=ibis.literal(False))
    return ibis.ifelse(stays.fill_null(False), rows["held"], fits)


def with_service_costs(profile: ibis.Table, statement: ibis.Table) -> ibis.Table:
    """PROFILE beside what each customer cost to serve in the last twelve months that anything was booked in.

    Args:
        profile: one row a customer.
        statement: STATEMENTS; costs are negative.

    Returns:
        The profile with cost_to_serve_12m, DECIMAL(28, 4), positive; zero where nothing was booked.
    """
    last = statement.aggregate(last=statement["month"].max())
    served = statement.filter(statement["line"] == "cost_to_serve").cross_join(last)
    served = served.filter(served["month"] > served["last"] - ibis.interval(months=12))
    costs = served.group_by("customer_id").aggregate(cost_to_serve_12m=money_sum(-served["amount"]))
    joined = profile.left_join(costs, "customer_id")
    return joined.select(*profile.columns, cost_to_serve_12m=joined["cost_to_serve_12m"].fill_null(0).cast("decimal(28, 4)"))


def by_tier(rows: ibis.Table, *names: str) -> ibis.Table:
    """What customers bring and cost, by one or several columns that name tiers.

    Returns:
        A row for each: customers; contribution_12m, sales_12m and cost_to_serve_12m as sums, DECIMAL(28, 4), where the rows have them.
    """
    sums = {name: money_sum(rows[name].fill_null(0)) for name in _FACTS if name in rows.columns}
    return rows.group_by(list(names)).aggregate(customers=rows.count().cast("int64"), **sums).order_by(list(names))
