"""The base cut by any dimension of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import ibis

from unequal.customer_base.tables import SLICE
from unequal.ledger import is_real_customer, level_amount
from unequal.terms.errors import AnswerError
from unequal.terms.lines import LINES_OF_LEVEL, Level
from unequal.terms.money import TOTAL, entry_count, money_sum

DIMENSIONS: Final = (
    "channel",
    "product",
    "market",
    "property",
    "activity",
    "account",
    "line",
    "month",
    "season",
    "source",
    "currency",
    "level",
)
"""What a base can be sliced by."""


def slices(
    entries: ibis.Table, by: str, level: Level, *, known: ibis.Table | None = None, keep: Callable[[ibis.Table], ibis.Table] = lambda each: each
) -> ibis.Table:  # fmt: skip
    """What each value of a dimension brings.

    Args:
        entries: ENTRY, or STATEMENT for `line` and `month`.
        by: one of DIMENSIONS, or another column of the table.
        level: the evidence level whose lines are summed.
        known: customer_id and `by`, a customer each, where `by` is not of the entries: what each customer brings is summed first.
        keep: runs that sum once, whatever is asked for by.

    Returns:
        SLICE, best first. `amount` sums to what the customers bring, `elsewhere` to what the buckets hold;
        entries without a value stand in a row of their own.

    Raises:
        AnswerError: ANS002, there is no such dimension.
    """
    inside = entries.filter(entries["line"].isin([str(line) for line in LINES_OF_LEVEL[level]]))
    if known is None:
        cut = inside.mutate(_value=_value(inside, by))
        per_customer = cut.group_by("_value", "customer_id").aggregate(amount=level_amount(cut, level), entries=entry_count(cut))
    else:
        each = keep(inside.group_by("customer_id").aggregate(amount=level_amount(inside, level), entries=entry_count(inside)))
        of_each = known.select(_who="customer_id", _value=_value(known, by))
        per_customer = each.left_join(of_each, each["customer_id"] == of_each["_who"])
    is_customer = is_real_customer(per_customer["customer_id"])
    nothing = ibis.literal(0).cast(TOTAL)
    return (
        per_customer.group_by(value="_value")
        .aggregate(
            customers=is_customer.cast("int64").sum(),
            losing_customers=(is_customer & (per_customer["amount"] < 0)).cast("int64").sum(),
            amount=money_sum(ibis.ifelse(is_customer, per_customer["amount"], nothing)),
            elsewhere=money_sum(ibis.ifelse(is_customer, nothing, per_customer["amount"])),
            entries=per_customer["entries"].sum().cast("int64"),
        )
        .select(*SLICE.names)
        .order_by(ibis.desc("amount"), ibis.desc("elsewhere"), "value")
    )


def _value(table: ibis.Table, by: str) -> ibis.Value:
    """The dimension as text; null where an entry carries none."""
    if by == "month":
        day = table["month"] if "month" in table.columns else table["booked_on"]
        return day.cast("string").substr(0, 7)
    if by == "season" and "season" not in table.columns:
        return season_of(table["month"] if "month" in table.columns else table["booked_on"])
    if by not in table.columns:
        known = ", ".join(name for name in DIMENSIONS if name in table.columns or name in ("month", "season"))
        raise AnswerError("ANS002", "there is no such dimension to slice by", seen=by, do=f"choose one of {known}")
    return table[by].cast("string")


def season_of(day: ibis.Value) -> ibis.Value:
    """The season of a day by its months, which are summer in one half of the world and winter in the other: `Dec-Feb`, `Mar-May`, ..."""
    month = day.month()
    return ibis.cases(
        (month.isin([3, 4, 5]), "Mar-May"), (month.isin([6, 7, 8]), "Jun-Aug"), (month.isin([9, 10, 11]), "Sep-Nov"), else_=ibis.literal("Dec-Feb")
    )  # fmt: skip
