"""Where a finding is written on a chart: near its mark, inside the plot, clear of the curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

Align = Literal["left", "center", "right"]
Point = tuple[float, float]

_CLEARANCE = 3.0
_WORTH_MOVING = 4


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: Box) -> float:
        """The area two boxes share."""
        across = min(self.right, other.right) - max(self.left, other.left)
        down = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(across, 0) * max(down, 0)

    def grown(self, by: float) -> Box:
        """The box with a margin on every side."""
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)

    def outside(self, bounds: Box) -> float:
        """How far it sticks out of its bounds, in pixels, all sides together."""
        sides = (bounds.left - self.left, bounds.top - self.top, self.right - bounds.right, self.bottom - bounds.bottom)
        return sum(max(side, 0) for side in sides)


def heights_between(curve: Sequence[Point], left: float, right: float) -> tuple[float, float]:
    """The least and the greatest y of a curve between two x; the curve runs from left to right."""
    inside = [y for x, y in curve if left <= x <= right]
    edges = [_height_at(curve, x) for x in (left, right)]
    heights = inside + edges
    return min(heights), max(heights)


def cover_of(box: Box, curve: Sequence[Point]) -> float:
    """How much of a box's height a curve runs through, in pixels; 0 where it passes clear of it."""
    least, greatest = heights_between(curve, box.left - _CLEARANCE * 2, min(box.right + _CLEARANCE * 2, curve[-1][0]))
    return max(0.0, min(box.bottom + _CLEARANCE, greatest) - max(box.top - _CLEARANCE, least) + 0.5) if least <= greatest else 0.0


def choose(
    candidates: Sequence[Box], *, curves: Sequence[Sequence[Point]], taken: Sequence[Box], bounds: Box, grid: Sequence[float] = ()
) -> int:
    """The index of the first candidate that is clear, or of the least bad one.

    Sticking out of the plot is worst, then covering another label, then crossing a curve;
    among clear ones a place a little further down the list is better than one that a grid line
    (at the y of `grid`) runs through.
    """

    def harm(index: int) -> tuple[float, int]:
        box = candidates[index]
        outside = box.outside(bounds) * 1000
        covered = sum(box.overlap(other.grown(_CLEARANCE * 2)) for other in taken) * 10
        crossed = sum(cover_of(box, curve) for curve in curves) * 20
        struck = sum(box.top < line < box.bottom for line in grid)
        # Rounded, so that a label that just touches the edge is not put out by the last bit of a float.
        return round(outside + covered + crossed, 3), index + _WORTH_MOVING * struck

    return min(range(len(candidates)), key=harm)


def beside(anchor: float, width: float, limit: float) -> tuple[Align, float]:
    """How a text over an anchor is aligned so that it ends inside 0 to `limit`, and its x."""
    if anchor - width / 2 < 0:
        return "left", 0.0
    if anchor + width / 2 > limit:
        return "right", limit
    return "center", anchor


def _height_at(curve: Sequence[Point], x: float) -> float:
    for (x0, y0), (x1, y1) in pairwise(curve):
        if x0 <= x <= x1:
            return y0 if x1 == x0 else y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return curve[0][1] if x < curve[0][0] else curve[-1][1]
