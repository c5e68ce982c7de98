"""How probable it was, before the lots fell, that a customer would be done what he was done: logged with each decision from the first day.

Only lots are chance in a choice. What is done hangs on those of the winner, which must have treated the customer, and of whoever outranked the winner and
was held out: had that lot fallen otherwise, the other would have won. So

    propensity = (1 - share held out of the winner) x product of the shares held out of those before it

and the same of the universal holdout, once. A person's decision is none of the lots'. Whoever weighs outcomes by 1 / propensity makes up for who was
chosen how often; the shares are those in force at the moment.

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
    """The chance of what is done, above 0 and at most 1; 1 where no lot could have changed it.

    Args:
        before: who stands before the winner, or all where there is none.
        winner: what is done, if anything.
        rules: of the moment.
    """
    chance = Decimal(1)
    for one in before:
        if one.code == "held_out":
            chance *= one.offer.policy.holdout
    if winner is not None:
        chance *= 1 - winner.policy.holdout
    if any(one.code == "universal_holdout" for one in before):
        return chance * rules.universal_holdout
    by_lot = [one.offer.policy for one in before if one.code in _BY_LOT] + ([winner.policy] if winner is not None else [])
    return chance * (1 - rules.universal_holdout) if any(policy.is_universal for policy in by_lot) else chance


def universal_arm(before: Sequence[Judged], winner: Offer | None) -> Arm | None:
    """How the lot of the universal holdout fell, where it came to that: where direct marketing stands at the top; None elsewhere.

    It comes to that of whoever is held out and of whoever is not in the same moments, so that the two may be compared.
    """
    if any(one.code == "universal_holdout" for one in before):
        return "held_out"
    asked = [one.offer.policy for one in before if one.code in _ASKED] + ([winner.policy] if winner is not None else [])
    return "treated" if any(policy.is_universal for policy in asked) else None
