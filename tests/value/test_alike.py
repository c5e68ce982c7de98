"""Rows that are alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis.strategies import integers, lists, tuples

from unequal.value.alike import alike


@given(rows=lists(tuples(integers(-3, 3), integers(0, 2), integers(-(10**15), 10**15)), min_size=1))
def test_kinds_are_the_distinct_rows_in_ascending_order(rows):
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    first, kind = alike(columns)
    assert [rows[at] for at in first] == sorted(set(rows))
    assert [rows[first[of]] for of in kind] == rows
