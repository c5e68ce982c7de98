"""How alike two texts are, for many pairs at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from unequal.identity.matching.coding import Codes
from unequal.identity.matching.side_by_side import THREADS

Levels = npt.NDArray[np.int8]
_THREADS_FROM: Final = 20_000


def of_distinct_pairs(one: Codes, other: Codes, level: Callable[[Codes, Codes], Levels]) -> Levels:
    """Ask about each distinct pair of codes once, where asking costs more than finding out which are distinct.

    Args:
        one, other: codes, none of them -1; which of two stands first does not matter.
        level: levels of pairs of codes.
    """
    if not len(one):
        return np.zeros(0, dtype=np.int8)
    low, high = np.minimum(one, other), np.maximum(one, other)
    back, distinct = pd.factorize(low.astype(np.int64) << np.int64(32) | high.astype(np.int64))
    asked = level((distinct >> np.int64(32)).astype(np.int32), (distinct & np.int64(0xFFFFFFFF)).astype(np.int32))
    return asked[back]


def jaro_winkler(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Jaro-Winkler similarity of pairs of texts, 0 to 1. Source: Winkler 1990; prefix weight .1."""
    workers = THREADS if len(one) > _THREADS_FROM else 1
    return process.cpdist(one.tolist(), other.tolist(), scorer=JaroWinkler.similarity, dtype=np.float32, workers=workers)


def token_ratios(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """How alike the words of pairs of texts are, 0 to 100: all words in any order, and what they have in common."""
    workers = THREADS if len(one) > _THREADS_FROM else 1
    left, right = one.tolist(), other.tolist()
    return (
        process.cpdist(left, right, scorer=fuzz.token_sort_ratio, dtype=np.float32, workers=workers),
        process.cpdist(left, right, scorer=fuzz.token_set_ratio, dtype=np.float32, workers=workers),
    )
