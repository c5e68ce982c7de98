"""Totals that are expected, each as a dot with its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import altair as alt

from unequal.charts.frame import Frame, rows_of
from unequal.charts.lettering import isolated, shortened, text_width
from unequal.charts.tokens import light
from unequal.charts.units import is_money, written
from unequal.terms.amounts import count_text

_ROW_PIXELS = 34
_CAP = 0.13
_DOT = 46


@dataclass(frozen=True)
class _Ranged:
    """One row: a name, what is expected, and between what it lies nine times in ten."""

    name: str
    mean: Decimal
    low: Decimal
    high: Decimal
    is_neutral: bool = False

    @property
    def colour(self) -> str:
        return "core" if self.is_neutral else "loss" if self.mean < 0 else "value"


def whiskers(rows: Sequence[Mapping[str, Any]], *, currency: str, most: int = 16, width: int = 542) -> alt.LayerChart:
    """A dot for what each segment is expected to bring, and a line between the ends of its range.

    Args:
        rows: `name` (None is written as not given), `expected`, `low`, `high` (Decimal), in the order wanted.
        currency: ISO code; share where they are shares, any other word where they are counts.
        most: more rows than this are left to the table, and the chart says how many.
        width: of the whole picture, in pixels; the height follows from the rows.

    Dots are teal above zero and vermilion below, slate where they are not money; the ends of a range are told by its dot, and stand in the table beside.
    """
    shown = [
        _Ranged(
            isolated(str(row["name"])) if row["name"] not in (None, "") else "not given",
            Decimal(row["expected"]), Decimal(row["low"]), Decimal(row["high"]), is_neutral=not is_money(currency),
        )
        for row in rows[:most]
    ]  # fmt: skip
    if not shown:
        frame = Frame(width - 8, 40, (2, 4, 2, 4), (0, 1), (0, 1))
        return frame.finished(
            [frame.zero_line(), frame.texts([{"across": 0, "down": 20, "text": ["Nothing in this selection"]}], "left", "ink2")],
            "Nothing to show.",
        )
    names_room = min(max(text_width(one.name) for one in shown) + 14, width * 0.34)
    amounts_room = max(text_width(written(one.mean, currency), bold=True) for one in shown) + 14
    frame = _frame(shown, names_room, amounts_room, width, hidden=len(rows) > most)
    texts = [
        frame.texts([{"across": 2 - names_room, "down": frame.down(index) + 4, "text": [shortened(one.name, names_room - 12)]} for index, one in enumerate(shown)], "left", "ink2"),
        *_amounts(shown, frame, amounts_room, currency),
    ]  # fmt: skip
    if len(rows) > most:
        more = f"{count_text(len(rows) - most)} more in the table"
        texts.append(frame.texts([{"across": 2 - names_room, "down": frame.height + 2, "text": [more]}], "left", "ink2"))
    told = ". ".join(f"{one.name}: {_told(one, currency)}" for one in shown)
    return frame.finished(
        [frame.upright_zero_line(), *_ranges(shown, frame), *_dots(shown, frame, currency), *texts],
        f"Expected, with the range nine times in ten. {told}.",
    )


def _frame(shown: list[_Ranged], names_room: float, amounts_room: float, width: int, *, hidden: bool) -> Frame:
    low, high = min(Decimal(0), *(one.low for one in shown)), max(Decimal(0), *(one.high for one in shown))
    span = float(high - low) or 1.0
    pad = span * 0.02
    margins = (2.0, amounts_room + 2, 22.0 if hidden else 2.0, names_room)
    inner = width - names_room - amounts_room - 2
    return Frame(inner, _ROW_PIXELS * len(shown), margins, (float(low) - pad, float(low) + span + pad), (len(shown) - 0.5, -0.5))


def _ranges(shown: list[_Ranged], frame: Frame) -> list[alt.Chart]:
    """The lines between the ends, with a cap at either."""
    lines = [{"x": one.low, "x2": one.high, "y": index, "y2": index} for index, one in enumerate(shown)]
    caps = [{"x": end, "x2": end, "y": index - _CAP, "y2": index + _CAP} for index, one in enumerate(shown) for end in (one.low, one.high)]
    return [frame.rules([*lines, *caps], "ink3", name="ranges")]


def _dots(shown: list[_Ranged], frame: Frame, currency: str) -> list[alt.Chart]:
    layers = []
    for colour in dict.fromkeys(one.colour for one in shown):
        rows = [
            {"x": one.mean, "y": index, "told": f"{one.name}: {_told(one, currency)}"}
            for index, one in enumerate(shown)
            if one.colour == colour
        ]
        mark = alt.Chart(rows_of(rows)).mark_circle(color=light(colour), size=_DOT, opacity=1)
        layers.append(frame.draw(mark, f"dots_{colour}", description=alt.Description("told:N")))
    return layers


def _amounts(shown: list[_Ranged], frame: Frame, room: float, currency: str) -> list[alt.Chart]:
    layers = []
    for colour in dict.fromkeys(one.colour for one in shown):
        rows = [
            {"across": frame.width + room, "down": frame.down(index) + 4, "text": [written(one.mean, currency)]}
            for index, one in enumerate(shown)
            if one.colour == colour
        ]
        layers.append(frame.texts(rows, "right", "loss" if colour == "loss" else "ink", bold=True))
    return layers


def _told(one: _Ranged, currency: str) -> str:
    mean, low, high = (written(amount, currency) for amount in (one.mean, one.low, one.high))
    return f"{mean}, between {low} and {high}"
