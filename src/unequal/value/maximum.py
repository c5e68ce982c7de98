"""The parameters under which data is likeliest, how sure that is, and whether the search came to rest.

The parameters of a model of customers are positive; they are sought by their logarithms, within bounds. A base in which
everybody left at once, or nobody, has no likeliest parameters: its likelihood climbs on towards a bound. The search then
ends at the bound and says so; what follows from the parameters is right, and the parameters themselves mean little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from unequal.value.arrays import Flags, Floats

Bounds = Sequence[tuple[float, float]]
Gradient = Callable[[Floats], tuple[float, Floats]]
"""A place -> the log-likelihood there and its gradient."""

_STEP = 1e-4
_NEWTON_ROUNDS = 60
_LONGEST_STEP = 2.0
_FLAT = 1e-10
"""A curvature that is this small beside the largest is none: rounding makes as much."""
_AT_REST = 1e-6
"""Largest gradient, of one observation on average, at which a search has come to rest."""


@dataclass(frozen=True, eq=False)
class Maximum:
    """Where a log-likelihood is highest.

    Args:
        at: the place; logarithms of parameters, or effects of covariates, in the model's own order.
        log_likelihood: there.
        covariance: of `at`, from the curvature; rows and columns of zeros for what rests on a bound.
        converged: whether the search came to rest.
        on_bounds: places in `at` that rest on a bound: the data does not say how far beyond they lie.
        why_not: in words, where it did not come to rest; else empty.
    """

    at: Floats
    log_likelihood: float
    covariance: Floats
    converged: bool
    on_bounds: tuple[int, ...]
    why_not: str

    @property
    def standard_errors(self) -> Floats:
        """Of `at`: of logarithms, and so nearly relative errors of the parameters; 0 on a bound."""
        return np.sqrt(np.clip(np.diag(self.covariance), 0, None))

    def draws(self, count: int, chance: np.random.Generator) -> Floats:
        """Places that the data allows, a row each: normal around the maximum by its covariance."""
        values, vectors = np.linalg.eigh(self.covariance)
        spread = vectors * np.sqrt(np.clip(values, 0, None))
        return np.asarray(self.at + chance.standard_normal((count, len(self.at))) @ spread.T)


def maximise(likelihood: Gradient, starts: Sequence[Sequence[float]], bounds: Bounds, *, size: float) -> Maximum:
    """The highest place that a search finds.

    Args:
        likelihood: log-likelihood and gradient of a place; it must be finite within the bounds.
        starts: where to begin; there may be several hills, and the end that is highest counts.
        bounds: lowest and highest, for each number of a place.
        size: how many observations the likelihood counts, weights summed; what is small is small beside it.

    Returns:
        Where Newton's steps end, with the gradient's differences as curvature, so that the digits do not depend on where the
        search began.
    """
    scale = max(size, 1.0)
    ends = [_settled(likelihood, np.asarray(start, dtype=np.float64), bounds, scale) for start in starts]
    return max(ends, key=lambda end: (round(end.log_likelihood, 6), end.converged))


def _settled(likelihood: Gradient, place: Floats, bounds: Bounds, scale: float) -> Maximum:
    """Newton's steps, damped where they do not climb, from a place that is near."""
    lowest, highest = np.array(bounds, dtype=np.float64).T
    value, gradient = likelihood(place)
    damping = 0.0
    for _ in range(_NEWTON_ROUNDS):
        free = ~_held(place, gradient, lowest, highest)
        if not free.any() or np.abs(gradient[free]).max() <= _AT_REST * 1e-4 * scale:
            break
        step = _step_inside(_curvature(likelihood, place, free), gradient, free, (place <= lowest, place >= highest), damping)
        if not step.any():
            break
        onward = _within(place, step, lowest, highest)
        next_value, next_gradient = likelihood(onward)
        if next_value >= value:
            place, value, gradient, damping = onward, next_value, next_gradient, damping / 10
        elif damping > 1e3:  # noqa: PLR2004 - no step, however short, climbs: rounding is all that is left
            break
        else:
            damping = max(damping * 10, 1e-3)
    return _maximum(likelihood, place, value, gradient, _held(place, gradient, lowest, highest), scale)


def _within(place: Floats, step: Floats, lowest: Floats, highest: Floats) -> Floats:
    """As far along a step as the bounds allow: cut to its first bound, for beyond it the rest of the step leads elsewhere."""
    wall = np.where(step > 0, highest, lowest)
    room = np.where(step == 0, np.inf, (wall - place) / np.where(step == 0, 1.0, step))
    share = min(1.0, max(0.0, float(room.min(initial=np.inf))))
    return np.asarray(np.where((room <= share) & (step != 0), wall, np.clip(place + share * step, lowest, highest)))


def _held(place: Floats, gradient: Floats, lowest: Floats, highest: Floats) -> Flags:
    """What rests on a bound and is drawn further beyond it."""
    return ((place <= lowest + 1e-9) & (gradient <= 0)) | ((place >= highest - 1e-9) & (gradient >= 0))


def _curvature(likelihood: Gradient, place: Floats, free: Flags) -> Floats:
    """Minus the second derivatives, by central differences of the gradient."""
    places = np.flatnonzero(free)
    rows = np.empty((len(places), len(places)))
    for row, at in enumerate(places):
        up, down = place.copy(), place.copy()
        up[at] += _STEP
        down[at] -= _STEP
        rows[row] = (likelihood(down)[1][places] - likelihood(up)[1][places]) / (2 * _STEP)
    return (rows + rows.T) / 2


def _step_inside(curvature: Floats, gradient: Floats, free: Flags, walls: tuple[Flags, Flags], damping: float) -> Floats:
    """A step that leads through no wall at which the place stands: what would is left where it is."""
    moving = free.copy()
    while True:
        step = np.zeros_like(gradient)
        among = moving[free]
        step[moving] = _newton_step(curvature[np.ix_(among, among)], gradient[moving], damping)
        through = moving & ((walls[0] & (step < 0)) | (walls[1] & (step > 0)))
        if not through.any():
            return step
        moving &= ~through


def _newton_step(curvature: Floats, gradient: Floats, damping: float) -> Floats:
    """The step to the top of a parabola; along what curves the wrong way, uphill by the size of its curvature."""
    values, vectors = np.linalg.eigh(curvature)
    largest = max(float(np.abs(values).max(initial=0.0)), 1e-300)
    along = (vectors.T @ gradient) / (np.maximum(np.abs(values), _FLAT * largest) + damping * largest)
    step = vectors @ along
    return np.asarray(step * min(1.0, _LONGEST_STEP / max(float(np.abs(step).max(initial=0.0)), 1e-300)))


def _maximum(
    likelihood: Gradient, place: Floats, value: float, gradient: Floats, held: Flags, scale: float
) -> Maximum:  # fmt: skip
    free = ~held
    covariance = np.zeros((len(place), len(place)))
    flat = False
    if free.any():
        values, vectors = np.linalg.eigh(_curvature(likelihood, place, free))
        sound = values > _FLAT * max(float(values.max(initial=0.0)), 1e-300)
        flat = not bool(sound.all())
        inverse = (vectors * np.where(sound, 1 / np.where(sound, values, 1.0), 0.0)) @ vectors.T
        covariance[np.ix_(free, free)] = inverse
    slope = float(np.abs(gradient[free]).max(initial=0.0)) / scale
    rested = bool(np.isfinite(value)) and slope <= _AT_REST
    why = "" if rested else f"the search did not come to rest: its slope is still {slope:.2g} an observation"
    if rested and flat:
        why = "the data does not tell some parameters from others: several sets of them are as likely"
    return Maximum(place, float(value), covariance, rested, tuple(int(at) for at in np.flatnonzero(held)), why)
