"""Survival, cohorts and signs of loss against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from unequal.customer_base.turnover import signs
from unequal.customer_base.turnover.survival import half_life, survival

# Weeks of remission of leukaemia patients on 6-mercaptopurine (Freireich et al. 1963), as printed in Kalbfleisch & Prentice 2002, table 1.1.
WEEKS = np.array([6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35.0])
ENDED = np.array([1.0] * 9 + [0.0] * 12)
PLACEBO = np.array([1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23.0])


def test_survival_agrees_with_the_remission_times_of_freireich():
    """S(6) .857, S(7) .807, S(10) .753, S(13) .690, S(16) .627, S(22) .538, S(23) .448."""
    curve = survival(WEEKS, WEEKS, ENDED)
    _, kept, _, _ = curve.at([0, 6, 7, 10, 13, 16, 22, 23])
    assert np.round(kept, 3).tolist() == [1.0, 0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]


def test_half_lives_agree_with_the_remission_times_of_freireich():
    """Medians of 23 weeks under 6-MP and 8 under placebo."""
    for weeks, ended, median in ((WEEKS, ENDED, 23), (PLACEBO, np.ones(21), 8)):
        curve = survival(weeks, weeks, ended)
        found = half_life(curve.time, curve.kept, curve.low, curve.high)
        assert found is not None
        assert (found.expected, found.is_reached) == (median, True)
        assert found.low <= median <= found.high


def test_greenwoods_error_agrees_with_the_printed_one():
    """At ten weeks .0963 (Kalbfleisch & Prentice; Collett 2003), here by way of the scale log(-log)."""
    curve = survival(WEEKS, WEEKS, ENDED)
    _, kept, low, high = (float(part) for part in curve.at(10))
    error = [abs(np.log(-np.log(end)) - np.log(-np.log(kept))) / 1.6448536 * kept * abs(np.log(kept)) for end in (low, high)]
    assert error == pytest.approx([0.0963, 0.0963], abs=5e-5)


def test_a_difference_of_many_agrees_with_welchs_interval():
    generator = np.random.default_rng(7)
    lost, stayed = generator.poisson(2.2, 4_000), generator.poisson(2.0, 5_000)
    found = signs.difference(lost, stayed)
    welch = stats.ttest_ind(lost, stayed, equal_var=False).confidence_interval(0.9)
    assert (found["difference_low"], found["difference_high"]) == pytest.approx((welch.low, welch.high), abs=1e-4)


def test_a_constant_rate_of_leaving_is_recovered():
    """Customers leave at a tenth a month and are watched for 5 to 60 months."""
    generator = np.random.default_rng(11)
    life, watched = generator.exponential(10, 40_000), generator.uniform(5, 60, 40_000)
    gone = life < watched
    curve = survival(np.where(gone, life, watched), watched, gone)
    found = half_life(curve.time, curve.kept, curve.low, curve.high)
    assert found is not None
    assert found.expected == pytest.approx(10 * np.log(2), rel=0.03)
