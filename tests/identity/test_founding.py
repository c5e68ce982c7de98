"""Ids worked out on arrays are those that one text after the other would have."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from unequal.identity.founding import founding_ids
from unequal.terms.ids import founding_customer_id

_NAMES = st.lists(st.tuples(st.text(max_size=30), st.text(max_size=80)), max_size=30)


@given(_NAMES)
def test_many_ids_at_once_are_those_of_one_after_the_other(names: list[tuple[str, str]]) -> None:
    source, record_id = (pa.array([name[side] for name in names], pa.string()) for side in (0, 1))
    assert founding_ids(source, record_id).to_pylist() == [founding_customer_id(*name) for name in names]


def test_texts_of_every_length_around_a_block_found_the_same_ids() -> None:
    names = [("crm", letter * length) for length in range(70) for letter in ("x", "\u00e9")]
    source, record_id = (pa.array([name[side] for name in names]) for side in (0, 1))
    assert founding_ids(source, record_id).to_pylist() == [founding_customer_id(*name) for name in names]
