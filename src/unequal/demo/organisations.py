"""Organisations: names, tax numbers, parents, who introduced them and who acts for them."""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unequal.demo.addresses import Addresses, draw_addresses
from unequal.demo.columns import NOBODY, Floats, Ints, Texts, texts
from unequal.demo.contact_points import draw_phones, plain
from unequal.demo.people import People
from unequal.demo.randomness import generator, happens
from unequal.demo.words import groups, towns

SECTORS = ("hospitality", "health", "building", "offices", "trade", "education")
SALESPEOPLE = 6
"""In a cell; the last one opens many small accounts that bring little."""


RUINOUS_TERMS = 0.42
"""Terms from here on cost more than the goods bring."""


@dataclass(frozen=True)
class Organisations:
    """One row an organisation of a cell."""

    first_number: int
    name: Texts
    legal_form: Texts
    legal_form_other: Texts
    tax_id: Texts
    domain: Texts
    sector: Ints
    salesperson: Ints
    parent: Ints
    introducer: Ints
    """The person who introduced it, or NOBODY."""
    addresses: Addresses
    phone: Texts
    terms: Floats
    """Share of the list price taken off by contract."""
    contact_of: Ints
    """The contacts' organisations, one row a contact."""
    contact_person: Ints
    contact_role: Ints
    """0 purchaser, 1 payer, 2 user."""
    consultant: int
    """The person with a small portfolio whose introductions are rich."""

    def __len__(self) -> int:
        """How many organisations."""
        return len(self.name)


def draw_organisations(seed: int, cell: int, first_number: int, count: int, people: People) -> Organisations:
    """The organisations of one cell and the persons of the cell who act for them."""
    chance = generator(seed, cell, "organisations")
    words = groups("organisations.txt")
    first = words["first"][chance.integers(0, len(words["first"]), count)]
    second = words["second"][chance.integers(0, len(words["second"]), count)]
    addresses = draw_addresses(chance, count)
    country = towns().country[addresses.town]
    forms = [_legal_forms(words[str(nation)], chance) for nation in country]
    name = texts(
        [
            f"{a} {b}" if u < 0.8 else f"{f} {b}"
            for a, b, f, u in zip(first, second, _families(people, chance, count), chance.random(count), strict=True)
        ]
    )
    number = first_number + np.arange(count)
    domain = texts([f"{plain(n)}{k % 997}.example" for n, k in zip(name, number.tolist(), strict=True)])
    tax = texts([f"{(k * 48_271 + 11) % 90 + 10}-{(k * 7_368_787 + 1_234_567) % 10_000_000:07d}" for k in number.tolist()])
    parent = np.where(
        (happens(chance, count, 0.09)) & (np.arange(count) > 0), (chance.random(count) * np.arange(count)).astype(np.int64), NOBODY
    )
    parent = np.where((parent != NOBODY) & (parent[np.maximum(parent, 0)] == NOBODY), parent, NOBODY)
    salesperson = np.where(happens(chance, count, 0.3), SALESPEOPLE - 1, chance.integers(0, SALESPEOPLE - 1, count))
    consultant, introducer = _introductions(chance, people, count)
    contact_of, contact_person, contact_role = _contacts(chance, people, count)
    return Organisations(
        first_number, name, texts([form[0] for form in forms]), texts([form[1] for form in forms]), tax, domain,
        chance.integers(0, len(SECTORS), count), salesperson, parent, introducer, addresses, draw_phones(chance, addresses.town),
        _terms(chance, count), contact_of, contact_person, contact_role, consultant,
    )  # fmt: skip


def _terms(chance: np.random.Generator, count: int) -> Floats:
    """Contract terms: most modest; one in nine wrung out more than the goods can bear."""
    drawn = chance.random(count)
    modest, ruinous = chance.uniform(0.02, 0.18, count), chance.uniform(RUINOUS_TERMS, 0.56, count)
    return np.where(drawn < 0.11, ruinous, np.where(drawn < 0.65, modest, 0.0))


def _families(people: People, chance: np.random.Generator, count: int) -> Texts:
    chosen: Texts = people.family_before[chance.integers(0, len(people), count)]
    return chosen


def _legal_forms(choices: Texts, chance: np.random.Generator) -> tuple[str, str]:
    forms = str(choices[chance.integers(0, len(choices))]).split("|")
    return forms[0], forms[1 + int(chance.integers(0, len(forms) - 1))]


def _introductions(chance: np.random.Generator, people: People, count: int) -> tuple[int, Ints]:
    """One consultant introduces up to eight organisations; a few others introduce one each."""
    adults = np.flatnonzero(~people.households.child)
    consultant = int(adults[chance.integers(0, len(adults))])
    order = chance.permutation(count)
    introducer = np.full(count, NOBODY)
    rich = order[: min(8, count // 4)]
    introducer[rich] = consultant
    others = order[len(rich) : len(rich) + count // 20]
    introducer[others] = adults[chance.integers(0, len(adults), len(others))]
    return consultant, introducer


def _contacts(chance: np.random.Generator, people: People, count: int) -> tuple[Ints, Ints, Ints]:
    """A purchaser for each, and for some a payer and a user; one person acts for one organisation."""
    grown = np.flatnonzero(people.households.birth > -66 * 365)
    roles = 1 + (happens(chance, count, 0.45)).astype(np.int64) + (happens(chance, count, 0.25))
    roles = np.minimum(roles, max(1, len(grown) // count))
    contact_of = np.repeat(np.arange(count), roles)
    role = np.arange(len(contact_of)) - np.repeat(np.cumsum(roles) - roles, roles)
    return contact_of, chance.permutation(grown)[: len(contact_of)], role.astype(np.int64)
