"""What it would be worth to steer by customers' value: from the firm's own figures, with effects that nobody has measured here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from unequal.answers.answer import Answer, Figure
from unequal.answers.base import Base
from unequal.answers.drilling import command
from unequal.answers.evidence import booked_days, whole_period
from unequal.answers.forecasts import estimate
from unequal.answers.lacking import lacking, refuse_narrowing
from unequal.answers.levers import FEWEST, Lever, levers_of, levers_of_some, prepared
from unequal.answers.parting import asked, parted, slices, withheld
from unequal.answers.proven import proven
from unequal.answers.resting import rests_on
from unequal.answers.showing import Column, Drawn, Shown
from unequal.terms.amounts import money_text
from unequal.terms.lines import WORD_OF_LEVEL, Level
from unequal.terms.periods import Period

_MONEY: Final = pa.decimal128(28, 4)
_LEVER: Final = pa.schema([
    ("lever", pa.string()), ("name", pa.string()), ("figure", pa.string()), ("own_figure", _MONEY), ("effect_low", pa.float64()),
    ("effect_supposed", pa.float64()), ("effect_high", pa.float64()), ("effect_unit", pa.string()), ("grounds", pa.string()),
    ("year_low", _MONEY), ("year_supposed", _MONEY), ("year_high", _MONEY), ("in_sum", pa.bool_()), ("literature", pa.string()), ("lacks", pa.string()),
])  # fmt: skip


@dataclass(frozen=True)
class Sums:
    """What levers come to together: low, supposed and high; dollars a year."""

    low: float
    supposed: float
    high: float
    left_out: tuple[str, ...]


def worth_doing(
    base: Base, *, where: str | None = None, by: str | None = None, period: Period | None = None, level: Level | None = None
) -> Answer:
    """What retention, cost to serve, the mix of new customers and service by value would bring in a year, each with its range.

    Args:
        base: a published run.
        where: a predicate over customers: then what is done would be done to these alone.
        by: a dimension of customers: beside them all, the levers of each slice.
        period, level: not for this question: it looks a year ahead.

    Raises:
        AnswerError: ANS011, a period or level is given; ANS016, no lever has a figure; ANS002, no such dimension.
        PredicateError: `where` is refused.
    """
    refuse_narrowing(
        "this question looks a year ahead, at the level of the base", period, level, do="ask it without --from, --to and --level"
    )
    customers = asked(base, where, by) if where is not None or by is not None else None
    base = prepared(base)
    cut, thin = ([], 0) if by is None or customers is None else slices(base, customers, by, fewest=FEWEST)
    levers = levers_of(base) if where is None or customers is None else levers_of_some(base, parted(base, customers))
    levers = (*levers, *proven(base, None if where is None else customers))
    if all(one.lacks for one in levers):
        raise lacking(
            "worth-doing", "; ".join(f"{one.name.lower()}: {one.lacks}" for one in levers), do="map sales, and what serving customers costs"
        )
    sums = together(levers)
    table = pa.Table.from_pylist([_row(one, one.name not in sums.left_out) for one in levers], _LEVER)
    sliced = {} if by is None else {"slices": _sliced(base, cut)}
    return Answer(
        question="worth-doing",
        title="What steering by our customers would be worth",
        sentence=_sentence(base, sums),
        findings=(*_findings(base, levers, sums), *withheld(thin, FEWEST)),
        period=f"a year from {_end(base)} on (known: {whole_period(base)})",
        figures=_figures(base, levers, sums),
        table=table,
        tables={"levers": table, **sliced},
        where=where,
        by=by,
        drill_down="unequal export values" if where is None else command(where),
        words=base.project.value.words,
        shown=_SHOWN if by is None else (_shown_slices(by), *_SHOWN),
        drawn=(Drawn("ranges", "levers", "A year of each lever, if it works as supposed", "name", "year_supposed", base.project.reporting_currency,
                     low="year_low", high="year_high"),),
        is_estimate=True,
        **rests_on(base),
    )  # fmt: skip


def together(levers: Sequence[Lever]) -> Sums:
    """The sum without what two levers would both count.

    Service by value works, where it does, largely by keeping customers, so of it and retention the larger counts alone, at each end of the range. Cost to serve
    is taken from customers below zero and the mix moves new customers only: neither stands in the other two. What was measured takes the place of what was
    assumed of the same thing.

    >>> from unequal.answers.levers import made
    >>> together([made("retention", 100.0), made("service", 40.0), made("mix", 10.0)]).supposed
    110.0
    """
    replaced = {one.replaces for one in levers if one.replaces}
    known = [one for one in levers if not one.lacks and one.key not in replaced]
    rivals = sorted((one for one in known if one.key in {"retention", "service"}), key=lambda one: (-one.year[1], one.key))
    others = [one for one in known if one not in rivals]
    low, supposed, high = (
        float(sum(one.year[end] for one in others)) + max((one.year[end] for one in rivals), default=0.0) for end in range(3)
    )
    return Sums(low, supposed, high, tuple(one.name for one in [*rivals[1:], *(one for one in levers if one.lacks or one.key in replaced)]))


_SLICE: Final = pa.schema([
    ("segment", pa.string()), ("customers", pa.int64()), ("lever", pa.string()), ("name", pa.string()), ("own_figure", _MONEY), ("year_low", _MONEY),
    ("year_supposed", _MONEY), ("year_high", _MONEY), ("lacks", pa.string()),
])  # fmt: skip


def _sliced(base: Base, cut: Sequence[tuple[str, int, Base]]) -> pa.Table:
    """The levers of each slice, the largest slice first."""
    rows = []
    for segment, customers, part in cut:
        for one in levers_of_some(base, part):
            told = _row(one, True)
            rows.append({"segment": segment, "customers": customers, **{name: told[name] for name in _SLICE.names[2:]}})
    return pa.Table.from_pylist(rows, _SLICE)


def _shown_slices(by: str) -> Shown:
    return Shown("slices", f"The levers by {by.replace('_', ' ')}", (
        Column("segment", by.replace("_", " ").capitalize(), "name"), Column("customers", "Customers", "count"), Column("name", "Lever"),
        Column("own_figure", "Own figure", "money", why_missing="lacks"), Column("year_supposed", "If so, a year", "money", "supposed", "lacks"),
        Column("year_low", "From", "money", why_missing="lacks"), Column("year_high", "To", "money", why_missing="lacks"),
    ), note=f"Slices of fewer than {FEWEST} customers are withheld.", most=40)  # fmt: skip


def _row(lever: Lever, in_sum: bool) -> dict[str, Any]:
    effect = lever.effect
    year = [None, None, None] if lever.lacks else [estimate(one) for one in lever.year]
    return {
        "lever": lever.key, "name": lever.name, "figure": lever.figure, "own_figure": None if lever.lacks else lever.own,
        "effect_low": effect.low, "effect_supposed": effect.supposed, "effect_high": effect.high, "effect_unit": lever.unit,
        "grounds": effect.grounds or "assumed", "year_low": year[0], "year_supposed": year[1], "year_high": year[2], "in_sum": in_sum,
        "literature": lever.literature, "lacks": lever.lacks or None,
    }  # fmt: skip


def _end(base: Base) -> date | str:
    last = booked_days(base)[1]
    return last if isinstance(last, date) else "now"


def _ranged(base: Base, ends: tuple[float, float, float]) -> str:
    low, supposed, high = (money_text(estimate(one), base.project.reporting_currency) for one in ends)
    least = "nothing" if not ends[0] else low
    most = "nothing" if not ends[2] else high
    return f"between {least} and {most} ({supposed} if all works as supposed)"


def _sentence(base: Base, sums: Sums) -> str:
    unmeasured = "; no effect has been shown here, so it may bring nothing" if sums.low <= 0 else ""
    return f"Steering by customers would bring {_ranged(base, (sums.low, sums.supposed, sums.high))} of {WORD_OF_LEVEL[base.level]} in a year{unmeasured}."


def _findings(base: Base, levers: Sequence[Lever], sums: Sums) -> list[str]:
    told = []
    for one in levers:
        if one.lacks:
            told.append(f"{one.name}: cannot be told, for want of {one.lacks}.")
            continue
        effect = one.effect
        grounds = f"measured: {effect.grounds}" if effect.grounds else "assumed, not measured"
        told.append(
            f"{one.name}: {_ranged(base, one.year)} a year, from {one.figure} ({money_text(one.own, base.project.reporting_currency)}) and "
            f"{effect.low:g} to {effect.high:g} {one.unit}, {effect.supposed:g} supposed ({grounds}). {one.literature}"
        )
    replaced = {one.replaces for one in levers if one.replaces}
    told += [
        f"{one.name} is still an assumption, and left out of the sum: what treatments of ours were measured to bring takes its place."
        for one in levers
        if one.key in replaced and not one.lacks
    ]
    left = [one.name for one in levers if one.name in sums.left_out and not one.lacks and one.key not in replaced]
    if left:
        told.append(
            f"The sum leaves out {' and '.join(left).lower()}: service that is better for customers of value works largely by keeping them, and would count twice."
        )
    told.append(
        "What it costs to do any of it is in none of these figures. An experiment that holds some customers out measures an effect; put it into worth_doing then."
    )
    return told


def _figures(base: Base, levers: Sequence[Lever], sums: Sums) -> tuple[Figure, ...]:
    currency = base.project.reporting_currency
    found = [
        Figure(
            "worth_doing",
            "All together, in a year",
            estimate(sums.supposed),
            currency,
            low=estimate(sums.low),
            high=estimate(sums.high),
            note="supposed",
        )
    ]
    for one in levers:
        low, supposed, high = (estimate(end) for end in one.year)
        lacks = bool(one.lacks)
        found.append(Figure(one.key, f"{one.name}, in a year", None if lacks else supposed, currency, low=None if lacks else low, high=None if lacks else high,
                            why_missing=one.lacks, note="assumed" if not one.effect.grounds else "measured"))  # fmt: skip
    return tuple(found)


_SHOWN: Final = (
    Shown("levers", "The levers, a year of each", (
        Column("name", "Lever"), Column("own_figure", "Our own figure", "money", why_missing="lacks"), Column("figure", "Which is"),
        Column("effect_supposed", "Effect supposed", "number"), Column("effect_unit", "Of"), Column("grounds", "Grounds", term="supposed"),
        Column("year_supposed", "If so, a year", "money", "supposed", "lacks"), Column("year_low", "From", "money", why_missing="lacks"),
        Column("year_high", "To", "money", why_missing="lacks"), Column("in_sum", "In the sum"),
    ), note="Ranges begin at nothing wherever nobody has measured the effect here. The literature's figures are other firms' and no promise."),
)  # fmt: skip
