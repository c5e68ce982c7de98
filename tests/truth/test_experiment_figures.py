"""What treatments did in published experiments."""

import csv
from pathlib import Path

import numpy as np
import pytest

from unequal.experiments import Comparison, Outcomes, Plan, compare, qini, sample_ratio, sizing, uplift
from unequal.experiments.sequences import errors_wide, information_at_plan

NUMBERS = ("visit", "conversion", "spend", "history", "recency", "mens", "womens", "newbie")
WORDS = (
    ("zip_code", "Rural"),
    ("zip_code", "Surburban"),
    ("zip_code", "Urban"),
    ("channel", "Phone"),
    ("channel", "Web"),
    ("channel", "Multichannel"),
)
COLUMNS = {name: lambda row, name=name: float(row[name]) for name in NUMBERS} | {
    f"{name} {word}": lambda row, name=name, word=word: float(row[name] == word) for name, word in WORDS
}
FEATURES = (*NUMBERS[3:], *(f"{name} {word}" for name, word in WORDS))


@pytest.fixture(scope="module")
def hillstrom(unequal_data: Path) -> dict[str, dict[str, np.ndarray]]:
    """Of each segment its columns. Source: Hillstrom, The MineThatData e-mail analytics challenge (2008)."""
    path = unequal_data / "hillstrom" / "hillstrom.csv"
    if not path.exists():
        pytest.skip("the data of Hillstrom's challenge are absent")
    with path.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {
        segment: {name: np.array([of(row) for row in rows if row["segment"] == segment]) for name, of in COLUMNS.items()}
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


def test_sixteen_variances_over_a_squared_effect_are_enough_customers_in_each_arm() -> None:
    """121,600 users find 5 % more of a conversion of 5 %, 409,600 find 5 % more of 3.75 dollars that scatter by 30; 16 is rounded up from 15.7.

    Source: Kohavi, Longbotham, Sommerfield and Henne, Controlled experiments on the web: survey and practical guide (2009), section 3.1.
    """
    for published, deviation, effect in ((121_600, (0.05 * 0.95) ** 0.5, 0.0025), (409_600, 30.0, 3.75 * 0.05)):
        once = sizing.of_means(0.5, deviation, at_every_look=False)
        assert sizing.customers_needed(once, effect) / 2 == pytest.approx(published * 15.7 / 16, rel=1e-3)


def test_two_rates_take_as_many_as_in_the_handbook() -> None:
    """Rates of .65 and .85 take 70 a side. Source: Chow, Shao and Wang, Sample size calculations in clinical research (2008), section 4.2.4."""
    assert -(-sizing.customers_needed(sizing.of_rates(0.5, 0.65, 0.20, at_every_look=False), 0.20) // 2) == 70


def test_power_of_two_means_is_that_of_r() -> None:
    """power.t.test(n = 100, delta = 1, sd = 2.5) gives .804 by Student's t; ours is normal."""
    assert sizing.power_of(sizing.of_means(0.5, 2.5, at_every_look=False), 1.0, 200) == pytest.approx(0.804, abs=0.005)


def test_the_qini_coefficient_is_that_of_scikit_uplift() -> None:
    """`sklift.metrics.qini_auc_score` 0.5.1 on the same made customers, with ties in their scores."""
    generator = np.random.default_rng(3)
    treated, score = generator.integers(0, 2, 5_000), generator.normal(size=5_000).round(2)
    visits = (generator.random(5_000) < 0.1 + 0.1 * treated * (score > 0)).astype(int)
    assert qini(visits, treated, score).coefficient_expected == pytest.approx(0.0616261218908013, abs=1e-12)


def features(columns: dict[str, np.ndarray]) -> np.ndarray:
    return np.column_stack([columns[name] for name in FEATURES])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("segment", "verdict", "published", "spread"),
    [("Womens E-Mail", "differs", 0.063, 0.009), ("Mens E-Mail", "no_detectable_difference", 0.010, 0.007)],
)
def test_women_visit_differently_for_their_mail_and_men_not_detectably(
    hillstrom, segment: str, verdict: str, published: float, spread: float
) -> None:
    """Qini of an S-learner over ten half-splits, as published with its spread; random orders come to .001 and .002 with .011 and .010."""
    arms = [hillstrom[segment], hillstrom["No E-Mail"]]
    treated = np.repeat([1, 0], [len(arm["visit"]) for arm in arms])
    visits = np.concatenate([arm["visit"] for arm in arms])
    found = uplift.heterogeneity(np.concatenate([features(arm) for arm in arms]), treated, visits)
    assert found.verdict == verdict
    assert found.qini_expected == pytest.approx(published, abs=spread)
    assert abs(found.random_expected) < 0.011
