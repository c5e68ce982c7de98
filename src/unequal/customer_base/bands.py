"""Three bands: who is profitable, who is about break-even, who is not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import ibis

from unequal.customer_base.tables import BAND, BAND_TOTAL, CUSTOMER_FIGURE
from unequal.ledger import is_real_customer, level_amount
from unequal.terms.lines import LINES_OF_LEVEL, Level
from unequal.terms.money import SCALE, TOTAL, UNITS_PER_DOLLAR, money_sum
from unequal.terms.periods import Period

PROFITABLE: Final = "profitable"
BREAK_EVEN: Final = "break_even"
UNPROFITABLE: Final = "unprofitable"
BANDS: Final = (PROFITABLE, BREAK_EVEN, UNPROFITABLE)
"""The bands in the order in which they are shown."""

_SHARE: Final = Decimal("0.0001")


@dataclass(frozen=True)
class Limits:
    """Where the lines between bands are drawn, see `bands`.

    Args:
        within: money, zero or more.
        share_of_sales: share of 1, zero or more; four decimals count.
    """

    within: Decimal
    share_of_sales: Decimal

    def band(self, amount: ibis.Value, sales: ibis.Value) -> ibis.Value:
        """In which band an amount lies, of whoever has these sales; both are columns of money."""
        share_of_sales = ibis.literal(self.share_of_sales.quantize(_SHARE), "decimal(10, 4)")
        share = (sales.abs().cast(TOTAL) * share_of_sales).cast("decimal(38, 8)").round(SCALE).cast(TOTAL)
        margin = ibis.greatest(ibis.literal(self.within, TOTAL), share)
        return ibis.cases((amount > margin, PROFITABLE), (amount < -margin, UNPROFITABLE), else_=BREAK_EVEN)


def customer_figures(table: ibis.Table, level: Level, *, period: Period | None = None) -> ibis.Table:
    """What each real customer brought, at an evidence level.

    Args:
        table: STATEMENT or ENTRY.
        level: whose lines are summed.
        period: half-open; of STATEMENT whole months, so it must begin and end on a first of month.

    Returns:
        CUSTOMER_FIGURE. A customer with entries on other lines only stands there with zero.
    """
    rows = table.filter(is_real_customer(table["customer_id"]))
    if period is not None:
        day = rows["month"] if "month" in rows.columns else rows["booked_on"]
        rows = rows.filter(day >= period.start, day < period.end)
    inside = rows["line"].isin([str(line) for line in LINES_OF_LEVEL[level]])
    counted = rows["entries"] if "entries" in rows.columns else ibis.literal(1, "int64")
    return (
        rows.group_by("customer_id")
        .aggregate(
            amount=level_amount(rows, level),
            sales=level_amount(rows, Level.REVENUE),
            entries=ibis.ifelse(inside, counted, ibis.literal(0, "int64")).sum().cast("int64"),
        )
        .select(*CUSTOMER_FIGURE.names)
    )


def bands(figures: ibis.Table, *, break_even_within: Decimal, break_even_share_of_sales: Decimal) -> ibis.Table:
    """The band of each customer.

    About break-even is who lies within `break_even_within` of zero, or within the share of the
    customer's own sales, whichever is more; both ends included. Everyone above is profitable,
    everyone below unprofitable.

    Args:
        figures: CUSTOMER_FIGURE.
        break_even_within: money, zero or more.
        break_even_share_of_sales: share of 1, zero or more; four decimals count.

    Returns:
        BAND, a row per customer. Place by amount, best first, ties by customer_id.
    """
    limits = Limits(break_even_within, break_even_share_of_sales)
    band = limits.band(figures["amount"], figures["sales"])
    order = ibis.window(order_by=[figures["amount"].desc(), figures["customer_id"]])
    rank = (ibis.row_number().over(order) + 1).cast("int64")
    return figures.mutate(band=band, customer_rank=rank).select(*BAND.names)


def band_totals(banded: ibis.Table) -> ibis.Table:
    """How many customers stand in each band and what they bring: BAND_TOTAL, only bands that have customers."""
    totals = banded.group_by("band").aggregate(
        customers=banded.count().cast("int64"), amount=money_sum(banded["amount"]), sales=money_sum(banded["sales"])
    )
    place = ibis.cases(*((totals["band"] == band, number) for number, band in enumerate(BANDS)), else_=len(BANDS))
    return totals.order_by(place).select(*BAND_TOTAL.names)


def units_of(amount: ibis.Value) -> ibis.Value:
    """A money column as whole units of 0.0001, int64, for number functions."""
    return (amount.cast(TOTAL) * ibis.literal(Decimal(UNITS_PER_DOLLAR), "decimal(5, 0)")).cast("decimal(33, 4)").cast("int64")
