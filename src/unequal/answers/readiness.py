"""How ready the firm is to steer by its customers: nine areas, each by four criteria, and the next step worth most."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.criteria import AREAS, Measured
from unequal.answers.evidence import whole_period
from unequal.answers.lacking import refuse_narrowing
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text
from unequal.terms.lines import Level
from unequal.terms.money import TOTAL
from unequal.terms.periods import Period

MOST: Final = 4
_AREA: Final = pa.schema([
    ("area", pa.string()), ("name", pa.string()), ("score", pa.int64()), ("measured", pa.int64()), ("said", pa.int64()), ("basis", pa.string()),
    ("dollars", pa.decimal128(28, 4)), ("dollars_are", pa.string()), ("next_step", pa.string()),
])  # fmt: skip
_CRITERION: Final = pa.schema([("area", pa.string()), ("criterion", pa.string()), ("holds", pa.bool_()), ("figure", pa.string())])
assert TOTAL == "decimal(28, 4)", "dollars here are sums as everywhere"


def readiness(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Where the firm stands in nine areas, 0 to 4 each, measured where data tell and asked where not, and what to do next.

    Args:
        base: a published run.
        where, by, period, level: not for this question: it is about the firm.

    Raises:
        AnswerError: ANS011, the question is narrowed or sliced.
    """
    refuse_narrowing("this question is about the whole firm", where, by, period, level)
    measured = {area: measure(base) for area, (_, measure) in AREAS.items()}
    rows = [_row(base, area, one) for area, one in measured.items()]
    criteria = [dict(zip(_CRITERION.names, (area, *one), strict=True)) for area, found in measured.items() for one in found.criteria]
    table = pa.Table.from_pylist(rows, _AREA)
    step = _next(rows)
    return Answer(
        question="readiness",
        title="How ready we are to steer by our customers",
        sentence=_sentence(base, rows, step),
        findings=tuple(_findings(base, rows, criteria)),
        period=whole_period(base),
        figures=_figures(rows),
        table=table,
        tables={"areas": table, "criteria": pa.Table.from_pylist(criteria, _CRITERION)},
        drill_down="unequal ask readiness --json",
        words=base.project.value.words,
        shown=_SHOWN,
        drawn=(Drawn("bars", "areas", "Criteria that hold, of four", "name", "score", "criteria", neutral=True),),
        **rests_on(base),
    )


def _row(base: Base, area: str, measured: Measured) -> dict[str, Any]:
    said = base.project.readiness.answers.get(area)  # type: ignore[call-overload] # the areas of both are the same
    score = measured.score if measured.score is not None else said.score if said else None
    basis = (
        "measured" if measured.score is not None else f"said by {said.said_by} on {said.said_on}" if said else "not known: nobody was asked"
    )
    if measured.score is not None and said is not None:
        basis += f"; {said.said_by} says {said.score} on {said.said_on}"
    is_open = score is None or score < MOST
    return {
        "area": area, "name": base.project.value.house.say(AREAS[area][0]), "score": score, "measured": measured.score, "said": said.score if said else None, "basis": basis,
        "dollars": measured.dollars if is_open else None, "dollars_are": measured.dollars_are, "next_step": measured.next_step if is_open else "",
    }  # fmt: skip


def _next(rows: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The open area that concerns most dollars; where none tells any, the one with the lowest score."""
    open_ones = [row for row in rows if row["next_step"]]
    return max(open_ones, key=lambda row: (row["dollars"] or Decimal(0), -(row["score"] or 0)), default=None)


def _sentence(base: Base, rows: Sequence[dict[str, Any]], step: dict[str, Any] | None) -> str:
    known = [row for row in rows if row["score"] is not None]
    done = sum(row["score"] for row in known)
    text = f"{done:,} of {MOST * len(known):,} criteria hold in the {len(known):,} areas of which something is known"
    if step is None:
        return text + "; nothing is left to do but to keep it so."
    dollars = (
        f", which concerns {money_text(step['dollars'], base.project.reporting_currency)} of {step['dollars_are']}"
        if step["dollars"]
        else ""
    )
    return f"{text}; the next step worth most is in {step['name'].lower()}{dollars}. {step['next_step']}"


def _findings(base: Base, rows: Sequence[dict[str, Any]], criteria: Sequence[dict[str, Any]]) -> list[str]:
    told = []
    for row in rows:
        failing = [f"{one['criterion'].lower()} ({one['figure']})" for one in criteria if one["area"] == row["area"] and not one["holds"]]
        if row["score"] is None:
            told.append(
                f"{row['name']}: not known. No table tells it; answer it under readiness.answers.{row['area']}, with who says so and when."
            )
        elif failing:
            money = (
                f" It concerns {money_text(row['dollars'], base.project.reporting_currency)} of {row['dollars_are']}."
                if row["dollars"]
                else ""
            )
            told.append(f"{row['name']}: {row['score']} of {MOST}. Does not hold yet: {'; '.join(failing)}.{money}")
    told.append(
        "The dollars are those concerned, not a gain: they say where an error would be dearest. Areas overlap, and are not added up."
    )
    return told


def _figures(rows: Sequence[dict[str, Any]]) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            row["area"],
            row["name"],
            row["score"],
            "criteria",
            why_missing="" if row["score"] is not None else row["basis"],
            note=row["basis"],
        )
        for row in rows
    )


_SHOWN: Final = (
    Shown("areas", "Nine areas, by four criteria each", (
        Column("name", "Area"), Column("score", "Holds, of four", "count", "readiness", "nobody was asked"), Column("basis", "Basis"),
        Column("dollars", "Dollars concerned", "cost", why_missing="no figure tells"), Column("dollars_are", "Which are"), Column("next_step", "Next step"),
    )),
    Shown("criteria", "The criteria", (
        Column("criterion", "Criterion"), Column("holds", "Holds"), Column("figure", "By"), Column("area", "Area"),
    ), most=40),
)  # fmt: skip
