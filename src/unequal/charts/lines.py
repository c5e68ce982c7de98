"""Lines over time: an amount in each month or week, a line for each series, its name at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

import altair as alt

from unequal.charts.frame import Frame, first_baseline, rows_of
from unequal.charts.lettering import isolated, shortened, text_width
from unequal.charts.tokens import light
from unequal.charts.units import is_money, written
from unequal.terms.amounts import round_ticks

_AXIS_ROOM = 24
_HEADROOM: Final = 0.06
_APART = 16.0
_WIDER: Final = 1.1
"""Room beside the lines for fonts wider than is measured: a name that is cut says nothing."""
_STYLES: Final[tuple[tuple[str, tuple[int, ...]], ...]] = (
    ("ink", ()), ("ink2", (6, 3)), ("core", ()), ("ink3", (2, 2)), ("core", (6, 3)), ("border", ()),
)  # fmt: skip
"""Colour and dashes of each series: grey and slate, for colour means money gained and lost."""
MOST_SERIES: Final = len(_STYLES)
_Point = tuple[int, Decimal]


def lines(rows: Sequence[Mapping[str, Any]], *, unit: str | None, width: int = 716, height: int = 260) -> alt.LayerChart:
    """A line for each series.

    Args:
        rows: `at` (a month or week as text, which sorts as time), `series` (text; None where there is one) and `amount` (Decimal; None
            breaks the line).
        unit: ISO code, share, or what is counted.
        width, height: of the whole picture, in pixels.

    The scale begins at nought, or below it where amounts are. Of more series than six the smaller ones are left to the table.
    """
    moments = sorted({str(row["at"]) for row in rows})
    place = {moment: index for index, moment in enumerate(moments)}
    found: dict[str, list[_Point]] = {}
    for row in sorted(rows, key=lambda one: str(one["at"])):
        if row["amount"] is not None:
            found.setdefault(str(row.get("series") or ""), []).append((place[str(row["at"])], Decimal(row["amount"])))
    largest = sorted(found, key=lambda name: max(abs(amount) for _, amount in found[name]), reverse=True)[:MOST_SERIES]
    series = {name: points for name, points in found.items() if name in largest}
    if not series:
        frame = Frame(width - 8, 40, (2, 4, 2, 4), (0, 1), (0, 1))
        nothing = frame.texts([{"across": 0, "down": 20, "text": ["Nothing in this selection"]}], "left", "ink2")
        return frame.finished([frame.zero_line(), nothing], "Nothing to show.")
    frame = _frame(series, len(moments), unit, width, height)
    layers = [_line(name, points, moments, frame, index, unit) for index, (name, points) in enumerate(series.items())]
    told = ". ".join(
        f"{name or 'The amount'}: {written(points[0][1], unit)} at first, {written(points[-1][1], unit)} at last"
        for name, points in series.items()
    )
    ends = [
        frame.texts([{"across": 0, "down": first_baseline(frame.height + 7), "text": [_moment(moments[0])]}], "left", "ink2"),
        frame.texts([{"across": frame.width, "down": first_baseline(frame.height + 7), "text": [_moment(moments[-1])]}], "right", "ink2"),
    ]
    return frame.finished([*_ticks(frame, unit), frame.zero_line(), *layers, *_labels(series, frame, unit), *ends], f"{told}.")


def _moment(text: str) -> str:
    """A month or day as it is; a number that was padded so that it sorts without its noughts."""
    return str(int(text)) if text.isdigit() else text


def _ticks(frame: Frame, unit: str | None) -> list[alt.Chart]:
    """Hairlines at round amounts, each with its amount at its left end."""
    low, high = (Decimal(repr(round(end, 9))) for end in frame.y_domain)
    ticks = [tick for tick in round_ticks(low, high, at_most=4) if tick]
    if not ticks:
        return []
    left, right = frame.x_domain
    rules = frame.rules([{"x": left, "x2": right, "y": tick, "y2": tick} for tick in ticks], "line")
    return [
        rules,
        frame.texts([{"across": 0, "down": frame.down(tick) - 3, "text": [written(tick, unit)]} for tick in ticks], "left", "ink3"),
    ]


def _label(name: str, points: list[_Point], unit: str | None) -> str:
    amount = written(points[-1][1], unit)
    return f"{shortened(isolated(name), 150)} {amount}" if name else amount


def _frame(series: Mapping[str, list[_Point]], moments: int, unit: str | None, width: int, height: int) -> Frame:
    amounts = [amount for points in series.values() for _, amount in points]
    low, high = float(min(Decimal(0), *amounts)), float(max(Decimal(0), *amounts))
    span = (high - low) or 1.0
    room = max(text_width(_label(name, points, unit), bold=True) for name, points in series.items()) * _WIDER + 12
    inner = max(width - room - 8, 60)
    return Frame(inner, height - _AXIS_ROOM - 8, (8, room, _AXIS_ROOM, 8), (0, max(moments - 1, 1)), (low, low + span * (1 + _HEADROOM)))


def _line(name: str, points: list[_Point], moments: Sequence[str], frame: Frame, index: int, unit: str | None) -> alt.Chart:
    token, dash = _STYLES[index]
    rows = [
        {"x": x, "y": amount, "told": f"{name + ', ' if name else ''}{_moment(moments[x])}: {written(amount, unit)}"}
        for x, amount in points
    ]
    mark = alt.Chart(rows_of(rows)).mark_line(color=light(token), strokeWidth=2, strokeDash=list(dash), point=len(points) == 1)
    return frame.draw(mark, f"line{index}", description=alt.Description("told:N"))


def _labels(series: Mapping[str, list[_Point]], frame: Frame, unit: str | None) -> list[alt.Chart]:
    """Names and last amounts at the ends of the lines, pushed apart where they would lie on each other."""
    wanted = sorted((frame.down(points[-1][1]) + 4, name, points) for name, points in series.items())
    downs: list[float] = []
    for down, _, _ in wanted:
        downs.append(max(down, downs[-1] + _APART) if downs else max(down, 10.0))
    over = max(downs[-1] - frame.height, 0.0)
    rows = [
        ({"across": frame.width + 8, "down": down - over, "text": [_label(name, points, unit)]}, points[-1][1] < 0 and is_money(unit))
        for down, (_, name, points) in zip(downs, wanted, strict=True)
    ]
    layers = []
    for is_loss in (False, True):
        chosen = [row for row, loss in rows if loss == is_loss]
        layers += [frame.texts(chosen, "left", "loss" if is_loss else "ink", bold=True)] if chosen else []
    return layers
