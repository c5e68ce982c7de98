"""Reads a chart's specification back: which texts stand where, in pixels."""

from __future__ import annotations

from typing import Any, NamedTuple

from unequal.charts.frame import LINE_PIXELS, first_baseline
from unequal.charts.lettering import text_width
from unequal.charts.placing import Box

Spec = dict[str, Any]
"""A chart as `to_dict` gives it."""


class Text(NamedTuple):
    lines: tuple[str, ...]
    box: Box
    bold: bool

    @property
    def whole(self) -> str:
        return " ".join(self.lines)


def layers(chart: Spec, mark: str) -> list[dict[str, Any]]:
    return [layer for layer in chart["layer"] if layer["mark"]["type"] == mark]


def layer_named(chart: Spec, name: str) -> dict[str, Any] | None:
    return next((layer for layer in chart["layer"] if layer.get("name") == name), None)


def rows(chart: Spec, layer: dict[str, Any]) -> list[dict[str, Any]]:
    return chart["datasets"][layer["data"]["name"]]


def texts(chart: Spec) -> list[Text]:
    """Every text drawn inside or beside the plot, with its box; the axes' labels are not among them."""
    found = []
    for layer in layers(chart, "text"):
        mark, encoding = layer["mark"], layer["encoding"]
        bold = mark["fontWeight"] == 600
        for row in rows(chart, layer):
            across = _pixel(row["x"], encoding["x"]["scale"]["domain"], chart["width"])
            down = _pixel(row["y"], encoding["y"]["scale"]["domain"][::-1], chart["height"])
            width = max(text_width(line, bold=bold) for line in row["text"])
            left = {"left": across, "center": across - width / 2, "right": across - width}[mark["align"]]
            top = down - first_baseline(0)
            found.append(Text(tuple(row["text"]), Box(left, top, left + width, top + LINE_PIXELS * len(row["text"])), bold))
    return found


def picture_box(chart: Spec) -> Box:
    """The whole picture, its margins included, in the plot's pixels."""
    margin = chart["padding"]
    return Box(-margin["left"], -margin["top"], chart["width"] + margin["right"], chart["height"] + margin["bottom"])


def words(chart: Spec) -> str:
    """Everything a chart says: its texts, its axes' labels and what its marks tell."""
    return str(chart)


def _pixel(value: float, domain: list[float], size: float) -> float:
    return (value - domain[0]) / (domain[1] - domain[0]) * size
