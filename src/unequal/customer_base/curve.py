"""Points of the whale curve to draw."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unequal.customer_base.concentration import Units, best_first


@dataclass(frozen=True)
class CurvePoints:
    """Some points of a whale curve, left to right, beginning at (0, 0).

    Args:
        customer_rank: how many customers, best first.
        customers_share: that rank over the number of customers.
        cumulative: what they bring together, in whole units of 0.0001.
    """

    customer_rank: Units
    customers_share: np.ndarray[tuple[int], np.dtype[np.float64]]
    cumulative: Units

    def rows(self) -> list[dict[str, int | float]]:
        """The points as CURVE rows, `cumulative` still in whole units."""
        columns = zip(self.customer_rank.tolist(), self.customers_share.tolist(), self.cumulative.tolist(), strict=True)
        return [{"customer_rank": rank, "customers_share": share, "cumulative": units} for rank, share, units in columns]


def curve_points(units: Units, points: int = 200) -> CurvePoints:
    """About `points` points of the whale curve, evenly spaced in customers.

    The origin, the top fifth, the peak (its first and last customer) and the end are always among them,
    so that what is drawn and what is said agree.

    Args:
        units: one int64 per customer, whole units of 0.0001; in any order.
        points: how many are wanted; at least 2.

    Raises:
        ValueError: fewer than 2 points.
        OverflowError, TypeError: see `concentration`.
    """
    if points < 2:  # noqa: PLR2004 - a curve has a beginning and an end
        raise ValueError("a curve needs at least 2 points")
    ordered = best_first(units)
    count = len(ordered)
    running = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(ordered)])
    even = np.rint(np.linspace(0, count, min(points, count + 1))).astype(np.int64)
    marks = [0, count // 5, int(np.count_nonzero(ordered > 0)), int(np.count_nonzero(ordered >= 0)), count]
    ranks = np.unique(np.concatenate([even, np.asarray(marks, dtype=np.int64)]))
    return CurvePoints(ranks, ranks / max(count, 1), running[ranks])
