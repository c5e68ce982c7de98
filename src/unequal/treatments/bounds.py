"""What a policy can bring at most with a customer, in floats, so that few policies need exact dollars.

The score of an offer is a sum of products: uplift × a multiple of something in the row, less costs, with the lever. In floats that takes
a fraction of a microsecond. A margin is laid on top that is far wider than floats and rounding can err, so that no score exceeds its bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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

_BITS: Final = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))
"""Of each byte the places of its bits: numbers of 200 bits are gone through by these in a sixth of the time."""

_Slope = tuple[float, float]
"""By how much a score grows with something in the row: where that is positive, and where it is negative."""
_Term = tuple[int, _Slope, bool]
"""A place in the row, the slopes there, and whether the score is unknown where the row does not know that; it adds nothing otherwise."""
_Ways = tuple[tuple[float, tuple[_Term, ...]], ...]
"""What it comes to by the one rule or another: a constant, and terms."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of many policies.

    Args:
        policies: whose; first those whose bound no row changes, the highest first.
        fixed: the bounds of those.
        growing: of each other that grows with one thing in the row its place, the slopes where it is positive and where it is negative,
            whether it must be known, and the rest; None of the others.
        several: of all that are not fixed their ways, each of a constant and terms.
    """

    policies: tuple[Policy, ...]
    fixed: tuple[float, ...]
    growing: tuple[tuple[int, float, float, bool, float] | None, ...]
    several: tuple[_Ways, ...]

    def of(self, row: Row, wanted: int) -> Iterator[Bound]:
        """The bounds of some policies for a row, the highest first.

        Those that can bring nothing are left out, and those with something unknown in them, for they cannot win.

        Args:
            row: the customer's.
            wanted: a bit for each policy, by its number.
        """
        still = wanted & ((1 << len(self.fixed)) - 1)
        for one in self._of_row(row, wanted >> len(self.fixed)):
            while still:
                at = (still & -still).bit_length() - 1
                if self.fixed[at] < one[0]:
                    break
                still &= still - 1
                yield self.fixed[at], at, self.policies[at]
            yield one
        while still:
            at = (still & -still).bit_length() - 1
            still &= still - 1
            if self.fixed[at] <= 0:
                return
            yield self.fixed[at], at, self.policies[at]

    def _of_row(self, row: Row, wanted: int) -> list[Bound]:
        """Those of the policies that a row changes, the highest first."""
        found: list[Bound] = []
        first, last, value = len(self.fixed), -1, None
        for eight, bits in enumerate(wanted.to_bytes((len(self.growing) + 7) // 8, "little")):
            for bit in _BITS[bits]:
                at = eight * 8 + bit
                growing = self.growing[at]
                if growing is None:
                    bound = max(_way(constant, terms, row) for constant, terms in self.several[at])
                else:
                    place, up, down, is_needed, rest = growing
                    if place != last:
                        last, value = place, _float(row[place])
                    if value is None:
                        if is_needed:
                            continue
                        grown = 0.0
                    else:
                        grown = (up if value >= 0 else down) * value
                    bound = grown + (grown if grown > 0 else -grown) * _RELATIVE + rest
                if bound > 0:
                    found.append((bound, first + at, self.policies[first + at]))
        found.sort(key=_by_bound, reverse=True)
        return found


def _by_bound(one: Bound) -> float:
    return one[0]


def _float(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    found = float(value)
    return found if isfinite(found) else None


def _way(constant: float, terms: Sequence[_Term], row: Row) -> float:
    """What one way comes to at most; minus infinity where something in it is unknown."""
    found = constant
    for place, (up, down), is_needed in terms:
        value = _float(row[place])
        if value is None:
            if is_needed:
                return -inf
            continue
        grown = (up if value >= 0 else down) * value
        found += grown + abs(grown) * _RELATIVE
    return found


def bounds_of(policies: Sequence[tuple[Policy, Bid]], channel_cost: Decimal) -> Bounds:
    """The bounds of policies in a channel, each with what it offers; they number the policies anew, as `policies` of the result has them."""
    fixed: list[tuple[float, Policy]] = []
    changed: list[tuple[Policy, _Ways]] = []
    for policy, bid in policies:
        ways = _ways(bid, channel_cost)
        if len(ways) == 1 and not ways[0][1]:
            fixed.append((ways[0][0], policy))
        else:
            changed.append((policy, ways))
    fixed.sort(key=lambda one: -one[0])
    growing = tuple(_growing(ways[0][0], ways[0][1][0]) if len(ways) == 1 and len(ways[0][1]) == 1 else None for _, ways in changed)
    ordered = (*(policy for _, policy in fixed), *(policy for policy, _ in changed))
    return Bounds(ordered, tuple(bound for bound, _ in fixed), growing, tuple(ways for _, ways in changed))


def _growing(rest: float, term: _Term) -> tuple[int, float, float, bool, float]:
    place, (up, down), is_needed = term
    return place, up, down, is_needed, rest


def _ways(bid: Bid, channel_cost: Decimal) -> _Ways:
    effects = [(bid.uplift, bid.margin), *((uplift, margin) for _, uplift, margin in bid.variants)]
    return tuple(_way_of(bid, uplift, margin, channel_cost) for uplift, margin in effects)


def _way_of(bid: Bid, uplift: Decimal, margin: Amount, channel_cost: Decimal) -> tuple[float, tuple[_Term, ...]]:
    counts = float(bid.counts)
    saved = -float(bid.serve)
    constant = -float(bid.cost) - float(channel_cost) + float(bid.lever) + (saved * counts if saved > 0 else saved)
    terms: list[_Term] = []
    for amount in (margin, bid.household, bid.referral):
        if amount.place is None:
            gained = float(uplift) * float(amount.fixed)
            constant += gained * counts if gained > 0 else gained
        else:
            slope = float(uplift) * float(amount.times)
            # A gain counts in part where it is assumed, a loss in full: which of them it is depends on both signs.
            slopes = (slope * counts, slope) if slope > 0 else (slope, slope * counts)
            terms.append((amount.place, slopes, not amount.or_nothing))
    return constant + abs(constant) * _RELATIVE + _ABSOLUTE, tuple(terms)
