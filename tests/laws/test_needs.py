"""What holds of groups of needs whatever they are given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.strategies import integers, lists, permutations, tuples
from tests.truth.test_needs_figures import planted_world

from unequal.customer_base.needs.counts import canonical, counts_of, drawn_towards_all, shares_of
from unequal.customer_base.needs.habits import DISCOUNTS, PRODUCTS_AT_ONCE
from unequal.customer_base.needs.mixture import Evidence, Groups, climbed, members
from unequal.customer_base.needs.standing import adjusted_rand, found, likeness

LABELS = lists(tuples(integers(0, 4), integers(0, 4)), min_size=2, max_size=25)
COUNTS = lists(tuples(integers(0, 9), integers(0, 9), integers(0, 9), integers(0, 30)), min_size=4, max_size=30)


def counts(rows):
    taken = np.array(rows, dtype=float)
    taken[:, 0] += 1
    return counts_of([DISCOUNTS, PRODUCTS_AT_ONCE], taken, taken[:, :3].sum(axis=1))


@given(LABELS)
def test_the_adjusted_rand_index_is_the_same_both_ways_and_under_other_names(rows):
    one, other = (np.array(column) for column in zip(*rows, strict=True))
    assert adjusted_rand(one, other) == pytest.approx(adjusted_rand(other, one))
    assert adjusted_rand(4 - one, other) == pytest.approx(adjusted_rand(one, other))
    assert adjusted_rand(one, 4 - one) == pytest.approx(1)


@given(LABELS)
def test_likeness_is_a_share_and_is_one_for_the_same_group(rows):
    one, other = (np.array(column) for column in zip(*rows, strict=True))
    alike = likeness(one, other, 5)
    assert np.isnan(alike).sum() == 5 - len(set(one.tolist()))
    assert ((alike[~np.isnan(alike)] > 0) & (alike[~np.isnan(alike)] <= 1)).all()
    assert set(likeness(one, 4 - one, 5)[~np.isnan(alike)].tolist()) == {1.0}


@given(COUNTS.flatmap(lambda rows: tuples(permutations(rows), permutations(rows))))
def test_the_order_of_learning_hangs_on_what_customers_did_alone(pair):
    one, other = (counts(rows) for rows in pair)
    assert (one.taken[canonical(one)] == other.taken[canonical(other)]).all()


@given(COUNTS)
def test_who_is_known_by_little_lies_between_himself_and_everybody(rows):
    every = counts(rows)
    shares = shares_of(every)
    own = drawn_towards_all(every, shares, np.array([0.2, 0.5]))
    raw = every.taken / every.times[:, every.habit_of_part]
    assert (own >= np.minimum(raw, shares) - 1e-9).all()
    assert (own <= np.maximum(raw, shares) + 1e-9).all()


@given(COUNTS)
def test_counting_everybody_twice_is_as_counting_each_as_two(rows):
    every = counts(rows)
    twice = every.of(np.repeat(np.arange(len(every)), 2))
    spread, shares = np.array([0.1, 0.3]), shares_of(every)
    begun = Groups(np.array([0.5, 0.5]), np.vstack([shares * 1.2, shares * 0.8]), spread)
    one = climbed(Evidence(every, spread, shares), begun, np.full(len(every), 2.0), 5)
    other = climbed(Evidence(twice, spread, shares), begun, np.ones(len(twice)), 5)
    assert one.shares == pytest.approx(other.shares)
    assert one.sizes == pytest.approx(other.sizes)


@settings(max_examples=1, deadline=None)
@given(integers(0, 1000))
def test_groups_are_the_same_in_whatever_order_and_under_whatever_ids_customers_come(seed):
    every, _ = planted_world(5)
    moved = np.random.default_rng(seed).permutation(len(every))
    shuffled = every.of(moved)
    one, other = (found(each.of(canonical(each)), 7) for each in (every, shuffled))
    assert one is not None
    assert other is not None
    assert one.groups.shares.tolist() == other.groups.shares.tolist()
    ours = members(Evidence(every, one.groups.spread), one.groups)
    assert (members(Evidence(shuffled, other.groups.spread), other.groups) == ours[moved]).all()
