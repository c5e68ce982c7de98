"""How probable it was, before the lots fell, that a customer would be done what he was done: logged with each decision from the first day.

Only lots are chance in a choice. What is done hangs on those of the winner, which must have treated the customer, and of whoever outranks it: had those
lots fallen otherwise, another would have won. They may fall in several ways to the same end, which all count. Where direct marketing outranks a service,
each marketing policy holds the customer out, or the universal holdout does all of them at once. With q the share that each holds out, and u the universal one,

    propensity = (1 - q of the winner) x (u x product of q over the services before it + (1 - u) x product of q over all before it)

and without the first term where the winner is direct marketing itself. So the propensities of all that may be done at a moment add up to 1. What a person
decides outranks nothing until he has, and is none of the lots'. Whoever weighs outcomes by 1 / propensity makes up for who was chosen how often; the
shares are those in force at the moment.

Source: Horvitz and Thompson, A generalization of sampling without replacement (1952); Rosenbaum and Rubin, The central role of the propensity score (1983);
Bottou and others, Counterfactual reasoning and learning systems (2013), for logging it with the decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from unequal.treatments.arbitration import Judged
from unequal.treatments.compiling import Offer, Rules
from unequal.treatments.shapes import Arm

_BY_LOT: Final = frozenset({"held_out", "universal_holdout"})
_ASKED: Final = frozenset({*_BY_LOT, "for_a_person"})


def propensity(before: Sequence[Judged], winner: Offer | None, rules: Rules) -> Decimal:
    """The chance that the winner is done, or nothing where there is none; above 0 and at most 1, and 1 where no lot could have changed it.

    Args:
        before: who stands before the winner, or all where there is none; what fell otherwise than by the lot does not count.
        winner: what is done, if anything.
        rules: of the moment.
    """
    spared = held = Decimal(1) if winner is None else 1 - winner.policy.holdout
    for one in before:
        policy = one.offer.policy
        if one.code in _BY_LOT and not policy.config.significant:
            spared *= policy.holdout
            held *= 1 if policy.is_universal else policy.holdout
    if winner is not None and winner.policy.is_universal:
        held = Decimal(0)
    if spared == held:
        return spared
    return (1 - rules.universal_holdout) * spared + rules.universal_holdout * held


def universal_arm(before: Sequence[Judged], winner: Offer | None) -> Arm | None:
    """How the lot of the universal holdout fell, where it came to that: where direct marketing stands at the top; None elsewhere.

    It comes to that of whoever is held out and of whoever is not in the same moments, so that the two may be compared.
    """
    if any(one.code == "universal_holdout" for one in before):
        return "held_out"
    asked = [one.offer.policy for one in before if one.code in _ASKED] + ([winner.policy] if winner is not None else [])
    return "treated" if any(policy.is_universal for policy in asked) else None
