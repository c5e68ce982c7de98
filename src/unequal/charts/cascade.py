"""The waterfall: how sales become profit, line by line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

import altair as alt

from unequal.charts.frame import LINE_PIXELS, Frame, first_baseline, rows_of
from unequal.charts.lettering import isolated, text_width, wrapped
from unequal.charts.tokens import light
from unequal.terms.amounts import money_text

_HALF_BAR = 0.34
_WIDEST_BAR = 120
_NARROWEST_SLOT = 74
_ROW_PIXELS = 34
_CHANGE = "border"


@dataclass(frozen=True)
class _Step:
    """One bar: from where to where the running total goes."""

    label: str
    amount: Decimal
    start: Decimal
    end: Decimal
    token: str
    currency: str

    @property
    def is_sum(self) -> bool:
        """Whether it stands on nought and is a sum, rather than a change of one."""
        return self.token != _CHANGE

    @property
    def text(self) -> str:
        return money_text(self.amount, self.currency, signed=not self.is_sum)

    @property
    def told(self) -> str:
        return f"{self.label}: {self.text}" + ("" if self.is_sum else f", leaves {money_text(self.end, self.currency)}")

    @property
    def low(self) -> Decimal:
        return min(self.start, self.end)

    @property
    def high(self) -> Decimal:
        return max(self.start, self.end)


def waterfall(
    steps: Sequence[Mapping[str, Any]], *, currency: str, total_label: str, width: int = 720, height: int = 300
) -> alt.LayerChart:
    """From sales down to what is left of them: upright where there is room, else one row a line.

    Args:
        steps: rows of `label` and `amount` (Decimal, costs negative, credits positive) in
            waterfall order; the first is where it starts. One with `is_sum` takes nothing off: it names what
            is left so far, whatever its amount says.
        currency: ISO code.
        total_label: what the sum is called at its evidence level, in sentence case.
        width: of the whole picture, in pixels.
        height: of the whole picture in pixels where bars stand upright; rows take what they need.

    The last bar is the exact sum of the steps: teal, or vermilion where it is negative. What is left on
    the way stands in slate like the start. Changes stay grey, for ordinary costs are not destroyed value.
    """
    bars = _steps(steps, currency, total_label)
    slot = (width - 16) / len(bars)
    widest = max(text_width(bar.text, bold=bar.is_sum) for bar in bars)
    upright = slot >= max(_NARROWEST_SLOT, widest + 6) and all(_fits(bar, slot) for bar in bars)
    return _upright(bars, slot, width, height) if upright else _lying(bars, width)


def _steps(rows: Sequence[Mapping[str, Any]], currency: str, total_label: str) -> list[_Step]:
    running, steps = Decimal(0), []
    for index, row in enumerate(rows):
        if row.get("is_sum"):
            steps.append(_sum_so_far(str(row["label"]), running, currency))
            continue
        amount = Decimal(row["amount"])
        token = ("core" if amount >= 0 else "loss") if index == 0 else _CHANGE
        steps.append(_Step(isolated(str(row["label"])), amount, running, running + amount, token, currency))
        running += amount
    return [*steps, _Step(total_label, running, Decimal(0), running, "value" if running >= 0 else "loss", currency)]


def _sum_so_far(label: str, running: Decimal, currency: str) -> _Step:
    return _Step(isolated(label), running, Decimal(0), running, "core" if running >= 0 else "loss", currency)


def _fits(bar: _Step, slot: float) -> bool:
    lines = wrapped(bar.label, slot - 6, bold=bar.is_sum)
    return not any(line.endswith("…") for line in lines)


def _extent(bars: Sequence[_Step]) -> tuple[float, float]:
    low, high = min(Decimal(0), *(bar.low for bar in bars)), max(Decimal(0), *(bar.high for bar in bars))
    return float(low), float(high if high > low else low + 1)


def _upright(bars: list[_Step], slot: float, width: int, height: int) -> alt.LayerChart:
    labels = [wrapped(bar.label, slot - 6, bold=bar.is_sum) for bar in bars]
    below = 14 + LINE_PIXELS * max(len(lines) for lines in labels)
    low, high = _extent(bars)
    inner = height - below - 4
    headroom, footroom = 22, 22 if any(bar.is_sum and bar.amount < 0 for bar in bars) else 0
    per_pixel = (high - low) / (inner - headroom - footroom)
    domain = (low - footroom * per_pixel, high + headroom * per_pixel)
    frame = Frame(width - 16, inner, (4, 8, below, 8), (-0.5, len(bars) - 0.5), domain)
    half = min(_HALF_BAR, _WIDEST_BAR / 2 / slot)
    rows = [{"x": index - half, "x2": index + half, "y": bar.start, "y2": bar.end, "told": bar.told} for index, bar in enumerate(bars)]
    joins = [{"x": index + half, "x2": index + 1 - half, "y": bar.end, "y2": bar.end} for index, (bar, _) in enumerate(pairwise(bars))]
    amounts = [{"across": frame.across(index), "down": _over_or_under(bar, frame), "text": [bar.text]} for index, bar in enumerate(bars)]
    names = [
        {"across": frame.across(index), "down": first_baseline(frame.height + 10), "text": lines} for index, lines in enumerate(labels)
    ]
    layers = [*_bars(bars, rows, frame), frame.rules(joins, "border"), frame.zero_line()]
    return frame.finished([*layers, *_both(bars, amounts, frame, "center"), *_both(bars, names, frame, "center")], _told(bars))


def _over_or_under(bar: _Step, frame: Frame) -> float:
    """Amounts stand over their bar; a negative sum hangs from nought and has its amount beneath."""
    return frame.down(bar.low) + 16 if bar.is_sum and bar.amount < 0 else frame.down(bar.high) - 6


def _lying(bars: list[_Step], width: int) -> alt.LayerChart:
    names_room, amounts_room = min(width * 0.36, 190.0), max(text_width(bar.text, bold=True) for bar in bars) + 10
    labels = [wrapped(bar.label, names_room - 10, bold=bar.is_sum, lines=2) for bar in bars]
    low, high = _extent(bars)
    margins = (2.0, amounts_room + 4, 2.0, names_room)
    frame = Frame(width - names_room - amounts_room - 4, _ROW_PIXELS * len(bars), margins, (low, high), (len(bars) - 0.5, -0.5))
    rows = [
        {"x": bar.start, "x2": bar.end, "y": index - _HALF_BAR, "y2": index + _HALF_BAR, "told": bar.told} for index, bar in enumerate(bars)
    ]
    joins = [
        {"x": bar.end, "x2": bar.end, "y": index + _HALF_BAR, "y2": index + 1 - _HALF_BAR} for index, (bar, _) in enumerate(pairwise(bars))
    ]
    names = [
        {"across": 2 - names_room, "down": frame.down(index) + 4 - (len(lines) - 1) * LINE_PIXELS / 2, "text": lines}
        for index, lines in enumerate(labels)
    ]
    amounts = [{"across": frame.width + amounts_room, "down": frame.down(index) + 4, "text": [bar.text]} for index, bar in enumerate(bars)]
    layers = [*_bars(bars, rows, frame), frame.rules(joins, "border"), frame.upright_zero_line()]
    return frame.finished([*layers, *_both(bars, names, frame, "left"), *_both(bars, amounts, frame, "right")], _told(bars))


def _bars(bars: Sequence[_Step], rows: Sequence[Mapping[str, Any]], frame: Frame) -> list[alt.Chart]:
    """One layer for each colour; rows keep their order within it."""
    layers = []
    for token in dict.fromkeys(bar.token for bar in bars):
        chosen = [row for bar, row in zip(bars, rows, strict=True) if bar.token == token]
        mark = alt.Chart(rows_of(chosen)).mark_rect(color=light(token))
        layers.append(frame.draw(mark, f"bars_{token}", x2=alt.X2("x2"), y2=alt.Y2("y2"), description=alt.Description("told:N")))
    return layers


def _both(bars: Sequence[_Step], rows: list[dict[str, Any]], frame: Frame, align: Any) -> list[alt.Chart]:
    """Texts of sums in bold ink, texts of changes in plain."""
    sums = [row for bar, row in zip(bars, rows, strict=True) if bar.is_sum]
    changes = [row for bar, row in zip(bars, rows, strict=True) if not bar.is_sum]
    layers = [frame.texts(sums, align, "ink", bold=True)]
    return [*layers, frame.texts(changes, align, "ink2")] if changes else layers


def _told(bars: Sequence[_Step]) -> str:
    return f"Waterfall. {'. '.join(f'{bar.label}: {bar.text}' for bar in bars)}."
