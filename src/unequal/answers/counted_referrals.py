"""Referrals that are counted and not named: how many there were, by how many customers, and that their worth is not known."""

from __future__ import annotations

from typing import Any

import ibis

from unequal import ledger
from unequal.answers import bringing
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import dimension
from unequal.answers.occasions import posts_nothing
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text, share_text
from unequal.terms.lines import WORD_OF_LEVEL
from unequal.terms.money import TOTAL

_MOST = 5
"""Customers with more referrals than this stand in one row."""


def answer(base: Base, where: str | None, by: str | None) -> Answer:
    """How many others customers referred, where a column counts them and nothing says who came.

    Raises:
        AnswerError: ANS016, no record has the attribute that should count them, or nobody referred; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    name = str(base.project.advocates.counted)
    if name not in base.table("customer_attribute").columns:
        raise lacking("advocates", f"no record maps the attribute {name} (sources.NAME.records.attributes.{name})", "map its column")
    rows = _with_referrals(base, name, where, by or "kind")
    total = base.fetch(_summed(rows))[0]
    if not total["referrals"]:
        raise lacking("advocates", f"nobody referred anybody ({name})", "ask without --where, or look whether the column is filled")
    classes = base.arrow(_summed(rows.mutate(_at=ibis.least(rows["referrals"], _MOST + 1)).group_by("_at")).order_by("_at"))
    # The last row holds all who referred more.
    told = classes.drop_columns(["_at"]).add_column(0, "referrals_each", [[_class(place) for place in classes["_at"].to_pylist()]])
    tables = {"classes": told}
    if by is not None:
        name_of = dimension(rows, by)
        sliced = _summed(rows.group_by(segment=rows[name_of].cast("string")))
        tables["slices"] = base.arrow(_thin(sliced).order_by(ibis.desc("referrals"), "segment"))
    return Answer(
        question="advocates", title="Who brings others", sentence=_sentence(base, total), findings=_findings(base, total),
        period=whole_period(base), figures=_figures(base, total), table=told, tables=tables, where=where, by=by,
        drill_down="unequal export values" + (f" --where {where!r}" if where else ""),
        shown=_shown(base, by), drawn=(Drawn("bars", "classes", "Customers by how many they referred", "referrals_each", "customers", "customers"),),
        **rests_on(base),
    )  # fmt: skip


def beside(base: Base, found: dict[str, Any]) -> list[str]:
    """What a column counts, held against what is named; nothing where no column counts."""
    name = base.project.advocates.counted
    if name is None or name not in base.table("customer_attribute").columns:
        return []
    total = base.fetch(_summed(_with_referrals(base, name, None, "kind")))[0]
    return [
        f"A column counts {total['referrals']:,} referrals by {total['referrers']:,} customers; {found['others']:,} of those who came are known by name."
    ]


def _with_referrals(base: Base, name: str, where: str | None, by: str) -> ibis.Table:
    """Customers with how many they referred; who says nothing referred nobody, and less than nothing is nothing."""
    customers, statement = bringing.everyone(base, where, by, name).drop("brought"), base.table("statement")
    brought = statement.group_by("customer_id").aggregate(brought=ledger.level_amount(statement, base.level))
    # From the ledger, not from forecasts: where nothing has a day there are none, and dollars all the same.
    customers = customers.left_join(brought, "customer_id").drop("customer_id_right")
    number = customers[name].try_cast("float64").fill_null(0.0)
    return customers.mutate(referrals=ibis.greatest(number, 0.0).cast("int64"))


def _summed(rows: Any) -> ibis.Table:
    """Sums over customers, of a table or of its groups."""
    nothing = ibis.literal(0).cast(TOTAL)
    found: ibis.Table = rows.aggregate(
        customers=lambda t: t.count().cast("int64"),
        referrers=lambda t: (t["referrals"] > 0).cast("int64").sum().fill_null(0).cast("int64"),
        referrals=lambda t: t["referrals"].sum().fill_null(0).cast("int64"),
        brought=lambda t: t["brought"].sum().fill_null(nothing).cast(TOTAL),
        brought_by_referrers=lambda t: t["brought"].sum(where=t["referrals"] > 0).fill_null(nothing).cast(TOTAL),
    )
    return found


def _thin(sliced: ibis.Table) -> ibis.Table:
    """Of fewer than ten customers nothing but their number is told."""
    enough = sliced["customers"] >= bringing.FEWEST
    return sliced.mutate(
        **{name: ibis.ifelse(enough, sliced[name], None) for name in ("referrers", "referrals", "brought", "brought_by_referrers")}
    )


def _class(place: int) -> str:
    return "more than 5" if place > _MOST else str(place)


def _sentence(base: Base, total: dict[str, Any]) -> str:
    words = base.project.value.words
    return (
        f"{total['referrals']:,} referrals were made by {total['referrers']:,} {words}; what those who came are worth is not known, for no "
        f"source says who they are." + _themselves(base, total)
    )


def _themselves(base: Base, total: dict[str, Any]) -> str:
    if posts_nothing(base.project):
        return ""
    brought = money_text(total["brought_by_referrers"], base.project.reporting_currency)
    return f" Those who referred have brought {brought} of {WORD_OF_LEVEL[base.level]} themselves."


def _findings(base: Base, total: dict[str, Any]) -> tuple[str, ...]:
    words = base.project.value.words
    told = [
        (
            f"{share_text(round(total['referrers'] / total['customers'], 4))} of {total['customers']:,} {words} referred somebody, "
            f"{total['referrals'] / total['referrers']:,.1f} each."
        )
    ]
    if not posts_nothing(base.project):
        rest = total["customers"] - total["referrers"]
        one = money_text(total["brought_by_referrers"] / total["referrers"], base.project.reporting_currency)
        other = money_text((total["brought"] - total["brought_by_referrers"]) / rest, base.project.reporting_currency) if rest else "nobody"
        told.append(f"One who referred has brought {one} himself, one who did not {other}: an association, and no effect of referring.")
    told.append(
        "Champions, Affluents, Advocates and Misers cannot be told apart by a count: for that a column must name who referred whom "
        "(sources.NAME.relationships, kind referrer)."
    )
    return tuple(told)


def _figures(base: Base, total: dict[str, Any]) -> tuple[Figure, ...]:
    currency, words = base.project.reporting_currency, base.project.value.words
    unknown = posts_nothing(base.project)
    return (
        Figure("referrals", "Referrals counted", total["referrals"], "referrals"),
        Figure("referrers", f"{words.capitalize()} who referred", total["referrers"], "customers"),
        Figure("came_brought", "Brought by those who came", None, currency, why_missing="No source says who came."),
        Figure("brought_by_referrers", "Brought by those who referred (fact)", None if unknown else total["brought_by_referrers"], currency,
               why_missing="No source posts a dollar." if unknown else ""),
    )  # fmt: skip


def _shown(base: Base, by: str | None) -> tuple[Shown, ...]:
    word = WORD_OF_LEVEL[base.level].capitalize()
    sums = (
        Column("customers", "Customers", "count"), Column("referrals", "Referrals", "count", why_missing="fewer than ten customers"),
        Column("brought", f"{word} of them", "money", why_missing="fewer than ten customers"),
    )  # fmt: skip
    tables = [Shown("classes", "Customers by how many they referred", (Column("referrals_each", "Referrals each", "name"), *sums))]
    if by is not None:
        first = (Column("segment", by.replace("_", " ").capitalize(), "name", why_missing="not given"), sums[0],
                 Column("referrers", "Who referred", "count", why_missing="fewer than ten customers"), *sums[1:])  # fmt: skip
        tables.insert(0, Shown("slices", f"Referrals by {by.replace('_', ' ')}", first, "Of fewer than ten customers nothing is told."))
    return tuple(tables)
