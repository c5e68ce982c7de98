"""Work on arrays done side by side: numpy and kernels let go of Python's lock while they work, so that threads are worth it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")

THREADS: Final = max(1, min(os.cpu_count() or 1, 8))


def side_by_side(work: Callable[[_Given], _Made], given: Iterable[_Given]) -> list[_Made]:
    """The results for all that is given, in its order, whoever is done first."""
    parts = list(given)
    if len(parts) < 2 or THREADS == 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(work, parts))


def both(one: Callable[[], _Given], other: Callable[[], _Made]) -> tuple[_Given, _Made]:
    """The results of two pieces of work that do not wait for each other."""
    if THREADS == 1:
        return one(), other()
    with ThreadPoolExecutor(1) as aside:
        begun = aside.submit(one)
        found = other()
        return begun.result(), found
