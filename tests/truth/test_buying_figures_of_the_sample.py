"""The published figures of CDNOW's sample come out, where the user's cache holds the sample's own file."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from tests.truth.cdnow import SAMPLE, Cdnow, load

from unequal.value.buying import BgNbd, Histories, ParetoNbd, fit
from unequal.value.spending import Spend, fit_spend

# Nobody may hand the sample on but its home, and the home of the data that everybody has holds the whole cohort only: these tests
# exist where the file lies beside it.
__test__ = (Path(os.environ.get("UNEQUAL_DATA", "")) / SAMPLE).is_file()


@pytest.fixture(scope="module")
def cdnow(unequal_data: Path) -> Cdnow:
    return load(unequal_data, sample=True)


@pytest.fixture(scope="module")
def histories(cdnow: Cdnow) -> Histories:
    return Histories.of(cdnow.repeat_orders, cdnow.last_order, cdnow.observed)[0]


def test_the_sample_has_the_published_numbers_of_customers_and_orders(cdnow: Cdnow, histories: Histories) -> None:
    assert (histories.customers, int(cdnow.repeat_orders.sum()), int((cdnow.repeat_orders > 0).sum())) == (2357, 2457, 946)


def test_bg_nbd_comes_to_the_published_parameters_of_cdnow(histories: Histories) -> None:
    """Fader, Hardie & Lee 2005, Marketing Science 24, table 2 prints three decimals; recomputed to four."""
    found = fit(BgNbd, histories)
    assert found.converged
    assert found.note == ""
    assert np.exp(found.model.logs) == pytest.approx([0.2426, 4.4136, 0.7929, 2.4259], abs=5e-5)
    assert found.log_likelihood == pytest.approx(-9582.43, abs=0.01)


def test_pareto_nbd_comes_to_the_published_parameters_and_standard_errors_of_cdnow(histories: Histories) -> None:
    """Fader & Hardie 2005 print three decimals; CLVTools' vignette prints the standard errors."""
    found = fit(ParetoNbd, histories)
    assert found.converged
    assert np.exp(found.model.logs) == pytest.approx([0.5533, 10.578, 0.6062, 11.669], rel=1e-4)
    assert found.standard_errors == pytest.approx([0.0476, 0.843, 0.187, 6.21], rel=2e-3)
    assert found.log_likelihood == pytest.approx(-9594.98, abs=0.01)


@pytest.mark.parametrize(
    ("kind", "mean_error", "root_mean_square", "total"), [(BgNbd, 0.786, 1.608, -0.121), (ParetoNbd, 0.755, 1.603, -0.115)]
)
def test_orders_of_the_held_out_weeks_are_missed_by_as_much_as_was_found_before(
    cdnow: Cdnow, kind: type, mean_error: float, root_mean_square: float, total: float
) -> None:
    counted, places = Histories.of(cdnow.repeat_orders, cdnow.last_order, cdnow.observed)
    expected = fit(kind, counted).model.expected_orders(counted, 39)[places]
    off = expected - cdnow.held_out
    assert np.abs(off).mean() == pytest.approx(mean_error, abs=6e-4)
    assert np.sqrt((off**2).mean()) == pytest.approx(root_mean_square, abs=6e-4)
    assert off.sum() / cdnow.held_out.sum() == pytest.approx(total, abs=6e-4)
    assert np.abs(cdnow.held_out).mean() == pytest.approx(0.799, abs=6e-4), "always zero nearly ties"


def test_gamma_gamma_comes_to_the_published_parameters_of_the_946_repeaters(cdnow: Cdnow) -> None:
    """Fader & Hardie 2013, note 025, prints 6.25, 3.74, 15.44."""
    again = cdnow.repeat_orders > 0
    found = fit_spend(Spend(cdnow.repeat_orders[again], cdnow.mean_spend[again]))
    assert found.converged
    assert (found.model.p, found.model.q, found.model.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.006)
    assert found.log_likelihood == pytest.approx(-4055.92, abs=0.01)
