"""Households: which persons live together, as its own question with its own model.

A Fellegi-Sunter model of five comparisons: home, family name, phone, e-mail and the distance of
ages. How often strangers agree (u) is counted: a family name, a phone or an e-mail by how many hold
the very value, ages from pairs drawn at random. How often members of one household agree (m), how
often strangers share a kind of address, and how many pairs are households at all is found by EM,
with a few pairs' worth of plain expectation so that small bases are not carried away.

Source: Fellegi and Sunter 1969; Winkler 1988 for EM over agreement patterns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.identity.arrays import Flags, Floats, Ints
from unequal.identity.household_pairs import (
    AGES,
    FAMILY,
    HOME,
    SHARED,
    Pairs,
    ages_compared,
    candidate_pairs,
    compared,
    families_compared,
    pairs_by_place,
)
from unequal.identity.household_signs import Signs

CROWD: Final = 7
"""Persons at one address without units from which on it may be a block of flats."""
CROWD_JOINED: Final = 6
"""So many times that many persons: then only those of one family name are looked at."""
MEMBERS_AT_MOST: Final = 12
_EXPECTED: Final = {
    "home": (0.0, 0.06, 0.004, 0.006, 0.07, 0.10, 0.30, 0.42, 0.02, 0.02),
    "family": (0.0, 0.20, 0.05, 0.75),
    "phone": (0.0, 0.80, 0.20),
    "email": (0.0, 0.94, 0.06),
    "age": (0.0, 0.02, 0.50, 0.08, 0.35, 0.05),
}  # fmt: skip
"""What is expected of a household's pairs before any are seen; the first place is `unknown`."""
_WORTH: Final = 20.0
"""Pairs that the expectation counts as."""
_PARTNERS: Final = 0.7
"""Others in the household of a person, before any are seen."""
_ROUNDS: Final = 100
_CLOSE: Final = 1e-6
_DRAWN: Final = 20_000
_SEED: Final = 20_260
_STRANGERS: Final = -4.0
"""Bits of a pair that has nothing in common, where groups meet."""
_MOST: Final = 10.0
"""Bits above which no pair outweighs several others."""


@dataclass(frozen=True)
class Model:
    """What the model has learned.

    Args:
        prior: share of all pairs of persons that are of one household.
        m: comparison -> how often a household's pairs stand at each level.
        u: comparison -> how often strangers do; for a shared value its own frequency takes the place.
    """

    prior: float
    m: dict[str, Floats]
    u: dict[str, Floats]


@dataclass(frozen=True)
class Homestead:
    """Households of persons.

    Args:
        household: for each person the lowest place of a person of the household; its own where it lives alone.
        pairs: the pairs compared.
        bits: evidence that each pair is a household, log2 of the posterior odds.
        joins: which pairs may hold a household together.
        stated: which pairs a source states; they do.
        threshold: bits from which on a pair joins.
        model: what was learned.
    """

    household: Ints
    pairs: Pairs
    bits: Floats
    joins: Flags
    stated: Flags
    threshold: float
    model: Model


def households(
    signs: Signs, stated: tuple[Ints, Ints] | None = None, *, infer: bool = True, crowd: int = CROWD, shared_by_at_most: int = 10,
    false_links: float = 0.05,
) -> Homestead:  # fmt: skip
    """Who lives with whom.

    Args:
        signs: what is known of the persons.
        stated: pairs of places a < b that a source states; they are of one household, whatever else is known.
        infer: false, where only those are.
        crowd: persons at an address without units from which on it may be a block of flats.
        shared_by_at_most: a phone or an e-mail of more persons than this is nobody's.
        false_links: the share of joined pairs that may be wrong, by the model's own account.
    """
    nobody = np.zeros(0, np.int64)
    a, b = candidate_pairs(signs, crowd=CROWD_JOINED * crowd, shared_by_at_most=shared_by_at_most) if infer else (nobody, nobody)
    one, other = stated or (nobody, nobody)
    both = np.unique(np.r_[a * len(signs) + b, one * len(signs) + other])
    a, b = np.divmod(both, max(len(signs), 1))
    pairs = compared(signs, a, b, crowd=crowd)
    model, bits = _learned(signs, pairs, crowd)
    told = np.isin(both, one * len(signs) + other)
    threshold = _threshold(bits[~told], false_links)
    joins = told | (bits >= threshold)
    return Homestead(_grouped(len(signs), pairs, np.where(told, _MOST, bits), joins, told), pairs, bits, joins, told, threshold, model)


def _learned(signs: Signs, pairs: Pairs, crowd: int) -> tuple[Model, Floats]:
    """EM over the candidates; all other pairs of persons are strangers."""
    total = max(len(signs) * (len(signs) - 1) / 2, 1.0)
    levels = {"home": pairs.home, "family": pairs.family, "phone": pairs.phone, "email": pairs.email, "age": pairs.age}
    m = {name: np.array(shares) for name, shares in _EXPECTED.items()}
    u = {"family": _of_strangers(signs, "family"), "age": _of_strangers(signs, "age"),
         "phone": np.array([1.0, 1.0, 1.0]), "email": np.array([1.0, 1.0, 1.0]), "home": np.ones(len(HOME))}  # fmt: skip
    own, in_common = _by_frequency(signs, pairs), pairs_by_place(signs.homes, len(signs), crowd=crowd)
    likely = np.where((pairs.family == FAMILY.index("same")) | (pairs.phone == SHARED.index("same")), 0.9, 0.3)
    prior, odds = 0.0, np.zeros(len(pairs))
    for _ in range(_ROUNDS):
        before = prior
        prior = (float(likely.sum()) + _PARTNERS * len(signs) / 2 * 0.1) / (total * 1.1 + len(signs) * 0.1)
        prior = min(max(prior, 1e-12), 0.5)
        m = {name: _shares(levels[name], likely, np.array(_EXPECTED[name])) for name in m}
        u["home"] = _homes_of_strangers(pairs.home, 1 - likely, total, in_common)
        odds = np.log2(prior / (1 - prior)) + sum(
            (_weights(name, levels[name], m[name], u[name], own) for name in levels), start=np.zeros(len(pairs))
        )
        likely = 1 / (1 + np.exp2(-np.clip(odds, -200, 200)))
        if abs(prior - before) <= _CLOSE * prior:
            break
    return Model(prior, m, u), odds


def _weights(name: str, level: Ints, m: Floats, u: Floats, own: dict[str, Floats]) -> Floats:
    """log2 of m over u; nothing where a side is unknown."""
    same = len(m) - 1
    chance = np.where(level == same, own[name], u[level]) if name in own else u[level]
    weight: Floats = np.where(level == 0, 0.0, np.log2(np.maximum(m[level], 1e-9) / np.maximum(chance, 1e-12)))
    return weight


def _by_frequency(signs: Signs, pairs: Pairs) -> dict[str, Floats]:
    """How often strangers share the very value that a pair shares: its other holders among all persons."""
    persons = max(len(signs), 1)
    holders = {"family": pairs.family_holders, "phone": pairs.phone_holders, "email": pairs.email_holders}
    return {name: np.maximum(held - 2, 0.5) / persons for name, held in holders.items()}


def _shares(level: Ints, weight: Floats, expected: Floats) -> Floats:
    """The shares of levels among weighted pairs, unknown ones left out."""
    counts = np.bincount(level, weights=weight, minlength=len(expected)) + _WORTH * expected
    counts[0] = 0.0
    shares: Floats = counts / counts.sum()
    return shares


def _homes_of_strangers(level: Ints, weight: Floats, total: float, in_common: Mapping[str, int]) -> Floats:
    """Strangers' shares of addresses in common; where only those of one family were compared, all who share are counted."""
    counts = np.bincount(level, weights=weight, minlength=len(HOME)) + 0.5
    for name, pairs in in_common.items():
        counts[HOME.index(name)] = max(counts[HOME.index(name)], pairs)
    shares: Floats = np.asarray(counts / (total + 1.0), dtype=np.float64)
    # One building is no home in common: two units of it are two addresses.
    shares[[HOME.index("unknown"), HOME.index("other"), HOME.index("other_unit")]] = 1.0
    return shares


def _of_strangers(signs: Signs, name: str) -> Floats:
    """Shares of levels among pairs drawn at random."""
    chance = np.random.default_rng(_SEED)
    a, b = chance.integers(0, max(len(signs), 1), (2, _DRAWN if len(signs) else 0))
    a, b = a[a != b], b[a != b]
    level, levels = (families_compared(signs, a, b)[0], FAMILY) if name == "family" else (ages_compared(signs, a, b), AGES)
    counts = np.bincount(level, minlength=len(levels)) + 0.5
    counts[0] = 0.0
    shares: Floats = counts / counts.sum()
    return shares


def _threshold(bits: Floats, false_links: float) -> float:
    """The lowest bits, never below even odds, at which no more than this share of the joined pairs is expected to be wrong."""
    found = np.sort(bits[bits >= 0])[::-1]
    wrong = np.cumsum(1 / (1 + np.exp2(np.clip(found, 0, 200)))) / (np.arange(len(found)) + 1)
    fits = np.flatnonzero(wrong <= false_links)
    return float(found[fits[-1]]) if len(fits) else 0.0


def _grouped(persons: int, pairs: Pairs, bits: Floats, joins: Flags, told: Flags) -> Ints:
    """Pairs into households, the surest first; two groups meet only if all evidence between them speaks for it.

    Evidence between groups is the mean over their pairs; a pair that shares nothing counts as strangers.
    """
    group = np.arange(persons)
    members: dict[int, list[int]] = {}
    known = {(one, other): bit for one, other, bit in zip(pairs.a.tolist(), pairs.b.tolist(), bits.tolist(), strict=True)}
    at = np.flatnonzero(joins)
    for place in at[np.lexsort((pairs.b[at], pairs.a[at], -bits[at], ~told[at]))].tolist():
        one, other = sorted((int(group[pairs.a[place]]), int(group[pairs.b[place]])))
        if one == other:
            continue
        left, right = members.get(one, [one]), members.get(other, [other])
        if not told[place] and not _belong_together(left, right, known):
            continue
        members[one] = left + right
        members.pop(other, None)
        group[right] = one
    return group


def _belong_together(left: list[int], right: list[int], known: Mapping[tuple[int, int], float]) -> bool:
    """Whether two groups are no more than a household holds, and the evidence between them speaks for it."""
    if len(left) + len(right) > MEMBERS_AT_MOST:
        return False
    between = [known.get((min(one, other), max(one, other)), _STRANGERS) for one in left for other in right]
    return sum(min(max(bit, -_MOST), _MOST) for bit in between) >= 0
