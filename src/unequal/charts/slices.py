"""Bars of one figure for each value of a dimension: what each channel brings or costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import altair as alt

from unequal.charts.frame import Frame, rows_of
from unequal.charts.lettering import isolated, shortened, text_width
from unequal.charts.tokens import light
from unequal.charts.units import is_money, written
from unequal.terms.amounts import count_text

_ROW_PIXELS = 30
_HALF_BAR = 0.3


def bars(
    rows: Sequence[Mapping[str, Any]],
    *,
    currency: str | None,
    word: str = "profit",
    most: int = 16,
    width: int = 1094,
    neutral: bool = False,
) -> alt.LayerChart:
    """A bar for each value, its name before it and its amount at its end.

    Args:
        rows: `value` (text; None is written as not given) and `amount` (Decimal), in the order wanted.
        currency: ISO code; None where the amounts are counts, share where they are shares: those are drawn in slate, for colour means money.
        word: what the amounts are called at their evidence level.
        most: of more rows than this the middle ones are summed into one, which says how many it holds.
        width: of the whole picture, in pixels; the height follows from the rows.
        neutral: the amounts are ordinary costs, neither value created nor destroyed: bars are slate.

    Positive bars are teal and run right of the zero line, negative ones vermilion and left of
    it. Long names end in an ellipsis here and stand in full in the table beside.
    """
    shown = _shown(rows, most)
    if not shown:
        shown = [("Nothing in this selection", Decimal(0))]
    texts = [written(amount, currency) for _, amount in shown]
    names_room = min(max(text_width(name) for name, _ in shown) + 14, width * 0.34)
    frame = _frame([amount for _, amount in shown], texts, names_room, width)
    above, below = ("core", "core") if neutral or not is_money(currency) else ("value", "loss")
    layers = [
        layer
        for negative in (False, True)
        if (layer := _layer(shown, texts, frame, below if negative else above, negative=negative)) is not None
    ]
    names = [
        {"across": -names_room + 2, "down": frame.down(index) + 4, "text": [shortened(name, names_room - 12)]}
        for index, (name, _) in enumerate(shown)
    ]
    told = f"Bars of {word}. {'. '.join(f'{name}: {text}' for (name, _), text in zip(shown, texts, strict=True))}."
    return frame.finished([*layers, frame.upright_zero_line(), frame.texts(names, "left", "ink2"), *_amounts(shown, texts, frame)], told)


def _shown(rows: Sequence[Mapping[str, Any]], most: int) -> list[tuple[str, Decimal]]:
    named = [(isolated(str(row["value"])) if row["value"] not in (None, "") else "not given", Decimal(row["amount"])) for row in rows]
    if len(named) <= most:
        return named
    # Both ends matter: what brings most, and what costs most.
    best, worst = most // 2, most - 1 - most // 2
    rest = named[best : len(named) - worst]
    summed = (f"{count_text(len(rest))} others", sum((amount for _, amount in rest), Decimal(0)))
    return [*named[:best], summed, *named[len(named) - worst :]]


def _frame(amounts: list[Decimal], texts: list[str], names_room: float, width: int) -> Frame:
    """Room for the amounts at both ends of the scale, so that none is cut."""
    low, high = min(Decimal(0), *amounts), max(Decimal(0), *amounts)
    inner = width - names_room - 4
    room = {True: 0.0, False: 4.0}
    for amount, text in zip(amounts, texts, strict=True):
        room[amount < 0] = max(room[amount < 0], text_width(text, bold=True) + 12)
    span = float(high - low) or 1.0
    per_pixel = span / max(inner - room[True] - room[False], 40.0)
    domain = (float(low) - room[True] * per_pixel, float(low) + span + room[False] * per_pixel)
    return Frame(inner, _ROW_PIXELS * len(amounts), (2, 4, 2, names_room), domain, (len(amounts) - 0.5, -0.5))


def _layer(shown: list[tuple[str, Decimal]], texts: list[str], frame: Frame, token: str, *, negative: bool) -> alt.Chart | None:
    rows = [
        {"x": 0, "x2": amount, "y": index - _HALF_BAR, "y2": index + _HALF_BAR, "told": f"{name}: {text}"}
        for index, ((name, amount), text) in enumerate(zip(shown, texts, strict=True))
        if (amount < 0) == negative
    ]
    mark = alt.Chart(rows_of(rows)).mark_rect(color=light(token), cornerRadius=1)
    return frame.draw(mark, f"bars_{token}", x2=alt.X2("x2"), y2=alt.Y2("y2"), description=alt.Description("told:N")) if rows else None


def _amounts(shown: list[tuple[str, Decimal]], texts: list[str], frame: Frame) -> list[alt.Chart]:
    layers = []
    for negative in (False, True):
        rows = [
            {"across": frame.across(amount) + (-6 if negative else 6), "down": frame.down(index) + 4, "text": [text]}
            for index, ((_, amount), text) in enumerate(zip(shown, texts, strict=True))
            if (amount < 0) == negative
        ]
        layers += [frame.texts(rows, "right" if negative else "left", "loss" if negative else "ink", bold=True)] if rows else []
    return layers
