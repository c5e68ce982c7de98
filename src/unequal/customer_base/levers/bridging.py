"""The change in what customers brought, parted by lever: every dollar stands with one, and they add up to it exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Final

import ibis

from unequal.ledger import is_real_customer
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import TOTAL, money_sum
from unequal.terms.periods import Period, last_months

LEVERS: Final[Mapping[str, str]] = {
    "acquired": "get",
    "referred": "get",
    "won_back": "get",
    "retained": "keep",
    "unprofitable_ended": "keep",
    "up_sold": "grow",
    "sold_less": "grow",
    "cross_sold": "grow",
    "cost_to_serve_cut": "grow",
    "rest": "rest",
}
"""Each lever and whether it gets, keeps or grows; the rest is named and not hidden."""

WITH_A_SALE: Final = frozenset(
    {Line.LIST_REVENUE, Line.ON_INVOICE_DISCOUNT, Line.OFF_INVOICE_DISCOUNT, Line.RETURNS, Line.COST_OF_GOODS, Line.FREIGHT}
)
"""Lines that come with what is sold; the others are service, getting and keeping."""

_YEAR: Final = 12
_QUARTERS: Final = 8

_WHOLE: Final = ("acquired", "referred", "won_back", "retained", "unprofitable_ended")
"""Levers with which everything stands that their customers changed by."""


def years_to_quarters(first: date, last: date) -> list[Period]:
    """The last year of whole months, and those that ended up to seven quarters before, latest first; shorter where the books are.

    Args:
        first, last: the first and the last day with an entry.

    Returns:
        Those before which there lies as long a period in the books; none where there are less than two whole months.

    >>> [str(one) for one in years_to_quarters(date(2024, 1, 3), date(2026, 4, 2))]
    ['2025-04-01 to 2026-03-31', '2025-01-01 to 2025-12-31']
    """
    begin, end = first.replace(day=1), (last + timedelta(days=1)).replace(day=1)
    months = min(_YEAR, months_of(begin, end) // 2)
    ends = [end]
    while len(ends) < _QUARTERS:
        ends.append(last_months(ends[-1], 3).start)
    periods = [last_months(one, months) for one in ends] if months >= 1 else []
    return [one for one in periods if before_of(one).start >= begin]


def months_of(start: date, end: date) -> int:
    """Whole months from the first day of one month up to that of another."""
    return (end.year - start.year) * _YEAR + end.month - start.month


def before_of(this: Period) -> Period:
    """As many months before a period of whole months."""
    return last_months(this.start, months_of(this.start, this.end))


def product_sales(entries: ibis.Table, level: Level) -> ibis.Table:
    """PRODUCT_SALE of ENTRY: by customer, month, and the month in which the customer first bought the product; rows without a product are absent."""
    lines = [str(line) for line in LINES_OF_LEVEL[level] if line in WITH_A_SALE]
    named = entries.filter(is_real_customer(entries["customer_id"]), entries["line"].isin(lines), entries["product"].notnull())
    monthly = named.group_by("customer_id", "product", month=named["booked_on"].truncate("M")).aggregate(
        amount=money_sum(named["amount"]), bought=((named["line"] == str(Line.LIST_REVENUE)) & (named["amount"] > 0)).max()
    )
    ever = ibis.window(group_by=["customer_id", "product"])
    # What was never sold at a price, such as a credit alone, is since its first row.
    sold = ibis.ifelse(monthly["bought"], monthly["month"], ibis.null("date")).min().over(ever)
    told = monthly.mutate(since_month=sold.fill_null(monthly["month"].min().over(ever)))
    return told.group_by("customer_id", "month", "since_month").aggregate(amount=money_sum(told["amount"]))


def referred_of(relationships: ibis.Table) -> ibis.Table:
    """customer_id of those whom another referred or introduced, by RELATIONSHIP."""
    return relationships.filter(relationships["kind"].isin(("referrer", "introducer"))).select(customer_id="to_customer").distinct()


def bridge(
    statement: ibis.Table, products: ibis.Table | None, referred: ibis.Table, *, this: Period, before: Period, level: Level,
    segments: ibis.Table | None = None, months: ibis.Table | None = None, keep: Callable[[ibis.Table], ibis.Table] = lambda each: each,
) -> ibis.Table:  # fmt: skip
    """From what customers brought in one period to what they brought in the next, by lever.

    Args:
        statement: STATEMENT; buckets are left out.
        products: PRODUCT_SALE; without it nothing is told of cross-selling, and it stands with what was sold more or less.
        referred: customer_id of those whom somebody referred or introduced.
        this, before: whole months each; `before` ends where `this` begins.
        level: which lines count.
        segments: customer_id and segment, of those to be counted; all customers in one segment where absent.
        months: CUSTOMER_MONTH at the level: then of the statement only the two periods are read.
        keep: runs what is told of each customer, the same whatever segments are asked for, once.

    Returns:
        A row for each segment and lever with a customer: segment, lever, customers (int64), before, now and change (DECIMAL(28,4)).
        The changes add up to the change of what the customers brought. A customer who bought in both periods stands in several
        levers, so that its figures of before and now are told of the levers that hold a customer whole alone, and null of the others.
    """
    each = keep(_each(statement, products, referred, this=this, before=before, level=level, months=months))
    if segments is not None:
        each = each.inner_join(segments, "customer_id").select(*each.columns, "segment")
    else:
        each = each.mutate(segment=ibis.null("string"))
    # All levers are summed in one pass over the customers, and only then set one below the other.
    parts = _parts(each)
    wide = each.group_by("segment").aggregate(
        **{f"{lever}_customers": which.sum().fill_null(0).cast("int64") for lever, (which, _) in parts.items()},
        **{f"{lever}_change": _sum_where(amount, which) for lever, (which, amount) in parts.items()},
        **{f"{lever}_{name}": _sum_where(each[name], parts[lever][0]) for lever in _WHOLE for name in ("before", "now")},
    )
    return ibis.union(*(_of_lever(wide, lever) for lever in LEVERS)).filter(lambda t: t.customers > 0)


def _each(
    statement: ibis.Table, products: ibis.Table | None, referred: ibis.Table, *, this: Period, before: Period, level: Level,
    months: ibis.Table | None,
) -> ibis.Table:  # fmt: skip
    """A row for each customer: state, what it brought in both periods, and by what that changed."""
    inside = [str(line) for line in LINES_OF_LEVEL[level]]
    rows = statement.filter(is_real_customer(statement["customer_id"]), statement["line"].isin(inside), statement["month"] < this.end)
    now, then = rows["month"] >= this.start, (rows["month"] >= before.start) & (rows["month"] < this.start)
    sold = (rows["line"] == str(Line.LIST_REVENUE)) & (rows["amount"] > 0)
    with_sale = rows["line"].isin([str(line) for line in WITH_A_SALE])
    service = rows["line"] == str(Line.COST_TO_SERVE)
    zero = ibis.literal(0).cast(TOTAL)

    def total(which: ibis.Value) -> ibis.Value:
        return money_sum(ibis.ifelse(which, rows["amount"], zero))

    told = (rows if months is None else rows.filter(rows["month"] >= before.start)).group_by("customer_id").aggregate(
        since=ibis.ifelse(sold, rows["month"], ibis.null("date")).min(),
        bought_now=(sold & now).max(), bought_before=(sold & then).max(),
        now=total(now), before=total(then),
        sold_change=(total(with_sale & now) - total(with_sale & then)).cast(TOTAL),
        service_change=(total(service & now) - total(service & then)).cast(TOTAL),
    )  # fmt: skip
    if months is not None:
        told = _with_earlier(told, months.filter(months["month"] < this.end))
    known = _with_new(told, products, this).left_join(referred.distinct().mutate(was_referred=ibis.literal(value=True)), "customer_id")
    is_new = known["since"] >= this.start
    state = ibis.cases(
        (known["bought_now"] & is_new & known["was_referred"].fill_null(False), "referred"),
        (known["bought_now"] & is_new, "acquired"),
        (known["bought_now"] & ~known["bought_before"], "won_back"),
        (known["bought_before"] & ~known["bought_now"] & (known["before"] < 0), "unprofitable_ended"),
        (known["bought_before"] & ~known["bought_now"], "retained"),
        (known["bought_now"], "stayed"),
        else_="rest",
    )  # fmt: skip
    return known.mutate(state=state).select(
        "customer_id", "state", "now", "before", "sold_change", "service_change", "new_products",
        change=(known["now"] - known["before"]).cast(TOTAL),
    )  # fmt: skip


def _with_earlier(told: ibis.Table, months: ibis.Table) -> ibis.Table:
    """What is told of the customers of two periods, and since when each has bought; who has no line in them is there with nothing."""
    since = months.group_by("customer_id").aggregate(since=months["month"].min(where=months["sales"] > 0))
    joined = since.left_join(told.drop("since"), "customer_id")
    filled = {
        name: joined[name].fill_null(False if joined[name].type().is_boolean() else 0).cast(joined[name].type())
        for name in told.columns if name not in ("customer_id", "since")
    }  # fmt: skip
    return joined.select("customer_id", "since", **filled)


def _with_new(told: ibis.Table, products: ibis.Table | None, this: Period) -> ibis.Table:
    """Beside each customer what products brought in the period that it first bought within it."""
    zero = ibis.literal(0).cast(TOTAL)
    if products is None:
        return told.mutate(new_products=zero)
    fresh = products.filter(products["since_month"] >= this.start, products["month"] < this.end, products["month"] >= this.start)
    sums = fresh.group_by("customer_id").aggregate(_new=money_sum(fresh["amount"]))
    joined = told.left_join(sums, "customer_id")
    return joined.select(*told.columns, new_products=joined["_new"].fill_null(zero).cast(TOTAL))


def _parts(each: ibis.Table) -> Mapping[str, tuple[ibis.Value, ibis.Value]]:
    """Of each lever: which customers stand with it, and with what change."""
    stayed = each["state"] == "stayed"
    # Who takes one product for another is sold nothing more: what is new counts as far as the customer brings more as a whole.
    zero, grew = ibis.literal(0).cast(TOTAL), stayed & (each["sold_change"] >= 0)
    crossed = ibis.greatest(ibis.least(each["new_products"], each["sold_change"]), zero).cast(TOTAL)
    beside = (each["change"] - each["sold_change"] - each["service_change"]).cast(TOTAL)
    parts: Mapping[str, tuple[ibis.Value, ibis.Value]] = {
        "up_sold": (grew & (each["sold_change"] > crossed), (each["sold_change"] - crossed).cast(TOTAL)),
        "sold_less": (stayed & ~grew, each["sold_change"]),
        "cross_sold": (grew & (crossed > 0), crossed),
        "cost_to_serve_cut": (stayed & (each["service_change"] != 0), each["service_change"]),
        "rest": ((each["state"] == "rest") | (stayed & (beside != 0)), ibis.ifelse(stayed, beside, each["change"])),
    }
    return {lever: parts.get(lever, (each["state"] == lever, each["change"])) for lever in LEVERS}


def _sum_where(amount: ibis.Value, which: ibis.Value) -> ibis.Value:
    return money_sum(ibis.ifelse(which, amount, ibis.literal(0).cast(TOTAL)))


def _of_lever(wide: ibis.Table, lever: str) -> ibis.Table:
    nothing = ibis.null(TOTAL)
    is_whole = lever in _WHOLE
    return wide.select(
        "segment",
        lever=ibis.literal(lever),
        customers=wide[f"{lever}_customers"],
        before=wide[f"{lever}_before"] if is_whole else nothing,
        now=wide[f"{lever}_now"] if is_whole else nothing,
        change=wide[f"{lever}_change"],
    )
