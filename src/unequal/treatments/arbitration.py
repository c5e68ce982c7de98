"""Who wins: floors first, then the most dollars with the lever, then the name; and what levers gave up.

Asked for every candidate, all offers are computed and judged in that order. Asked only for the winner, policies are tried by what they can
bring at most, until nothing that follows can win: the outcome is the same, and few policies need exact dollars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import inf

from unequal.treatments.compiling import NO_FLOOR, Line, Offer, Policy, offer
from unequal.treatments.judging import Sitting
from unequal.treatments.shapes import Arm, Candidate
from unequal.treatments.worth import less


@dataclass(frozen=True, slots=True)
class Judged:
    """An offer and how it fared; `code` is None where it won."""

    offer: Offer
    code: str | None
    arm: Arm | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the offers fared, best first; the winner among them, and the most dollars of any that stands, levers apart."""

    winner: Offer | None
    judged: tuple[Judged, ...]
    most: Decimal | None


def arbitrate(sitting: Sitting, line: Line, *, every: bool) -> Outcome:
    """Judge the offers of a channel.

    Args:
        sitting: the moment.
        line: what the channel offers.
        every: whether all are told; else only those that pass every gate and could win but for the lot, a person, or a better one.
    """
    found = _all(sitting, line.policies, line.cost) if every else list(_those_that_could_win(sitting, line))
    found.sort(key=lambda one: one.offer.order)
    standing = [one.offer for one in found if one.code is None]
    winner = standing[0] if standing else None
    judged = tuple(Judged(one.offer, "outbid", one.arm) if one.code is None and one.offer is not winner else one for one in found)
    return Outcome(winner, judged, max((one.dollars for one in standing if one.dollars is not None), default=None))


def _all(sitting: Sitting, policies: Iterable[Policy], cost: Decimal) -> list[Judged]:
    found = []
    for policy in policies:
        one = offer(policy, sitting.row, cost, sitting.rank(policy))
        code = sitting.gate(policy)
        found.append(Judged(one, *sitting.lot(one)) if code is None else Judged(one, code, None))
    return found


def _those_that_could_win(sitting: Sitting, line: Line) -> Iterator[Judged]:
    """Whoever passes the gates, from the highest bound down, until nothing that follows can win or show what a lever costs."""
    least = -inf
    best: Offer | None = None
    most = -inf
    floors = [one for one in (judged(sitting, policy, line.cost) for policy in line.floors) if one is not None]
    yield from floors
    if any(one.code is None for one in floors):
        return
    able = sitting.able(line)
    passing = able and line.sieve.passing(sitting.row) & able
    for bound, at, policy in line.bounds.of(sitting.row, passing):
        if bound < least:
            return
        one = judged(sitting, policy, line.cost, is_eligible=bool(line.sieve.settled >> at & 1))
        if one is None:
            continue
        yield one
        if one.code is None and one.offer.score is not None and one.offer.dollars is not None:
            best = one.offer if best is None or one.offer.order < best.order else best
            most = max(most, float(one.offer.dollars))
            least = float(best.score or 0) if not best.policy.bid.lever else min(most, float(best.score or 0))


def judged(sitting: Sitting, policy: Policy, cost: Decimal, *, is_eligible: bool = False) -> Judged | None:
    """A policy with its dollars, where it passes every gate; None where it does not.

    Args:
        sitting: the moment.
        policy: which.
        cost: of one contact by the channel.
        is_eligible: it is known that its rules hold.
    """
    if sitting.gate(policy, is_eligible=is_eligible) is not None:
        return None
    one = offer(policy, sitting.row, cost, sitting.rank(policy))
    return Judged(one, *sitting.lot(one))


def lever_price(outcome: Outcome) -> Decimal:
    """Dollars given up by the winner's lever: the most that any brings without levers, less what the winner brings; 0 without a lever."""
    winner = outcome.winner
    if winner is None or winner.dollars is None or outcome.most is None or not winner.policy.bid.lever or winner.order[0] < NO_FLOOR:
        return Decimal(0)
    return less(outcome.most, winner.dollars)


def candidates(found: Sequence[Judged], *, why: tuple[str, ...] = ()) -> tuple[Candidate, ...]:
    """The offers as they are shown and kept; the winner with its reasons."""
    return tuple(
        Candidate(
            one.offer.policy.name, one.offer.policy.version, one.code, one.offer.dollars, one.offer.policy.bid.lever, one.offer.parts or {},
            one.arm, why if one.code is None else (),
        )
        for one in found
    )  # fmt: skip
