"""Households: who lives together, as what, and who moves out or marries."""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.demo.columns import NOBODY, Bools, Ints, counted_within
from unequal.demo.randomness import happens
from unequal.demo.timeline import DAYS, NEVER

SIZES: Final = (1, 2, 3, 4)
SIZE_SHARES: Final = (0.55, 0.30, 0.085, 0.065)
MARRY_SHARE: Final = 0.11
"""Of couples, those who marry within the four years and change a name."""
OWN_NAME_SHARE: Final = 0.17
"""Of couples, those who keep two family names."""
FLATMATES_SHARE: Final = 0.12
TWINS_SHARE: Final = 0.26
"""Of households with two grown children."""
FLAT_TWINS_SHARE: Final = 0.10
"""Of households of two flatmates, those who are twins."""
JUNIOR_SHARE: Final = 0.24
"""Of sons who live with their father, those who carry his given name."""
MOVE_SHARE: Final = 0.15
LEAVE_SHARE: Final = 0.12
"""Of grown children, those who move out within the four years."""


@dataclass(frozen=True)
class Households:
    """The members of each household, one row a person; households are positions from 0."""

    count: int
    of_person: Ints
    place: Ints
    """0 the head, 1 the partner or flatmate, 2 and 3 grown children."""
    head: Ints
    """The person who heads each person's household."""
    couple: Bools
    flatmate: Bools
    child: Bools
    twin_of: Ints
    """The twin's person, or NOBODY."""
    gender: Ints
    birth: Ints
    """In days before or after the opening."""
    moves_on: Ints
    leaves_on: Ints
    marries_on: Ints
    keeps_name: Bools


def draw_households(chance: np.random.Generator, persons: int) -> Households:
    """Persons in households, with what ties them; one row a person."""
    sizes = chance.choice(SIZES, persons, p=SIZE_SHARES)
    ends = np.cumsum(sizes)
    count = int(np.searchsorted(ends, persons)) + 1
    of_person = np.repeat(np.arange(count), sizes[:count])[:persons]
    place = counted_within(of_person)
    size = np.bincount(of_person, minlength=count)[of_person]
    head = np.arange(persons) - place
    flat_household = (chance.random(count) < FLATMATES_SHARE)[of_person] & (size == 2)
    couple = (place < 2) & (size > 1) & ~flat_household
    child = place >= 2
    gender = _genders(chance, head, place, couple)
    birth = _births(chance, of_person, place, count, flat_household)
    twin_of = _twins(chance, of_person, place, size, flat_household, count)
    twin = twin_of != NOBODY
    birth[twin] = np.maximum(birth, birth[np.where(twin, twin_of, 0)])[twin]
    move = np.where(chance.random(count) < MOVE_SHARE, chance.integers(60, DAYS - 30, count), NEVER)
    leaves = np.where(child & (chance.random(persons) < LEAVE_SHARE), chance.integers(120, DAYS - 60, persons), NEVER)
    kind = chance.random(count)[of_person]
    partner = couple & (place == 1)
    marries = np.where(partner & (kind < MARRY_SHARE), chance.integers(90, DAYS - 90, count)[of_person], NEVER)
    keeps = partner & (kind >= MARRY_SHARE) & (kind < MARRY_SHARE + OWN_NAME_SHARE)
    return Households(
        count, of_person, place, head, couple, flat_household, child, twin_of, gender, birth, move[of_person], leaves, marries, keeps
    )


def _genders(chance: np.random.Generator, head: Ints, place: Ints, couple: Bools) -> Ints:
    gender = chance.integers(0, 2, len(head))
    other = happens(chance, len(head), 0.94)
    return np.where(couple & (place == 1) & other, 1 - gender[head], gender).astype(np.int64)


def _births(chance: np.random.Generator, household: Ints, place: Ints, count: int, flat: Bools) -> Ints:
    """Birth days: grown children are 20 to 38 years younger than the head, and at least 18."""
    has_child = np.zeros(count, dtype=bool)
    has_child[household[place >= 2]] = True
    head_age = np.where(has_child, 44 + chance.beta(1.5, 3.0, count) * 38, 20 + chance.beta(1.6, 2.2, count) * 66)
    age = head_age[household]
    gap = chance.normal(0.0, 4.0, len(household))
    child_age = np.maximum(age - chance.uniform(20, 38, len(household)), 18.2)
    age = np.where(place == 0, age, np.where(place == 1, np.where(flat, 19 + chance.random(len(age)) * 18, age + gap), child_age))
    return -(np.clip(age, 18.2, 96) * 365.25).astype(np.int64)


def _twins(chance: np.random.Generator, household: Ints, place: Ints, size: Ints, flat: Bools, count: int) -> Ints:
    """The other twin of each person who has one."""
    drawn = chance.random(count)[household]
    pair = ((place >= 2) & (size == 4) & (drawn < TWINS_SHARE)) | (flat & (drawn < FLAT_TWINS_SHARE))
    rows = np.arange(len(household))
    other = np.where(place % 2 == 0, rows + 1, rows - 1)
    # The last household of a cell may have lost a member to the cell's end.
    there = (other >= 0) & (other < len(rows))
    same = there & (household[np.where(there, other, 0)] == household)
    return np.where(pair & same, other, NOBODY).astype(np.int64)
