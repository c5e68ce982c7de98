"""Climbing to the maximum of a smooth function of few parameters whose gradient is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unequal.value.arrays import Floats

Objective = Callable[[Floats], tuple[float, Floats]]
"""A function of parameters: its value and its gradient."""

_DIFFERENCE = 1e-5
_LONGEST_STEP = 2.0
_GIVE_UP = 1e-12
_NOISE = 1e-12
"""Of a sum over millions of terms, relative to it: gains below it cannot be seen."""


@dataclass(frozen=True)
class Summit:
    """Where a climb ended.

    Args:
        at: the parameters.
        height: the function there.
        curvature: minus its second derivatives there.
        found: whether it is a maximum, as exactly as was asked.
        steps: how often the function was computed.
    """

    at: Floats
    height: float
    curvature: Floats
    found: bool
    steps: int


def curvature(objective: Objective, at: Floats, slope: Floats) -> Floats:
    """Minus the second derivatives, by differences of the gradient from `slope`, the one at `at`; five digits of them."""
    found = np.array([(slope - objective(at + step)[1]) / _DIFFERENCE for step in np.eye(len(at)) * _DIFFERENCE])
    return np.asarray((found + found.T) / 2)


def is_hill(of_curvature: Floats) -> bool:
    """Whether the function falls in every direction: its curvature is positive definite."""
    if not np.isfinite(of_curvature).all():
        return False
    least, *_, most = [*np.linalg.eigvalsh(of_curvature), np.inf][:-1] * 2
    return bool(least > max(1e-9 * most, 0))


def climb(objective: Objective, start: Floats, *, box: tuple[Floats, Floats], known: Floats | None = None, exact: float = 1e-10,
          most: int = 150) -> Summit:  # fmt: skip
    """Climb by Newton's steps, with the curvature kept as long as it serves.

    Args:
        objective: what to climb.
        start: where from.
        box: the least and the largest value of each parameter.
        known: a curvature to begin with; computed where it is None.
        exact: the height that Newton's step would still gain, at most.
        most: how often the function may be computed.
    """
    counted = _Counted(objective)
    at = np.clip(start, *box)
    height, slope = counted(at)
    bend, fresh = (known, False) if known is not None else (curvature(counted, at, slope), True)
    gain = np.inf
    while counted.calls < most and np.isfinite(height) and bool(((at > box[0]) & (at < box[1])).all()):
        step = _step(bend, slope)
        before, gain = gain, float(slope @ step) / 2
        if gain <= exact:
            break
        # A curvature from elsewhere, or from a step ago, serves while each step leaves little of what was to gain.
        if gain > before * 0.1 and not fresh:
            bend, fresh, gain = curvature(counted, at, slope), True, np.inf
            continue
        moved = _advance(counted, at, height, step, slope, box)
        if moved is None:
            if fresh:
                break
            bend, fresh = curvature(counted, at, slope), True
            continue
        at, height, slope = moved
        fresh = False
    bend = curvature(counted, at, slope)
    gain = float(slope @ _step(bend, slope)) / 2
    found = is_hill(bend) and bool(gain <= max(exact * 100, 1e-15 * abs(height))) and bool(((at > box[0]) & (at < box[1])).all())
    return Summit(at, height, bend, found, counted.calls)


class _Counted:
    """A function that counts how often it was computed."""

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self.calls = 0

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        self.calls += 1
        return self._objective(at)


def _step(bend: Floats, slope: Floats) -> Floats:
    """Newton's step, upwards even where the function is no hill, and not too long."""
    if not (np.isfinite(bend).all() and np.isfinite(slope).all()):
        return np.zeros_like(slope)
    values, axes = np.linalg.eigh(bend)
    floor = max(1e-10 * float(np.abs(values).max()), 1e-12)
    step = axes @ ((axes.T @ slope) / np.maximum(np.abs(values), floor))
    longest = float(np.abs(step).max())
    return np.asarray(step * min(1.0, _LONGEST_STEP / longest) if longest > 0 else step)


def _advance(
    objective: Objective, at: Floats, height: float, step: Floats, slope: Floats, box: tuple[Floats, Floats]
) -> tuple[Floats, float, Floats] | None:
    """The first of ever shorter steps that gains what the slope promises in part; None where none does."""
    share = 1.0
    while share > _GIVE_UP:
        tried = np.clip(at + share * step, *box)
        gained, there = objective(tried)
        promised = float(slope @ (tried - at))
        if promised <= 0:
            return None
        if np.isfinite(gained) and np.isfinite(there).all() and gained - height >= 1e-4 * promised - _NOISE * abs(height):
            return tried, gained, there
        share /= 4
    return None
