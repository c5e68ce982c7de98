"""Seeded chance: the same world on every machine and for every way of writing it.

Each cell of the world (a fixed number of persons) has generators of its own, one for each
purpose, so that neither memory nor order of work changes what is made, and a new purpose
changes no other.
"""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np

from unequal.demo.columns import NOBODY, Bools, Floats, Ints

_MASK: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_ID_SPACE: Final = 10**8
_ID_STEP: Final = 3**18  # no factor of 2 or 5, so that no two numbers meet


def generator(seed: int, cell: int, purpose: str) -> np.random.Generator:
    """The generator of one cell for one purpose; cell -1 is what all cells share."""
    return np.random.default_rng(np.random.SeedSequence([seed, cell + 1, zlib.crc32(purpose.encode())]))


def happens(chance: np.random.Generator, rows: int | tuple[int, ...], share: float) -> Bools:
    """For each row whether something that befalls such a share of rows befalls it."""
    drawn: Bools = chance.random(rows) < share
    return drawn


def scattered(numbers: Ints, offset: int) -> Ints:
    """Eight-digit ids that do not tell the order of the numbers; no two numbers meet.

    >>> scattered(np.array([0, 1]), 7).tolist()
    [7, 87420496]
    """
    return (numbers * _ID_STEP + offset) % _ID_SPACE


def uniform_of(seed: int, purpose: str, *keys: Ints) -> Floats:
    """A uniform number in [0, 1) for each row, a function of the keys alone (splitmix64)."""
    state = np.full(len(keys[0]), np.uint64(seed * 0x9E3779B9 + zlib.crc32(purpose.encode())), dtype=np.uint64)
    for key in keys:
        state = _mixed(state ^ (key.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)))
    return (_mixed(state) >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def _mixed(state: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    state = (state + np.uint64(0x9E3779B97F4A7C15)) & _MASK
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def zipf_weights(count: int, *, flat: float = 4.0, power: float = 0.9) -> Floats:
    """Shares of ranked words: the first most frequent; they sum to 1."""
    weights = 1.0 / (np.arange(count) + flat) ** power
    shares: Floats = weights / weights.sum()
    return shares


def chosen_earlier(chance: np.random.Generator, days: Ints, pool_days: Ints, pool: Ints, *, gap: int) -> Ints:
    """For each day one of the pool whose own day is at least `gap` earlier; NOBODY where none is."""
    order = np.argsort(pool_days, kind="stable")
    known = np.searchsorted(pool_days[order], days - gap, side="right")
    place = np.minimum((chance.random(len(days)) * known).astype(np.int64), np.maximum(known - 1, 0))
    return np.where(known > 0, pool[order][place] if len(pool) else NOBODY, NOBODY).astype(np.int64)
