"""Chances of those who never bought: recovered, drawn towards all where little is known, and as often right as they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.value.prospecting import learned
from unequal.value.prospects.people import People, expected_range, fifths, worth_if_won

NEVER = np.datetime64("NaT", "D")


def test_chances_are_recovered_and_as_often_right_as_their_ranges_say() -> None:
    chance = np.random.default_rng(1)
    columns = chance.normal(size=(4_000, 4))
    truth = 1 / (1 + np.exp(-(-2.5 + columns @ np.array([1.2, -0.6, 0.0, 0.3]))))
    found = learned(columns, chance.random(4_000) < truth)
    mean, low, high = found.of(columns)
    assert np.corrcoef(mean, truth)[0, 1] > 0.99
    assert np.mean((low <= truth) & (truth <= high)) > 0.75  # nine in ten over worlds; in one all move together
    assert found.of(columns)[0].sum() == pytest.approx(truth.sum(), rel=0.1)


def test_where_columns_tell_nothing_everybody_has_the_chance_of_all() -> None:
    """Of 200, 20 came: (20 + .5) / (200 + 1) each, but for what chance makes of three columns of noise."""
    chance = np.random.default_rng(2)
    came = np.arange(200) < 20
    found = learned(np.column_stack([np.ones(200), chance.permutation(200) % 2]), came)
    mean, _, _ = found.of(np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert mean == pytest.approx(0.1, abs=0.02)
    alone = learned(np.ones((200, 1)), came).of(np.ones((1, 1)))[0]
    assert alone == pytest.approx((20 + 0.25) / (200 + 0.5), abs=0.002)


def test_nobody_and_everybody_have_chances_within_their_ends() -> None:
    for came in (np.zeros(50, bool), np.ones(50, bool)):
        mean, low, high = learned(np.arange(50.0)[:, None], came).of(np.arange(50.0)[:, None])
        assert (low <= mean).all()
        assert (mean <= high).all()
        assert np.isfinite(mean).all()
    with pytest.raises(ValueError, match="somebody"):
        learned(np.zeros((0, 1)), np.zeros(0, bool))


def test_what_a_test_missed_by_widens_every_range() -> None:
    found = learned(np.arange(100.0)[:, None], np.arange(100) % 10 == 0)
    narrow, wide = (found.of(np.array([[50.0]]), missed=missed) for missed in (0.0, 0.5))
    assert wide[1][0] < narrow[1][0] < narrow[0][0] < narrow[2][0] < wide[2][0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_fifths_part_everybody_and_the_first_has_the_highest_chances(chances: list[float]) -> None:
    values = np.array(chances)
    place = fifths(values)
    assert set(place.tolist()) <= {1, 2, 3, 4, 5}
    assert all(values[place == one].min() >= values[place == other].max() for one in set(place) for other in set(place) if one < other)
    expected, low, high = expected_range((values, values, values))
    assert low <= expected <= high


def days(*rows: list[str | None]) -> Any:
    return np.array([[NEVER if day is None else np.datetime64(day, "D") for day in row] for row in rows])


def test_a_prospect_is_known_before_the_morning_and_has_not_bought() -> None:
    known = days(["2025-01-01", None], [None, "2025-06-01"], [None, None], ["2025-01-01", None])
    people = People(known, days(["2025-07-01", None, None, "2025-02-01"])[0], np.zeros((4, 0)))
    on = np.datetime64("2025-06-01")
    assert people.prospects(on).tolist() == [True, False, False, False]
    assert people.came(on, np.datetime64("2025-07-02")).tolist() == [True, False, False, False]
    assert people.columns(on, np.zeros((4, 0)))[0].tolist() == [1.0, 0.0, pytest.approx(np.log1p(151)), 0.0]


def test_what_one_would_bring_is_told_by_those_who_were_known_to_the_same_sources_and_by_all_where_nobody_was() -> None:
    known = days(*([["2025-01-01", None]] * 40 + [[None, "2025-01-01"]] * 40 + [["2025-01-01", "2025-01-01"]]))
    first = days([*["2025-03-01"] * 80, None])[0]
    worth = np.r_[np.full(40, 100.0) + np.arange(40), np.full(40, 500.0) + np.arange(40), np.nan]
    each, error = worth_if_won(People(known, first, np.zeros((81, 0))), worth, on=np.datetime64("2025-06-01"))
    assert each[0] == pytest.approx(119.5, rel=0.02)
    assert each[40] == pytest.approx(519.5, rel=0.02)
    assert each[80] == pytest.approx(319.5)  # no one who came was known to both: the mean of all
    assert error[0] > error[80] > 0
