"""How long a base lasts: survival where the end of some is known and that of others is only likely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NINE_IN_TEN = 1.6448536269514722
HALF = 0.5


@dataclass(frozen=True)
class Survival:
    """A curve of survival.

    Args:
        time: times of ends, ascending; the first is the origin's 0.
        at_risk: weight under watch just before each.
        kept: share that outlives each.
        low, high: ends of its 90 % range.
    """

    time: Floats
    at_risk: Floats
    kept: Floats
    low: Floats
    high: Floats

    def at(self, when: Any) -> tuple[Floats, Floats, Floats, Floats]:
        """at_risk, kept, low and high at some times: those of the last end on or before each."""
        place = np.searchsorted(self.time, np.asarray(when, dtype=np.float64), side="right") - 1
        return self.at_risk[place], self.kept[place], self.low[place], self.high[place]


def survival(lost_at: Any, watched: Any, chance: Any) -> Survival:
    """The product-limit estimate (Kaplan & Meier 1958) with Greenwood's range on the scale log(-log).

    Somebody whose end is only likely counts with its chance as ended at `lost_at`, and with the rest as watched until `watched`.
    With chances of 0 and 1 alone it is the textbook's. Ends come before the last day of others who are watched as long.

    Args:
        lost_at: time of the end, if it has come; n.
        watched: time under watch, if not; n.
        chance: chance that it has come; n, between 0 and 1.

    Returns:
        The curve; of nobody, one that stays at 1.

    Source: Kalbfleisch & Prentice, The Statistical Analysis of Failure Time Data, 2002, section 1.4
    """
    lost_at, watched, chance = (np.asarray(given, dtype=np.float64) for given in (lost_at, watched, chance))
    times = np.unique(lost_at[chance > 0])
    ended = np.zeros(len(times))
    np.add.at(ended, np.searchsorted(times, lost_at[chance > 0]), chance[chance > 0])
    at_risk = _still_there(lost_at, chance, times) + _still_there(watched, 1.0 - chance, times)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        kept = np.cumprod(1.0 - np.minimum(ended / at_risk, 1.0))
        greenwood = np.cumsum(ended / (at_risk * np.maximum(at_risk - ended, 1e-12)))
        inside = (kept > 0) & (kept < 1)
        half = NINE_IN_TEN * np.sqrt(greenwood) / np.abs(np.log(kept))
        low, high = (np.where(inside, kept ** np.exp(sign * half), kept) for sign in (1.0, -1.0))
    whole = float(len(lost_at))
    return Survival(
        *(np.concatenate([[first], rest]) for first, rest in ((-1e-9, times), (whole, at_risk), (1.0, kept), (1.0, low), (1.0, high)))
    )


def _still_there(until: Floats, weight: Floats, times: Floats) -> Floats:
    """Weight of those whose time is not before each of the times."""
    order = np.argsort(until, kind="stable")
    above = np.concatenate([np.cumsum(weight[order][::-1])[::-1], [0.0]])
    found: Floats = above[np.searchsorted(until[order], times, side="left")]
    return found


@dataclass(frozen=True)
class HalfLife:
    """When half are lost.

    Args:
        expected, low, high: time; an end is infinite where the data do not bound it.
        is_reached: half are lost within the time watched; otherwise the pace so far is drawn on.
    """

    expected: float
    low: float
    high: float
    is_reached: bool


def half_life(time: Any, kept: Any, low: Any, high: Any) -> HalfLife | None:
    """When half of a base is lost, by its curve; where it is not reached the pace so far is taken to go on (a constant hazard).

    Args:
        time, kept, low, high: points of a curve, ascending in time.

    Returns:
        None where nobody has left, and no pace can be told.

    Source: of the range Brookmeyer & Crowley 1982: the times at which the ends of the curve's range pass a half
    """
    time, kept, low, high = (np.asarray(given, dtype=np.float64) for given in (time, kept, low, high))
    if not len(time) or kept[-1] >= 1.0:
        return None
    reached = bool((kept <= HALF).any())
    found = [_passed(time, curve) for curve in (kept, low, high)]
    expected, first, last = (
        at if at is not None else _pace(time[-1], curve[-1]) for at, curve in zip(found, (kept, low, high), strict=True)
    )
    return HalfLife(expected, first, last, reached)


def _passed(time: Floats, curve: Floats) -> float | None:
    passed = np.flatnonzero(curve <= HALF)
    return float(time[passed[0]]) if len(passed) else None


def _pace(time: float, kept: float) -> float:
    return float("inf") if kept >= 1.0 else float(time * np.log(HALF) / np.log(max(kept, 1e-300)))
