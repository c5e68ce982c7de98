"""Another window of time: over which other months a customer's band is drawn once more."""

from __future__ import annotations

from datetime import date
from typing import Final

from unequal.terms.periods import Period, last_months, month_of

LATER_HALF: Final = "later_half"
MONTHS_EARLIER: Final = {"month_earlier": 1, "quarter_earlier": 3}


def other_window(first: date, last: date, *, kind: str) -> Period | None:
    """The other window.

    A window that ends earlier begins where the books begin: nothing is known of before.

    Args:
        first: the first month in which anything is booked.
        last: the last one.
        kind: month_earlier, quarter_earlier or later_half.

    Returns:
        Whole months; None where the books are too short for another window.

    >>> str(other_window(date(2025, 1, 1), date(2026, 6, 1), kind="quarter_earlier"))
    '2025-01-01 to 2026-03-31'
    >>> str(other_window(date(2026, 1, 1), date(2026, 3, 1), kind="later_half"))
    '2026-02-01 to 2026-03-31'
    """
    begin, end = month_of(first).start, month_of(last).end
    months = (end.year - begin.year) * 12 + end.month - begin.month
    if kind == LATER_HALF:
        return last_months(end, (months + 1) // 2) if months > 1 else None
    earlier = MONTHS_EARLIER[kind]
    return Period(begin, last_months(end, earlier).start) if months > earlier else None
