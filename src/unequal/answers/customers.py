"""How many customers there are: under each definition and per source, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import pyarrow as pa

from unequal import config, customer_base, identity
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.evidence import whole_period
from unequal.answers.lacking import refuse_narrowing
from unequal.answers.listing import listed
from unequal.answers.resting import rests_on
from unequal.answers.rolling_up import last_day
from unequal.terms.lines import LABEL_OF_LINE, Level
from unequal.terms.periods import Period

COUNTED: Final = {
    "customer": "customers",
    "person": "persons",
    "organisation": "organisations",
    "household": "households",
    "account": "accounts",
}
"""What `identity.customer` counts -> the definition that says how many there are."""
MATCHED: Final = pa.schema({
    "kind": pa.string(), "records": pa.int64(), "pairs": pa.int64(), "keys": pa.int64(), "threshold": pa.float64(), "probability": pa.float64(),
    "false_share": pa.float64(), "missed": pa.int64(),
})  # fmt: skip
"""How records came to be customers, see matched."""
_WHOLE: Final = "whole company"


def customers(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """How many customers the company has, however they are counted.

    Args:
        base: a published run.
        where: a predicate over customers: then those for whom it is true are listed, one by one.
        by: a dimension of customers: then each slice is counted.
        period, level: not for this question.

    Raises:
        AnswerError: ANS011, a period or level is given; ANS001, the run is older than households; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    refuse_narrowing(
        "how many customers there are is told as of the run, at its own level", period, level, do="ask it without --from, --to and --level"
    )
    if where is not None or by is not None:
        return listed(base, where, by)
    rows = definitions(base)
    whole = {row["definition"]: row for row in rows if row["source"] is None}
    unit = COUNTED[base.project.identity.customer]
    return Answer(
        question="customers",
        title="How many customers there are",
        sentence=_sentence(base, whole, unit),
        findings=_findings(whole),
        period=whole_period(base),
        figures=tuple(figure for name in whole for figure in _figures(name, whole[name])),
        table=customers_side_by_side(rows, base.project),
        tables={"definitions": pa.Table.from_pylist(rows), "matched": matched(base)},
        drill_down="unequal export customers",
        **rests_on(base),
    )


def definitions(base: Base) -> list[dict[str, Any]]:
    """DEFINITION of a published run, each definition for the whole company, though it be none."""
    rows = base.fetch(base.table("definition")) if "definition" in base.tables else _counted(base)
    found = {(row["definition"], row["source"]): row for row in rows}
    for name in customer_base.definitions.DEFINITIONS:
        found.setdefault((name, None), {"definition": name, "source": None, "known": 0, "active": 0})
    order = customer_base.definitions.DEFINITIONS
    return sorted(found.values(), key=lambda row: (order.index(row["definition"]), row["source"] is not None, row["source"] or ""))


def _counted(base: Base) -> list[dict[str, Any]]:
    """DEFINITION counted now: a run of before it was published, a config that counts others as active, or stewards' words since."""
    active = base.project.identity.active
    since = last_day(base) - timedelta(days=active.within_days - 1)
    rows: list[dict[str, Any]] = base.arrow(
        customer_base.definitions.definitions(
            records=base.table("record"), members=base.table("customer_record"), customers=base.table("customer"),
            households=base.table("household"), entries=base.table("entry"), lines=[str(line) for line in active.lines], since=since,
        )
    ).to_pylist()  # fmt: skip
    return rows


def matched(base: Base) -> pa.Table:
    """How records came to be customers: a row for each kind, with what the run expects to be wrong of it.

    Args:
        base: a published run.

    Returns:
        kind, records, pairs (compared), keys (learned), threshold (bits), probability (at the threshold), false_share (expected,
        of the pairs put together), missed (matches that no key reaches, at least; null where that cannot be told).
    """
    found = identity.run_figures.figures_of_run(base.fetch(base.table("match_figure")))
    rows = [
        {"kind": kind, **figures, "missed": None if figures["missed"] is None else round(figures["missed"])}
        for kind, figures in found.items()
    ]
    return pa.Table.from_pylist(rows, MATCHED)


def customers_side_by_side(rows: Sequence[Mapping[str, Any]], project: config.Project) -> pa.Table:
    """A row for the company and each source, a column for each definition, and the active ones of what the project counts.

    Args:
        rows: DEFINITION.
        project: says which definition counts.
    """
    unit = COUNTED[project.identity.customer]
    sources = [None, *sorted({row["source"] for row in rows if row["source"] is not None})]
    cells = {(row["definition"], row["source"]): row for row in rows}
    none = {"known": 0, "active": 0}
    columns: dict[str, Any] = {"source": pa.array([source or project.value.house.say(_WHOLE) for source in sources], pa.string())}
    for name in customer_base.definitions.DEFINITIONS:
        columns[name] = pa.array([cells.get((name, source), none)["known"] for source in sources], pa.int64())
    columns[f"active_{unit}"] = pa.array([cells.get((unit, source), none)["active"] for source in sources], pa.int64())
    return pa.table(columns)


def _sentence(base: Base, whole: dict[str, dict[str, Any]], unit: str) -> str:
    active = base.project.identity.active
    lines = ", ".join(LABEL_OF_LINE[line].lower() for line in active.lines)
    counted = whole[unit]
    if last_day(base) == date.max:
        return f"The company has {counted['known']:,} {unit}; nothing is booked, so none of them can be told to be active."
    return (
        f"The company has {counted['known']:,} {unit}, {counted['active']:,} of them active: with an entry of {lines} "
        f"in the {active.within_days:,} days up to {last_day(base)}."
    )


def _findings(whole: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    known = {name: row["known"] for name, row in whole.items()}
    told = (
        f"Its {known['records']:,} records are {known['customers']:,} customers: {known['persons']:,} persons in {known['households']:,} "
        f"households, those who live alone counted as one each, and {known['organisations']:,} organisations."
    )
    return (told,)


def _figures(name: str, row: dict[str, Any]) -> tuple[Figure, Figure]:
    return (
        Figure(name, name.capitalize(), row["known"], "customers"),
        Figure(f"active_{name}", f"Active {name}", row["active"], "customers"),
    )
