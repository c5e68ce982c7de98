"""Addresses: streets, units and postcodes that belong together."""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unequal.demo.columns import Bools, Ints, Texts, texts
from unequal.demo.randomness import happens
from unequal.demo.words import groups, towns

_LETTERS = "ABCDEFGHJKLMNPRSTUVWXY"


@dataclass(frozen=True)
class Addresses:
    """Addresses by position; an abbreviated street says the same as the full one."""

    street: Texts
    street_short: Texts
    unit: Texts
    town: Ints
    postcode: Texts

    def __len__(self) -> int:
        """How many addresses there are."""
        return len(self.town)


def draw_addresses(chance: np.random.Generator, rows: int, towns_of: Ints | None = None) -> Addresses:
    """New addresses, in the given towns or anywhere.

    A street of a town has one postcode, so that neighbours share it.
    """
    places = towns()
    town = towns_of if towns_of is not None else chance.choice(len(places.share), rows, p=places.share)
    names, german = groups("streets.txt")["names"], groups("streets.txt")["german"]
    kinds = [str(kind).split("|") for kind in groups("streets.txt")["kinds"]]
    street, kind = chance.integers(0, len(names), rows), chance.integers(0, len(kinds), rows)
    number = 1 + (chance.random(rows) ** 2 * 4_800).astype(np.int64)
    is_german = places.country[town] == "DE"
    full = [
        _street(is_german[i], number[i], str(names[street[i]]), str(german[street[i] % len(german)]), kinds[kind[i]][0])
        for i in range(rows)
    ]
    short = [
        _street(is_german[i], number[i], str(names[street[i]]), str(german[street[i] % len(german)]), kinds[kind[i]][-1])
        for i in range(rows)
    ]
    unit = _units(chance, rows, has_unit=happens(chance, rows, 0.27))
    code = (street * 11 + kind * 7 + town) % 100
    postcode = [_postcode(str(places.country[t]), str(places.postcode[t]), int(c)) for t, c in zip(town, code, strict=True)]
    return Addresses(texts(full), texts(short), unit, town.astype(np.int64), texts(postcode))


def _street(german: bool, number: int, name: str, german_name: str, kind: str) -> str:
    if german:
        return f"{german_name}{'straße' if len(kind) > 4 else 'str.'} {number % 180 + 1}"
    return f"{number} {name} {kind}"


def _units(chance: np.random.Generator, rows: int, *, has_unit: Bools) -> Texts:
    kind = chance.integers(0, 3, rows)
    number = chance.integers(1, 60, rows)
    written = [f"{('Apt ', '# ', 'Unit ')[k]}{n}" if has else "" for k, n, has in zip(kind, number, has_unit, strict=True)]
    return texts(written)


def _postcode(country: str, prefix: str, code: int) -> str:
    letter = _LETTERS[code % len(_LETTERS)]
    other = _LETTERS[(code * 7 + 3) % len(_LETTERS)]
    if country == "US":
        return f"{prefix}{code:02d}"
    if country == "DE":
        return f"{prefix}{code * 9 % 1000:03d}"
    if country == "CA":
        return f"{prefix}{letter} {code % 9 + 1}{other}{code // 11 % 9 + 1}"
    return f"{prefix}{code % 19 + 1} {code // 20 + 1}{letter}{other}"
