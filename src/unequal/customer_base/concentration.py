"""How unevenly customers earn a company's money: the whale curve and its measures.

Number functions: arrays of whole money units (0.0001 of the currency) in, plain values out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from unequal.terms.money import from_units

Units = npt.NDArray[np.int64]
"""Money in whole units of 0.0001, one number per customer."""

_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Concentration:
    """The whale curve's measures. Money is in whole units of 0.0001; shares are of 1.

    What is a share of the total is None where the total is not positive: `why_no_shares` says so.

    Args:
        customers: how many there are.
        total: what they bring together.
        peak: the highest point of the curve: what the profitable bring; 0 where nobody is profitable.
        peak_rank: how many customers, best first, it takes to get there; the fewest, where several do.
        peak_position: that rank over the number of customers.
        profitable_customers: customers above zero.
        losing_customers: customers below zero.
        given_back: what the losing customers take from the peak: peak - total.
        top_fifth: what the first floor(n/5) customers bring.
        top_fifth_customers: how many these are.
        stobachoff: (A - 1/2) / A, A the area under the curve of shares drawn through its points from (0, 0);
            0 where all bring the same, towards 1 the more some pay for others (van Raaij 2005).
        dependence: share of customers that are profitable.
        vulnerability: dependence x stobachoff.
        gini: normalised for losses by the sum of absolute amounts (Raffinetti, Siletti & Vernizzi 2015): the
            form of the authors' own program, which divides by n and so ends at (n - 1)/n; the paper's example
            divides by n - 1. None where every customer brings nothing.
    """

    customers: int
    total: int
    peak: int
    peak_rank: int
    peak_position: float | None
    profitable_customers: int
    losing_customers: int
    given_back: int
    top_fifth: int
    top_fifth_customers: int
    stobachoff: float | None
    dependence: float | None
    vulnerability: float | None
    gini: float | None

    @property
    def peak_share(self) -> float | None:
        """The peak as a share of the total: 1.35 is 135 %."""
        return self._share(self.peak)

    @property
    def given_back_share(self) -> float | None:
        """What is given back as a share of the total."""
        return self._share(self.given_back)

    @property
    def top_fifth_share(self) -> float | None:
        """What the top fifth brings as a share of the total."""
        return self._share(self.top_fifth)

    @property
    def losing_share(self) -> float | None:
        """Share of customers who lose money; None without customers."""
        return self.losing_customers / self.customers if self.customers else None

    @property
    def why_no_shares(self) -> str:
        """Why shares of the total are missing, as a sentence for a reader; empty where they are not."""
        if self.customers == 0:
            return "There are no customers, so there is no curve."
        if self.total > 0:
            return ""
        if self.total == 0:
            return "Together the customers bring exactly nothing, so no share of it means anything; the figures are in money."
        return (
            f"Together the {self.customers:,} customers lose {from_units(-self.total):,.2f}: {self.profitable_customers:,} earn "
            f"{from_units(self.peak):,.2f} and {self.losing_customers:,} lose {from_units(self.given_back):,.2f}. "
            "A share of a loss means nothing, so the figures are in money."
        )

    def _share(self, units: int) -> float | None:
        return units / self.total if self.total > 0 else None


def concentration(units: Units) -> Concentration:
    """Measure how unevenly customers bring what they bring.

    Args:
        units: one int64 per customer, whole units of 0.0001; in any order.

    Returns:
        Concentration. Without customers all money is 0 and all shares are None.

    Raises:
        OverflowError: a running total could leave int64 (above 922 million million of the currency).
        TypeError: the amounts are not whole numbers.

    Source: Kaplan & Narayanan 2001 (whale curve); van Raaij 2005; Raffinetti, Siletti & Vernizzi 2015.
    """
    ordered = best_first(units)
    customers = len(ordered)
    if customers == 0:
        return Concentration(0, 0, 0, 0, None, 0, 0, 0, 0, 0, None, None, None, None)
    running = np.cumsum(ordered)
    total = int(running[-1])
    profitable = int(np.count_nonzero(ordered > 0))
    peak = int(running[profitable - 1]) if profitable else 0
    fifth = customers // 5
    dependence = profitable / customers
    subsidising = _stobachoff(running, total) if total > 0 else None
    found = Concentration(
        customers=customers,
        total=total,
        peak=peak,
        peak_rank=profitable,
        peak_position=profitable / customers,
        profitable_customers=profitable,
        losing_customers=int(np.count_nonzero(ordered < 0)),
        given_back=peak - total,
        top_fifth=int(running[fifth - 1]) if fifth else 0,
        top_fifth_customers=fifth,
        stobachoff=subsidising,
        dependence=dependence,
        vulnerability=None if subsidising is None else dependence * subsidising,
        gini=_gini(ordered),
    )
    assert found.peak >= max(0, found.total), "a whale curve cannot end above its peak"
    return found


def best_first(units: Units) -> Units:
    """Amounts in descending order, checked so that no running total can overflow.

    Raises:
        OverflowError, TypeError: see `concentration`.
    """
    amounts = np.asarray(units)
    if amounts.size and amounts.dtype.kind not in "iu":
        raise TypeError(f"money is counted in whole units, not in {amounts.dtype}")
    if amounts.size and amounts.dtype.kind == "u" and int(amounts.max()) > _LARGEST:
        raise OverflowError("an amount does not fit into int64")
    # No running total exceeds customers x the largest amount: cheap to know without big numbers.
    largest = max(abs(int(amounts.max())), abs(int(amounts.min()))) if amounts.size else 0
    if largest * amounts.size > _LARGEST and _sum_of_sizes(amounts) > _LARGEST:
        raise OverflowError("the customers' amounts are too large to be summed in int64")
    return np.sort(amounts.astype(np.int64))[::-1]


def _sum_of_sizes(amounts: Units) -> int:
    """The sum of absolute amounts in Python's unbounded integers."""
    return sum(abs(int(amount)) for amount in amounts)


def _stobachoff(running: Units, total: int) -> float:
    """(A - 1/2) / A: A is the area under the straight lines through (0, 0) and each customer's point."""
    shares = running.astype(np.float64) / total
    area = (float(shares.sum()) - 0.5) / len(shares)
    return (area - 0.5) / area


def _gini(ordered: Units) -> float | None:
    """Sum over all pairs |a - b| / (2 n sum|a|), from amounts in descending order."""
    size = float(np.abs(ordered).astype(np.float64).sum())
    if size == 0:
        return None
    count = len(ordered)
    weights = count - 1 - 2 * np.arange(count, dtype=np.float64)
    return float(np.dot(weights, ordered.astype(np.float64))) / (count * size)
