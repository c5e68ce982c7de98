"""How many customers were gained, by what, and what they are worth beside those who came before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import config
from unequal.answers import new_tables
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import booked_days, whole_period
from unequal.answers.forecasts import estimate
from unequal.answers.lacking import lacking
from unequal.answers.lost import level_asked
from unequal.answers.lost_tables import REST
from unequal.answers.narrowing import dimension, narrow
from unequal.answers.next_file import next_file_worth_most
from unequal.answers.showing import Column, Drawn, Shown
from unequal.answers.usual_metrics import knows_acquisition
from unequal.terms.amounts import money_text, share_text
from unequal.terms.house_words import named
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

_NAMES: Final = {
    "acquired_by": "What brought them", "first_channel": "Channel of the first sale", "first_market": "Market of the first sale",
    "salesperson": "Salesperson",
}  # fmt: skip

_UNPAID: Final = "No source posts the cost of acquisition."


def new(base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None) -> Answer:
    """How many customers were gained, by month, channel, market and what brought them, and what each year's are worth beside the one before.

    Args:
        base: a published run.
        where: a predicate over new customers: began_on, began_year, first_channel, first_market, acquired_by, kind, band, their attributes, ...
        by: a column of them to slice by.
        period: those whose first sale lies in it.
        level: the evidence level of what they bring; the base's by default.

    Raises:
        AnswerError: ANS016, nobody has ever bought; ANS003, the level is not reached; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    at = level_asked(base, level)
    day = new_tables.as_of(base)
    if not config.columns.tells_days(base.project.sources.values()):
        raise lacking("new", "no day of any sale: postings book all rows on one day (sources.NAME.postings.booked_on)",
                      do="post what customers bought with its day, or map the day since which each is a customer")  # fmt: skip
    rows = base.keep(_narrowed(base, new_tables.wide(base, where, by), where, period))
    span = base.fetch(rows.aggregate(n=rows.count(), first=rows["began_on"].min(), last=rows["began_on"].max()))[0]
    if day is None or (not span["n"] and where is None and period is None):
        raise lacking(
            "new", "no sale of any customer (postings on the line list_revenue, with its day)", do="post what customers bought, row by row"
        )
    lives = new_tables.lives(base, rows, None if by is None else dimension(rows, by), level=at, day=day)
    tables = _tables(base, lives, by, span["last"] if isinstance(span["last"], date) else None, day)
    return Answer(
        question="new",
        title="Whom we gained, and what they are worth",
        sentence=_sentence(base, tables, at),
        findings=tuple(_findings(base, tables, at)),
        level=at,
        currency=base.project.reporting_currency,
        period=f"first sale from {period.start} to before {period.end}" if period else whole_period(base),
        as_of=base.published_at,
        run_id=base.run_id,
        project=base.project.project,
        figures=_figures(base, tables, at),
        table=tables["slices"] if by is not None else tables["years"],
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal export gained",
        next_file=next_file_worth_most(base.project, at),
        words=base.project.value.words,
        shown=_shown(tables, at, by, paid=knows_acquisition(base)),
        drawn=_drawn(base, tables, at, by),
    )


def _narrowed(base: Base, rows: ibis.Table, where: str | None, period: Period | None) -> ibis.Table:
    rows = narrow(rows, where=where, period=None, leads_to=base.leads_to)
    return rows if period is None else rows.filter(rows["began_on"] >= period.start, rows["began_on"] < period.end)


def _tables(base: Base, lives: new_tables.Lives, by: str | None, last: date | None, day: date) -> dict[str, pa.Table]:
    sliced = {} if by is None else {"slices": new_tables.slices(base, lives, by)}
    first = date((last or day).year, 1, 1)
    parted = {name: new_tables.slices(base, lives, name) for name in lives.dimensions if name in _NAMES}
    return {
        **sliced,
        "years": new_tables.years(base, lives.rows),
        **parted,
        "months": new_tables.months(base, lives.rows),
        "said": new_tables.said(base, first, date(first.year + 1, 1, 1)),
    }


def _each(row: dict[str, Any], name: str, currency: str) -> str:
    return money_text(estimate(row[name]), currency)


def _sentence(base: Base, tables: dict[str, pa.Table], at: Level) -> str:
    words, word, currency = base.project.value.words, WORD_OF_LEVEL[at], base.project.reporting_currency
    rows = tables["years"].to_pylist()
    if not rows:
        return f"None of the {words} asked about were gained."
    row = rows[-1]
    count = row["customers"]
    told = f"{count:,} {named(count, words)} {'was' if count == 1 else 'were'} gained in {row['year']}"
    if row["earlier_customers"]:
        # Quarters of which no month is over yet stand on neither side.
        more = Decimal(row["compared"]) / Decimal(row["earlier_customers"]) - 1
        direction = "more" if more >= 0 else "fewer"
        told += (
            f", {share_text(abs(more))} {direction} than the year before; in as much of the first twelve months as has passed each brought "
            f"{_each(row, 'each', currency)} of {word}, those before at the same age {_each(row, 'earlier_each', currency)}"
        )
    else:
        told += (
            f"; in as much of the first twelve months as has passed ({row['months']}) each brought {_each(row, 'each', currency)} of {word}"
        )
    warning = _warning(row, word)
    return f"{told}: {warning}." if warning else f"{told}."


def _warning(row: dict[str, Any], word: str) -> str:
    """More accounts, less profit: against the plan where there is one, else against the year before; empty where it is not so."""
    if row["planned_customers"] is not None and row["planned_first_year"] is not None:
        ahead, behind = row["customers"] > row["planned_customers"], row["brought"] < row["planned_first_year"]
        return f"more accounts than planned, less {word}" if ahead and behind else ""
    if row["earlier_customers"] and row["compared"] > row["earlier_customers"] and row["compared_brought"] < row["earlier_brought"]:
        return f"more accounts than the year before, less {word}"
    return ""


def _findings(base: Base, tables: dict[str, pa.Table], at: Level) -> list[str]:
    words, word, currency = base.project.value.words, WORD_OF_LEVEL[at], base.project.reporting_currency
    rows = tables["years"].to_pylist()
    told = [_change(row, word, currency) for row in rows if row["change_each"] is not None]
    for row in rows:
        if row["planned_customers"] is not None:
            planned = (
                ""
                if row["planned_first_year"] is None
                else f", planned {money_text(row['planned_first_year'], currency)} in their first twelve months and {money_text(row['brought'], currency)} came so far"
            )
            told.append(f"{row['year']}: planned {row['planned_customers']:,} {words}, gained {row['customers']:,}{planned}.")
    if rows and rows[-1]["value_expected"] is not None:
        row = rows[-1]
        mean, low, high = (money_text(estimate(row[name]), currency) for name in ("value_expected", "value_low", "value_high"))
        told.append(
            f"Those of {row['year']} are expected to bring {mean} within the horizon (between {low} and {high}, nine times in ten), from today on."
        )
    told += _by_source(tables, word, currency)
    told += [_said(row, words) for row in tables["said"].to_pylist() if row["bought_before"] or row["never_bought"]]
    if any(REST in tables[name]["value"].to_pylist() for name in ("slices", *_NAMES) if name in tables):
        told.append(f"Slices of fewer than ten {words} stand together.")
    told += _begun(base, rows)
    if at is Level.REVENUE:
        told.append("No costs are known: what they bring is revenue, and not profit.")
    return told


def _begun(base: Base, rows: list[dict[str, Any]]) -> list[str]:
    """That the first year of the books holds customers of before them, where a year is held against it."""
    begun, _ = booked_days(base)
    if len(rows) < 2 or not isinstance(begun, date) or rows[0]["year"] != str(begun.year):  # noqa: PLR2004 - one year stands alone
        return []
    return [
        f"The books begin on {begun}: some whom {begun.year} shows as new may have bought before, and what is held against that year says little."
    ]


def _change(row: dict[str, Any], word: str, currency: str) -> str:
    low, high = (money_text(estimate(row[name]), currency, signed=True) for name in ("change_low", "change_high"))
    change = money_text(estimate(row["change_each"]), currency, signed=True)
    clear = "" if row["change_low"] > 0 or row["change_high"] < 0 else "; the range holds nought, so it may be chance"
    return f"{row['year']}: {change} of {word} a customer against the year before at equal age (between {low} and {high}, nine times in ten){clear}."


def _by_source(tables: dict[str, pa.Table], word: str, currency: str) -> list[str]:
    told = []
    paid = [row for row in tables["acquired_by"].to_pylist() if row["cost_each"] > 0] if "acquired_by" in tables else []
    for row in sorted(paid, key=lambda one: -one["cost_each"]):
        back = f"earned back in month {row['payback_months']}" if row["payback_months"] else f"not earned back by their {word} so far"
        told.append(f"{row['value']}: {row['customers']:,} at {_each(row, 'cost_each', currency)} each, {back}.")
    return told


def _said(row: dict[str, Any], words: str) -> str:
    return (
        f"{row['source']} calls {row['customers']:,} {words} new in that year: {row['bought_before']:,} of them had bought before, "
        f"{row['never_bought']:,} never have."
    )


def _figures(base: Base, tables: dict[str, pa.Table], at: Level) -> tuple[Figure, ...]:
    currency, word, paid = base.project.reporting_currency, WORD_OF_LEVEL[at], knows_acquisition(base)
    rows = tables["years"].to_pylist()
    if not rows:
        return (Figure("gained", "Gained", 0, "customers"),)
    row = rows[-1]
    found = [
        Figure("gained", f"Gained in {row['year']}", row["customers"], "customers"),
        Figure("gained_in_all", "Gained in all", sum(one["customers"] for one in rows), "customers"),
        Figure("first_year", f"{word.capitalize()} of their first twelve months so far", row["brought"], currency),
        Figure(
            "acquisition_cost", "Paid to win them", row["acquisition_cost"] if paid else None, currency, why_missing="" if paid else _UNPAID
        ),
    ]
    if row["change_each"] is not None:
        low, mean, high = (estimate(row[name]) for name in ("change_low", "change_each", "change_high"))
        found.append(Figure("change_each", "More or less each than the year before, at equal age", mean, currency, low=low, high=high))
    if row["value_expected"] is not None:
        mean, low, high = (estimate(row[name]) for name in ("value_expected", "value_low", "value_high"))
        found.append(Figure("value", "Expected within the horizon", mean, currency, low=low, high=high, note="forecast"))
    return tuple(found)


def _shown(tables: dict[str, pa.Table], at: Level, by: str | None, *, paid: bool) -> tuple[Shown, ...]:
    """The tables; what it cost to win customers only where some source posts it."""
    word = WORD_OF_LEVEL[at].capitalize()
    won = (
        Column("cost_each", "Cost to win each", "cost"),
        Column("payback_months", "Payback, months", "count", "payback", "nothing paid, or not yet"),
    )
    costs = (Column("acquisition_cost", "Paid to win them", "money"),) if paid else ()
    slices = (
        Column("customers", "Gained", "count", "gained"), Column("first_year_each", f"First-year {word.lower()} each", "money", "first_year", "no year over"),
        *(won if paid else ()),
        Column("value_expected", "Expected", "money", "expected", "nothing forecast"), Column("value_low", "From", "money", "range"), Column("value_high", "To", "money"),
    )  # fmt: skip
    shown = [] if by is None else [Shown("slices", f"Gained by {by}", (Column("value", by.capitalize(), "name"), *slices))]
    shown.append(Shown("years", "Each year's beside those of the year before at equal age", (
        Column("year", "Began in", "name"), Column("customers", "Gained", "count", "gained"), Column("months", "Months passed of the first 12", "text", "first_year"),
        Column("brought", f"{word} so far", "money"), Column("each", "Each", "money"), Column("earlier_customers", "The year before", "count", why_missing="no year before it is known"),
        Column("earlier_each", "Each, at equal age", "money", "equal_age", "no year before it is known"), Column("change_low", "Change from", "money", "range", "no year before it is known"),
        Column("change_high", "To", "money", why_missing="no year before it is known"), *costs,
        Column("value_expected", "Expected", "money", "expected", "nothing forecast"),
    )))  # fmt: skip
    shown += [
        Shown(name, _NAMES[name], (Column("value", _NAMES[name], "name"), *slices)) for name in _NAMES if name in tables and name != by
    ]
    if tables["said"].num_rows:
        shown.append(Shown("said", "What each source itself calls new, in the last of these years", (
            Column("source", "Source", "name"), Column("customers", "New by its records", "count"), Column("same_month", "First sale in the same month", "count"),
            Column("bought_before", "Bought before", "count"), Column("bought_later", "Bought later", "count"), Column("never_bought", "Never bought", "count"),
        )))  # fmt: skip
    return tuple(shown)


def _drawn(base: Base, tables: dict[str, pa.Table], at: Level, by: str | None) -> tuple[Drawn, ...]:
    words = base.project.value.words
    table, label = ("slices", "value") if by is not None else ("years", "year")
    amount = "first_year_each" if by is not None else "each"
    drawn = [
        Drawn("bars", table, f"First-year {WORD_OF_LEVEL[at]} of a new customer, so far", label, amount, base.project.reporting_currency)
    ]
    if tables["months"].num_rows > 1:
        drawn.append(Drawn("lines", "months", f"{words.capitalize()} gained by month", "at", "customers", "customers"))
    return tuple(drawn)
