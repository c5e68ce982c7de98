"""The benchmarks' scores, counted from sizes, are what comparing every pair would give; and the made worlds are what they say."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from benchmarks.identity import hard_world, metrics, worlds
from hypothesis import given
from hypothesis.strategies import integers, lists, tuples

LABELS = lists(tuples(integers(0, 4), integers(0, 4)), min_size=1, max_size=25)


@given(LABELS)
def test_pair_scores_are_those_of_comparing_every_pair(labels):
    found, truth = zip(*labels, strict=True)
    pairs = list(combinations(range(len(labels)), 2))
    claimed = {pair for pair in pairs if found[pair[0]] == found[pair[1]]}
    real = {pair for pair in pairs if truth[pair[0]] == truth[pair[1]]}
    scored = metrics.figures(found, truth).pairs
    assert scored.precision == pytest.approx(len(claimed & real) / len(claimed) if claimed else 1)
    assert scored.recall == pytest.approx(len(claimed & real) / len(real) if real else 1)


@given(LABELS)
def test_b_cubed_scores_are_the_means_over_records(labels):
    found, truth = (np.array(column) for column in zip(*labels, strict=True))
    together = (found[:, None] == found) & (truth[:, None] == truth)
    scored = metrics.figures(found, truth).b_cubed
    assert scored.precision == pytest.approx((together.sum(1) / (found[:, None] == found).sum(1)).mean())
    assert scored.recall == pytest.approx((together.sum(1) / (truth[:, None] == truth).sum(1)).mean())


@given(LABELS)
def test_pairs_before_closure_that_reach_every_true_pair_have_full_recall(labels):
    _, truth = zip(*labels, strict=True)
    pairs = np.array([pair for pair in combinations(range(len(truth)), 2) if truth[pair[0]] == truth[pair[1]]], np.int64).reshape(-1, 2)
    assert metrics.of_pairs(pairs[:, 0], pairs[:, 1], truth) == metrics.Score(1.0, 1.0)


@pytest.mark.parametrize(("make", "each"), [(worlds.made, 1.4), (hard_world.hard, 10)])
def test_a_made_world_is_the_same_for_the_same_seed_and_has_the_records_each_that_it_says(make, each):
    rows = make(4_000, seed=6)
    pd.testing.assert_frame_equal(rows, make(4_000, seed=6))
    assert len(rows) == 4_000
    assert rows["unique_id"].is_unique
    assert 4_000 / rows["cluster"].nunique() == pytest.approx(each, rel=0.1)
    assert not rows["cluster"].equals(make(4_000, seed=7)["cluster"])
