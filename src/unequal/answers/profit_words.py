"""The sentences in which the profit question is answered: written from the figures, never beside them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

import pyarrow as pa

from unequal.customer_base import Concentration
from unequal.terms.amounts import money_text, share_text
from unequal.terms.ids import IDLE
from unequal.terms.lines import LINES_OF_LEVEL, WORD_OF_LEVEL, Level
from unequal.terms.money import from_units
from unequal.terms.periods import Period

_BANDS: Final = {
    "profitable": ("profitable", "above zero"),
    "break_even": ("about break-even", "about zero"),
    "unprofitable": ("unprofitable", "below zero"),
}
FEWEST: Final = 10
"""A slice of fewer customers is marked."""
NOTHING_POSTED: Final = "No source posts a dollar: histories come counted, and what is expected of them is told by `unequal ask value`."


def band_label(band: str, level: Level) -> str:
    """What a band is called: in revenue nobody is profitable, for no cost is known."""
    return _BANDS[band][level is Level.REVENUE]


def title(level: Level) -> str:
    """The question as its reader has it."""
    return "Who brings the revenue" if level is Level.REVENUE else "Who makes the money"


def sentence(found: Concentration, level: Level, currency: str) -> str:
    """The finding in one sentence with its dollars."""
    if found.customers == 0:
        return "No customer has an entry, so there is nothing to rank."
    if found.peak_share is None:
        return _without_shares(found, level, currency)
    if found.losing_customers == 0:
        return _without_losses(found, level, currency)
    word, many = WORD_OF_LEVEL[level], f"{found.profitable_customers:,} of {found.customers:,} customers"
    peak, back, total = (money_text(from_units(units), currency) for units in (found.peak, found.given_back, found.total))
    return (
        f"{many} ({share_text(found.peak_position or 0)}) {_verb(found.profitable_customers, 'bring', 'brings')} {peak} of {word}, "
        f"{share_text(found.peak_share)} of the total; {_losers(found, level)} {back} of it back, and {total} remains."
    )


def _without_losses(found: Concentration, level: Level, currency: str) -> str:
    total, word = money_text(from_units(found.total), currency), WORD_OF_LEVEL[level]
    if found.customers == 1:
        return f"The only customer brings {total} of {word}."
    share = f", {share_text(found.top_fifth_share)} of it from the top fifth" if found.top_fifth_share and found.top_fifth_customers else ""
    return f"{found.customers:,} customers bring {total} of {word}{share}; none is below zero."


def _without_shares(found: Concentration, level: Level, currency: str) -> str:
    """In money only: a share of nothing, or of a loss, means nothing."""
    word = WORD_OF_LEVEL[level]
    peak, back, total = (money_text(from_units(units), currency) for units in (found.peak, found.given_back, found.total))
    if found.losing_customers == 0:
        return f"{_who(found.customers)} {_verb(found.customers, 'bring', 'brings')} no {word} at all: every amount comes to zero."
    if found.profitable_customers == 0:
        return f"No customer brings any {word}: {_losers(found, level, gives=False)}, and the total is {total}."
    comes = "exactly nothing" if found.total == 0 else total
    bring = _verb(found.profitable_customers, "bring", "brings")
    return (
        f"Together the {found.customers:,} customers come to {comes} of {word}: {found.profitable_customers:,} {bring} {peak}, "
        f"and {_losers(found, level)} {back} back."
    )


def _losers(found: Concentration, level: Level, *, gives: bool = True) -> str:
    """Who gives back; revenue below zero is returns and credits, and loses nobody money."""
    many, revenue = found.losing_customers, level is Level.REVENUE
    if not gives:
        return f"{many:,} {_verb(many, 'are' if revenue else 'lose', 'is' if revenue else 'loses')} {'below zero' if revenue else 'money'}"
    below = "below zero" if revenue else f"who {_verb(many, 'lose', 'loses')} money"
    return f"the {many:,} {below} {_verb(many, 'give', 'gives')}"


def _who(customers: int) -> str:
    return "The only customer" if customers == 1 else f"The {customers:,} customers"


def _verb(number: int, plural: str, singular: str) -> str:
    return singular if number == 1 else plural


def findings(found: Concentration, tables: Mapping[str, pa.Table], level: Level, currency: str, *, known: Level) -> tuple[str, ...]:
    """What else a reader should know, most important first; `known` is the level that the base reaches."""
    told = [
        _top_fifth(found, level, currency),
        _level(level) if level is known else _below(level, known),
        _before_service(tables, level, currency),
        _unassigned(tables, currency),
        _idle(tables, currency),
        _outside(tables, level, currency),
        _thin(tables),
    ]
    return tuple(text for text in told if text)


def marked(slices: pa.Table) -> pa.Table:
    """SLICE with `is_thin`: whether it is of a few customers only. Its dollars are facts and stay, and so do their sums."""
    return slices.append_column("is_thin", pa.array([0 < count < FEWEST for count in slices["customers"].to_pylist()], pa.bool_()))


def _thin(tables: Mapping[str, pa.Table]) -> str:
    sliced = tables.get("slices")
    if sliced is None or "is_thin" not in sliced.column_names:
        return ""
    thin = sum(sliced["is_thin"].to_pylist())
    if not thin:
        return ""
    return (
        f"{thin:,} of {sliced.num_rows:,} slices have fewer than {FEWEST} customers and are marked: what so few brought is a fact, "
        "and tells little of others like them."
    )


def drill_down(where: str | None, period: Period | None, level: Level | None) -> str:
    """The command that lists the customers behind the figures, with the same amounts."""
    options = {
        "--where": where,
        "--from": str(period.start) if period and period.start > date.min else None,
        "--to": str(period.last_day) if period and period.end < date.max else None,
        "--level": str(level) if level else None,
    }
    return " ".join(["unequal export customers", *(f"{name} {shlex.quote(value)}" for name, value in options.items() if value)])


def period_words(period: Period, whole: str) -> str:
    """The days a question covers; an open end is said as what it is."""
    if period.start > date.min and period.end < date.max:
        return str(period)
    if period.start > date.min:
        return f"from {period.start} on"
    return f"up to {period.last_day}" if period.end < date.max else whole


def _top_fifth(found: Concentration, level: Level, currency: str) -> str:
    if found.top_fifth_customers == 0:
        return ""
    brings = money_text(from_units(found.top_fifth), currency)
    share = f", {share_text(found.top_fifth_share)} of {WORD_OF_LEVEL[level]}" if found.top_fifth_share is not None else ""
    many = f"{found.top_fifth_customers:,} {_verb(found.top_fifth_customers, 'customers', 'customer')}"
    return f"The top fifth, {many}, {_verb(found.top_fifth_customers, 'bring', 'brings')} {brings}{share}."


def _level(level: Level) -> str:
    told = {
        Level.REVENUE: "No costs are mapped, so these figures are revenue and say nothing of profit.",
        Level.GROSS_MARGIN: "Cost of goods is counted; freight and what it cost to serve are not known.",
        Level.CONTRIBUTION_BEFORE_SERVICE: "Discounts, returns, cost of goods and freight are counted; what it cost to serve is not yet.",
    }
    return told.get(level, "")


def _before_service(tables: Mapping[str, pa.Table], level: Level, currency: str) -> str:
    """At the level of contribution also what it was before service: the figure that a reader may know from earlier."""
    lines = {str(line) for line in LINES_OF_LEVEL[Level.CONTRIBUTION_BEFORE_SERVICE]}
    rows = tables["lines"].to_pylist()
    if level is not Level.CONTRIBUTION or all(row["line"] in lines for row in rows):
        return ""
    before = sum((row["amount"] for row in rows if row["line"] in lines), Decimal(0))
    return f"Before service it was {money_text(before, currency)} (--level {Level.CONTRIBUTION_BEFORE_SERVICE})."


def _below(level: Level, known: Level) -> str:
    """A level asked for below the one that is known."""
    return f"Asked in {WORD_OF_LEVEL[level]}; this base knows {WORD_OF_LEVEL[known]}."


def _unassigned(tables: Mapping[str, pa.Table], currency: str) -> str:
    rows = [row for row in tables["unassigned"].to_pylist() if row.get("reason") != IDLE]
    if not rows:
        return "Everything booked belongs to a known customer."
    amount = sum((row["amount"] for row in rows), Decimal(0))
    entries = sum(row["entries"] for row in rows)
    many = f"{entries:,} {_verb(entries, 'entries', 'entry')}"
    return f"{money_text(amount, currency)} in {many} belongs to no known customer and stands in a bucket of its own."


def _idle(tables: Mapping[str, pa.Table], currency: str) -> str:
    cost = sum((row["amount"] for row in tables["unassigned"].to_pylist() if row.get("reason") == IDLE), Decimal(0))
    return f"Capacity for {money_text(-cost, currency)} stood idle: it is charged to no customer." if cost else ""


def _outside(tables: Mapping[str, pa.Table], level: Level, currency: str) -> str:
    rows = [row for row in tables["lines"].to_pylist() if not row["in_level"]]
    if not rows:
        return ""
    named = ", ".join(f"{row['label'].lower()} {money_text(row['amount'], currency)}" for row in rows)
    return f"Not part of {WORD_OF_LEVEL[level]}, and shown on their own lines: {named}."
