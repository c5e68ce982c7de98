"""Metrics that every base can have: growth of segments, contacts that went before a sale, returns of properties, priority customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import ibis

from unequal import ledger
from unequal.answers.base import Base
from unequal.answers.evidence import booked_days
from unequal.answers.profit_words import band_label
from unequal.terms.lines import WORD_OF_LEVEL, Line
from unequal.terms.money import money_sum
from unequal.terms.periods import Period

_AFTER_CONTACT_DAYS: Final = 30
_YEAR_MONTHS: Final = 12
THIN: Final = 10
"""Rows below which a share is withheld."""


@dataclass(frozen=True)
class Watched:
    """A metric with its months.

    Args:
        name: its word.
        meaning: what it says.
        unit: of its values: a currency, "share", or what is counted.
        rows: metric, segment, month (YYYY-MM), value (None where too few rows stand behind it) and rows.
        target, better: what it should come to, and on which side of it one wants to be.
    """

    name: str
    meaning: str
    unit: str
    rows: Sequence[Mapping[str, Any]]
    target: float | None = None
    better: str = "higher"


def watched(
    name: str, meaning: str, unit: str, months: Sequence[Mapping[str, Any]], *, target: float | None = None, better: str = "higher"
) -> Watched:
    """A metric of rows with segment, month (a day), value and rows."""
    rows = [
        {"metric": name, "segment": row["segment"], "month": f"{row['month']:%Y-%m}", "value": _exact(row["value"]), "rows": row["rows"]}
        for row in months
    ]
    return Watched(name, meaning, unit, rows, target, better)


def _exact(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.000001"))


def usual(base: Base, where: str | None, by: str | None, period: Period | None) -> list[Watched]:
    """Those that the data allow; only of the whole base, where it is not narrowed or sliced."""
    if where is not None or by is not None:
        return []
    currency, word = base.project.reporting_currency, WORD_OF_LEVEL[base.level]
    found = [
        ("segment_growth", f"{word.capitalize()} of each band's customers.", currency, _by_band(base, period)),
        (
            "priority_customers",
            f"Customers with a sale among the fifth that has brought most {word}.",
            "customers",
            _priority(base, period),
        ),
    ]
    if "interaction" in base.tables and has_sold(base):
        meaning = (
            f"Contacts with an agent after which the customer bought within {_AFTER_CONTACT_DAYS} days: an association, not an effect."
        )
        found.append(("successful_contacts", meaning, "share", _contacts(base, period)))
    if knows_acquisition(base):
        found.append(("first_year_return", f"First year's {word} over the cost of acquisition, by property of the first sale, by month of it.",
                  "times", _first_year(base, period)))  # fmt: skip
    told = [watched(name, meaning, unit, [dict(row) for row in base.fetch(table)]) for name, meaning, unit, table in found]
    return [one for one in told if one.rows]


def lacks(base: Base) -> list[str]:
    """Which of the usual ones the data cannot give, and what they lack."""
    told = []
    if "interaction" not in base.tables:
        told.append("Successful contacts are not known: no source maps interactions (interaction.agent).")
    if not knows_acquisition(base):
        told.append("First-year returns are not known: no source posts the cost of acquisition (entry.line = 'acquisition').")
    return told


def has_sold(base: Base) -> bool:
    """Whether a customer has ever bought: without a sale nothing follows a contact, and nobody is won."""
    posted = base.table("statement")
    sold = posted.filter(posted["line"] == str(Line.LIST_REVENUE), posted["amount"] > 0, ledger.is_real_customer(posted["customer_id"]))
    return bool(base.fetch(sold.limit(1)))


def knows_acquisition(base: Base) -> bool:
    """Whether a source posts what it cost to win customers."""
    posted = base.lines()
    return bool(base.fetch(posted.filter(posted["line"] == str(Line.ACQUISITION)).limit(1)))


def _months(base: Base, period: Period | None) -> ibis.Table:
    """CUSTOMER_MONTH at the base's level, of whole months within a period."""
    rows = base.months(base.level)
    return rows if period is None else rows.filter(rows["month"] >= period.start, rows["month"] < period.end)


def _by_band(base: Base, period: Period | None) -> ibis.Table:
    bands = base.table("band").select("customer_id", "band")
    called = {band: band_label(band, base.level) for band in ("profitable", "break_even", "unprofitable")}
    rows = _months(base, period).inner_join(bands, "customer_id")
    told = rows.group_by(segment=rows["band"].substitute(called), month=rows["month"]).aggregate(
        value=money_sum(rows["amount"]), rows=rows["lines"].sum().cast("int64")
    )
    return told.order_by("segment", "month")


def _priority(base: Base, period: Period | None) -> ibis.Table:
    band = base.table("band")
    best = band.filter(band["customer_rank"] * 5 <= band.count().as_scalar()).select("customer_id")
    rows = _months(base, period).semi_join(best, "customer_id")
    sold = rows.filter(rows["sales"] > 0)
    told = sold.group_by(month=sold["month"]).aggregate(value=sold.count(), rows=sold.count().cast("int64"))
    return told.mutate(segment=ibis.null("string")).order_by("month")


def _contacts(base: Base, period: Period | None) -> ibis.Table:
    """By month of the contact; those of the last thirty days are left out, for what follows them is not known yet."""
    contacts, entries = base.table("interaction"), base.table("entry")
    until = booked_days(base)[1]
    known = contacts.filter(
        contacts["agent"].notnull(), ledger.is_real_customer(contacts["customer_id"]), contacts["occurred_on"].notnull(),
        contacts["occurred_on"] <= ibis.literal(until, "date") - ibis.interval(days=_AFTER_CONTACT_DAYS),
    )  # fmt: skip
    sales = (
        entries.filter(entries["line"] == str(Line.LIST_REVENUE), entries["amount"] > 0)
        .semi_join(known, "customer_id")
        .select(_who="customer_id", _day="booked_on")
    )
    bought = known.semi_join(
        sales,
        [known["customer_id"] == sales["_who"], sales["_day"] > known["occurred_on"],
         sales["_day"] <= known["occurred_on"] + ibis.interval(days=_AFTER_CONTACT_DAYS)],
    ).select("interaction_id", _bought=ibis.literal(value=True))  # fmt: skip
    told = known.left_join(bought, "interaction_id")
    told = base.keep(told.select("occurred_on", hit=told["_bought"].fill_null(False).cast("float64")))
    if period is not None:
        told = told.filter(told["occurred_on"] >= period.start, told["occurred_on"] < period.end)
    told = told.mutate(month=told["occurred_on"].truncate("M"))
    monthly = told.group_by("month").aggregate(value=told["hit"].mean(), rows=told.count().cast("int64"))
    return monthly.mutate(segment=ibis.null("string"), value=ibis.ifelse(monthly["rows"] >= THIN, monthly["value"], None)).order_by("month")


def _first_year(base: Base, period: Period | None) -> ibis.Table:
    rows = base.months(base.level)
    sums = base.tables.get("entry_sum")
    is_named = sums is None or bool(base.fetch(sums.aggregate(named=sums["property"].count()))[0]["named"])
    told = first_year_returns(rows, _sold(base), is_named=is_named, keep=base.keep)
    return told if period is None else told.filter(told["month"] >= period.start, told["month"] < period.end)


def _sold(base: Base) -> ibis.Table:
    """What `first_year_returns` takes for sales: the first days of sales where a run has put them down, all days otherwise."""
    sums = base.tables.get("entry_sum")
    if sums is not None and "first_above_zero" in sums.columns:
        found = sums.filter(sums["line"] == str(Line.LIST_REVENUE), sums["first_above_zero"].notnull())
        return found.select("customer_id", "property", booked_on="first_above_zero")
    entries = base.table("entry")
    return entries.filter(entries["line"] == str(Line.LIST_REVENUE), entries["amount"] > 0).select("customer_id", "property", "booked_on")


def first_year_returns(
    rows: ibis.Table, sales: ibis.Table, *, is_named: bool = True, keep: Callable[[ibis.Table], ibis.Table] = lambda began: began
) -> ibis.Table:
    """What customers brought in their first twelve months, that of the first sale included, over what it cost to get them.

    Args:
        rows: CUSTOMER_MONTH at the level that counts.
        sales: customer_id, property, booked_on of sales: the first of each customer, and where that was; of several on its day the property that
            sorts first is meant.
        is_named: whether any entry has a property; where none has, it is not looked for.
        keep: runs once when and where each customer began.

    Returns:
        segment (the property; null where none is mapped), month (of the first sale), rows (customers, int64), value (float64): of those
        whose twelve months have passed in the books, where something was spent to get them; null of fewer than ten customers.
    """
    first = sales.group_by("customer_id").aggregate(_first=sales["booked_on"].min())
    began = first.select(_who="customer_id", segment=ibis.null("string"), _first=first["_first"].truncate("M"))
    if is_named:
        at = sales.inner_join(first, [sales["customer_id"] == first["customer_id"], sales["booked_on"] == first["_first"]])
        began = at.group_by(_who=at["customer_id"]).aggregate(segment=at["property"].min(), _first=at["_first"].min().truncate("M"))
    began = keep(began)
    joined = rows.inner_join(began, rows["customer_id"] == began["_who"])
    passed = (joined["month"].year() - joined["_first"].year()) * 12 + joined["month"].month() - joined["_first"].month()
    # Later months count for nothing but what it cost to win the customer, and most are later; each customer has its first.
    counted = joined.mutate(_is_first_year=passed < _YEAR_MONTHS).filter(lambda t: t["_is_first_year"] | (t["acquisition"] != 0))
    each = counted.group_by("segment", month=counted["_first"]).aggregate(
        brought=money_sum(ibis.ifelse(counted["_is_first_year"], counted["amount"] - counted["acquisition"], 0)),
        cost=money_sum(counted["acquisition"]),
        # A customer has one row of the month of its first sale.
        rows=(counted["month"] == counted["_first"]).cast("int64").sum().cast("int64"),
    )
    last = rows["month"].max().as_scalar()
    whole = (last.year() - each["month"].year()) * 12 + last.month() - each["month"].month() >= _YEAR_MONTHS - 1
    paid = each.filter(each["cost"] < 0, whole)
    ratio = paid["brought"].cast("float64") / -paid["cost"].cast("float64")
    return paid.select("segment", "month", "rows", value=ibis.ifelse(paid["rows"] >= THIN, ratio, None)).order_by("segment", "month")
