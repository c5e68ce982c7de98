"""How a forecast of an earlier day went on: orders since then, as they came and as they were expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from unequal.charts.frame import LINE_PIXELS, Frame, first_baseline, rows_of, text_box
from unequal.charts.placing import choose
from unequal.charts.tokens import light
from unequal.terms.amounts import count_text, share_text

_AXIS_ROOM = 24
_HEADROOM = 10.0
_Point = tuple[float, float]


def tracking(rows: Sequence[Mapping[str, Any]], *, width: int = 340, height: int = 190, what: str = "orders") -> alt.LayerChart:
    """Orders since the day of a forecast, week by week: what came as a line, what was expected as dashes.

    Args:
        rows: `week` (from 1), `orders` and `orders_expected` (both since that day), of one line of business and kind of customer.
        width: of the whole picture, in pixels.
        height: of the whole picture, in pixels.
        what: what is counted.

    The gap between the two at the last week is written on the chart. Both lines are grey: orders are no dollars.
    """
    ordered = sorted(rows, key=lambda row: int(row["week"]))
    came = [(0.0, 0.0), *((float(row["week"]), float(row["orders"])) for row in ordered)]
    expected = [(0.0, 0.0), *((float(row["week"]), float(row["orders_expected"])) for row in ordered)]
    last, most = max(came[-1][0], 1.0), max(*(y for _, y in came), *(y for _, y in expected), 1.0)
    inner = height - 4 - _AXIS_ROOM
    frame = Frame(width - 16, inner, (4, 8, _AXIS_ROOM, 8), (0, last), (0, most * inner / (inner - _HEADROOM)))
    layers = [
        frame.zero_line(),
        _line(expected, frame, "expected", "ink3", dash=(5, 3)),
        _line(came, frame, "came", "ink"),
        *_labels(came, expected, frame, what),
        frame.texts([{"across": 0, "down": first_baseline(inner + 7), "text": ["week 0"]}], "left", "ink2"),
        frame.texts([{"across": frame.width, "down": first_baseline(inner + 7), "text": [f"week {last:.0f}"]}], "right", "ink2"),
    ]
    return frame.finished(layers, f"Forecast and outcome. {_missed(came[-1][1], expected[-1][1], what)}.")


def _line(points: list[_Point], frame: Frame, name: str, colour: str, *, dash: Sequence[int] = ()) -> alt.Chart:
    week, orders = points[-1]
    told = f"{name} by week {week:.0f}: {count_text(round(orders))}"
    rows = [{"x": x, "y": y, "told": told} for x, y in points]
    mark = alt.Chart(rows_of(rows)).mark_line(color=light(colour), strokeWidth=1.5 if dash else 2, strokeDash=list(dash))
    return frame.draw(mark, name, description=alt.Description("told:N"))


def _labels(came: list[_Point], expected: list[_Point], frame: Frame, what: str) -> list[alt.Chart]:
    """What came, what was expected and by how much that was off, where the lines leave room."""
    curves = [[(frame.across(x), frame.down(y)) for x, y in points] for points in (came, expected)]
    lines = [
        f"{count_text(round(came[-1][1]))} {what} came",
        f"{count_text(round(expected[-1][1]))} were expected (dashes)",
        _off(came[-1][1], expected[-1][1]),
    ]
    tops = range(0, max(int(frame.height) - 48, 1), 6)
    places = [text_box(lines, "left", 0, top, bold=True) for top in tops]
    places += [text_box(lines, "right", frame.width, frame.height - 50 - top, bold=True) for top in tops]
    box = places[choose(places, curves=curves, taken=[], bounds=frame.bounds)]
    at = [{"across": box.left, "down": first_baseline(box.top) + index * LINE_PIXELS, "text": [line]} for index, line in enumerate(lines)]
    return [frame.texts(at[:1], "left", "ink", bold=True), frame.texts(at[1:], "left", "ink2")]


def _off(came: float, expected: float) -> str:
    if not came:
        return "none came"
    off = expected / came - 1
    return f"{share_text(abs(off))} too {'many' if off > 0 else 'few'} expected" if off else "none missed"


def _missed(came: float, expected: float, what: str) -> str:
    return f"{count_text(round(came))} {what} came, {count_text(round(expected))} were expected: {_off(came, expected)}"
