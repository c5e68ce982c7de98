"""What a policy would do to a base before it acts: how many customers, what it is expected to bring, and what it costs."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import ibis

from unequal.terms.money import AMOUNT, TOTAL, money_sum
from unequal.treatments import impact as impact  # noqa: PLC0414 - how alike groups are reached is seen beside how many are
from unequal.treatments.compiling import Policy, Rules
from unequal.treatments.fitting import fitting

_SIX: Final = "decimal(28, 6)"
"""As wide as a share on both sides of the point, as Ibis asks of two decimals."""


def worth_treating(profile: ibis.Table, policy: Policy, rules: Rules) -> ibis.Table:
    """The customers whom a policy's rules are for and with whom it brings more than it costs: customer_id, and dollars expected of each.

    Args:
        profile, policy, rules: see `fitting`.
    """
    found = fitting(profile, policy, rules)
    return found.filter(found["dollars"] > ibis.literal(Decimal(0), type=AMOUNT)).select("customer_id", "dollars")


def reach(profile: ibis.Table, policy: Policy, rules: Rules) -> ibis.Table:
    """One row: what the policy would do to the base if it reached everybody once whom it is for.

    Args:
        profile, policy, rules: see `fitting`.

    Returns:
        policy; customers: whom its rules are for; worth_it: of them those with whom it brings more than it costs; held_out: of those, by
        the lot, on the average; dollars: expected of the rest; cost: of treating them. DECIMAL(28, 4). Contact limits, consents
        and other policies are not in it: it is the most that the policy could do.
    """
    found = fitting(profile, policy, rules)
    held = policy.holdout
    worth = found["dollars"] > ibis.literal(Decimal(0), type=AMOUNT)
    cost = ibis.literal(policy.bid.cost, type=AMOUNT)
    counted = found.aggregate(
        customers=found.count().cast("int64"),
        worth_it=worth.sum().fill_null(0).cast("int64"),
        gross=money_sum(ibis.ifelse(worth, found["dollars"], ibis.literal(Decimal(0), type=AMOUNT))),
        spent=money_sum(ibis.ifelse(worth, cost, ibis.literal(Decimal(0), type=AMOUNT))),
    )
    rest = ibis.literal(Decimal(1) - held, type="decimal(9, 6)")
    return counted.select(
        policy=ibis.literal(policy.name),
        customers=counted["customers"],
        worth_it=counted["worth_it"],
        held_out=(counted["worth_it"] * ibis.literal(float(held))).round().cast("int64"),
        dollars=(counted["gross"].cast(_SIX) * rest).round(4).cast(TOTAL),
        cost=(counted["spent"].cast(_SIX) * rest).round(4).cast(TOTAL),
    )
