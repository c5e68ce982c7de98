"""People: names, addresses and contact points, and how they change over the years."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.demo.addresses import Addresses, draw_addresses
from unequal.demo.columns import NOBODY, Bools, Floats, Ints, Texts, filled, joined, texts
from unequal.demo.contact_points import draw_emails, draw_phones
from unequal.demo.households import JUNIOR_SHARE, Households, draw_households
from unequal.demo.randomness import generator, happens
from unequal.demo.timeline import DAYS, NEVER
from unequal.demo.words import ORIGIN_SHARES, ORIGINS, family_names, given_names

EMAIL_CHANGE_SHARE: Final = 0.12
PHONE_CHANGE_SHARE: Final = 0.11
SHARED_EMAIL_SHARE: Final = 0.08
"""Of couples, those with one e-mail address for both."""
SHARED_MOBILE_SHARE: Final = 0.07
LANDLINE_SHARE: Final = 0.34
TWO_FAMILY_NAMES_SHARE: Final = 0.35
"""Of Hispanic families, those who write both parents' names."""
DOUBLE_NAME_SHARE: Final = 0.18
"""Of those who change their name on marrying, those who put both with a hyphen."""


@dataclass(frozen=True)
class People:
    """One row a person of a cell; texts are as the person would write them."""

    first_number: int
    households: Households
    origin: Ints
    given: Texts
    middle: Texts
    family_before: Texts
    family_after: Texts
    suffix: Texts
    namesake: Ints
    """Jr's father and Sr's son, or NOBODY."""
    addresses: Addresses
    address: Ints
    """Three columns: at first, after the household moved, after moving out alone."""
    emails: Texts
    """Two columns: before and after a change."""
    email_changes_on: Ints
    phones: Texts
    phone_changes_on: Ints
    landline: Texts
    shares_email: Bools

    def __len__(self) -> int:
        """How many persons."""
        return len(self.given)

    def family_at(self, who: Ints, days: Ints) -> Texts:
        """Family names of persons on days."""
        return np.where(days >= self.households.marries_on[who], self.family_after[who], self.family_before[who])

    def address_at(self, who: Ints, days: Ints) -> Ints:
        """Positions of the addresses of persons on days."""
        homes = self.households
        stage = np.where(days >= homes.leaves_on[who], 2, np.where(days >= homes.moves_on[who], 1, 0))
        where: Ints = self.address[who, stage]
        return where

    def email_at(self, who: Ints, days: Ints) -> Texts:
        """E-mail addresses of persons on days."""
        mail: Texts = self.emails[who, (days >= self.email_changes_on[who]).astype(np.int64)]
        return mail

    def phone_at(self, who: Ints, days: Ints) -> Texts:
        """Mobile numbers of persons on days, digits with the country's code."""
        number: Texts = self.phones[who, (days >= self.phone_changes_on[who]).astype(np.int64)]
        return number


def draw_people(seed: int, cell: int, first_number: int, persons: int) -> People:
    """The persons of one cell."""
    homes = draw_households(generator(seed, cell, "households"), persons)
    chance = generator(seed, cell, "names")
    origin = _origins(chance, homes)
    given = _given_names(chance, origin, homes)
    family = _family_names(chance, origin, homes)
    given, suffix, namesake = _juniors(chance, given, homes)
    before, after = _married_names(chance, family, homes)
    places = generator(seed, cell, "addresses")
    addresses, address = _addresses(places, homes)
    chance = generator(seed, cell, "contact points")
    shares = _partner_shares(chance, homes, SHARED_EMAIL_SHARE)
    mails = draw_emails(chance, given, before, after, homes, cell)
    mails[shares] = mails[homes.head[shares]]
    email_changes = np.where(chance.random(persons) < EMAIL_CHANGE_SHARE, chance.integers(30, DAYS, persons), NEVER)
    email_changes = np.where(shares, email_changes[homes.head], email_changes)
    town = addresses.town[address[:, 0]]
    phones = np.stack([draw_phones(chance, town), draw_phones(chance, town)], axis=1)
    one_phone = _partner_shares(chance, homes, SHARED_MOBILE_SHARE)
    phones[one_phone] = phones[homes.head[one_phone]]
    phone_changes = np.where(chance.random(persons) < PHONE_CHANGE_SHARE, chance.integers(30, DAYS, persons), NEVER)
    phone_changes = np.where(one_phone, phone_changes[homes.head], phone_changes)
    has_line = chance.random(homes.count) < LANDLINE_SHARE
    line = draw_phones(chance, town)[homes.head]
    landline = np.where(has_line[homes.of_person], line, "")
    middle = np.where(happens(chance, persons, 0.45), texts(list("ABCDEFGHJKLMNPRSTW"))[chance.integers(0, 18, persons)], "")
    return People(
        first_number, homes, origin, given, middle, before, after, suffix, namesake, addresses, address,
        mails, email_changes, phones, phone_changes, landline, shares,
    )  # fmt: skip


def _origins(chance: np.random.Generator, homes: Households) -> Ints:
    origin = chance.choice(len(ORIGINS), len(homes.of_person), p=ORIGIN_SHARES)
    mixed = happens(chance, len(origin), 0.15)
    return np.where(homes.flatmate & (homes.twin_of == NOBODY), origin, np.where((homes.place == 1) & mixed, origin, origin[homes.head]))


def _given_names(chance: np.random.Generator, origin: Ints, homes: Households) -> Texts:
    given = filled("", len(origin))
    for gender in (0, 1):
        for number, name in enumerate(ORIGINS):
            rows = np.flatnonzero((origin == number) & (homes.gender == gender))
            words, shares = given_names(gender)[name]
            given[rows] = words[chance.choice(len(words), len(rows), p=shares)]
    return _unlike_at_home(chance, given, origin, homes)


def _unlike_at_home(chance: np.random.Generator, given: Texts, origin: Ints, homes: Households) -> Texts:
    """Two of one household have different given names; namesakes are made on purpose later."""
    seen: dict[tuple[int, str], int] = {}
    for row, household in enumerate(homes.of_person.tolist()):
        words, _shares = given_names(int(homes.gender[row]))[ORIGINS[origin[row]]]
        while (household, given[row]) in seen:
            given[row] = words[chance.integers(0, len(words))]
        seen[household, given[row]] = row
    return given


def _family_names(chance: np.random.Generator, origin: Ints, homes: Households) -> Texts:
    """Everyone's own family name: children and twins have the name of the head."""
    own = filled("", len(origin))
    for number, name in enumerate(ORIGINS):
        rows = np.flatnonzero(origin == number)
        words, shares = family_names()[name]
        own[rows] = words[chance.choice(len(words), len(rows), p=shares)]
        if name == "hispanic":
            both = rows[chance.random(len(rows)) < TWO_FAMILY_NAMES_SHARE]
            own[both] = joined(own[both], " ", words[chance.choice(len(words), len(both), p=shares)])
    inherits = homes.child | ((homes.twin_of != NOBODY) & (homes.place == 1))
    return np.where(inherits, own[homes.head], own)


def _juniors(chance: np.random.Generator, given: Texts, homes: Households) -> tuple[Texts, Texts, Ints]:
    """Sons with their father's name: Jr and Sr."""
    given, suffix, namesake = given.copy(), filled("", len(given)), np.full(len(given), NOBODY)
    son = homes.child & (homes.gender == 1) & (homes.gender[homes.head] == 1) & (homes.twin_of == NOBODY)
    son &= (homes.place == 2) & (chance.random(len(given)) < JUNIOR_SHARE)  # noqa: PLR2004 -- the first child's place
    sons = np.flatnonzero(son)
    fathers = homes.head[sons]
    given[sons], suffix[sons], suffix[fathers] = given[fathers], "Jr", "Sr"
    namesake[sons], namesake[fathers] = fathers, sons
    return given, suffix, namesake


def _married_names(chance: np.random.Generator, family: Texts, homes: Households) -> tuple[Texts, Texts]:
    """Family names before and after the wedding of those who marry; couples married before share one."""
    partner = homes.couple & (homes.place == 1)
    shared = partner & ~homes.keeps_name & (homes.marries_on == NEVER)
    before = np.where(shared, family[homes.head], family)
    double = chance.random(len(family)) < DOUBLE_NAME_SHARE
    new = np.where(double, joined(before, "-", family[homes.head]), family[homes.head])
    return before, np.where(homes.marries_on < NEVER, new, before)


def _addresses(chance: np.random.Generator, homes: Households) -> tuple[Addresses, Ints]:
    """Three addresses a household or person; most moves stay in the town."""
    count, persons = homes.count, len(homes.of_person)
    first = draw_addresses(chance, count)
    stays = happens(chance, count, 0.7)
    elsewhere = draw_addresses(chance, count).town
    second = draw_addresses(chance, count, np.where(stays, first.town, elsewhere))
    alone = draw_addresses(chance, persons, first.town[homes.of_person])
    together = Addresses(
        np.r_[first.street, second.street, alone.street],
        np.r_[first.street_short, second.street_short, alone.street_short],
        np.r_[first.unit, second.unit, alone.unit],
        np.r_[first.town, second.town, alone.town],
        np.r_[first.postcode, second.postcode, alone.postcode],
    )
    address = np.stack([homes.of_person, count + homes.of_person, 2 * count + np.arange(persons)], axis=1)
    return together, address


def _partner_shares(chance: np.random.Generator, homes: Households, share: float) -> Bools:
    drawn: Floats = chance.random(len(homes.of_person))
    partners: Bools = homes.couple & (homes.place == 1) & (drawn < share)
    return partners
