"""How often daily looks for 90 days find an effect that is not there: our confidence sequence beside a z-test looked at as often.

    python benchmarks/experiments/sequences.py [--worlds 10000] [--days 90]

In each world customers come in daily and a lot holds some out; every day `experiments.compare` is asked anew. A range that ever leaves out the truth
counts against it. Worlds are of outcomes that are normal, of rates, and of dollars that few customers spend and that are heavy-tailed
(lognormal: with a sigma of 1.8 a hundredth of the buyers brings a third of the dollars), of arms alike and of a holdout of 5 %, and of
customers who are all there on the first day and whose dollars add up. In one the treatment has an effect, and the range must hold that.
"Without the guard" is the same sequence with each arm's own variance alone: why ours takes the larger one of that and everybody's.
What must be reached is 95 % in each; the z-test is told for comparison. Ends with 1 where it is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.identity.machine import facts

from unequal.experiments import Outcomes, Plan, compare
from unequal.experiments.sequences import errors_wide, information_at_plan

MUST = 0.95
CONFIDENCE = 0.95
Sums = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Customers, those with an outcome, dollars and their squares: each worlds x days, summed up to the day."""


@dataclass(frozen=True)
class World:
    """What happens: customers a day, the share held out, the share who spend, their dollars' sigma (0: normal outcomes), and what treatment adds."""

    name: str
    a_day: int
    share: float
    spending: float
    sigma: float
    times: float = 1.0
    all_there: bool = False
    dollars: float = 20.0

    @property
    def effect(self) -> float:
        """Per customer: treated spend more often, by so many times."""
        return (self.times - 1) * self.spending * self.dollars

    def plan(self, days: int) -> Plan:
        """A project plans a year; its deviation is needed where nobody comes in any more."""
        if not self.all_there:
            return Plan(self.a_day * days, self.share)
        each = self.spending * np.exp(self.sigma**2) * self.dollars**2 * days
        return Plan(self.a_day, self.share, deviation=float(each) ** 0.5)


WORLDS = (
    World("normal, arms alike", 200, 0.5, 1.0, 0.0),
    World("normal, 5 % held out", 1_000, 0.05, 1.0, 0.0),
    World("rates of 5 %, 5 % held out", 1_000, 0.05, 0.05, 1e-9),
    World("heavy-tailed dollars, arms alike", 400, 0.5, 0.05, 1.8),
    World("heavy-tailed dollars, 10 % held out", 1_000, 0.1, 0.05, 1.5),
    World("heavy-tailed dollars, 5 % held out", 1_000, 0.05, 0.1, 1.8),
    World("the same, where treated buy a third more", 1_000, 0.05, 0.1, 1.8, times=4 / 3),
    World("all there at first, dollars add up, 5 % held out", 2_000, 0.05, 0.02, 1.2, all_there=True),
)


def drawn(world: World, worlds: int, days: int, generator: np.random.Generator) -> tuple[Sums, Sums]:
    """The sums of those treated and of those held out."""
    if world.all_there:
        out = np.full(worlds, round(world.a_day * world.share))
        return staying(world, world.a_day - out, days, generator), staying(world, out, days, generator)
    out = generator.binomial(world.a_day, world.share, (worlds, days))
    return coming(world, world.a_day - out, world.times, generator), coming(world, out, 1.0, generator)


def coming(world: World, customers: np.ndarray, times: float, generator: np.random.Generator) -> Sums:
    if not world.sigma:
        normal = generator.normal(0, 1, customers.shape) * np.sqrt(customers)
        squares = normal**2 / customers + generator.chisquare(np.maximum(customers - 1, 1e-9))
        return summed(customers, customers, normal, squares)
    spenders = generator.binomial(customers, world.spending * times)
    dollars = spent(world, spenders.sum(), generator)
    at = np.repeat(np.arange(spenders.size), spenders.ravel())
    sums = (np.bincount(at, weights, spenders.size).reshape(spenders.shape) for weights in (dollars, dollars**2))
    return summed(customers, spenders, *sums)


def staying(world: World, customers: np.ndarray, days: int, generator: np.random.Generator) -> Sums:
    """Everybody buys now and then, each at a rate of his own: what has been spent up to a day, and its square, customer by customer."""
    worlds = len(customers)
    owner = np.repeat(np.arange(worlds), customers)
    orders = generator.poisson(generator.gamma(0.5, 2 * world.spending, len(owner)) * days)
    who = np.repeat(np.arange(len(owner)), orders)
    day = np.sort(generator.integers(0, days, len(who)) + who * days) % days
    dollars = spent(world, len(who), generator)
    first = np.r_[True, who[1:] != who[:-1]]
    running = np.cumsum(dollars) - dollars
    before = running - np.maximum.accumulate(np.where(first, running, 0.0))
    cells = owner[who] * days + day
    found = [np.bincount(cells, w, worlds * days).reshape(worlds, days) for w in (first, dollars, dollars * (dollars + 2 * before))]
    came = np.zeros((worlds, days))
    came[:, 0] = customers
    return summed(came, *found)


def spent(world: World, count: int, generator: np.random.Generator) -> np.ndarray:
    return world.dollars * generator.lognormal(-(world.sigma**2) / 2, world.sigma, count)


def summed(*parts: np.ndarray) -> Sums:
    customers, spenders, dollars, squares = (part.cumsum(1).astype(float) for part in parts)
    return customers, spenders, dollars, squares


def looks(sums: Sums, world: int) -> Iterator[Outcomes]:
    for customers, spenders, dollars, squares in zip(*(part[world] for part in sums), strict=True):
        yield Outcomes.by_customer(int(customers), int(spenders), float(dollars), float(squares))


def missed(world: World, worlds: int, days: int, generator: np.random.Generator) -> tuple[float, float, float, float]:
    """Shares of worlds whose range ever left out the truth: the sequence's, without its guard, a z-test's; and found the effect, on the right side."""
    treated, held_out = drawn(world, worlds, days, generator)
    plan = world.plan(days)
    at_plan = information_at_plan(1 - CONFIDENCE)
    ours = unguarded = z_test = found = 0
    for number in range(worlds):
        out = [False, False, False, False]
        for one, other in zip(looks(treated, number), looks(held_out, number), strict=True):
            if min(one.units, other.units) < 2:
                continue
            effect = compare(one, other, plan=plan, confidence=CONFIDENCE).effect
            if effect.is_early:
                continue
            away = abs(effect.effect_expected - world.effect)
            out[0] |= not effect.effect_low <= world.effect <= effect.effect_high
            out[1] |= away > errors_wide(at_plan * effect.information, 1 - CONFIDENCE) * effect.standard_error
            out[2] |= not effect.once_low <= world.effect <= effect.once_high
            out[3] |= effect.effect_low > 0
        ours, unguarded, z_test, found = ours + out[0], unguarded + out[1], z_test + out[2], found + out[3]
    return ours / worlds, unguarded / worlds, z_test / worlds, found / worlds


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--worlds", type=int, default=10_000)
    asked.add_argument("--days", type=int, default=90)
    given = asked.parse_args()
    print(facts(("numpy", "scipy")))
    print(f"{given.worlds} worlds of each kind, {given.days} daily looks; share of worlds whose range held at all of them")
    print(f"{'world':<52}{'ours':>8}{'unguarded':>11}{'one look':>10}{'found':>8}{'seconds':>9}")
    reached = True
    for number, world in enumerate(WORLDS):
        begun = time.process_time()
        # In parts, so that the dollars of all worlds need not fit in memory at once.
        size = min(500, given.worlds)
        generator = np.random.default_rng([2026, number])
        parts = [missed(world, size, given.days, generator) for _ in range(given.worlds // size)]
        ours, unguarded, z_test, found = np.mean(parts, axis=0)
        reached &= 1 - ours >= MUST
        took = time.process_time() - begun
        print(f"{world.name:<52}{1 - ours:>8.2%}{1 - unguarded:>11.2%}{1 - z_test:>10.2%}{found:>8.2%}{took:>9.0f}", flush=True)
    print(f"at least {MUST:.0%} in each: {'reached' if reached else 'MISSED'}")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
