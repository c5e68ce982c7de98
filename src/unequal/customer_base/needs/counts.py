"""Habits of customers in arrays: what was taken out of how many times, and how much customers differ in it beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from unequal.customer_base.needs.habits import Habit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SMALLEST: Final = 1e-9
_RAREST_DUE: Final = 0.05


@dataclass(frozen=True)
class Counts:
    """n customers' habits.

    Args:
        habits: what is counted.
        taken: n x parts: how often each way was taken.
        times: n x habits: out of how many times; of a rate, days of buying.
    """

    habits: tuple[Habit, ...]
    taken: Floats
    times: Floats

    def __len__(self) -> int:
        return len(self.taken)

    def of(self, rows: Any) -> Counts:
        """Some customers' habits, by their numbers or a mask."""
        return Counts(self.habits, self.taken[rows], self.times[rows])

    def only(self, kept: Bools) -> Counts:
        """Some of the habits."""
        habits = tuple(habit for habit, is_kept in zip(self.habits, kept, strict=True) if is_kept)
        return Counts(habits, self.taken[:, kept[self.habit_of_part]], self.times[:, kept])

    @property
    def places(self) -> tuple[slice, ...]:
        """Where each habit's parts stand."""
        ends = np.cumsum([0, *(len(habit.parts) for habit in self.habits)])
        return tuple(slice(int(first), int(last)) for first, last in pairwise(ends))

    @property
    def habit_of_part(self) -> Ints:
        """The number of the habit of each part."""
        return np.repeat(np.arange(len(self.habits)), [len(habit.parts) for habit in self.habits])

    @property
    def is_rate(self) -> Bools:
        """Which habits are rates."""
        return np.array([habit.kind == "rate" for habit in self.habits], dtype=bool)


def counts_of(habits: Sequence[Habit], taken: Floats, days: Floats) -> Counts:
    """Counts beside what they are out of: the sum over a habit's ways, or the days of buying."""
    first = Counts(tuple(habits), taken, np.zeros((len(taken), len(habits))))
    times = [days if habit.kind == "rate" else taken[:, at].sum(axis=1) for habit, at in zip(habits, first.places, strict=True)]
    return Counts(tuple(habits), taken, np.column_stack(times) if times else first.times)


def shares_of(counts: Counts) -> Floats:
    """Everybody's shares and rates, a value for each part: what was taken over what could have been."""
    times = counts.times.sum(axis=0)[counts.habit_of_part]
    return np.asarray(np.maximum(counts.taken.sum(axis=0) / np.maximum(times, SMALLEST), SMALLEST))


def spread_of(counts: Counts, shares: Floats) -> tuple[Floats, Floats]:
    """How much customers differ in each habit beyond what chance shows, and how many standard errors that is.

    Args:
        counts: customers.
        shares: what is usual of each customer: n x parts, or the same for all.

    Returns:
        Of shares rho, the correlation of two counts of one customer, 0 to 0.95; of a rate the variance of customers' rates over its square.
        Both from Pearson's sum: (x - n p)^2 / (n p) has the mean 1 + (n - 1) rho, or 1 + n p phi (Williams 1982).
    """
    usual = np.maximum(np.broadcast_to(shares, counts.taken.shape), SMALLEST)
    found, errors = np.zeros(len(counts.habits)), np.ones(len(counts.habits))
    for number, (is_rate, at) in enumerate(zip(counts.is_rate, counts.places, strict=True)):
        times = counts.times[:, number]
        heard = times > 0 if is_rate else times > 1
        due = times[heard, None] * usual[heard, at]
        free = 1 if is_rate else max(at.stop - at.start - 1, 1)
        pearson = ((counts.taken[heard, at] - due) ** 2 / np.maximum(due, SMALLEST)).sum(axis=1) / free
        more = due[:, 0] if is_rate else times[heard] - 1
        if not more.sum():
            continue
        found[number] = (pearson - 1).sum() / more.sum()
        # By chance Pearson's term has the variance 2 / free; where little is due the inverse of that comes to it.
        rare = float((1 / np.maximum(due, _RAREST_DUE)).mean())
        errors[number] = np.sqrt((2 / free + rare) * len(more)) / more.sum()
    return np.clip(found, 0.0, np.where(counts.is_rate, np.inf, 0.95)), found / errors


def weights_of(counts: Counts, shares: Floats, spread: Floats) -> Floats:
    """How much each count of a customer weighs beside one of a stranger, n x habits."""
    usual = np.array([shares[at].sum() for at in counts.places])
    more = np.where(counts.is_rate, counts.times * usual, np.maximum(counts.times - 1, 0.0))
    return np.asarray(1 / (1 + more * spread))


def drawn_towards_all(counts: Counts, shares: Floats, spread: Floats) -> Floats:
    """Each customer's own shares and rates, drawn the more towards everybody's the fewer counts there are, n x parts.

    Bühlmann's credibility (1967): a customer's own n counts stand against (1 - rho) / rho of everybody's; of a rate against 1 / (phi p).
    """
    own = counts.habit_of_part
    usual = np.array([shares[at].sum() for at in counts.places])
    held = np.where(counts.is_rate, 1 / np.maximum(spread * usual, SMALLEST), (1 - spread) / np.maximum(spread, SMALLEST))
    return np.asarray((counts.taken + held[own] * shares) / (counts.times + held)[:, own])


def canonical(counts: Counts) -> npt.NDArray[np.intp]:
    """An order of customers that hangs on what they did alone: not on their ids, nor on the order in which they came."""
    return np.lexsort(np.hstack([counts.taken, counts.times]).T[::-1])
