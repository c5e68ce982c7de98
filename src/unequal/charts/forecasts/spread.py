"""How what customers are expected to bring is spread: how many stand where, and over them the dollars they stand for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import altair as alt

from unequal.charts.frame import LINE_PIXELS, Frame, first_baseline, rows_of
from unequal.charts.lettering import text_width, wrapped
from unequal.charts.tokens import light
from unequal.terms.amounts import count_text, money_text, share_text

_GAP = 1.0
_LABELS_ROOM = 26
_BAND_GAP = 46.0
_TOP = 36.0


@dataclass(frozen=True)
class _Bin:
    """Customers between two amounts; None where there is no end, as between the last loss and the first gain that count."""

    low: Decimal
    high: Decimal
    customers: int
    amount: Decimal

    @property
    def sign(self) -> int:
        return 1 if self.low >= 0 else -1 if self.high <= 0 else 0


@dataclass(frozen=True)
class _Side:
    """Losers, winners, or those about nought."""

    customers: int
    amount: Decimal


def value_spread(
    rows: Sequence[Mapping[str, Any]], *, currency: str, words: str = "customers", width: int = 710, height: int = 300
) -> alt.LayerChart:
    """Customers by what each is expected to bring: above how many, below what they bring together.

    Args:
        rows: `low` and `high` (Decimal: the ends of a bin), `customers`, `amount` (Decimal: their sum), bins side by side in
            ascending order. One bin reaches over nought. Bins are drawn equally wide, whatever they span: bins that double
            their ends make a scale that is fine about nought and coarse at both ends, alike for losses and gains.
        currency: ISO code.
        words: what the house calls its customers.
        width: of the whole picture, in pixels.
        height: of the whole picture, in pixels.

    Whoever stands in the bin over nought is neither loser nor winner, and its bars are grey. Shares are written only where the
    total is above zero.
    """
    bins = [_Bin(Decimal(row["low"]), Decimal(row["high"]), int(row["customers"]), Decimal(row["amount"])) for row in rows]
    if not any(one.customers for one in bins):
        frame = Frame(width - 8, 40, (2, 4, 2, 4), (0, 1), (0, 1))
        text = f"No {words} to forecast"
        return frame.finished([frame.zero_line(), frame.texts([{"across": 0, "down": 20, "text": [text]}], "left", "ink2")], text)
    frame = Frame(width - 8, height - 4 - _LABELS_ROOM, (4, 4, _LABELS_ROOM, 4), (0, len(bins)), (0, 1))
    counted, weighed = _bands(frame.height)
    layers = [
        *_bars(
            bins, frame, ((counted, [float(one.customers) for one in bins]), (weighed, [abs(float(one.amount)) for one in bins])), currency
        ),
        frame.rules([_level(frame, bottom) for _, bottom in (counted, weighed)], "border", name="zero"),
        *_headings(bins, frame, currency, words, counted, weighed),
        frame.texts(_ticks(bins, frame, currency), "center", "ink2"),
    ]
    return frame.finished(layers, told(bins, currency, words))


def _bands(height: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Top and bottom of the counts and of the dollars, in pixels; a heading stands over each."""
    each = (height - _TOP - _BAND_GAP) / 2
    return (_TOP, _TOP + each), (_TOP + each + _BAND_GAP, height)


def _bars(bins: Sequence[_Bin], frame: Frame, bands: Sequence[tuple[tuple[float, float], list[float]]], currency: str) -> list[alt.Chart]:
    """A layer for each colour; in it the bars of both bands, each over its own largest."""
    half = _GAP / 2 / (frame.width / len(bins))
    layers = []
    for sign, colour in ((-1, "loss"), (0, "border"), (1, "value")):
        drawn = [
            {"x": index + half, "x2": index + 1 - half, "y": frame.y_at(_top(size / max(*sizes, 1e-9), band)), "y2": frame.y_at(band[1]),
             "told": _told_bin(one, currency)}
            for band, sizes in bands
            for index, (one, size) in enumerate(zip(bins, sizes, strict=True))
            if one.sign == sign and size > 0
        ]  # fmt: skip
        if drawn:
            mark = alt.Chart(rows_of(drawn)).mark_rect(color=light(colour))
            layers.append(frame.draw(mark, f"bars_{colour}", x2=alt.X2("x2"), y2=alt.Y2("y2"), description=alt.Description("told:N")))
    return layers


def _top(share: float, band: tuple[float, float]) -> float:
    """Where a bar that is so large beside the largest ends, in pixels."""
    top, bottom = band
    return bottom - share * (bottom - top)


def _told_bin(one: _Bin, currency: str) -> str:
    low, high, amount = (money_text(money, currency) for money in (one.low, one.high, one.amount))
    return f"{low} to {high}: {count_text(one.customers)}, together {amount}"


def _level(frame: Frame, at: float) -> dict[str, float]:
    return {"x": frame.x_domain[0], "x2": frame.x_domain[1], "y": frame.y_at(at), "y2": frame.y_at(at)}


def _side(bins: Sequence[_Bin], sign: int) -> _Side:
    chosen = [one for one in bins if one.sign == sign]
    return _Side(sum(one.customers for one in chosen), sum((one.amount for one in chosen), Decimal(0)))


def _headings(
    bins: Sequence[_Bin], frame: Frame, currency: str, words: str, counted: tuple[float, float], weighed: tuple[float, float]
) -> list[alt.Chart]:
    """Over the counts how many lose and gain; over the dollars what they come to: losers at the left, winners at the right."""
    losers, winners = _side(bins, -1), _side(bins, 1)
    total = sum((one.amount for one in bins), Decimal(0))
    room = frame.width / 2 - 18
    texts = {
        ("left", counted): f"{count_text(losers.customers)} {words} clearly below zero" if losers.customers else "",
        ("right", counted): f"{count_text(winners.customers)} {words} clearly above zero" if winners.customers else "",
        ("left", weighed): f"Together {money_text(losers.amount, currency)}{_of(losers.amount, total)}" if losers.customers else "",
        ("right", weighed): f"Together {money_text(winners.amount, currency)}{_of(winners.amount, total)}" if winners.customers else "",
    }
    layers = []
    for (side, band), text in texts.items():
        if text:
            lines = wrapped(text, room, bold=True, lines=2)
            top = band[0] - 4 - LINE_PIXELS * len(lines)
            row = {"across": 0 if side == "left" else frame.width, "down": first_baseline(top), "text": lines}
            layers.append(frame.texts([row], "left" if side == "left" else "right", "loss" if side == "left" else "value", bold=True))
    return layers


def _of(amount: Decimal, total: Decimal) -> str:
    return f", {share_text(amount / total)} of the total" if total > 0 else ""


def _ticks(bins: Sequence[_Bin], frame: Frame, currency: str) -> list[dict[str, Any]]:
    """Amounts at the edges between bins: powers of ten, as many as do not touch; nought over the bin about it."""
    rows: list[dict[str, Any]] = []
    edges = [(index, one.low) for index, one in enumerate(bins)] + [(len(bins), bins[-1].high)]
    marks = [(float(index), edge) for index, edge in edges if _is_power_of_ten(edge)]
    marks += [(index + 0.5, Decimal(0)) for index, one in enumerate(bins) if one.sign == 0]
    taken: list[tuple[float, float]] = []
    for at, amount in sorted(marks, key=lambda mark: (mark[1] != 0, -abs(mark[1]))):
        text = money_text(amount, currency).removesuffix(".00").replace(".0k", "k").replace(".00M", "M")
        half = text_width(text) / 2 + 4
        centre = min(max(frame.across(at), half - 4), frame.width - half + 4)
        if all(centre + half <= left or centre - half >= right for left, right in taken):
            taken.append((centre - half, centre + half))
            rows.append({"across": centre, "down": first_baseline(frame.height + 8), "text": [text]})
    return rows


def _is_power_of_ten(amount: Decimal) -> bool:
    return amount != 0 and abs(amount).normalize().as_tuple().digits == (1,)


def told(bins: Sequence[_Bin], currency: str, words: str) -> str:
    """The findings of the chart in a sentence or two."""
    losers, winners = _side(bins, -1), _side(bins, 1)
    parts = [
        f"{count_text(side.customers)} {words} are expected to {verb} {money_text(abs(side.amount), currency)}"
        for side, verb in ((winners, "bring"), (losers, "cost"))
        if side.customers
    ]
    return f"Spread of expected value, a forecast. {'; '.join(parts) or f'No {words} bring or cost anything'}."
