"""Who brings others: referrals, introductions and mentions, what came of them, and the four kinds of customers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal.answers import bringing, counted_referrals, value_tables
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import estimate, of_before_verdicts, range_text, ranged_figure, totals_of
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import dimension
from unequal.answers.occasions import as_assumed, assumptions, knows_dollars
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text, share_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

QUESTION: Final = "advocates"
TITLE: Final = "Who brings others"
_NAMED: Final = "no relationship of kind referrer or introducer (sources.NAME.relationships), and no counted referrals (advocates.counted)"


def advocates(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Who brings others, what came of it, and who is Champion, Affluent, Advocate or Miser.

    Args:
        base: a published run.
        where: a predicate over customers: who brings, not who was brought.
        by: a dimension of customers to slice by.
        period, level: not for this question: worth is what came so far and will come, at the level of the base.

    Raises:
        AnswerError: ANS011, a period or level is given; ANS016, nothing says who brought whom; ANS014, nobody is meant; ANS002, no such
            dimension.
        PredicateError: `where` is refused.
    """
    if period is not None or level is not None:
        raise AnswerError("ANS011", "this question is about all that came so far and will come", seen="--from, --to or --level",
                          do="ask it without them")  # fmt: skip
    if "customer_value" not in base.tables or "through_others" not in base.tables:
        raise lacking(QUESTION, "what customers are worth (customer_value, through_others)", "run `unequal run` again")
    if bringing.has_ties(base):
        return _named(base, where, by)
    if base.project.advocates.counted is not None:
        return counted_referrals.answer(base, where, by)
    raise lacking(QUESTION, _NAMED, "map the column that names who referred a customer as a relationship of kind referrer")


def _named(base: Base, where: str | None, by: str | None) -> Answer:
    """The answer where it is known who brought whom."""
    customers = base.keep(bringing.everyone(base, where, by))
    who = base.keep(bringing.bringers(base, customers))
    total = bringing.brought_in_all(base, None if where is None else customers)
    at = bringing.thresholds(base, customers)
    placed = base.keep(bringing.in_kinds(base, customers, at))
    used = bringing.channels(base, placed)
    kinds = _kinds(base, placed, used)
    if not kinds:
        raise AnswerError(
            "ANS014", "there is no customer to tell of", seen=where or "no customer has ever bought", do="ask without --where"
        )
    people = bringing.with_ends(base, [dict(row) for row in base.fetch(who)])
    found = {**total, "bringers": len(people), "organisations": sum(row["organisations"] for row in people)}
    tables = _tables(base, people, at, kinds, used)
    if by is not None:
        tables["slices"] = _slices(base, customers, who, by)
    return Answer(
        question=QUESTION,
        title=TITLE,
        sentence=_sentence(base, found),
        findings=(*of_before_verdicts(base, base.table("customer_value")), *_findings(base, found, at, tables)),
        period=f"{base.project.value.horizon_weeks:,} weeks ahead (known: {whole_period(base)})",
        figures=as_assumed(base, _figures(base, found, kinds)),
        table=tables["kinds"],
        tables=tables,
        where=where,
        by=by,
        drill_down=_drill_down(tables),
        shown=_shown(base, at, by),
        drawn=_drawn(base),
        is_estimate=True,
        **rests_on(base),
    )


def _kinds(base: Base, placed: ibis.Table, used: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A row for each of the four kinds that somebody is of, in their order."""
    summed = placed.group_by("kind_of_four").aggregate(
        others=placed["brought_share"].sum(), through_others_expected=placed["through_others_expected"].sum(),
        through_others_low=placed["assumed_low"].sum(), through_others_high=placed["assumed_high"].sum(),
    )  # fmt: skip
    through = {row["kind_of_four"]: row for row in base.fetch(summed)}
    own = {row["segment"]: row for row in totals_of(base, placed, "kind_of_four")}
    every = sum(int(row["customers"]) for row in own.values())
    rows = []
    for kind in bringing.KINDS:
        if kind not in own:
            continue
        of_kind = own[kind]
        row = {
            "kind_of_four": kind, "customers": of_kind["customers"], "share": of_kind["customers"] / every, "brought": of_kind["brought"],
            "own_value_expected": of_kind["value_expected"], "own_value_low": of_kind["value_low"], "own_value_high": of_kind["value_high"],
            **{name: through[kind][name] for name in ("others", "through_others_expected", "through_others_low", "through_others_high")},
            "orders_by": bringing.preferred(used, kind, "orders"), "contacts_by": bringing.preferred(used, kind, "contacts"),
        }  # fmt: skip
        # Through which channel a handful order is chance, and may tell of one of them.
        if int(of_kind["customers"]) < bringing.FEWEST:
            row |= {"orders_by": None, "contacts_by": None}
        rows.append(row)
    return rows


_KINDS: Final = {
    "kind_of_four": pa.string(), "customers": pa.int64(), "share": pa.float64(), "brought": pa.decimal128(28, 4),
    "own_value_expected": pa.float64(), "own_value_low": pa.float64(), "own_value_high": pa.float64(), "others": pa.float64(),
    "through_others_expected": pa.float64(), "through_others_low": pa.float64(), "through_others_high": pa.float64(),
    "orders_by": pa.string(), "contacts_by": pa.string(),
}  # fmt: skip
_USED: Final = {"kind_of_four": pa.string(), "of": pa.string(), "channel": pa.string(), "count": pa.int64(), "share": pa.float64()}
_BRINGERS: Final = {
    "customer_id": pa.string(), "kind": pa.string(), "others": pa.int64(), "organisations": pa.int64(), "came_brought": pa.decimal128(28, 4),
    "came_expected": pa.float64(), "came_low": pa.float64(), "came_high": pa.float64(), "through_others_expected": pa.float64(),
    "assumed_low": pa.float64(), "assumed_high": pa.float64(), "brought": pa.decimal128(28, 4), "own_value_expected": pa.float64(),
}  # fmt: skip


def _tables(
    base: Base, people: list[dict[str, Any]], at: bringing.Thresholds, kinds: list[dict[str, Any]], used: list[dict[str, Any]]
) -> dict[str, pa.Table]:
    def worth(row: dict[str, Any]) -> float:
        return float(row["came_brought"]) + float(row["came_expected"])

    best = sorted(people, key=lambda row: (-worth(row), row["customer_id"]))
    unseen = [row for row in best if (row["own_value_expected"] or 0.0) <= at.own]
    # Of those alike in worth who brought more stands first: sorting keeps the order of equals.
    told = {
        "bringers": _few(best),
        "most_brought": _few(sorted(best, key=lambda row: -row["others"])),
        "unseen": _few(unseen),
        "introducers": _few(sorted((row for row in unseen if row["organisations"]), key=lambda row: -row["organisations"])),
        "ties": bringing.drawn_ties(base, [row["customer_id"] for row in best[: bringing.DRAWN_ROOTS]]),
        "kinds": _typed(kinds, _KINDS),
        "channels": _typed(used, _USED),
    }
    further = {"speakers": value_tables.speakers(base), "lift": value_tables.lift(base)}
    return {**told, **{name: table for name, table in further.items() if table is not None}}


def _few(rows: list[dict[str, Any]]) -> pa.Table:
    return _typed(rows[: bringing.MOST_BRINGERS], _BRINGERS)


def _typed(rows: Sequence[dict[str, Any]], columns: dict[str, pa.DataType]) -> pa.Table:
    return pa.Table.from_pylist([{name: row[name] for name in columns} for row in rows], pa.schema(list(columns.items())))


_SLICES: Final = {
    "segment": pa.string(), "customers": pa.int64(), "bringers": pa.int64(), "bringers_share": pa.float64(), "others": pa.int64(),
    "came_brought": pa.decimal128(28, 4), "came_expected": pa.float64(), "came_low": pa.float64(), "came_high": pa.float64(),
}  # fmt: skip


def _slices(base: Base, customers: ibis.Table, who: ibis.Table, by: str) -> pa.Table:
    """Who brings, by a dimension of those who bring; of fewer than ten customers nothing but their number is told."""
    name = dimension(customers, by)
    known = customers.select("customer_id", segment=customers[name].cast("string"))
    columns = ("others", "came_brought", "came_expected", "came_variance", "came_size")
    bring = who.select(_who="customer_id", **{column: column for column in columns})
    joined = known.left_join(bring, known["customer_id"] == bring["_who"])
    summed = joined.group_by("segment").aggregate(
        customers=joined.count().cast("int64"), bringers=joined["_who"].count().cast("int64"),
        others=joined["others"].sum().fill_null(0).cast("int64"),
        came_brought=joined["came_brought"].sum().fill_null(ibis.literal(0).cast("decimal(28, 4)")).cast("decimal(28, 4)"),
        **{column: joined[column].sum().fill_null(0.0) for column in columns[2:]},
    )  # fmt: skip
    rows = bringing.with_ends(base, [dict(row) for row in base.fetch(summed.order_by(ibis.desc("others"), "segment"))])
    withheld = dict.fromkeys(_SLICES.keys() - {"segment", "customers"})
    told = [
        {**row, "bringers_share": row["bringers"] / row["customers"], **(withheld if row["customers"] < bringing.FEWEST else {})}
        for row in rows
    ]
    return _typed(told, _SLICES)


def _money(base: Base, amount: float) -> str:
    return money_text(estimate(amount), base.project.reporting_currency)


def _sentence(base: Base, found: dict[str, Any]) -> str:
    words, word = base.project.value.words, WORD_OF_LEVEL[base.level]
    if not knows_dollars(base.project):
        return f"{found['bringers']:,} {words} brought {found['others']:,} others; what these are worth is not known, for no dollars are."
    return (
        f"{found['bringers']:,} {words} brought {found['others']:,} others, who have brought "
        f"{money_text(found['came_brought'], base.project.reporting_currency)} of {word} so far and are expected to bring "
        f"{range_text(found, 'came', base.project.reporting_currency)} in {base.project.value.horizon_weeks:,} weeks."
    )


def _findings(base: Base, found: dict[str, Any], at: bringing.Thresholds, tables: dict[str, pa.Table]) -> list[str]:
    words = base.project.value.words
    told: list[str] = []
    if found["others"] > found["bought"]:
        told.append(f"{found['others'] - found['bought']:,} of those brought never bought anything.")
    told += [
        f"{row['kind_of_four']}: {row['customers']:,} {words} ({share_text(round(row['share'], 4))}), themselves expected to bring "
        f"{_money(base, row['own_value_expected'])}, and worth {_money(base, row['through_others_expected'])} through others"
        + _channels_told(row) + "."
        for row in tables["kinds"].to_pylist()
    ]  # fmt: skip
    told.append(
        f"High means above {_money(base, at.own)} of own value ({at.own_told}) and above {_money(base, at.through)} through others "
        f"({at.through_told}). Never add the two over {words}: the same dollars stand with those who were brought."
    )
    told += _unseen(base, tables)
    settings = base.project.value.through_others
    told.append(
        f"What is counted through others assumes that {share_text(settings.came_anyway_share)} would have come anyway; that is assumed, not "
        f"measured, and the range given runs from all of them to none."
    )
    told += counted_referrals.beside(base, found)
    told += _mentions(base, tables)
    return [*told, *assumptions(base.project)]


def _channels_told(row: dict[str, Any]) -> str:
    parts = [f"{of} mostly by {row[name]}" for of, name in (("order", "orders_by"), ("get in touch", "contacts_by")) if row[name]]
    return f"; they {' and '.join(parts)}" if parts else ""


def _unseen(base: Base, tables: dict[str, pa.Table]) -> list[str]:
    """Who would be overlooked by his own value: one who introduced organisations before one who referred."""
    told: list[str] = []
    for name, what in (("introducers", "introduced {organisations:,} organisations"), ("unseen", "brought {others:,} others")):
        row = next(iter(tables[name].slice(0, 1).to_pylist()), None)
        if row is None or (told and row["customer_id"] in told[0]):
            continue
        itself = (
            "has never bought itself"
            if row["own_value_expected"] is None
            else f"is expected to bring {_money(base, row['own_value_expected'])} itself"
        )
        came = f"{money_text(row['came_brought'], base.project.reporting_currency)} so far and are expected to bring {range_text(row, 'came', base.project.reporting_currency)}"
        told.append(f"Easily overlooked: {row['customer_id']} {itself}, and {what.format(**row)}; they have brought {came}.")
    return told


def _mentions(base: Base, tables: dict[str, pa.Table]) -> list[str]:
    parts = {row["part"]: row for row in tables["lift"].to_pylist()} if "lift" in tables else {}
    if "all" not in parts:
        return []
    # Where all together cannot be told from chance, those who said that a mention brought them still may be.
    part = next((name for name in ("all", "told", "others") if name in parts and parts[name]["is_shown"]), "all")
    lift = parts[part]
    low, high = (f"{max(lift[f'brought_customers_{end}'], 0):,.0f}" for end in ("low", "high"))
    many = f"{lift['mentions']:,} mentions, seen or heard {lift['reach']:,} times"
    if not lift["is_shown"]:
        return [f"{many}, brought nobody who can be told from chance (at most {high})."]
    whom = {"all": "", "told": " of those who said so", "others": " of those who did not say so"}[part]
    told = [
        f"{many}, brought {lift['brought_customers_expected']:,.0f} customers{whom} (between {low} and {high}, nine times in ten), measured on first orders."
    ]
    best = next(iter(tables["speakers"].slice(0, 1).to_pylist()), None) if "speakers" in tables else None
    if best is not None and best["is_shown"]:
        worth = range_text(best, "influence", base.project.reporting_currency)
        told.append(f"By mentions {best['customer_id']} brought most: {worth} from {best['mentions']:,} mentions.")
    return told


def _figures(base: Base, found: dict[str, Any], kinds: list[dict[str, Any]]) -> tuple[Figure, ...]:
    currency, words = base.project.reporting_currency, base.project.value.words
    return (
        Figure("bringers", f"{words.capitalize()} who brought others", found["bringers"], "customers"),
        Figure("others", "Others whom they brought", found["others"], "customers"),
        Figure("came_brought", "Brought so far by those (fact)", found["came_brought"], currency),
        ranged_figure("came", "Expected of those, discounted", found, "came", currency),
        Figure("introduced_organisations", "Organisations introduced", found["organisations"], "customers"),
        *(Figure(row["kind_of_four"].lower(), row["kind_of_four"], row["customers"], "customers", note="forecast") for row in kinds),
    )


def _drill_down(tables: dict[str, pa.Table]) -> str:
    best = next(iter(tables["bringers"].slice(0, 1).to_pylist()), None)
    return "unequal export values" if best is None else f"unequal customer {best['customer_id']}"


def _shown(base: Base, at: bringing.Thresholds, by: str | None) -> tuple[Shown, ...]:
    word = WORD_OF_LEVEL[base.level].capitalize()
    kinds = Shown(
        "kinds", "Champions, Affluents, Advocates and Misers",
        (
            Column("kind_of_four", "Kind", "name", "four_kinds"), Column("customers", "Customers", "count"), Column("share", "Share", "share"),
            Column("own_value_expected", "Own value", "money", "expected"), Column("others", "Others brought", "count"),
            Column("through_others_expected", "Through others", "money", "through_others"),
            Column("orders_by", "Order mostly by", "name", why_missing="not known, or fewer than ten customers"),
            Column("contacts_by", "Get in touch mostly by", "name", why_missing="not known, or fewer than ten customers"),
        ),
        f"Own value is high above {_money(base, at.own)} ({at.own_told}), value through others above {_money(base, at.through)} ({at.through_told}).",
    )  # fmt: skip
    people = (
        Column("customer_id", "Customer", "code"), Column("others", "Others brought", "count"), Column("organisations", "Organisations", "count"),
        Column("came_brought", f"{word} of those so far", "money"), Column("came_expected", "Expected of those", "money", "expected"),
        Column("came_low", "From", "money", "range"), Column("came_high", "To", "money", "range"),
        Column("own_value_expected", "Own value", "money", why_missing="has never bought"),
    )  # fmt: skip
    tables = [kinds, Shown("bringers", "Who brought most, by what came of it", people),
              Shown("unseen", "Easily overlooked: low own value, and brought others", people)]  # fmt: skip
    if by is not None:
        sliced = (
            Column("segment", by.replace("_", " ").capitalize(), "name", why_missing="not given"), Column("customers", "Customers", "count"),
            Column("bringers", "Who brought others", "count", why_missing="fewer than ten customers"),
            Column("bringers_share", "Share", "share"), Column("others", "Others brought", "count"),
            Column("came_brought", f"{word} of those so far", "money"), Column("came_expected", "Expected of those", "money", "expected"),
        )  # fmt: skip
        tables.insert(
            0, Shown("slices", f"Who brings others, by {by.replace('_', ' ')}", sliced, "Of fewer than ten customers nothing is told.")
        )
    return tuple(tables)


def _drawn(base: Base) -> tuple[Drawn, ...]:
    currency = base.project.reporting_currency
    return (
        Drawn("network", "ties", "Who brought whom", "from_customer", "worth_expected", currency, series="to_customer", most=60),
        Drawn("bars", "kinds", "What each kind is worth through others", "kind_of_four", "through_others_expected", currency),
    )
