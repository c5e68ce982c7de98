"""Laws of the whale curve: whatever the amounts, whoever comes first in the file."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.customer_base import concentration, curve_points

AMOUNTS = st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=60)


def units(amounts: list[int]) -> np.ndarray:
    return np.array(amounts, dtype=np.int64)


@given(AMOUNTS, st.randoms(use_true_random=False))
def test_the_order_of_customers_does_not_matter(amounts: list[int], chance: random.Random) -> None:
    shuffled = list(amounts)
    chance.shuffle(shuffled)
    assert concentration(units(amounts)) == concentration(units(shuffled))


@given(AMOUNTS)
def test_the_curve_rises_to_its_peak_and_falls_after_it(amounts: list[int]) -> None:
    found = concentration(units(amounts))
    running = np.cumsum(sorted(amounts, reverse=True))
    rises = np.diff(np.concatenate([[0], running]))
    assert np.all(rises[: found.peak_rank] > 0)
    assert np.all(rises[found.peak_rank :] <= 0)
    assert found.peak == max(0, int(running.max()))


@given(AMOUNTS)
def test_no_dollar_is_made_or_lost(amounts: list[int]) -> None:
    found = concentration(units(amounts))
    assert found.total == sum(amounts)
    assert found.peak == sum(amount for amount in amounts if amount > 0)
    assert found.given_back == -sum(amount for amount in amounts if amount < 0)
    assert found.top_fifth == sum(sorted(amounts, reverse=True)[: len(amounts) // 5])
    assert found.profitable_customers + found.losing_customers + amounts.count(0) == found.customers


@given(AMOUNTS, st.integers(2, 1000))
def test_another_unit_of_money_changes_no_share(amounts: list[int], factor: int) -> None:
    one, other = concentration(units(amounts)), concentration(units(amounts) * factor)
    assert (other.total, other.peak, other.given_back) == (one.total * factor, one.peak * factor, one.given_back * factor)
    for name in ("stobachoff", "gini", "peak_share", "top_fifth_share", "vulnerability"):
        before, after = getattr(one, name), getattr(other, name)
        assert (before is None) == (after is None)
        assert before is None or after == pytest.approx(before, rel=1e-9, abs=1e-12)


@given(AMOUNTS)
def test_shares_are_within_their_bounds(amounts: list[int]) -> None:
    found = concentration(units(amounts))
    if found.gini is not None:
        assert -1e-12 <= found.gini <= 1 - 1 / len(amounts) + 1e-12
    if found.total > 0:
        assert found.peak_share is not None
        assert found.peak_share >= 1
        assert found.stobachoff is not None
        assert -1e-9 <= found.stobachoff < 1
    else:
        assert (found.peak_share, found.top_fifth_share, found.given_back_share, found.stobachoff) == (None, None, None, None)
        assert found.why_no_shares


@given(st.integers(1, 10**12), st.integers(1, 50))
def test_equal_customers_are_not_concentrated(amount: int, customers: int) -> None:
    found = concentration(units([amount] * customers))
    assert found.gini == pytest.approx(0, abs=1e-12)
    assert found.stobachoff == pytest.approx(0, abs=1e-12)


@given(AMOUNTS, st.integers(2, 80))
def test_the_points_to_draw_lie_on_the_curve_and_keep_its_marks(amounts: list[int], points: int) -> None:
    found, drawn = concentration(units(amounts)), curve_points(units(amounts), points)
    running = [0, *np.cumsum(sorted(amounts, reverse=True)).tolist()]
    assert [running[rank] for rank in drawn.customer_rank] == drawn.cumulative.tolist()
    assert {0, found.peak_rank, found.customers, found.top_fifth_customers} <= set(drawn.customer_rank.tolist())
    assert len(drawn.rows()) == len(drawn.customer_rank) <= points + 4
    assert drawn.customers_share[-1] == 1


@given(AMOUNTS)
def test_numbers_of_any_integer_type_give_the_same(amounts: list[int]) -> None:
    small = [amount % 100 for amount in amounts]
    assert concentration(np.array(small, dtype=np.uint8)) == concentration(units(small))
