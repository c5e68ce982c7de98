"""Plain rows in, Altair charts out, in one theme; and how their figures are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.charts import forecasts
    from unequal.charts.cascade import waterfall
    from unequal.charts.concentration import whale_curve
    from unequal.charts.lettering import FONT
    from unequal.charts.lines import lines
    from unequal.charts.matrix import matrix
    from unequal.charts.network import network
    from unequal.charts.rendering import png, svg, warm_up
    from unequal.charts.slices import bars
    from unequal.charts.tokens import TOKENS

__all__ = [
    "FONT",
    "TOKENS",
    "bars",
    "forecasts",
    "lines",
    "matrix",
    "network",
    "png",
    "svg",
    "warm_up",
    "waterfall",
    "whale_curve",
]

open_by_name(
    __name__,
    __all__,
    cascade=["waterfall"],
    concentration=["whale_curve"],
    lettering=["FONT"],
    lines=["lines"],
    matrix=["matrix"],
    network=["network"],
    rendering=["png", "svg", "warm_up"],
    slices=["bars"],
    tokens=["TOKENS"],
)
