"""Records: how each application took down a person, with the slips that really happen.

Every application has habits: the share of records with each kind of slip. The table in
docs/explanation/meridian.md is measured from what was planted here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from unequal.demo.columns import NOBODY, Bools, Ints, Texts, texts
from unequal.demo.contact_points import PLACEHOLDER_EMAILS, PLACEHOLDER_PHONES
from unequal.demo.misspelling import in_another_way, misspelt, without_accents
from unequal.demo.people import People
from unequal.demo.words import towns

NO_BIRTH: Final = -(10**6)


@dataclass(frozen=True)
class Habits:
    """Shares of an application's person records with each kind of slip."""

    given_misspelt: float = 0.045
    family_misspelt: float = 0.055
    nickname: float = 0.10
    initial_only: float = 0.02
    names_swapped: float = 0.015
    other_spelling: float = 0.30
    """Of names that are written in several ways."""
    accents_lost: float = 0.5
    suffix_missing: float = 0.12
    birth_missing: float = 0.0
    birth_wrong: float = 0.03
    birth_sentinel: float = 0.0
    email_missing: float = 0.06
    email_misspelt: float = 0.02
    email_placeholder: float = 0.0
    email_of_partner: float = 0.03
    phone_missing: float = 0.10
    phone_misspelt: float = 0.02
    phone_placeholder: float = 0.0
    phone_of_home: float = 0.25
    """Of those with a landline, which a whole household shares."""
    address_missing: float = 0.0
    street_misspelt: float = 0.05
    street_short: float = 0.45
    unit_missing: float = 0.25
    postcode_wrong: float = 0.015


@dataclass(frozen=True)
class Observed:
    """What was taken down, one row a record; empty text where nothing was."""

    person: Ints
    given: Texts
    middle: Texts
    family: Texts
    suffix: Texts
    birth: Ints
    email: Texts
    phone: Texts
    street: Texts
    unit: Texts
    city: Texts
    region: Texts
    postcode: Texts
    country: Texts
    slips: dict[str, Bools]

    def __len__(self) -> int:
        """How many records."""
        return len(self.person)


SLIPS: Final = tuple(field.name for field in fields(Habits))


def observe(chance: np.random.Generator, people: People, person: Ints, day: Ints, habits: Habits) -> Observed:
    """Persons on days, as an application with such habits takes them down."""
    slips: dict[str, Bools] = {}
    hit = {name: chance.random(len(person)) < getattr(habits, name) for name in SLIPS}
    given, family, suffix = _names(chance, people, person, day, hit, slips)
    birth = _births(chance, people, person, hit, slips)
    email = _emails(chance, people, person, day, hit, slips)
    phone = _phones(chance, people, person, day, hit, slips)
    street, unit, postcode, town = _addresses(chance, people, person, day, hit, slips)
    places = towns()
    shown = ~slips["address_missing"]
    city, region, country = (np.where(shown, column[town], "") for column in (places.city, places.region, places.country))
    return Observed(
        person, given, people.middle[person], family, suffix, birth, email, phone, street, unit, city, region, postcode, country, slips
    )


def _names(
    chance: np.random.Generator, people: People, person: Ints, day: Ints, hit: dict[str, Bools], slips: dict[str, Bools]
) -> tuple[Texts, Texts, Texts]:
    given, family = people.given[person], people.family_at(person, day)
    given, slips["nickname"] = in_another_way(chance, given, hit["nickname"], "nicknames.txt")
    given, spelt_given = in_another_way(chance, given, hit["other_spelling"], "transliterations.txt")
    family, spelt_family = in_another_way(chance, family, hit["other_spelling"], "transliterations.txt")
    slips["other_spelling"] = spelt_given | spelt_family
    slips["accents_lost"] = hit["accents_lost"] & texts_differ(without_accents(given + family, hit["accents_lost"]), given + family)
    given, family = without_accents(given, hit["accents_lost"]), without_accents(family, hit["accents_lost"])
    plain_given, plain_family = given, family
    given, family = misspelt(chance, given, hit["given_misspelt"]), misspelt(chance, family, hit["family_misspelt"])
    slips["given_misspelt"], slips["family_misspelt"] = texts_differ(given, plain_given), texts_differ(family, plain_family)
    # An initial alone could never tell twins or father and son apart.
    slips["initial_only"] = hit["initial_only"] & (people.households.twin_of[person] == NOBODY) & (people.namesake[person] == NOBODY)
    given = np.where(slips["initial_only"], texts([name[:1] for name in given]), given)
    slips["names_swapped"] = hit["names_swapped"] & ~slips["initial_only"]
    given, family = np.where(slips["names_swapped"], family, given), np.where(slips["names_swapped"], given, family)
    slips["suffix_missing"] = hit["suffix_missing"] & (people.suffix[person] != "")
    return given, family, np.where(slips["suffix_missing"], "", people.suffix[person])


def _births(chance: np.random.Generator, people: People, person: Ints, hit: dict[str, Bools], slips: dict[str, Bools]) -> Ints:
    birth = people.households.birth[person]
    missing = hit["birth_missing"]
    slips["birth_missing"] = missing
    slips["birth_sentinel"] = hit["birth_sentinel"] & ~missing
    slips["birth_wrong"] = hit["birth_wrong"] & ~missing & ~slips["birth_sentinel"]
    off = np.array([1, -1, 10, -10, 365, -365, 31, -31])[chance.integers(0, 8, len(person))]
    birth = np.where(slips["birth_wrong"], birth + off, birth)
    return np.where(missing, NO_BIRTH, birth)


def _emails(chance: np.random.Generator, people: People, person: Ints, day: Ints, hit: dict[str, Bools], slips: dict[str, Bools]) -> Texts:
    homes = people.households
    partner = np.where(homes.couple[person], np.minimum(homes.head[person] + 1 - homes.place[person], len(people) - 1), person)
    slips["email_of_partner"] = hit["email_of_partner"] & (partner != person)
    email = people.email_at(np.where(slips["email_of_partner"], partner, person), day)
    wrong = misspelt(chance, email, hit["email_misspelt"])
    slips["email_missing"] = hit["email_missing"]
    slips["email_placeholder"] = hit["email_placeholder"] & ~hit["email_missing"]
    placeholder = texts(list(PLACEHOLDER_EMAILS))[chance.choice(3, len(person), p=(0.7, 0.2, 0.1))]
    seen = ~slips["email_missing"] & ~slips["email_placeholder"]
    slips["email_misspelt"] = texts_differ(wrong, email) & seen
    return np.where(slips["email_missing"], "", np.where(slips["email_placeholder"], placeholder, wrong))


def _phones(chance: np.random.Generator, people: People, person: Ints, day: Ints, hit: dict[str, Bools], slips: dict[str, Bools]) -> Texts:
    # The landline stays behind when the household moves or a child leaves.
    homes = people.households
    there = day < np.minimum(homes.moves_on, homes.leaves_on)[person]
    slips["phone_missing"] = hit["phone_missing"]
    slips["phone_placeholder"] = hit["phone_placeholder"] & ~hit["phone_missing"]
    seen = ~slips["phone_missing"] & ~slips["phone_placeholder"]
    slips["phone_of_home"] = hit["phone_of_home"] & (people.landline[person] != "") & there & seen
    phone = np.where(slips["phone_of_home"], people.landline[person], people.phone_at(person, day))
    slips["phone_misspelt"] = hit["phone_misspelt"] & seen
    for row in np.flatnonzero(slips["phone_misspelt"]):
        at, digit = 5 + int(chance.integers(0, 5)), str(int(chance.integers(0, 10)))
        phone[row] = phone[row][:at] + digit + phone[row][at + 1 :]
    placeholder = texts(list(PLACEHOLDER_PHONES))[chance.choice(3, len(person), p=(0.6, 0.25, 0.15))]
    return np.where(slips["phone_missing"], "", np.where(slips["phone_placeholder"], placeholder, phone))


def _addresses(
    chance: np.random.Generator, people: People, person: Ints, day: Ints, hit: dict[str, Bools], slips: dict[str, Bools]
) -> tuple[Texts, Texts, Texts, Ints]:
    where = people.address_at(person, day)
    homes = people.addresses
    slips["address_missing"] = hit["address_missing"]
    shown = ~hit["address_missing"]
    short = hit["street_short"] & shown
    street = np.where(short, homes.street_short[where], homes.street[where])
    slips["street_short"] = short
    wrong = misspelt(chance, street, hit["street_misspelt"])
    slips["street_misspelt"] = texts_differ(wrong, street) & shown
    slips["unit_missing"] = hit["unit_missing"] & (homes.unit[where] != "") & shown
    unit = np.where(slips["unit_missing"], "", homes.unit[where])
    postcode = homes.postcode[where].copy()
    slips["postcode_wrong"] = hit["postcode_wrong"] & shown
    for row in np.flatnonzero(slips["postcode_wrong"]):
        code = postcode[row]
        postcode[row] = code[:-2] + code[-1] + code[-2] if code[-1] != code[-2] else code[:-1] + str((int(code[-1], 36) + 1) % 10)
    return np.where(shown, wrong, ""), np.where(shown, unit, ""), np.where(shown, postcode, ""), homes.town[where]


def texts_differ(one: Texts, other: Texts) -> Bools:
    """Row by row, whether two texts differ."""
    return np.not_equal(one, other).astype(np.bool_)


def no_slips(rows: int) -> dict[str, Bools]:
    """Slips of records that have none."""
    return {name: np.zeros(rows, dtype=np.bool_) for name in SLIPS}
