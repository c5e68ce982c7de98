"""How much movement chance alone would show: were nobody changed, the months of two windows would be interchangeable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
BandsOf = Callable[[Floats, Floats], Codes]
"""Amounts and sales of customers -> the number of each one's band, 0 the best."""

DRAWS: Final = 200
_SEED: Final = 20_011
_LOW, _HIGH = 0.05, 0.95


@dataclass(frozen=True)
class Months:
    """What customers who were there in both windows brought in each month of them.

    Args:
        amount, sales: customers x months x 2 (before, after); a month of one window stands beside the same of the other.
    """

    amount: Floats
    sales: Floats


@dataclass(frozen=True)
class Measured:
    """One measure of movement beside what chance shows of it.

    Args:
        observed: as it came.
        expected: its mean over the draws in which nobody changed.
        low, high: nine in ten of these draws lie between.
    """

    observed: float
    expected: float
    low: float
    high: float

    @property
    def excess(self) -> tuple[float, float, float]:
        """What came beside chance: expected, low, high."""
        return self.observed - self.expected, self.observed - self.high, self.observed - self.low


def banding(kind: str, cuts: Mapping[str, Any]) -> BandsOf:
    """The bands of amounts, as numbers from the best, by where the lines of a window lie.

    Args:
        kind: three, growable, or another for lines alone.
        cuts: of three: within and share_of_sales; of growable: best (least amount of Most Valuable) and is_growable (of each customer);
            else least: the least amount of each band but the last one.
    """
    if kind == "three":

        def three(amount: Floats, sales: Floats) -> Codes:
            margin = np.maximum(cuts["within"], cuts["share_of_sales"] * np.abs(sales))
            return np.where(amount > margin, 0, np.where(amount < -margin, 2, 1)).astype(np.int64)

        return three
    if kind == "growable":

        def growable(amount: Floats, sales: Floats) -> Codes:
            del sales
            rest = np.where(amount < 0, 3, np.where(cuts["is_growable"], 1, 2))
            return np.where((amount >= cuts["best"]) & (amount > 0), 0, rest).astype(np.int64)

        return growable
    # A band that nobody stands in has no line of its own: it begins and ends where the one above does.
    lines = np.minimum.accumulate(np.asarray(cuts["least"], dtype=np.float64))[::-1]

    def by_lines(amount: Floats, sales: Floats) -> Codes:
        del sales
        return (len(lines) - np.searchsorted(lines, amount, side="right")).astype(np.int64)

    return by_lines


def by_chance(
    months: Months, bands_before: BandsOf, bands_after: BandsOf, *, bands: int, draws: int = DRAWS, tell: Callable[[float], None] = lambda _: None
) -> dict[str, list[Measured]]:  # fmt: skip
    """Movement as it came beside movement were nobody changed.

    If nothing has changed about a customer, what it brought in a calendar month of one window might as well have come in the same month
    of the other. Each draw swaps each customer's pairs of months or leaves them, as a coin falls, bands both windows anew by the same
    lines, and looks who moved: regression to the mean and the luck of few orders are in it, seasons are not, for like months are swapped.
    Whoever truly changed is swapped too, which makes some movement of its own: what chance shows is rather too much than too little,
    and the excess rather too small.

    Args:
        months: of customers who were there in both windows.
        bands_before, bands_after: how each window is banded.
        bands: how many bands.
        draws: how often; the same ones every time.
        tell: is told the share of them that is done.

    Returns:
        moved, up, down: one measure each, in customers; change: one for each band before, in money.

    Source: Fisher (1935), The Design of Experiments, ch. 3 (exchange within pairs).
    """
    gap = months.amount[:, :, 1] - months.amount[:, :, 0]
    gap_of_sales = months.sales[:, :, 1] - months.sales[:, :, 0]
    first, sales_first = months.amount[:, :, 0].sum(axis=1), months.sales[:, :, 0].sum(axis=1)
    whole, sales_whole = months.amount.sum(axis=(1, 2)), months.sales.sum(axis=(1, 2))
    random = np.random.default_rng(_SEED)

    def told(swapped: Floats, swapped_sales: Floats) -> Floats:
        before, sales_before = first + swapped, sales_first + swapped_sales
        after, sales_after = whole - before, sales_whole - sales_before
        was, came = bands_before(before, sales_before), bands_after(after, sales_after)
        change = np.bincount(was, weights=after - before, minlength=bands)
        return np.concatenate([[(was != came).sum(), (came < was).sum(), (came > was).sum()], change])

    nobody = np.zeros(len(first))
    observed = told(nobody, nobody)
    seen = np.empty((draws, len(observed)))
    for draw in range(draws):
        tell(draw / draws)
        swaps = random.integers(0, 2, size=gap.shape, dtype=np.int8)
        seen[draw] = told(np.einsum("ij,ij->i", gap, swaps), np.einsum("ij,ij->i", gap_of_sales, swaps))
    low, high = np.quantile(seen, [_LOW, _HIGH], axis=0)
    measured = [Measured(*map(float, row)) for row in zip(observed, seen.mean(axis=0), low, high, strict=True)]
    return {"moved": measured[:1], "up": measured[1:2], "down": measured[2:3], "change": measured[3:]}


@dataclass(frozen=True)
class Ahead:
    """What next year's forecast says of customers who stand in a band today.

    Args:
        band: the number of the band each stands in.
        mean, deviation: of what each brings in the next 52 weeks.
        p_alive: that each still is a customer; who is none brings nothing.
        sales_share: its sales over what it brought in the window, for lines that hang on sales.
    """

    band: Codes
    mean: Floats
    deviation: Floats
    p_alive: Floats
    sales_share: Floats


@dataclass(frozen=True)
class SharedError:
    """How far off forecasts of all customers are together: mean and spread of a relative error, and degrees of freedom of the spread."""

    bias: float
    spread: float
    freedom: float


def ahead(year: Ahead, bands_of: BandsOf, shared: SharedError, *, bands: int, draws: int = DRAWS) -> tuple[Floats, Floats, Floats]:
    """Where customers will stand next year: expected number of them in each cell, and its ends.

    Each draw lets each customer be lost or stay by its own chance, and bring what its forecast says with one error that all share; the
    mixture keeps each forecast's mean and spread. Bands are drawn by today's lines.

    Returns:
        expected, low, high: bands today x (bands next year, and lost); 90 % of the draws lie between the ends.
    """
    random = np.random.default_rng(_SEED)
    alive = np.clip(year.p_alive, 1e-6, 1.0)
    mean = year.mean / alive
    deviation = np.sqrt(np.maximum((np.square(year.deviation) + np.square(year.mean)) / alive - np.square(mean), 0.0))
    seen = np.empty((draws, bands * (bands + 1)))
    for draw in range(draws):
        error = 1.0 + shared.bias + shared.spread * float(random.standard_t(shared.freedom))
        amount = mean + deviation * random.standard_normal(len(mean)) + np.abs(mean) * (error - 1.0)
        band = bands_of(amount, amount * year.sales_share)
        band[random.random(len(mean)) >= year.p_alive] = bands
        seen[draw] = np.bincount(year.band * (bands + 1) + band, minlength=bands * (bands + 1))
    low, high = np.quantile(seen, [_LOW, _HIGH], axis=0)
    expected = seen.mean(axis=0)
    return tuple(part.reshape(bands, bands + 1) for part in (expected, np.minimum(low, expected), np.maximum(high, expected)))
