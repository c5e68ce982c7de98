"""Kernels say of texts what the library says that is known for it, and sort them as Python does."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

from unequal.identity.arrays import order_of
from unequal.identity.matching.coding import Coded
from unequal.identity.matching.likeness import likened, share_one

_LETTERS = st.text("ab@ é李", min_size=1, max_size=9) | st.text("abcde", min_size=60, max_size=80)
_PAIRS = st.lists(st.tuples(_LETTERS, _LETTERS), min_size=1, max_size=12)


@given(pairs=_PAIRS, at_most=st.integers(0, 2), start=st.integers(0, 3), end=st.integers(1, 3))
def test_texts_are_alike_as_rapidfuzz_has_it(pairs: list[tuple[str, str]], at_most: int, start: int, end: int) -> None:
    coded = Coded.of(pa.array([text for pair in pairs for text in pair], pa.string()))
    one, other = coded.codes[0::2].copy(), coded.codes[1::2].copy()
    slips, alike = likened(coded, one, coded, other, start=start, end=end, at_most=at_most)
    for at, (left, right) in enumerate(pairs):
        near = left[:start] == right[:start] or left[-end:] == right[-end:]
        assert slips[at] == (near and OSA.distance(left, right) <= at_most)
        assert alike[at] == np.float32(JaroWinkler.similarity(left, right) if near else 0.0)


@given(pairs=_PAIRS)
def test_what_stands_before_the_last_mark_is_compared(pairs: list[tuple[str, str]]) -> None:
    coded = Coded.of(pa.array([text for pair in pairs for text in pair], pa.string()))
    one, other = coded.codes[0::2].copy(), coded.codes[1::2].copy()
    _, alike = likened(coded, one, coded, other, start=0, before_last="@")
    for at, (left, right) in enumerate(pairs):
        before, after = (text.rpartition("@")[0] if "@" in text else text for text in (left, right))
        assert alike[at] == np.float32(JaroWinkler.similarity(before, after) if before and after else float(before == after))


def test_rows_share_what_is_known_only() -> None:
    rows = np.array([[3, -1], [4, 3], [-1, -1]], dtype=np.int64)
    one, other = np.array([0, 0, 2], dtype=np.int32), np.array([1, 2, 2], dtype=np.int32)
    assert share_one(rows, one, other).tolist() == [True, False, False]


@given(texts=st.lists(st.text("c_\x00é", max_size=12), max_size=40), start=st.sampled_from(["", "c_", "what all begin with"]))
def test_texts_are_sorted_as_their_bytes(texts: list[str], start: str) -> None:
    whole = sorted({start + text for text in texts}, key=hash)
    assert [whole[at] for at in order_of(pa.array(whole, pa.string())).tolist()] == sorted(whole, key=str.encode)
