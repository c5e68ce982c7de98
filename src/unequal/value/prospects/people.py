"""Customers as prospects are told from them: since when each is known, by which sources, and when it first bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from unequal.value import prospecting
from unequal.value.arrays import Flags, Floats, Ints
from unequal.value.economics import drawn_to_base

_NEW_DAYS: Final = 91
_NINE_IN_TEN: Final = 1.645


@dataclass(frozen=True, eq=False)
class People:
    """N customers.

    Args:
        known: n x sources: the first day on which each source knows each; NaT where it does not, or does not say since when.
        first_day: of a sale; NaT where there was none.
        traits: n x k: what does not change: the kind, attributes.
    """

    known: Any
    first_day: Any
    traits: Floats

    @property
    def since(self) -> Any:
        """The first day on which any source is known to know each; NaT where none says."""
        never = np.datetime64("9999-12-31", "D")
        # Where no source holds anybody there is no column to take the least of.
        told: Any = np.column_stack([self.known, np.full(len(self.known), never)])
        days = np.where(np.isnat(told), never, told).min(axis=1)
        return np.where(days == never, np.datetime64("NaT", "D"), days)

    def prospects(self, on: Any) -> Flags:
        """Who was known on a morning, and had not bought."""
        return np.asarray((self.since < on) & ~(self.first_day < on))

    def came(self, start: Any, end: Any) -> Flags:
        """Whose first order lies in a window, half-open."""
        return np.asarray((self.first_day >= start) & (self.first_day < end))

    def columns(self, on: Any, contacts: Floats) -> Floats:
        """What was known of each on a morning.

        Args:
            on: the morning.
            contacts: n x kinds: contacts before it.
        """
        days = np.nan_to_num((on - self.since).astype("timedelta64[D]").astype(np.float64), nan=0.0)
        days = np.maximum(np.where(np.isnat(self.since), 0.0, days), 0.0)
        return np.column_stack([self.known < on, np.log1p(days), days < _NEW_DAYS, np.log1p(contacts), self.traits]).astype(np.float64)

    def groups(self, on: Any) -> Ints:
        """A number for the set of sources that knew each on a morning, or on each one's own day."""
        bits = self.known < (on[:, None] if np.ndim(on) else on)
        return np.unique(bits, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def worth_if_won(people: People, worth: Floats, *, on: Any) -> tuple[Floats, Floats]:
    """What each would bring if it came: the mean of those who were known to the same sources before they came, drawn towards all; and its error.

    Args:
        people: customers.
        worth: what each brought and is expected to bring; NaN where nothing is known.
        on: the morning.
    """
    came = (people.since < people.first_day) & np.isfinite(worth)
    n = len(worth)
    if not came.any():
        return np.zeros(n), np.zeros(n)
    both = np.concatenate([people.known[came] < people.first_day[came][:, None], people.known < on])
    codes = np.unique(both, axis=0, return_inverse=True)[1].ravel()
    named, at = np.unique(codes[: came.sum()], return_inverse=True)
    count = np.bincount(at).astype(np.float64)
    sums = np.bincount(at, weights=worth[came]).astype(np.float64)
    squares = float(np.square(worth[came] - (sums / count)[at]).sum())
    each, base = drawn_to_base(sums, count, squares), float(worth[came].mean())
    of = codes[came.sum() :]
    place = np.minimum(np.searchsorted(named, of), len(named) - 1)
    there = named[place] == of
    error = np.sqrt(squares / count.sum() / np.where(there, count[place], count.sum()))
    return np.where(there, each[place], base), error


def fifths(chance: Floats) -> Ints:
    """1 for the fifth with the highest chances, to 5; ties by place."""
    order = np.argsort(-chance, kind="stable")
    found = np.empty(len(chance), np.int64)
    found[order] = 1 + (5 * np.arange(len(chance))) // max(len(chance), 1)
    return found


def expected_range(chances: tuple[Floats, Floats, Floats]) -> tuple[float, float, float]:
    """How many of some come: expected, and the range of chance and of what was learned; the latter is shared by all."""
    mean, low, high = chances
    spread = np.sqrt(float((mean * (1 - mean)).sum()) + (float((high - low).sum()) / (2 * _NINE_IN_TEN)) ** 2)
    total = float(mean.sum())
    return total, max(total - _NINE_IN_TEN * spread, 0.0), total + _NINE_IN_TEN * spread


def learned_on(people: People, columns: Floats, start: Any, end: Any) -> prospecting.Chances | None:
    """Chances from what became of the prospects of a morning within a window; None where too few were there, or came."""
    there = people.prospects(start)
    came = people.came(start, end)[there]
    if there.sum() < FEWEST or came.sum() < FEWEST_CAME:
        return None
    return prospecting.learned(columns[there], came)


FEWEST: Final = 100
FEWEST_CAME: Final = 10
