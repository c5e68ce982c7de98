"""All that could be done with one customer now: what an allocation chooses from, where a live decision looks for the best alone."""

from __future__ import annotations

from decimal import localcontext
from typing import Final

from unequal.treatments.arbitration import Judged, judged
from unequal.treatments.compiling import Policies, Rules
from unequal.treatments.judging import Sitting, whole_row
from unequal.treatments.shapes import Moment
from unequal.treatments.worth import EXACT

BESIDE: Final = ("held_out", "universal_holdout", "for_a_person")
"""Why what could be done is not: it takes nothing, and is told apart."""


def offered(moment: Moment, policies: Policies, rules: Rules) -> tuple[Judged, ...]:
    """What passes every gate and is worth it; of what serves a floor in force, that alone, for it outranks value.

    Args:
        moment, policies, rules: as for `choose`, of which every winner and all who would win are among these, with the same dollars.

    Returns:
        Offers with the code None, or one of BESIDE; by name.
    """
    with localcontext(EXACT):
        sitting = Sitting(moment, rules, whole_row(moment, rules))
        line = policies.line(moment.channel)
        floors = [one for one in (judged(sitting, policy, line.cost) for policy in line.floors) if one is not None]
        if any(one.code is None for one in floors):
            return tuple(floors)
        found = list(floors)
        left = sitting.able(line)
        left = left and line.sieve.passing(sitting.row) & left
        while left:
            at = (left & -left).bit_length() - 1
            left &= left - 1
            one = judged(sitting, line.bounds.policies[at], line.cost, is_eligible=bool(line.sieve.settled >> at & 1))
            if one is not None and (one.code is None or one.code in BESIDE):
                found.append(one)
    return tuple(sorted(found, key=lambda one: one.offer.policy.name))
