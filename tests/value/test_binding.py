"""Customers under contract: ranges of what payments bring, and transforms of how many came."""

from __future__ import annotations

import numpy as np
import pytest

from unequal.value import renewing
from unequal.value.backtesting import distance_from_uniform, transforms
from unequal.value.binding import WEEKS_OF, Contracts, Paid, drawn, paid, paid_apart
from unequal.value.forecasting import ends_of

TRUTH = renewing.Renewing(alpha=0.8, beta=14.0)
MONTHS = 6
WEEKS = MONTHS * WEEKS_OF["month"] + 0.01


def world(n: int, seed: int) -> tuple[renewing.Fit, Contracts, np.ndarray]:
    """A fit to contracts watched for up to two years, those that run, and how many of six more months each pays."""
    chance = np.random.default_rng(seed)
    observed = chance.integers(1, 25, n)
    lifetimes = renewing.made_lifetimes(TRUTH, observed, chance)
    age = observed[~lifetimes.ended]
    none = np.zeros(len(age), np.int64)
    contracts = Contracts(np.arange(len(age)), age, none, none.astype(bool))
    return renewing.fit(lifetimes, seek_shape=False), contracts, renewing.drawn_lifetimes(TRUTH, age, MONTHS, 1, chance)[0]


def test_transforms_of_payments_are_uniform_within_two_hundredths_where_there_are_customers_enough() -> None:
    """What is above .02 among a few hundred contracts of Meridian is chance: Kolmogorov's 95 % are 1.36 by the root of their number."""
    fit, contracts, came = world(16_000, 3)
    n = len(came)
    chance = np.random.default_rng(4)
    each = Paid(np.full(n, 10.0), np.zeros(n))
    silent = np.zeros(n)
    periods = drawn(
        fit.draws(10, chance), contracts, each, silent, every="month", horizon=WEEKS, rate=0.0, draws=100, generator=chance
    )[0]  # fmt: skip
    found = transforms(periods, came, chance)
    assert n > 8_000
    assert distance_from_uniform(found) <= 0.02
    # The same customers, as few as a small base has: farther off, and no farther than chance takes them.
    for part in np.array_split(found, n // 200)[:40:8]:
        assert distance_from_uniform(part) <= 1.63 / np.sqrt(len(part))


def test_nine_in_ten_customers_pay_within_their_ranges_where_payments_differ() -> None:
    fit, contracts, came = world(4_000, 7)
    chance, n = np.random.default_rng(8), len(came)
    rate = chance.normal(9.0, 2.0, n)
    before = rate[:, None] + 3.0 * chance.standard_normal((n, 4))
    whole = paid(before.sum(axis=1), np.square(before).sum(axis=1), np.full(n, 4.0), np.full(n, 4))
    brought = rate * came + 3.0 * np.sqrt(came) * chance.standard_normal(n)
    covered = []
    for each in (whole, Paid(whole.expected, whole.spread)):
        value = drawn(
            fit.draws(10, chance), contracts, each, np.zeros(n), every="month", horizon=WEEKS, rate=0.0, draws=100, generator=chance
        )[1]  # fmt: skip
        low, high = ends_of(value).T
        covered.append(float(np.mean((brought >= low) & (brought <= high))))
    assert covered[0] == pytest.approx(0.90, abs=0.03)
    assert covered[1] < covered[0]  # every payment as expected, as it was taken before


def test_a_few_firms_among_many_persons_pay_what_firms_pay() -> None:
    chance = np.random.default_rng(2)
    kind = np.repeat([0, 1, 2], [300, 30, 3])
    rate = np.where(kind == 1, 50.0, 7.0)
    each = rate[:, None] + chance.standard_normal((len(kind), 4))
    args = (each.sum(axis=1), np.square(each).sum(axis=1), np.full(len(kind), 4.0), np.full(len(kind), 4))
    apart, together = paid_apart(kind, *args), paid(*args)
    assert np.abs(apart.expected - rate).max() < 4.0
    assert np.abs(together.expected - rate)[kind == 1].mean() > np.abs(apart.expected - rate)[kind == 1].mean()
    # Three customers tell nothing by themselves, and go with the most.
    np.testing.assert_allclose(apart.expected[kind == 2], paid(*(of[kind != 1] for of in args)).expected[-3:])
