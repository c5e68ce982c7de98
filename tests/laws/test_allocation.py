"""What holds for every allocation: limits are kept to the last unit, nobody is treated twice, and the prices prove how good it is."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unequal.treatments import allocation
from unequal.treatments.allocation import Allocation, Fairness, Limits, Options

CUSTOMERS, KINDS = 6, 3


@st.composite
def problems(draw: st.DrawFn, *, fair: bool = False) -> tuple[Options, Limits]:
    """A few customers with a few options each, under two limits; and, where wanted, in two groups of which some are not known."""
    row = st.tuples(st.integers(0, KINDS - 1), st.integers(1, 200_000))
    lists = draw(st.lists(st.lists(row, max_size=2), min_size=1, max_size=CUSTOMERS))
    takes = np.array(draw(st.lists(st.lists(st.integers(0, 90_000), min_size=KINDS, max_size=KINDS), min_size=2, max_size=2)), np.int64)
    most = np.array(draw(st.lists(st.integers(0, 200_000), min_size=2, max_size=2)), np.int64)
    fairness = None
    if fair:
        group = np.array([draw(st.integers(-1, 1)) for _ in lists])
        sizes = tuple(int((group == one).sum()) + draw(st.integers(1, 2)) for one in (0, 1))
        fairness = Fairness(group, sizes, draw(st.sampled_from([Fraction(4, 5), Fraction(1, 2), Fraction(1)])))
    return allocation.of_customers(lists), Limits(("money", "calls"), takes, most, fairness)


def fits(options: Options, limits: Limits, taken: np.ndarray) -> bool:
    """By the words of the limits, and not by how they are computed."""
    options_taken = options.option[taken[taken >= 0]]
    if (limits.takes[:, options_taken].sum(axis=1) > limits.most).any():
        return False
    if limits.fairness is None:
        return True
    treated = [int(((limits.fairness.group == one) & (taken >= 0)).sum()) for one in range(len(limits.fairness.sizes))]
    rates = [Fraction(number, size) for number, size in zip(treated, limits.fairness.sizes, strict=True)]
    return min(rates) >= limits.fairness.share * max(rates)


def best(options: Options, limits: Limits) -> int:
    """The most that any choice brings, by looking at all of them."""
    ways = [[-1, *range(options.starts[one], options.starts[one + 1])] for one in range(options.customers)]
    values = [
        int(options.value[taken[taken >= 0]].sum()) for taken in map(np.array, product(*ways)) if fits(options, limits, taken)
    ]  # fmt: skip
    return max(values)


def check(options: Options, limits: Limits, found: Allocation) -> None:
    """What a choice must be whatever way it was found."""
    for customer, row in enumerate(found.taken.tolist()):
        assert row == -1 or options.starts[customer] <= row < options.starts[customer + 1]
    assert fits(options, limits, found.taken)
    assert found.value == options.value[found.taken[found.taken >= 0]].sum()
    assert found.value <= found.bound <= found.dual * (1 + 1e-9) + 1e-6
    assert min(found.prices.values()) >= 0
    # Where a price is positive nothing is left over, but for what the bound allows to be missing.
    left = sum(found.prices[name] * (limits.most[at] - found.used[name]) for at, name in enumerate(limits.names))
    assert left <= found.dual - found.value + 1e-6 * found.dual + 1e-6


@given(problems())
@settings(max_examples=40, deadline=None)
def test_an_allocation_is_the_best_there_is_where_it_says_so(problem: tuple[Options, Limits]) -> None:
    options, limits = problem
    found = allocation.solve(options, limits)
    check(options, limits, found)
    assert found.is_exact
    assert found.gap == 0
    assert found.value == best(options, limits)


@given(problems())
@settings(max_examples=40, deadline=None)
def test_without_an_exact_answer_the_bound_is_not_below_the_best_there_is(problem: tuple[Options, Limits]) -> None:
    options, limits = problem
    found = allocation.solve(options, limits, small=0)
    check(options, limits, found)
    assert found.value <= best(options, limits) <= found.bound * (1 + 1e-9) + 1e-6


@given(problems(fair=True), st.sampled_from([0, 100]))
@settings(max_examples=50, deadline=None)
def test_groups_are_treated_alike_whatever_that_costs(problem: tuple[Options, Limits], small: int) -> None:
    options, limits = problem
    found = allocation.solve(options, limits, small=small)
    check(options, limits, found)
    free = allocation.solve(options, Limits(limits.names, limits.takes, limits.most))
    assert found.value <= free.value
    if small:
        assert found.value == best(options, limits)


@given(problems(), st.integers(2, 50))
@settings(max_examples=30, deadline=None)
def test_dearer_values_make_prices_dearer_and_nothing_else(problem: tuple[Options, Limits], times: int) -> None:
    options, limits = problem
    once = allocation.solve(options, limits)
    dear = allocation.solve(Options(options.starts, options.option, options.value * times), limits)
    assert dear.value == once.value * times
    assert dear.dual == pytest.approx(once.dual * times, rel=1e-6, abs=1e-3)


@given(problems(), st.integers(0, 1), st.integers(1, 50_000))
@settings(max_examples=30, deadline=None)
def test_more_of_anything_brings_no_less_and_no_more_than_its_price(problem: tuple[Options, Limits], which: int, more: int) -> None:
    options, limits = problem
    most = limits.most.copy()
    most[which] += more
    before, after = allocation.solve(options, limits), allocation.solve(options, Limits(limits.names, limits.takes, most))
    assert before.value <= after.value
    assert after.dual <= before.dual + before.prices[limits.names[which]] * more + 1e-6 * before.dual + 1e-3
