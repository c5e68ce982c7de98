"""A cheaper plan that a customer could have had: which, and what it would have saved him in a year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import config
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.experienced import THIN, with_segment
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.ledger import of_customers
from unequal.terms.amounts import exact_text
from unequal.terms.money import TOTAL, money_sum

_LISTED: Final = 100
_INTERVALS: Final = {"month": "months", "quarter": "quarters", "year": "years"}


@dataclass(frozen=True)
class CheaperPlans:
    """What is known of plans, of the customers asked about.

    Args:
        whole: contracts, customers, told (contracts), better (customers with a cheaper plan), overpaid, year_difference.
        by_plan: plan, cheaper_plan, customers, contracts, year_difference, the largest first.
        customers: those who could pay less, who could save most first: at most 100 of them.
        segments: segment, customers, better, year_difference; None where nothing slices.
    """

    whole: dict[str, Any]
    by_plan: pa.Table
    customers: pa.Table
    segments: pa.Table | None = None


def cheaper_plans(base: Base, customers: ibis.Table, by: str | None = None) -> CheaperPlans | None:
    """What cheaper plans there were for some customers; None where nothing is known of plans.

    Args:
        base: a published run.
        customers: those asked about, of `customers_asked`.
        by: a dimension of customers; None for none.
    """
    if "plan_fit" not in base.tables:
        return None
    fitted = with_segment(of_customers(base.table("plan_fit")), customers, by)
    whole = base.fetch(fitted.aggregate(**_counts(fitted), overpaid=money_sum(fitted["overpaid"]), told=fitted["overpaid"].count()))[0]
    cheaper = fitted.filter(fitted["cheaper_plan"].notnull())
    pairs = cheaper.group_by("plan", "cheaper_plan").aggregate(
        customers=cheaper["customer_id"].nunique().cast("int64"), contracts=cheaper.count().cast("int64"),
        year_difference=money_sum(cheaper["year_difference"]),
    )  # fmt: skip
    best = cheaper.order_by(ibis.desc("year_difference"), "customer_id", "contract_id").limit(_LISTED)
    names = ("customer_id", "contract_id", "plan", "cheaper_plan", "intervals", "paid", "cheaper", "year_difference")
    segments = None if by is None else base.arrow(_segments(fitted))
    return CheaperPlans(
        whole, base.arrow(pairs.order_by(ibis.desc("year_difference"), "plan", "cheaper_plan")), base.arrow(best.select(*names)), segments
    )


def _counts(fitted: ibis.Table) -> dict[str, ibis.Value]:
    better = ibis.ifelse(fitted["cheaper_plan"].notnull(), fitted["customer_id"], ibis.null("string"))
    return {
        "contracts": fitted.count().cast("int64"),
        "customers": fitted["customer_id"].nunique().cast("int64"),
        "better": better.nunique().cast("int64"),
        "year_difference": money_sum(fitted["year_difference"]).cast(TOTAL),
    }


def _segments(fitted: ibis.Table) -> ibis.Table:
    counted = fitted.group_by("segment").aggregate(**_counts(fitted))
    return counted.filter(counted["customers"] >= THIN).order_by(ibis.desc("year_difference"), "segment")


def sentence(base: Base, found: CheaperPlans) -> str:
    """How many could pay less, and how much less in a year."""
    words, whole = base.project.value.words, found.whole
    if not whole["better"]:
        return f"None of the {whole['customers']:,} {words} on a plan would have paid less on another that covers what they used."
    return (
        f"{whole['better']:,} of {whole['customers']:,} {words} on a plan would have paid less on another that covers all they used: "
        f"{exact_text(whole['year_difference'], base.project.reporting_currency, places=2)} a year, at their expense."
    )


def findings(base: Base, found: CheaperPlans | None) -> Iterator[str]:
    """What is found of plans, a sentence each; where nothing is known of them, what lacks."""
    if found is None:
        yield f"Whether a cheaper plan would do cannot be told: {_lacks(base)}."
        return
    currency, whole, plans = base.project.reporting_currency, found.whole, base.project.plans
    yield sentence(base, found)
    for row in found.by_plan.slice(0, 3).to_pylist():
        yield (
            f"{row['customers']:,} on {row['plan'] or 'no plan that is named'} would have done with {row['cheaper_plan']}: "
            f"{exact_text(row['year_difference'], currency, places=2)} a year."
        )
    if whole["overpaid"]:
        known = _INTERVALS[plans.per] if plans is not None else "months"
        yield f"In the {known} that are known it came to {exact_text(whole['overpaid'], currency, places=2)}; it raises nobody's band."
    untold = whole["contracts"] - whole["told"]
    if untold:
        yield f"Of {untold:,} contracts it cannot be told: their plan has no price, a use is not known, or no plan covers it."


def _lacks(base: Base) -> str:
    if base.project.plans is not None:
        return (
            "what a year's use came to is not asked for certain days: ask without --from and --to"
            if "plan_fit" in base.tables
            else "this run is of before plans were declared"
        )
    bound = sorted(name for name, one in base.project.value.relationships.items() if isinstance(one, config.value.Contracts))
    asked = "no table has the price and the allowance of each plan beside what each customer uses (the section plans: source, plan, use, offered)"
    return f"{asked}; the contracts of {', '.join(bound)} have no column with a use" if bound else asked


def figures(base: Base, found: CheaperPlans | None) -> Iterator[Figure]:
    """Its figures; none where nothing is known of plans."""
    if found is not None:
        yield Figure("cheaper_plan", "Customers a cheaper plan would do for", found.whole["better"], "customers")
        yield Figure("cheaper_plan_year", "It would save them in a year", found.whole["year_difference"], base.project.reporting_currency)


def tables(found: CheaperPlans | None) -> dict[str, pa.Table]:
    """Its tables by name."""
    if found is None:
        return {}
    sliced = {} if found.segments is None else {"plan_segments": found.segments}
    return {"cheaper_plans": found.by_plan, "cheaper_plan_customers": found.customers, **sliced}


def shown(found: CheaperPlans | None) -> tuple[Shown, ...]:
    """What a reader sees of it."""
    if found is None or not found.by_plan.num_rows:
        return ()
    saved = Column("year_difference", "Saves a year", "money", "cheaper_plan")
    return (
        Shown("cheaper_plans", "A cheaper plan would have done", (
            Column("plan", "On", "name", why_missing="no plan named"), Column("cheaper_plan", "Would do with", "name"), Column("customers", "Customers", "count"), saved,
        )),
        Shown("cheaper_plan_customers", "Who could save most", (
            Column("customer_id", "Customer", "code"), Column("plan", "On", "name", why_missing="no plan named"), Column("cheaper_plan", "Would do with", "name"),
            Column("paid", "Paid", "money", why_missing="no price"), Column("cheaper", "Would have paid", "money"), saved,
        ), note="All of them: unequal export plans."),
    )  # fmt: skip


def alone(base: Base, found: CheaperPlans, *, where: str | None, by: str | None) -> Answer:
    """The answer where plans are known, and no promises."""
    found_tables = tables(found)
    drawn = Drawn(
        "bars", "plan_segments", "What a cheaper plan would save in a year", "segment", "year_difference", base.project.reporting_currency
    )
    return Answer(
        question="promises",
        title="What customers get of what they pay for",
        sentence=sentence(base, found),
        findings=(
            *list(findings(base, found))[1:],
            "Whether promises were kept is not known: no section promises names a day promised and a day done.",
        ),
        period="the use that is known, at most the last twelve months of it",
        figures=tuple(figures(base, found)),
        table=found_tables["plan_segments"] if found.segments is not None else found.by_plan,
        tables=found_tables,
        where=where,
        by=by,
        drill_down="unequal export plans",
        words=base.project.value.words,
        shown=shown(found),
        drawn=(drawn,) if found.segments is not None and found.segments.num_rows else (),
        **rests_on(base),
    )
