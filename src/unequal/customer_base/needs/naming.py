"""Groups named by what their customers do, and the short rules that find them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.customer_base.needs.counts import SMALLEST, Bools, Counts, Floats
from unequal.customer_base.needs.mixture import Evidence, Groups

PLAIN: Final = "buys as most do"
_IN_NAME: Final = 3
_SHARE_APART, _RATIO_APART, _RATE_APART = 0.1, 1.25, 1.5
"""A habit names a group only where it is done by a tenth of the times and a quarter more than by others; a rate is half as high again."""
_TRIED: Final = 4
_CONDITIONS: Final = 3
_GRID: Final = 16
_WORTH_ANOTHER: Final = 0.01


@dataclass(frozen=True)
class Trait:
    """What a group does in one part of a habit, beside all others.

    Args:
        part: number of the part.
        habit: number of the habit.
        family: what the habit is about; a group is named by one of a family.
        group, others: shares or rates.
        telling: expected log likelihood ratio of a customer's counts of this part; 0 and more.
        words: what is said of the group: of doing it more, or less.
        is_apart: whether the difference is worth a name.
    """

    part: int
    habit: int
    family: str
    group: float
    others: float
    telling: float
    words: str
    is_apart: bool


def traits_of(counts: Counts, groups: Groups, number: int) -> tuple[Trait, ...]:
    """What a group does beside all others, every part, most telling first.

    Args:
        counts: those whom the groups were learned on: how often they could have done it.
        groups: the groups.
        number: which of them.
    """
    evidence = Evidence(counts, groups.spread)
    heavy = np.abs(evidence.told[:, : len(evidence.own)]).mean(axis=0)
    rest = np.delete(np.arange(len(groups)), number)
    sizes = groups.sizes[rest] / groups.sizes[rest].sum()
    group, others = groups.shares[number], np.maximum(sizes @ groups.shares[rest], SMALLEST)
    usual = np.maximum(evidence.everybody, SMALLEST)
    found = []
    for at, part in enumerate([part for habit in counts.habits for part in habit.parts]):
        is_rate = bool(evidence.is_rate[at])
        times = heavy[at] / usual[at]
        ratio = group[at] / others[at]
        told = times * (group[at] * np.log(ratio) - (group[at] - others[at]))
        apart = max(ratio, 1 / ratio) >= _RATE_APART if is_rate else ratio >= _RATIO_APART and group[at] - others[at] >= _SHARE_APART
        # That something is done less names a group for rates alone; of shares the way that is taken instead tells it.
        words = part.often if ratio >= 1 else part.seldom or f"seldom {part.often}"
        found.append(
            Trait(
                at,
                int(evidence.own[at]),
                counts.habits[evidence.own[at]].family,
                float(group[at]),
                float(others[at]),
                max(float(told), 0.0),
                words,
                bool(apart),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.telling, one.part)))


def in_name(traits: Sequence[Trait]) -> tuple[Trait, ...]:
    """The traits that name a group: the most telling, one of each family."""
    named: list[Trait] = []
    for trait in traits:
        if trait.is_apart and trait.family not in [one.family for one in named] and len(named) < _IN_NAME:
            named.append(trait)
    least = named[0].telling / 20 if named else 0.0
    return tuple(one for one in named if one.telling >= least)


def names_of(every: Sequence[Sequence[Trait]]) -> list[str]:
    """A name for each group; where two would be alike, the next most telling habits are added, and a number at last."""
    names = [", ".join(one.words for one in in_name(traits)) or PLAIN for traits in every]
    told: dict[str, int] = {}
    for place, name in enumerate(names):
        told[name] = told.get(name, 0) + 1
        names[place] = name if told[name] == 1 else f"{name} ({told[name]})"
    return names


@dataclass(frozen=True)
class Condition:
    """One part of a rule: a customer's own share or rate, drawn towards all, is at least or at most so much."""

    part: int
    at_least: bool
    bar: float

    def holds(self, own: Floats) -> Bools:
        """Of whom it holds."""
        return np.asarray(own[:, self.part] >= self.bar if self.at_least else own[:, self.part] <= self.bar)


@dataclass(frozen=True)
class Rule:
    """Conditions that hold together, and how well they find a group on customers they were not learned on."""

    conditions: tuple[Condition, ...]
    caught_share: float
    precision: float


def rule_of(own: Floats, is_member: Bools, traits: Sequence[Trait]) -> Rule | None:
    """The shortest rule that finds a group about as well as a longer one: conditions are added one by one while that helps.

    Args:
        own: customers' own shares and rates, n x parts.
        is_member: who is of the group.
        traits: of the group.

    Returns:
        None where the group is empty in either half: the rule is learned on every other customer, and tried on the rest.
    """
    learned = np.arange(len(own)) % 2 == 0
    if not is_member[learned].any() or not is_member[~learned].any():
        return None
    chosen: list[Condition] = []
    held = np.ones(int(learned.sum()), dtype=bool)
    best = _balance(held, is_member[learned])
    tried = _most_telling(traits)
    while len(chosen) < _CONDITIONS:
        found = _next(own[learned], is_member[learned], held, [one for one in tried if one.part not in [each.part for each in chosen]])
        if found is None or found[0] < best + _WORTH_ANOTHER:
            break
        best = found[0]
        chosen.append(found[1])
        held &= found[1].holds(own[learned])
    if not chosen:
        return None
    caught = np.logical_and.reduce([one.holds(own[~learned]) for one in chosen])
    right = int((caught & is_member[~learned]).sum())
    return Rule(tuple(chosen), right / int(is_member[~learned].sum()), right / max(int(caught.sum()), 1))


def _most_telling(traits: Sequence[Trait]) -> list[Trait]:
    tried: list[Trait] = []
    for trait in traits:
        if trait.family not in [one.family for one in tried] and len(tried) < _TRIED:
            tried.append(trait)
    return tried


def _next(own: Floats, is_member: Bools, held: Bools, traits: Sequence[Trait]) -> tuple[float, Condition] | None:
    found: tuple[float, Condition] | None = None
    for trait in traits:
        values = own[:, trait.part]
        steps = np.linspace(0.02, 0.98, _GRID)
        for bar in np.unique(np.r_[np.quantile(values[is_member], steps), np.quantile(values, steps)]):
            condition = Condition(trait.part, trait.group >= trait.others, float(bar))
            score = _balance(held & condition.holds(own), is_member)
            if found is None or score > found[0]:
                found = score, condition
    return found


def _balance(caught: Bools, is_member: Bools) -> float:
    """Harmonic mean of the share caught and the precision."""
    return float(2 * (caught & is_member).sum() / max(int(caught.sum() + is_member.sum()), 1))


def told(rule: Rule, counts: Counts) -> str:
    """A rule in words.

    Args:
        rule: the rule.
        counts: whose parts it is about.
    """
    parts = [(part, habit.kind) for habit in counts.habits for part in habit.parts]
    words = []
    for one in rule.conditions:
        part, kind = parts[one.part]
        most = "at least" if one.at_least else "at most"
        words.append(f"{part.name} {most} {one.bar:.0%}" if kind == "shares" else f"{part.name} {most} {one.bar:.2f} a day of buying")
    return " and ".join(words)


def same_as_before(shares: Floats, parts: Sequence[str], before: dict[str, dict[str, float]]) -> list[str | None]:
    """The name that each group had in an earlier run, where it is the same group: each is the other's nearest, and near.

    Args:
        shares: k x parts: shares and rates of the groups.
        parts: names of the parts.
        before: shares and rates by part of each group of the earlier run, by its name.
    """
    names = list(before)
    if not names:
        return [None] * len(shares)
    far = np.array([[_distance(dict(zip(parts, row.tolist(), strict=True)), before[name]) for name in names] for row in shares])
    found: list[str | None] = []
    for place, row in enumerate(far):
        nearest = int(row.argmin())
        is_same = row[nearest] <= _NEAR and int(far[:, nearest].argmin()) == place
        found.append(names[nearest] if is_same else None)
    return found


_NEAR: Final = 0.15


def _distance(one: dict[str, float], other: dict[str, float]) -> float:
    """Between two groups: the mean over the parts that both have of the difference of square roots (Hellinger), over its size."""
    both = sorted(set(one) & set(other))
    if len(both) * 2 < max(len(one), len(other)):
        return float("inf")
    a, b = (np.sqrt([each[name] for name in both]) for each in (one, other))
    return float(np.sqrt(((a - b) ** 2).sum() / np.maximum((a**2 + b**2).sum(), SMALLEST)))
