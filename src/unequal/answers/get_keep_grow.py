"""Get, keep, grow: by which levers profit changed, in dollars, and how each has gone from quarter to quarter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import customer_base
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import booked_days
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import attributes_named, dimension, narrow
from unequal.answers.occasions import posts_nothing
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.answers.usual_metrics import has_sold
from unequal.terms.amounts import money_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

levers: Final = customer_base.steps.levers

LABELS: Final = {
    "acquired": "Acquired: first bought in the period",
    "referred": "Referred: first bought in it, sent by another",
    "won_back": "Won back: bought once, not in the period before, and again",
    "retained": "Not retained: bought in the period before, and no more",
    "unprofitable_ended": "Unprofitable ended: the same, and cost more than they brought",
    "up_sold": "Up-sold: stayed, and bring more by what they knew",
    "sold_less": "Sold less: stayed, and bring less by what they knew",
    "cross_sold": "Cross-sold: stayed, and bring by what is new to them",
    "cost_to_serve_cut": "Cost to serve cut (below zero: risen) of those who stayed",
    "rest": "Rest: costs of getting and keeping those who stayed, and of those who bought in neither",
}
"""What each lever is; acquired, won back and those that ended stand with all that their customers changed by."""
_GROUPS: Final = {"get": "got", "keep": "kept", "grow": "grown", "rest": "rest"}
_ZERO: Final = Decimal("0.0000")


def get_keep_grow(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """By which levers what customers bring has changed, to the cent.

    Args:
        base: a published run.
        where: a predicate over customers: kind, band and their attributes.
        by: one of these to slice by.
        period: whole months, held against as many before them; the last twelve whole months by default, or half of all there are.
        level: not for this question.

    Raises:
        AnswerError: ANS011, a level is given; ANS008, the period is not of whole months; ANS016, there are no two periods to hold
            against each other, or no dollars; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    if level is not None:
        raise AnswerError("ANS011", "this question is answered at the level of the base", seen=f"--level {level}", do="ask without --level")
    if posts_nothing(base.project) or not has_sold(base):
        raise lacking(
            "get-keep-grow",
            "no sale of any customer (entry.amount of list_revenue, from sources.NAME.postings)",
            do="map postings to the source of sales",
        )
    this = _this_period(base, period)
    rows = _bridged(base, _segments(base, where, by), this, is_asked=period is not None)
    found, trend = _levers(rows), _trend(base)
    tables = {"levers": _levers_table(found), "trend": trend, "customers": _customers_table(rows)}
    if by:
        tables["slices"] = _slices(rows)
    before = levers.before_of(this)
    return Answer(
        question="get-keep-grow",
        title="Get, keep, grow: what changed the money that customers bring",
        sentence=_sentence(base, found, this, before),
        findings=tuple(_findings(base, found, rows, trend)),
        period=f"{this} against {before}",
        figures=_figures(base, found, this),
        table=tables["slices"] if by else tables["levers"],
        tables=tables,
        where=where,
        by=by,
        drill_down=f"unequal export customers --from {this.start} --to {this.last_day}" + (f" --where {where!r}" if where else ""),
        words=base.project.value.words,
        shown=_shown(by),
        drawn=_drawn(base),
        **rests_on(base),
    )


def _this_period(base: Base, asked: Period | None) -> Period:
    """The months that are asked about."""
    first, last = booked_days(base)
    if not isinstance(first, date) or not isinstance(last, date):
        raise _too_short("no entry")
    if asked is None:
        found = levers.years_to_quarters(first, last)
        if not found:
            raise _too_short(f"{first} to {last}")
        return found[0]
    if asked.start.day != 1 or asked.end.day != 1:
        raise AnswerError("ANS008", "this question holds whole months against whole months", where="--from, --to", seen=str(asked),
                          do="begin on the first day of a month, and end on the last of one")  # fmt: skip
    if asked.start <= first:
        raise _too_short(f"the books begin on {first}")
    return asked


def _too_short(seen: str) -> AnswerError:
    return lacking(
        "get-keep-grow", f"entries of two periods (entry.booked_on: {seen})", do="read older extracts, or ask again when months have passed"
    )


def _segments(base: Base, where: str | None, by: str | None) -> ibis.Table | None:
    if where is None and by is None:
        return None
    table = narrow(attributes_named(base, where, by), where=where, period=None, leads_to=base.leads_to)
    key = ibis.null("string") if by is None else table[_slice_of(table, by)].cast("string")
    return table.select("customer_id", segment=key)


def _slice_of(table: ibis.Table, by: str) -> str:
    known = dimension(table, by)
    if known not in table.columns:
        raise AnswerError("ANS002", "customers cannot be told apart by that", where="--by", seen=by,
                          do=f"choose one of {', '.join(name for name in table.columns if name != 'customer_id')}")  # fmt: skip
    return known


def _bridged(base: Base, segments: ibis.Table | None, this: Period, *, is_asked: bool) -> list[dict[str, Any]]:
    """Rows of the bridge: of the whole base and its latest period as the run made them, else made now."""
    if segments is None and not is_asked and "lever" in base.tables and "concerned" not in base.tables:
        told = base.table("lever")
        found = told.filter(told["until"] == this.last_day).mutate(segment=ibis.null("string"))
    else:
        found = _bridge(base, segments, this)
    rows: list[dict[str, Any]] = [dict(row) for row in base.fetch(found)]
    return sorted(rows, key=lambda row: (str(row["segment"]), list(LABELS).index(row["lever"])))


def levers_of_each(base: Base) -> ibis.Table | None:
    """Under which levers each customer stands in the period that is told where none is asked for.

    Returns:
        customer_id and a flag a lever, `lever_acquired` and so on; None where there are no two periods, or no sale.
    """
    first, last = booked_days(base)
    periods = levers.years_to_quarters(first, last) if isinstance(first, date) and isinstance(last, date) else []
    if not periods:
        return None
    each = base.table("customer").select("customer_id", segment="customer_id")
    rows = _bridge(base, each, periods[0])
    return rows.group_by(customer_id="segment").aggregate(**{f"lever_{name}": (rows["lever"] == name).max() for name in levers.LEVERS})


def _bridge(base: Base, segments: ibis.Table | None, this: Period) -> ibis.Table:
    ties = base.tables.get("relationship")
    referred = base.table("customer").select("customer_id").limit(0) if ties is None else levers.referred_of(ties)
    return levers.bridge(
        base.table("statement"), base.tables.get("product_sale"), referred, this=this, before=levers.before_of(this), level=base.level,
        segments=segments, months=base.tables.get("customer_month"), keep=base.keep,
    )  # fmt: skip


def _levers(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Each lever over all segments; those of nobody too."""
    found: dict[str, dict[str, Any]] = {
        name: {"lever": name, "group": group, "customers": 0, "before": None, "now": None, "change": _ZERO}
        for name, group in levers.LEVERS.items()
    }
    for row in rows:
        at = found[row["lever"]]
        at["customers"] += row["customers"]
        at["change"] += row["change"]
        for name in ("before", "now"):
            if row[name] is not None:
                at[name] = (at[name] or _ZERO) + row[name]
    return found


_LEVERS_TABLE: Final = pa.schema(
    [("lever", pa.string()), ("label", pa.string()), ("group", pa.string()), ("meaning", pa.string()), ("customers", pa.int64()), ("before", pa.decimal128(28, 4)),
     ("now", pa.decimal128(28, 4)), ("change", pa.decimal128(28, 4))]
)  # fmt: skip


def _levers_table(found: Mapping[str, Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{**row, "label": _label(name), "meaning": LABELS[name]} for name, row in found.items()], _LEVERS_TABLE)


def _customers_table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    names = ("segment", "lever", "customers", "before", "now", "change")
    kinds = [pa.string(), pa.string(), pa.int64(), *[pa.decimal128(28, 4)] * 3]
    return pa.Table.from_pylist([{name: row[name] for name in names} for row in rows], pa.schema(list(zip(names, kinds, strict=True))))


def _trend(base: Base) -> pa.Table:
    """For each of the last quarters the year that ends with it against the year before, by lever; of a run of before they were told none."""
    rows = base.fetch(base.table("lever").order_by("until", "lever")) if "lever" in base.tables else []
    told = [
        {
            "until": str(row["until"]),
            "lever": row["lever"],
            "label": _label(str(row["lever"])),
            "customers": row["customers"],
            "change": row["change"],
        }
        for row in rows
    ]
    columns = [
        ("until", pa.string()),
        ("lever", pa.string()),
        ("label", pa.string()),
        ("customers", pa.int64()),
        ("change", pa.decimal128(28, 4)),
    ]
    return pa.Table.from_pylist(told, pa.schema(columns))


def _slices(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    found: dict[str | None, dict[str, Any]] = {}
    for row in rows:
        at = found.setdefault(row["segment"], {"segment": row["segment"], **dict.fromkeys(_GROUPS.values(), _ZERO), "change": _ZERO})
        at[_GROUPS[levers.LEVERS[row["lever"]]]] += row["change"]
        at["change"] += row["change"]
    columns = [("segment", pa.string()), *((name, pa.decimal128(28, 4)) for name in (*_GROUPS.values(), "change"))]
    return pa.Table.from_pylist(sorted(found.values(), key=lambda row: -row["change"]), pa.schema(columns))


def _label(lever: str) -> str:
    """A lever in a word or two."""
    return LABELS[lever].split(":")[0].split(" (")[0]


def _of_group(found: Mapping[str, Mapping[str, Any]], group: str) -> Decimal:
    return sum((row["change"] for row in found.values() if row["group"] == group), _ZERO)


def _change(found: Mapping[str, Mapping[str, Any]]) -> Decimal:
    return sum((row["change"] for row in found.values()), _ZERO)


def _sentence(base: Base, found: Mapping[str, Mapping[str, Any]], this: Period, before: Period) -> str:
    currency, word = base.project.reporting_currency, WORD_OF_LEVEL[base.level]
    get, keep, grow, rest = (money_text(_of_group(found, group), currency, signed=True) for group in _GROUPS)
    whole = _change(found)
    more = "more" if whole >= 0 else "less"
    return (
        f"{base.project.value.words.capitalize()} brought {money_text(abs(whole), currency)} {more} of {word} in {this} than in {before}: "
        f"{get} by getting, {keep} by who left, {grow} by growing those who stayed, {rest} rest."
    )


def _findings(base: Base, found: Mapping[str, Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], trend: pa.Table) -> list[str]:
    currency, words = base.project.reporting_currency, base.project.value.words
    told = [
        f"{LABELS[name]}: {money_text(row['change'], currency, signed=True)} ({row['customers']:,} {words})."
        for name, row in sorted(found.items(), key=lambda item: -abs(item[1]["change"]))
        if row["customers"]
    ]
    lacks = []
    if "product_sale" not in base.tables or not any(row["lever"] == "cross_sold" for row in rows):
        lacks.append("cross-selling (no product is mapped, or nothing new was bought)")
    if not found["referred"]["customers"]:
        lacks.append("referrals (no relationship of kind referrer or introducer names a new one)")
    if base.level is not Level.CONTRIBUTION:
        lacks.append("cost to serve (no activity or shared cost is mapped)")
    if lacks:
        told.append(f"Nothing is known of {'; of '.join(lacks)}.")
    if trend.num_rows:
        told.append(
            "The trend is of the whole base: years that end with each quarter, each against the year before it, so that seasons do not show."
        )
    return told


def _figures(base: Base, found: Mapping[str, Mapping[str, Any]], this: Period) -> tuple[Figure, ...]:
    currency, word = base.project.reporting_currency, WORD_OF_LEVEL[base.level]
    groups = {"get": "Got", "keep": "Kept (below zero: lost)", "grow": "Grown", "rest": "Rest"}
    return (
        Figure("change", f"Change of {word} in {this}", _change(found), currency),
        *(Figure(group, label, _of_group(found, group), currency) for group, label in groups.items()),
        *(Figure(name, _label(name), row["change"], currency) for name, row in found.items() if name != "rest"),
    )


def _shown(by: str | None) -> tuple[Shown, ...]:
    levers = Shown(
        "levers", "By lever",
        [Column("meaning", "Lever", term="lever"), Column("customers", "Customers", "count"),
         Column("before", "Brought before", "money", why_missing="part of several levers"),
         Column("now", "Brought", "money", why_missing="part of several levers"), Column("change", "Change", "money")],
        note="The changes add up to the change in what customers brought, to the cent.",
    )  # fmt: skip
    if by is None:
        return (levers,)
    names = [Column(name, name.capitalize(), "money") for name in (*_GROUPS.values(), "change")]
    return (Shown("slices", f"By {by}", [Column("segment", by, "name", why_missing="not known"), *names]), levers)


def _drawn(base: Base) -> tuple[Drawn, ...]:
    currency = base.project.reporting_currency
    return (
        Drawn("bars", "levers", "What each lever changed", "label", "change", currency),
        Drawn("lines", "trend", "Each lever over years that end with a quarter", "until", "change", currency, series="label"),
    )
