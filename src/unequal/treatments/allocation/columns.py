"""What could be done with many customers at once, of whom the state holds nothing: by columns, to the same digit as for one.

Rules are laid out by column already (`predicates.sieving`), so that one look-up a distinct value tells for all policies whose rules may hold. Dollars are
uplift × a multiple of one column, less what is fixed: in whole numbers where the column is one, else in floats, and exactly wherever
floats come near the edge of rounding. What depends on more than that is left to `offered`, one customer at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

import numpy as np

from unequal.treatments.allocation.problem import Array
from unequal.treatments.compiling import HOUSEHOLD, Line, Policies, Policy, Rules
from unequal.treatments.holdout import lots
from unequal.treatments.judging import Sitting
from unequal.treatments.shapes import UNIVERSAL, Moment
from unequal.treatments.worth import EXACT, Amount, Bid, number, rounded

Coded = Callable[[int], tuple[Array, Sequence[object]]]
"""Of a place in a row: the number of each customer's value, and the values that the numbers stand for."""
_SCALE: Final = 10_000
_WIDE: Final = 2**62
_EDGE: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Found:
    """What could be done by one policy: with which customers, for how many units with the lever, and who of them is held out by lot."""

    policy: Policy
    customers: Array
    value: Array
    is_held_out: Array


class Plain:
    """The policies of a channel as they stand to customers of whom the state holds nothing. Made by `plain`."""

    def __init__(self, line: Line, policies: dict[int, Policy], others: int, rules: Rules) -> None:
        self._line, self._policies, self._others, self._rules = line, policies, others, rules

    def of(self, customer_ids: Sequence[str], coded: Coded) -> tuple[Array, Iterator[Found]]:
        """What could be done with some customers.

        Args:
            customer_ids: theirs.
            coded: their values.

        Returns:
            Who of them must be asked about one at a time; and of each policy what could be done with the others.
        """
        bits = self._line.sieve.passing_each(len(customer_ids), coded)
        alone = (bits & _words(self._others, bits.shape[1])).any(axis=1)
        return alone, self._found(bits, alone, customer_ids, coded)

    def _found(self, bits: Array, alone: Array, customer_ids: Sequence[str], coded: Coded) -> Iterator[Found]:
        numbers, homes = _Numbers(coded), self._homes(customer_ids, coded)
        rules, none = self._rules, np.zeros(len(customer_ids), bool)
        drawn = homes if rules.universal_by_household else customer_ids
        universal = lots(UNIVERSAL, drawn, rules.universal_holdout) if rules.universal_holdout else none
        for at, policy in self._policies.items():
            word, bit = divmod(at, 64)
            customers = np.flatnonzero((bits[:, word] >> np.uint64(bit) & np.uint64(1)).astype(bool) & ~alone)
            value = _scores(policy.bid, self._line.cost, customers, numbers)
            customers, value = customers[value > 0], value[value > 0]
            if len(customers):
                units = homes if policy.by_household else customer_ids
                held_out = lots(policy.name, [units[one] for one in customers.tolist()], policy.holdout)
                yield Found(policy, customers, value, held_out | (universal if policy.is_universal else none)[customers])

    def _homes(self, customer_ids: Sequence[str], coded: Coded) -> Sequence[str]:
        """What a lot of households draws: the household, or the customer who is known to live in none."""
        place = self._rules.places.get(HOUSEHOLD)
        if place is None:
            return customer_ids
        codes, values = coded(place)
        found = [values[code] for code in codes.tolist()]
        return [one if home is None else str(home) for one, home in zip(customer_ids, found, strict=True)]


def plain(moment: Moment, policies: Policies, rules: Rules) -> Plain | None:
    """What a channel's policies say to customers of whom the state holds nothing; None where what they say depends on each of them.

    Args:
        moment: of such a customer, by the channel, with nothing in the row: what it says of policies holds for all of them but for rules and dollars.
        policies, rules: as for `choose`. Whoever falls under a floor, or has a case open, is none of these customers.
    """
    with localcontext(EXACT):
        sitting = Sitting(moment, rules, [None] * len(rules.places))
        if sitting.floors or sitting.held_back:
            return None
        line = policies.line(moment.channel)
        able, simple, others = sitting.able(line), {}, 0
        for at, policy in enumerate(line.bounds.policies):
            if not able >> at & 1:
                continue
            if policy.bid.variants or policy.said or policy.config.takes_service_away or not line.sieve.settled >> at & 1:
                others |= 1 << at
            elif sitting.gate(policy, is_eligible=True) is None:
                simple[at] = policy
        return Plain(line, simple, others, rules)


def _words(bits: int, words: int) -> Array:
    return np.frombuffer(bits.to_bytes(words * 8, "little"), "<u8")


class _Numbers:
    """The numbers in columns, found once each."""

    def __init__(self, coded: Coded) -> None:
        self._coded = coded
        self._known: dict[int, tuple[Array, list[Decimal | None], Array, Array, Array | None]] = {}

    def of(self, place: int) -> tuple[Array, list[Decimal | None], Array, Array, Array | None]:
        """Each customer's number among the values; those as decimals; which are known; as floats; and in units where all are whole in them."""
        if place not in self._known:
            codes, values = self._coded(place)
            numbers = [number(value) for value in values]
            known = np.array([one is not None for one in numbers])
            floats = np.array([0.0 if one is None else float(one) for one in numbers])
            scaled = [Decimal(0) if one is None else one.scaleb(4, EXACT) for one in numbers]
            is_whole = all(abs(one) < _WIDE and one == int(one) for one in scaled)
            self._known[place] = (codes, numbers, known, floats, np.array([int(one) for one in scaled], np.int64) if is_whole else None)
        return self._known[place]


def _scores(bid: Bid, channel_cost: Decimal, customers: Array, numbers: _Numbers) -> Array:
    """What a policy brings with each customer, with its lever, in units; nothing where it is not known."""
    fixed = [rounded(-bid.cost), rounded(-channel_cost), _counted(bid, -bid.serve), bid.lever]
    found = np.full(len(customers), sum(int(one.scaleb(4)) for one in fixed), np.int64)
    known = np.ones(len(customers), bool)
    for amount in (bid.margin, bid.household, bid.referral):
        if amount.place is None:
            found += int(_counted(bid, EXACT.multiply(bid.uplift, amount.fixed)).scaleb(4))
        else:
            codes, _, is_known, _, _ = numbers.of(amount.place)
            gains = _gains(bid, amount, numbers, customers)
            found += gains
            if not amount.or_nothing:
                known &= is_known[codes[customers]]
    return np.where(known, found, 0)


def _counted(bid: Bid, amount: Decimal) -> Decimal:
    return rounded(EXACT.multiply(amount, bid.counts) if amount > 0 else amount)


def _gains(bid: Bid, amount: Amount, numbers: _Numbers, customers: Array) -> Array:
    """A multiple of a column times the uplift, of which gains count in part, each rounded once, half away from zero; in units."""
    assert amount.place is not None, "what is fixed needs no column"
    codes, decimals, known, floats, whole = numbers.of(amount.place)
    of_customers = codes[customers]
    here, back = np.unique(of_customers, return_inverse=True)
    slope = EXACT.multiply(bid.uplift, amount.times)
    gain, loss = (EXACT.multiply(slope, bid.counts), slope) if slope > 0 else (slope, EXACT.multiply(slope, bid.counts))
    found = np.zeros(len(here), np.int64)
    asked = np.zeros(len(here), bool)
    for factor, side in ((gain, floats[here] >= 0), (loss, floats[here] < 0)):
        value, near = _times(factor, floats[here], None if whole is None else whole[here])
        found[side], asked[side] = value[side], near[side]
    for at in np.flatnonzero(asked & known[here]).tolist():
        one = decimals[here[at]]
        assert one is not None, "it is known"
        found[at] = int(_counted(bid, EXACT.multiply(bid.uplift, EXACT.multiply(one, amount.times))).scaleb(4))
    return found[back]


def _times(factor: Decimal, floats: Array, whole: Array | None) -> tuple[Array, Array]:
    """Values times a factor, in units; and where that is so near the edge of rounding that it must be computed exactly."""
    sign, digits, exponent = factor.as_tuple()
    numerator, places = int("".join(map(str, digits))), -int(exponent)
    if whole is not None and 0 <= places <= 18 and int(np.abs(whole).max(initial=0)) * numerator < _WIDE:  # noqa: PLR2004 - 10^18 is within 63 bits
        size = np.abs(whole) * numerator
        units = (size + 10**places // 2) // 10**places
        return np.where((whole < 0) != bool(sign), -units, units), np.zeros(len(whole), bool)
    exact = floats * (float(factor) * _SCALE)
    size = np.abs(exact)
    units = np.floor(size + 0.5)
    near = (np.abs(size + 0.5 - np.rint(size + 0.5)) < _EDGE + size * 1e-12) | (size > 2.0**50)
    return np.where(size > 2.0**50, 0.0, np.copysign(units, exact)).astype(np.int64), near
