"""How common values are: two who share a rare name are likelier one person than two Smiths.

Frequencies are frozen with the model that they belong to, by hash; a value that was not known then counts as rare.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from unequal.identity.arrays import Floats, Ints
from unequal.identity.matching.coding import Coded, Hashes, Records

_BITS_AT_MOST: Final = 8.0
_RECORDS_TO_BELIEVE: Final = 200.0


@dataclass(frozen=True, eq=False)
class Frequency:
    """How many records held each value of one feature when a model was learned.

    Args:
        hashes: of the values that two records or more hold, sorted.
        counts: for each of them.
        known: records that had any value.
        together: the chance that two records drawn at random hold the same.
    """

    hashes: Hashes
    counts: Ints
    known: int
    together: float

    @classmethod
    def of(cls, coded: Coded) -> Frequency:
        """From the records that a model is learned from."""
        # A value that one record holds, and one that none did, are equally rare: neither is kept.
        several = np.flatnonzero(coded.counts > 1)
        order = several[np.argsort(coded.hashes[several], kind="stable")]
        known = int(coded.counts.sum())
        pairs = float((coded.counts * (coded.counts - 1)).sum())
        return cls(coded.hashes[order], coded.counts[order], known, max(pairs / max(known * (known - 1), 1), 0.5 / max(known, 1) ** 2))

    def shares(self, hashes: Hashes) -> Floats:
        """The share of other records that hold each value; that of a single one where it was not known."""
        if not len(self.hashes):
            return np.ones(len(hashes))
        place = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        counted = np.where(self.hashes[place] == hashes, self.counts[place], 1)
        found: Floats = np.maximum(counted - 1, 1) / max(self.known, 1)
        return found

    @property
    def trust(self) -> float:
        """How far the counts are believed: little where few records were counted."""
        return self.known / (self.known + _RECORDS_TO_BELIEVE)


def frequencies_of(records: Records) -> dict[str, Frequency]:
    """For every feature."""
    found = {name: Frequency.of(coded) for name, coded in records.features.items()}
    for name, frequency in found.items():
        # Of the values that were counted the shares are known without looking them up by their hashes.
        coded = records.features[name]
        _shares(frequency, coded, np.maximum(coded.counts - 1, 1) / max(frequency.known, 1))
    return found


def _shares(frequency: Frequency, coded: Coded, known: Floats | None = None) -> Floats:
    """The share of each distinct value, and 0 behind them for what is not known. Kept once made."""

    def made(_: Any) -> Floats:
        return np.append(frequency.shares(coded.hashes) if known is None else known, 0.0)

    found: Floats = coded.numbers(f"share {id(frequency)}", made)
    return found


def rarities(frequencies: Mapping[str, Frequency], records: Records, feature: str) -> Floats | None:
    """What agreement on each value adds to, or takes from, agreement on one of average frequency, in bits; None for a feature of none.

    Where two values differ (a name changed over, a second phone) the commoner one is the careful choice: the one that adds less. What is
    not known stands behind them, and is infinite.
    """
    frequency, coded = frequencies.get(feature), records.features.get(feature)
    if frequency is None or coded is None:
        return None

    def made(_: Any) -> Floats:
        bits = np.log2(frequency.together / _shares(frequency, coded)[:-1])
        return np.append(np.clip(bits, -_BITS_AT_MOST, _BITS_AT_MOST) * frequency.trust, np.inf)

    found: Floats = coded.numbers(f"rarity {id(frequency)}", made)
    return found
