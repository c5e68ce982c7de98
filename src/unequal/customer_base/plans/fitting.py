"""Which plan would have covered what a contract used, and for less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

import ibis

from unequal.customer_base.plans.tables import PLAN_FIT
from unequal.terms.money import AMOUNT, RATE, TOTAL, money_product, money_sum

INTERVALS_A_YEAR: Final = {"month": 12, "quarter": 4, "year": 1}
USE: Final = "use:"
"""Begins the column of each use."""


@dataclass(frozen=True)
class Terms:
    """What one plan costs.

    Args:
        price: for an interval.
        holds: how much of each use is in it; None without a limit, nothing of a use that is not named.
        beyond: what a unit of a use costs beyond; a use that is not named cannot be had beyond.
    """

    price: Decimal
    holds: Mapping[str, Decimal | None] = field(default_factory=dict)
    beyond: Mapping[str, Decimal] = field(default_factory=dict)


def fit(used: ibis.Table, offered: Mapping[str, Terms], uses: Sequence[str], *, intervals_a_year: int) -> ibis.Table:
    """What each contract came to, and what the cheapest plan that covers every interval of it would have come to.

    A contract stays on one plan for all its intervals: to change it every month is nothing that a customer could do. A plan covers an
    interval where it holds all that was used, or sells what goes beyond.

    Args:
        used: contract_id, row_id, day (of an interval, or null), customer_id, unassigned_reason, record_source, record, plan, paid
            (AMOUNT, null where the plan's own price says it), and `use:NAME` of float64 or decimal for each use; null: not known.
        offered: the plans by their codes.
        uses: the names of what is used.
        intervals_a_year: see INTERVALS_A_YEAR.

    Returns:
        PLAN_FIT. Of plans that come to the same the first by its code is named.
    """
    codes = sorted(offered)
    known = ibis.and_(*(used[USE + name].notnull() for name in uses))
    costs = {code: _cost(used, offered[code], uses) for code in codes}
    whole = {
        f"_c{number}": ibis.ifelse(known & _covers(used, offered[code], uses), costs[code], ibis.null(AMOUNT))
        for number, code in enumerate(codes)
    }
    own = ibis.cases(*((used["plan"] == code, costs[code]) for code in codes), else_=ibis.null(AMOUNT))
    last = ibis.row_number().over(ibis.window(group_by="contract_id", order_by=[ibis.desc("day"), ibis.desc("row_id")]))
    priced = used.mutate(_paid=ibis.coalesce(used["paid"], own).cast(AMOUNT), **whole, _place=last)
    sums = priced.group_by("contract_id").aggregate(
        intervals=priced.count().cast("int64"), paid=_of_all(priced, "_paid"), **{name: _of_all(priced, name) for name in whole}
    )
    owner = priced.filter(priced["_place"] == 0).select(
        "contract_id", "customer_id", "unassigned_reason", "record_source", "record", "plan"
    )
    return _cheapest(owner.inner_join(sums, "contract_id"), codes, intervals_a_year)


def _of_all(rows: ibis.Table, name: str) -> ibis.Value:
    """The sum over a contract's rows; absent where one of them has none."""
    return ibis.ifelse(rows[name].count() == rows.count(), money_sum(rows[name]), ibis.null(TOTAL)).cast(TOTAL)


def _cheapest(summed: ibis.Table, codes: Sequence[str], intervals_a_year: int) -> ibis.Table:
    names = [f"_c{number}" for number in range(len(codes))]
    least = ibis.least(*(summed[name] for name in names)) if len(names) > 1 else summed[names[0]]
    found = summed.mutate(_least=least.cast(TOTAL))
    is_cheaper = (found["_least"] < found["paid"]).fill_null(ibis.literal(value=False))
    # Where no plan covers the use, and the contract's own is not priced, nothing can be said.
    told = found["paid"].notnull() & found["_least"].notnull()
    named = ibis.cases(
        *((found[name] == found["_least"], code) for name, code in zip(names, codes, strict=True)), else_=ibis.null("string")
    )
    over = ibis.cases(
        (~told, ibis.null(TOTAL)), (is_cheaper, (found["paid"] - found["_least"]).cast(TOTAL)), else_=ibis.literal(Decimal(0), TOTAL)
    )
    settled = found.mutate(
        cheaper_plan=ibis.ifelse(is_cheaper, named, ibis.null("string")),
        cheaper=ibis.ifelse(is_cheaper, found["_least"], ibis.null(TOTAL)).cast(TOTAL),
        overpaid=over.cast(TOTAL),
        # A ratio of counts, not money: rounded to a rate, so that both engines have the same.
        _a_year=(ibis.literal(float(intervals_a_year)) / found["intervals"].cast("float64")).cast(RATE),
    )
    return settled.mutate(year_difference=money_product(settled["overpaid"], settled["_a_year"])).select(*PLAN_FIT.names)


def _beyond(used: ibis.Table, terms: Terms, name: str) -> ibis.Value | None:
    """How much of a use is more than a plan holds; None of a plan without a limit."""
    held = terms.holds.get(name, Decimal(0))
    if held is None:
        return None
    more = used[USE + name].cast("decimal(28, 8)") - ibis.literal(held, "decimal(28, 8)")
    return ibis.greatest(more.cast("decimal(28, 8)"), ibis.literal(Decimal(0), "decimal(28, 8)")).cast("decimal(28, 8)")


def _cost(used: ibis.Table, terms: Terms, uses: Sequence[str]) -> ibis.Value:
    """What an interval comes to on a plan: its price, and what goes beyond and is charged."""
    found: Any = ibis.literal(terms.price, AMOUNT)
    for name in uses:
        more = _beyond(used, terms, name)
        if more is not None and name in terms.beyond:
            charged = money_product(ibis.literal(terms.beyond[name], AMOUNT), more).fill_null(Decimal(0))
            found = (found + charged).cast(AMOUNT)
    return found


def _covers(used: ibis.Table, terms: Terms, uses: Sequence[str]) -> ibis.Value:
    found: Any = ibis.literal(value=True)
    for name in uses:
        more = _beyond(used, terms, name)
        if more is not None and name not in terms.beyond:
            found = found & (more <= ibis.literal(Decimal(0), "decimal(28, 8)"))
    return found
