"""sBG and BdW on the two segments of Fader & Hardie 2007, to the digits that are printed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from unequal.value import renewing
from unequal.value.renewing import Lifetimes, Renewing

REGULAR, HIGH_END = 1, 2


def alive(folder: Path, segment: int) -> np.ndarray:
    return np.loadtxt(folder / "clv" / "2-segment-retention.csv", delimiter=",", skiprows=1, encoding="utf-8-sig")[:, segment]


def lifetimes(folder: Path, segment: int, *, renewals: int) -> Lifetimes:
    """A thousand customers who began together, through so many renewals."""
    left = alive(folder, segment)[: renewals + 1]
    return Lifetimes(
        periods=np.append(np.arange(1, renewals + 1), renewals),
        ended=np.append(np.ones(renewals, dtype=bool), False),
        weights=np.append(-np.diff(left), left[-1]),
    )


@pytest.mark.parametrize(
    ("segment", "alpha", "beta", "log_likelihood"), [(REGULAR, 0.704, 1.182, -1680.27), (HIGH_END, 0.668, 3.806, -1611.16)]
)
def test_sbg_after_seven_renewals_is_as_published(
    unequal_data: Path, segment: int, alpha: float, beta: float, log_likelihood: float
) -> None:
    """Source: Fader & Hardie 2007."""
    found = renewing.fit(lifetimes(unequal_data, segment, renewals=7), seek_shape=False)
    assert found.maximum.converged
    assert (round(found.model.alpha, 3), round(found.model.beta, 3)) == (alpha, beta)
    assert found.maximum.log_likelihood == pytest.approx(log_likelihood, abs=0.01)


def test_sbg_after_four_renewals_is_as_in_the_note_for_spreadsheets(unequal_data: Path) -> None:
    """.764 and 1.296. Source: Fader & Hardie 2014, "A Spreadsheet-Literate Non-Statistician's Guide to the Beta-Geometric Model"."""
    found = renewing.fit(lifetimes(unequal_data, REGULAR, renewals=4), seek_shape=False)
    assert (round(found.model.alpha, 3), round(found.model.beta, 3)) == (0.764, 1.296)


def test_bdw_after_four_renewals_is_as_published_and_projects_better(unequal_data: Path) -> None:
    """High-end customers: (.259, 1.723, c 1.584); held-out mean error 1.7 % against 13.2 % of sBG. Source: Fader et al. 2018."""
    known = lifetimes(unequal_data, HIGH_END, renewals=4)
    plain, shaped = renewing.fit(known, seek_shape=False), renewing.fit(known)
    assert [round(each, 3) for each in (shaped.model.alpha, shaped.model.beta, shaped.model.shape)] == [0.259, 1.723, 1.584]
    held_out = alive(unequal_data, HIGH_END)[5:] / 1000
    errors = [np.mean(np.abs(renewing.survival(fit.model, np.arange(5, 13)) / held_out - 1)) for fit in (plain, shaped)]
    assert [round(100 * float(error), 1) for error in errors] == [13.2, 1.7]
    assert renewing.choose(known).seeks_shape


def test_regular_customers_need_no_shape(unequal_data: Path) -> None:
    assert not renewing.choose(lifetimes(unequal_data, REGULAR, renewals=7)).seeks_shape


def test_the_residual_lifetime_of_high_end_customers_after_seven_renewals_is_7530() -> None:
    """d = .1, the next payment undiscounted: 7.530. Source: Fader & Hardie 2010, "Customer-Base Valuation in a Contractual Setting"."""
    lifetime = renewing.residual_lifetime(Renewing(0.668, 3.806), np.array([7]), 0.1)
    assert lifetime[0] == pytest.approx(7.530, abs=5e-4)
