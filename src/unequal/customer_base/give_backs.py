"""Who gives the most money back, and on which line."""

from __future__ import annotations

import ibis

from unequal.customer_base.bands import customer_figures
from unequal.customer_base.tables import GIVE_BACK
from unequal.ledger import is_real_customer
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import RATE, SCALE, TOTAL, money_sum


def give_backs(statement: ibis.Table, level: Level, *, limit: int = 5, figures: ibis.Table | None = None) -> ibis.Table:
    """The customers who lose the most, each with the line that costs it.

    The cause is the line that takes the most beyond its usual share: each line is set against what it
    comes to, over the whole base, per dollar of list revenue. The largest cost of a loss-making
    customer is nearly always the cost of goods, as it is of a profitable one; what sets the
    customer apart is the excess. A customer's excesses add up to its amount less the base's margin
    on the same list revenue, to rounding.

    Args:
        statement: STATEMENT.
        level: the evidence level whose lines are looked at.
        limit: how many to give.
        figures: CUSTOMER_FIGURE of the statement, where it is there already.

    Returns:
        GIVE_BACK, worst first, ties by customer_id; fewer rows where fewer customers lose.
    """
    figures = customer_figures(statement, level) if figures is None else figures
    worst = figures.filter(figures["amount"] < 0).order_by("amount", "customer_id").limit(limit)
    inside = statement.filter(
        is_real_customer(statement["customer_id"]), statement["line"].isin([str(line) for line in LINES_OF_LEVEL[level]])
    )
    usual = _usual_rates(inside)
    lines = inside.semi_join(worst, "customer_id").group_by("customer_id", "line").aggregate(line_amount=lambda t: money_sum(t["amount"]))
    listed = lines.filter(lines["line"] == str(Line.LIST_REVENUE)).select(_customer="customer_id", _listed="line_amount")
    every = _every_line(worst, usual)
    joined = every.left_join(lines, ["customer_id", "line"]).drop("customer_id_right", "line_right")
    joined = joined.left_join(listed, joined["customer_id"] == listed["_customer"]).drop("_customer")
    amount = joined["line_amount"].fill_null(0).cast(TOTAL)
    expected = (joined["_listed"].fill_null(0).cast("decimal(18, 4)") * joined["usual"]).cast("decimal(38, 14)").round(SCALE).cast(TOTAL)
    return _worst_line(joined.mutate(cause_amount=amount, cause_excess=(amount - expected).cast(TOTAL)))


def _usual_rates(inside: ibis.Table) -> ibis.Table:
    """What each line comes to over the base per dollar of list revenue: line, usual DECIMAL(20,10)."""
    totals = inside.group_by("line").aggregate(amount=lambda t: money_sum(t["amount"]))
    listed = totals.aggregate(_listed=money_sum(ibis.ifelse(totals["line"] == str(Line.LIST_REVENUE), totals["amount"], 0)))
    crossed = totals.cross_join(listed)
    # A rate, not money: divided as doubles because the engines' decimal quotients differ in scale.
    rate = (crossed["amount"].cast("float64") / crossed["_listed"].cast("float64").nullif(0.0)).fill_null(0.0).cast(RATE)
    return crossed.select("line", usual=rate)


def _every_line(worst: ibis.Table, usual: ibis.Table) -> ibis.Table:
    return worst.select("customer_id", "amount", "sales").cross_join(usual)


def _worst_line(lines: ibis.Table) -> ibis.Table:
    order = ibis.window(group_by=lines["customer_id"], order_by=[lines["cause_excess"], lines["cause_amount"], lines["line"]])
    ranked = lines.mutate(_place=ibis.row_number().over(order).cast("int64"))
    found = ranked.filter(ranked["_place"] == 0)
    return found.mutate(cause=found["line"]).select(*GIVE_BACK.names).order_by("amount", "customer_id")
