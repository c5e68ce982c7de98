"""A section for the answer to any question that says itself how it is shown: its sentence, figures, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import altair as alt

from unequal import charts
from unequal.answers import Answer, Figure, showing
from unequal.pages import Column, Listing, term_of
from unequal.report.drawings import Picture
from unequal.report.forecast_pictures import money
from unequal.report.forecasts import figure_text
from unequal.report.headline import KeyFigure
from unequal.report.reading import Rows, rows_of
from unequal.terms.amounts import count_text

WIDE, HALF, NARROW = 1094, 530, 332
MOST_FIGURES = 6
"""More figures than this make no headline: the others stand in the answer."""
MOST_FIGURES_IN_BRIEF = 4
MOST_FINDINGS, MOST_FINDINGS_IN_BRIEF = 6, 3
MOST_PICTURES: Final = 2
_MOST_BESIDE: Final = 16
_LONGEST_BESIDE: Final = 34
_WHOLE_FROM: Final = 1_000
"""Estimates of this size or more are shown in whole units of the currency: nobody knows the cents of a forecast."""


def section(answer: Answer, *, is_brief: bool = False, is_in_full: bool = False) -> dict[str, Any]:
    """What a template needs of an answer.

    Args:
        answer: to any question that says how it is shown.
        is_brief: only its findings stand open, charts and tables are folded.
        is_in_full: its first table stands open beside its charts.
    """
    listings = [found for found in (listing(answer, shown) for shown in answer.shown) if found.rows]
    seen = 0 if is_brief else MOST_PICTURES
    is_pair = len(answer.drawn) > 1 and not is_brief and all(_fits_a_half(answer, drawn) for drawn in answer.drawn[:seen])
    pictures = [picture(answer, drawn, HALF if is_pair and at < seen else WIDE) for at, drawn in enumerate(answer.drawn)]
    opened = 1 if is_in_full or not (pictures or is_brief) else 0
    return {
        "id": answer.question,
        "behind": f"{answer.question}-behind",
        "answer": answer if answer.drill_down else replace(answer, drill_down=f"unequal ask {answer.question}"),
        "is_brief": is_brief,
        "findings": MOST_FINDINGS_IN_BRIEF if is_brief else MOST_FINDINGS,
        "figures": key_figures(answer)[: MOST_FIGURES_IN_BRIEF if is_brief else MOST_FIGURES],
        "pictures": pictures[:seen],
        "is_pair": is_pair,
        "further_pictures": pictures[seen:],
        "open": listings[:opened],
        "folded": listings[opened:],
        "names_customers": any(column.kind == "code" for shown in answer.shown for column in shown.columns),
    }


def _fits_a_half(answer: Answer, drawn: showing.Drawn) -> bool:
    """Whether a chart can stand beside another: a network is wide, and a long row of dots leaves a hole beside it."""
    if drawn.kind in ("lines", "matrix"):
        return True
    rows = rows_of(answer, drawn.table)
    return (
        drawn.kind != "network" and len(rows) <= _MOST_BESIDE and all(len(str(row[drawn.label] or "")) <= _LONGEST_BESIDE for row in rows)
    )


def key_figures(answer: Answer) -> list[KeyFigure]:
    """The strip: each figure with its range where it is an estimate, why where it is missing, and the word that defines it."""
    return [replace(_key_figure(figure), term=term_of(answer.question, figure.name)) for figure in answer.figures[:MOST_FIGURES]]


def _key_figure(figure: Figure) -> KeyFigure:
    if figure.value is None:
        return KeyFigure(figure.label, None, figure.why_missing or "not known")
    note = figure.note
    if figure.low is not None and figure.high is not None:
        low, high = (figure_text(replace(figure, value=end)) for end in (figure.low, figure.high))
        note = f"{note}, {low} to {high}" if note else f"{low} to {high}"
    is_loss = isinstance(figure.value, Decimal) and figure.value < 0
    return KeyFigure(figure.label, figure_text(figure), note, "loss" if is_loss else "")


def listing(answer: Answer, shown: showing.Shown) -> Listing:
    """A table that an answer shows, its estimates of money in whole units of the currency."""
    rows = rows_of(answer, shown.table)
    columns = [_column(one, rows) for one in shown.columns]
    why = {one.name: one.why_missing for one in shown.columns if one.why_missing}
    more = len(rows) - shown.most
    left = f"{count_text(more)} more row{'s' * (more != 1)} in the answer itself." if more > 0 else ""
    note = " ".join(part for part in (shown.note, left) if part)
    return Listing(
        shown.caption, columns, [_row(row, shown) for row in rows[: shown.most]], None, answer.currency, why, note, answer.question
    )


def _column(one: showing.Column, rows: Rows) -> Column:
    """A column of a page; estimates of money without cents where there are thousands of them."""
    values = [abs(row[one.name]) for row in rows if isinstance(row.get(one.name), float)] if one.kind in ("money", "cost") else []
    return Column(one.name, one.label, one.kind, one.term, 0 if max(values, default=0) >= _WHOLE_FROM else None)


def _row(row: Mapping[str, Any], shown: showing.Shown) -> dict[str, Any]:
    found = dict(row)
    for column in shown.columns:
        value = found.get(column.name)
        if column.kind in ("money", "cost") and isinstance(value, float):
            found[column.name] = money(value)
        if column.kind == "count" and isinstance(value, float):
            found[column.name] = round(value)
    return found


def picture(answer: Answer, drawn: showing.Drawn, width: int = WIDE) -> Picture:
    """A chart that an answer declares, for a page and for a telephone."""
    wide, narrow = (charts.svg(chart(answer, drawn, pixels)) for pixels in (width, NARROW))
    return Picture(drawn.title, wide, narrow)


def chart(answer: Answer, drawn: showing.Drawn, width: int, height: int = 300) -> alt.LayerChart:
    """A chart that an answer declares."""
    rows = rows_of(answer, drawn.table)
    if drawn.kind == "lines":
        told = [{"at": row[drawn.label], "series": row.get(drawn.series), "amount": _amount(row, drawn.amount)} for row in rows]
        return charts.lines(told, unit=drawn.unit, width=width, height=min(height, 260))
    if drawn.kind == "network":
        told = [{"source": row[drawn.label], "target": row[drawn.series], "amount": _amount(row, drawn.amount)} for row in rows]
        return charts.network(told, currency=drawn.unit, width=width, most=drawn.most)
    if drawn.kind == "ranges":
        ends = {"expected": drawn.amount, "low": drawn.low, "high": drawn.high}
        known = [row for row in rows if all(row.get(name) is not None for name in ends.values())]
        told = [{"name": row[drawn.label], **{part: _amount(row, name) for part, name in ends.items()}} for row in known]
        return charts.forecasts.whiskers(told, currency=drawn.unit, most=drawn.most, width=width)
    if drawn.kind == "matrix":
        told = [{"row": row[drawn.label], "column": row[drawn.series], "amount": _amount(row, drawn.amount)} for row in rows]
        return charts.matrix(told, unit=drawn.unit, width=width, neutral=drawn.neutral)
    told = [{"value": row[drawn.label], "amount": _amount(row, drawn.amount)} for row in rows if row.get(drawn.amount) is not None]
    if drawn.unit == "share":
        told = told[: drawn.most]  # shares do not add up, so those left out are no bar
    return charts.bars(told, currency=drawn.unit, word=drawn.title, most=drawn.most, width=width, neutral=drawn.neutral)


def _amount(row: Mapping[str, Any], name: str) -> Decimal | None:
    value = row.get(name)
    if value is None or isinstance(value, Decimal):
        return value
    return Decimal(value) if isinstance(value, int) else Decimal(repr(round(float(value), 6))) if abs(value) < 1 else money(value)
