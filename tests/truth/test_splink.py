"""Held against Splink: the same pairs, the same levels, the same chances come to the same weight; and what is learned of them agrees."""

import logging
import warnings
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests.truth.planted import OPEN, Planted, drawn

from unequal.identity.matching import weighing
from unequal.identity.matching.coding import coded_records
from unequal.identity.matching.comparisons import comparison_named
from unequal.identity.matching.frequencies import frequencies_of
from unequal.identity.matching.levels import levels_of, variants_of
from unequal.identity.matching.scoring import weighed, weights
from unequal.identity.matching.weighing import CLASSES, MATCHING, Chances, Patterns

pytest.importorskip("splink", reason="Splink is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")

SHARE = 0.01


def splink_linker(rows, comparisons, *, block_on, share, **settings):
    from splink import Linker, SettingsCreator
    from splink.internals.duckdb.database_api import DuckDBAPI

    warnings.filterwarnings("ignore")
    logging.getLogger("splink").setLevel(logging.ERROR)
    made = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=[block_on],
        probability_two_random_records_match=share, **settings,
    )  # fmt: skip
    return Linker(DuckDBAPI().register(rows), made, log_level=None)


def splink_weights(linker):
    """Of each pair, in order of the two records."""
    found = linker.inference.predict().as_duckdbpyrelation().df()
    return found.sort_values(["unique_id_l", "unique_id_r"], ignore_index=True)["match_weight"].to_numpy()


def in_splink(column, conditions, m, u, **of_first):
    """A comparison whose levels, best first, are these conditions; the last is whatever is left."""
    null = {"sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL", "label_for_charts": "not known", "is_null_level": True}
    levels = [
        {"sql_condition": condition, "label_for_charts": f"level {at}", "m_probability": float(m[at]), "u_probability": float(u[at])}
        for at, condition in enumerate([*conditions, "ELSE"])
    ]
    levels[0] |= of_first
    return {"output_column_name": column, "comparison_levels": [null, *levels]}


def chances_of(m, u, share):
    """Of one customer's records and of strangers; kinds in between, which Splink knows nothing of, are not there."""
    known = [tuple(np.concatenate([[1.0], np.array(of) / np.sum(of)]) for of in kind) for kind in (m, u)]
    return Chances((known[0], *[known[1]] * len(CLASSES)), np.array([share, *[0.0] * (len(CLASSES) - 1), 1 - share]))


# Levels and weights of records

VALUES = {
    "family": [
        "lee",
        "leigh",
        "doe",
        "smith",
        "smyth",
        "smith jones",
        "jones",
        "de la cruz",
        "dela cruz",
        "johnson",
        "jonson",
        "johnstone",
    ],
    "phone": ["+12125550187", "+12125550178", "+12125550188", "+13125550187", "+442071838750", "+442071838751"],
    "gender": ["f", "m"],
    "tax_id": ["de123456788", "de123456789", "de123465789", "fr123456788", "us12", "us13"],
    "own_club": ["golf club", "golf clubs", "gulf club", "chess", "the chess club"],
}


def _begins_or_ends_alike(column, start, end):
    return f"(left({column}_l, {start}) = left({column}_r, {start}) or right({column}_l, {end}) = right({column}_r, {end}))"


def _slip(column, start, end, length):
    near, shorter = _begins_or_ends_alike(column, start, end), f"least(length({column}_l), length({column}_r))"
    return f"({near} and damerau_levenshtein({column}_l, {column}_r) <= 1 and {shorter} >= {length})"


def _alike(column, least):
    return f"({_begins_or_ends_alike(column, 1, 3)} and jaro_winkler_similarity({column}_l, {column}_r) >= {least})"


def _same(column):
    return f"{column}_l = {column}_r"


IN_SQL = {
    "family": [
        _same("family"),
        f"{_slip('family', 1, 3, 4)} or {_alike('family', 0.92)}",
        "list_has_any(regexp_extract_all(family_l, '[a-z]{2,}'), regexp_extract_all(family_r, '[a-z]{2,}'))",
        _alike("family", 0.80),
    ],
    "phone": [_same("phone"), f"{_slip('phone', 6, 5, 0)} or right(phone_l, 7) = right(phone_r, 7)"],
    "gender": [_same("gender")],
    "tax_id": [_same("tax_id"), _slip("tax_id", 3, 3, 6)],
    "own_club": [_same("own_club"), _alike("own_club", 0.9)],
}
NAMES = {"family": "family name", "tax_id": "tax id"}


def test_every_pair_of_records_weighs_what_splink_makes_of_it():
    """Our levels written anew in DuckDB's SQL, with its own likenesses and edits; 80 records, 3,160 pairs, to six digits."""
    draw = np.random.default_rng(1)
    rows = pd.DataFrame({name: [draw.choice(some) if draw.random() < 0.85 else None for _ in range(80)] for name, some in VALUES.items()})
    records = coded_records(pa.Table.from_pandas(rows, schema=pa.schema(dict.fromkeys(VALUES, pa.string()))), list(VALUES))
    comparisons = [comparison_named("person", NAMES.get(name, name)) for name in VALUES]
    m = [[level.matching for level in comparison.levels] for comparison in comparisons]
    u = [[level.strangers for level in comparison.levels] for comparison in comparisons]
    chances = chances_of(m, u, SHARE)
    a, b = np.triu_indices(80, 1)
    variants = variants_of(records)
    ours = weights(variants, comparisons, chances, {}, a, b)
    theirs = splink_weights(
        splink_linker(
            rows.assign(unique_id=range(80)),
            [
                in_splink(name, IN_SQL[name], chances.matching[at][1:], chances.strangers[at][1:])
                for at, name in enumerate(VALUES)
            ],
            block_on="l.unique_id < r.unique_id", share=SHARE,
        )
    )  # fmt: skip
    reached = [set(level.tolist()) for level in levels_of(variants, comparisons, a, b)]
    assert reached == [set(range(len(comparison.levels) + 1)) for comparison in comparisons], "every level is among the pairs"
    assert ours == pytest.approx(theirs, abs=1e-6)


# How common a value is


def frequencies_weighed(held, m):
    """Rarity of pairs that share a value, ours and Splink's: in bits beyond agreement on a value of average frequency.

    Args:
        held: how many records hold each value; even numbers.
        m: how often one customer's records agree.
    """
    values = np.repeat([f"{at:03}{at * 7919 % 1000:03}77" for at in range(len(held))], held)
    records = coded_records(pa.table({"key_card": pa.array(values, pa.string())}), ["key_card"])
    frequencies, card = frequencies_of(records), comparison_named("person", "key_card")
    together = frequencies["key_card"].together
    of_levels = [[m, (1 - m) / 2, (1 - m) / 2]], [[together, (1 - together) / 2, (1 - together) / 2]]
    chances = chances_of(*of_levels, SHARE)
    a = np.arange(0, len(values), 2)
    ours = weighed(variants_of(records), [card], chances, frequencies, a, a + 1)
    assert (ours.levels[0] == 1).all()
    rows = pd.DataFrame({"unique_id": range(len(values)), "key_card": values, "pair": np.arange(len(values)) // 2})
    comparison = in_splink("key_card", [_same("key_card"), "FALSE"], chances.matching[0][1:], chances.strangers[0][1:], tf_adjustment_column="key_card")  # fmt: skip
    theirs = splink_weights(splink_linker(rows, [comparison], block_on="l.pair = r.pair", share=SHARE))
    plain = np.log2(SHARE / (1 - SHARE)) + np.log2(m / together)
    return ours.rarity[0], theirs - plain, np.repeat(held, np.array(held) // 2), frequencies["key_card"]


def test_a_rare_value_says_as_much_more_as_in_splink_but_for_what_we_doubt():
    """Splink holds the value's share c/n against the average. We count the others who hold it, (c-1)/n, for one holder is there
    in any case; and believe n records n/(n+200), for few show little. Both undone, the two are one to six digits.
    """
    held = [2 * (1 + 600 // (at + 1)) for at in range(150)]
    ours, theirs, count, frequency = frequencies_weighed(held, 0.9)
    assert frequency.trust == pytest.approx(sum(held) / (sum(held) + 200))
    assert ours.max() > 2 > -1.5 > ours.min()
    assert ours / frequency.trust - np.log2(count / (count - 1)) == pytest.approx(theirs, abs=1e-6)
    often = count >= 20
    assert ours[often] == pytest.approx(theirs[often], abs=0.3)


def test_agreement_on_what_nearly_all_hold_is_evidence_against_in_splink_and_a_little_for_with_us():
    ours, theirs, count, frequency = frequencies_weighed([800] + [2] * 100, 0.78)
    of_agreement = np.log2(0.78 / frequency.together)
    assert (of_agreement + theirs[count == 800] < 0).all()
    assert of_agreement + ours[count == 800] == pytest.approx(0.25)


# Learning

WORLD = Planted(
    m=[(0.80, 0.14, 0.06), (0.90, 0.05, 0.05), (0.70, 0.30), (0.85, 0.10, 0.05)],
    u=[(0.01, 0.04, 0.95), (0.002, 0.018, 0.98), (0.10, 0.90), (0.005, 0.015, 0.98)],
    prevalence=0.05,
    open_share=(0.0, 0.2, 0.1, 0.0),
)
BEFORE = {3: (0.6, 0.2, 0.2), 2: (0.6, 0.4)}
PAIRS = 20_000


@cache
def pairs_of_world(seed):
    return drawn(WORLD, PAIRS, seed)


@cache
def learned_by_splink(seed):
    """M of each comparison and the share of matches, from the same pairs, u given."""
    seen = pairs_of_world(seed)
    patterns = np.repeat(seen.patterns, seen.counts, axis=0)
    left = pd.DataFrame({f"c{at}": np.where(level == OPEN, None, 0) for at, level in enumerate(patterns.T)})
    right = pd.DataFrame({f"c{at}": np.where(level == OPEN, None, level) for at, level in enumerate(patterns.T)})
    sides = [side.assign(pair=range(PAIRS), unique_id=np.arange(PAIRS) * 2 + at) for at, side in enumerate((left, right))]
    rows = pd.concat(sides).astype({f"c{at}": "Int64" for at in range(len(WORLD.m))})
    comparisons = [
        in_splink(f"c{at}", [f"c{at}_r = {level}" for level in range(len(m) - 1)], BEFORE[len(m)], u)
        for at, (m, u) in enumerate(zip(WORLD.m, WORLD.u, strict=True))
    ]
    linker = splink_linker(rows, comparisons, block_on="l.pair = r.pair", share=0.01, em_convergence=1e-7, max_iterations=200)
    session = linker.training.estimate_parameters_using_expectation_maximisation("l.pair = r.pair", record_sample_proportion=1.0)
    settings = session.core_model_settings
    m = [[level.m_probability for level in comparison.comparison_levels if not level.is_null_level] for comparison in settings.comparisons]
    return m, settings.probability_two_random_records_match


def learned_by_us(seed, before):
    from tests.truth.test_weighing import comparisons_of, levels_of

    seen = pairs_of_world(seed)
    comparisons = comparisons_of(WORLD)
    patterns = Patterns(levels_of(seen.patterns), seen.counts.astype(float), np.zeros(0, dtype=np.int64))
    start = chances_of(before, WORLD.u, 0.01)
    return weighing.learned(patterns, start, comparisons, float(PAIRS))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_learned_from_the_same_pairs_is_what_splink_learns(seed):
    """Within .035, begun as far as .3 away: of a thousand matches what is assumed before holds 80, in Splink none."""
    m, share = learned_by_splink(seed)
    found = learned_by_us(seed, [BEFORE[len(of)] for of in WORLD.m])
    for ours, theirs in zip(found.matching, m, strict=True):
        assert ours[1:] == pytest.approx(theirs, abs=0.035)
    assert found.shares[MATCHING] == pytest.approx(share, rel=0.08)


@pytest.mark.parametrize("seed", [1, 2])
def test_where_splink_comes_to_rest_so_do_we(seed):
    """Begun at Splink's answer nothing is assumed that the pairs do not say, and both are at the same fixed point."""
    m, share = learned_by_splink(seed)
    found = learned_by_us(seed, m)
    for ours, theirs in zip(found.matching, m, strict=True):
        assert ours[1:] == pytest.approx(theirs, abs=0.002)
    # Beside the pairs there are a thousand assumed ones of strangers, and of two records.
    assert found.shares[MATCHING] * (PAIRS + weighing.ASSUMED_PAIRS) == pytest.approx(share * PAIRS, rel=0.02)
