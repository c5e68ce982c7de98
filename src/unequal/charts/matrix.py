"""A matrix: an amount for each row and column, larger ones on a darker ground, what stays in place framed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import altair as alt

from unequal.charts.frame import Frame, rows_of
from unequal.charts.lettering import isolated, shortened, text_width, wrapped
from unequal.charts.tokens import light
from unequal.charts.units import is_money, written
from unequal.terms.amounts import MINUS, SIGN_OF_CURRENCY

_ROW_PIXELS = 34
_GAP = 0.04
_WIDEST_NAMES = 0.3
_LINE = 16
_LEAST_SHADE, _MOST_SHADE = 0.18, 1.0
MOST_NAMES = 14
"""More rows or columns than this are left to the table."""
_UNITS = ((Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "k"))
Cells = Mapping[tuple[str, str], Decimal]


def matrix(
    rows: Sequence[Mapping[str, Any]], *, unit: str | None, across: str = "to", down: str = "from", width: int = 1094, neutral: bool = False
) -> alt.LayerChart:
    """A grid with a figure in each cell.

    Args:
        rows: `row` and `column` (text) and `amount` (Decimal), in the order wanted; None leaves its cell empty. Rows and columns stand in
            the order in which they first come.
        unit: ISO code, share, or what is counted.
        across, down: what columns and rows are, for who cannot see it.
        width: of the whole picture, in pixels; the height follows from the rows.
        neutral: money is shaded in slate too, for it is neither gained nor lost.

    Counts are on slate grounds, money gained on teal ones and money lost on vermilion ones, the deeper the larger. A cell whose row and column bear
    one name is framed. Long names are broken or end in an ellipsis, and an amount that does not fit is rounded or left out: the table beside has all in full.
    """
    names = list(dict.fromkeys(_name(row["row"]) for row in rows))[:MOST_NAMES]
    heads = list(dict.fromkeys(_name(row["column"]) for row in rows))[:MOST_NAMES]
    cells = {
        (_name(row["row"]), _name(row["column"])): Decimal(row["amount"])
        for row in rows
        if row["amount"] is not None and _name(row["row"]) in names and _name(row["column"]) in heads
    }
    if not cells:
        frame = Frame(width - 8, 40, (2, 4, 2, 4), (0, 1), (0, 1))
        nothing = frame.texts([{"across": 0, "down": 20, "text": ["Nothing in this selection"]}], "left", "ink2")
        return frame.finished([nothing], "Nothing to show.")
    room = min(max(text_width(name) for name in names) + 14, width * _WIDEST_NAMES)
    inner = width - room - 4
    broken = [wrapped(head, inner / len(heads) - 6, lines=2) for head in heads]
    top = _LINE * max(map(len, broken)) + 6
    frame = Frame(inner, _ROW_PIXELS * len(names), (top, 4, 2, room), (-0.5, len(heads) - 0.5), (len(names) - 0.5, -0.5))
    layers = [*_grounds(cells, names, heads, frame, neutral=neutral or not is_money(unit)), *_frames(cells, names, heads, frame)]
    labels = [
        {"across": -room + 2, "down": frame.down(index) + 4, "text": [shortened(name, room - 12)]} for index, name in enumerate(names)
    ]
    over = [{"across": frame.across(index), "down": -6 - _LINE * (len(lines) - 1), "text": lines} for index, lines in enumerate(broken)]
    told = [
        f"{down} {name} {across} {head}: {written(cells[name, head], unit)}" for name in names for head in heads if (name, head) in cells
    ]
    figures = _figures(cells, names, heads, frame, unit)
    return frame.finished(
        [*layers, frame.texts(labels, "left", "ink2"), frame.texts(over, "center", "ink2"), figures], f"{'. '.join(told)}."
    )


def _name(given: object) -> str:
    return isolated(str(given)) if given not in (None, "") else "not given"


def _grounds(cells: Cells, names: list[str], heads: list[str], frame: Frame, *, neutral: bool) -> list[alt.Chart]:
    """A rectangle behind each figure; its ground by sign, how deep by size."""
    most = max(abs(amount) for amount in cells.values()) or Decimal(1)
    layers = []
    for negative in (False, True):
        token = "core-soft" if neutral else "loss-soft" if negative else "value-soft"
        rows = [
            {
                "x": heads.index(head) - 0.5 + _GAP, "x2": heads.index(head) + 0.5 - _GAP,
                "y": names.index(name) - 0.5 + _GAP, "y2": names.index(name) + 0.5 - _GAP,
                # By the root: most of the base stands on the diagonal, and the cells beside it are what is looked for.
                "deep": _LEAST_SHADE + (_MOST_SHADE - _LEAST_SHADE) * float(abs(amount) / most) ** 0.5,
            }
            for (name, head), amount in cells.items()
            if amount and (amount < 0) == negative
        ]  # fmt: skip
        if rows:
            mark = alt.Chart(rows_of(rows)).mark_rect(color=light(token), cornerRadius=2, aria=False)
            shade = alt.Opacity("deep:Q", scale=None, legend=None)
            layers.append(
                frame.draw(mark, f"cells_{token}_{'below' if negative else 'above'}", x2=alt.X2("x2"), y2=alt.Y2("y2"), opacity=shade)
            )
    return layers


def _frames(cells: Cells, names: list[str], heads: list[str], frame: Frame) -> list[alt.Chart]:
    """Around what stays where it was."""
    rows = [
        {"x": heads.index(name) - 0.5 + _GAP, "x2": heads.index(name) + 0.5 - _GAP, "y": place - 0.5 + _GAP, "y2": place + 0.5 - _GAP}
        for place, name in enumerate(names)
        if name in heads and (name, name) in cells
    ]
    if not rows:
        return []
    mark = alt.Chart(rows_of(rows)).mark_rect(filled=False, stroke=light("border"), strokeWidth=1, cornerRadius=2, aria=False)
    return [frame.draw(mark, "stayed", x2=alt.X2("x2"), y2=alt.Y2("y2"))]


def _figures(cells: Cells, names: list[str], heads: list[str], frame: Frame, unit: str | None) -> alt.Chart:
    wide = frame.width / len(heads) - 4
    rows = [
        {
            "across": frame.across(heads.index(head)), "down": frame.down(names.index(name)) + 4,
            "text": [_fitting(amount, unit, wide)],
        }
        for (name, head), amount in cells.items()
    ]  # fmt: skip
    return frame.texts([row for row in rows if row["text"] != [""]], "center", "ink")


def _fitting(amount: Decimal, unit: str | None, wide: float) -> str:
    """The amount as it is written, or in whole thousands or millions, or nothing: part of a figure would be another figure."""
    choices = [written(amount, unit)]
    if unit != "share":
        size = abs(amount)
        least, letter = next((each for each in _UNITS if size >= each[0]), (Decimal(1), ""))
        whole = f"{(size / least).to_integral_value(rounding=ROUND_HALF_UP):,f}{letter}"
        sign = MINUS if amount < 0 else ""
        choices += [f"{sign}{SIGN_OF_CURRENCY.get(unit or '', '')}{whole}", f"{sign}{whole}"]
    return next((text for text in choices if text_width(text) <= wide), "")
