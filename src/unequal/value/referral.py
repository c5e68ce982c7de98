"""What customers bring through others: referrals and introductions.

Referral value is another view of dollars that other customers bring: it stands in a column of
its own and is never added to what they bring themselves, for over all customers the same
dollar would then count twice.

Source: V. Kumar, J. A. Petersen and R. P. Leone, How valuable is word of mouth?, Harvard
Business Review, October 2007, and Driving profitability by encouraging customer referrals,
Journal of Marketing 74(5), 2010.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unequal.value.arrays import Floats, Ints


@dataclass(frozen=True)
class Ties:
    """Who brought whom: n ties between customers, told by their places in a list of customers.

    Args:
        source: who brought.
        target: who was brought.
        weight: how much of it is his; any scale, above zero.
    """

    source: Ints
    target: Ints
    weight: Floats


@dataclass(frozen=True)
class ThroughOthers:
    """What each of n customers brought through others.

    Args:
        brought: customers brought directly, counted by share.
        type_one: value of those who would not have come: what they bring beyond their own acquisition, and the acquisition saved.
        type_two: value of those who would have come anyway: the acquisition saved alone.
        rewards: what was paid for bringing them, negative or zero.
        further: what those brought who were brought, down to the depth asked for.
    """

    brought: Floats
    type_one: Floats
    type_two: Floats
    rewards: Floats
    further: Floats

    @property
    def value(self) -> Floats:
        """All of it together."""
        return self.type_one + self.type_two + self.rewards + self.further


def shares_of(ties: Ties) -> Ties:
    """Ties whose weights are shares: those of one customer who was brought sum to 1.

    A tie to oneself counts nothing, and two of one pair count as their sum.
    """
    true = ties.source != ties.target
    source, target, weight = ties.source[true], ties.target[true], ties.weight[true]
    order = np.lexsort((source, target))
    source, target, weight = source[order], target[order], weight[order]
    first = np.ones(len(source), dtype=bool)
    first[1:] = (source[1:] != source[:-1]) | (target[1:] != target[:-1])
    starts = np.flatnonzero(first)
    merged = np.add.reduceat(weight, starts) if len(starts) else weight
    source, target = source[starts], target[starts]
    total = np.bincount(target, weights=merged, minlength=int(target.max(initial=-1)) + 1)
    return Ties(source, target, merged / total[target] if len(target) else merged)


def without_cycles(ties: Ties, since: Ints) -> Ties:
    """Ties that lead from the earlier customer to the later: nobody brings, over others, himself.

    Of two customers who are said to have brought each other the one who was there first brought the other.

    Args:
        ties: any.
        since: when each customer began, in days; ties between customers of one day are kept from the smaller place to the larger.
    """
    begins, later = since[ties.source], since[ties.target]
    forward = (begins < later) | ((begins == later) & (ties.source < ties.target))
    return Ties(ties.source[forward], ties.target[forward], ties.weight[forward])


def through_others(
    ties: Ties, *, worth: Floats, saved: Floats, rewards: Floats, came_anyway: Floats, depth: int = 1, decay: float = 1.0
) -> ThroughOthers:
    """What each customer brought through others.

    For one who was brought, of worth w (what he brought and is expected to bring, discounted) and saved acquisition a, who
    would have come anyway with probability q: type one (1 - q)(w + a), type two q a, less the reward; shared among those who
    brought him. Further down, what the brought customer brought in his turn counts by (1 - q) decay for each step.

    Args:
        ties: shares without cycles, see `shares_of` and `without_cycles`.
        worth: of each customer, n.
        saved: acquisition cost that was saved if he was brought, n, zero or more.
        rewards: paid for bringing him, n, zero or more.
        came_anyway: probability that he would have come anyway, n, from 0 to 1.
        depth: steps that count; 1 counts those brought directly.
        decay: what each further step counts less, from 0 to 1.
    """
    n = len(worth)
    stays_away = 1.0 - came_anyway
    one, two = stays_away * (worth + saved), came_anyway * saved

    def over(values: Floats) -> Floats:
        return np.asarray(np.bincount(ties.source, weights=ties.weight * values[ties.target], minlength=n), dtype=np.float64)

    direct = over(one + two - rewards)
    further, reached = np.zeros(n), direct
    for _ in range(depth - 1):
        reached = decay * over(stays_away * reached)
        further = further + reached
    return ThroughOthers(
        brought=over(np.ones(n)),
        type_one=over(one), type_two=over(two), rewards=-over(rewards), further=further,
    )  # fmt: skip
