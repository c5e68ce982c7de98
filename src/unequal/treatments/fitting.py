"""The customers whom a policy's rules are for, in a whole base, with what it would bring with each."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from operator import and_
from typing import Any, Final

import ibis

from unequal import predicates
from unequal.terms.money import AMOUNT, QUANTITY, RATE, money_product
from unequal.treatments.compiling import Policy, Rules
from unequal.treatments.worth import Amount

_EIGHT: Final = Decimal("0.00000001")


def fitting(profile: ibis.Table, policy: Policy, rules: Rules) -> ibis.Table:
    """The customers whom a policy's rules are for, with what it would bring with each.

    Args:
        profile: PROFILE with a column for each window that the rules name, as of the day of the run. What only channels say and
            what only questions tell is unknown in it.
        policy, rules: as `ready` made them.

    Returns:
        Every column of `profile`, one row a customer whose rules all hold, and `dollars` as DECIMAL(18, 4): uplift × margin − costs
        without those of the channel and without the lever; null where the margin is not known. To a cent what `choose` comes to.
    """
    missing = {name: ibis.null(stored) for name, stored in rules.types.items() if name not in profile.columns}
    whole = profile.mutate(**missing)
    kept = whole.filter(reduce(and_, [predicates.holds(rule, whole) for rule in policy.texts])) if policy.texts else whole
    return kept.mutate(dollars=_dollars(kept, policy, rules)).drop(*missing)


def _dollars(table: ibis.Table, policy: Policy, rules: Rules) -> Any:
    bid = policy.bid
    names = {at: name for name, at in rules.places.items()}

    def gained(uplift: Decimal, margin: Amount) -> Any:
        found = _gain(table, uplift, margin, bid.counts, names).cast(AMOUNT)
        for amount in (bid.household, bid.referral):
            if amount.place is not None:
                found = (found + _gain(table, uplift, amount, bid.counts, names)).cast(AMOUNT)
        return found

    found = gained(bid.uplift, bid.margin)
    if bid.variants:
        ways = [
            (predicates.holds(rule, table), gained(uplift, margin))
            for rule, (_, uplift, margin) in zip(policy.variants, bid.variants, strict=True)
        ]
        found = ibis.cases(*ways, else_=found)
    saved = -bid.serve * bid.counts if bid.serve < 0 else -bid.serve
    fixed = (saved - bid.cost).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return (found + ibis.literal(fixed, type=AMOUNT)).cast(AMOUNT)


def _gain(table: ibis.Table, uplift: Decimal, amount: Amount, counts: Decimal, names: dict[int, str]) -> Any:
    if amount.place is None:
        gained = uplift * amount.fixed
        counted = gained * counts if gained > 0 else gained
        return ibis.literal(counted.quantize(Decimal("0.0001"), ROUND_HALF_UP), type=AMOUNT)
    column: Any = table[names[amount.place]].cast(QUANTITY)
    if amount.or_nothing:
        column = column.fill_null(ibis.literal(Decimal(0), type=QUANTITY))
    slope = uplift * amount.times
    up, down = (slope * counts, slope) if slope > 0 else (slope, slope * counts)
    factor = ibis.ifelse(column >= ibis.literal(Decimal(0), type=QUANTITY), _rate(up), _rate(down))
    return money_product(column, factor)


def _rate(number: Decimal) -> Any:
    return ibis.literal(number.quantize(_EIGHT, ROUND_HALF_UP), type=RATE)
