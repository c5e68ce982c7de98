"""What a simulation of routing says: plain rows for whoever prints or reads them, and sentences for readers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np

from unequal import contact_centre
from unequal.flow.simulating import WEEKDAYS, Simulation

_FEW: Final = 5
"""Agents in the busiest hour below which an order of serving changes next to nothing."""
_HARDLY: Final = 0.95
_Played = contact_centre.simulation.Played


def told(found: Simulation) -> dict[str, Any]:
    """A simulation as plain values: each figure with `expected`, `low` and `high`, and what is no number as nothing.

    Returns:
        seen: what the base told, in sentences; classes, costs, beside, staffing and assumptions: rows; findings: sentences.
    """
    comparison, prices = contact_centre.comparison, found.prices
    whole = {
        "currency": found.currency, "channel": found.wanted.channel, "day": WEEKDAYS[found.seen.weekday], "replications": found.wanted.replications,
        "seed": found.wanted.seed, "seen": _seen(found),
        "classes": [asdict(each) for each in comparison.by_class(found.played, prices)],
        "costs": [asdict(each) for each in comparison.of_all(found.played, prices)],
        "beside": [_beside(found, each) for each in found.played if each is not _other(found)],
        "staffed_under": comparison.label_of(found.staffing[0][1].discipline),
        "staffing": [_staff(agents, each, prices) for agents, each in found.staffing],
        "assumptions": _assumptions(found), "findings": _findings(found),
    }  # fmt: skip
    plain: dict[str, Any] = _numbers(whole)
    return plain


def _numbers(value: Any) -> Any:
    """Without what is no number, for JSON knows none of that."""
    if isinstance(value, dict):
        return {name: _numbers(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_numbers(each) for each in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _other(found: Simulation) -> _Played:
    """What the others are held against: strict priority, or the discipline that was named first."""
    return found.named("strict") or found.played[0]


def _beside(found: Simulation, one: _Played) -> dict[str, Any]:
    beside = contact_centre.comparison.beside(one, _other(found), found.prices)
    return {**asdict(beside), "abandonment": {name: asdict(each) for name, each in zip(found.classes, beside.abandonment, strict=True)}}


def _staff(agents: int, one: _Played, prices: contact_centre.comparison.Prices) -> dict[str, Any]:
    of_class = contact_centre.comparison.by_class([one], prices)
    (of_all,) = contact_centre.comparison.of_all([one], prices)
    return {"agents": agents, "agent_hours": one.agent_hours, **asdict(of_all), "abandonment": {each.contact_class: asdict(each.abandonment) for each in of_class}}  # fmt: skip


def _assumptions(found: Simulation) -> list[dict[str, Any]]:
    """What a quarter less and more of patience, and of what an abandoned contact loses, does to what is lost and to what the guard costs."""
    less, more = (days for _, days in found.quarters)
    usual = found.named("guard") or found.played[0]
    place = found.played.index(usual)
    rows = [_assumed("patience", f"lost under {_label(usual)}", found, [less[place : place + 1], [usual], more[place : place + 1]])]
    if usual is not _other(found):
        other = found.played.index(_other(found))
        pairs = [[days[place], days[other]] for days in (less, found.played, more)]
        rows.append(_assumed("patience", f"{_label(usual)} dearer than {_label(_other(found))}", found, pairs))
    return [*rows, *(_scaled(row) for row in rows)]


def _label(one: _Played) -> str:
    return contact_centre.comparison.label_of(one.discipline)


def _assumed(assumed: str, figure: str, found: Simulation, days: Sequence[Sequence[_Played]]) -> dict[str, Any]:
    """A row of three figures: what is lost under one discipline, or how much more than under the other."""
    of_all, beside = contact_centre.comparison.of_all, contact_centre.comparison.beside
    figures = [
        beside(pair[0], pair[1], found.prices).dearer_expected if len(pair) > 1 else of_all(pair, found.prices)[0].lost_expected
        for pair in days
    ]
    return {
        "assumed": assumed,
        "figure": figure,
        **{name: asdict(each) for name, each in zip(("quarter_less", "as_assumed", "quarter_more"), figures, strict=True)},
    }


def _scaled(row: dict[str, Any]) -> dict[str, Any]:
    """The same for what an abandoned contact loses: dollars go with it in proportion."""
    as_assumed = row["as_assumed"]
    return {**row, "assumed": "lost with an abandoned contact",
            **{name: {end: value * times for end, value in as_assumed.items()} for name, times in (("quarter_less", 0.75), ("quarter_more", 1.25))}}  # fmt: skip


def _seen(found: Simulation) -> list[str]:
    wanted, seen, currency = found.wanted, found.seen, found.currency
    a_day = {one.name: sum(one.contacts_an_hour) for one in found.centre.classes}
    of_classes = ", ".join(f"{name} {count:,.1f}" for name, count in a_day.items())
    handling = ", ".join(f"{one.name} {one.handling.mean_seconds / 60:,.1f}" for one in found.centre.classes)
    times = f", times {wanted.contacts:g}" if wanted.contacts != 1.0 else ""
    lost = ", ".join(f"{name} {each:,.2f}" for name, each in zip(found.classes, found.prices.lost, strict=True))
    reserved = "".join(f", {most} of them for {name} alone" for name, most in wanted.reserved.items())
    what = (
        f"A {WEEKDAYS[seen.weekday].capitalize()} by {wanted.channel}, the mean of {seen.day.days}{times}: {sum(a_day.values()):,.1f} contacts ({of_classes}). "
        f"Beyond chance such days differ by {seen.day.busyness_variation:.0%}."
    )
    who = (
        f"Minutes to serve one, as measured: {handling}. Agents in the busiest hour: {found.peak}{reserved}; {found.played[0].agent_hours:,.0f} agent hours a day, "
        f"{found.prices.agent_hour:,.2f} {currency} each, {'as was said' if wanted.agent_hour is not None else 'as the ledger charged them'}."
    )
    assumed = (
        f"Assumed, for no base tells of who gave up: patience {wanted.patience_seconds:g} s in the mean; lost with each abandoned contact "
        f"{float(wanted.lost_share):.2%} of what its customer is expected to bring, in {currency}: {lost}."
    )
    return [what, who, assumed]


def _findings(found: Simulation) -> list[str]:
    come, strict, guard = (found.named(name) for name in ("first_come", "strict", "guard"))
    said = []
    if come is not None and strict is not None:
        said += _of_priority(found, come, strict)
    if strict is not None and guard is not None:
        said.append(_of_the_guard(found, guard, strict))
    if found.peak < _FEW:
        said.append(
            f"So few agents ({found.peak}) seldom have two contacts to choose between: --contacts 100 plays a centre a hundred times as large."
        )
    said.append(_of_the_agents(found))
    return said


def _of_priority(found: Simulation, come: _Played, strict: _Played) -> list[str]:
    """What strict priority does to those who came on the days that were played; floors go before all others under either."""
    rows = contact_centre.comparison.by_class([come, strict], found.prices)
    share = {(each.discipline, each.contact_class): each.abandonment.expected for each in rows}
    names = [name for name in found.classes if name not in strict.discipline.floors and not math.isnan(share[_label(strict), name])]
    if not names:
        return []
    first, *others = [(name, _share(share[_label(come), name]), _share(share[_label(strict), name])) for name in names]
    rest = ", ".join(f"{name} {before} to {after}" for name, before, after in others)
    moved = f"abandonment of {first[0]} from {first[1]} to {first[2]}, and that of {rest or 'nobody else'}"
    return [f"Strict priority takes {moved}: it moves abandonment, and removes none."]


def _of_the_agents(found: Simulation) -> str:
    """Which of the numbers that were tried costs least, and whether that is the end of what was tried."""
    totals = [contact_centre.comparison.of_all([one], found.prices)[0].total_expected.expected for _, one in found.staffing]
    place = totals.index(min(totals))
    agents, one = found.staffing[place]
    beyond = "; fewer were not tried" if place == 0 and agents > 1 else "; more were not tried" if place == len(totals) - 1 else ""
    return (
        f"Of the numbers of agents tried, {agents} in the busiest hour cost least together, agents and what is lost, under {_label(one)}{beyond}. "
        "That rests on what is assumed to be lost with an abandoned contact."
    )


def _of_the_guard(found: Simulation, guard: _Played, strict: _Played) -> str:
    cost = contact_centre.comparison.beside(guard, strict, found.prices)
    # Of a class of which nobody came there is no wait, on some days or on all.
    waits = [np.stack([each.of("wait_seconds_longest", name) for name in found.classes]) for each in (strict, guard)]
    longest = [float(np.nanmax(each, initial=0.0)) for each in waits]
    dearer = cost.dearer_expected
    ends = f"{dearer.low:,.2f} to {dearer.high:,.2f}".replace("-", "−")
    how = (
        f"costs {dearer.expected:,.2f} {found.currency} a day more than strict priority ({ends})" if dearer.low > 0 else
        f"costs {-dearer.expected:,.2f} {found.currency} a day less than strict priority ({ends})" if dearer.high < 0 else
        f"costs nothing that these days can show beside strict priority ({ends} {found.currency} a day)"
    )  # fmt: skip
    order = "; where agents are too few, a guard keeps the order and shortens nothing" if longest[1] > _HARDLY * longest[0] else ""
    return f"A guard of {guard.discipline.guard_seconds:g} s {how}; the longest wait of all days was {longest[0]:,.0f} s without it and {longest[1]:,.0f} s with it{order}."


def _share(value: float) -> str:
    return f"{value:.1%}"
