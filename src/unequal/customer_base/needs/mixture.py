"""Groups of customers who have the same habits: a latent class model of counts that vary more than chance within each group.

Each customer is of one group. In it a habit's ways are taken with the group's shares, and what happens so often for each day of buying
happens at the group's rate (Lazarsfeld & Henry 1968; Goodman 1974). Within a group customers still differ: n counts of one customer
tell as much as n / (1 + (n - 1) rho) counts of strangers (Williams 1982, Extra-binomial variation in logistic linear models), so that
one who buys often is not heard a hundred times. Who is known by few counts is told apart by little, and lies between the groups.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final

import numpy as np
from scipy.special import gammaln

from unequal.customer_base.needs.counts import SMALLEST, Counts, Floats, Ints, shares_of, spread_of, weights_of

_OWN_COUNTS: Final = 2.0
"""A group's shares are drawn towards everybody's as if it held so many counts of theirs."""
_MOST_STEPS: Final = 60
_FIRST_STEPS: Final = 8
_ENOUGH: Final = 3e-4
_ROUNDS: Final = 2
_LEAST_SPREAD, _MOST_SPREAD, _MOST_ALIKE = 1e-4, 1e4, 0.95
_BEGUN_FROM: Final = (0.1, 1.0)
"""How much customers differ within groups is found from below and from above: from above alone, a strong habit of few hides in it."""


@dataclass(frozen=True)
class Groups:
    """k groups.

    Args:
        sizes: the share of customers in each.
        shares: k x parts: shares and rates.
        spread: a value for each habit: how much customers of one group differ in it; see `counts.spread_of`.
        score: mean log likelihood of a customer, by what counts weigh.
    """

    sizes: Floats
    shares: Floats
    spread: Floats
    score: float = -np.inf

    def __len__(self) -> int:
        return len(self.sizes)


class Evidence:
    """Counts as they weigh, laid out so that a step is two products of matrices."""

    def __init__(self, counts: Counts, spread: Floats, everybody: Floats | None = None) -> None:
        """Weigh the counts of customers.

        Args:
            counts: customers.
            spread: how much customers of one group differ in each habit.
            everybody: the shares and rates of all; those of these customers by default.
        """
        self.everybody = shares_of(counts) if everybody is None else everybody
        self.own = counts.habit_of_part
        self.is_rate = counts.is_rate[self.own]
        weights = weights_of(counts, self.everybody, spread)
        times = (counts.times * weights)[:, counts.is_rate]
        self.told: Floats = np.hstack([counts.taken * weights[:, self.own], -times])
        # Customers stand across: sums over a few groups are quick down columns.
        self.across: Floats = np.ascontiguousarray(self.told.T)
        self.places = counts.places

    def __len__(self) -> int:
        return len(self.told)

    def heard(self, groups: Groups) -> Floats:
        """The log likelihood of each customer in each group, with the group's size, k x n."""
        at = np.hstack([np.log(groups.shares), groups.shares[:, self.is_rate]])
        return np.asarray(at @ self.across + np.log(groups.sizes)[:, None])

    @cached_property
    def alone(self) -> Floats:
        """The log likelihood of each customer were it a group by itself."""
        shares = self._shares(self.told)
        parts = len(self.own)
        return np.asarray(
            (self.told[:, :parts] * np.log(shares)).sum(axis=1) + (self.told[:, parts:] * shares[:, self.is_rate]).sum(axis=1)
        )

    def _shares(self, summed: Floats) -> Floats:
        """Shares and rates of rows of sums of what was told, drawn a little towards everybody's."""
        parts = len(self.own)
        taken, times = summed[:, :parts], np.empty((len(summed), parts))
        times[:, self.is_rate] = -summed[:, parts:]
        for at in self.places:
            if not self.is_rate[at.start]:
                times[:, at] = taken[:, at].sum(axis=1, keepdims=True)
        return np.asarray(np.maximum((taken + _OWN_COUNTS * self.everybody) / (times + _OWN_COUNTS), SMALLEST))

    def risen(self, groups: Groups, belongs: Floats) -> Groups:
        """Groups with shares and rates of those who belong to them, k x n."""
        sizes = (belongs.sum(axis=1) + 1.0) / (belongs.sum() + len(belongs))
        return Groups(sizes, self._shares(belongs @ self.told), groups.spread)


def chances(evidence: Evidence, groups: Groups) -> tuple[Floats, Floats]:
    """How likely each customer is of each group, k x n; and each one's log likelihood."""
    heard = evidence.heard(groups)
    top = heard.max(axis=0)
    raised = np.exp(heard - top)
    total = raised.sum(axis=0)
    return raised / total, top + np.log(total)


def members(evidence: Evidence, groups: Groups) -> Ints:
    """The likeliest group of each customer."""
    return np.asarray(evidence.heard(groups).argmax(axis=0), dtype=np.int64)


def climbed(evidence: Evidence, groups: Groups, often: Floats, most: int, *, enough: float = _ENOUGH) -> Groups:
    """Groups after so many steps of EM at most.

    Args:
        evidence: customers.
        groups: where it begins.
        often: how often each customer counts.
        most: how many steps.
        enough: a step that adds less to the mean log likelihood is the last.
    """
    score, whole = -np.inf, often.sum()
    for _ in range(most):
        belongs, heard = chances(evidence, groups)
        now = float((heard * often).sum() / whole)
        groups = replace(evidence.risen(groups, belongs * often), score=now)
        if now - score < enough:
            break
        score = now
    return groups


def fitted(
    evidence: Evidence, number: int, spread: Floats, generator: np.random.Generator, *, starts: int, often: Floats | None = None
) -> Groups:
    """Groups by maximum likelihood, the best of several starts.

    Args:
        evidence: customers.
        number: how many groups.
        spread: within groups; see `counts.spread_of`.
        generator: draws the customers that the groups start from.
        starts: how many starts are tried.
        often: how often each customer counts; once each by default.
    """
    counted = np.ones(len(evidence)) if often is None else often
    tried = [climbed(evidence, _start(evidence, number, spread, generator), counted, _FIRST_STEPS) for _ in range(starts)]
    return climbed(evidence, max(tried, key=lambda groups: groups.score), counted, _MOST_STEPS)


def _start(evidence: Evidence, number: int, spread: Floats, generator: np.random.Generator) -> Groups:
    """Groups around customers drawn one by one, each the likelier the less those before account for him."""
    nobody = Groups(np.ones(1), evidence.everybody[None, :], spread)
    worst = evidence.heard(nobody)[0]
    chosen: list[int] = []
    groups = nobody
    for _ in range(number):
        # How much better a customer would be told by himself than by the groups there are.
        gained = np.maximum(evidence.alone - worst, 0.0)
        total = gained.sum()
        chosen.append(int(generator.choice(len(evidence), p=gained / total)) if total > 0 else int(generator.integers(len(evidence))))
        one = evidence.risen(nobody, _only(len(evidence), chosen[-1]))
        worst = np.maximum(worst, evidence.heard(replace(one, sizes=np.ones(1)))[0])
        groups = one if len(chosen) == 1 else Groups(np.ones(len(chosen)), np.vstack([groups.shares, one.shares]), spread)
    return replace(groups, sizes=np.full(number, 1 / number), spread=spread)


def _only(many: int, one: int) -> Floats:
    belongs = np.zeros((1, many))
    belongs[0, one] = 1.0
    return belongs


def settled(counts: Counts, number: int, generator: np.random.Generator, *, starts: int, before: Groups | None = None) -> Groups:
    """Groups, and how much customers differ within them, each from the other in turn: the likeliest of several ways to begin.

    Args:
        counts: customers.
        number: how many groups.
        generator: draws.
        starts: how many starts each time.
        before: fewer groups that were found, to begin from as well.
    """
    everybody = shares_of(counts)
    whole, _ = spread_of(counts, everybody)
    begun = [fitted(Evidence(counts, whole * part, everybody), number, whole * part, generator, starts=starts) for part in _BEGUN_FROM]
    if before is not None and number == len(before) + 1:
        begun.append(_one_more(Evidence(counts, before.spread, everybody), before))
    tried = [_in_turn(counts, everybody, groups) for groups in begun]
    return max(tried, key=lambda groups: groups.score)


def _one_more(evidence: Evidence, groups: Groups) -> Groups:
    """The groups, and one of those customers of whom they tell least."""
    gained = evidence.alone - evidence.heard(replace(groups, sizes=np.ones(len(groups)))).max(axis=0)
    worst = np.zeros((1, len(evidence)))
    worst[0, np.argsort(-gained, kind="stable")[: max(len(evidence) // 50, 1)]] = 1.0
    more = evidence.risen(Groups(np.ones(1), evidence.everybody[None, :], groups.spread), worst)
    return Groups(np.r_[groups.sizes * 0.9, 0.1], np.vstack([groups.shares, more.shares]), groups.spread)


def _in_turn(counts: Counts, everybody: Floats, groups: Groups) -> Groups:
    """Groups and spread in turn; its score is the likelihood of the whole model."""
    for _ in range(_ROUNDS):
        belongs = members(Evidence(counts, groups.spread, everybody), groups)
        spread, _ = spread_of(counts, groups.shares[belongs])
        groups = climbed(Evidence(counts, spread, everybody), replace(groups, spread=spread), np.ones(len(counts)), _MOST_STEPS)
    own = groups.shares[members(Evidence(counts, groups.spread, everybody), groups)]
    groups = replace(groups, spread=likeliest_spread(counts, own))
    groups = climbed(Evidence(counts, groups.spread, everybody), groups, np.ones(len(counts)), _MOST_STEPS)
    return replace(groups, score=likelihood(counts, groups))


def one_group(counts: Counts) -> Groups:
    """Everybody as one group, with its likelihood."""
    everybody = shares_of(counts)
    groups = Groups(np.ones(1), everybody[None, :], likeliest_spread(counts, np.tile(everybody, (len(counts), 1))))
    return replace(groups, score=likelihood(counts, groups))


def likeliest_spread(counts: Counts, usual: Floats) -> Floats:
    """How much customers differ in each habit, by maximum likelihood: Pearson's sum would leave to several groups what one explains.

    Args:
        counts: customers.
        usual: n x parts: what is usual of each.
    """
    found = np.zeros(len(counts.habits))
    for number, at in enumerate(counts.places):
        heard = counts.times[:, number] > (0 if counts.is_rate[number] else 1)
        told = _negative_binomial if counts.is_rate[number] else _dirichlet_multinomial
        known = counts.taken[heard, at], counts.times[heard, number], usual[heard, at]
        ends = (np.log(_LEAST_SPREAD), np.log(_MOST_SPREAD if counts.is_rate[number] else _MOST_ALIKE))
        found[number] = _least(partial(_unlikely, told, known), ends)
    return found


def _unlikely(told: Callable[[Floats, Floats, Floats, float], Floats], known: tuple[Floats, Floats, Floats], log_spread: float) -> float:
    return -float(told(*known, float(np.exp(log_spread))).sum())


def _least(of: Callable[[float], float], ends: tuple[float, float]) -> float:
    from scipy.optimize import minimize_scalar

    return float(np.exp(minimize_scalar(of, bounds=ends, method="bounded", options={"xatol": 0.02}).x))


def likelihood(counts: Counts, groups: Groups) -> float:
    """Mean log likelihood of a customer where within groups shares are Dirichlet and rates gamma distributed.

    Unlike the score of `climbed` it can be compared between groups of other spread: Dirichlet-multinomial (Mosimann 1962) and negative binomial.
    Terms that no group changes are left out.
    """
    heard = np.tile(np.log(groups.sizes), (len(counts), 1))
    for number, at in enumerate(counts.places):
        most = _MOST_SPREAD if counts.is_rate[number] else _MOST_ALIKE
        spread = float(np.clip(groups.spread[number], _LEAST_SPREAD, most))
        for group, shares in enumerate(groups.shares[:, at]):
            told = _negative_binomial if counts.is_rate[number] else _dirichlet_multinomial
            heard[:, group] += told(counts.taken[:, at], counts.times[:, number], shares, spread)
    top = heard.max(axis=1)
    return float((top + np.log(np.exp(heard - top[:, None]).sum(axis=1))).mean())


def _negative_binomial(taken: Floats, times: Floats, shares: Floats, spread: float) -> Floats:
    size, due, happened = 1 / spread, times * shares[..., 0], taken[:, 0]
    told = gammaln(happened + size) - gammaln(size) + size * np.log(size / (size + due))
    return np.asarray(told + happened * np.log(np.maximum(due, SMALLEST) / (size + due)))


def _dirichlet_multinomial(taken: Floats, times: Floats, shares: Floats, spread: float) -> Floats:
    held = (1 - spread) / spread
    prior = held * shares / shares.sum(axis=-1, keepdims=True)
    return np.asarray(gammaln(held) - gammaln(times + held) + (gammaln(taken + prior) - gammaln(prior)).sum(axis=1))


def information(counts: Counts, groups: Groups) -> float:
    """Schwarz's criterion (BIC 1978) of groups, over two and for each customer: the larger the better."""
    free = sum(1 if rate else at.stop - at.start - 1 for rate, at in zip(counts.is_rate, counts.places, strict=True))
    parameters = len(groups) * free + len(groups) - 1 + len(counts.habits)
    return float(groups.score - parameters * np.log(len(counts)) / (2 * len(counts)))
