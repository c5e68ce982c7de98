"""A split neither makes nor loses money; many at once are what each is by exact fractions."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis.strategies import composite, integers, lists, permutations

from unequal.ledger.splitting import amounts_of, ids_of, split_cost, split_costs
from unequal.terms.errors import LedgerError

SIZES = (3, 100, 10**9, 2**49, 2**52, 2**60)


@given(total=integers(-(10**12), 10**12), weights=lists(integers(0, 10**6), min_size=1).filter(any))
def test_a_split_neither_makes_nor_loses_money(total, weights):
    parts = split_cost(total, weights)
    assert sum(parts) == total
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(total=integers(0, 10**9), weights=lists(integers(0, 10**6), min_size=2).filter(any))
def test_every_part_is_its_share_rounded_down_or_up(total, weights):
    for part, weight in zip(split_cost(total, weights), weights, strict=True):
        assert total * weight // sum(weights) <= part <= -(-total * weight // sum(weights))


@composite
def several_costs(draw):
    """Costs with rows of their own, weights of any size, and ids in any order."""
    largest = draw(integers(0, len(SIZES) - 1))
    groups = draw(lists(lists(integers(0, SIZES[largest]), max_size=9), min_size=1, max_size=6))
    groups = [group if any(group) else [] for group in groups]
    totals = [draw(integers(-(10**15), 10**15)) if group else 0 for group in groups]
    rows = sum(map(len, groups))
    return groups, totals, draw(permutations(range(rows)))


@given(made=several_costs())
def test_many_costs_at_once_are_split_as_each_is_by_exact_fractions(made):
    groups, totals, ids = made
    starts = np.cumsum([0, *map(len, groups)])
    weights = np.array([weight for group in groups for weight in group], dtype=np.int64)
    names = np.array(ids, dtype=np.uint64)
    shares = split_costs(np.array(totals, dtype=np.int64), starts, weights, names)
    for (begin, end), total in zip(pairwise(starts.tolist()), totals, strict=True):
        rows = np.arange(begin, end)[np.argsort(names[begin:end])]
        if len(rows):
            assert shares[rows].tolist() == split_cost(total, weights[rows].tolist())


@given(made=several_costs())
def test_the_order_of_rows_changes_no_share(made):
    groups, totals, ids = made
    starts = np.cumsum([0, *map(len, groups)])
    weights = np.array([weight for group in groups for weight in group], dtype=np.int64)
    names = np.array(ids, dtype=np.uint64)
    other = np.concatenate([np.arange(begin, end)[::-1] for begin, end in pairwise(starts.tolist())]).astype(np.int64)
    one = split_costs(np.array(totals, dtype=np.int64), starts, weights, names)
    assert split_costs(np.array(totals, dtype=np.int64), starts, weights[other], names[other]).tolist() == one[other].tolist()


@pytest.mark.parametrize(("totals", "weights"), [([1], [-1]), ([1], [0, 0]), ([1], [])])
def test_a_cost_that_nobody_can_bear_is_refused(totals, weights):
    with pytest.raises(LedgerError, match="LED020"):
        split_costs(
            np.array(totals), np.array([0, len(weights)]), np.array(weights, dtype=np.int64), np.arange(len(weights), dtype=np.uint64)
        )
    with pytest.raises(LedgerError, match="LED020"):
        split_cost(totals[0], weights)


@given(texts=lists(integers(0, 10**9), max_size=20), start=integers(0, 5))
def test_ids_keep_the_order_of_their_names(texts, start):
    names = [hashlib.md5(str(text).encode()).hexdigest() for text in texts]
    assert ids_of(pa.array(names, pa.string())[start:]).tolist() == [int(name[:16], 16) for name in names[start:]]


@given(units=lists(integers(-(2**62), 2**62)))
def test_units_become_the_same_amounts_that_decimals_have(units):
    found = amounts_of(np.array(units, dtype=np.int64), pa.decimal128(28, 4))
    assert [int(amount.scaleb(4)) for amount in found.to_pylist()] == units
