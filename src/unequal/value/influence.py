"""How many customers mentions brought, and by whom: measured on the days on which customers first bought, never assumed.

What people say of a company is heard, and forgotten. The pressure of a day is the reach of its mentions times how kindly they
spoke (0 for those against); what is still in the air on a day is the pressure of that day and of earlier ones, which fade by
half every `half_life` days. First orders a day are counts around

    baseline of the day + brought x share of the day in all that was in the air

The baseline is whatever moves slowly: a broken line, yearly waves and days of the week, as many breaks as the counts pay for
(BIC). So mentions are told apart from season and growth by what moves within weeks. Where customers say that they came by a
mention, their days are read beside the others': with a baseline that is a share of the others' (some would say so anyway).
The half-life is not chosen but weighed: each of a grid counts by the likelihood it reaches (profile likelihood), tempered by
how much more than Poisson the counts scatter. Standard errors are sandwiches over blocks of four weeks.

Source: V. Kumar, V. Bhaskaran, R. Mirchandani and M. Shah, Creating a measurable social media marketing strategy, Marketing
Science 32(2), 2013 (influence value with decay); S. Broadbent, One way TV advertisements work, 1979 (adstock); K.-Y. Liang and
S. Zeger, Biometrika 73, 1986 (sandwich).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.value.arrays import Floats, Ints

HALF_LIVES_DAYS: Final = np.array([1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 11.0, 15.0, 21.0, 28.0])
"""How fast mentions may be forgotten. What fades more slowly than in a month cannot be told from growth."""
FEWEST_DAYS: Final = 182
FEWEST_NEWCOMERS: Final = 50
_KNOTS: Final = (0, 1, 3, 7, 15, 31)
_BLOCK_DAYS: Final = 28
_YEAR_DAYS: Final = 365.25
_NINE_IN_TEN: Final = 1.645
_MOST_SKEWED: Final = 1e-3
_USUAL_HALF_LIFE: Final = 6
"""The place in the grid with which breaks of the baseline are chosen."""
_ROUNDS: Final = 100
_LARGEST_DAMPING: Final = 1e12


@dataclass(frozen=True, eq=False)
class Days:
    """What n days in a row saw.

    Args:
        newcomers: customers who first bought, without those who said that a mention brought them.
        told: customers who first bought, and said that a mention brought them.
        pressure: reach times kindness of the day's mentions, 0 or more.
        weekday: of each day, from 0 to 6.
    """

    newcomers: Floats
    told: Floats
    pressure: Floats
    weekday: Ints


@dataclass(frozen=True, eq=False)
class Part:
    """What mentions brought of one part of the newcomers.

    Args:
        brought, variance: customers brought until the last day, over all half-lives: mean and variance; the mean may be below 0.
        per_pressure: customers that one unit of pressure brings in all time, at each half-life.
    """

    brought: float
    variance: float
    per_pressure: Floats

    @property
    def ends(self) -> tuple[float, float]:
        """The range in which nine in ten lie."""
        off = _NINE_IN_TEN * float(np.sqrt(self.variance))
        return self.brought - off, self.brought + off

    @property
    def is_shown(self) -> bool:
        """Whether the range lies above zero: nineteen times in twenty mentions bring somebody."""
        return self.brought > 0 and self.ends[0] > 0


@dataclass(frozen=True, eq=False)
class Lift:
    """What mentions brought, of those who said so and of the others.

    Args:
        told, others: the two parts of the newcomers.
        likelihood: of each of HALF_LIVES_DAYS: its share, which sum to 1.
        days: how many days were watched.
    """

    told: Part
    others: Part
    likelihood: Floats
    days: int

    @property
    def every(self) -> Part:
        """Both parts together."""
        return _sum((self.told, self.others))

    @property
    def counted(self) -> Part:
        """The parts that are shown; nobody where none is."""
        return _sum([part for part in (self.told, self.others) if part.is_shown])

    @property
    def half_life_days(self) -> tuple[float, float, float]:
        """Mean, and the ends between which nine tenths of the likelihood lie."""
        reached = np.cumsum(self.likelihood)
        low, high = (float(HALF_LIVES_DAYS[int(np.searchsorted(reached, share - 1e-12))]) for share in (0.05, 0.95))
        return float(self.likelihood @ HALF_LIVES_DAYS), low, high


def _sum(parts: Sequence[Part]) -> Part:
    nothing = np.zeros(len(HALF_LIVES_DAYS))
    return Part(
        sum(part.brought for part in parts), sum(part.variance for part in parts), sum((part.per_pressure for part in parts), nothing)
    )


def in_the_air(pressure: Floats, half_life_days: float) -> Floats:
    """Pressure that still is heard on each day: each day's fades by half every half-life, and sums to itself in all time.

    >>> in_the_air(np.array([8.0, 0.0, 0.0]), 1.0).tolist()
    [4.0, 2.0, 1.0]
    """
    from scipy.signal import lfilter

    keeps = 0.5 ** (1.0 / half_life_days)
    return np.asarray(lfilter([1.0 - keeps], [1.0, -keeps], pressure), dtype=np.float64)


def measured_lift(days: Days) -> Lift | None:
    """What mentions brought, measured on first orders; None where there is too little to measure on.

    Args:
        days: at least half a year of them, with fifty newcomers and a kind mention.
    """
    n, newcomers = len(days.newcomers), days.newcomers + days.told
    if n < FEWEST_DAYS or newcomers.sum() < FEWEST_NEWCOMERS or days.pressure.sum() <= 0:
        return None
    heard = [in_the_air(days.pressure, half_life) for half_life in HALF_LIVES_DAYS]
    parts = [air / air.sum() for air in heard]
    design = _design(days, parts[_USUAL_HALF_LIFE])
    others = [_fitted(days.newcomers, np.zeros(n), design, part) for part in parts]
    told = [_told(days.told, fit, part) for fit, part in zip(others, parts, strict=True)]
    likelihood = _shares([fit.log_likelihood for fit in others], others[0].scatter) * _shares([fit.log_likelihood for fit in told], 1.0)
    likelihood = likelihood / likelihood.sum()
    air = np.array([of.sum() for of in heard])
    return Lift(_part(likelihood, told, air), _part(likelihood, others, air), likelihood, n)


def _part(likelihood: Floats, fits: Sequence[_Fit], air: Floats) -> Part:
    """Mean and variance over half-lives: the variance within each and between them."""
    means, variances = (np.array([getattr(fit, name) for fit in fits]) for name in ("brought", "variance"))
    mean = float(likelihood @ means)
    return Part(mean, float(likelihood @ (variances + (means - mean) ** 2)), means / air)


def brought_by(lift: Lift, part: Part, pressure: Floats, day: Ints) -> tuple[Floats, Floats]:
    """Customers that each of m mentions brought until the last day, and will yet bring: expected.

    Args:
        lift: see `measured_lift`.
        part: of it: which newcomers count.
        pressure: of each mention, 0 or more.
        day: on which each was made: 0 is the first day watched.
    """
    keeps = 0.5 ** (1.0 / HALF_LIVES_DAYS)
    left = keeps ** np.maximum(lift.days - day, 0)[:, None]
    each = lift.likelihood * part.per_pressure
    return pressure * ((1.0 - left) @ each), pressure * (left @ each)


def range_of(mean: Floats, variance: Floats, *, is_shown: bool) -> tuple[Floats, Floats]:
    """Ends between which nine in ten lie: of a gamma where something is shown, and never below zero; else about the mean, with zero inside."""
    from scipy.stats import gamma

    spread = np.sqrt(variance)
    low, high = np.minimum(mean - _NINE_IN_TEN * spread, 0.0), np.maximum(mean + _NINE_IN_TEN * spread, 0.0)
    if not is_shown:
        return low, high
    low = np.zeros(len(mean))
    # A gamma so skewed has all but its mean at nought.
    some = (mean > 0) & (mean**2 > _MOST_SKEWED * variance) & (variance > 0)
    shape, scale = mean[some] ** 2 / variance[some], variance[some] / mean[some]
    for ends, share, within in ((low, 0.05, np.minimum), (high, 0.95, np.maximum)):
        ends[some] = within(gamma.ppf(share, shape, scale=scale), mean[some])
    return low, high


def counted_range(mean: Floats, variance: Floats, variance_above: Floats) -> tuple[Floats, Floats]:
    """Ends between which nine in ten lie, of how many customers each speaker brought: whole numbers, of a negative binomial.

    Whom a mention brings is a Poisson count, and its rate is not known: a gamma mixture. A speaker who may well have brought nobody has
    a range that begins with nobody; a density would leave that out. An end beyond the mean is moved to it.

    Args:
        mean: expected of each speaker, 0 or more.
        variance: of it, for the lower end; at least the mean.
        variance_above: the same for the upper end, what is not shown of the lift counted in.
    """
    from scipy.stats import nbinom

    low, high = np.zeros(len(mean)), np.zeros(len(mean))
    some = mean > 0
    for ends, share, spread, within in ((low, 0.05, variance, np.minimum), (high, 0.95, variance_above, np.maximum)):
        # A hair more than Poisson, which it is in the limit.
        rate, excess = mean[some], np.maximum(spread[some] - mean[some], mean[some] * 1e-6)
        ends[some] = within(nbinom.ppf(share, rate**2 / excess, rate / (rate + excess)), rate)
    return low, high


def variance_of(part: Part, brought: Floats, *, not_shown: float = 0.0) -> Floats:
    """Variance of how many customers each speaker brought: chance of so few, and what all share of not knowing the lift.

    Args:
        part: what the lift was measured on.
        brought: expected of each speaker.
        not_shown: variance of what the parts brought that are not shown, and may have; see `may_have_brought`.
    """
    if part.brought == 0:
        return np.abs(brought)
    return np.asarray(np.abs(brought) + (brought / part.brought) ** 2 * (part.variance + not_shown))


def may_have_brought(lift: Lift) -> float:
    """Variance of what the parts of newcomers brought that are not shown: as far as their ranges reach above nothing."""
    return float(sum((max(part.ends[1], 0.0) / _NINE_IN_TEN) ** 2 for part in (lift.told, lift.others) if not part.is_shown))


@dataclass(frozen=True, eq=False)
class _Fit:
    """One fit: customers brought, their variance, the baseline, how well it fits, and how much more than Poisson it scatters."""

    brought: float
    variance: float
    baseline: Floats
    log_likelihood: float
    scatter: float
    coefficients: Floats


def _told(counts: Floats, others: _Fit, part: Floats) -> _Fit:
    """Of those who said so: their baseline is a share of the others'."""
    if counts.sum() == 0:
        return _Fit(0.0, 0.0, counts, 0.0, 1.0, np.zeros(1))
    return _fitted(counts, np.log(np.maximum(others.baseline, 1e-9)), np.ones((len(counts), 1)), part)


def _shares(log_likelihoods: list[float], scatter: float) -> Floats:
    values = np.array(log_likelihoods) / max(scatter, 1.0)
    return np.asarray(np.exp(values - values.max()))


def _design(days: Days, part: Floats) -> Floats:
    """The baseline with as many breaks as pay for themselves, mentions beside it."""
    n = len(part)
    best, least = None, np.inf
    for knots in _KNOTS:
        if best is not None and knots > n / _BLOCK_DAYS:
            break
        design = _baseline(n, knots, days.weekday)
        cost = np.log(n) * design.shape[1] - 2.0 * _fitted(days.newcomers, np.zeros(n), design, part).log_likelihood
        if cost < least:
            best, least = design, cost
    assert best is not None, "a straight line is always tried"
    return best


def _baseline(n: int, knots: int, weekday: Ints) -> Floats:
    """Columns of the logarithm of the baseline: the level first, the broken line, yearly waves from two years on, days of the week."""
    time = np.arange(n) / n
    columns = [np.ones(n), time - 0.5, *(np.maximum(time - (k + 1) / (knots + 1), 0.0) for k in range(knots))]
    if n >= 2 * _YEAR_DAYS:
        turn = 2 * np.pi * np.arange(n) / _YEAR_DAYS
        columns += [wave(times * turn) for times in (1, 2) for wave in (np.cos, np.sin)]
    columns += [(weekday == day).astype(np.float64) - (weekday == 6) for day in range(6)]  # noqa: PLR2004 - against Sunday
    return np.stack(columns, axis=1)


def _fitted(counts: Floats, offset: Floats, design: Floats, part: Floats) -> _Fit:
    """Poisson counts around exp(offset + design b) + brought x part, by damped scoring.

    Half a customer is spread over the logarithms of the baseline, so that one of nothing has an end. It is their mean that counts, which
    cannot grow without the baseline itself.
    """
    theta = _start(counts, offset, design)
    reached, damping = _log_likelihood(theta, counts, offset, design, part), 1e-6
    for _ in range(_ROUNDS):
        slope, curve, _ = _scores(theta, counts, offset, design, part)
        before = reached
        while damping < _LARGEST_DAMPING:
            step = np.linalg.solve(curve + damping * np.diag(np.diag(curve) + 1e-9), slope)
            found = _log_likelihood(theta + step, counts, offset, design, part)
            if found >= reached:
                theta, reached, damping = theta + step, found, max(damping / 10, 1e-9)
                break
            damping *= 10
        if reached - before < 1e-8 * (1.0 + abs(reached)) / len(counts):
            break
    return _told_of(theta, reached, counts, offset, design, part)


def _start(counts: Floats, offset: Floats, design: Floats) -> Floats:
    theta = np.zeros(design.shape[1] + 1)
    theta[0] = np.log(0.7 * (counts.sum() + 0.5) / np.exp(offset).sum())
    theta[-1] = 0.3 * counts.sum()
    return theta


def _means(theta: Floats, offset: Floats, design: Floats, part: Floats) -> tuple[Floats, Floats]:
    baseline = np.exp(np.clip(offset + design @ theta[:-1], -50.0, 50.0))
    return baseline, baseline + theta[-1] * part


def _log_likelihood(theta: Floats, counts: Floats, offset: Floats, design: Floats, part: Floats) -> float:
    _, mean = _means(theta, offset, design, part)
    if (mean <= 0).any():
        return -np.inf
    return float((counts * np.log(mean) - mean).sum() + 0.5 * (design.mean(axis=0) @ theta[:-1]))


def _scores(theta: Floats, counts: Floats, offset: Floats, design: Floats, part: Floats) -> tuple[Floats, Floats, Floats]:
    """Slope of the log-likelihood, expected curvature, and the scores day by day."""
    baseline, mean = _means(theta, offset, design, part)
    jacobian = np.column_stack([baseline[:, None] * design, part])
    daily = jacobian * (counts / mean - 1.0)[:, None]
    slope = daily.sum(axis=0)
    slope[:-1] += 0.5 * design.mean(axis=0)
    return slope, jacobian.T @ (jacobian / mean[:, None]), daily


def _told_of(theta: Floats, reached: float, counts: Floats, offset: Floats, design: Floats, part: Floats) -> _Fit:
    """A fit with the larger of two variances: of the model, and of blocks of days."""
    baseline, mean = _means(theta, offset, design, part)
    _, curve, daily = _scores(theta, counts, offset, design, part)
    inverse = np.linalg.pinv(curve, hermitian=True)
    blocks = np.add.reduceat(daily, np.arange(0, len(counts), _BLOCK_DAYS), axis=0)
    sandwich = inverse @ (blocks.T @ blocks) @ inverse
    scatter = float(((counts - mean) ** 2 / mean).sum() / max(len(counts) - len(theta), 1))
    return _Fit(float(theta[-1]), float(max(inverse[-1, -1], sandwich[-1, -1])), baseline, reached, scatter, theta)
