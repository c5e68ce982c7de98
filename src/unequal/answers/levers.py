"""The levers of a firm that steers by its customers: each from one figure of its own and one effect that is supposed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, NamedTuple, Protocol

import ibis

from unequal.answers.base import Base
from unequal.answers.evidence import booked_days
from unequal.terms.lines import LINES_OF_LEVEL, Level, Line
from unequal.terms.money import money_sum

_POINTS_TOLD: Final = 5.0
_FEW: Final = 30
FEWEST: Final = 30
"""Slices of fewer customers are withheld."""
_NO_SPEND: Final = ("channel", "market")
_YEAR_WEEKS: Final = 52
_REICHHELD: Final = "Literature: five points up to 100 % more profit (Reichheld & Sasser 1990), of one cohort's lifetime, not a year's."
_ACCENTURE: Final = "Literature: differentiated service, {} (Accenture)."
_ZERO: Final = Decimal(0)


class Effect(Protocol):
    """How much something might do, as the section worth_doing supposes."""

    @property
    def low(self) -> float:
        """At least."""

    @property
    def supposed(self) -> float:
        """What is supposed."""

    @property
    def high(self) -> float:
        """At most."""

    @property
    def grounds(self) -> str:
        """Where it comes from; empty where it is assumed."""


class _Made(NamedTuple):
    low: float
    supposed: float
    high: float
    grounds: str


@dataclass(frozen=True)
class Lever:
    """One lever.

    Args:
        key, name: what it is called.
        own: the firm's own figure that it works on, dollars.
        figure: what that figure is.
        effect: from, supposed, to.
        unit: what the effect is measured in.
        year: what it would bring in a year: low, supposed, high; dollars.
        literature: what others say; never part of a figure.
        lacks: what there is not, so that it cannot be told; empty where it can.
        replaces: of one that was measured, the key of the assumed lever whose place it takes in the sum.
    """

    key: str
    name: str
    own: Decimal
    figure: str
    effect: Effect
    unit: str
    year: tuple[float, float, float]
    literature: str = ""
    lacks: str = ""
    replaces: str = ""


def made(key: str, supposed: float) -> Lever:
    """A lever of a supposed gain, for trying the sum out."""
    return Lever(key, key, Decimal(1), "", _Made(0.0, 1.0, 2.0, ""), "", (0.0, supposed, 2 * supposed))


def as_measured(
    key: str, name: str, own: Decimal, each: tuple[float, float, float], year: tuple[float, float, float], grounds: str, replaces: str
) -> Lever:
    """A lever whose effect was measured: what each customer treated brought more, and what that comes to in a year."""
    effect = _Made(round(each[0], 2), round(each[1], 2), round(each[2], 2), grounds)
    return Lever(key, name, own, "what contacts cost", effect, "a customer treated", year, replaces=replaces)


def levers_of(base: Base) -> tuple[Lever, ...]:
    """Retention, cost to serve, mix and service by value, whether or not each can be told."""
    year = _last_year(base)
    return (_retention(base), _cost_to_serve(base, year), _mix(base), _service(base, year))


def levers_of_some(whole: Base, part: Base) -> tuple[Lever, ...]:
    """The levers of some customers alone.

    Args:
        whole: the base, of which retention is measured by line of business.
        part: the base of these customers alone, of `parting.parted`.

    Returns:
        Retention is the whole base's, by the share that these customers have in what a point of it brings; the mix is of new customers of all sources,
        and is not told of a part.
    """
    year = _last_year(part, whole)
    mix = whole.project.worth_doing.mix_share
    unit = "share of the customers of poorer sources"
    return (
        _share_of_retention(whole, part),
        _cost_to_serve(part, year),
        _lacking("mix", "Mix of new customers", mix, unit, "a part that sources bring: the mix is of all new customers"),
        _service(part, year),
    )


def _share_of_retention(whole: Base, part: Base) -> Lever:
    found = _retention(whole)
    name = "point_of_retention_expected"
    sums = [
        float(str(one.fetch(one.table("customer_value").aggregate(point=lambda t: t[name].sum()))[0]["point"] or 0.0))
        for one in (part, whole)
    ]
    if found.lacks or sums[1] <= 0:
        return found
    share = sums[0] / sums[1]
    low, supposed, high = (end * share for end in found.year)
    own = Decimal(repr(round(float(found.own) * share, 2)))
    return replace(found, own=own, figure=f"{found.figure}, these customers' share of it", year=(low, supposed, high))


def _lacking(key: str, name: str, effect: Effect, unit: str, lacks: str) -> Lever:
    return Lever(key, name, _ZERO, "", effect, unit, (0.0, 0.0, 0.0), lacks=lacks)


def _times(effect: Effect, each: float) -> tuple[float, float, float]:
    """What an effect makes of a figure that is per unit of it."""
    return effect.low * each, effect.supposed * each, effect.high * each


def prepared(base: Base) -> Base:
    """The base with what the levers of it, and of every slice of it, are summed from, put together once."""
    year = _last_year(base)
    summed = year.group_by("customer_id", "line", "band").aggregate(amount=money_sum(year["amount"]))
    return replace(base, tables={**base.tables, "last_year": base.keep(summed)})


def _last_year(base: Base, whole: Base | None = None) -> ibis.Table:
    """STATEMENT of the twelve months up to the last booked one, of the whole base, with each customer's band."""
    if "last_year" in base.tables:
        return base.tables["last_year"]
    statement = base.table("statement")
    last = base.fetch((whole or base).table("statement").aggregate(last=lambda t: t["month"].max()))[0]["last"]
    if isinstance(last, date):
        statement = statement.filter(statement["month"] > last - timedelta(days=360))  # twelve first days of months
    return statement.inner_join(base.table("band").select("customer_id", "band"), "customer_id")


def _retention(base: Base) -> Lever:
    key, name, effect, unit = "retention", "Retention", base.project.worth_doing.points_of_retention, "points of yearly retention"
    rows: list[dict[str, Any]] = (
        [dict(row) for row in base.fetch(base.table("retention_worth"))] if "retention_worth" in base.tables else []
    )
    gains = {points: float(sum(row["year_gain_expected"] for row in rows if row["points"] == points)) for points in (1.0, _POINTS_TOLD)}
    if not rows or base.level is Level.REVENUE:
        return _lacking(
            key, name, effect, unit, "a forecast of a year and of costs: at revenue alone a kept customer's profit is not known"
        )
    low, supposed, high = (gain_of_points(points, gains[1.0], gains[_POINTS_TOLD]) for points in (effect.low, effect.supposed, effect.high))
    own = Decimal(repr(round(gains[1.0], 2)))
    return Lever(
        key,
        name,
        own,
        "what one point more brings in the first year, by our own hazards",
        effect,
        unit,
        (min(low, high), supposed, max(low, high)),
        _REICHHELD,
    )


def gain_of_points(points: float, one: float, five: float) -> float:
    """What some points of retention bring, drawn straight between none, one and five; more than five are told as five.

    >>> [gain_of_points(points, 10.0, 44.0) for points in (0, 0.5, 1, 3, 9)]
    [0.0, 5.0, 10.0, 27.0, 44.0]
    """
    if points <= 1:
        return points * one
    return one + (min(points, _POINTS_TOLD) - 1) / (_POINTS_TOLD - 1) * (five - one)


def _cost_to_serve(base: Base, year: ibis.Table) -> Lever:
    key, name, effect, unit = "cost_to_serve", "Cost to serve", base.project.worth_doing.cost_to_serve_share, "share of it"
    below = year.filter(year["band"] == "unprofitable", year["line"] == str(Line.COST_TO_SERVE))
    cost = -Decimal(str(base.fetch(below.aggregate(cost=money_sum(below["amount"])))[0]["cost"] or 0))
    if cost <= 0:
        return _lacking(key, name, effect, unit, "a cost of serving customers below zero (ledger.activities)")
    return Lever(key, name, cost, "what serving customers below zero cost in the last twelve months", effect, unit, _times(effect, float(cost)),
                 _ACCENTURE.format("-8 % operating cost"))  # fmt: skip


def _mix(base: Base) -> Lever:
    """New customers of one year, some of whom come from the best source instead of a poorer one; worth spread evenly over the horizon."""
    key, name, effect, unit = "mix", "Mix of new customers", base.project.worth_doing.mix_share, "share of the customers of poorer sources"
    rows: list[dict[str, Any]] = (
        [dict(row) for row in base.fetch(base.table("acquisition_source"))] if "acquisition_source" in base.tables else []
    )
    by = next((one for one in ("acquisition", *_NO_SPEND) if any(row["dimension"] == one for row in rows)), None)
    # Whom nothing was spent on came by themselves: more of them cannot be had for money.
    chosen = [
        row for row in rows if row["dimension"] == by and row["customers"] >= _FEW and (by in _NO_SPEND or row["acquisition_cost"] < 0)
    ]
    if len(chosen) < 2 or base.level is Level.REVENUE:  # noqa: PLR2004 - a mix needs two
        return _lacking(
            key, name, effect, unit, "two sources of thirty customers, with their costs (a channel, a market, or acquisition spend)"
        )
    net = {row["source"]: row["worth_per_customer_expected"] + float(row["acquisition_cost"]) / row["customers"] for row in chosen}
    best = max(net, key=lambda one: (net[one], one))
    a_year = _YEAR_WEEKS / max(base.project.value.horizon_weeks, _YEAR_WEEKS) / max(_years(base), 1.0)
    each = sum(row["customers"] * (net[best] - net[row["source"]]) for row in chosen) * a_year
    surer = sum(row["worth_per_customer_high"] - row["worth_per_customer_expected"] for row in chosen if row["source"] == best)
    most = each + surer * sum(row["customers"] for row in chosen if row["source"] != best) * a_year
    figure = f"what a year's new customers of other {by}s would bring more a year, were all like those of {best}"
    ends = (effect.low * each, effect.supposed * each, effect.high * most)  # the best source's worth is a forecast with a range too
    return Lever(key, name, Decimal(repr(round(each, 2))), figure, effect, unit, ends,
                 "That the best source has as many more to give at the same worth is assumed too.")  # fmt: skip


def _years(base: Base) -> float:
    first, last = booked_days(base)
    return (last - first).days / 365.25 if isinstance(first, date) and isinstance(last, date) else 1.0


def _service(base: Base, year: ibis.Table) -> Lever:
    key, name, effect, unit = "service", "Service by value", base.project.worth_doing.revenue_share, "share more bought"
    lines = [str(line) for line in LINES_OF_LEVEL[base.level]]
    best = year.filter(
        year["band"] == "profitable", year["line"].isin(lines), ~year["line"].isin([str(Line.ACQUISITION), str(Line.RETENTION)])
    )
    earned = Decimal(str(base.fetch(best.aggregate(earned=money_sum(best["amount"])))[0]["earned"] or 0))
    if earned <= 0 or base.level is Level.REVENUE:
        return _lacking(key, name, effect, unit, "what profitable customers leave over after their costs")
    return Lever(key, name, earned, f"what profitable customers left over in the last twelve months{_idle(base)}", effect, unit,
                 _times(effect, float(earned)), _ACCENTURE.format("+2 % revenue"))  # fmt: skip


def _idle(base: Base) -> str:
    """How much capacity stood idle that could serve them."""
    if "pool" not in base.tables:
        return ""
    pool = base.table("pool")
    told = base.fetch(pool.aggregate(idle=pool["idle_seconds"].sum(), whole=pool["practical_seconds"].sum()))[0]
    idle, whole = (float(str(told[name] or 0)) for name in ("idle", "whole"))
    return f"; {idle / whole:.0%} of the minutes of those who serve stand idle" if whole else ""
