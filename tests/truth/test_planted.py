"""The planted patterns are what they say, so that an estimate may be held against them; and Splink weighs them alike."""

import logging
import warnings

import numpy as np
import pandas as pd
import pytest
from tests.truth.planted import OPEN, Planted, drawn, random_levels

NAMES_AND_DAYS = Planted(
    m=[(0.80, 0.14, 0.06), (0.90, 0.05, 0.05), (0.7, 0.3)],
    u=[(0.01, 0.04, 0.95), (0.002, 0.018, 0.98), (0.1, 0.9)],
    prevalence=0.05,
    open_share=(0.0, 0.2, 0.1),
)


def test_the_chances_of_all_patterns_sum_to_one():
    for kind in (NAMES_AND_DAYS.m, NAMES_AND_DAYS.u):
        assert NAMES_AND_DAYS.chances(kind).sum() == pytest.approx(1)


def test_patterns_occur_as_often_as_planted():
    found = drawn(NAMES_AND_DAYS, 1_000_000, seed=1)
    assert found.counts.sum() == 1_000_000
    assert found.matches.sum() == pytest.approx(50_000, rel=0.03)
    first = np.bincount(found.patterns[:, 0], found.matches) / found.matches.sum()
    assert first == pytest.approx(NAMES_AND_DAYS.m[0], abs=0.01)
    is_open = found.patterns[:, 1] == OPEN
    assert found.counts[is_open].sum() / 1_000_000 == pytest.approx(0.2, abs=0.005)
    unlinked = random_levels(NAMES_AND_DAYS, 1_000_000, seed=1)
    assert np.bincount(unlinked.patterns[:, 0], unlinked.counts)[0] == pytest.approx(10_000, rel=0.05)


def test_the_weight_of_a_pattern_is_the_share_of_true_pairs_among_those_that_show_it():
    found = drawn(NAMES_AND_DAYS, 20_000_000, seed=2)
    often = (found.matches > 500) & (found.counts - found.matches > 500)
    assert often.sum() >= 5
    odds = np.log2(found.matches[often] / (found.counts - found.matches)[often])
    assert NAMES_AND_DAYS.bits(found.patterns[often]) == pytest.approx(odds, abs=0.2)


def _in_splink(planted: Planted) -> pd.DataFrame:
    """Splink's weight of each pattern: records that differ from the first as the pattern says, by its own comparison levels."""
    from splink import Linker, SettingsCreator, block_on
    from splink.internals.duckdb.database_api import DuckDBAPI

    warnings.filterwarnings("ignore")
    logging.getLogger("splink").setLevel(logging.ERROR)
    comparisons = []
    for at, (m, u) in enumerate(zip(planted.m, planted.u, strict=True)):
        column = f"c{at}"
        levels = [{"sql_condition": f"{column}_l IS NULL OR {column}_r IS NULL", "label_for_charts": "open", "is_null_level": True}]
        levels += [
            {
                "sql_condition": f"{column}_r = {level}",
                "label_for_charts": f"level {level}",
                "m_probability": m[level],
                "u_probability": u[level],
            }
            for level in range(len(m) - 1)
        ]
        levels.append({"sql_condition": "ELSE", "label_for_charts": "else", "m_probability": m[-1], "u_probability": u[-1]})
        comparisons.append({"output_column_name": column, "comparison_levels": levels})
    settings = SettingsCreator(
        link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=[block_on("pair")],
        probability_two_random_records_match=planted.prevalence,
    )  # fmt: skip
    rows = []
    for number, pattern in enumerate(planted.patterns.tolist()):
        said = {f"c{at}": None if level == OPEN else level for at, level in enumerate(pattern)}
        # The lower id is the left one; the right one's cell is the level that the two are on.
        rows += [{"unique_id": 2 * number, "pair": number} | dict.fromkeys(said, 0), {"unique_id": 2 * number + 1, "pair": number} | said]
    table = pd.DataFrame(rows).astype({f"c{at}": "Int64" for at in range(len(planted.m))})
    api = DuckDBAPI()
    found = Linker(api.register(table), settings, log_level=None).inference.predict().as_duckdbpyrelation().df()
    return found.sort_values("unique_id_l", ignore_index=True)


@pytest.mark.filterwarnings("ignore")
def test_splink_weighs_the_same_patterns_alike():
    """Its match weight, prior included, is Bayes' rule to nine digits: so an estimate that agrees with ours agrees with Splink's."""
    pytest.importorskip("splink", reason="Splink is not installed")
    weights = _in_splink(NAMES_AND_DAYS)["match_weight"].to_numpy()
    assert weights == pytest.approx(NAMES_AND_DAYS.bits(NAMES_AND_DAYS.patterns), abs=1e-9)
