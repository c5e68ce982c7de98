"""Models of buying and of spend: the published figures of CDNOW come out, and worked examples that need no data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import gammaln
from tests.truth.cdnow import Cdnow, load

from unequal.value.buying import BgNbd, Histories, ParetoNbd, fit, silence_allowed
from unequal.value.spending import GammaGamma

BG_NBD = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
PARETO_NBD = ParetoNbd(r=0.5533, alpha=10.578, s=0.6062, beta=11.669)
ONE = Histories(np.array([2]), np.array([30.43]), np.array([38.86]), np.array([1]))
"""The customer of the worked examples."""
COHORT = (23570, 24337, 9451)
"""Customers, repeat orders within 39 weeks, and customers who made one."""


@pytest.fixture(scope="module")
def cohort(unequal_data: Path) -> Cdnow:
    return load(unequal_data)


@pytest.fixture(scope="module")
def histories(cohort: Cdnow) -> Histories:
    return Histories.of(cohort.repeat_orders, cohort.last_order, cohort.observed)[0]


def test_the_cohort_of_cdnow_is_counted_whole(cohort: Cdnow, histories: Histories) -> None:
    assert (histories.customers, int(cohort.repeat_orders.sum()), int((cohort.repeat_orders > 0).sum())) == COHORT


def likelihood_by_the_letter(logs: np.ndarray, x: np.ndarray, t_x: np.ndarray, observed: np.ndarray) -> float:
    """The likelihood of BG/NBD as it is printed, customer by customer, with its sign changed: nothing of ours stands in it."""
    r, alpha, a, b = np.exp(logs)
    alive = np.log(alpha + observed) * -(r + x)
    left = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
    beta = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    return -float((beta + gammaln(r + x) - gammaln(r) + r * np.log(alpha) + np.logaddexp(alive, left)).sum())


def test_bg_nbd_finds_what_the_printed_likelihood_finds_by_another_search(cohort: Cdnow, histories: Histories) -> None:
    """Fader, Hardie & Lee 2005, Marketing Science 24, equation 6, climbed without slopes (Nelder and Mead)."""
    of = (cohort.repeat_orders, cohort.last_order, cohort.observed)
    searched = minimize(
        likelihood_by_the_letter, np.zeros(4), args=of, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-6, "maxiter": 4000}
    )
    found = fit(BgNbd, histories)
    assert found.converged
    assert found.note == ""
    assert np.exp(found.model.logs) == pytest.approx(np.exp(searched.x), rel=1e-3)
    assert found.log_likelihood == pytest.approx(-searched.fun, abs=0.01)


def test_both_models_beat_always_zero_on_the_held_out_weeks_where_squares_count(cohort: Cdnow) -> None:
    """On mean absolute error zero nearly ties, which is why it decides nothing."""
    counted, places = Histories.of(cohort.repeat_orders, cohort.last_order, cohort.observed)
    for kind in (BgNbd, ParetoNbd):
        off = fit(kind, counted).model.expected_orders(counted, 39)[places] - cohort.held_out
        assert np.sqrt((off**2).mean()) < 0.8 * np.sqrt((cohort.held_out**2).mean())
        assert abs(off.sum() / cohort.held_out.sum()) < 0.2


def test_expected_orders_agrees_with_the_published_worked_example() -> None:
    """x=2, t_x=30.43, T=38.86, 39 weeks ahead. Source: Hardie, note 004 and its spreadsheet."""
    assert BG_NBD.expected_orders(ONE, 39) == pytest.approx([1.226], abs=5e-4)
    assert BG_NBD.p_alive(ONE) == pytest.approx([0.7266], abs=1e-4)


def test_pareto_nbd_values_the_same_customer_as_was_found_two_ways() -> None:
    """15 % a year, compounded; over 52 weeks it is 6.500, as a year of 52.18 weeks has it 6.514."""
    assert PARETO_NBD.discounted_orders(ONE, np.log(1.15) / 52) == pytest.approx([6.5025], abs=0.003)
    assert PARETO_NBD.p_alive(ONE) == pytest.approx([0.8691], abs=1e-4)


def test_expected_spend_lies_between_the_mean_of_the_base_and_the_customers_own() -> None:
    """Fader & Hardie's note 025: a mean of the base of about 35 dollars; by hand p (v + x m) / (p x + q - 1)."""
    model = GammaGamma(p=6.25, q=3.74, v=15.44)
    assert model.mean == pytest.approx(35.22, abs=0.01)
    assert model.expected_spend([0, 2], [0.0, 50.0]) == pytest.approx([35.22, 6.25 * 115.44 / 15.24], abs=0.01)


def test_who_orders_often_is_missed_sooner_by_hand() -> None:
    """(alpha + t_x) (.01^(-1/(r+x)) - 1) with r=1, alpha=1: 10 (100^(1/2) - 1) = 90 at x=1, 10 (100^(1/20) - 1) = 2.589 at x=19."""
    two = Histories([1, 19], [9.0, 9.0], [20.0, 20.0], [1, 1])
    assert silence_allowed(two, r=1.0, alpha=1.0) == pytest.approx([90.0, 2.58925], abs=1e-5)
