"""Records of persons drawn from chances that are known: what matching learns of them may be held against the truth.

Every person is one record, and some a second one. A field of the second record is as it was, a slip of the hand away,
another person's, or not given, by planted chances and each on its own; no household and no namesakes are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from unequal.identity.matching.coding import Records, coded_records

SAME, SLIP, OTHER = range(3)


@dataclass(frozen=True)
class Field:
    """One thing said of a person.

    Args:
        values: how many there are; the first is the commonest, the n-th n ** -skew as common.
        second: how often a second record has the same, a slip of it, or another person's.
        known: how often a record gives it.
        skew: 0 for values that are all equally common.
    """

    values: int
    second: tuple[float, float, float]
    known: float = 1.0
    skew: float = 0.0

    @property
    def chances(self) -> np.ndarray:
        weights = np.arange(1, self.values + 1) ** -self.skew
        return weights / weights.sum()

    @property
    def together(self) -> float:
        """How often two strangers hold the same."""
        return float((self.chances**2).sum())


FIELDS: Mapping[str, Field] = {
    "given": Field(300, (0.85, 0.10, 0.05), skew=0.7),
    "family": Field(800, (0.90, 0.06, 0.04), skew=0.5),
    "birth_date": Field(9_000, (0.92, 0.05, 0.03), known=0.9),
    "phone": Field(20_000, (0.70, 0.05, 0.25), known=0.8),
    "tax_id": Field(50_000, (0.94, 0.04, 0.02), known=0.6),
}
LEVELS = {"given": (1, 3), "family": (1, 2), "birth_date": (1, 2), "phone": (1, 2), "tax_id": (1, 2)}
"""At which level a pair stands that holds the same value, and at which one that is a slip apart."""
NAMES = {"given": "given name", "family": "family name", "birth_date": "birth date", "phone": "phone", "tax_id": "tax id"}
"""What the comparisons are called."""


@dataclass(frozen=True)
class World:
    """What was drawn.

    Args:
        records: all of them, the second ones last.
        a, b: the pairs that are one person's.
        slips: field -> for each of those pairs whether it holds the same, a slip, or another's; -1 where one does not say.
    """

    records: Records
    a: np.ndarray
    b: np.ndarray
    slips: dict[str, np.ndarray] = field(default_factory=dict)


def world(persons: int, seconds: int, seed: int) -> World:
    """So many persons, so many of whom have a second record."""
    chance = np.random.default_rng([seed, 7])
    again = np.sort(chance.choice(persons, seconds, replace=False))
    columns, slips = {}, {}
    for name, of in FIELDS.items():
        words = _words(name, of.values, np.random.default_rng([seed, 8]))
        first = chance.choice(of.values, persons, p=of.chances)
        kind = chance.choice(3, seconds, p=of.second)
        others = chance.choice(of.values, seconds, p=of.chances)
        texts = [words[at] for at in first]
        for at, how, other in zip(again, kind, others, strict=True):
            texts.append({SAME: words[first[at]], SLIP: _slip(name, words[first[at]], chance), OTHER: words[other]}[how])
        known = chance.random(persons + seconds) < of.known
        columns[name] = pa.array([text if is_known else None for text, is_known in zip(texts, known, strict=True)], pa.string())
        slips[name] = np.where(known[again] & known[persons:], np.where(others == first[again], SAME, kind), -1)
        slips[name] = np.where((slips[name] == SAME) & (kind == SLIP), SLIP, slips[name])
    return World(coded_records(pa.table(columns), list(columns)), again, persons + np.arange(seconds), slips)


def _words(name: str, values: int, chance: np.random.Generator) -> list[str]:
    """Distinct values that look like what they are, far apart from each other."""
    made: dict[str, None] = {}
    while len(made) < values:
        made.setdefault(_word(name, chance))
    return list(made)


def _word(name: str, chance: np.random.Generator) -> str:
    if name == "birth_date":
        year, month, day = chance.integers(1930, 2005), chance.integers(1, 13), chance.integers(1, 29)
        return f"{year}-{month:02}-{day:02}"
    if name == "phone":
        return f"+1{chance.integers(2 * 10**9, 10**10 - 1)}"
    if name == "tax_id":
        return f"{chance.integers(10**9, 10**10 - 1)}"
    # Consonants and vowels that no known name has, so that no two of these are one name's short forms.
    return "".join(str(chance.choice(list("bdfgklmprtvz"))) + str(chance.choice(list("aeiou"))) for _ in range(4)) + "x"


def _slip(name: str, text: str, chance: np.random.Generator) -> str:
    """One sign another, or in a name left out, but for the first three and the last three, which are as they were; of a date, the year's last."""
    if name == "birth_date":
        return text[:3] + str((int(text[3]) + int(chance.integers(1, 10))) % 10) + text[4:]
    at = int(chance.integers(3, len(text) - 3))
    if text.isdecimal() or text[0] == "+":
        return text[:at] + str((int(text[at]) + int(chance.integers(1, 9))) % 10) + text[at + 1 :]
    return text[:at] + text[at + 1 :]
