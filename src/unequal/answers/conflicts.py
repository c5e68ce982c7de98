"""Programmes and incentives that pull one customer in opposite directions, and the customers caught between them."""

from __future__ import annotations

from itertools import combinations
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal.answers import bringing, opposed_policies
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import of_before_verdicts, range_text, ranged_figure, totals_of, wide_values
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import columns_to_ask, dimension
from unequal.answers.occasions import as_assumed, assumptions
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.predicates import compile_batch, led, parse
from unequal.terms.amounts import money_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.money import TOTAL
from unequal.terms.periods import Period

QUESTION: Final = "conflicts"
_SINCE_EVER, _FOR_EVER = "0001-01-01", "9999-12-31"


def conflicts(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Which programmes pull one customer in opposite directions, who is caught, and what they bring.

    Args:
        base: a published run, of a project that declares programmes.
        where: a predicate over customers.
        by: a dimension of those caught to slice by.
        period, level: not for this question: programmes say when they hold.

    Raises:
        AnswerError: ANS011, a period or level is given; ANS016, no programme is declared, or the run is older than the programmes;
            ANS002, no such dimension.
        PredicateError: `where`, or the rule of a programme, is refused.
    """
    if period is not None or level is not None:
        raise AnswerError("ANS011", "programmes say when they hold", seen="--from, --to or --level", do="ask without them")
    declared = base.project.programmes
    if not declared and base.acting() is None:
        raise lacking(QUESTION, "no programme or incentive is declared (programmes)",
                      "declare under programmes what is done to whom, and towards what it pushes")  # fmt: skip
    if "programme_member" not in base.tables and any(one.reached for one in declared.values()):
        raise lacking(QUESTION, "whom programmes reached (programme_member) is not in this run", "run `unequal run` again")
    opposed = _opposed(base)
    customers = base.keep(_customers(base, where, by))
    caught = base.keep(caught_between(base, customers, opposed))
    rows = _rows(base, customers, caught, opposed)
    of_policies = opposed_policies.opposed_policies(base, customers if where is not None else None)
    total = next(iter(totals_of(base, customers.semi_join(caught, "customer_id"), None)), None)
    some = total if total is not None and total["customers"] else None
    tables = {
        "conflicts": _typed(rows, _CONFLICTS),
        "programmes": _programmes(base, customers),
        "caught": _caught_table(base, customers, caught),
    }
    if by is not None:
        tables["slices"] = _slices(base, customers.semi_join(caught, "customer_id"), by)
    if of_policies is not None:
        tables["policies"] = of_policies
    return Answer(
        question=QUESTION,
        title="Who is pulled in opposite directions",
        sentence=_sentence(base, rows, some) if declared else opposed_policies.sentence(base, of_policies),
        findings=(
            *of_before_verdicts(base, base.table("customer_value")),
            *_findings(base, rows),
            *opposed_policies.findings(base, of_policies),
        ),
        period=f"{base.project.value.horizon_weeks:,} weeks ahead (known: {whole_period(base)})",
        figures=as_assumed(base, _figures(base, rows, some)),
        table=tables["conflicts"],
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal ask conflicts --json",
        shown=(*_shown(base, by), *((opposed_policies.SHOWN,) if of_policies is not None else ())),
        drawn=(Drawn("bars", "conflicts", "Customers caught between two programmes", "pair", "customers", "customers"),),
        is_estimate=True,
        **rests_on(base),
    )


def _opposed(base: Base) -> list[tuple[str, str, str]]:
    """Pairs of programmes that oppose each other, and in what."""
    found = []
    for (first, one), (second, other) in combinations(base.project.programmes.items(), 2):
        why = one.opposes(other) or ("as declared" if second in one.against or first in other.against else None)
        if why is not None:
            found.append((first, second, why))
    return found


def everybody_caught(base: Base) -> ibis.Table | None:
    """Who is caught between any two programmes: of `caught_between`; None where none are declared, or the run is older than they."""
    declared = base.project.programmes
    if not declared or ("programme_member" not in base.tables and any(one.reached for one in declared.values())):
        return None
    return caught_between(base, _customers(base, None, None), _opposed(base))


def _customers(base: Base, where: str | None, by: str | None) -> ibis.Table:
    """All customers beside their values, nothing where they never bought, so that who costs and never bought is caught too."""
    table = bringing.everyone(base, where, "kind", by, *(one.who for one in base.project.programmes.values()))
    numbers = ("p_alive", "value_expected", "value_low", "value_high")
    nothing = ibis.literal(0).cast(TOTAL)
    return table.mutate(
        **{name: table[name].fill_null(0.0) for name in numbers},
        brought=table["brought"].fill_null(nothing), brought_last_year=table["brought_last_year"].fill_null(nothing),
    )  # fmt: skip


def members(base: Base, customers: ibis.Table) -> ibis.Table:
    """Whom each programme concerns, among some customers: by the rows of a source, or by a rule over customers.

    Returns:
        programme, customer_id, since, until (dates, of a time without an end those of the calendar).
    """
    parts = []
    if "programme_member" in base.tables:
        told = base.table("programme_member").semi_join(customers, "customer_id")
        parts.append(told.select("programme", "customer_id", "since", "until"))
    for name, programme in base.project.programmes.items():
        if programme.who is not None:
            rule = led(
                parse(programme.who, columns_to_ask(wide_values(base)), where=f"programmes.{name}.who"), "customer_id", base.leads_to
            )
            meant = customers.filter(compile_batch(rule, customers))
            days = {
                key: ibis.literal(day, "date") if day else ibis.null("date")
                for key, day in (("since", programme.since), ("until", programme.until))
            }
            parts.append(
                meant.select("customer_id")
                .mutate(programme=ibis.literal(name), **days)
                .select("programme", "customer_id", "since", "until")
            )
    if not parts:
        ends = {key: ibis.null("date") for key in ("since", "until")}
        nobody = customers.filter(ibis.literal(value=False)).mutate(programme=ibis.literal(""), **ends)
        parts.append(nobody.select("programme", "customer_id", "since", "until"))
    every = parts[0] if len(parts) == 1 else ibis.union(*parts, distinct=False)
    ever = {"since": _SINCE_EVER, "until": _FOR_EVER}
    return every.mutate(**{name: every[name].fill_null(ibis.date(day)) for name, day in ever.items()})


def caught_between(base: Base, customers: ibis.Table, opposed: list[tuple[str, str, str]]) -> ibis.Table:
    """Who is caught between which two programmes, at one time at least.

    Returns:
        programme, against, customer_id, since: the first day on which both held.
    """
    concerned = members(base, customers)
    if not opposed:
        return concerned.filter(ibis.literal(value=False)).select("programme", "customer_id", "since", against="programme")
    parts = []
    for first, second, _ in opposed:
        one = concerned.filter(concerned["programme"] == first)
        other = concerned.filter(concerned["programme"] == second).select(
            _id="customer_id", _since="since", _until="until", against="programme"
        )
        both = one.inner_join(other, one["customer_id"] == other["_id"])
        both = both.filter(both["since"] <= both["_until"], both["_since"] <= both["until"])
        parts.append(both.select("programme", "against", "customer_id", since=ibis.greatest(both["since"], both["_since"])))
    every = parts[0] if len(parts) == 1 else ibis.union(*parts, distinct=False)
    return every.group_by("programme", "against", "customer_id").aggregate(since=every["since"].min())


_CONFLICTS: Final = {
    "pair": pa.string(), "programme": pa.string(), "against": pa.string(), "opposed_in": pa.string(), "customers": pa.int64(),
    "brought": pa.decimal128(28, 4), "brought_last_year": pa.decimal128(28, 4), "value_expected": pa.float64(), "value_low": pa.float64(),
    "value_high": pa.float64(), "incentives": pa.string(),
}  # fmt: skip


def _rows(base: Base, customers: ibis.Table, caught: ibis.Table, opposed: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """A row for each pair of opposed programmes, the one that most are caught in first; nought where nobody is."""
    pair = caught["programme"].concat(" against ", caught["against"])
    told = caught.select("customer_id", pair=pair).inner_join(customers, "customer_id")
    found = {row["segment"]: row for row in totals_of(base, told, "pair")}
    last = {
        row["pair"]: row["last"] for row in base.fetch(told.group_by("pair").aggregate(last=told["brought_last_year"].sum().cast(TOTAL)))
    }
    rows = []
    for first, second, why in opposed:
        name = f"{first} against {second}"
        incentives = "; ".join(
            base.project.programmes[one].incentive or "" for one in (first, second) if base.project.programmes[one].incentive
        )
        row = found.get(name, {"customers": 0, "brought": None, "value_expected": None, "value_low": None, "value_high": None})
        rows.append({**row, "pair": name, "programme": first, "against": second, "opposed_in": why, "brought_last_year": last.get(name),
                     "incentives": incentives or None})  # fmt: skip
    return sorted(rows, key=lambda row: (-row["customers"], row["pair"]))


def _programmes(base: Base, customers: ibis.Table) -> pa.Table:
    """Each programme with whom it concerns."""
    concerned = members(base, customers)
    counted = {
        row["programme"]: row["customers"]
        for row in base.fetch(concerned.group_by("programme").aggregate(customers=concerned["customer_id"].nunique()))
    }
    rows = [
        {
            "programme": name,
            "pushes": ", ".join(one.pushes).replace("_", " "),
            "customers": counted.get(name, 0),
            "incentive": one.incentive,
        }
        for name, one in base.project.programmes.items()
    ]
    return _typed(rows, {"programme": pa.string(), "pushes": pa.string(), "customers": pa.int64(), "incentive": pa.string()})


def _caught_table(base: Base, customers: ibis.Table, caught: ibis.Table) -> pa.Table:
    """Everybody who is caught, by what is expected of him."""
    joined = caught.inner_join(customers.select("customer_id", "brought", "brought_last_year", "value_expected"), "customer_id")
    told = joined.select("customer_id", "programme", "against", "since", "brought", "brought_last_year", "value_expected")
    return base.arrow(told.order_by(ibis.desc("value_expected"), "customer_id", "programme", "against"))


_SLICES: Final = {"segment": pa.string(), "customers": pa.int64(), "brought": pa.decimal128(28, 4), "value_expected": pa.float64(),
                  "value_low": pa.float64(), "value_high": pa.float64()}  # fmt: skip


def _slices(base: Base, caught: ibis.Table, by: str) -> pa.Table:
    """Those caught by a dimension; of fewer than ten nothing but their number is told."""
    dimension(caught, by)
    withheld = dict.fromkeys(_SLICES.keys() - {"segment", "customers"})
    rows = [{**row, **(withheld if row["customers"] < bringing.FEWEST else {})} for row in totals_of(base, caught, by)]
    return _typed(rows, _SLICES)


def _typed(rows: list[dict[str, Any]], columns: dict[str, pa.DataType]) -> pa.Table:
    return pa.Table.from_pylist([{name: row[name] for name in columns} for row in rows], pa.schema(list(columns.items())))


def _sentence(base: Base, rows: list[dict[str, Any]], total: dict[str, Any] | None) -> str:
    words, currency = base.project.value.words, base.project.reporting_currency
    if total is None:
        return f"Of {len(base.project.programmes):,} programmes declared {len(rows):,} pairs oppose each other, and nobody is caught between them."
    pairs = sum(1 for row in rows if row["customers"])
    many = "pair" if pairs == 1 else "pairs"
    return (
        f"{total['customers']:,} {words} are pulled in opposite directions by {pairs:,} {many} of programmes; they have brought "
        f"{money_text(total['brought'], currency)} of {WORD_OF_LEVEL[base.level]} so far and are expected to bring {range_text(total, 'value', currency)}."
    )


def _findings(base: Base, rows: list[dict[str, Any]]) -> list[str]:
    words, currency, word = base.project.value.words, base.project.reporting_currency, WORD_OF_LEVEL[base.level]
    told = []
    for row in rows:
        name = row["pair"].replace("_", " ")
        if not row["customers"]:
            told.append(f"{name} ({row['opposed_in']}): nobody is caught.")
            continue
        paid = f" Paid for: {row['incentives']}." if row["incentives"] else ""
        told.append(
            f"{name} ({row['opposed_in']}): {row['customers']:,} {words} are caught, who brought {money_text(row['brought_last_year'], currency)} of {word} "
            f"in the last year and are expected to bring {range_text(row, 'value', currency)}.{paid}"
        )
    told.append(
        "That somebody is caught says that both concern him at one time, and not what it costs: for that hold one of the two back from some, by lot."
    )
    return [*told, *assumptions(base.project)]


def _figures(base: Base, rows: list[dict[str, Any]], total: dict[str, Any] | None) -> tuple[Figure, ...]:
    currency, words = base.project.reporting_currency, base.project.value.words
    counts = (
        Figure("caught", f"{words.capitalize()} pulled in opposite directions", total["customers"] if total else 0, "customers"),
        Figure("pairs", "Opposed pairs of programmes", len(rows), "pairs"),
    )
    if total is None:
        return counts
    return (
        *counts,
        Figure("brought", "Brought by them so far (fact)", total["brought"], currency),
        ranged_figure("value", "Expected of them within the horizon, discounted", total, "value", currency),
    )


def _shown(base: Base, by: str | None) -> tuple[Shown, ...]:
    word = WORD_OF_LEVEL[base.level].capitalize()
    dollars = (
        Column("value_expected", "Expected of them", "money", "expected", "nobody is caught"), Column("value_low", "From", "money", "range"),
        Column("value_high", "To", "money", "range"),
    )  # fmt: skip
    pairs = (
        Column("pair", "Programmes", "text", "conflict"), Column("opposed_in", "Opposed in"), Column("customers", "Customers", "count"),
        Column("brought_last_year", f"{word}, last year", "money", why_missing="nobody is caught"), *dollars,
    )  # fmt: skip
    programmes = (Column("programme", "Programme", "text"), Column("pushes", "Pushes towards"), Column("customers", "Customers", "count"),
                  Column("incentive", "Who is paid, and for what", "name", why_missing="nobody"))  # fmt: skip
    caught = (
        Column("customer_id", "Customer", "code"), Column("programme", "Programme"), Column("against", "Against"), Column("since", "Since", "day"),
        Column("brought_last_year", f"{word}, last year", "money"), Column("value_expected", "Expected of it", "money", "expected"),
    )  # fmt: skip
    tables = [Shown("conflicts", "Programmes against each other", pairs), Shown("programmes", "What is declared", programmes),
              Shown("caught", "Who is caught, those first of whom most is expected", caught)]  # fmt: skip
    if by is not None:
        first = (
            Column("segment", by.replace("_", " ").capitalize(), "name", why_missing="not given"),
            Column("customers", "Customers", "count"),
        )
        tables.insert(
            0,
            Shown(
                "slices", f"Who is caught, by {by.replace('_', ' ')}", (*first, *dollars), "Of fewer than ten customers nothing is told."
            ),
        )
    return tuple(tables)
