"""Figures watched from month to month: those that the config declares, and some that every base can have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import ibis
import pyarrow as pa

from unequal import ledger
from unequal.answers import usual_metrics
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.drilling import where_option
from unequal.answers.evidence import whole_period
from unequal.answers.host_contacts import host_contacts
from unequal.answers.lacking import lacking
from unequal.answers.narrowing import attributes_named, columns_to_ask, dimension, narrow, wide_entries
from unequal.answers.resting import rests_on
from unequal.answers.self_service import self_service
from unequal.answers.showing import Column, Drawn, Shown
from unequal.predicates import compile_batch, parse
from unequal.terms.amounts import MINUS, money_text, share_text
from unequal.terms.errors import AnswerError
from unequal.terms.lines import Level, Line
from unequal.terms.periods import Period

_NUMBER: Final = pa.decimal128(38, 6)
MONTHLY: Final = pa.schema(
    [("metric", pa.string()), ("segment", pa.string()), ("month", pa.string()), ("value", _NUMBER), ("rows", pa.int64())]
)
LATEST: Final = pa.schema(
    [("metric", pa.string()), ("meaning", pa.string()), ("segment", pa.string()), ("unit", pa.string()), ("month", pa.string()), ("value", _NUMBER),
     ("month_before", _NUMBER), ("year_before", _NUMBER), ("target", pa.float64()), ("reached", pa.string())]
)  # fmt: skip
_THIN: Final = 10
"""Rows below which a share or a mean is withheld."""


def metrics(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Each metric in its last month, the month before and the same month of the year before, and its trend.

    Args:
        base: a published run.
        where: a predicate over entries and customers, over contacts and customers, or over customers, as each metric is of.
        by: a dimension of the rows of each metric: band, channel, country, ...
        period: the days that count.
        level: not for this question.

    Raises:
        AnswerError: ANS011, a level is given; ANS016, there is nothing to watch; ANS002, no such dimension.
        PredicateError: `where`, or a metric's own, is refused.
    """
    if level is not None:
        raise AnswerError("ANS011", "metrics are of what their rows say", seen=f"--level {level}", do="ask without --level")
    found = [
        *_own(base, where, by, period),
        *usual_metrics.usual(base, where, by, period),
        *host_contacts(base, where, by, period),
        *self_service(base, where, by, period),
    ]
    if not found:
        raise _nothing_watched(base, where, by)
    monthly = [row for one in found for row in one.rows]
    latest = [row for one in found for row in _latest(one)]
    return Answer(
        question="metrics",
        title="What is watched from month to month",
        sentence=_sentence(latest),
        findings=tuple(_findings(base, latest)),
        period=str(period) if period else whole_period(base),
        figures=tuple(_figure(row, _rows_behind(base, row, where)) for row in latest if row["segment"] is None),
        table=pa.Table.from_pylist(latest, LATEST),
        tables={"latest": pa.Table.from_pylist(latest, LATEST), "monthly": pa.Table.from_pylist(monthly, MONTHLY), **_each(found)},
        where=where,
        by=by,
        drill_down=f"unequal export entries{where_option(where)}",
        words=base.project.value.words,
        shown=(_shown(by),),
        drawn=tuple(Drawn("lines", one.name, one.meaning, "month", "value", one.unit, series="segment", neutral=True) for one in found),
        **rests_on(base),
    )


def _nothing_watched(base: Base, where: str | None, by: str | None) -> AnswerError:
    """Why there is nothing to tell: what every base has is of the whole base, and only what the config declares can be cut."""
    if where is None and by is None:
        return lacking("metrics", "a month with a sale (entry.booked_on) or a contact (interaction.occurred_on)", do="map postings or interactions, or ask a longer period")  # fmt: skip
    if not base.project.metrics:
        return lacking(
            "metrics --by" if by else "metrics --where",
            "a metric of the project's own (metrics.NAME): those that every base has are of the whole base and cannot be sliced or narrowed",
            do="declare what to watch under metrics in the config, or ask without --by and --where",
        )
    return lacking("metrics", f"a row of {', '.join(base.project.metrics)} (metrics.NAME) in what was asked for",
                   do="ask a longer period, or without --where")  # fmt: skip


def _own(base: Base, where: str | None, by: str | None, period: Period | None) -> list[usual_metrics.Watched]:
    """The metrics that the config declares."""
    found = []
    for name, metric in base.project.metrics.items():
        if metric.of == "interactions" and "interaction" not in base.tables:
            raise lacking(
                "metrics", f"contacts, for metrics.{name} (sources.NAME.interactions)", do="map interactions, or leave the metric out"
            )
        rows = rows_of(base, metric.of, where, by, metric.among, metric.where, metric.column)
        rows = narrow(rows, where=where, period=period, leads_to=base.leads_to)
        if metric.among is not None:
            rows = rows.filter(compile_batch(parse(metric.among, columns_to_ask(rows), where=f"metrics.{name}.among"), rows))
        counts = ibis.literal(value=True)
        if metric.where is not None:
            counts = compile_batch(parse(metric.where, columns_to_ask(rows), where=f"metrics.{name}.where"), rows).fill_null(False)
        segment = ibis.null("string") if by is None else _key(rows, by)
        told = base.fetch(by_month(rows, counts, segment, metric.measure, metric.column))
        unit = _unit(base, metric.of, metric.measure, metric.column)
        months = [dict(row) for row in told]
        found.append(usual_metrics.watched(name, metric.meaning, unit, months, target=metric.target, better=metric.better))
    return [one for one in found if one.rows]


def rows_of(base: Base, what: str, *texts: str | None) -> ibis.Table:
    """Entries, contacts or customers, each beside what is known of the customer, with its day as booked_on; see `attributes_named`."""
    if what == "entries":
        return wide_entries(base, *texts)
    known = attributes_named(base, *texts)
    if what == "interactions":
        contacts = base.table("interaction")
        joined = contacts.left_join(known, "customer_id").drop("customer_id_right")
        return joined.mutate(booked_on=joined["occurred_on"])
    statement = base.table("statement")
    sold = statement.filter(
        ledger.is_real_customer(statement["customer_id"]), statement["line"] == str(Line.LIST_REVENUE), statement["amount"] > 0
    )
    first = sold.group_by("customer_id").aggregate(booked_on=sold["month"].min())
    customers = known.inner_join(first, "customer_id")
    if "customer_value" not in base.tables:
        return customers
    return customers.left_join(base.table("customer_value"), "customer_id").drop("customer_id_right")


def _key(rows: ibis.Table, by: str) -> ibis.Value:
    name = dimension(rows, by)
    if name not in rows.columns:
        raise AnswerError(
            "ANS002",
            "the rows of a metric cannot be told apart by that",
            where="--by",
            seen=by,
            do="choose a dimension that all metrics have, such as band",
        )
    return rows[name].cast("string")


def by_month(rows: ibis.Table, counts: ibis.Value, segment: ibis.Value, measure: str, column: str | None) -> ibis.Table:
    """A measure by month.

    Args:
        rows: with booked_on; rows without a day are left out.
        counts: which rows count.
        segment: of each row.
        measure: count, sum, share or mean.
        column: of sum and mean.

    Returns:
        segment, month (date), value (decimal(38, 6); null of a share or a mean of fewer than ten rows), rows (int64).

    Raises:
        AnswerError: ANS002, there is no such column, or it holds no numbers.
    """
    if column is not None and (column not in rows.columns or not rows[column].type().is_numeric()):
        raise AnswerError(
            "ANS002", "a metric's column is not there, or holds no numbers", where="metrics", seen=column, do="name a number of its rows"
        )
    dated = rows.mutate(_month=rows["booked_on"].truncate("M"), _counts=counts, _segment=segment).filter(lambda t: t.booked_on.notnull())
    looked = dated.count() if measure == "share" else dated["_counts"].sum()
    if measure == "count":
        value: ibis.Value = dated["_counts"].sum()
    elif measure == "share":
        value = dated["_counts"].mean()
    else:
        chosen = ibis.ifelse(dated["_counts"], dated[column], None)
        value = chosen.sum().fill_null(0) if measure == "sum" else chosen.mean()
    told = dated.group_by(segment="_segment", month="_month").aggregate(value=value.cast("decimal(38, 6)"), rows=looked.cast("int64"))
    if measure in ("share", "mean"):
        told = told.mutate(value=ibis.ifelse(told["rows"] >= _THIN, told["value"], None))
    return told.order_by("segment", "month")


def _unit(base: Base, of: str, measure: str, column: str | None) -> str:
    if measure == "share":
        return "share"
    return base.project.reporting_currency if column == "amount" else of if measure == "count" else column or ""


def _latest(one: usual_metrics.Watched) -> list[dict[str, Any]]:
    """The last month of each segment, with the month before it and that of a year before."""
    found = []
    for segment in sorted({row["segment"] for row in one.rows}, key=lambda name: (name is not None, str(name))):
        months = {row["month"]: row["value"] for row in one.rows if row["segment"] == segment}
        last = max(months)
        year, month = int(last[:4]), int(last[5:7])
        before = f"{year - (month == 1):04d}-{(month - 2) % 12 + 1:02d}"
        value = months[last]
        found.append(
            {
                "metric": one.name, "meaning": one.meaning.removesuffix("."), "segment": segment, "unit": one.unit, "month": last, "value": value,
                "month_before": months.get(before), "year_before": months.get(f"{year - 1:04d}-{month:02d}"), "target": one.target,
                "reached": _reached(value, one.target, one.better),
            }
        )  # fmt: skip
    return found


def _reached(value: Decimal | None, target: float | None, better: str) -> str | None:
    if value is None or target is None:
        return None
    return "yes" if (float(value) >= target if better == "higher" else float(value) <= target) else "no"


def _each(found: Sequence[usual_metrics.Watched]) -> dict[str, pa.Table]:
    """A table for each metric's chart."""
    return {one.name: pa.Table.from_pylist([{**row, "segment": row["segment"] or one.name} for row in one.rows], MONTHLY) for one in found}


def _sentence(latest: Sequence[Mapping[str, Any]]) -> str:
    aimed = [row for row in latest if row["reached"] is not None]
    names = len({row["metric"] for row in latest})
    if not aimed:
        return f"{names:,} metrics are watched; none of them has a target."
    reached = sum(row["reached"] == "yes" for row in aimed)
    return f"{names:,} metrics are watched; {reached:,} of {len(aimed):,} targets are reached in the last month."


def _findings(base: Base, latest: Sequence[Mapping[str, Any]]) -> list[str]:
    told = []
    for row in latest:
        whose = "" if row["segment"] is None else f", {row['segment']}"
        if row["value"] is None:
            told.append(f"{row['meaning']}{whose} ({row['month']}): fewer than {_THIN} rows, and not told.")
            continue
        before = "" if row["year_before"] is None else f", after {_text(row['year_before'], row['unit'], base)} a year before"
        aim = (
            ""
            if row["target"] is None
            else f"; the target of {_text(Decimal(repr(row['target'])), row['unit'], base)} is {'' if row['reached'] == 'yes' else 'not '}reached"
        )
        told.append(f"{row['meaning'].removesuffix('.')}{whose}: {_text(row['value'], row['unit'], base)} in {row['month']}{before}{aim}.")
    return [*told, *usual_metrics.lacks(base)]


def _text(value: Decimal, unit: str, base: Base) -> str:
    if unit == "share":
        return share_text(value)
    return (
        money_text(value, unit)
        if unit == base.project.reporting_currency
        else f"{round(value, 2).normalize():,f} {unit}".replace("-", MINUS)
    )


def _rows_behind(base: Base, row: Mapping[str, Any], where: str | None) -> str:
    """The command that lists the entries which a metric of entries counts in its last month; empty of any other."""
    metric = base.project.metrics.get(row["metric"])
    if metric is None or metric.of != "entries":
        return ""
    # A share is of all that are looked at, whether they count or not.
    rules = [rule for rule in (where, metric.among, None if metric.measure == "share" else metric.where) if rule]
    whole = " and ".join(f"({rule})" for rule in rules) if len(rules) > 1 else "".join(rules)
    month = date.fromisoformat(f"{row['month']}-01")
    following = (month + timedelta(days=31)).replace(day=1)
    return f"unequal export entries{where_option(whole)} --from {month} --to {following - timedelta(days=1)}"


def _figure(row: Mapping[str, Any], drill_down: str) -> Figure:
    value = row["value"]
    why = "" if value is not None else f"Fewer than {_THIN} rows."
    is_money = len(row["unit"]) == 3 and row["unit"].isupper()  # noqa: PLR2004 - ISO 4217
    told = value if value is None or is_money else float(value)
    return Figure(
        row["metric"], row["meaning"].removesuffix("."), told, row["unit"], why_missing=why, note=row["month"], drill_down=drill_down
    )


def _shown(by: str | None) -> Shown:
    segment = Column("segment", by or "Segment", "name", why_missing="not known" if by else "all")
    return Shown(
        "latest", "In the last month of each",
        [Column("meaning", "Metric", term="metric"), segment, Column("unit", "Unit"), Column("month", "Month"), Column("value", "Value", "exact", why_missing="too few"),
         Column("month_before", "Month before", "exact", why_missing="none"), Column("year_before", "A year before", "exact", why_missing="none"),
         Column("target", "Target", "number", why_missing="none"), Column("reached", "Reached", why_missing="no target")],
        most=40,
    )  # fmt: skip
