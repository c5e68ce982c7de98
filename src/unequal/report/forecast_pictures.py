"""Charts of answers about the future: how values are spread, segments with their ranges, how tests went on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import altair as alt

from unequal import charts
from unequal.answers import Answer
from unequal.report.reading import Rows, rows_of
from unequal.report.wording import band_name

MOST_SEGMENTS: Final = 16
_TRACKING_SIZE: Final = (332, 184)


def money(amount: float | None) -> Decimal | None:
    """An estimate as an amount of money, to the cent; None stays None."""
    return None if amount is None else Decimal(repr(round(float(amount), 2)))


def business(row: Mapping[str, Any]) -> str:
    """A line of business and the kind of customer in it, as answers write it."""
    return f"{row['relationship']} ({row['kind_of_customer']})"


def segment_name(answer: Answer, segment: str | None) -> str:
    """What a slice of the customers is called: bands in words, others as the data has them."""
    if segment in (None, ""):
        return "not given"
    return str(segment) if answer.by else band_name(str(segment), answer.level)


def spread(answer: Answer, width: int, height: int) -> alt.LayerChart:
    """Customers by what each is expected to bring."""
    return charts.forecasts.value_spread(
        rows_of(answer, "spread"), currency=answer.currency, words=answer.words, width=width, height=height
    )


def segments(answer: Answer, width: int, height: int) -> alt.LayerChart:
    """What each slice of the customers is expected to bring; the height follows from the rows."""
    del height
    rows = [
        {"name": segment_name(answer, row["segment"]), **{part: money(row[f"value_{part}"]) for part in ("expected", "low", "high")}}
        for row in rows_of(answer, "segments")
    ]
    return charts.forecasts.whiskers(rows, currency=answer.currency, most=MOST_SEGMENTS, width=width)


def retention(answer: Answer, width: int, height: int) -> alt.LayerChart:
    """What one point more would bring in each line of business."""
    del height
    rows = [
        {"value": business(row), "amount": money(row["value_gain_expected"])}
        for row in rows_of(answer, "retention_worth")
        if row["points"] == 1.0
    ]
    return charts.bars(rows, currency=answer.currency, word="a point of retention", width=width)


def definitions(answer: Answer, width: int, height: int) -> alt.LayerChart:
    """How many customers there are under each definition."""
    del height
    rows = [
        {"value": answer.house.say(str(row["definition"]).replace("_", " ")), "amount": Decimal(row["known"])}
        for row in rows_of(answer, "definitions")
        if row["source"] is None
    ]
    return charts.bars(rows, currency=None, word=answer.words, width=width)


def tracked(answer: Answer) -> dict[str, Rows]:
    """The rows of the latest test of each line of business and kind of customer."""
    found: dict[str, Rows] = {}
    for row in rows_of(answer, "tracking"):
        found.setdefault(business(row), []).append(row)
    return found


def tracking(rows: Rows, what: str) -> alt.LayerChart:
    """How one test went on; small enough for several to stand side by side, and for a telephone."""
    width, height = _TRACKING_SIZE
    return charts.forecasts.tracking(rows, width=width, height=height, what=what)


DRAWN: Final[Mapping[str, Callable[[Answer, int, int], alt.LayerChart]]] = {
    "spread": spread,
    "segments": segments,
    "retention": retention,
    "definitions": definitions,
}
"""Subject of a chart: what draws it, in a width and a height."""

TITLES: Final[Mapping[str, str]] = {
    "spread": "Customers by what each is expected to bring",
    "segments": "Expected, nine times in ten within the line",
    "retention": "What one point more of yearly retention would bring, a forecast",
    "definitions": "Customers under each definition",
}
"""What stands over each."""


def subject(answer: Answer) -> str:
    """Which chart answers a question that is not about profit."""
    if answer.question == "value":
        return "segments" if answer.by else "spread"
    return "retention" if answer.question == "retention" else "definitions"
