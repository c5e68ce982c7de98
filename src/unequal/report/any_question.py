"""A section for the answer to any question that says itself how it is shown: its sentence, figures, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import altair as alt

from unequal import charts
from unequal.answers import Answer, Figure, showing
from unequal.pages import Column, Listing
from unequal.report.drawings import Picture
from unequal.report.forecast_pictures import money
from unequal.report.forecasts import figure_text
from unequal.report.headline import KeyFigure
from unequal.report.reading import rows_of
from unequal.terms.amounts import count_text, money_text, share_text

WIDE, NARROW = 1094, 332
MOST_FIGURES = 6
"""More figures than this make no headline: the others stand in the answer."""


def section(answer: Answer) -> dict[str, Any]:
    """What a template needs of an answer."""
    return {
        "id": answer.question,
        "answer": answer,
        "figures": key_figures(answer),
        "pictures": [picture(answer, drawn) for drawn in answer.drawn],
        "listings": [listing(answer, shown) for shown in answer.shown],
    }


def key_figures(answer: Answer) -> list[KeyFigure]:
    """The strip: each figure with its range where it is an estimate, and why where it is missing."""
    return [_key_figure(figure) for figure in answer.figures[:MOST_FIGURES]]


def _key_figure(figure: Figure) -> KeyFigure:
    if figure.value is None:
        return KeyFigure(figure.label, None, figure.why_missing or "not known")
    note = figure.note
    if figure.low is not None and figure.high is not None:
        low, high = (_end(end, figure.unit) for end in (figure.low, figure.high))
        note = f"{note}, {low} to {high}" if note else f"{low} to {high}"
    is_loss = isinstance(figure.value, Decimal) and figure.value < 0
    return KeyFigure(figure.label, figure_text(figure), note, "loss" if is_loss else "")


def _end(value: Decimal | float, unit: str) -> str:
    if isinstance(value, Decimal):
        return money_text(value, unit)
    return share_text(value) if unit == "share" else count_text(round(value))


def listing(answer: Answer, shown: showing.Shown) -> Listing:
    """A table that an answer shows, its estimates of money in whole units of the currency."""
    rows = rows_of(answer, shown.table)
    columns = [Column(one.name, one.label, one.kind, one.term) for one in shown.columns]
    why = {one.name: one.why_missing for one in shown.columns if one.why_missing}
    left = f"{count_text(len(rows) - shown.most)} more rows in the answer itself." if len(rows) > shown.most else ""
    note = " ".join(part for part in (shown.note, left) if part)
    return Listing(shown.caption, columns, [_row(row, shown) for row in rows[: shown.most]], None, answer.currency, why, note)


def _row(row: Mapping[str, Any], shown: showing.Shown) -> dict[str, Any]:
    found = dict(row)
    for column in shown.columns:
        value = found.get(column.name)
        if column.kind in ("money", "cost") and isinstance(value, float):
            found[column.name] = Decimal(round(value))
        if column.kind == "count" and isinstance(value, float):
            found[column.name] = round(value)
    return found


def picture(answer: Answer, drawn: showing.Drawn) -> Picture:
    """A chart that an answer declares, for a page and for a telephone."""
    wide, narrow = (charts.svg(chart(answer, drawn, width)) for width in (WIDE, NARROW))
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
    return charts.bars(told, currency=drawn.unit, word=drawn.title, most=drawn.most, width=width, neutral=drawn.neutral)


def _amount(row: Mapping[str, Any], name: str) -> Decimal | None:
    value = row.get(name)
    if value is None or isinstance(value, Decimal):
        return value
    return Decimal(value) if isinstance(value, int) else Decimal(repr(round(float(value), 6))) if abs(value) < 1 else money(value)
