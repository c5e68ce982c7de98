"""Groups of needs against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest

from unequal.customer_base.needs.counts import counts_of, shares_of, spread_of
from unequal.customer_base.needs.habits import Habit, Part
from unequal.customer_base.needs.mixture import Evidence, Groups, climbed, likeliest_spread
from unequal.customer_base.needs.standing import adjusted_rand, likeness


def yes_or_no(name: str) -> Habit:
    return Habit(name, name, "shares", (Part(f"{name} yes", "does"), Part(f"{name} no", "does not")))


def test_the_adjusted_rand_index_agrees_with_yeung_and_ruzzo():
    """Ten objects in three classes and three clusters: Rand index .711, adjusted .313. Source: Yeung & Ruzzo (2001), Bioinformatics 17,
    supplement "Details of the adjusted Rand index", table 2; the index is Hubert & Arabie's (1985)."""
    classes = np.array([0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    clusters = np.array([0, 1, 0, 1, 1, 2, 2, 2, 2, 2])
    assert adjusted_rand(classes, clusters) == pytest.approx(0.313, abs=5e-4)


def test_likeness_is_the_jaccard_similarity_to_the_group_that_is_likest():
    """By hand: {1,2,3,4} and {3,4,5} share 2 of 5; {5,6} and {3,4,5} share 1 of 4, {5,6} and {6} 1 of 2."""
    found = likeness(np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1, 2]), 2)
    assert found.tolist() == pytest.approx([2 / 4, 1 / 2])


def test_shares_differ_as_beta_binomial_boys_in_saxony():
    """Boys in 6,115 families of 12 children (Geissler 1889): alpha 34.10, beta 31.57 by likelihood, 34.14 and 31.61 by moments, so that the
    correlation of two children is 1 / (alpha + beta + 1) = .0150. Source: Lindsey & Altham (1998), Applied Statistics 47."""
    boys = np.repeat(np.arange(13), [3, 24, 104, 286, 670, 1033, 1343, 1112, 829, 478, 181, 45, 7]).astype(float)
    families = counts_of([yes_or_no("boy")], np.column_stack([boys, 12 - boys]), np.ones(len(boys)))
    shares = shares_of(families)
    by_moments, errors = spread_of(families, shares)
    assert by_moments[0] == pytest.approx(1 / (34.1350 + 31.6085 + 1), rel=1e-3)
    assert errors[0] > 3
    assert likeliest_spread(families, np.tile(shares, (len(boys), 1)))[0] == pytest.approx(1 / (34.0956 + 31.5715 + 1), rel=0.02)


def test_rates_differ_as_negative_binomial_mites_on_apple_leaves():
    """Red mites on 150 leaves: k = 1.0246 by likelihood. Source: Bliss & Fisher (1953), Biometrics 9."""
    mites = np.repeat(np.arange(8), [70, 38, 17, 10, 9, 3, 2, 1]).astype(float)
    leaves = counts_of([Habit("mites", "mites", "rate", (Part("mites", "has mites"),))], mites[:, None], np.ones(len(mites)))
    found = likeliest_spread(leaves, np.tile(shares_of(leaves), (len(mites), 1)))
    assert found[0] == pytest.approx(1 / 1.0246, rel=0.02)


def test_groups_agree_with_goodmans_two_classes_of_stouffer_and_toby():
    """216 students in four conflicts of roles: classes of .279 and .721 with .993 .940 .927 .769 and .714 .330 .354 .132 who hold to the rule.
    Source: Goodman (1974), Biometrika 61, table 3, model H1; data of Stouffer & Toby (1951)."""
    many = np.array([42, 23, 6, 25, 6, 24, 7, 38, 1, 4, 1, 6, 2, 9, 2, 20])
    answers = np.array([[(pattern >> place) & 1 for place in (3, 2, 1, 0)] for pattern in range(16)])
    holds = 1.0 - answers
    taken = np.stack([holds, 1 - holds], axis=2).reshape(16, 8)
    students = counts_of([yes_or_no(name) for name in "ABCD"], taken, np.ones(16))
    # As if each had answered a thousand times over, so that what groups hold of everybody's shares does not weigh.
    often = many * 1000.0
    weighed = np.repeat(np.arange(16), many)
    evidence = Evidence(students, np.zeros(4), shares_of(students.of(weighed)))
    begun = Groups(np.array([0.5, 0.5]), np.array([[0.9, 0.1] * 4, [0.4, 0.6] * 4]), np.zeros(4))
    found = climbed(evidence, begun, often, 5000, enough=1e-10)
    assert found.sizes == pytest.approx([0.279, 0.721], abs=2e-3)
    assert found.shares[0, ::2] == pytest.approx([0.993, 0.940, 0.927, 0.769], abs=2e-3)
    assert found.shares[1, ::2] == pytest.approx([0.714, 0.330, 0.354, 0.132], abs=2e-3)


PLANTED = {"full price": (0.02, 0.05, 0.1), "deep discounts": (0.9, 0.1, 0.1), "returns": (0.05, 0.6, 0.1), "calls": (0.05, 0.08, 1.5)}
"""Share of days at a discount, share of lines sent back, calls a day of buying."""
SIZES = {"full price": 500, "deep discounts": 200, "returns": 120, "calls": 120}


def planted_world(seed: int, kinds: dict[str, tuple[float, float, float]] = PLANTED):
    """Customers of a few kinds, each himself about the mean of his kind, known by three days and more."""
    chance = np.random.default_rng(seed)
    kind = np.repeat(np.arange(len(kinds)), [SIZES[name] for name in kinds])
    days = 3 + chance.geometric(0.15, len(kind))
    lines = days + chance.poisson(days)
    at = np.array(list(kinds.values()))[kind]
    deep = chance.binomial(days, chance.beta(at[:, 0] * 15, (1 - at[:, 0]) * 15))
    back = chance.binomial(lines, chance.beta(at[:, 1] * 15, (1 - at[:, 1]) * 15))
    calls = chance.poisson(days * chance.gamma(2.0, at[:, 2] / 2.0))
    weekend = chance.binomial(days, 0.3)
    habits = [
        yes_or_no("deep"),
        yes_or_no("back"),
        yes_or_no("weekend"),
        Habit("calls", "calls", "rate", (Part("calls", "calls", "seldom calls"),)),
    ]
    taken = np.column_stack([deep, days - deep, back, lines - back, weekend, days - weekend, calls]).astype(float)
    return counts_of(habits, taken, days.astype(float)), kind
