"""What a policy can bring at most with a customer, in floats, so that few policies need exact dollars.

The score of an offer is a sum of products: uplift × a multiple of something in the row, less costs, with the lever. In floats that takes
a fraction of a microsecond. A margin is laid on top that is far wider than floats and rounding can err, so that no score exceeds its bound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf, isfinite
from typing import TYPE_CHECKING, Final

from unequal.treatments.shapes import Row
from unequal.treatments.worth import Amount, Bid

if TYPE_CHECKING:
    from unequal.treatments.compiling import Policy

Bound = tuple[float, int, "Policy"]
"""At most so much, a number that settles ties, and of which policy."""
_RELATIVE: Final = 1e-9
_ABSOLUTE: Final = 0.001

_Slope = tuple[float, float]
"""By how much a score grows with something in the row: where that is positive, and where it is negative."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of many policies.

    Args:
        fixed: those that no row changes.
        by_place: of those that grow with one thing in the row, by its place: slopes where it is positive, where it is negative, and the rest.
        several: of all others the terms of each: a list of ways, each of constant and slopes by place.
    """

    fixed: tuple[Bound, ...]
    by_place: Mapping[int, tuple[tuple[float, float, float, int, Policy], ...]]
    several: tuple[tuple[tuple[tuple[float, tuple[tuple[int, _Slope], ...]], ...], int, Policy], ...]

    def of(self, row: Row) -> list[Bound]:
        """Every policy's bound for a row, the highest first; those with something unknown in them are left out, for they cannot win."""
        found = list(self.fixed)
        for place, growing in self.by_place.items():
            value = _float(row[place])
            if value is None:
                continue
            wide = 1.0 + _RELATIVE
            if value >= 0:
                found += [(up * value * (wide if up > 0 else 1.0) + rest, at, policy) for up, _, rest, at, policy in growing]
            else:
                found += [(down * value * (wide if down < 0 else 1.0) + rest, at, policy) for _, down, rest, at, policy in growing]
        for ways, at, policy in self.several:
            most = max(_way(constant, slopes, row) for constant, slopes in ways)
            if most > -inf:
                found.append((most, at, policy))
        found.sort(key=_by_bound, reverse=True)
        return found


def _by_bound(one: Bound) -> float:
    return one[0]


def _float(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    found = float(value)
    return found if isfinite(found) else None


def _way(constant: float, slopes: Sequence[tuple[int, _Slope]], row: Row) -> float:
    """What one way comes to at most; minus infinity where something in it is unknown."""
    found = constant
    for place, (up, down) in slopes:
        value = _float(row[place])
        if value is None:
            return -inf
        grown = (up if value >= 0 else down) * value
        found += grown + abs(grown) * _RELATIVE
    return found


def bounds_of(policies: Sequence[tuple[Policy, Bid]], channel_cost: Decimal) -> Bounds:
    """The bounds of policies in a channel, each with what it offers."""
    fixed: list[Bound] = []
    by_place: dict[int, list[tuple[float, float, float, int, Policy]]] = {}
    several = []
    for at, (policy, bid) in enumerate(policies):
        ways = _ways(bid, channel_cost)
        if len(ways) == 1 and not ways[0][1]:
            fixed.append((ways[0][0], at, policy))
        elif len(ways) == 1 and len(ways[0][1]) == 1:
            constant, ((place, (up, down)),) = ways[0]
            by_place.setdefault(place, []).append((up, down, constant, at, policy))
        else:
            several.append((ways, at, policy))
    fixed.sort(key=_by_bound, reverse=True)
    return Bounds(tuple(fixed), {place: tuple(growing) for place, growing in by_place.items()}, tuple(several))


def _ways(bid: Bid, channel_cost: Decimal) -> tuple[tuple[float, tuple[tuple[int, _Slope], ...]], ...]:
    effects = [(bid.uplift, bid.margin), *((uplift, margin) for _, uplift, margin in bid.variants)]
    return tuple(_way_of(bid, uplift, margin, channel_cost) for uplift, margin in effects)


def _way_of(bid: Bid, uplift: Decimal, margin: Amount, channel_cost: Decimal) -> tuple[float, tuple[tuple[int, _Slope], ...]]:
    counts = float(bid.counts)
    saved = -float(bid.serve)
    constant = -float(bid.cost) - float(channel_cost) + float(bid.lever) + (saved * counts if saved > 0 else saved)
    slopes = []
    for amount in (margin, bid.household, bid.referral):
        if amount.place is None:
            gained = float(uplift) * float(amount.fixed)
            constant += gained * counts if gained > 0 else gained
        else:
            slope = float(uplift) * float(amount.times)
            # A gain counts in part where it is assumed, a loss in full: which of them it is depends on both signs.
            slopes.append((amount.place, (slope * counts, slope) if slope > 0 else (slope, slope * counts)))
    return constant + abs(constant) * _RELATIVE + _ABSOLUTE, tuple(slopes)
