"""What is claimed held against what is measured: by hand, and for all inputs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unequal.answers.claims import CLAIMS, Claim, verdict
from unequal.answers.measured_claims import Measured, compared


def claim(low: float | None, high: float | None) -> Claim:
    return Claim("some", "Something is so", "Somebody", low, high, lambda base: Measured(None, None, None, ""))


def group(began: int, n: int, mean: float, variance: float, *, referred: bool) -> dict[str, object]:
    return {"began": began, "kind": "person", "is_referred": referred, "n": n, "mean": mean, "variance": variance}


@pytest.mark.parametrize(
    ("low", "high", "found", "told"),
    [
        (1.0, None, (1.2, None, None), "agrees"),
        (1.0, None, (0.8, None, None), "less"),
        (0.5, 0.5, (0.6, 0.55, 0.65), "more"),
        (0.5, 0.5, (0.6, 0.45, 0.75), "agrees"),
        (0.16, None, (0.3, -0.05, 0.7), "cannot be told from nothing"),
        (0.16, None, (0.02, -0.05, 0.1), "less"),
        (0.16, None, (None, None, None), "cannot be measured here"),
    ],
)
def test_a_claim_agrees_where_the_range_reaches_it(low, high, found, told):
    assert verdict(claim(low, high), Measured(*found, "")) == told


def test_referred_customers_are_held_against_those_who_began_in_the_same_year():
    """Referred began late and are worth 100 against 80 then; the old, who are worth more, are compared with nobody."""
    rows = [
        group(2025, 100, 100.0, 100.0, referred=True),
        group(2025, 400, 80.0, 400.0, referred=False),
        group(2020, 500, 900.0, 0.0, referred=False),
    ]
    found = compared(rows)
    off = 1.645 * math.sqrt(1.0 / 100**2 + 1.0 / 80**2)
    assert found.value == pytest.approx(0.25)
    assert (found.low, found.high) == (pytest.approx(1.25 * math.exp(-off) - 1), pytest.approx(1.25 * math.exp(off) - 1))
    assert "association" in found.note


def test_too_few_and_those_who_cost_more_than_they_bring_are_not_measured():
    assert compared([group(2025, 29, 10.0, 1.0, referred=True), group(2025, 400, 8.0, 1.0, referred=False)]).value is None
    assert compared([group(2025, 100, -1.0, 1.0, referred=True), group(2025, 400, 8.0, 1.0, referred=False)]).value is None
    assert compared([]).value is None


@given(
    st.lists(
        st.tuples(st.integers(2, 500), st.floats(1, 1e6), st.floats(0, 1e6), st.integers(2, 500), st.floats(1, 1e6), st.floats(0, 1e6)),
        min_size=1, max_size=6,
    )
)  # fmt: skip
def test_the_range_holds_what_was_measured_whatever_the_groups(groups):
    rows = [row for year, (n, mean, variance, m, other, spread) in enumerate(groups)
            for row in (group(year, n, mean, variance, referred=True), group(year, m, other, spread, referred=False))]  # fmt: skip
    found = compared(rows)
    if found.value is not None:
        assert found.low - 1e-9 <= found.value <= found.high + 1e-9
        assert found.low >= -1


def test_every_claim_has_a_source_and_a_name_of_its_own():
    assert all(one.told and one.source for one in CLAIMS)
    assert len({one.name for one in CLAIMS}) == len(CLAIMS)
