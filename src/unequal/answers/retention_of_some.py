"""What a point of retention is worth of some customers, or of each slice of them."""

from __future__ import annotations

from typing import Any, Final

import ibis
import pyarrow as pa

from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.drilling import command
from unequal.answers.evidence import whole_period
from unequal.answers.forecasts import estimate, narrowed_values, of_before_verdicts, totals_of
from unequal.answers.occasions import as_assumed, assumptions, knows_dollars
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text
from unequal.terms.errors import AnswerError

FEWEST: Final = 10
"""Slices of fewer customers are withheld."""
_SLICE: Final = {
    "segment": pa.string(), "customers": pa.int64(), "alive_expected": pa.float64(), "point_expected": pa.float64(), "point_low": pa.float64(),
    "point_high": pa.float64(), "point_each": pa.float64(), "value_expected": pa.float64(),
}  # fmt: skip


def of_some(base: Base, where: str | None, by: str | None) -> Answer:
    """What one point more of yearly retention would bring of the customers asked about, each by its own hazards.

    Five points and the first year are moved by lines of business alone, and are no sum over customers.

    Args:
        base: a published run.
        where: a predicate over customers.
        by: a dimension of them.

    Raises:
        AnswerError: ANS014, nobody is meant, or nothing is forecast in dollars; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    customers = narrowed_values(base, where, by)
    whole = _told(base, customers, None)
    if not whole or not knows_dollars(base.project):
        raise AnswerError("ANS014", "what retention is worth of them cannot be told", seen=where or "no dollars are forecast",
                          do="ask without --where, or look at `unequal ask value`")  # fmt: skip
    rows = [] if by is None else _told(base, customers, by)
    enough = [row for row in rows if row["customers"] >= FEWEST]
    table = pa.Table.from_pylist(whole if by is None else enough, pa.schema(list(_SLICE.items())))
    thin = len(rows) - len(enough)
    return Answer(
        question="retention",
        title="What retention is worth",
        sentence=_sentence(base, whole[0]),
        findings=(
            *of_before_verdicts(base, customers),
            *([f"{thin:,} of the slices are withheld: they have fewer than {FEWEST} customers."] if thin else []),
            "Its range is that of what they are expected to bring, of which it is a part. What keeping them costs is not in it, nor what others would do.",
            *assumptions(base.project),
        ),
        period=f"{base.project.value.horizon_weeks:,} weeks ahead (known: {whole_period(base)})",
        figures=as_assumed(base, _figures(base, whole[0])),
        table=table,
        tables={"slices": table},
        where=where,
        by=by,
        drill_down=command(where),
        words=base.project.value.words,
        shown=_shown(by),
        drawn=_drawn(base, by),
        is_estimate=True,
        **rests_on(base),
    )


def _told(base: Base, customers: ibis.Table, by: str | None) -> list[dict[str, Any]]:
    """Totals with what a point is worth; its ends lie as far from it, in proportion, as those of the value that it is a part of."""
    totals = totals_of(base, customers, by)
    key = ibis.null("string") if by is None else customers[by].cast("string")
    points = customers.mutate(_key=key).group_by("_key").aggregate(point=customers["point_of_retention_expected"].sum())
    known = {row["_key"]: float(str(row["point"] or 0.0)) for row in base.fetch(points)}
    found = []
    for row in totals:
        point = known.get(row["segment"], 0.0)
        low, high = (point * row[f"value_{end}"] / row["value_expected"] if row["value_expected"] > 0 else None for end in ("low", "high"))
        found.append({**row, "point_expected": point, "point_low": low, "point_high": high, "point_each": point / row["customers"]})
    return sorted(found, key=lambda row: (-row["point_expected"], str(row["segment"])))


def _sentence(base: Base, row: dict[str, Any]) -> str:
    words, currency = base.project.value.words, base.project.reporting_currency
    point, each = (money_text(estimate(row[name]), currency) for name in ("point_expected", "point_each"))
    ends = (
        ""
        if row["point_low"] is None
        else " (between {} and {}, nine times in ten)".format(
            *(money_text(estimate(row[name]), currency) for name in ("point_low", "point_high"))
        )
    )
    return (
        f"One point more of yearly retention would be worth {point}{ends} of {row['customers']:,} {words} within the horizon, {each} each."
    )


def _figures(base: Base, row: dict[str, Any]) -> tuple[Figure, ...]:
    low, high = (None if row[name] is None else estimate(row[name]) for name in ("point_low", "point_high"))
    return (
        Figure("customers", "Customers", row["customers"], "customers"),
        Figure("point_value", "One point more, within the horizon", estimate(row["point_expected"]), base.project.reporting_currency, low=low, high=high,
               note="forecast"),
    )  # fmt: skip


def _shown(by: str | None) -> tuple[Shown, ...]:
    name = "Customers" if by is None else by.replace("_", " ").capitalize()
    return (
        Shown("slices", "What a point of retention is worth", (
            Column("segment", name, "name", why_missing="all of them" if by is None else "not known"), Column("customers", "Customers", "count"),
            Column("alive_expected", "Still there", "count"), Column("point_expected", "A point more", "money", "expected"),
            Column("point_low", "From", "money", "range", "nothing is expected"), Column("point_high", "To", "money", "range", "nothing is expected"),
            Column("point_each", "Each", "money"), Column("value_expected", "Expected of them", "money", "expected"),
        )),
    )  # fmt: skip


def _drawn(base: Base, by: str | None) -> tuple[Drawn, ...]:
    if by is None:
        return ()
    return (
        Drawn("ranges", "slices", "A point of retention", "segment", "point_expected", base.project.reporting_currency, low="point_low", high="point_high"),
    )  # fmt: skip
