"""Codes by hand: what peers, what stands beside and what a word says of one value."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.customer_base.codes.evidence import crossed, differences, fewer, information, judge, peers, score_of
from unequal.customer_base.codes.looking import peer_rows
from unequal.customer_base.codes.sampling import Coded, coded, quartiles
from unequal.customer_base.codes.steps import set_aside
from unequal.customer_base.codes.tables import CODE_FIELD
from unequal.customer_base.codes.words import names_nothing


def test_one_who_picks_a_code_whatever_the_matter_stands_out_and_divided_work_does_not():
    alike = np.array([[10, 40, 30, 20], [11, 40, 30, 19], [9, 41, 29, 21], [80, 9, 7, 4]], dtype=float)
    divided = np.array([[70, 10, 10, 10], [10, 70, 10, 10], [10, 10, 70, 10], [10, 10, 10, 70]], dtype=float)
    picked, worked = peers(alike, 0), peers(divided, 0)
    assert picked is not None
    assert worked is not None
    assert picked.ratio > 30
    assert picked.usual == pytest.approx(0.095)  # the middle of the lower two of 0.09, 0.10, 0.11, 0.80
    assert worked.ratio < 1.5


def test_two_peers_are_too_few_to_compare():
    assert peers(np.full((2, 4), 50.0), 0) is None


def test_a_code_whose_rows_are_like_any_others_does_not_differ():
    values = np.repeat([0, 1, 2], 200)
    beside = np.concatenate([np.tile([0, 1], 100), np.zeros(200), np.ones(200)]).astype(np.int64)
    found, _ = differences(values, np.zeros(600, dtype=np.int64), {"beside": beside})
    assert abs(found[0]) < 0.01
    assert found[1] > 0.5
    assert found[2] > 0.5


def test_what_only_its_own_agents_rows_have_is_no_difference_of_the_code():
    agent = np.repeat([0, 1], 300)
    values = np.concatenate([np.tile([0, 0, 1], 100), np.tile([0, 1, 1], 100)])
    beside = agent.copy()  # tells who entered it, and nothing of the code
    found, _ = differences(values, agent, {"beside": beside})
    assert np.abs(found).max() < 0.01


def test_a_code_tells_a_bit_of_an_outcome_that_it_settles_and_nothing_of_chance():
    values = np.tile([0, 1], 500)
    assert information(values, values)[0] == pytest.approx(1.0)
    by_chance = np.random.default_rng(3).integers(0, 2, 1000)
    bits, chance = information(values, by_chance)
    assert bits <= chance


def test_a_field_of_three_values_or_few_rows_is_not_judged():
    assert judge(np.tile([0, 1, 2], 200).astype(np.int64), {}, {}) is None
    assert judge(np.tile([0, 1, 2, 3], 20).astype(np.int64), {}, {}) is None


def test_without_peers_or_without_anything_told_no_score_reaches_one_half():
    assert score_of(0.9, 0.01, None, 0.01) < 0.5
    assert score_of(0.9, 0.01, 50.0, None) < 0.5
    assert score_of(0.9, 0.01, 50.0, 0.05) > 0.9


@given(share=st.floats(0.06, 0.9), beside=st.floats(0.01, 0.9), least=st.floats(0.1, 50), told=st.floats(0.01, 5))
def test_a_score_rises_with_each_ground_and_stays_a_probability(share, beside, least, told):
    here = score_of(share, beside, least, told)
    assert 0 <= here <= 1
    assert score_of(share, beside, least * 1.5, told) >= here
    assert score_of(share, beside, least, told / 1.5) >= here
    assert score_of(share, beside / 1.5, least, told) >= here


@given(st.lists(st.integers(-1, 8), min_size=1, max_size=60), st.integers(1, 5))
def test_taking_rare_codes_together_keeps_every_row(codes, most):
    given_codes = np.array(codes, dtype=np.int64)
    found = fewer(given_codes, most)
    assert ((found >= 0) == (given_codes >= 0)).all()
    assert found.max(initial=-1) <= most
    assert crossed(given_codes, found).sum() in {0, (given_codes >= 0).sum()}


def test_peers_far_above_the_usual_are_named_and_thin_ones_left_out():
    codes = np.concatenate([np.tile([0, 1, 1, 1, 1, 1, 1, 1, 1, 1], 30), np.zeros(100), np.zeros(5)]).astype(np.int64)
    agent = np.concatenate([np.tile([0, 1, 2], 100), np.full(100, 3), np.full(5, 4)]).astype(np.int64)
    found = {row["peer"]: row for row in peer_rows(codes, Coded(agent, ("ann", "bert", "cleo", "dora", "emil")), 0)}
    assert set(found) == {"ann", "bert", "cleo", "dora"}
    assert [name for name, row in found.items() if row["is_prone"]] == ["dora"]


def test_a_catch_all_names_nothing_and_a_reason_with_its_word_in_it_does():
    assert all(names_nothing(word) for word in ("OTHER", "Misc.", "general-enquiry", "Sonstiges", "n/a", "--"))
    assert not any(names_nothing(word) for word in ("Other bank", "GENERAL_STORE", "6", "Price"))


def test_values_are_numbered_by_frequency_and_numbers_by_quarter():
    assert coded(pa.chunked_array([["b", "a", "b", None]])).values == ("b", "a")
    assert quartiles(pa.chunked_array([[1, 2, 3, 4, None]])).tolist() == [0, 1, 2, 3, -1]


def test_values_called_defaults_can_be_set_aside_by_others(duckdb_engine):
    rows = [
        {"source": "ends", "field": "reason", "rows": 900, "values": 6, "value": "OTHER", "verdict": "default"},
        {"source": "ends", "field": "channel", "rows": 900, "values": 5, "value": "web", "verdict": "doubtful"},
        {"source": "calls", "field": "reason", "rows": 900, "values": 6, "value": "GENERAL", "verdict": "default"},
    ]
    fields = duckdb_engine.rows(CODE_FIELD.types, rows)
    assert duckdb_engine.fetch(set_aside(fields, "ends", "reason")) == [{"value": "OTHER"}]
    assert duckdb_engine.fetch(set_aside(fields, "ends", "channel")) == []
