"""Whom the company has lost, why, what they had brought, and what their loss costs."""

from __future__ import annotations

from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import customer_base
from unequal.answers import lost_tables
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import estimate
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import attributes_named, dimension, narrow
from unequal.answers.next_file import next_file_worth_most
from unequal.answers.occasions import posts_nothing
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import exact_text, money_text
from unequal.terms.errors import AnswerError
from unequal.terms.house_words import named
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.money import TOTAL
from unequal.terms.periods import Period

_MONTHS_A_YEAR: Final = 12
_TOO_FAR: Final = 50
"""Years beyond which the pace of a few years tells nothing."""
_BY: Final = {"value": "", "reason": ", by the reason recorded", "relationship": ", by line of business"}


def lost(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """How many customers were lost, why, what they had brought and what they would have brought still.

    Args:
        base: a published run.
        where: a predicate over those lost: relationship, how, reason, kind, band, their attributes, p_alive, brought, ...
        by: a column of them to slice by; reasons by default.
        period: those lost within it: by the day of the end, of the silent by that on which the next order was due.
        level: the evidence level of what they had brought; the base's by default.

    Raises:
        AnswerError: ANS016, nothing tells who has left; ANS003, the level is not reached; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    at = level_asked(base, level)
    every = gone(base, at, where, by)
    chosen = base.keep(_narrowed(base, every, where, period))
    whole = _whole(base, chosen)
    if not whole["customers"] and where is None and period is None and not _can_be_lost(base):
        raise lacking("lost", "no customer with an order, a contract (value.relationships) or a source that says who has left (turnover.departures)",
                      do="post sales with their days, or map turnover.departures")  # fmt: skip
    tables = lost_tables.tables(base, chosen, None if by is None else dimension(chosen, by))
    half = None if where is not None or period is not None else lost_tables.half_life(base)
    return Answer(
        question="lost",
        title="Whom we lost, and why",
        sentence=_sentence(base, whole, at, half),
        findings=tuple(_findings(base, whole, tables, at)),
        level=at,
        currency=base.project.reporting_currency,
        period=f"{period.start} to before {period.end}" if period else whole_period(base),
        as_of=base.published_at,
        run_id=base.run_id,
        project=base.project.project,
        figures=_figures(base, whole, tables, at, half),
        table=tables["slices"] if by is not None else tables["reasons"] if tables["reasons"].num_rows else tables["lines"],
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal export lost",
        next_file=next_file_worth_most(base.project, at),
        words=base.project.value.words,
        shown=_shown(tables, at, by, dollars_known=not posts_nothing(base.project)),
        drawn=_drawn(base, tables, by),
    )


def level_asked(base: Base, level: Level | None) -> Level:
    """The evidence level asked for, the base's where none is.

    Raises:
        AnswerError: ANS003, the base does not reach it.
    """
    order = list(Level)
    if level is not None and order.index(level) > order.index(base.level):
        raise AnswerError("ANS003", "this base does not reach that evidence level", where="--level", seen=f"{level}; reached: {base.level}",
                          do="map the costs that the level needs, or ask for a lower one")  # fmt: skip
    return level or base.level


def gone(base: Base, level: Level, *texts: str | None) -> ibis.Table:
    """LOST beside what is known of the customers: brought (at a level), year (of the loss), reason_told, and attributes, see `attributes_named`."""
    left, known = base.table("lost"), attributes_named(base, *texts)
    wide = (
        left.left_join(base.brought(level), "customer_id")
        .drop("customer_id_right")
        .left_join(known, "customer_id")
        .drop("customer_id_right")
    )
    silent = lost_tables.defaults(base)
    said = wide["reason"].isin(sorted(silent)) if silent else ibis.literal(value=False)
    told = ibis.cases(
        (wide["how"] == "silent", "silent"), (wide["reason"].isnull(), "none recorded"), (said, "only the default"), else_="recorded"
    )
    return wide.mutate(brought=wide["brought"].fill_null(0).cast(TOTAL), year=wide["lost_on"].year().cast("string"), reason_told=told)


def _narrowed(base: Base, rows: ibis.Table, where: str | None, period: Period | None) -> ibis.Table:
    rows = narrow(rows, where=where, period=None, leads_to=base.leads_to)
    return rows if period is None else rows.filter(rows["lost_on"] >= period.start, rows["lost_on"] < period.end)


def _can_be_lost(base: Base) -> bool:
    project = base.project
    found = base.fetch(base.table("lifetime").aggregate(rows=base.table("lifetime").count()))[0]["rows"]
    return bool(found) or bool(project.turnover.departures)


def _whole(base: Base, rows: ibis.Table) -> dict[str, Any]:
    """Counts and dollars of all who were lost: each customer's dollars once."""
    each = rows.group_by("customer_id").aggregate(
        everywhere=rows["everywhere"].max(), brought=rows["brought"].max(), ended=(rows["how"] == "ended").max()
    )
    counted = each.aggregate(
        customers=each.count(),
        everywhere=each["everywhere"].cast("int64").sum().fill_null(0),
        brought=each["brought"].sum(where=each["everywhere"]).fill_null(0).cast(TOTAL),
    )
    ends = rows.aggregate(
        ended=rows["customer_id"].nunique(where=rows["how"] == "ended"), silent=rows["customer_id"].nunique(where=rows["how"] == "silent")
    )
    whole = dict(base.fetch(counted)[0]) | dict(base.fetch(ends)[0])
    return whole | lost_tables.foregone(base, rows)


def _sentence(base: Base, whole: dict[str, Any], at: Level, half: customer_base.steps.turnover.survival.HalfLife | None) -> str:
    words, word, currency = base.project.value.words, WORD_OF_LEVEL[at], base.project.reporting_currency
    if not whole["customers"]:
        return f"None of the {words} asked about are lost."
    told = f"{whole['everywhere']:,} {named(whole['everywhere'], words)} {'is' if whole['everywhere'] == 1 else 'are'} lost"
    if not posts_nothing(base.project):
        told += f" who had brought {exact_text(whole['brought'], currency, places=2)} of {word}"
    if whole["foregone"] is not None:
        mean, low, high = (money_text(estimate(whole[name]), currency) for name in ("foregone", "foregone_low", "foregone_high"))
        told += f"; with what others left in part, {mean} (between {low} and {high}, nine times in ten) is foregone in the next {base.project.value.horizon_weeks:,} weeks"
    return f"{told}; {_half_told(half)}." if half is not None else f"{told}."


def _half_told(half: customer_base.steps.turnover.survival.HalfLife) -> str:
    if half.expected / _MONTHS_A_YEAR > _TOO_FAR:
        return f"at the pace so far it takes more than {_TOO_FAR:,} years to lose half"
    years = f"{half.expected / _MONTHS_A_YEAR:,.1f} years"
    return f"half of the base is lost in {years}" if half.is_reached else f"at the pace so far half would be lost in {years}"


def _findings(base: Base, whole: dict[str, Any], tables: dict[str, pa.Table], at: Level) -> list[str]:
    words, currency, word = base.project.value.words, base.project.reporting_currency, WORD_OF_LEVEL[at]
    told = []
    for row in tables["lines"].to_pylist():
        many = f"{row['customers']:,} {named(row['customers'], words)}"
        how = (
            "said so, or let a contract end" if row["how"] == "ended" else "are silent, which nobody said: by P(alive) and their own rhythm"
        )
        told.append(f"{row['relationship']}: {many} {how}; {row['everywhere']:,} of them are {words} of nothing else.")
    reasons = [row for row in tables["reasons"].to_pylist() if row["reason_told"] == "recorded"]
    if reasons:
        listed = ", ".join(f"{row['reason']} {row['customers']:,}" for row in reasons[:6])
        told.append(f"Reasons recorded: {listed}.")
        first = reasons[0]
        told.append(f"The most frequent, {first['reason']}, took {money_text(first['brought'], currency)} of {word} with it.")
    empty = [row for row in tables["reasons"].to_pylist() if row["reason_told"] in ("only the default", "none recorded")]
    for row in empty:
        name = f"the form's default, {row['reason']}" if row["reason"] else "no reason at all"
        told.append(f"{row['customers']:,} carry {name}: it says nothing, and is set aside.")
    told += lost_tables.signs_told(tables)
    back = tables["won_back"].to_pylist()
    if back:
        told.append(" ".join(_back_told(row, words) for row in back))
    if whole["foregone"] is not None and tables["worth_winning"].num_rows:
        row = tables["worth_winning"].to_pylist()[0]
        told.append(
            f"Worth winning back first: {row['customer_id']}, who would be expected to bring {money_text(estimate(row['foregone_expected']), currency)} more; "
            f"what winning back costs and how often it succeeds is not in it."
        )
    if posts_nothing(base.project):
        told.append("No source posts a dollar, so what they had brought is not known (sources.NAME.postings).")
    elif at is Level.REVENUE:
        told.append("No costs are known: what they had brought is revenue, and not profit.")
    if lost_tables.is_withheld(tables):
        told.append(f"Slices of fewer than {lost_tables.FEWEST} {words} stand together.")
    return told


def _back_told(row: dict[str, Any], words: str) -> str:
    how = (
        "after the end of a contract"
        if row["how"] == "ended"
        else "after a silence that their rhythm does not explain (one in a hundred is so by chance)"
    )
    return f"{row['customers']:,} {words} of {row['relationship']} came back {how}."


def _figures(
    base: Base, whole: dict[str, Any], tables: dict[str, pa.Table], at: Level, half: customer_base.steps.turnover.survival.HalfLife | None
) -> tuple[Figure, ...]:
    currency, words = base.project.reporting_currency, base.project.value.words
    unknown = posts_nothing(base.project)
    why = "No source posts a dollar." if unknown else ""
    found = [
        Figure("lost", f"{words.capitalize()} lost altogether", int(whole["everywhere"]), "customers"),
        Figure("brought", f"They had brought: {WORD_OF_LEVEL[at]}", None if unknown else whole["brought"], currency, why_missing=why),
    ]
    if whole["foregone"] is not None:
        mean, low, high = (estimate(whole[name]) for name in ("foregone", "foregone_low", "foregone_high"))
        found.append(Figure("foregone", "Foregone within the horizon", mean, currency, low=low, high=high, note="estimate"))
    found += [
        Figure("ended", "Said so, or a contract ended", int(whole["ended"]), "customers"),
        Figure("silent", "Silent", int(whole["silent"]), "customers"),
    ]
    expected = lost_tables.expected_silent(base) if base.table("lost") is not None else None
    if half is not None:
        ends = [None if end == float("inf") else round(end / _MONTHS_A_YEAR, 2) for end in (half.low, half.high)]
        too_far = half.expected / _MONTHS_A_YEAR > _TOO_FAR
        note = "estimate" if half.is_reached else "the pace so far drawn on"
        found.append(
            Figure(
                "half_life",
                "Half of the base is lost in",
                None if too_far else round(half.expected / _MONTHS_A_YEAR, 2),
                "years",
                low=None if too_far else ends[0],
                high=None if too_far else ends[1],
                why_missing=f"Too few were lost: more than {_TOO_FAR:,} years at the pace so far." if too_far else "",
                note=note,
            )
        )
    if expected is not None:
        found.append(
            Figure(
                "silent_expected",
                "Silent and gone, expected by P(alive), of the whole base",
                expected[0],
                "customers",
                *expected[1:],
                note="estimate",
            )
        )
    found.append(Figure("won_back", "Won back", sum(row["customers"] for row in tables["won_back"].to_pylist()), "customers"))
    recorded = sum(row["customers"] for row in tables["reasons"].to_pylist() if row["reason_told"] == "recorded")
    if whole["ended"]:
        found.append(
            Figure("with_reason", "Of those who said so, with a reason that says something", round(recorded / whole["ended"], 4), "share")
        )
    return tuple(found)


def _shown(tables: dict[str, pa.Table], at: Level, by: str | None, *, dollars_known: bool) -> tuple[Shown, ...]:
    brought = (Column("brought", f"{WORD_OF_LEVEL[at].capitalize()} brought", "money"),) if dollars_known else ()
    dollars = (
        Column("customers", "Lost", "count", "lost"), Column("everywhere", "Lost altogether", "count"), *brought,
        Column("foregone_expected", "Foregone", "money", "foregone", "nothing forecast"), Column("foregone_low", "From", "money", "range"),
        Column("foregone_high", "To", "money"),
    )  # fmt: skip
    shown = []
    if by is not None:
        shown.append(Shown("slices", f"Lost by {by}", (Column("value", by.capitalize(), "name", why_missing="not known"), *dollars)))
    if tables["reasons"].num_rows:
        reason = (
            Column("reason", "Reason", "name", why_missing="none recorded"),
            Column("reason_told", "What it says", "text", "default_reason"),
        )
        shown.append(Shown("reasons", "Why they left, as recorded", (*reason, *dollars)))
    shown.append(
        Shown(
            "lines",
            "By line of business",
            (Column("relationship", "Line of business", "name"), Column("how", "How", "text", "silent"), *dollars),
        )
    )
    if any(tables["years"]["year"].to_pylist()):
        shown.append(Shown("years", "By year of the loss", (Column("year", "Year", "name", why_missing="not known"), *dollars)))
    if tables["signs"].num_rows:
        shown.append(Shown("signs", "What differed in their last half year (association, no cause)", (
            Column("sign", "Counted in the half year", "name", "association"), Column("how", "How they left", "text"), Column("lost_mean", "Of those lost", "number"),
            Column("stayed_mean", "Of those who stayed", "number"), Column("difference_low", "Difference from", "number", "range"),
            Column("difference_high", "To", "number"), Column("strength", "Strength", "number"),
        )))  # fmt: skip
    if tables["worth_winning"].num_rows:
        shown.append(Shown("worth_winning", "Worth winning back: most foregone", (
            Column("customer_id", "Customer", "code"), Column("relationship", "Line of business", "name"), Column("lost_on", "Since", "day", why_missing="not known"),
            Column("reason", "Reason", "name", why_missing="none recorded"), *brought, Column("foregone_expected", "Foregone", "money"),
        )))  # fmt: skip
    return tuple(shown)


def _drawn(base: Base, tables: dict[str, pa.Table], by: str | None) -> tuple[Drawn, ...]:
    drawn = []
    table, label = (
        ("slices", "value") if by is not None else ("reasons", "reason") if tables["reasons"].num_rows else ("lines", "relationship")
    )
    drawn.append(
        Drawn("bars", table, f"{base.project.value.words.capitalize()} lost{_BY[label]}", label, "customers", "customers", neutral=True)
    )
    if tables["kept"].num_rows > 1:
        drawn.append(
            Drawn(
                "lines", "kept", "Share still there, by months since the beginning", "at", "kept_expected", "share", series="relationship"
            )
        )
    return tuple(drawn)
