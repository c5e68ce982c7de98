"""What customers need: groups by what they do, beside what they are worth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pyarrow as pa

from unequal import customer_base
from unequal.answers import needs_tables
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import of_before_verdicts
from unequal.answers.lacking import lacking, refuse_narrowing
from unequal.answers.narrowing import dimension
from unequal.answers.needs_tables import FEWEST
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text, share_text
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

_HALF: Final = 0.5
_MOST_KNOWN: Final = 3


def needs(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Which customers have the same needs, by what they do and not by what they are worth; and what each group brings.

    Args:
        base: a published run.
        where: a predicate over customers who buy; groups, and how surely they stand, are found in the whole base.
        by: a dimension of customers to slice the groups by.
        period, level: not for this question: habits are of all that is known, dollars at the base's own level.

    Raises:
        AnswerError: ANS001, the run is too old; ANS011, a period or level is given; ANS016, too few customers buy often enough; ANS002, no such
            dimension.
        PredicateError: `where` is refused.
    """
    refuse_narrowing("habits are told of all that is known", period, level, do="ask without --from, --to and --level")
    found = needs_tables.groups(base)
    if not base.fetch(base.table("needs_habit").filter(base.table("needs_habit")["errors"] != 0).limit(1)) or _too_few(base):
        fewest, days = customer_base.steps.needs.FEWEST_CUSTOMERS, customer_base.steps.needs.FEWEST_DAYS
        raise lacking("needs", f"fewer than {fewest} customers who bought on {days} days or more (entry.booked_on of list_revenue)",
                      "map sales with their customers and days, of some years")  # fmt: skip
    rows = base.keep(needs_tables.customers(base, where))
    key = None if by is None else dimension(rows, by)
    tables = needs_tables.tables(base, rows, found, where, key)
    whole = needs_tables.whole(base, rows)
    return Answer(
        question="needs",
        title="What customers need",
        sentence=_sentence(base, tables, whole),
        findings=tuple(_findings(base, tables, whole)),
        period=whole_period(base),
        figures=_figures(base, tables, whole),
        table=tables["slices"] if by is not None else tables["groups"],
        tables=tables,
        where=where,
        by=by,
        drill_down=_drill_down(tables, where),
        shown=[one for one in _shown(base, by) if len(tables[one.table])],
        drawn=_drawn(base, tables),
        is_estimate=True,
        **rests_on(base),
    )


def _too_few(base: Base) -> bool:
    table = base.table("customer_needs")
    often = table.filter(table["days"] >= customer_base.steps.needs.FEWEST_DAYS)
    return (
        len(base.fetch(often.select("customer_id").limit(customer_base.steps.needs.FEWEST_CUSTOMERS)))
        < customer_base.steps.needs.FEWEST_CUSTOMERS
    )


def _told(tables: Mapping[str, pa.Table]) -> list[dict[str, Any]]:
    return [row for row in tables["groups"].to_pylist() if row["stands"]]


def _each(row: Mapping[str, Any], currency: str) -> str:
    return f"{money_text(row['each'], currency)} each"


def _sentence(base: Base, tables: Mapping[str, pa.Table], whole: Mapping[str, Any]) -> str:
    words, word, currency = base.project.value.words, WORD_OF_LEVEL[base.level], base.project.reporting_currency
    told = [row for row in _told(tables) if row["customers"] >= FEWEST]
    if not told:
        return (
            f"No groups of needs stand among the {whole['customers']:,} {words} who buy: {words} of one kind, who differ by degrees, explain their habits as well."
            if not any(row["stands"] for row in tables["groups"].to_pylist())
            else f"Fewer than {FEWEST} of the {words} asked about are of any one group of needs, and nothing is told of so few."
        )
    ranked = sorted(told, key=lambda row: -row["each"])
    best, least = ranked[0], ranked[-1]
    many = f"{len(told)} groups" if len(told) > 1 else "one group"
    start = f"By what they do, and not by what they are worth, {whole['told']:,} of {whole['customers']:,} {words} who buy are of {many}"
    of_best = f"{_named(best, words)} brings {money_text(best['amount'], currency)} of {word}, {_each(best, currency)}"
    if len(told) == 1:
        return f"{start}: {of_best}."
    return f"{start}: {of_best}; {_named(least, words)} {money_text(least['amount'], currency)}, {_each(least, currency)}."


def _named(row: Mapping[str, Any], words: str) -> str:
    """A group by its name in quotes, as it stands in the data, and how many it has."""
    return f"\u201c{row['needs_group']}\u201d ({row['customers']:,} {words})"


def _findings(base: Base, tables: Mapping[str, pa.Table], whole: Mapping[str, Any]) -> list[str]:
    words, word = base.project.value.words, WORD_OF_LEVEL[base.level]
    told = list(of_before_verdicts(base, base.table("customer_value")))
    told += [_standing(row, words) for row in _told(tables) if row["customers"] >= FEWEST]
    thin = sum(0 < row["customers"] < FEWEST for row in _told(tables))
    if thin:
        told.append(f"What {thin} {'group' if thin == 1 else 'groups'} of fewer than {FEWEST} {words} each bring is withheld.")
    unsteady = [row["needs_group"] for row in tables["groups"].to_pylist() if not row["stands"]]
    if unsteady:
        named = "; ".join(f"\u201c{name}\u201d" for name in unsteady)
        told.append(f"Not told as groups, for they do not come out again when {words} are drawn anew: {named}.")
    told += _needs_and_value(base, tables, whole)
    told += [_known(row, words) for row in tables["known"].to_pylist()[:_MOST_KNOWN]]
    told += [_said(row, words) for row in tables["said"].to_pylist()[:_MOST_KNOWN]]
    same = sorted({row["meaning"] for row in tables["habits"].to_pylist() if not row["used"]})
    if same:
        told.append(f"{words.capitalize()} hardly differ, beyond chance, in: {'; '.join(text[:1].lower() + text[1:] for text in same)}.")
    why = {row["why_not"]: row["customers"] for row in tables["untold"].to_pylist()}
    if why:
        listed = "; ".join(f"{many:,} {needs_tables.WHY_NOT[name]}" for name, many in why.items())
        told.append(f"Of no group: {listed}.")
    if not _told(tables):
        return told
    told.append(
        f"Groups are of what {words} do. That a group brings more or less {word} is an association: another need need not be the cause."
    )
    return told


def _standing(row: Mapping[str, Any], words: str) -> str:
    found = ""
    if row["rule"] is not None:
        found = (
            f" A rule finds {share_text(round(row['rule_caught_share'], 4))} of them, and of those it finds {share_text(round(row['rule_precision'], 4))} are: "
            f"{row['rule']}."
        )
    return (
        f"\u201c{row['needs_group']}\u201d: {row['customers']:,} {words}; it comes out again {row['jaccard_expected']:.2f} alike "
        f"({row['jaccard_low']:.2f} to {row['jaccard_high']:.2f}; 1 is the same).{found}"
    )


def _needs_and_value(base: Base, tables: Mapping[str, pa.Table], whole: Mapping[str, Any]) -> list[str]:
    """That customers differ by needs as well as value: how little one tells of the other."""
    if whole["explained"] is None:
        return []
    word, words = WORD_OF_LEVEL[base.level], base.project.value.words
    told = [
        f"Groups account for {share_text(round(whole['explained'], 4))} of the differences in {word} between {words}, and bands for "
        f"{share_text(round(whole['uncertainty'], 4))} of what is uncertain of a group: needs are another thing than value."
        if whole["explained"] < _HALF
        else f"Groups account for {share_text(round(whole['explained'], 4))} of the differences in {word} between {words}."
    ]
    losing = [row for row in tables["bands"].to_pylist() if row["band"] == "unprofitable" and row["customers"] >= FEWEST]
    if losing:
        most = max(losing, key=lambda row: row["share"])
        told.append(
            f"Below zero most often: \u201c{most['needs_group']}\u201d, {share_text(round(most['share'], 4))} of them ({most['customers']:,} {words})."
        )
    return told


def _known(row: Mapping[str, Any], words: str) -> str:
    return (
        f"{row['attribute'].replace('_', ' ').capitalize()} {row['value']} is {share_text(round(row['group_share'], 4))} of \u201c{row['needs_group']}\u201d and "
        f"{share_text(round(row['others_share'], 4))} of other {words} (difference {_points(row['difference_low'])} to {_points(row['difference_high'])})."
    )


def _points(share: float) -> str:
    return f"{share * 100:+.1f}"


def _said(row: Mapping[str, Any], words: str) -> str:
    return (
        f"In surveys \u201c{row['needs_group']}\u201d score {row['attribute']} {row['group_mean']:.1f}, other {words} {row['others_mean']:.1f} "
        f"(difference {row['difference_low']:+.1f} to {row['difference_high']:+.1f})."
    )


def _figures(base: Base, tables: Mapping[str, pa.Table], whole: Mapping[str, Any]) -> tuple[Figure, ...]:
    standing = _told(tables)
    test = tables["stability"].to_pylist()
    words = base.project.value.words
    why = "No groups were found."
    rand = (test[0]["rand_expected"], test[0]["rand_low"], test[0]["rand_high"]) if test else (None, None, None)
    explained = whole["explained"]
    return (
        Figure("groups", "Groups of needs that stand", len(standing), "groups"),
        Figure("told", f"{words.capitalize()} told to be of one", whole["told"], "customers"),
        Figure("buying", f"{words.capitalize()} who buy", whole["customers"], "customers"),
        Figure("rand", "Partitions alike when drawn anew", _rounded(rand[0]), "index", low=_rounded(rand[1]), high=_rounded(rand[2]),
               why_missing="" if test else why),
        Figure("explained", f"Of the differences in {WORD_OF_LEVEL[base.level]}, accounted for by groups", _rounded(explained), "share",
               why_missing="" if explained is not None else why),
    )  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _drill_down(tables: Mapping[str, pa.Table], where: str | None) -> str:
    named = [row["needs_group"] for row in sorted(_told(tables), key=lambda row: row["amount"] or 0)]
    if not named:
        return "unequal export needs"
    own = "needs_group = '{}'".format(named[0].replace("'", "''"))
    return 'unequal export customers --where "{}"'.format(own if where is None else f"({where}) and {own}")


def _shown(base: Base, by: str | None) -> list[Shown]:
    word = WORD_OF_LEVEL[base.level]
    few = f"fewer than {FEWEST} customers"
    money = [Column("amount", word.capitalize(), "money", why_missing=few), Column("each", "Each", "money", why_missing=few)]
    sliced = Shown("slices", f"Groups by {by}", [Column("value", str(by).capitalize(), "name", why_missing="not known"), Column("needs_group", "Group", "name"),
                   Column("customers", "Customers", "count"), Column("share", "Of the value", "share"), *money],
                   f"Cells of fewer than {FEWEST} customers are withheld.", most=24)  # fmt: skip
    return [
        Shown("groups", "Groups of needs",
              [Column("needs_group", "Group", "name", "needs_group"), Column("customers", "Customers", "count"), *money,
               Column("value_expected", "Will bring", "money", "expected", "nothing is forecast"), Column("value_low", "at least", "money"),
               Column("value_high", "at most", "money")],
              "Named by what they do more, or less, than all others. Value still to come is a forecast."),
        *([sliced] if by is not None else []),
        Shown("bands", "Groups by band of value",
              [Column("needs_group", "Group", "name"), Column("band_label", "Band", "text", "band"), Column("customers", "Customers", "count"),
               Column("share", "Of the group", "share"), money[0]], most=24),
        Shown("standing", "How surely each group stands, and the rule that finds it",
              [Column("needs_group", "Group", "name"), Column("verdict", "It", "text"), Column("jaccard_expected", "Comes out again", "number", "jaccard"),
               Column("jaccard_low", "at least", "number"), Column("jaccard_high", "at most", "number"), Column("rule", "Rule", "text", why_missing="none finds it"),
               Column("rule_caught_share", "Finds", "share", "needs_rule"), Column("rule_precision", "Rightly", "share")]),
        Shown("traits", "What each group does, beside all others",
              [Column("needs_group", "Group", "name"), Column("words", "It", "text"), Column("group_share", "In the group", "number", "habit_share"),
               Column("others_share", "Others", "number")], "Shares of the times; of contacts, how often for each day of buying.", most=24),
        Shown("known", "What is given of them: differences beyond chance",
              [Column("attribute", "Given", "text"), Column("value", "As", "name"), Column("needs_group", "Group", "name"),
               Column("group_share", "In the group", "share"), Column("others_share", "Others", "share"),
               Column("difference_low", "difference at least", "share"), Column("difference_high", "at most", "share")],
              "Each attribute given of enough customers is looked at; one in a hundred such ranges leaves out the truth."),
        Shown("said", "What they say when asked: differences beyond chance",
              [Column("attribute", "Asked of", "text"), Column("needs_group", "Group", "name"), Column("answers", "Answers", "count"),
               Column("group_mean", "The group", "number"), Column("others_mean", "Others", "number"), Column("difference_low", "difference at least", "number"),
               Column("difference_high", "at most", "number")]),
    ]  # fmt: skip


def _drawn(base: Base, tables: Mapping[str, pa.Table]) -> list[Drawn]:
    if not _told(tables):
        return []
    return [
        Drawn(
            "bars",
            "groups",
            f"{WORD_OF_LEVEL[base.level].capitalize()} of each group",
            "needs_group",
            "amount",
            base.project.reporting_currency,
        ),
        Drawn("matrix", "bands", "Groups by band: share of each group", "needs_group", "share", "share", series="band_label", neutral=True),
        Drawn(
            "ranges",
            "standing",
            "How alike each group comes out again",
            "needs_group",
            "jaccard_expected",
            "share",
            "jaccard_low",
            "jaccard_high",
        ),
    ]
