"""Who could become one of the best."""

from __future__ import annotations

import numpy as np
import pytest

from unequal.value.potential import bar_of, calibration, top_probability


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


def test_true_probabilities_are_calibrated_and_beat_the_rate() -> None:
    chance = np.random.default_rng(3)
    probability = chance.beta(0.5, 2.0, 20_000)
    found = calibration(probability, chance.random(20_000) < probability)
    assert np.abs(found.expected - found.came).max() < 0.03
    assert (np.diff(found.expected) >= 0).all()
    assert found.brier < found.brier_of_rate
    assert found.brier == pytest.approx(float((probability * (1 - probability)).mean()), abs=0.01)
