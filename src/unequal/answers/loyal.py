"""Why the others stay: behaviours that go with it, and early warnings where one veers, in dollars at risk."""

from __future__ import annotations

from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import value
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import estimate, of_before_verdicts, shock_of
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import attributes_named, dimension, narrow
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import MINUS, money_text, share_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level
from unequal.terms.periods import Period

FEWEST: Final = 10
"""Fewer customers than this make no slice that is told."""
_TOLD: Final = 3
_NINE_IN_TEN: Final = 1.645
_RISK: Final = ("at_risk_expected", "at_risk_low", "at_risk_high")

_STRENGTHS: Final = Shown(
    "behaviours", "What goes with staying and with leaving",
    [Column("meaning", "Behaviour"), Column("showing_share", "Customers who show it", "share"),
     Column("leaving_expected", "Leaving, with it", "share", "added_leaving"), Column("leaving_low", "at least", "share"),
     Column("leaving_high", "at most", "share"), Column("growing_expected", "Growing, with it", "share", "added_growing", "too few came again"),
     Column("verdict", "Found"), Column("held", "A later day says", why_missing="the history is too short")],
    "Associations, all else that is known held equal: nothing here was tried by lot.", most=20,
)  # fmt: skip
_SIGNALS: Final = Shown(
    "signals", "Early warnings, most dollars at risk first",
    [Column("customer_id", "Customer", "code"), Column("meaning", "What veered"), Column("since", "Since", "day"), Column("recent", "Lately", "count"),
     Column("usual", "Usual", "number"), Column("added_loss_expected", "Added probability of leaving", "share", "added_loss"),
     Column("at_risk_expected", "At risk", "money", "at_risk"), Column("at_risk_low", "at least", "money"), Column("at_risk_high", "at most", "money")],
)  # fmt: skip
_VEERING: Final = Shown(
    "veering", "Where behaviours veer today",
    [Column("meaning", "Behaviour"), Column("customers", "Customers", "count"), Column("at_risk_expected", "At risk", "money", "at_risk"),
     Column("at_risk_low", "at least", "money"), Column("at_risk_high", "at most", "money")],
)  # fmt: skip
_GROUPS: Final = Shown(
    "groups", "Groups in which more customers veer than before",
    [Column("subject", "Group", "name"), Column("meaning", "Behaviour"), Column("recent", "Customers today", "count"),
     Column("usual", "Usual", "number"), Column("at_risk_expected", "At risk beyond usual", "money", "at_risk")],
)  # fmt: skip
_TEST: Final = Shown(
    "test", "How good the warning was on a later day than it was learned on",
    [Column("recall", "Of those who left, reached", "share"), Column("precision", "Right, by behaviour", "share", "precision"),
     Column("precision_with_rhythm", "Right, with own rhythm", "share"), Column("precision_of_recency", "Right, by days since the last order", "share")],
)  # fmt: skip
_SLICES: Final = Shown(
    "slices", "By group",
    [Column("group", "Group", "name", why_missing="not known"), Column("customers", "Customers warned of", "count"),
     Column("at_risk_expected", "At risk", "money", "at_risk"), Column("at_risk_low", "at least", "money"), Column("at_risk_high", "at most", "money")],
    f"Groups of fewer than {FEWEST} customers are withheld.",
)  # fmt: skip


def loyal(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Why customers stay, and with whom what keeps them veers.

    Args:
        base: a published run.
        where: a predicate over customers; it narrows the warnings. What goes with staying is measured on the whole base.
        by: a dimension of customers to slice the warnings by.
        period, level: not for this question: it looks at the day of the run.

    Raises:
        AnswerError: ANS001, the run is too old to have the tables; ANS011, a period or level is given; ANS016, the history does not tell who left;
            ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    if period is not None or level is not None:
        raise AnswerError("ANS011", "this question looks at the day of the run, and takes no period or level", seen="--from, --to or --level",
                          do="set value.as_of in the config for another day, and ask without them")  # fmt: skip
    strengths = [_worded(dict(row)) for row in base.fetch(base.table("behaviour").order_by("leaving_expected", "behaviour"))]
    if not strengths:
        raise lacking("loyal", "no history of orders that is long enough, of a hundred customers or more, to tell who left (entry.booked_on of list_revenue)",
                      "map some years of orders, or shorten loyalty.warn_weeks and loyalty.silence_weeks")  # fmt: skip
    warned = base.keep(_warned(base, where, by))
    tables = _tables(base, strengths, warned, by)
    total = _summed(base, warned)[0]
    return Answer(
        question="loyal",
        title="Why customers stay",
        sentence=_sentence(base, strengths, total),
        findings=tuple(_findings(base, strengths, tables)),
        period=f"{base.project.loyalty.warn_weeks} weeks ahead (known: {whole_period(base)})",
        figures=_figures(base, strengths, total, tables),
        table=tables["behaviours"],
        tables=tables,
        where=where,
        by=by,
        drill_down=f"unequal export values --where {where!r}" if where else "unequal export signals",
        shown=[one for one in (_STRENGTHS, _SLICES, _VEERING, _SIGNALS, _GROUPS, _TEST) if tables.get(one.table) is not None and len(tables[one.table])],
        drawn=_drawn(base, tables),
        is_estimate=True,
        **rests_on(base),
    )  # fmt: skip


def _worded(row: dict[str, Any]) -> dict[str, Any]:
    """A strength as a reader has it."""
    verdict = {"keeps": "goes with staying", "drives_away": "goes with leaving", "not_shown": "no effect shown"}[row["effect"]]
    is_shown = row["odds_ratio_low"] > 1 or row["odds_ratio_high"] < 1
    held = None if row["holds"] is None else "the same" if row["holds"] else "otherwise" if is_shown else "nothing to compare"
    return row | {"showing_share": row["showing"] / max(row["customers"], 1), "verdict": verdict, "held": held}


def _warned(base: Base, where: str | None, by: str | None) -> ibis.Table:
    """SIGNAL of the customers for whom a predicate is true, beside what questions may name of a customer."""
    signals = base.table("signal")
    known = attributes_named(base, where, by).left_join(base.table("customer_value"), "customer_id").drop("customer_id_right")
    table = signals.filter(signals["customer_id"].notnull()).inner_join(known, "customer_id")
    return narrow(table, where=where, period=None, leads_to=base.leads_to)


def _summed(base: Base, warned: ibis.Table, *by: str) -> list[dict[str, Any]]:
    """What is at risk over customers, most first, with the range of the total.

    What the added probabilities are off by is off for all alike; what customers are worth is off for each by itself, and for all by the shock
    that totals of forecasts share.
    """
    worth = (warned["at_risk_expected"] / warned["added_loss_expected"].nullif(0.0)).fill_null(0.0)
    shared = (warned["added_loss_high"] - warned["added_loss_expected"]) * worth / _NINE_IN_TEN
    whole = (warned["at_risk_high"] - warned["at_risk_expected"]) / _NINE_IN_TEN
    rows = warned.mutate(_shared=shared, _own=ibis.greatest(whole * whole - shared * shared, 0.0))
    summed = (rows.group_by(*by) if by else rows).aggregate(
        customers=rows["customer_id"].nunique().cast("int64"), at_risk_expected=rows["at_risk_expected"].sum().fill_null(0.0),
        shared=rows["_shared"].sum().fill_null(0.0), own=rows["_own"].sum().fill_null(0.0),
    )  # fmt: skip
    found = [dict(row) for row in base.fetch(summed.order_by(ibis.desc("at_risk_expected"), *by))]
    return [_with_ends(row, shock_of(base)) for row in found if row["customers"] or not by]


def _with_ends(row: dict[str, Any], shock: value.totals.Shock) -> dict[str, Any]:
    mean = np.array([row["at_risk_expected"]])
    low, high = value.totals.interval(mean, np.array([row.pop("own")]), mean, shock)
    wide = _NINE_IN_TEN * row.pop("shared")
    below, above = np.hypot(mean - low, wide), np.hypot(high - mean, wide)
    return row | {"at_risk_low": max(float((mean - below)[0]), 0.0), "at_risk_high": float((mean + above)[0])}


def _tables(base: Base, strengths: list[dict[str, Any]], warned: ibis.Table, by: str | None) -> dict[str, pa.Table]:
    words = _as_veering(base.table("behaviour"))
    told = warned.inner_join(words, "behaviour")
    groups = base.table("signal").filter(base.table("signal")["customer_id"].isnull()).inner_join(words, "behaviour")
    first = ["customer_id", "behaviour", "meaning", "since", "recent", "usual", "lead_days_expected", "lead_days_low", "lead_days_high",
             "added_loss_expected", "added_loss_low", "added_loss_high", *_RISK]  # fmt: skip
    found = {
        "behaviours": pa.Table.from_pylist(strengths),
        "signals": base.arrow(told.select(*first).order_by(ibis.desc("at_risk_expected"), "customer_id", "behaviour")),
        "veering": _as_table(_summed(base, told, "behaviour", "meaning")),
        "groups": base.arrow(groups.select("subject", *first[1:]).order_by(ibis.desc("at_risk_expected"), "subject", "behaviour")),
        "test": base.arrow(base.table("warning_test").order_by("recall")),
        "trend": base.arrow(base.table("behaviour_trend").order_by("behaviour", "day").mutate(
            showing_share=_share("showing"), veering_share=_share("veering"))),
    }  # fmt: skip
    if by is not None:
        key = dimension(warned, by)
        rows = _summed(base, warned.mutate(group=warned[key].cast("string")), "group")
        found["slices"] = _as_table([row for row in rows if row["customers"] >= FEWEST])
    return found


def _as_veering(behaviours: ibis.Table) -> ibis.Table:
    """Each behaviour in the words of what it is when it has veered: behaviour, meaning."""
    kept, less = "Keeps up contact", "Less contact"
    fell = ibis.ifelse(
        behaviours["meaning"].startswith(kept), behaviours["meaning"].replace(kept, less), behaviours["meaning"].concat(", less often")
    )
    return behaviours.select("behaviour", meaning=ibis.ifelse(behaviours["measured_as"] == "rhythm", fell, behaviours["meaning"]))


def _as_table(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def _share(name: str) -> Any:
    return ibis._[name].cast("float64") / ibis._["customers"].cast("float64").nullif(0.0)


def _sentence(base: Base, strengths: list[dict[str, Any]], total: dict[str, Any]) -> str:
    words, currency = base.project.value.words, base.project.reporting_currency
    keeps = [row["meaning"] for row in strengths if row["effect"] == "keeps"][:_TOLD]
    what = f"What goes most with staying: {_listed(keeps)}." if keeps else "No behaviour was shown to go with staying."
    if not total["customers"]:
        return f"{what} Today no behaviour veers."
    risk, low, high = (money_text(estimate(total[name]), currency) for name in _RISK)
    return (
        f"{what} Today behaviours veer for {total['customers']:,} {words}, which puts {risk} at risk "
        f"(between {low} and {high}) within {base.project.loyalty.warn_weeks} weeks."
    )


def _of_a_hundred(share: float) -> str:
    return f"{share * 100:,.1f}".replace("-", MINUS)


def _listed(names: list[str]) -> str:
    """Headings as parts of a sentence."""
    small = [name[:1].lower() + name[1:] for name in names]
    return small[0] if len(small) == 1 else f"{', '.join(small[:-1])} and {small[-1]}"


def _findings(base: Base, strengths: list[dict[str, Any]], tables: dict[str, pa.Table]) -> list[str]:
    words, currency = base.project.value.words, base.project.reporting_currency
    told = list(of_before_verdicts(base, base.table("customer_value")))
    away = sorted((row for row in strengths if row["effect"] == "drives_away"), key=lambda row: -row["leaving_expected"])
    told += [
        f"{row['meaning']}: {_of_a_hundred(row['leaving_expected'])} more of a hundred leave within {base.project.loyalty.warn_weeks} weeks "
        f"({_of_a_hundred(row['leaving_low'])} to {_of_a_hundred(row['leaving_high'])}); {row['showing']:,} {words} today."
        for row in away[:_TOLD]
    ]
    unshown = [row["meaning"] for row in strengths if row["effect"] == "not_shown"]
    if unshown:
        told.append(f"Without an effect that can be told from none: {_listed(unshown)}.")
    for row in tables["veering"].to_pylist()[:1]:
        lead = tables["signals"].to_pylist()[0]
        told.append(
            f"Most is at risk here: {row['meaning'][:1].lower()}{row['meaning'][1:]}: {row['customers']:,} {words}, "
            f"{money_text(estimate(row['at_risk_expected']), currency)}. "
            f"Those who left after such warnings were heard of for another {lead['lead_days_expected']:.0f} days "
            f"({lead['lead_days_low']:.0f} to {lead['lead_days_high']:.0f})."
        )
    told += [_tested(row) for row in tables["test"].to_pylist()[:1]]
    told.append("These are associations: a behaviour that goes with staying need not be what makes customers stay.")
    return told


def _tested(row: dict[str, Any]) -> str:
    return (
        f"Tried on {row['day']}, learned until {row['learned_until']}: warnings that reach {share_text(row['recall'])} of those who left were right in "
        f"{share_text(round(row['precision_with_rhythm'], 4))} of the cases; the days since the last order in {share_text(round(row['precision_of_recency'], 4))}."
    )


def _figures(base: Base, strengths: list[dict[str, Any]], total: dict[str, Any], tables: dict[str, pa.Table]) -> tuple[Figure, ...]:
    currency = base.project.reporting_currency
    risk, low, high = (estimate(total[name]) for name in _RISK)
    tested = tables["test"].to_pylist()
    why = "" if tested else "The history is too short for a later day."
    precision, recency = ((tested[0][name] if tested else None) for name in ("precision_with_rhythm", "precision_of_recency"))
    return (
        Figure("at_risk", "At risk by behaviours that veer", risk, currency, low=low, high=high, note="estimate"),
        Figure("warned", f"{base.project.value.words.capitalize()} warned of", int(total["customers"]), "customers"),
        Figure("keeping", "Behaviours that go with staying", sum(row["effect"] == "keeps" for row in strengths), "behaviours"),
        Figure("driving_away", "Behaviours that go with leaving", sum(row["effect"] == "drives_away" for row in strengths), "behaviours"),
        Figure("precision", "Warnings that were right, on a later day", precision, "share", why_missing=why),
        Figure("precision_of_recency", "Right by days since the last order", recency, "share", why_missing=why),
    )


def _drawn(base: Base, tables: dict[str, pa.Table]) -> list[Drawn]:
    drawn = [
        Drawn(
            "ranges",
            "behaviours",
            "How many more leave with each behaviour",
            "meaning",
            "leaving_expected",
            "share",
            "leaving_low",
            "leaving_high",
        )
    ]
    if len(tables["veering"]):
        title = "What is at risk where behaviours veer"
        drawn.append(
            Drawn("ranges", "veering", title, "meaning", "at_risk_expected", base.project.reporting_currency, "at_risk_low", "at_risk_high")
        )
    if len(tables["trend"]):
        drawn.append(
            Drawn(
                "lines", "trend", "Share of customers with whom each behaviour veers", "day", "veering_share", "share", series="behaviour"
            )
        )
    return drawn
