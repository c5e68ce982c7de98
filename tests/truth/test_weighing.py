"""What is learned of agreement, held against worlds in which it is known: planted chances, planted matches, sums done by hand."""

import numpy as np
import pytest
from tests.truth.planted import Planted, drawn, random_levels

from unequal.identity.matching import blocking, thresholds, weighing
from unequal.identity.matching.comparisons import Comparison, Level
from unequal.identity.matching.scoring import probability
from unequal.identity.matching.weighing import CLASSES, MATCHING, STRANGERS, Chances, Patterns

WORLD = Planted(
    m=[(0.80, 0.14, 0.06), (0.90, 0.05, 0.05), (0.70, 0.30), (0.85, 0.10, 0.05)],
    u=[(0.01, 0.04, 0.95), (0.002, 0.018, 0.98), (0.10, 0.90), (0.005, 0.015, 0.98)],
    prevalence=0.02,
    open_share=(0.0, 0.2, 0.1, 0.0),
)
PAIRS = 400_000
BEFORE = {3: (0.6, 0.2, 0.2), 2: (0.6, 0.4)}
"""Far from the truth: where learning begins."""
ASSUMED = {3: (0.01, 0.04, 0.95), 2: (0.1, 0.9)}
"""Of strangers, and worth a thousand pairs."""


def comparisons_of(world):
    """Questions that no household and no namesakes share."""
    return [
        Comparison(
            f"c{at}",
            (),
            tuple(Level(f"{level}", *chances) for level, chances in enumerate(zip(BEFORE[len(m)], ASSUMED[len(m)], strict=True))),
            lambda pairs: None,
        )
        for at, m in enumerate(world.m)
    ]


def levels_of(patterns):
    """Levels as matching counts them: 0 not known, 1 the best."""
    return (patterns + 1).astype(np.int8)


def learned(world, seed):
    comparisons = comparisons_of(world)
    lots = random_levels(world, 200_000, seed)
    strangers = weighing.measured([levels_of(of) for of in lots.patterns.T], comparisons, lots.counts.astype(float))
    seen = drawn(world, PAIRS, seed)
    patterns = Patterns(levels_of(seen.patterns), seen.counts.astype(float), np.zeros(0, dtype=np.int64))
    shares = np.array([0.001] + [1e-6] * (len(CLASSES) - 1))
    start = weighing.defaults(comparisons, strangers, np.append(shares, 1 - shares.sum()))
    return weighing.learned(patterns, start, comparisons, float(PAIRS)), seen


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_planted_chances_and_their_share_are_recovered(seed):
    found, _ = learned(WORLD, seed)
    for at, (m, u) in enumerate(zip(WORLD.m, WORLD.u, strict=True)):
        # What is assumed before holds a twentieth of the weight, and learning begins as far as .3 away.
        assert found.matching[at][1:] == pytest.approx(m, abs=0.03)
        assert found.strangers[at][1:] == pytest.approx(u, abs=0.005)
    assert found.shares[MATCHING] == pytest.approx(WORLD.prevalence, rel=0.1)
    assert found.shares.sum() == pytest.approx(1)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_share_of_false_links_that_is_expected_is_the_true_one(seed):
    found, seen = learned(WORLD, seed)
    patterns = Patterns(levels_of(seen.patterns), seen.counts.astype(float), np.zeros(0, dtype=np.int64))
    posterior = weighing.posteriors(patterns, found)[:, MATCHING]
    joins = np.column_stack([np.log2(posterior / (1 - posterior)), seen.counts])
    order = np.argsort(-joins[:, 0], kind="stable")
    expected = thresholds.false_share(joins[order])
    true = (seen.counts - seen.matches)[order].cumsum() / seen.counts[order].cumsum()
    for least in (0.0, 2.0, 5.0):
        last = int((joins[order, 0] >= least).sum()) - 1
        assert expected[last] == pytest.approx(true[last], abs=0.01)


def test_weights_of_levels_are_those_of_fellegi_and_sunter():
    """The same sum that Splink does, to nine digits: see test_planted."""
    known = [tuple(np.array([1.0, *of]) for of in kind) for kind in (WORLD.m, WORLD.u)]
    shares = np.array([WORLD.prevalence, *[0.0] * (len(CLASSES) - 1), 1 - WORLD.prevalence])
    chances = Chances((*[known[0]] * len(CLASSES), known[1]), shares)
    total = np.full(len(WORLD.patterns), chances.prior_bits(MATCHING))
    for at, levels in enumerate(levels_of(WORLD.patterns).T):
        total += chances.bits(MATCHING, at)[levels]
    assert total == pytest.approx(WORLD.bits(WORLD.patterns), abs=1e-9)


def test_two_questions_worked_by_hand():
    """Names agree in 9 of 10 matches and 1 of 100 strangers, days in 8 of 10 and 1 of 1000; one pair in 1000 matches.

    Both agree: odds 1/999 * 90 * 800 = 72.07, a chance of .98631. Names alone: 1/999 * 90 * .2 / .999 = .018036, .017717.
    """
    m, u = (np.array([1, 0.9, 0.1]), np.array([1, 0.8, 0.2])), (np.array([1, 0.01, 0.99]), np.array([1, 0.001, 0.999]))
    chances = Chances((m, *[u] * (STRANGERS - 1), u), np.array([0.001, *[0.0] * (STRANGERS - 1), 0.999]))
    patterns = Patterns(np.array([[1, 1], [1, 2]], dtype=np.int8), np.ones(2), np.zeros(0, dtype=np.int64))
    assert weighing.posteriors(patterns, chances)[:, MATCHING] == pytest.approx([0.98631, 0.017717], abs=5e-6)
    bits = chances.prior_bits(MATCHING) + chances.bits(MATCHING, 0)[1] + chances.bits(MATCHING, 1)[[1, 2]]
    assert probability(bits) == pytest.approx([0.98631, 0.017717], abs=5e-6)


GENEALOGY = {"given name": (0.9679, 0.9617, 0.0250), "sex": (1.0000, 0.9932, 0.5004)}
"""How often a field is there, how often it agrees in records of one person, and how often in those of two; all counted."""


@pytest.mark.parametrize(
    ("given", "sex", "printed"),
    [
        (1, 1, 6.26), (1, 2, -0.93), (1, 0, 5.27),
        (2, 1, -6.26), (2, 2, -13.5), (2, 0, -7.25),
        (0, 1, 0.99), (0, 2, -6.20), (0, 0, 0.00),
    ],
)  # fmt: skip
def test_weights_of_two_fields_are_those_printed_for_a_register_of_families(given, sex, printed):
    """A name and a sex that agree (1), differ (2) or are missing (0).

    Source: Despain, Probabilistic record linkage in genealogy, section 5-3.1, table 3 (bdespain.org/gencol/indgen/problink/rlg-531.htm),
    which counts agreement among all pairs: m is its reliability and u its coincidence, over presence.
    """
    m, u = (
        [np.array([1.0, agree / there, 1 - agree / there]) for there, agree in kind]
        for kind in ([(there, one) for there, one, _ in GENEALOGY.values()], [(there, two) for there, _, two in GENEALOGY.values()])
    )
    chances = Chances((*[tuple(m)] * len(CLASSES), tuple(u)), np.array([0.5, *[0.0] * (len(CLASSES) - 1), 0.5]))
    bits = chances.prior_bits(MATCHING) + chances.bits(MATCHING, 0)[given] + chances.bits(MATCHING, 1)[sex]
    assert bits == pytest.approx(printed, abs=0.06 if printed == -13.5 else 0.01)  # three digits are printed


def test_a_month_of_birth_weighs_what_the_textbook_says():
    """It agrees in .95 of one person's pairs and in 1/12 of others': 3.51 and -4.20 bits. Source: Wikipedia, Record linkage."""
    m, u = (np.array([1.0, 0.95, 0.05]),), (np.array([1.0, 1 / 12, 11 / 12]),)
    chances = Chances((*[m] * len(CLASSES), u), np.array([0.5, *[0.0] * (len(CLASSES) - 1), 0.5]))
    assert chances.bits(MATCHING, 0) == pytest.approx([0, 3.51, -4.20], abs=5e-3)


@pytest.mark.parametrize(
    ("bits", "chance"), [(0, 0.5), (2, 0.8), (3, 0.9), (4, 0.95), (7, 0.99), (-6.67 + 4.74 + 6.49 - 1.97 - 1.12 + 8, 0.999)]
)
def test_a_weight_is_the_probability_that_splink_s_guide_gives_for_it(bits, chance):
    """The last one is its waterfall of a prior and five features. Source: Splink, docs/topic_guides/theory/fellegi_sunter.md."""
    assert probability(np.array([bits])) == pytest.approx(chance, abs=0.012)  # the guide rounds to two digits and fewer


def test_two_records_alone_do_not_teach_that_all_records_are_one_customers():
    comparisons = comparisons_of(WORLD)
    strangers = tuple(np.array([1.0, *u]) for u in WORLD.u)
    shares = np.array([kind.share for kind in CLASSES]) / 2
    start = weighing.defaults(comparisons, strangers, np.append(shares, 0.1))
    pair = Patterns(np.array([[1, 1, 1, 1]], dtype=np.int8), np.ones(1), np.zeros(1, dtype=np.int64))
    found = weighing.learned(pair, start, comparisons, 1.0)
    assert found.shares[MATCHING] < 0.01
    assert found.shares.sum() == pytest.approx(1)


def test_animals_never_caught_are_reckoned_from_those_caught_once_and_twice():
    """135 rabbits in a pen, trapped for 18 nights: 76 were caught, 43 of them once, 16 twice, 8, 6, 0, 2 and 1 more often.

    43 * 42 / (2 * 17) = 53.1 and so 129 in all: below the truth, which the sum never is said to reach.
    Data: Edwards & Eberhardt 1967, J. Wildl. Manage. 31:87; the bound, on these data: Chao 1987, Biometrics 43:783.
    """
    caught = np.repeat([1, 2, 3, 4, 5, 6, 7], [43, 16, 8, 6, 0, 2, 1])
    assert len(caught) == 76
    missed = blocking.missed_matches(caught, np.ones(len(caught)))
    assert missed == pytest.approx(53.1, abs=0.05)
    assert 76 < 76 + missed < 135


def test_half_a_match_counts_half_among_those_that_few_keys_reach():
    """Ten pairs of a half each, reached once, and four of a half, reached twice: 5 * 4 / (2 * 3)."""
    assert blocking.missed_matches(np.repeat([1, 2, 3], [10, 4, 9]), np.full(23, 0.5)) == pytest.approx(20 / 6)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_matches_that_no_key_reaches_are_reckoned_from_those_that_few_reach(seed):
    """Five keys, each on its own, reach three matches in ten: one in six is missed by all of them."""
    reached = (np.random.default_rng(seed).random((20_000, 5)) < 0.3).sum(axis=1)
    missed = int((reached == 0).sum())
    seen = reached[reached > 0]
    found = blocking.missed_matches(seen, np.ones(len(seen)))
    # Chao's sum is for many chances; with five of one strength it comes out 5/4 of the truth.
    assert found == pytest.approx(missed / 0.8, rel=0.08)


def test_what_was_judged_counts_as_it_was_judged_and_what_was_not_as_it_is_likely():
    """One pattern in doubt: judged the same throughout it teaches more matches, judged different fewer, unjudged neither."""
    comparisons, strangers = comparisons_of(WORLD), tuple(np.array([1.0, *u]) for u in WORLD.u)
    start = weighing.defaults(comparisons, strangers, np.array([0.01, *[1e-6] * (len(CLASSES) - 1), 0.99]))
    levels = np.array([[1, 1, 1, 1], [1, 3, 1, 3], [3, 3, 2, 3]], dtype=np.int8)
    patterns = Patterns(levels, np.array([2_000.0, 4_000.0, 90_000.0]), np.zeros(0, dtype=np.int64))
    judged = np.array([0.0, 4_000.0, 0.0])

    def share(same):
        labels = weighing.Labels(judged, np.array([0.0, same, 0.0]))
        return weighing.learned(patterns, start, comparisons, 96_000.0, labels=labels).shares[MATCHING]

    alone = weighing.learned(patterns, start, comparisons, 96_000.0).shares[MATCHING]
    nobody = weighing.Labels(np.zeros(3), np.zeros(3))
    assert weighing.learned(patterns, start, comparisons, 96_000.0, labels=nobody).shares[MATCHING] == pytest.approx(alone)
    assert share(0.0) * 97_000 == pytest.approx(2_000, rel=0.05)
    assert share(4_000.0) * 97_000 == pytest.approx(6_000, rel=0.05)
