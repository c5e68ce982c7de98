"""Shares of few cases, and changes beside those of others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, tuples

from unequal.customer_base.experience.steadying import change_beside_others, steadied


def test_few_cases_are_drawn_far_and_many_hardly():
    found = steadied(np.array([1.0, 500.0, 200.0, 0.0]), np.array([1.0, 1000.0, 1000.0, 0.0]))
    assert found.mean[0] < 0.6
    assert found.mean[1] == pytest.approx(0.5, abs=0.01)
    assert found.mean[3] == pytest.approx(701.5 / 2002, abs=1e-9)


def test_known_shares_lie_within_their_ranges_nine_times_in_ten():
    chance = np.random.default_rng(1)
    truth = chance.beta(8, 32, 400)
    cases = chance.integers(5, 200, 400).astype(float)
    found = steadied(chance.binomial(cases.astype(int), truth).astype(float), cases)
    inside = ((found.low <= truth) & (truth <= found.high)).mean()
    assert 0.86 <= inside <= 0.94
    assert 25 < found.strength < 60  # planted: 40


def test_those_who_are_alike_are_told_to_be():
    chance = np.random.default_rng(2)
    found = steadied(chance.binomial(100, 0.2, 50).astype(float), np.full(50, 100.0))
    assert np.ptp(found.mean) < 0.08


@given(lists(tuples(integers(0, 50), integers(0, 50)), min_size=1, max_size=20).filter(lambda rows: sum(sum(row) for row in rows) > 0))
def test_a_steadied_share_lies_between_its_own_and_that_of_all(rows: list[tuple[int, int]]):
    hits, cases = (np.array(column, dtype=float) for column in zip(*((hit, hit + miss) for hit, miss in rows), strict=True))
    found = steadied(hits, cases)
    whole = (hits.sum() + 0.5) / (cases.sum() + 1)
    for hit, case, mean in zip(hits, cases, found.mean, strict=True):
        own = hit / case if case else whole
        assert min(own, whole) - 1e-9 <= mean <= max(own, whole) + 1e-9
    assert (found.low <= found.high).all()


def test_no_case_at_all_is_refused():
    with pytest.raises(ValueError, match="cases"):
        steadied(np.zeros(2), np.zeros(2))


def test_a_change_is_what_the_others_did_not_change():
    before, after = np.array([0.2, 0.2, 0.1, 0.3]), np.array([0.4, 0.4, 0.2, 0.4])
    found = change_beside_others(before, after, np.ones(4), np.array([True, True, False, False]))
    assert found.expected == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx((0.1, 0.1))


def test_a_planted_change_lies_within_its_range_nine_times_in_ten():
    chance = np.random.default_rng(3)
    inside = 0
    for _ in range(400):
        before, concerned = chance.normal(0.2, 0.05, 20), np.arange(20) < 8
        after = before + chance.normal(0.02, 0.03, 20) + 0.1 * concerned
        found = change_beside_others(before, after, np.ones(20), concerned)
        inside += found.low <= 0.1 <= found.high
    assert 0.86 <= inside / 400 <= 0.94


def test_one_alone_tells_no_change():
    with pytest.raises(ValueError, match="two of each"):
        change_beside_others(np.zeros(3), np.zeros(3), np.ones(3), np.array([True, False, False]))
