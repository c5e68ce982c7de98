"""What treatments did in published experiments."""

import csv
from pathlib import Path

import numpy as np
import pytest

from unequal.experiments import Comparison, Outcomes, Plan, compare, sample_ratio
from unequal.experiments.sequences import errors_wide, information_at_plan


@pytest.fixture(scope="module")
def hillstrom(unequal_data: Path) -> dict[str, dict[str, np.ndarray]]:
    """Of each segment its columns. Source: Hillstrom, The MineThatData e-mail analytics challenge (2008)."""
    path = unequal_data / "hillstrom" / "hillstrom.csv"
    if not path.exists():
        pytest.skip("the data of Hillstrom's challenge are absent")
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {
        segment: {
            name: np.array([float(row[name]) for row in rows if row["segment"] == segment])
            for name in ("visit", "conversion", "spend", "history")
        }
        for segment in ("Mens E-Mail", "Womens E-Mail", "No E-Mail")
    }


def beside_no_mail(hillstrom: dict[str, dict[str, np.ndarray]], segment: str, outcome: str, *, adjusted: bool) -> Comparison:
    treated, held_out = (Outcomes.of(hillstrom[arm][outcome], before=hillstrom[arm]["history"]) for arm in (segment, "No E-Mail"))
    return compare(treated, held_out, plan=Plan(42_693, 0.5), adjusted=adjusted)


@pytest.mark.parametrize(
    ("segment", "outcome", "effect", "error", "z"),
    [
        ("Mens E-Mail", "visit", 0.0766, 0.0034, 22.6),
        ("Womens E-Mail", "visit", 0.0452, 0.0032, 14.0),
        ("Mens E-Mail", "conversion", 0.0068, 0.0009, 7.4),
        ("Womens E-Mail", "conversion", 0.0031, 0.0008, 3.8),
        ("Mens E-Mail", "spend", 0.770, 0.145, 5.3),
        ("Womens E-Mail", "spend", 0.424, 0.130, 3.3),
    ],
)
def test_both_mails_of_hillstrom_earned_what_was_published(
    hillstrom, segment: str, outcome: str, effect: float, error: float, z: float
) -> None:
    found = beside_no_mail(hillstrom, segment, outcome, adjusted=False)
    assert found.effect.effect_expected == pytest.approx(effect, abs=5e-5 if effect < 0.1 else 5e-4)
    assert found.effect.standard_error == pytest.approx(error, abs=5e-5 if effect < 0.1 else 5e-4)
    assert found.effect.z == pytest.approx(z, abs=0.05)
    assert found.verdict == "earned"


def test_what_hillstroms_customers_spent_before_removes_hardly_any_variance(hillstrom) -> None:
    removed = [
        beside_no_mail(hillstrom, segment, outcome, adjusted=True).effect.variance_removed
        for segment in ("Mens E-Mail", "Womens E-Mail")
        for outcome in ("visit", "conversion", "spend")
    ]
    assert 0.0003 < min(removed) < 0.0005
    assert max(removed) == pytest.approx(0.0044, abs=5e-5)


def test_a_published_sample_ratio_is_found_off() -> None:
    """821,588 and 815,482 users of 50/50: p = 1.8E-6. Source: Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments (2020), chapter 3."""
    found = sample_ratio(821_588, 815_482, share=0.5)
    assert found.p_once == pytest.approx(1.8e-6, abs=5e-8)
    assert found.is_off


def test_the_sequence_is_tuned_as_the_paper_tunes_it() -> None:
    """rho(t) = sqrt((-2 ln a + ln(1 - 2 ln a)) / t) is the paper's closed form of where it is tightest, to within a fraction of a per cent of the width.

    Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), appendix on tuning; x = t rho^2.
    """
    for alpha in (0.2, 0.05, 0.01):
        near = -2 * np.log(alpha) + np.log(1 - 2 * np.log(alpha))
        assert errors_wide(near, alpha) == pytest.approx(errors_wide(information_at_plan(alpha), alpha), rel=1e-3)
    assert errors_wide(information_at_plan(0.05), 0.05) == pytest.approx(3.04, abs=0.005)


def test_daily_looks_at_a_z_test_cry_wolf_in_three_of_ten_worlds_and_the_sequence_in_fewer_than_one_in_twenty() -> None:
    """2,000 worlds of 30 days in which the treatment does nothing."""
    generator = np.random.default_rng(2026)
    worlds, days, a_day = 2_000, 30, 100
    sums = generator.normal(0, (2 * a_day) ** 0.5, (worlds, days)).cumsum(1)
    customers = a_day * np.arange(1, days + 1)
    z = sums / (2 * customers) ** 0.5
    planned = information_at_plan(0.05)
    bars = np.array([errors_wide(planned * day / days, 0.05) for day in range(1, days + 1)])
    assert (np.abs(z) > 1.96).any(1).mean() == pytest.approx(0.29, abs=0.03)
    assert (np.abs(z) > bars).any(1).mean() < 0.05
