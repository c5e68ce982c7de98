"""Many customers at once: the choice is close to the best there is, and says how close and what held it back."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from unequal.treatments import allocation
from unequal.treatments.allocation import Fairness, Limits, Options

POLICIES = 30


def world(customers: int, seed: int = 7) -> tuple[Options, Limits]:
    """Customers with up to nine options each, of policies by two channels: one budget for all, one for each policy, and so many calls."""
    drawn = np.random.default_rng(seed)
    lengths = drawn.integers(0, 10, customers)
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    option = drawn.integers(0, 2 * POLICIES, starts[-1]).astype(np.int32)
    value = (drawn.gamma(2, 2, starts[-1]) * 10_000).astype(np.int64) + 1
    cost = drawn.integers(1_000, 20_000, POLICIES)
    takes = np.zeros((2 + POLICIES, 2 * POLICIES), np.int64)
    takes[0] = np.concatenate([cost, cost + 9_000])
    takes[1, POLICIES:] = 1
    takes[2:] = np.tile(np.diag(cost), 2)
    most = np.array([customers * 3_000, customers // 50, *[customers * 200] * POLICIES], np.int64)
    return Options(starts, option, value), Limits(("budget", "calls", *map(str, range(POLICIES))), takes, most)


@pytest.mark.parametrize("customers", [20_000, 120_000])
def test_among_many_the_choice_is_within_a_ten_thousandth_of_the_best(customers: int) -> None:
    options, limits = world(customers)
    found = allocation.solve(options, limits)
    assert found.gap <= 1e-4
    assert not found.is_exact
    assert all(found.used[name] <= most for name, most in zip(limits.names, limits.most, strict=True))
    assert found.prices["budget"] > 0
    assert found.used["budget"] >= 0.999 * limits.most[0]


def test_a_price_is_what_a_little_more_brings() -> None:
    options, limits = world(20_000)
    before = allocation.solve(options, limits)
    more = limits.most.copy()
    more[0] += 100_000
    after = allocation.solve(options, replace(limits, most=more))
    assert after.dual - before.dual == pytest.approx(before.prices["budget"] * 100_000, rel=0.05)


def test_what_is_not_used_up_costs_nothing() -> None:
    options, limits = world(5_000)
    found = allocation.solve(options, replace(limits, most=limits.most * 1_000))
    assert set(found.prices.values()) == {0.0}
    assert found.gap == 0


def test_of_customers_who_are_all_alike_as_many_are_treated_as_there_is_money_for() -> None:
    alike = Options(np.arange(40_001, dtype=np.int64), np.zeros(40_000, np.int32), np.full(40_000, 50_000, np.int64))
    found = allocation.solve(alike, Limits(("budget",), np.array([[10_000]], np.int64), np.array([123_450_000], np.int64)))
    assert int((found.taken >= 0).sum()) == 12_345
    assert found.prices["budget"] == pytest.approx(5, rel=1e-3)
    assert found.gap <= 1e-4


def test_fairness_is_kept_among_many_and_its_price_is_what_is_given_up() -> None:
    options, limits = world(20_000)
    group = np.random.default_rng(1).integers(-1, 3, 20_000)
    # With the second group everything brings a third.
    poorer = np.where(np.repeat(group, np.diff(options.starts)) == 1, options.value // 3 + 1, options.value)
    options = replace(options, value=poorer)
    sizes = tuple(int((group == one).sum()) for one in range(3))
    free, fair = (
        allocation.solve(options, limits),
        allocation.solve(options, replace(limits, fairness=Fairness(group, sizes, Fraction(4, 5)))),
    )

    def rates(taken: np.ndarray) -> list[Fraction]:
        return [Fraction(int(((group == one) & (taken >= 0)).sum()), sizes[one]) for one in range(3)]

    assert min(rates(free.taken)) < Fraction(4, 5) * max(rates(free.taken))
    assert min(rates(fair.taken)) >= Fraction(4, 5) * max(rates(fair.taken))
    assert fair.gap <= 1e-4
    assert fair.value < free.value
    assert fair.group_prices[1] < 0 < fair.group_prices[0], "who is treated too rarely is paid for, and the others pay"
