"""The whale curve's measures on bases small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from unequal.customer_base import concentration, curve_points


def of(*dollars: int) -> np.ndarray:
    return np.array(dollars, dtype=np.int64) * 10_000


def test_ten_customers_checked_by_hand() -> None:
    found = concentration(of(50, 40, 20, 10, 5, 0, 0, -5, -8, -12))
    assert (found.total, found.peak, found.given_back) == (1_000_000, 1_250_000, 250_000)
    assert (found.peak_rank, found.peak_position, found.peak_share) == (5, 0.5, 1.25)
    assert (found.profitable_customers, found.losing_customers, found.losing_share) == (5, 3, 0.3)
    assert (found.top_fifth_customers, found.top_fifth, found.top_fifth_share) == (2, 900_000, 0.9)
    # Running shares .5 .9 1.1 1.2 1.25 1.25 1.25 1.2 1.12 1: sum 10.77, less half the last, over 10.
    assert found.stobachoff == pytest.approx((1.027 - 0.5) / 1.027)
    assert found.dependence == 0.5
    assert found.vulnerability == pytest.approx(0.5 * (1.027 - 0.5) / 1.027)


def test_a_base_that_loses_money_is_told_in_money_only() -> None:
    found = concentration(of(30, -20, -25))
    assert (found.peak, found.total, found.given_back, found.peak_rank) == (300_000, -150_000, 450_000, 1)
    assert (found.peak_share, found.stobachoff, found.vulnerability) == (None, None, None)
    assert found.why_no_shares == (
        "Together the 3 customers lose 15.00: 1 earn 30.00 and 2 lose 45.00. A share of a loss means nothing, so the figures are in money."
    )
    assert found.gini is not None, "the normalised index needs no positive total"


def test_a_base_where_everyone_loses_peaks_before_its_first_customer() -> None:
    found = concentration(of(-1, -2))
    assert (found.peak, found.peak_rank, found.peak_position) == (0, 0, 0.0)


def test_a_base_that_comes_to_nothing_says_so() -> None:
    assert concentration(of(5, -5)).why_no_shares.startswith("Together the customers bring exactly nothing")
    nothing = concentration(of(0, 0))
    assert (nothing.gini, nothing.peak) == (None, 0)


def test_a_base_without_customers_has_no_curve() -> None:
    found = concentration(of())
    assert (found.customers, found.total, found.peak_position, found.losing_share) == (0, 0, None, None)
    assert found.why_no_shares == "There are no customers, so there is no curve."
    assert curve_points(of()).cumulative.tolist() == [0]


def test_fewer_than_five_customers_have_no_top_fifth() -> None:
    assert (concentration(of(4, 3, 2, 1)).top_fifth_customers, concentration(of(4, 3, 2, 1)).top_fifth) == (0, 0)


def test_customers_at_zero_do_not_move_the_peak() -> None:
    assert concentration(of(1, 0, 0)).peak_rank == 1


def test_the_normalised_gini_of_the_papers_examples_is_reached_up_to_its_divisor() -> None:
    """Raffinetti, Siletti & Vernizzi 2015 print .555, 1 and .8346 with n - 1 = 9; the authors' program divides by n = 10."""
    tail = 4501
    for amounts, printed in (
        ([-500] * 9 + [tail], 0.5556), ([-4500] + [0] * 8 + [tail], 1.0), ([-1500, -1000, -800, -700, -500, 0, 0, 0, 0, tail], 0.8346),
    ):  # fmt: skip
        assert concentration(np.array(amounts)).gini == pytest.approx(printed * 9 / 10, abs=5e-5)


def test_a_sum_that_int64_cannot_hold_is_an_error_and_not_a_wrong_figure() -> None:
    with pytest.raises(OverflowError):
        concentration(np.array([2**62, 2**62], dtype=np.int64))
    with pytest.raises(OverflowError):
        concentration(np.array([2**62, 2**61, -(2**62), -(2**62)], dtype=np.int64))
    with pytest.raises(OverflowError):
        concentration(np.array([2**63], dtype=np.uint64))
    assert concentration(np.array([2**62, 0, 0, 0], dtype=np.int64)).total == 2**62


def test_money_that_is_not_counted_in_whole_units_is_refused() -> None:
    with pytest.raises(TypeError):
        concentration(np.array([1.5]))
    with pytest.raises(ValueError, match="at least 2"):
        curve_points(of(1), points=1)
