"""Who could become one of the best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.value.potential import bar_of, held_against, is_top, top_probability, weeks_to_test


def test_the_bar_is_what_the_last_of_the_best_fifth_brings() -> None:
    draws = np.array(
        [[5.0, 1.0], [4.0, 2.0], [3.0, 3.0], [2.0, 4.0], [1.0, 5.0], [0.0, 9.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    )
    assert bar_of(draws).tolist() == [4.0, 5.0]  # two of ten
    assert np.isinf(bar_of(draws[:4])).all()  # a fifth of four rounds to nobody


def test_probabilities_are_shares_of_futures_and_nothing_is_never_among_the_best() -> None:
    draws = np.array([[3.0, 1.0], [0.0, 0.0], [5.0, 5.0]])
    assert top_probability(draws, np.array([3.0, 3.0])).tolist() == [0.5, 0.0, 1.0]
    assert top_probability(draws, np.array([0.0, 0.0])).tolist() == [1.0, 0.0, 1.0]


def test_true_probabilities_are_calibrated_tenth_by_tenth_and_beat_staying_where_one_is() -> None:
    chance = np.random.default_rng(3)
    probability = chance.beta(0.5, 2.0, 20_000)
    came, naive = ((chance.random(20_000) < probability).astype(float) for _ in range(2))
    found = held_against(probability, came, naive)
    assert found.customers.tolist() == [20_000, *([2_000] * 10)]
    assert np.abs(found.expected - found.came).max() < 0.03
    assert (np.diff(found.expected[1:]) >= 0).all()
    assert found.squared_error[0] == pytest.approx(float((probability * (1 - probability)).mean()), abs=0.01)
    assert found.squared_error[0] < found.squared_error_naive[0]
    assert found.covered is None


def test_ranges_of_what_came_hold_the_truth_nine_times_in_ten() -> None:
    chance, shares, means = np.random.default_rng(5), [], []
    for _ in range(60):
        told = np.full(400, 0.1)
        share = held_against(told, (chance.random(400) < 0.1).astype(float), told)
        mean = held_against(told, chance.normal(0.1, 3.0, 400), told, ends=np.tile([-4.8, 5.0], (400, 1)))
        shares.append((share.low <= 0.1) & (share.high >= 0.1))
        means.append((mean.low <= 0.1) & (mean.high >= 0.1))
        assert mean.covered is not None
        assert mean.covered[0] == pytest.approx(0.9, abs=0.06)
    assert np.mean(shares) == pytest.approx(0.9, abs=0.05)
    assert np.mean(means) == pytest.approx(0.9, abs=0.05)


def test_predictions_are_held_against_what_came_by_hand() -> None:
    found = held_against(np.array([0.2, 0.8]), np.array([0.0, 1.0]), np.array([1.0, 1.0]))
    assert found.customers.tolist() == [2, 1, 1]
    assert found.squared_error.tolist() == pytest.approx([0.04, 0.04, 0.04])
    assert found.squared_error_naive.tolist() == pytest.approx([0.5, 1.0, 0.0])
    # Wilson's range of one of one is from n / (n + z^2) to 1.
    assert (found.low[2], found.high[2]) == (pytest.approx(1 / (1 + 1.6449**2)), pytest.approx(1.0))


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_tenths_make_up_the_whole_and_ranges_hold_their_means(rows: list[tuple[float, bool, bool]]) -> None:
    predicted, came, naive = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    found = held_against(predicted, came, naive)
    assert found.customers[1:].sum() == found.customers[0] == len(rows)
    for whole in (found.expected, found.came, found.squared_error, found.squared_error_naive):
        assert whole[0] == pytest.approx(float((whole[1:] * found.customers[1:]).sum() / len(rows)))
    assert (found.low <= found.came + 1e-9).all()
    assert (found.came <= found.high + 1e-9).all()


@given(st.floats(0, 400), st.integers(1, 200), st.integers(1, 100))
def test_a_test_of_potential_reaches_no_further_than_forecasts_and_has_history_before_it(
    history: float, horizon: int, hold_out: int
) -> None:
    weeks = weeks_to_test(history, horizon=horizon, hold_out=hold_out)
    if weeks is not None:
        assert weeks <= min(horizon, 104)
        assert history - weeks >= min(weeks, 52)
    else:
        assert history < 2 * max(min(hold_out, horizon), 1)


def test_the_best_fifth_is_rounded_down_and_brings_something() -> None:
    assert is_top(np.array([5.0, 4.0, 3.0, 2.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])).tolist() == [True, True] + [False] * 8
    assert not is_top(np.array([-1.0] * 10)).any()
    assert is_top(np.array([7.0] * 10)).sum() == 2
