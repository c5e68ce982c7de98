"""Registers: which person has a record in which application, since when, and under which number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.demo.columns import NOBODY, Bools, Ints, Texts, counted_within, texts
from unequal.demo.people import People
from unequal.demo.randomness import generator, scattered
from unequal.demo.records import Habits, Observed, observe
from unequal.demo.timeline import DAYS, NEVER

UPDATED_SHARE: Final = 0.45
"""Of records whose person moved, married or changed a contact point, those that were brought up to date."""
NUMBERS_A_CELL: Final = 60_000


@dataclass(frozen=True)
class Register:
    """The person records of one application in a cell, in the order they stand in its file."""

    person: Ints
    created_on: Ints
    changed_on: Ints
    """The last change, or the day of creation."""
    again: Bools
    """A second record of someone the application already knew."""
    number: Ints
    seen: Observed

    def __len__(self) -> int:
        """How many records."""
        return len(self.person)

    def ids(self, form: str) -> Texts:
        """The records' ids in a format such as "{:08d}"."""
        return texts([form.format(number) for number in self.number.tolist()])


@dataclass(frozen=True)
class Form:
    """How an application registers: its place in the number space, its habits, how often it registers someone twice."""

    name: str
    offset: int
    habits: Habits
    twice_share: float = 0.0
    unwritten: tuple[str, ...] = ()
    """Slips in fields that the application does not write: they cannot show."""


_NO_STREET: Final = ("street_misspelt", "street_short", "unit_missing")
_NO_ADDRESS: Final = (*_NO_STREET, "address_missing", "postcode_wrong")

FORMS: Final = {
    form.name: form
    for form in (
        Form("shop", 10_000_019, Habits(email_missing=0.10, email_placeholder=0.03, phone_placeholder=0.012, birth_missing=1.0), 0.12),
        Form("billing", 20_000_033, Habits(nickname=0.03, initial_only=0.004, birth_sentinel=0.03, email_missing=0.12, birth_missing=0.02)),
        Form("support", 30_000_041, Habits(given_misspelt=0.08, family_misspelt=0.10, nickname=0.16, suffix_missing=0.45, birth_missing=0.72,
                                           email_missing=0.34, phone_missing=0.02, phone_placeholder=0.01, phone_of_home=0.4,
                                           accents_lost=0.9, address_missing=0.10), 0.13, _NO_STREET),
        Form("web", 40_000_003, Habits(nickname=0.16, given_misspelt=0.035, email_missing=0.0, email_misspelt=0.006, email_placeholder=0.012,
                                       birth_missing=0.38, phone_missing=0.42, address_missing=0.18), 0.09, ("unit_missing",)),
        Form("loyalty", 50_000_017, Habits(nickname=0.08, birth_missing=0.04, names_swapped=0.03, email_missing=0.16, suffix_missing=0.05)),
        Form("social", 60_000_011, Habits(nickname=0.2, birth_missing=1.0, email_missing=0.55, phone_missing=1.0), 0.0, _NO_ADDRESS),
        Form("contacts", 70_000_027, Habits(nickname=0.08, birth_missing=1.0, email_missing=0.05, phone_missing=0.03, phone_of_home=0.0,
                                            suffix_missing=0.6), 0.0, _NO_ADDRESS),
    )
}  # fmt: skip


def register(seed: int, cell: int, people: People, form: Form, person: Ints, created_on: Ints, active_until: Ints) -> Register:
    """The records of one application, shuffled so that a family does not stand together.

    Args:
        seed: the world's.
        cell: the cell.
        people: the cell's persons.
        form: how the application registers.
        person: who registers, one row each.
        created_on: when, before the extracts' end.
        active_until: until when the person deals with the company; later changes are never heard of.
    """
    chance = generator(seed, cell, f"register {form.name}")
    again_on = created_on + chance.integers(90, 720, len(person))
    again = (chance.random(len(person)) < form.twice_share) & (again_on < np.minimum(active_until, DAYS))
    person = np.r_[person, person[again]]
    created = np.r_[created_on, again_on[again]]
    until = np.r_[active_until, active_until[again]]
    second = np.arange(len(person)) >= len(created_on)
    order = chance.permutation(len(person))
    person, created, until, second = person[order], created[order], until[order], second[order]
    changed = _changes(chance, people, person, created, until)
    number = scattered(cell * NUMBERS_A_CELL + np.arange(len(person)), form.offset)
    seen = observe(chance, people, person, changed, form.habits)
    for name in form.unwritten:
        seen.slips[name][:] = False
    return Register(person, created, changed, second, number, seen)


def _changes(chance: np.random.Generator, people: People, person: Ints, created: Ints, until: Ints) -> Ints:
    """The day each record was last brought up to date."""
    homes = people.households
    events = np.stack([homes.moves_on, homes.leaves_on, homes.marries_on, people.email_changes_on, people.phone_changes_on], axis=1)[person]
    after = np.where((events > created[:, None]) & (events < np.minimum(until, DAYS - 45)[:, None]), events, -NEVER).max(axis=1)
    updates = (after > 0) & (chance.random(len(person)) < UPDATED_SHARE)
    return np.where(updates, after + chance.integers(1, 40, len(person)), created)


def record_on(register_: Register, person: Ints, day: Ints, persons: int) -> Ints:
    """The position of the record under which a person dealt with the application on a day; NOBODY without one.

    From the day of a second record on, that one is used.
    """
    first, second = np.full(persons, NOBODY), np.full(persons, NOBODY)
    first[register_.person[~register_.again]] = np.flatnonzero(~register_.again)
    second[register_.person[register_.again]] = np.flatnonzero(register_.again)
    known = np.maximum(person, 0)
    newer = second[known]
    use_newer = (newer != NOBODY) & (day >= register_.created_on[np.maximum(newer, 0)])
    found = np.where(use_newer, newer, first[known])
    return np.where(person == NOBODY, NOBODY, found).astype(np.int64)


def first_days(person: Ints, day: Ints) -> tuple[Ints, Ints]:
    """Each person once, with the first of the days."""
    order = np.lexsort((day, person))
    first = counted_within(person[order]) == 0
    return person[order][first], day[order][first]
