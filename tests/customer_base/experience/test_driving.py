"""R squared shared out among parts: figures of the literature, by hand, known worlds, and laws."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers

from unequal.customer_base.experience.driving import by_orders, drivers, relative_weights, shared_out


def world(seed: int, people: int = 400, parts: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Scores that go together, and an outcome of them with noise."""
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=(people, parts)) + 0.6 * chance.normal(size=(people, 1))
    return scores, scores @ chance.normal(size=parts) + chance.normal(size=people)


def correlations(columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = np.corrcoef(columns, rowvar=False)
    return found[None, :-1, :-1], found[None, :-1, -1]


def test_three_parts_come_out_as_by_hand():
    """Correlations of 1/2 between the first two, none with the third; outcomes 3/5, 2/5, 1/5: every order added up in fractions."""
    half, outcome = Fraction(1, 2), (Fraction(3, 5), Fraction(2, 5), Fraction(1, 5))

    def explained(chosen: tuple[int, ...]) -> Fraction:
        own = sum((outcome[at] ** 2 for at in chosen), Fraction(0))
        if not {0, 1} <= set(chosen):
            return own
        two = (outcome[0] ** 2 + outcome[1] ** 2 - 2 * half * outcome[0] * outcome[1]) / (1 - half**2)
        return two + (outcome[2] ** 2 if 2 in chosen else 0)

    by_hand = [Fraction(0)] * 3
    for order in permutations(range(3)):
        for place, part in enumerate(order):
            by_hand[part] += (explained(order[: place + 1]) - explained(order[:place])) / 6
    between = np.array([[[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]])
    found = shared_out(between, np.array([[0.6, 0.4, 0.2]]))
    assert found[0] == pytest.approx([float(share) for share in by_hand], abs=1e-8)


@given(seed=integers(0, 10_000))
def test_shares_sum_to_what_all_parts_explain(seed: int):
    scores, outcome = world(seed, people=60)
    fitted = np.linalg.lstsq(np.column_stack([np.ones(60), scores]), outcome, rcond=None)[0]
    left = outcome - np.column_stack([np.ones(60), scores]) @ fitted
    explained = 1 - left.var() / outcome.var()
    for way in (by_orders, relative_weights):
        assert way(*correlations(np.column_stack([scores, outcome]))).sum() == pytest.approx(explained, abs=1e-6)


@given(seed=integers(0, 10_000))
def test_parts_that_are_the_same_have_the_same_share(seed: int):
    scores, outcome = world(seed, people=60)
    twice = np.column_stack([scores, scores[:, 0], outcome])
    share = by_orders(*correlations(twice))[0]
    assert share[0] == pytest.approx(share[4], abs=1e-5)
    assert (share >= -1e-6).all()


def test_relative_weights_come_out_nearly_as_the_orders_do():
    scores, outcome = world(3, people=2_000)
    exact, quick = (way(*correlations(np.column_stack([scores, outcome])))[0] for way in (by_orders, relative_weights))
    assert quick == pytest.approx(exact, abs=0.02)


def test_known_weights_come_back_in_their_order_and_within_their_ranges():
    chance = np.random.default_rng(5)
    scores = chance.normal(size=(3_000, 4))
    outcome = scores @ np.array([0.5, 0.4, 0.3, 0.0]) + chance.normal(0, 0.7, 3_000)
    found = drivers(scores, outcome, np.arange(3_000))
    variance = 0.5**2 + 0.4**2 + 0.3**2 + 0.7**2
    assert list(np.argsort(-found.importance)) == [0, 1, 2, 3]
    for at, weight in enumerate((0.5, 0.4, 0.3)):
        assert found.low[at] < weight**2 / variance < found.high[at]
    assert found.leads[0] > 0.95
    assert found.high[3] < 0.005


def test_what_is_held_apart_explains_nothing():
    chance = np.random.default_rng(6)
    day = chance.normal(size=(1_000, 1))
    scores = np.column_stack([day[:, 0] + 0.1 * chance.normal(size=1_000), chance.normal(size=1_000)])
    outcome = day[:, 0] + 0.5 * scores[:, 1] + chance.normal(0, 0.3, 1_000)
    assert drivers(scores, outcome, np.arange(1_000)).importance.argmax() == 0
    assert drivers(scores, outcome, np.arange(1_000), held=day).importance.argmax() == 1


def test_answers_of_one_customer_are_drawn_together():
    scores, outcome = world(7, people=200)
    once = drivers(scores, outcome, np.arange(200))
    repeated = drivers(np.repeat(scores, 5, axis=0), np.repeat(outcome, 5), np.repeat(np.arange(200), 5))
    assert repeated.importance == pytest.approx(once.importance, abs=1e-9)
    assert repeated.low == pytest.approx(once.low, abs=1e-9)


def test_a_score_that_is_always_the_same_explains_nothing():
    scores, outcome = world(8, people=100)
    scores[:, 1] = 7.0
    assert drivers(scores, outcome, np.arange(100)).importance[1] == pytest.approx(0, abs=1e-9)


def test_fewer_answers_than_parts_are_refused():
    scores, outcome = world(9, people=5)
    with pytest.raises(ValueError, match="fewer parts"):
        drivers(scores, outcome, np.arange(5))
