"""The whale curve: how few customers bring how much, and what the rest give back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import altair as alt

from unequal.charts.frame import LINE_PIXELS, Frame, first_baseline, rows_of, text_box
from unequal.charts.lettering import text_width, wrapped
from unequal.charts.placing import Align, Box, Point, beside, choose, heights_between
from unequal.charts.tokens import light
from unequal.terms.amounts import count_text, money_text, round_ticks, share_text, tick_text
from unequal.terms.house_words import AS_CUSTOMERS, HouseWords, named

_HEADROOM, _FOOTROOM = 16, 26
_FEWEST_FOR_PERCENT, _FEWEST_FOR_A_FIFTH = 10, 5
_TALL, _WIDE = 280, 560
_COARSEST_STOPS = 10
_STOP_PIXELS, _POINT_PIXELS = 24, 7


Place = tuple[Align, float, float]
"""How a text is aligned, at which x, and where its box begins, in pixels."""


@dataclass(frozen=True)
class _Curve:
    """The curve's points in rank order, from rank 0, and what can be read off them."""

    ranks: tuple[int, ...]
    money: tuple[Decimal, ...]
    peak_index: int
    currency: str
    word: str
    top_fifth: Decimal | None
    top_fifth_share: Decimal | float | None
    house: HouseWords = AS_CUSTOMERS

    @property
    def customers(self) -> int:
        return self.ranks[-1]

    @property
    def total(self) -> Decimal:
        return self.money[-1]

    @property
    def peak(self) -> Decimal:
        return self.money[self.peak_index]

    @property
    def given_back(self) -> Decimal:
        return self.peak - self.total

    @property
    def fifth_rank(self) -> int:
        return self.customers // 5

    @property
    def in_percent(self) -> bool:
        """Percentages mean nothing when the total is not positive, and little for a handful of customers."""
        return self.total > 0 and self.customers >= _FEWEST_FOR_PERCENT

    def x(self, rank: int) -> float:
        return rank / self.customers if self.in_percent else float(rank)

    def money_text(self, amount: Decimal) -> str:
        return money_text(amount, self.currency)


@dataclass(frozen=True)
class _Finding:
    """A text with where it may stand; the first place that is clear is taken."""

    lines: list[str]
    token: str
    places: list[Place]


def whale_curve(
    points: Sequence[Mapping[str, Any]],
    *,
    currency: str,
    word: str = "profit",
    peak_position: Decimal | float | None = None,
    top_fifth: Decimal | None = None,
    top_fifth_share: Decimal | float | None = None,
    house: HouseWords = AS_CUSTOMERS,
    width: int = 1094,
    height: int = 330,
) -> alt.LayerChart:
    """Cumulative money against customers ranked from most to least, its findings written on it.

    Args:
        points: rows of `rank` (0 to the number of customers) and `cumulative` (Decimal), with the
            peak and the end among them; about two hundred are plenty.
        currency: ISO code.
        word: what the money is called at its evidence level; "revenue" is never called earned.
        peak_position: rank of the peak over customers, where several points are equally high.
        top_fifth: what the first fifth of the customers bring; not written where absent.
        top_fifth_share: the same over the total; None where the total is not positive.
        house: what the house calls its customers.
        width: of the whole picture, in pixels; two sizes of one chart serve wide and narrow pages.
        height: of the whole picture, in pixels.

    Where the total is not positive the curve is told in money and numbers of customers, without
    a percentage. Without a customer below zero there is no wedge, and that is written instead.
    """
    if not any(row["rank"] for row in points):
        return _without_customers(house, width, height)
    curve = replace(_read(points, currency, word, peak_position, top_fifth, top_fifth_share, most=width // _POINT_PIXELS), house=house)
    frame = _frame(curve, width, height)
    layers = [
        *_areas(curve, frame),
        frame.zero_line(),
        *_lines(curve, frame),
        *_dots(curve, frame),
        *_findings(curve, frame),
        _read_out(curve, frame),
    ]
    return frame.finished(layers, _told(curve))


def _read(
    points: Sequence[Mapping[str, Any]],
    currency: str,
    word: str,
    peak_position: Decimal | float | None,
    top_fifth: Decimal | None,
    top_fifth_share: Decimal | float | None,
    most: int,
) -> _Curve:
    money_at = {0: Decimal(0)} | {int(row["rank"]): Decimal(row["cumulative"]) for row in points}
    ranks = tuple(sorted(money_at))
    money = tuple(money_at[rank] for rank in ranks)
    highest = [index for index, amount in enumerate(money) if amount == max(money)]
    wanted = 0 if peak_position is None else float(peak_position) * ranks[-1]
    peak = min(highest, key=lambda index: abs(ranks[index] - wanted))
    # More points than pixels to tell them apart would only make the picture heavy.
    last = len(ranks) - 1
    kept = sorted({round(step * last / most) for step in range(most + 1)} | {peak}) if last > most else range(last + 1)
    fifth = top_fifth if ranks[-1] >= _FEWEST_FOR_A_FIFTH else None
    shown = tuple(ranks[index] for index in kept), tuple(money[index] for index in kept)
    return _Curve(*shown, list(kept).index(peak), currency, word, fifth, top_fifth_share)


def _frame(curve: _Curve, width: int, height: int) -> Frame:
    low, high = min(Decimal(0), *curve.money), max(Decimal(0), *curve.money)
    high = high if high > low else Decimal(1)
    ticks = round_ticks(low, high, at_most=6 if height >= _TALL else 5)
    left = max(text_width(tick_text(tick, ticks, curve.currency)) for tick in ticks) + 10
    inner_width, inner_height = width - left - 6, height - 32
    headroom = _HEADROOM + LINE_PIXELS * len(_peak_lines(curve, inner_width))
    footroom = _FOOTROOM if low < 0 else 0
    per_pixel = float(high - low) / (inner_height - headroom - footroom)
    y_domain = (float(low) - footroom * per_pixel, float(high) + headroom * per_pixel)
    return Frame(
        inner_width, inner_height, (2, 6, 30, left), (0.0, curve.x(curve.customers)), y_domain,
        _axis(_customer_ticks(curve, inner_width), grid=False), _axis({float(tick): tick_text(tick, ticks, curve.currency) for tick in ticks}, grid=True),
    )  # fmt: skip


def _areas(curve: _Curve, frame: Frame) -> list[alt.Chart]:
    earned = _over_zero(_points(curve, 0, curve.peak_index))
    kept = _over_zero(_points(curve, curve.peak_index))
    wedge = [{"x": x, "y": y, "y2": curve.peak} for x, y in _points(curve, curve.peak_index)]
    layers = [_area(frame, earned, "value-soft", 1.0, "earned"), _area(frame, kept, "value-soft", 0.55, "kept")]
    if curve.given_back > 0:
        layers.append(_area(frame, wedge, "loss-soft", 1.0, "wedge"))
    return layers


def _area(frame: Frame, rows: Sequence[Mapping[str, Any]], token: str, opacity: float, name: str) -> alt.Chart:
    mark = alt.Chart(rows_of(rows)).mark_area(color=light(token), opacity=opacity, aria=False)
    return frame.draw(mark, name, y2=alt.Y2("y2"))


def _over_zero(points: list[tuple[float, Decimal]]) -> list[dict[str, Any]]:
    """The part of the curve above nought, with the places where it crosses."""
    rows: list[dict[str, Any]] = []
    for index, (x, y) in enumerate(points):
        if index and (y < 0) != (points[index - 1][1] < 0):
            before_x, before_y = points[index - 1]
            rows.append({"x": before_x + (x - before_x) * float(before_y / (before_y - y)), "y": 0, "y2": 0})
        rows.append({"x": x, "y": max(y, Decimal(0)), "y2": 0})
    return rows


def _points(curve: _Curve, start: int, stop: int | None = None) -> list[tuple[float, Decimal]]:
    last = len(curve.ranks) - 1 if stop is None else stop
    return [(curve.x(curve.ranks[index]), curve.money[index]) for index in range(start, last + 1)]


def _lines(curve: _Curve, frame: Frame) -> list[alt.Chart]:
    """The curve itself, before and after its peak."""
    before = [{"x": x, "y": y} for x, y in _points(curve, 0, curve.peak_index)]
    after = [{"x": x, "y": y} for x, y in _points(curve, curve.peak_index)]
    layers = [_line(frame, before, "value", "rising", "The curve up to its peak")] if curve.peak > 0 else []
    if curve.given_back > 0:
        level = [{"x": after[0]["x"], "x2": frame.x_domain[1], "y": curve.peak, "y2": curve.peak}]
        layers += [frame.rules(level, "loss", dash=(2, 2), name="peak_level")] if curve.peak > 0 else []
        layers.append(_line(frame, after, "loss", "falling", "The curve after its peak"))
    return layers


def _line(frame: Frame, rows: Sequence[Mapping[str, Any]], token: str, name: str, told: str) -> alt.Chart:
    mark = alt.Chart(rows_of(rows)).mark_line(color=light(token), strokeWidth=2.25, strokeJoin="round")
    return frame.draw(mark, name, description=alt.DescriptionValue(told))


def _axis(text_of: Mapping[float, str], *, grid: bool) -> alt.Axis:
    return alt.Axis(values=list(text_of), labelExpr=_labels(text_of), labelFlush=not grid, labelOverlap=False, grid=grid)


def _labels(text_of: Mapping[float, str]) -> str:
    """A Vega expression from an axis value to its text; values are matched by nearness, not equality."""
    nearest = " : ".join(
        f"abs(datum.value - {value!r}) <= {abs(value) * 1e-9 + 1e-9!r} ? {json.dumps(text)}" for value, text in text_of.items()
    )
    return f'{nearest} : ""'


def _customer_ticks(curve: _Curve, width: float) -> dict[float, str]:
    if curve.in_percent:
        the_end = curve.house.say("100% of customers")
        room = text_width(the_end) + text_width("80%") + 8
        step = next((step for step in (20, 25, 50) if width * step / 100 >= room), 50)
        return {share / 100: f"{share}%" for share in range(0, 100, step)} | {1.0: the_end}
    everyone = f"{count_text(curve.customers)} {named(curve.customers, curve.house.customers)}"
    room = text_width(everyone) * 1.6 / width * curve.customers
    ranks = round_ticks(Decimal(0), Decimal(curve.customers), at_most=6 if width >= _WIDE else 3)
    whole = [rank for rank in ranks if rank % 1 == 0 and rank <= curve.customers - room]
    return {float(rank): count_text(int(rank)) for rank in whole} | {float(curve.customers): everyone}


def _dots(curve: _Curve, frame: Frame) -> list[alt.Chart]:
    layers = []
    if curve.top_fifth is not None:
        row = {"x": curve.x(curve.fifth_rank), "y": curve.top_fifth, "told": curve.house.say(_fifth_text(curve))}
        layers.append(_dot(frame, row, light("value" if curve.top_fifth >= 0 else "loss"), "top_fifth", size=44))
    peak = {"x": curve.x(curve.ranks[curve.peak_index]), "y": curve.peak, "told": " ".join(_peak_lines(curve, 10_000))}
    ring = "value" if curve.peak > 0 else "loss"
    layers.append(_dot(frame, peak, light("surface"), "peak", size=80, stroke=light(ring), strokeWidth=2.25))
    if curve.total <= 0 and curve.given_back > 0:
        end = {"x": curve.x(curve.customers), "y": curve.total, "told": _end_text(curve)}
        layers.append(_dot(frame, end, light("loss"), "end", size=44))
    return layers


def _dot(frame: Frame, row: Mapping[str, Any], fill: str, name: str, **options: Any) -> alt.Chart:
    mark = alt.Chart(rows_of([row])).mark_point(filled=False, fill=fill, opacity=1, **{"stroke": fill, "strokeWidth": 0, **options})
    return frame.draw(mark, name, description=alt.Description("told:N"))


def _findings(curve: _Curve, frame: Frame) -> list[alt.Chart]:
    """The findings as text, the peak's first, each where it covers neither the curve nor another."""
    line: list[Point] = [(frame.across(x), frame.down(y)) for x, y in _points(curve, 0)]
    level: list[Point] = [
        (frame.across(curve.x(curve.ranks[curve.peak_index])), frame.down(curve.peak)),
        (frame.width, frame.down(curve.peak)),
    ]
    curves = [line, level] if curve.given_back > 0 else [line]
    grid = [frame.down(tick) for tick in frame.y_axis.to_dict()["values"]] if frame.y_axis else []
    taken: list[Box] = []
    layers = []
    for finding in _wanted(curve, frame, line):
        boxes = [text_box(finding.lines, *place, bold=True) for place in finding.places]
        chosen = choose(boxes, curves=curves, taken=taken, bounds=Box(0, -4, frame.width, frame.height - 2), grid=grid)
        align, across, top = finding.places[chosen]
        taken.append(boxes[chosen])
        row = {"across": across, "down": first_baseline(top), "text": finding.lines}
        layers.append(frame.texts([row], align, finding.token, bold=True))
    return layers


def _wanted(curve: _Curve, frame: Frame, line: list[Point]) -> list[_Finding]:
    findings = [_peak_finding(curve, frame)]
    if curve.total <= 0 and curve.given_back > 0:
        findings.append(_end_finding(curve, frame, line))
    if curve.given_back > 0 and curve.peak > 0:
        findings.append(_given_back_finding(curve, frame, line))
    if curve.top_fifth is not None:
        findings.append(_fifth_finding(curve, frame, line))
    return findings


def _peak_finding(curve: _Curve, frame: Frame) -> _Finding:
    lines = _peak_lines(curve, frame.width)
    anchor = frame.across(curve.x(curve.ranks[curve.peak_index]))
    width = max(text_width(line, bold=True) for line in lines)
    align, across = beside(anchor, width, frame.width)
    top = frame.down(curve.peak) - 10 - LINE_PIXELS * len(lines)
    return _Finding(lines, "ink", [(align, across, top)])


def _given_back_finding(curve: _Curve, frame: Frame, line: list[Point]) -> _Finding:
    """Inside the wedge where it is large enough, else below the curve's end."""
    text = f"{curve.money_text(curve.given_back)} given back"
    width, right = text_width(text, bold=True), frame.width
    level = frame.down(curve.peak)
    places: list[Place] = [("right", right - inset, level + drop) for drop in (6, 12, 20) for inset in (6, 18)]
    return _Finding([text], "loss", places + _below(line, "right", right, width, frame) + _left_of(line, width, frame))


def _end_finding(curve: _Curve, frame: Frame, line: list[Point]) -> _Finding:
    text = _end_text(curve)
    width, right = text_width(text, bold=True), frame.width
    places: list[Place] = [("right", right, frame.down(curve.total) + drop) for drop in (7, 10)]
    return _Finding([text], "loss", places + _left_of(line, width, frame))


def _fifth_finding(curve: _Curve, frame: Frame, line: list[Point]) -> _Finding:
    """Below the curve to the right of its dot, or wherever near it is clear; on a narrow plot in two lines."""
    assert curve.top_fifth is not None
    across, down = frame.across(curve.x(curve.fifth_rank)), frame.down(curve.top_fifth)
    lines = wrapped(curve.house.say(_fifth_text(curve)), max(110.0, frame.width * 0.45), bold=True)
    width = max(text_width(text, bold=True) for text in lines)
    places: list[Place] = [("left", across + 12, down + drop) for drop in (2, 6, 10)]
    places += _below(line, "left", across + 8, width, frame)
    places += [("left", across + 8, down - 8 - LINE_PIXELS * len(lines)), ("right", across - 8, down - 8 - LINE_PIXELS * len(lines))]
    places += _left_of(line, width, frame)
    return _Finding(lines, "ink" if curve.top_fifth >= 0 else "loss", places)


def _below(line: list[Point], align: Align, across: float, width: float, frame: Frame) -> list[Place]:
    """Places under the curve near an x, the nearest first."""
    left = across - width if align == "right" else across
    deepest = heights_between(line, max(left - 4, 0), min(left + width + 4, frame.width))[1]
    return [(align, across, deepest + drop) for drop in (6, 9, 12, 15, 20, 26, 34, 44)]


def _left_of(line: list[Point], width: float, frame: Frame) -> list[Place]:
    """Places that end left of where a falling curve passes, from its lower end upwards."""
    heights = [frame.height - 20 - step for step in range(0, int(frame.height) - 40, 8)]
    falling = line[min(range(len(line)), key=lambda index: line[index][1]) :]
    passes = [(max((x for x, y in falling if y <= height - 4), default=0.0), height) for height in heights]
    return [("right", x - 8, height) for x, height in passes if x - 8 > width]


def _peak_lines(curve: _Curve, width: float) -> list[str]:
    return wrapped(curve.house.say(_peak_text(curve)), width, bold=True, lines=2)


def _peak_text(curve: _Curve) -> str:
    earned = "brought" if curve.word == "revenue" else "earned"
    if curve.customers == 1:
        return f"{curve.money_text(curve.total)} from one customer"
    if curve.peak <= 0:
        return "No customer is above zero"
    if curve.given_back == 0:
        return f"{curve.money_text(curve.total)} in all, no customer below zero"
    rank = curve.ranks[curve.peak_index]
    if curve.in_percent:
        return f"Peak {curve.money_text(curve.peak)}, {earned} by {share_text(Decimal(rank) / curve.customers)} of customers"
    first = "the first customer" if rank == 1 else f"the first {count_text(rank)}"
    return f"Peak {curve.money_text(curve.peak)}, {earned} by {first} of {count_text(curve.customers)}"


def _fifth_text(curve: _Curve) -> str:
    bring = "bring" if curve.word == "revenue" else "earn"
    assert curve.top_fifth is not None
    if curve.in_percent and curve.top_fifth_share is not None:
        return f"Top 20% {bring} {share_text(curve.top_fifth_share)} of {curve.word}"
    who, bring = ("customer", f"{bring}s") if curve.fifth_rank == 1 else (f"{count_text(curve.fifth_rank)} customers", bring)
    return f"Top {who} {bring} {curve.money_text(curve.top_fifth)}"


def _end_text(curve: _Curve) -> str:
    return f"Ends at {curve.money_text(curve.total)}"


def _read_out(curve: _Curve, frame: Frame) -> alt.Chart:
    """Invisible columns over the plot, each telling its place on the curve: for pointer, keys and readers."""
    chosen = _stops(curve, frame.width)
    xs = [curve.x(curve.ranks[index]) for index in chosen]
    edges = [0.0, *((left + right) / 2 for left, right in pairwise(xs)), frame.x_domain[1]]
    low, high = frame.y_domain
    spans = zip(pairwise(edges), chosen, strict=True)
    rows = [
        {"x": left, "x2": right, "y": low, "y2": high, "told": curve.house.say(_told_at(curve, index))} for (left, right), index in spans
    ]
    mark = alt.Chart(rows_of(rows)).mark_rect(color=light("ink"), opacity=0)
    return frame.draw(mark, "readout", x2=alt.X2("x2"), y2=alt.Y2("y2"), description=alt.Description("told:N"))


def _stops(curve: _Curve, width: float) -> list[int]:
    """Which points are told: those nearest to even steps, the peak and the end."""
    steps = next(steps for steps in (50, 40, 20, _COARSEST_STOPS) if width / steps >= _STOP_PIXELS or steps == _COARSEST_STOPS)
    wanted = [Decimal(step) * curve.customers / steps for step in range(1, steps + 1)]
    nearest = {min(range(1, len(curve.ranks)), key=lambda index: abs(curve.ranks[index] - rank)) for rank in wanted}
    return sorted(nearest | ({curve.peak_index} - {0}))


def _told_at(curve: _Curve, index: int) -> str:
    rank, money = curve.ranks[index], curve.money[index]
    if curve.in_percent:
        of_total = share_text(money / curve.total)
        return f"First {share_text(Decimal(rank) / curve.customers)} of customers: {curve.money_text(money)}, {of_total} of {curve.word}"
    return f"First {count_text(rank)} of {count_text(curve.customers)} customers: {curve.money_text(money)}"


def _told(curve: _Curve) -> str:
    findings = [_peak_text(curve)]
    if curve.top_fifth is not None:
        findings.append(_fifth_text(curve))
    if curve.given_back > 0 and curve.peak > 0:
        findings.append(f"{curve.money_text(curve.given_back)} given back after the peak")
    findings.append(_end_text(curve))
    return curve.house.say(f"Whale curve: cumulative {curve.word} of customers ranked from most to least. {'. '.join(findings)}.")


def _without_customers(house: HouseWords, width: int, height: int) -> alt.LayerChart:
    frame = Frame(width - 12, height - 32, (2, 6, 30, 6), (0.0, 1.0), (0.0, 1.0))
    text = house.say("No customer has money in this selection")
    row = {"across": frame.width / 2, "down": frame.height / 2, "text": [text]}
    return frame.finished([frame.zero_line(), frame.texts([row], "center", "ink2")], text)
