"""What a policy is expected to bring with a customer, in dollars: uplift × margin − treatment cost − cost to serve.

Every product is rounded once, to the ledger's smallest unit, half away from zero, in a decimal context of its own, so that a replay
gives the same digits whatever the process has set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from typing import Final

from unequal.treatments.shapes import Holds, Row

EXACT: Final = Context(prec=100, rounding=ROUND_HALF_UP)
_UNIT: Final = Decimal("0.0001")
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount that is stated, or a multiple of one that the row holds at `place`.

    Args:
        or_nothing: whether it is nothing where the row does not know it, as of who lives alone; it is unknown otherwise.
    """

    fixed: Decimal = _NOTHING
    place: int | None = None
    times: Decimal = Decimal(1)
    or_nothing: bool = False

    def of(self, row: Row) -> Decimal | None:
        """The amount; None where the row does not know it."""
        if self.place is None:
            return self.fixed
        known = number(row[self.place])
        if known is None:
            return _NOTHING if self.or_nothing else None
        return EXACT.multiply(known, self.times)


@dataclass(frozen=True, slots=True)
class Bid:
    """What a policy offers in the choice.

    Args:
        uplift, margin: of everybody whom no variant fits.
        variants: a rule, an uplift and a margin each; the first that holds counts.
        household, referral: shares of what those values hold, at their places in the row.
        cost: of the treatment; serve: of serving the customer, negative where it costs less.
        counts: the share of a gain that counts: 1 where the effect was measured.
        lever: laid on top in the choice.
    """

    uplift: Decimal
    margin: Amount
    variants: tuple[tuple[Holds, Decimal, Amount], ...] = ()
    household: Amount = Amount()
    referral: Amount = Amount()
    cost: Decimal = _NOTHING
    serve: Decimal = _NOTHING
    counts: Decimal = Decimal(1)
    lever: Decimal = _NOTHING

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """What it may be a share of."""
        return (self.margin, self.household, self.referral, *(margin for _, _, margin in self.variants))

    def parts(self, row: Row, channel_cost: Decimal) -> Mapping[str, Decimal] | None:
        """Dollars by part, each to four decimals: they sum to what is expected; None where something is not known.

        gain: uplift × margin; household and referral: uplift × what goes with the customer there; then the costs, negative. Of an effect
        that is assumed, gains and savings count by the declared share, losses and costs in full.
        """
        uplift, margin = self.uplift, self.margin
        for holds, other_uplift, other_margin in self.variants:
            if holds(row):
                uplift, margin = other_uplift, other_margin
                break
        gained = {"gain": margin.of(row), "household": self.household.of(row), "referral": self.referral.of(row)}
        found: dict[str, Decimal] = {}
        for name, amount in gained.items():
            if amount is None:
                return None
            found[name] = self._counted(EXACT.multiply(uplift, amount))
        found["treatment"] = rounded(self.cost.copy_negate())
        found["channel"] = rounded(channel_cost.copy_negate())
        found["cost_to_serve"] = self._counted(self.serve.copy_negate())
        return found

    def _counted(self, amount: Decimal) -> Decimal:
        return rounded(EXACT.multiply(amount, self.counts) if amount > 0 else amount)


def rounded(amount: Decimal) -> Decimal:
    """The amount to four decimals, half away from zero, and never a negative zero."""
    return EXACT.add(EXACT.quantize(amount, _UNIT), _NOTHING)


def total(parts: Mapping[str, Decimal]) -> Decimal:
    """The sum of the parts, exactly."""
    found = _NOTHING
    for part in parts.values():
        found = EXACT.add(found, part)
    return found


def added(first: Decimal, second: Decimal) -> Decimal:
    """The sum, exactly, whatever decimal context the process has set."""
    return EXACT.add(first, second)


def less(first: Decimal, second: Decimal) -> Decimal:
    """The difference, exactly."""
    return EXACT.subtract(first, second)


def weighed(amount: Decimal, share: Fraction) -> Decimal:
    """A share of an amount, to four decimals."""
    return rounded(EXACT.divide(EXACT.multiply(amount, Decimal(share.numerator)), Decimal(share.denominator)))


def number(value: object) -> Decimal | None:
    """A number as a decimal: a float by the shortest text that gives it back; None for null, what is no number, and what is not finite."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        found = Decimal(repr(value))
        return found if found.is_finite() else None
    return None
