"""The plot a chart is drawn in: its edges in pixels, its scales, and the layers all charts share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import altair as alt

from unequal.charts.lettering import FONT, text_width
from unequal.charts.placing import Align, Box
from unequal.charts.tokens import light

TEXT_SIZE = 12
LINE_PIXELS = 16
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Frame:
    """A plot of `width` by `height` pixels with margins around it, and linear scales.

    Money becomes a float only here, where it becomes a pixel.
    """

    width: float
    height: float
    margins: tuple[float, float, float, float]
    x_domain: tuple[float, float]
    y_domain: tuple[float, float]
    x_axis: alt.Axis | None = None
    y_axis: alt.Axis | None = None

    @property
    def bounds(self) -> Box:
        """The plot in pixels."""
        return Box(0, 0, self.width, self.height)

    def across(self, x: float | Decimal) -> float:
        """The pixel of an x value."""
        low, high = self.x_domain
        return (float(x) - low) / (high - low) * self.width

    def down(self, y: float | Decimal) -> float:
        """The pixel of a y value, counted from the top."""
        low, high = self.y_domain
        return (high - float(y)) / (high - low) * self.height

    def x_at(self, pixel: float) -> float:
        """The x value of a pixel."""
        low, high = self.x_domain
        return low + pixel / self.width * (high - low)

    def y_at(self, pixel: float) -> float:
        """The y value of a pixel."""
        low, high = self.y_domain
        return high - pixel / self.height * (high - low)

    def x(self, field: str) -> alt.X:
        """An encoding on the plot's x scale; every layer carries the same axis, and it is drawn once."""
        return alt.X(f"{field}:Q", scale=alt.Scale(domain=list(self.x_domain), nice=False, zero=False), axis=self.x_axis)

    def y(self, field: str) -> alt.Y:
        """An encoding on the plot's y scale."""
        return alt.Y(f"{field}:Q", scale=alt.Scale(domain=list(self.y_domain), nice=False, zero=False), axis=self.y_axis)

    def draw(self, mark: alt.Chart, name: str = "", **channels: Any) -> alt.Chart:
        """A mark whose rows have an `x` and a `y`, on the plot's scales; the name becomes its class in the SVG."""
        drawn: alt.Chart = mark.encode(self.x("x"), self.y("y"), **channels)
        if name:
            drawn.name = name
        return drawn

    def texts(self, rows: Sequence[Row], align: Align, token: str, *, bold: bool = False) -> alt.Chart:
        """Texts whose first baseline stands at the pixels (`across`, `down`) of each row.

        A row's `text` is a list of lines. All of a layer share alignment, colour and weight.
        """
        values = [
            {"x": self.x_at(row["across"]), "y": self.y_at(row["down"]), "text": row["text"], "told": " ".join(row["text"])} for row in rows
        ]
        mark = alt.Chart(rows_of(values)).mark_text(
            align=align,
            baseline="alphabetic",
            color=light(token),
            fontSize=TEXT_SIZE,
            fontWeight=600 if bold else 400,
            lineHeight=LINE_PIXELS,
        )
        return self.draw(mark, text=alt.Text("text:N"), description=alt.Description("told:N"))

    def rules(self, rows: Sequence[Row], token: str, *, dash: Sequence[int] = (), name: str = "") -> alt.Chart:
        """Hairlines from (x, y) to (x2, y2), in data values; decoration, which is not read out."""
        mark = alt.Chart(rows_of(rows)).mark_rule(color=light(token), strokeWidth=1, strokeDash=list(dash), aria=False)
        return self.draw(mark, name, x2=alt.X2("x2"), y2=alt.Y2("y2"))

    def zero_line(self) -> alt.Chart:
        """The line at nought, across the whole plot."""
        left, right = self.x_domain
        return self.rules([{"x": left, "x2": right, "y": 0, "y2": 0}], "border", name="zero")

    def upright_zero_line(self) -> alt.Chart:
        """The line at nought of a chart whose money runs across."""
        low, high = self.y_domain
        return self.rules([{"x": 0, "x2": 0, "y": low, "y2": high}], "border", name="zero")

    def finished(self, layers: Sequence[alt.Chart], told: str) -> alt.LayerChart:
        """The layers as one chart of a fixed size, in the theme, described for those who cannot see it."""
        top, right, bottom, left = self.margins
        chart: alt.LayerChart = alt.LayerChart(
            layer=[_naming_its_rows(layer, index) for index, layer in enumerate(layers)],
            datasets={f"rows{index}": layer_rows(layer) for index, layer in enumerate(layers)},
            width=self.width,
            height=self.height,
            padding={"top": top, "right": right, "bottom": bottom, "left": left},
            autosize=alt.AutoSizeParams(type="none"),
            description=told,
            config=_theme(),
        )
        return chart


def rows_of(values: Sequence[Row]) -> alt.InlineData:
    """Plain rows as chart data; decimals become floats, which only pixels are made of."""
    return alt.InlineData(
        values=[{key: float(value) if isinstance(value, Decimal) else value for key, value in row.items()} for row in values]
    )


def layer_rows(layer: alt.Chart) -> list[Row]:
    """The rows a layer was made of."""
    rows: list[Row] = layer.data.values
    return rows


def _naming_its_rows(layer: alt.Chart, index: int) -> alt.Chart:
    """The layer with its rows named, not carried: Altair copies layers many times over, and rows once."""
    named: alt.Chart = layer.copy(deep=False)
    named.data = alt.NamedData(name=f"rows{index}")
    return named


@cache
def _theme() -> alt.Config:
    axis = alt.AxisConfig(
        domain=False, ticks=False, title=None, gridColor=light("line"), labelColor=light("ink2"), labelFontSize=TEXT_SIZE, labelPadding=8
    )
    return alt.Config(background="transparent", font=FONT, view=alt.ViewConfig(stroke=None), axis=axis)


def text_box(lines: Sequence[str], align: Align, across: float, top: float, *, bold: bool = False) -> Box:
    """The room that lines of text take when they hang from `top` at `across`."""
    width = max(text_width(line, size=TEXT_SIZE, bold=bold) for line in lines)
    left = {"left": across, "center": across - width / 2, "right": across - width}[align]
    return Box(left, top, left + width, top + LINE_PIXELS * len(lines))


def first_baseline(top: float) -> float:
    """Where the first line of a text box that begins at `top` stands."""
    return top + TEXT_SIZE
