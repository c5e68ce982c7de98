"""The choice: what is done for this customer now, and why. Pure: the same inputs give the same answer, digit for digit."""

from __future__ import annotations

from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Final

from unequal.terms.amounts import exact_text
from unequal.treatments.arbitration import Judged, Outcome, arbitrate, candidates, lever_price
from unequal.treatments.compiling import NO_FLOOR, Line, Offer, Policies, Rules
from unequal.treatments.greeting import greeting_of
from unequal.treatments.judging import Sitting, whole_row
from unequal.treatments.propensity import propensity, universal_arm
from unequal.treatments.questions import best_question
from unequal.treatments.shapes import Candidate, Chosen, Moment
from unequal.treatments.tiers import service_of
from unequal.treatments.worth import EXACT, added

_MOST_REASONS: Final = 3
_BY_LOT: Final = frozenset({"held_out", "universal_holdout"})


def choose(moment: Moment, policies: Policies, rules: Rules, *, every: bool = True) -> Chosen:
    """What is done at a moment.

    Args:
        moment: the customer, what the state holds, the channel and what it says.
        policies, rules: as `ready` made them.
        every: whether each policy's fate is told. Without it policies are only looked at until no other could win, which is many times
            as fast; everything but `candidates` is the same, so that a replay can tell the rest.

    Returns:
        The winner, or none; with candidates best first, and those without content for the channel last.
    """
    # Whatever decimal context the process has set, a replay must come to the same digits.
    with localcontext(EXACT):
        return _chosen(moment, policies, rules, every=every)


def _chosen(moment: Moment, policies: Policies, rules: Rules, *, every: bool) -> Chosen:
    sitting = Sitting(moment, rules, whole_row(moment, rules))
    line = policies.line(moment.channel)
    outcome = arbitrate(sitting, line, every=every)
    shown = candidates(outcome.judged, why=_why(outcome, sitting))
    # Whoever fell before the winner fell by the lot, or to a person.
    at = next((at for at, one in enumerate(shown) if one.fell is None), len(shown))
    before, winner = shown[:at], shown[at] if at < len(shown) else None
    service = service_of(sitting)
    return Chosen(
        winner=winner,
        candidates=(*shown, *_absent(line)) if every else shown,
        question=best_question(sitting, line, outcome) if rules.questions else None,
        greeting=greeting_of(sitting) if rules.greetings else None,
        tier=None if service.tier is None else rules.moments.tiers[service.tier].words,
        held_out=tuple([one for one in before if one.fell in _BY_LOT]) if before else (),
        for_review=next((one for one in before if one.fell == "for_a_person"), None) if before else None,
        lever_price=lever_price(outcome),
        floors=sitting.floors,
        service=service,
        propensity=propensity(outcome.judged[:at], outcome.winner, rules),
        universal=universal_arm(outcome.judged[:at], outcome.winner) if rules.universal_holdout else None,
    )


def _absent(line: Line) -> tuple[Candidate, ...]:
    nothing = Decimal(0)
    fallen = [Judged(Offer(one, None, None, None, (NO_FLOOR, nothing, one.name)), "channel_not_offered", None) for one in line.absent]
    return candidates(fallen)


def _why(outcome: Outcome, sitting: Sitting) -> tuple[str, ...]:
    """At most three reasons for the winner, in dollars, the weightiest first."""
    winner = outcome.winner
    if winner is None:
        return ()
    currency, declared, parts = sitting.rules.currency, winner.policy.config, winner.parts or {}
    told = []
    if winner.order[0] < NO_FLOOR:
        told.append(f"{str(declared.serves_floor).replace('_', ' ')} outranks value")
    beside = added(parts.get("household", Decimal(0)), parts.get("referral", Decimal(0)))
    costs = added(added(parts.get("treatment", Decimal(0)), parts.get("channel", Decimal(0))), parts.get("cost_to_serve", Decimal(0)))
    assumed = "" if declared.effect.measured else f"; assumed, of which {winner.policy.bid.counts:f} counts"
    if parts.get("gain"):
        told.append(f"gains {exact_text(parts['gain'], currency)} on the average{assumed}")
    if beside:
        told.append(f"gains {exact_text(beside, currency)} with household and referred customers")
    if costs:
        told.append(
            f"costs {_cost_text(costs.copy_negate(), currency)}" if costs < 0 else f"saves {_cost_text(costs, currency)} in service"
        )
    if winner.policy.bid.lever:
        told.append(f"is pushed by {exact_text(winner.policy.bid.lever, currency)}: {declared.lever.why if declared.lever else ''}")
    # What pushes it is never left out: whoever reads the reasons must see that dollars alone did not decide.
    return tuple(told) if len(told) <= _MOST_REASONS else (*told[: _MOST_REASONS - 1], told[-1])


# A policy costs the same again and again.
_cost_text = lru_cache(maxsize=2048)(exact_text)
