"""Signals: with whom a behaviour has veered, and what that puts at risk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np

from unequal.customer_base.loyalty.features import CONTROLS, LEVELS, usual_of
from unequal.customer_base.loyalty.leaving import NINE_IN_TEN, Floats, added
from unequal.customer_base.loyalty.mornings import Morning
from unequal.customer_base.loyalty.strengths import Model

FEWEST_OF_GROUP: Final = 30
"""Fewer customers than this make no group that a signal speaks of."""
_BEYOND_CHANCE: Final = 3.0
"""A group's share must lie so many standard errors above its usual one: many groups are looked at."""
_FIRST: Final = len(CONTROLS) + len(LEVELS)


@dataclass(frozen=True)
class Worth:
    """What is expected of n customers within the horizon: never below nothing, for nothing is lost with a customer who costs."""

    expected: Floats
    spread: Floats


@dataclass(frozen=True)
class Veered:
    """Who veers today, and what it adds.

    Args:
        which: n x behaviours.
        share: n x behaviours: each one's part of what is added.
        added: n; error: its standard error.
    """

    which: Any
    share: Floats
    added: Floats
    error: Floats


def veered(model: Model, today: Morning, told: Any) -> Veered:
    """With whom which of the behaviours that count (`told`) have veered today."""
    which, features = model.veers(today, told), model.features(today)
    gain, error = added(model.fit, features, model.usual(features, which))
    parts = np.where(which, (features - model.usual(features))[:, _FIRST:] * model.fit.weights[1 + _FIRST :], 0.0)
    whole = parts.sum(axis=1, keepdims=True)
    return Veered(which, np.divide(parts, whole, out=np.zeros_like(parts), where=whole > 0), gain, error)


def lead(model: Model, test: Morning | None, told: Any) -> tuple[float, float, float]:
    """Days from a warning to the last order or contact of those who then fell silent: mean, and the ends of nine in ten; all 0 if none did."""
    if test is None:
        return 0.0, 0.0, 0.0
    gone = test.lead_days[model.veers(test, told).any(axis=1) & (test.later == 0)]
    if not len(gone):
        return 0.0, 0.0, 0.0
    return float(gone.mean()), float(np.quantile(gone, 0.05)), float(np.quantile(gone, 0.95))


@dataclass(frozen=True)
class Today:
    """What signals are told from.

    Args:
        model: in force.
        morning: the customers of the day of the run.
        found: with whom what veers.
        worth: of the customers.
        behaviours: their names.
        lead: see `lead`.
    """

    model: Model
    morning: Morning
    found: Veered
    worth: Worth
    behaviours: Sequence[str]
    lead: tuple[float, float, float]


def customer_rows(of: Today) -> list[dict[str, Any]]:
    """SIGNAL rows of customers, most at risk first."""
    model, today, found, worth, behaviours, days = of.model, of.morning, of.found, of.worth, of.behaviours, of.lead
    usual = usual_of(today.counts, model.recent_days)
    begun = today.day - timedelta(days=int(model.recent_days))
    who, what = np.nonzero(found.which)
    share = found.share[who, what]
    rows = [
        {
            "subject": "customer", "customer_id": str(today.ids[at]), "behaviour": behaviours[int(place)],
            "since": _since(model, today, int(at), int(place), begun), "recent": int(today.counts.recent[at, place]), "usual": float(usual[at, place]),
            **_lead(days), **_risk(found.added[at] * part, found.error[at] * part, worth.expected[at], worth.spread[at]),
        }
        for at, place, part in zip(who, what, share, strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["at_risk_expected"], row["customer_id"], row["behaviour"]))


def _lead(days: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip(("lead_days_expected", "lead_days_low", "lead_days_high"), days, strict=True))


def _since(model: Model, today: Morning, at: int, place: int, begun: Any) -> Any:
    """An event's first day lately; for a rhythm that fell, the day after its last time, no earlier than lately began."""
    told = today.since[at, place] if model.measures[place] == "event" else today.last[at, place] + 1
    if np.isnan(told):
        return begun
    day = (np.datetime64("1970-01-01", "D") + np.timedelta64(int(told), "D")).item()
    return min(max(day, begun), today.day - timedelta(days=1))


def _risk(gain: float, error: float, worth: float, spread: float) -> dict[str, float]:
    """Added loss and dollars at risk with their ranges: both factors' errors, as if independent."""
    risk = gain * worth
    wide = NINE_IN_TEN * float(np.hypot(gain * spread, worth * error))
    return {
        "added_loss_expected": float(gain), "added_loss_low": float(max(gain - NINE_IN_TEN * error, 0.0)),
        "added_loss_high": float(min(gain + NINE_IN_TEN * error, 1.0)),
        "at_risk_expected": float(risk), "at_risk_low": float(max(risk - wide, 0.0)), "at_risk_high": float(risk + wide),
    }  # fmt: skip


def group_rows(today: Today, earlier: Sequence[Morning], told: Any) -> Iterator[dict[str, Any]]:
    """SIGNAL rows of groups: a behaviour has veered with more of their customers than it has on earlier mornings.

    Args:
        today: what is told.
        earlier: mornings to hold it against.
        told: which behaviours count.
    """
    then = [(one, today.model.veers(one, told)) for one in earlier]
    yield from _group("all", np.ones(len(today.morning), bool), np.vstack([veers for _, veers in then]), today)
    for kind, names in today.morning.groups.items():
        for name in sorted({*names} - {""}):
            before = np.vstack([veers[one.groups[kind] == name] for one, veers in then])
            yield from _group(f"{kind} {name}", names == name, before, today)


def _group(subject: str, mine: Any, before: Any, of: Today) -> Iterator[dict[str, Any]]:
    n = int(mine.sum())
    if n < FEWEST_OF_GROUP or len(before) < FEWEST_OF_GROUP:
        return
    for place, behaviour in enumerate(of.behaviours):
        now, usual = int(of.found.which[mine, place].sum()), float(before[:, place].mean())
        excess = now / n - usual
        chance = np.sqrt(max(usual * (1 - usual), 1 / n) * (1 / n + 1 / len(before)))
        if now and excess > _BEYOND_CHANCE * chance:
            since = of.morning.day - timedelta(days=int(of.model.recent_days))
            told = {"subject": subject, "customer_id": None, "behaviour": behaviour, "since": since, "recent": now, "usual": usual * n}
            yield told | _lead(of.lead) | _risk_of_group(of, mine & of.found.which[:, place], place, excess / (now / n), n)


def _risk_of_group(of: Today, which: Any, place: int, beyond: float, n: int) -> dict[str, float]:
    """What is at risk beyond usual: errors of the weights are shared by all; those of single customers' worth cancel out."""
    part, worth = of.found.share[which, place] * beyond, of.worth
    gain, error = part * of.found.added[which], part * of.found.error[which]
    risk, mean = float((gain * worth.expected[which]).sum()), float(gain.sum()) / n
    own = float(np.sqrt(((gain * worth.spread[which]) ** 2).sum()))
    wide = NINE_IN_TEN * float(np.hypot((error * worth.expected[which]).sum(), own))
    off = NINE_IN_TEN * float(error.sum()) / n
    return {
        "added_loss_expected": mean, "added_loss_low": max(mean - off, 0.0), "added_loss_high": mean + off,
        "at_risk_expected": risk, "at_risk_low": max(risk - wide, 0.0), "at_risk_high": risk + wide,
    }  # fmt: skip
