"""Value to the customer: promises kept, matters settled at once, effort, and what is earned at his expense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import customer_base
from unequal.answers import cheaper_plans
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.experienced import ASSOCIATION, THIN, customers_asked, days_text, of_days, published, refuse_level, with_segment
from unequal.answers.forecasts import estimate, range_text, totals_of
from unequal.answers.lacking import lacking
from unequal.answers.occasions import knows_dollars
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.ledger import of_customers
from unequal.terms.amounts import MINUS, exact_text, share_text
from unequal.terms.lines import Level
from unequal.terms.money import TOTAL, money_sum
from unequal.terms.periods import Period

_OWN: Final = ("month",)
_NINE_IN_TEN: Final = 1.645
_MANY: Final = (1, 2, 4, 8, 16)
"""Customers with about as many promises are alike: the steps between them."""
_SEGMENT: Final = pa.schema([
    ("segment", pa.string()), ("promises", pa.int64()), ("kept", pa.int64()), ("broken", pa.int64()), ("kept_share", pa.float64()),
    ("days_late", pa.float64()), ("customers", pa.int64()), ("let_down", pa.int64()),
])  # fmt: skip
_MONTH: Final = pa.schema([("month", pa.date32()), ("promises", pa.int64()), ("broken", pa.int64()), ("kept_share", pa.float64())])
_EXPENSE: Final = pa.schema([
    ("kind", pa.string()), ("entries", pa.int64()), ("customers", pa.int64()), ("amount", pa.decimal128(28, 4)), ("bands_raised", pa.int64()),
])  # fmt: skip


@dataclass(frozen=True)
class _Beside:
    """Customers who were let down against those alike who were not: how much likelier they still are customers."""

    expected: float
    low: float
    high: float
    customers: int


def promises(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Whether customers got what they were promised, and what is earned at their expense.

    Args:
        base: a published run.
        where: a predicate over customers: their attributes, band, p_alive, ...
        by: a dimension of customers, or month.
        period: only what was promised for these days.
        level: not for this question.

    Raises:
        AnswerError: ANS016, nothing says what was promised; ANS011, a level is given; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    refuse_level("promises", level)
    customers = base.keep(customers_asked(base, where, by, _OWN))
    plans = cheaper_plans.cheaper_plans(base, customers, None if by in _OWN else by) if period is None else None
    if base.project.promises is None and plans is not None:
        return cheaper_plans.alone(base, plans, where=where, by=by)
    every = of_customers(of_days(published(base, "promises", "promise", "promises"), "promised_on", period))
    months = every.mutate(month=every["promised_on"].truncate("M").strftime("%Y-%m"))
    made = base.keep(with_segment(months, customers, by, _OWN).filter(lambda t: t["is_kept"].notnull()))
    whole = _counted(base, made.mutate(segment=ibis.literal("all")))
    if not whole or not whole[0]["promises"]:
        raise lacking(
            "promises", "no promise whose day is over (promises.promised)", "map the day that was promised, or ask without --where"
        )
    let_down = made.filter(~made["is_kept"])
    asked = customers.filter(customers["value_expected"].notnull())
    total = totals_of(base, asked.semi_join(let_down, "customer_id"), None) if knows_dollars(base.project) else []
    expense = _at_expense(base, customers, period)
    monthly = _by_month(base, made)
    segments = _counted(base, made) if by else []
    tables = {"promises": _as(whole, _SEGMENT), "months": monthly}
    if segments:
        tables["segments"] = _as([row for row in segments if row["promises"] >= THIN], _SEGMENT)
    if expense:
        tables["at_expense"] = _as(expense, _EXPENSE)
    tables |= cheaper_plans.tables(plans)
    beside, effort = _beside(base, made, asked), _effort(base, made, customers, period)
    return Answer(
        question="promises",
        title="What customers get of what they were promised",
        sentence=_sentence(base, whole[0], total),
        findings=(*_findings(base, whole[0], (beside, effort), expense, segments), *cheaper_plans.findings(base, plans)),
        period=f"promised for {days_text(base, made, 'promised_on')}",
        figures=(*_figures(base, whole[0], total, (beside, effort), expense), *cheaper_plans.figures(base, plans)),
        table=tables["segments"] if segments else tables["promises"],
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal export promises",
        words=base.project.value.words,
        shown=(*_shown(tables), *cheaper_plans.shown(plans)),
        drawn=_drawn(tables),
        is_estimate=False,
        **rests_on(base),
    )


def _as(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in rows], schema)


def _counted(base: Base, made: ibis.Table) -> list[dict[str, Any]]:
    """Promises and how many were kept, by segment, most broken first."""
    broken = ~made["is_kept"]
    counted = made.group_by("segment").aggregate(
        promises=made.count().cast("int64"), broken=ibis.ifelse(broken, 1, 0).sum().cast("int64"),
        days_late=ibis.ifelse(broken, made["days_late"].cast("float64"), ibis.null("float64")).mean(),
        customers=made["customer_id"].nunique().cast("int64"),
        let_down=ibis.ifelse(broken, made["customer_id"], ibis.null("string")).nunique().cast("int64"),
    )  # fmt: skip
    found: list[dict[str, Any]] = [dict(row) for row in base.fetch(counted.order_by(ibis.desc("broken"), "segment"))]
    return [{**row, "kept": row["promises"] - row["broken"], "kept_share": 1 - row["broken"] / row["promises"]} for row in found]


def _by_month(base: Base, made: ibis.Table) -> pa.Table:
    monthly = made.group_by(month=made["promised_on"].truncate("M").cast("date")).aggregate(
        promises=made.count().cast("int64"), broken=ibis.ifelse(~made["is_kept"], 1, 0).sum().cast("int64")
    )
    rows: list[dict[str, Any]] = [dict(row) for row in base.fetch(monthly.order_by("month"))]
    return _as([{**row, "kept_share": 1 - row["broken"] / row["promises"]} for row in rows], _MONTH)


def _beside(base: Base, made: ibis.Table, customers: ibis.Table) -> _Beside | None:
    """How much likelier customers who were let down still are customers than those with about as many promises, last of one quarter."""
    each = made.group_by("customer_id").aggregate(
        promises=made.count(), broken=ibis.ifelse(~made["is_kept"], 1, 0).sum(), _last=made["promised_on"].max().truncate("Q")
    )
    known = customers.select(_customer="customer_id", p_alive="p_alive")
    joined = each.inner_join(known, each["customer_id"] == known["_customer"])
    many = sum((ibis.ifelse(joined["promises"] > step, 1, 0) for step in _MANY), ibis.literal(0))
    cells = joined.mutate(_many=many, _down=joined["broken"] > 0)
    nothing = ibis.null("float64")
    down, not_down = (ibis.ifelse(which, cells["p_alive"], nothing) for which in (cells["_down"], ~cells["_down"]))
    rows = base.fetch(
        cells.group_by("_many", "_last").aggregate(
            down=down.count(), down_mean=down.mean(), down_var=down.var(how="sample"),
            rest=not_down.count(), rest_mean=not_down.mean(), rest_var=not_down.var(how="sample"),
        )
    )  # fmt: skip
    told = [
        {name: float(str(value)) for name, value in row.items() if name not in ("_many", "_last") and value is not None} for row in rows
    ]
    both = [row for row in told if "down_var" in row and "rest_var" in row]
    count = sum(row["down"] for row in both)
    if count < THIN:
        return None
    mean = sum(row["down"] * (row["down_mean"] - row["rest_mean"]) for row in both) / count
    variance = sum((row["down"] / count) ** 2 * (row["down_var"] / row["down"] + row["rest_var"] / row["rest"]) for row in both)
    width = _NINE_IN_TEN * variance**0.5
    return _Beside(mean, mean - width, mean + width, int(count))


def _effort(base: Base, made: ibis.Table, customers: ibis.Table, period: Period | None) -> dict[str, Any] | None:
    """How often customers had to make contact, for each promise; None where nothing says who answered."""
    if "service_contact" not in base.tables:
        return None
    contacts = of_days(base.table("service_contact"), "occurred_on", period).semi_join(customers, "customer_id")
    first = ~contacts["is_again"] & contacts["came_again"].notnull()
    found = base.fetch(
        contacts.aggregate(
            contacts=contacts.count(), cases=ibis.ifelse(first, 1, 0).sum(), again=ibis.ifelse(first & contacts["came_again"], 1, 0).sum()
        )
    )[0]
    orders = base.fetch(made.aggregate(promises=made.count()))[0]["promises"]
    return {**found, "promises": orders} if found["contacts"] and orders else None


def _at_expense(base: Base, customers: ibis.Table, period: Period | None) -> list[dict[str, Any]]:
    """What is earned at the customers' expense, by its declared kinds, and whose band would be higher for it."""
    section = base.project.promises
    assert section is not None, "the section was asked for before"
    rows = []
    for kind, rule in section.at_customers_expense.items():
        marked = of_days(of_customers(customer_base.steps.at_expense.entries_of(base.table("entry"), [rule])), "booked_on", period)
        entries = marked.semi_join(customers, "customer_id")
        sums = entries.aggregate(entries=entries.count().cast("int64"), customers=entries["customer_id"].nunique().cast("int64"),
                                 amount=money_sum(entries["amount"]).fill_null(Decimal(0)).cast(TOTAL))  # fmt: skip
        raised = customer_base.steps.at_expense.raised(base.table("band"), entries, base.project).count()
        rows.append({"kind": kind, **base.fetch(sums)[0], "bands_raised": base.fetch(raised.as_table())[0][raised.get_name()]})
    return rows


def _sentence(base: Base, whole: dict[str, Any], total: list[dict[str, Any]]) -> str:
    words = base.project.value.words
    found = (
        f"Of {whole['promises']:,} promises {share_text(round(whole['kept_share'], 4))} were kept; {whole['broken']:,} were not, "
        f"to {whole['let_down']:,} of {whole['customers']:,} {words}"
    )
    if not total:
        return f"{found}."
    return f"{found}, who are still expected to bring {range_text(total[0], 'value', base.project.reporting_currency)}."


def _findings(
    base: Base, whole: dict[str, Any], measured: tuple[_Beside | None, dict[str, Any] | None], expense: list[dict[str, Any]],
    segments: list[dict[str, Any]],
) -> Iterator[str]:  # fmt: skip
    beside, effort = measured
    if whole["days_late"] is not None:
        yield f"What came late came {whole['days_late']:,.1f} days late in the mean."
    if beside is not None:
        yield f"{_beside_text(base, beside)} {ASSOCIATION}"
    if effort is None:
        yield "How often they had to make contact is not known: no section agents names the contacts that are answered."
    else:
        yield f"They made contact {float(effort['contacts']) / float(effort['promises']) * 100:,.1f} times in 100 promises."
        if effort["cases"]:
            yield f"At the first contact {share_text(round(1 - float(effort['again']) / float(effort['cases']), 4))} of their matters were settled."
    yield from _expense_findings(base, expense)
    thin = sum(1 for row in segments if row["promises"] < THIN)
    if thin:
        yield f"{thin} of the slices are withheld: they have fewer than {THIN} promises."


def _beside_text(base: Base, beside: _Beside) -> str:
    words, ends = base.project.value.words, f"{beside.low * 100:+.1f} to {beside.high * 100:+.1f} in a hundred".replace("-", MINUS)
    those = f"those with about as many promises, last of the same quarter ({ends})"
    if beside.low <= 0 <= beside.high:
        return f"Whether the {beside.customers:,} who were let down stay less cannot be told apart from chance, beside {those}."
    more = "more" if beside.expected > 0 else "fewer"
    return f"Of the {beside.customers:,} who were let down, {abs(beside.expected) * 100:.1f} in a hundred {more} still are {words} than of {those}."


def _expense_findings(base: Base, expense: list[dict[str, Any]]) -> Iterator[str]:
    currency = base.project.reporting_currency
    if not expense:
        yield (
            "Which entries are penalties, late fees or breakage is not declared (promises.at_customers_expense), so nothing is shown as earned at the "
            "customers' expense."
        )
    for row in expense:
        yield (
            f"{row['kind']}: {exact_text(row['amount'], currency)} came at the expense of {row['customers']:,} {base.project.value.words}; it raises "
            f"nobody's band, and would have raised {row['bands_raised']:,}."
        )


def _figures(
    base: Base, whole: dict[str, Any], total: list[dict[str, Any]], measured: tuple[_Beside | None, dict[str, Any] | None],
    expense: list[dict[str, Any]],
) -> Iterator[Figure]:  # fmt: skip
    currency, (beside, effort) = base.project.reporting_currency, measured
    yield Figure("promises", "Promises whose day is over", whole["promises"], "promises")
    yield Figure("promises_kept", "Promises kept", round(whole["kept_share"], 6), "share")
    yield Figure("let_down", "Customers who were let down", whole["let_down"], "customers")
    if total:
        mean, low, high = (estimate(total[0][f"value_{end}"]) for end in ("expected", "low", "high"))
        yield Figure("value_let_down", "Still expected of them", mean, currency, low=low, high=high, note="forecast")
    if beside is not None:
        yield Figure("stay_let_down", "Still customers, against those alike", round(beside.expected, 6), "share", low=round(beside.low, 6),
                     high=round(beside.high, 6), note="association")  # fmt: skip
    if effort is not None:
        yield Figure(
            "contacts_a_promise", "Contacts for each promise", round(float(effort["contacts"]) / float(effort["promises"]), 4), "contacts"
        )
    if expense:
        yield Figure("at_expense", "Earned at the customers' expense", sum((row["amount"] for row in expense), Decimal(0)), currency)


def _shown(tables: dict[str, pa.Table]) -> tuple[Shown, ...]:
    measures = (
        Column("promises", "Promises", "count"), Column("kept_share", "Kept", "share", "promise_kept"), Column("broken", "Broken", "count"),
        Column("days_late", "Days late", "number", why_missing="none came late"), Column("customers", "Customers", "count"),
        Column("let_down", "Let down", "count"),
    )  # fmt: skip
    expense = (
        Column("kind", "Kind", "name"), Column("amount", "Earned", "money", "at_expense"), Column("customers", "Customers", "count"),
        Column("bands_raised", "Bands it would raise", "count"),
    )  # fmt: skip
    told = {
        "segments": Shown("segments", "By segment, most broken first", (Column("segment", "Who", "name"), *measures), most=20),
        "promises": Shown("promises", "All promises", (Column("segment", "Who", "name"), *measures)),
        "at_expense": Shown("at_expense", "At the customers' expense", expense),
    }
    return tuple(shown for name, shown in told.items() if name in tables and tables[name].num_rows)


def _drawn(tables: dict[str, pa.Table]) -> tuple[Drawn, ...]:
    monthly = Drawn("lines", "months", "Promises kept, by the month they were made for", "month", "kept_share", "share", neutral=True)
    if "segments" not in tables:
        return (monthly,)
    return Drawn("bars", "segments", "Promises broken", "segment", "broken", "promises", neutral=True), monthly
