"""Disciplines side by side: every class under each, in waiting, abandonment and dollars, and what one costs beside another on the same days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from unequal.contact_centre.disciplines import Discipline
from unequal.contact_centre.intervals import Estimate, difference, estimate
from unequal.contact_centre.simulation import Played

_NAMES: Final = {"first_come": "first come", "strict": "strict", "guard": "guard", "ageing": "ageing", "c_mu_theta": "cμ/θ"}

_FIGURES: Final = (
    "arrived", "answered", "abandoned", "abandonment", "within_target", "wait_seconds_mean", "wait_seconds_p50", "wait_seconds_p95", "wait_seconds_longest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Prices:
    """What a centre costs.

    Attributes:
        lost: dollars lost with each abandoned contact, by class in their order: an assumption.
        agent_hour: what an hour of an agent costs.
    """

    lost: tuple[Decimal, ...]
    agent_hour: Decimal


@dataclass(frozen=True, slots=True)
class OfClass:
    """One class under one discipline; every figure of a day, with its interval.

    Attributes:
        abandonment: the share of all that arrived who gave up.
        within_target: the share of all that arrived who were answered within the target.
        wait_seconds_mean, wait_seconds_p50, wait_seconds_p95, wait_seconds_longest: of all contacts, until answered or given up.
        lost_expected: dollars a day lost with abandoned contacts.
    """

    discipline: str
    contact_class: str
    arrived: Estimate
    answered: Estimate
    abandoned: Estimate
    abandonment: Estimate
    within_target: Estimate
    wait_seconds_mean: Estimate
    wait_seconds_p50: Estimate
    wait_seconds_p95: Estimate
    wait_seconds_longest: Estimate
    lost_expected: Estimate


@dataclass(frozen=True, slots=True)
class OfAll:
    """All classes under one discipline: what a day costs.

    Attributes:
        agents_expected: dollars a day for agents, by the hours that they are there.
        lost_expected: dollars a day lost with abandoned contacts.
        total_expected: both.
    """

    discipline: str
    utilisation: Estimate
    agents_expected: float
    lost_expected: Estimate
    total_expected: Estimate


@dataclass(frozen=True, slots=True)
class Beside:
    """What one discipline costs more than another on the same days.

    Attributes:
        dearer_expected: dollars a day lost more than under the other; negative where less is lost.
        dearer_share: that over what is lost under the other; not a number where nothing is.
        abandonment: by class in their order, the share that gives up more.
    """

    discipline: str
    other: str
    dearer_expected: Estimate
    dearer_share: float
    abandonment: tuple[Estimate, ...]


def label_of(discipline: Discipline) -> str:
    """A discipline as it is called in a table.

    >>> from unequal.contact_centre.disciplines import guard
    >>> label_of(guard(["gold"], seconds=90))
    'guard 90 s'
    """
    name = _NAMES.get(discipline.name, discipline.name)
    return f"{name} {discipline.guard_seconds:g} s" if np.isfinite(discipline.guard_seconds) else name


def by_class(played: Sequence[Played], prices: Prices) -> tuple[OfClass, ...]:
    """Each class under each discipline: all of them, for priority moves abandonment from one to another."""
    return tuple(_of_class(one, name, float(lost)) for one in played for name, lost in zip(one.classes, prices.lost, strict=True))


def _of_class(one: Played, name: str, lost: float) -> OfClass:
    figures = {figure: estimate(one.of(figure, name)) for figure in _FIGURES}
    return OfClass(label_of(one.discipline), name, lost_expected=estimate(one.of("abandoned", name) * lost), **figures)


def of_all(played: Sequence[Played], prices: Prices) -> tuple[OfAll, ...]:
    """All classes under each discipline."""
    found = []
    for one in played:
        agents, lost = one.agent_hours * float(prices.agent_hour), one.lost([float(each) for each in prices.lost])
        found.append(OfAll(label_of(one.discipline), estimate(one.utilisation), agents, estimate(lost), estimate(lost + agents)))
    return tuple(found)


def beside(one: Played, other: Played, prices: Prices) -> Beside:
    """What one costs more than the other; both must have been played on the same days."""
    lost = [float(each) for each in prices.lost]
    mine, theirs = one.lost(lost), other.lost(lost)
    share = float((mine.mean() - theirs.mean()) / theirs.mean()) if theirs.mean() > 0 else float("nan")
    moved = tuple(difference(one.of("abandonment", name), other.of("abandonment", name)) for name in one.classes)
    return Beside(label_of(one.discipline), label_of(other.discipline), difference(mine, theirs), share, moved)
