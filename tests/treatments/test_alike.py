"""Where many customers are alike: the choice is the best there is, and the arms of trials are as they were drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from unequal.experiments.sample_ratio import sample_ratio
from unequal.treatments import allocation
from unequal.treatments.allocation import Limits, Options
from unequal.treatments.allocation.alike import kinds_of

COST = np.array([5_100, 5_500, 2_100, 2_500, 600, 1_000])
"""Of three policies by two channels each."""
BRINGS = np.array([14_900, 27_900, 49_400])
HELD_OUT = 0.1


@dataclass(frozen=True)
class World:
    """Customers, a quarter of whom may have the first policy alone; each row with its customer, policy and whether the lot lets him have it."""

    owner: np.ndarray
    option: np.ndarray
    value: np.ndarray
    stands: np.ndarray
    customers: int

    @property
    def policy(self) -> np.ndarray:
        return self.option // 2

    def allotted(self, budget: int, third: int) -> tuple[allocation.Allocation, np.ndarray, Limits]:
        """The plan, the row that each customer takes, and the limits."""
        rows = np.flatnonzero(self.stands)
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.owner[rows], minlength=self.customers))])
        limits = Limits(("budget", "third"), np.array([COST, [0, 0, 0, 0, 1, 1]]), np.array([budget, third]))
        found = allocation.solve(Options(starts, self.option[rows].astype(np.int32), self.value[rows]), limits)
        return found, np.where(found.taken >= 0, rows[found.taken], -1), limits


def world(seed: int, differing: str, customers: int = 8_000) -> World:
    """What a policy brings is the same for all, differs by a two-thousandth, or by as much as it is."""
    drawn = np.random.default_rng(seed)
    many = np.where(np.arange(customers) % 4 == 0, 1, 3)
    pairs = np.repeat(np.arange(customers), many)
    policies = np.arange(len(pairs)) - np.repeat(np.cumsum(many) - many, many)
    times = {"not": np.ones(len(pairs)), "a little": 1 + 0.0005 * drawn.random(len(pairs)), "much": drawn.gamma(2, 0.5, len(pairs))}[
        differing
    ]
    value = (BRINGS[policies] * times).astype(np.int64) + 1_000
    held_out = drawn.random(len(pairs)) < HELD_OUT
    rows = np.repeat(np.arange(len(pairs)), 2)
    by_post = np.tile([0, 1], len(pairs))
    return World(pairs[rows], 2 * policies[rows] + by_post, value[rows] - 400 * by_post, ~held_out[rows], customers)


def test_of_many_who_are_alike_the_best_plan_is_found_and_proved() -> None:
    """A hundred may have the third policy; what is left of 500 dollars buys the second, and none of it the first."""
    found, taken, _ = world(1, "not", 16_000).allotted(5_000_000, 100)
    treated = np.bincount(world(1, "not", 16_000).policy[taken[taken >= 0]], minlength=3).tolist()
    assert treated == [0, 2_352, 100]
    assert found.gap == 0
    assert found.prices["budget"] == pytest.approx(28_900 / 2_100)


@pytest.mark.parametrize("differing", ["a little", "much"])
def test_where_some_are_alike_and_others_are_not_it_is_within_what_one_option_brings(differing: str) -> None:
    """The first policy brings each something else; the others bring all the same."""
    made, other = world(2, "not", 16_000), world(2, differing, 16_000)
    mixed = World(made.owner, made.option, np.where(made.policy == 0, other.value, made.value), made.stands, made.customers)
    found, _, _ = mixed.allotted(5_000_000, 100)
    assert found.bound - found.value <= BRINGS.max()
    assert found.gap <= 5e-4


@pytest.mark.parametrize("differing", ["not", "a little", "much"])
@pytest.mark.parametrize(("budget", "third"), [(2_000_000, 100), (9_000_000, 300), (30_000_000, 10**9)])
def test_as_many_are_held_out_of_each_policy_as_were_to_be_however_scarce_it_is(differing: str, budget: int, third: int) -> None:
    arms = np.zeros((3, 2), int)
    for seed in range(3):
        made = world(seed, differing)
        found, taken, limits = made.allotted(budget, third)
        reduced = made.value - found.price_of(limits)[made.option]
        would = allocation.would_have(made.owner, made.policy, made.stands, reduced, taken)
        assert not (would & made.stands).any()
        arms[:, 0] += np.bincount(made.policy[taken[taken >= 0]], minlength=3)
        arms[:, 1] += np.bincount(made.policy[would], minlength=3)
    for treated, held_out in arms.tolist():
        if treated + held_out >= 50:
            assert sample_ratio(treated, held_out, share=HELD_OUT).p_once > 1e-3


def test_without_anything_scarce_all_who_are_held_out_of_what_they_would_have_count() -> None:
    made = world(4, "much")
    found, taken, limits = made.allotted(10**12, 10**9)
    reduced = made.value - found.price_of(limits)[made.option]
    would = allocation.would_have(made.owner, made.policy, made.stands, reduced, taken)
    most = np.zeros(made.customers)
    np.maximum.at(most, made.owner[made.stands], made.value[made.stands])
    expected = ~made.stands & (made.option % 2 == 0) & (made.value > most[made.owner])
    assert np.array_equal(would, expected)


def test_customers_are_of_one_kind_where_all_their_options_and_their_group_are_the_same() -> None:
    lists = [[(0, 5), (1, 7)], [(0, 5)], [(0, 5), (1, 7)], [], [(1, 7), (0, 5)], [(0, 5), (1, 7)], []]
    options, group = allocation.of_customers(lists), np.array([0, 0, 0, 0, 0, 1, 0])
    found = kinds_of(options, group, 100)
    assert found is not None
    assert sorted(found.counts.tolist()) == [1, 1, 1, 2, 2]
    assert found.kind[0] == found.kind[2] != found.kind[5]
    assert found.kind[3] == found.kind[6]
    assert kinds_of(options, group, 3) is None
    chosen = np.zeros(len(found.options.option), np.int64)
    chosen[found.options.starts[found.kind[0]] + 1] = 2
    assert found.spread(options, chosen).tolist() == [1, -1, 4, -1, -1, -1, -1]
