"""What customers bring through others: the sums of Kumar, Petersen and Leone, shares, cycles and further steps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.value.referral import Ties, shares_of, through_others, without_cycles


def ties(*rows: tuple[int, int, float]) -> Ties:
    source, target, weight = zip(*rows, strict=True) if rows else ((), (), ())
    return Ties(np.array(source, np.int64), np.array(target, np.int64), np.array(weight, np.float64))


def test_who_would_not_have_come_counts_with_all_and_who_would_have_with_the_acquisition_saved() -> None:
    """The two types of Kumar, Petersen and Leone 2007: one brings his margin and saves his acquisition, the other saves it alone."""
    # Customer 0 brought 1, who would never have come (worth 400, acquisition 100), and 2, who was coming (worth 300); 20 paid for each.
    found = through_others(
        ties((0, 1, 1.0), (0, 2, 1.0)), worth=np.array([0.0, 400.0, 300.0]), saved=np.full(3, 100.0), rewards=np.full(3, 20.0),
        came_anyway=np.array([0.0, 0.0, 1.0]),
    )  # fmt: skip
    assert (found.type_one[0], found.type_two[0], found.rewards[0]) == (500.0, 100.0, -40.0)
    assert (found.value[0], found.brought[0]) == (560.0, 2.0)
    assert not found.value[1:].any()


def test_a_further_step_counts_by_decay_and_by_who_would_have_stayed_away() -> None:
    # 0 brought 1, who brought 2 (worth 100): through 1, half would have come anyway, and a further step counts half.
    found = through_others(
        ties((0, 1, 1.0), (1, 2, 1.0)), worth=np.array([0.0, 0.0, 100.0]), saved=np.zeros(3), rewards=np.zeros(3),
        came_anyway=np.array([0.0, 0.5, 0.0]), depth=3, decay=0.5,
    )  # fmt: skip
    assert found.type_one.tolist() == [0.0, 100.0, 0.0]
    assert found.further.tolist() == [25.0, 0.0, 0.0]


def test_of_two_who_are_said_to_have_brought_each_other_the_earlier_did() -> None:
    found = without_cycles(ties((0, 1, 1.0), (1, 0, 1.0)), np.array([20, 10]))
    assert list(zip(found.source, found.target, strict=True)) == [(1, 0)]
    same_day = without_cycles(ties((0, 1, 1.0), (1, 0, 1.0)), np.array([10, 10]))
    assert list(zip(same_day.source, same_day.target, strict=True)) == [(0, 1)]


def test_ties_to_oneself_count_nothing_and_ties_of_one_pair_are_one() -> None:
    found = shares_of(ties((0, 2, 1.0), (1, 2, 2.0), (0, 2, 1.0), (2, 2, 9.0)))
    assert list(zip(found.source.tolist(), found.target.tolist(), found.weight.tolist(), strict=True)) == [(0, 2, 0.5), (1, 2, 0.5)]
    assert len(shares_of(ties()).weight) == 0


CUSTOMERS = 8
MADE = st.lists(st.tuples(st.integers(0, CUSTOMERS - 1), st.integers(0, CUSTOMERS - 1), st.floats(0.01, 5.0)), max_size=30)


@given(MADE, st.permutations(range(CUSTOMERS)))
def test_shares_sum_to_one_and_no_dollar_is_counted_twice(rows: list[tuple[int, int, float]], since: list[int]) -> None:
    found = shares_of(without_cycles(ties(*rows), np.array(since)))
    sums = np.bincount(found.target, weights=found.weight, minlength=CUSTOMERS)
    assert all(total == 0 or total == pytest.approx(1.0) for total in sums)
    assert all(since[source] < since[target] for source, target in zip(found.source, found.target, strict=True))
    worth = np.arange(1.0, CUSTOMERS + 1)
    none = np.zeros(CUSTOMERS)
    brought = through_others(found, worth=worth, saved=none, rewards=none, came_anyway=none)
    assert brought.value.sum() == pytest.approx(worth[sums > 0].sum())
    assert brought.brought.sum() == pytest.approx((sums > 0).sum())
