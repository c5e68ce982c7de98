"""The customers for whom a rule holds, one by one: what the drill-downs of other answers lead to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.drilling import where_option
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import range_text, ranged_figure, totals_of
from unequal.answers.narrowing import dimension
from unequal.answers.occasions import knows_dollars
from unequal.answers.parting import asked
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.ledger import level_amount
from unequal.terms.amounts import exact_text
from unequal.terms.lines import WORD_OF_LEVEL
from unequal.terms.money import TOTAL, money_sum

FEWEST: Final = 10
"""Slices of fewer customers are withheld."""
_LISTED: Final = ("customer_id", "kind", "band", "amount", "p_alive", "value_expected")


def listed(base: Base, where: str | None, by: str | None) -> Answer:
    """Each customer for whom a rule holds, who has brought most first; and how many there are of each slice.

    Args:
        base: a published run.
        where: a predicate over customers: their attributes, kind, band, what is expected of them, and their contexts.
        by: a dimension of them.

    Raises:
        AnswerError: ANS002, there is no such dimension.
        PredicateError: `where` is refused.
    """
    rows = base.keep(_with_amounts(base, asked(base, where, by)))
    whole = base.fetch(rows.aggregate(customers=rows.count().cast("int64"), amount=money_sum(rows["amount"])))[0]
    every = base.fetch(_real(base).aggregate(n=lambda t: t.count()))[0]["n"]
    expected = (
        next(iter(totals_of(base, rows.filter(rows["value_expected"].notnull()), None)), None) if knows_dollars(base.project) else None
    )
    table = base.arrow(rows.select(*_LISTED).order_by(ibis.desc("amount"), "customer_id"))
    tables = {"listed": table}
    thin = 0
    if by is not None:
        tables["slices"], thin = _slices(base, rows, by)
    return Answer(
        question="customers",
        title="Which customers these are",
        sentence=_sentence(base, whole, int(str(every)), expected),
        findings=tuple([f"{thin:,} of the slices are withheld: they have fewer than {FEWEST} customers."] if thin else []),
        period=whole_period(base),
        figures=_figures(base, whole, expected),
        table=tables["slices"] if by is not None else table,
        tables=tables,
        where=where,
        by=by,
        drill_down=f"unequal ask customers --json{where_option(where)}",
        words=base.project.value.words,
        shown=_shown(base, by),
        drawn=(Drawn("bars", "slices", "Customers of each", "segment", "customers", "customers", neutral=True),) if by is not None else (),
        **rests_on(base),
    )


def _real(base: Base) -> ibis.Table:
    """Every customer, and no test account."""
    known = base.table("customer")
    return known.filter(~known["is_test"]).select("customer_id")


def _with_amounts(base: Base, customers: ibis.Table) -> ibis.Table:
    """Customers with what they have brought at the base's level: a fact, and nothing where nothing is booked."""
    lines = base.lines()
    brought = lines.group_by(_whose="customer_id").aggregate(_amount=level_amount(lines, base.level))
    real = customers.semi_join(_real(base), "customer_id")
    joined = real.left_join(brought, real["customer_id"] == brought["_whose"])
    return joined.mutate(amount=joined["_amount"].fill_null(Decimal(0)).cast(TOTAL)).drop("_whose", "_amount")


def _slices(base: Base, rows: ibis.Table, by: str) -> tuple[pa.Table, int]:
    """How many customers each slice has and what they brought; and how many slices are withheld."""
    cut = rows.mutate(segment=rows[dimension(rows, by)].cast("string"))
    counted = cut.group_by("segment").aggregate(
        customers=cut.count().cast("int64"), amount=money_sum(cut["amount"]), value_expected=cut["value_expected"].sum()
    )
    found = base.arrow(counted.order_by(ibis.desc("customers"), "segment"))
    enough = found.filter(pa.compute.greater_equal(found["customers"], FEWEST))
    return enough, found.num_rows - enough.num_rows


def _sentence(base: Base, whole: dict[str, Any], every: int, expected: dict[str, Any] | None) -> str:
    words, currency = base.project.value.words, base.project.reporting_currency
    told = (
        f"{whole['customers']:,} of {every:,} {words} are meant, who have brought {exact_text(whole['amount'], currency, places=2)} of "
        f"{WORD_OF_LEVEL[base.level]} so far"
    )
    return f"{told}." if expected is None else f"{told} and are expected to bring {range_text(expected, 'value', currency)}."


def _figures(base: Base, whole: dict[str, Any], expected: dict[str, Any] | None) -> tuple[Figure, ...]:
    currency = base.project.reporting_currency
    found = (
        Figure("customers", "Customers", whole["customers"], "customers"),
        Figure("brought", f"They have brought: {WORD_OF_LEVEL[base.level]}", whole["amount"], currency),
    )
    if expected is None:
        return found
    return (*found, ranged_figure("value", "Expected of them within the horizon, discounted", expected, "value", currency))


def _shown(base: Base, by: str | None) -> tuple[Shown, ...]:
    word = WORD_OF_LEVEL[base.level].capitalize()
    expected = Column("value_expected", "Expected", "money", "expected", "nothing is forecast")
    every = Shown("listed", "Customers, who brought most first", (
        Column("customer_id", "Customer", "code"), Column("kind", "Kind"), Column("band", "Band", "text", why_missing="nothing is booked"),
        Column("amount", f"{word} so far", "money"), Column("p_alive", "Still there", "share", why_missing="nothing is forecast"), expected,
    ))  # fmt: skip
    if by is None:
        return (every,)
    cut = Shown("slices", f"By {by.replace('_', ' ')}", (
        Column("segment", by.replace("_", " ").capitalize(), "name", why_missing="not known"), Column("customers", "Customers", "count"),
        Column("amount", f"{word} so far", "money"), expected,
    ))  # fmt: skip
    return cut, every
