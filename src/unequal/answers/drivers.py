"""Which parts of the service matter to whom: what satisfaction, staying and profit go with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal import customer_base
from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.experienced import ASSOCIATION, customers_asked, days_text, of_days, published, refuse_level, with_segment
from unequal.answers.forecasts import range_text, totals_of
from unequal.answers.lacking import lacking
from unequal.answers.occasions import knows_dollars
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import share_text
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

driving = customer_base.steps.experience.driving
FEWEST: Final = 40
"""Answers of fewer customers than this are not shared out among the parts of a service."""
_ALONE: Final = 2.71
"""Times one over the number of customers: what chance alone gives a part, nine times in ten no more (chi-square of one degree)."""
_DAYS: Final = 365.0
_LOW_THIRD: Final = 1 / 3
_SCHEMA: Final = pa.schema([
    ("outcome", pa.string()), ("part", pa.string()), ("importance", pa.float64()), ("importance_low", pa.float64()), ("importance_high", pa.float64()),
    ("of_explained_share", pa.float64()), ("direction", pa.float64()), ("first_share", pa.float64()), ("is_told_apart", pa.bool_()),
    ("explained_share", pa.float64()), ("answers", pa.int64()), ("customers", pa.int64()),
])  # fmt: skip
_BY_SEGMENT: Final = pa.schema([pa.field("segment", pa.string()), *_SCHEMA])


@dataclass(frozen=True, eq=False)
class _Asked:
    """Complete answers: scores of the parts, what is known of their customer, and whose each is."""

    rows: pa.Table
    parts: tuple[str, ...]
    outcomes: Mapping[str, str]
    """Outcome as it is told -> the column that holds it."""


def drivers(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """Which parts of the service go with satisfaction, with staying and with profit, and for whom.

    Args:
        base: a published run.
        where: a predicate over customers: their attributes, band, p_alive, ...
        by: a dimension of customers.
        period: only what was answered in these days.
        level: not for this question.

    Raises:
        AnswerError: ANS016, there are no scores, or too few; ANS011, a level is given; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    refuse_level("drivers", level)
    told = of_days(published(base, "drivers", "survey_answer", "surveys"), "answered_on", period)
    customers = base.keep(customers_asked(base, where, by))
    asked = _asked(base, told, customers, by)
    found = dict(_shared(base, asked, asked.rows))
    if not found:
        raise lacking("drivers", f"answers of {FEWEST} customers with every score; there are {_people(asked.rows)} (surveys.source)",
                      "ask more customers, or ask without --where")  # fmt: skip
    table = pa.Table.from_pylist([row for name, one in found.items() for row in _rows(name, asked.parts, *one)], _SCHEMA)
    segments = _segments(base, asked) if by else None
    apart = {f"drivers of {name}": table.filter(pc.equal(table["outcome"], name)) for name in found}
    tables = {"drivers": table, **apart, **({} if segments is None else {"segments": segments})}
    stake = _stake(base, asked, told, customers, found)
    return Answer(
        question="drivers",
        title="What matters to whom",
        sentence=_sentence(base, asked, found, stake),
        findings=(*_findings(base, asked, found), *_thin(asked, segments), ASSOCIATION),
        period=f"answered {days_text(base, told, 'answered_on')}",
        figures=tuple(_figures(asked, found)),
        table=table,
        tables=tables,
        where=where,
        by=by,
        drill_down="unequal export surveys",
        words=base.project.value.words,
        shown=_shown(segments is not None),
        drawn=_drawn(found),
        is_estimate=True,
        **rests_on(base),
    )


def _asked(base: Base, told: ibis.Table, customers: ibis.Table, by: str | None) -> _Asked:
    surveys = base.project.surveys
    assert surveys is not None, "the section was asked for before"
    parts = tuple(surveys.attributes)
    asked = {f"_part_{number}": name for number, name in enumerate(parts)}
    asked |= {f"_{role}": name for role in ("satisfaction", "recommend") if (name := getattr(surveys, role))}
    score = {key: ibis.ifelse(told["attribute"] == name, told["score"], ibis.null("float64")).max() for key, name in asked.items()}
    answers = told.group_by("survey_id", "customer_id", "answered_on").aggregate(**score)
    known = customers.mutate(_stays=customers["p_alive"])
    band = base.table("band").select(_banded="customer_id", _brings=base.table("band")["amount"].cast("float64"))
    wide = known.left_join(band, known["customer_id"] == band["_banded"])
    rows = with_segment(answers, wide, by)
    beside = wide.select(_known="customer_id", _stays="_stays", _brings="_brings")
    joined = rows.inner_join(beside, rows["customer_id"] == beside["_known"])
    whole = [joined[key].notnull() for key in score]
    names = ("survey_id", "customer_id", "segment", "answered_on", *score, "_stays", "_brings")
    found = base.arrow(joined.filter(*whole, joined["answered_on"].notnull()).select(*names).order_by("survey_id", "customer_id"))
    outcomes = {name: f"_{name}" for name in ("satisfaction", "recommend") if f"_{name}" in score}
    return _Asked(found, parts, {**outcomes, "staying": "_stays", WORD_OF_LEVEL[base.level]: "_brings"})


def _people(rows: pa.Table) -> int:
    return len(set(rows["customer_id"].to_pylist()))


def _shared(base: Base, asked: _Asked, rows: pa.Table) -> Iterator[tuple[str, tuple[driving.Drivers, int, int]]]:
    """Each outcome that enough customers have, with how it is shared out, and of how many answers and customers."""
    for name, column in asked.outcomes.items():
        some = rows.filter(pc.is_valid(rows[column]))
        people = _people(some)
        if people < FEWEST or (column == "_brings" and not knows_dollars(base.project)):
            continue
        outcome = np.asarray(some[column].to_numpy(), dtype=np.float64)
        later = column in ("_stays", "_brings")
        # Who was asked long ago has had longer to leave and to buy: that is held apart. Profit is taken by its place, for a few bring most.
        held = np.asarray(some["answered_on"].cast(pa.int32()).to_numpy(), dtype=np.float64)[:, None] / _DAYS if later else None
        if outcome.std() == 0:
            continue
        if column == "_brings":
            outcome = np.argsort(np.argsort(outcome, kind="stable"), kind="stable").astype(np.float64)
        scores = np.column_stack([np.asarray(some[f"_part_{number}"].to_numpy(), dtype=np.float64) for number in range(len(asked.parts))])
        whose = np.unique(np.array(some["customer_id"].to_pylist()), return_inverse=True)[1]
        yield name, (driving.drivers(scores, outcome, whose, held=held), len(some), people)


def _rows(outcome: str, parts: tuple[str, ...], found: driving.Drivers, answers: int, people: int) -> Iterator[dict[str, Any]]:
    for at in sorted(range(len(parts)), key=lambda place: -found.importance[place]):
        yield {
            "outcome": outcome, "part": parts[at], "importance": float(found.importance[at]), "importance_low": float(found.low[at]),
            "importance_high": float(found.high[at]), "of_explained_share": float(found.importance[at] / found.explained) if found.explained else 0.0,
            "direction": float(found.direction[at]), "first_share": float(found.leads[at]), "is_told_apart": bool(found.low[at] > _ALONE / people),
            "explained_share": found.explained, "answers": answers, "customers": people,
        }  # fmt: skip


def _segments(base: Base, asked: _Asked) -> pa.Table:
    """The same for each segment that is not thin."""
    rows: list[dict[str, Any]] = []
    segments = sorted({str(name) for name in asked.rows["segment"].to_pylist() if name is not None})
    for number, segment in enumerate(segments):
        base.tell(f"what drives {segment}", number / len(segments))
        some = asked.rows.filter(pc.equal(asked.rows["segment"], segment))
        for name, one in _shared(base, asked, some):
            rows += [{"segment": segment, **row} for row in _rows(name, asked.parts, *one)]
    return pa.Table.from_pylist(rows, _BY_SEGMENT)


def _thin(asked: _Asked, segments: pa.Table | None) -> list[str]:
    if segments is None:
        return []
    named = {str(name) for name in asked.rows["segment"].to_pylist() if name is not None}
    thin = sorted(named - set(segments["segment"].to_pylist()))
    told = [
        f"{row['segment']}: {row['part']} comes first for {row['outcome']} ({share_text(round(row['first_share'], 4))} of the draws)."
        for row in _firsts(segments) if row["outcome"] == _first_outcome(asked)
    ]  # fmt: skip
    return [*told, *([f"Withheld, for fewer than {FEWEST} of their customers answered: {', '.join(thin)}."] if thin else [])]


def _first_outcome(asked: _Asked) -> str:
    return next(iter(asked.outcomes))


def _firsts(table: pa.Table) -> list[dict[str, Any]]:
    """The first row of each segment and outcome: the part that matters most."""
    seen: set[tuple[object, object]] = set()
    firsts = []
    for row in table.to_pylist():
        if (row["segment"], row["outcome"]) not in seen:
            seen.add((row["segment"], row["outcome"]))
            firsts.append(row)
    return firsts


_Found = Mapping[str, tuple[driving.Drivers, int, int]]


def _stake(base: Base, asked: _Asked, told: ibis.Table, customers: ibis.Table, found: _Found) -> tuple[str, float, dict[str, Any]] | None:
    """The part that goes most with staying, the score that the worst third gave it at most, and what those customers are expected to bring."""
    if "staying" not in found or not knows_dollars(base.project):
        return None
    one = found["staying"][0]
    at = int(one.importance.argmax())
    if one.low[at] <= _ALONE / found["staying"][2]:
        return None
    scores = np.asarray(asked.rows[f"_part_{at}"].to_numpy(), dtype=np.float64)
    low = float(np.quantile(scores, _LOW_THIRD, method="lower"))
    concerned = told.filter(told["attribute"] == asked.parts[at], told["score"] <= low)
    total = totals_of(base, customers.filter(customers["value_expected"].notnull()).semi_join(concerned, "customer_id"), None)
    return (asked.parts[at], low, total[0]) if total else None


def _sentence(base: Base, asked: _Asked, found: _Found, stake: tuple[str, float, dict[str, Any]] | None) -> str:
    first = next(iter(found))
    words = base.project.value.words
    said = f"Of what {words} score, {_lead(asked, found, first)}"
    if "staying" not in found or first == "staying":
        return f"{said}."
    if stake is None:
        return f"{said}; no part can be told apart from chance where staying is concerned."
    part, low, total = stake
    worth = range_text(total, "value", base.project.reporting_currency)
    return (
        f"{said}; {_lead(asked, found, 'staying')}: the {total['customers']:,} {words} who gave {part} {low:g} or less are still expected to "
        f"bring {worth}."
    )


def _lead(asked: _Asked, found: _Found, outcome: str) -> str:
    one = found[outcome][0]
    at = int(one.importance.argmax())
    low, high = (share_text(round(float(end), 4)) for end in (one.low[at], one.high[at]))
    return (
        f"{asked.parts[at]} goes most with {outcome}: it explains {share_text(round(float(one.importance[at]), 4))} of it "
        f"(between {low} and {high}, nine times in ten)"
    )


def _findings(base: Base, asked: _Asked, found: _Found) -> Iterator[str]:
    for outcome, (one, answers, people) in found.items():
        order = sorted(range(len(asked.parts)), key=lambda at: -one.importance[at])
        apart = [at for at in order if one.low[at] > _ALONE / people]
        listed = ", ".join(f"{asked.parts[at]} {share_text(round(float(one.importance[at] / one.explained), 4))}" for at in order)
        ends = " to ".join(share_text(round(end, 4)) for end in (one.explained_low, one.explained_high))
        told = f"{outcome}: the parts explain {share_text(round(one.explained, 4))} of it ({ends}), of which {listed} ({answers:,} answers of {people:,})."
        yield told if apart else f"{outcome}: no part can be told apart from chance ({answers:,} answers of {people:,})."
    firsts = {outcome: asked.parts[int(one.importance.argmax())] for outcome, (one, _answers, people) in found.items()
              if one.low.max() > _ALONE / people}  # fmt: skip
    first = next(iter(firsts), None)
    if first and "staying" in firsts and firsts[first] != firsts["staying"]:
        yield f"What pleases is not what keeps: {firsts[first]} leads for {first}, {firsts['staying']} for staying."
    if "staying" in found:
        yield "Staying is the chance that the customer still is one, as the forecast has it, with the day of the answer held apart."
    if WORD_OF_LEVEL[base.level] in found:
        yield f"For {WORD_OF_LEVEL[base.level]} the place among all is explained, and not the dollars, for a few bring most of them."


def _figures(asked: _Asked, found: _Found) -> Iterator[Figure]:
    for outcome, (one, _answers, _people) in found.items():
        word = outcome.replace(" ", "_").lower()
        yield Figure(f"{word}_explained", f"{outcome}: explained by all parts", round(one.explained, 6), "share",
                     low=round(one.explained_low, 6), high=round(one.explained_high, 6), note="association")  # fmt: skip
        at = int(one.importance.argmax())
        yield Figure(f"{word}_first", f"{outcome}: explained by {asked.parts[at]}, the first", round(float(one.importance[at]), 6), "share",
                     low=round(float(one.low[at]), 6), high=round(float(one.high[at]), 6), note="association")  # fmt: skip


def _shown(sliced: bool) -> tuple[Shown, ...]:
    columns = (
        Column("part", "Part of the service", "name"), Column("importance", "Explains", "share", "importance"), Column("importance_low", "From", "share", "range"),
        Column("importance_high", "To", "share", "range"), Column("of_explained_share", "Of what is explained", "share"),
        Column("direction", "Goes with it", "number", "direction_of_driver"), Column("first_share", "First in draws", "share"),
    )  # fmt: skip
    outcome = Column("outcome", "Outcome", "name")
    whole = Shown("drivers", "What goes with what", (outcome, *columns), most=20)
    if not sliced:
        return (whole,)
    return whole, Shown("segments", "For whom", (Column("segment", "Who", "name"), outcome, *columns), most=60)


def _drawn(found: _Found) -> tuple[Drawn, ...]:
    return tuple(
        Drawn("ranges", f"drivers of {name}", f"How much of {name} each part explains", "part", "importance", "share", "importance_low",
              "importance_high", neutral=True)
        for name in found
    )  # fmt: skip
