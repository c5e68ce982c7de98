"""Meridian's words: names of people, streets, towns and firms, from the files in `words/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from unequal.demo.columns import Floats, Texts, texts
from unequal.demo.randomness import zipf_weights

ORIGINS = ("english", "hispanic", "continental", "south_asian", "east_asian", "arabic", "african", "slavic")
ORIGIN_SHARES = (0.56, 0.15, 0.09, 0.05, 0.05, 0.03, 0.03, 0.04)


def _lines(name: str) -> list[str]:
    text = (files("unequal.demo") / "words" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


@lru_cache(maxsize=16)
def groups(name: str) -> dict[str, Texts]:
    """The words of a file by their heading; an underscore stands for a space inside a word."""
    parts = (line.split(": ", 1) for line in _lines(name))
    return {head: texts([word.replace("_", " ") for word in words.split()]) for head, words in parts}


@lru_cache(maxsize=1)
def family_names() -> dict[str, tuple[Texts, Floats]]:
    """Family names by origin with their shares; rarer English ones are put together from parts."""
    parts = groups("surname_parts.txt")
    rare = texts([first + second for first in parts["first"] for second in parts["second"]])
    by_origin = {origin: (names, zipf_weights(len(names), flat=10.0, power=0.8)) for origin, names in groups("surnames.txt").items()}
    names, shares = by_origin["english"]
    rare_shares = zipf_weights(len(rare), flat=400.0, power=0.6)
    by_origin["english"] = (np.r_[names, rare], np.r_[shares * 0.42, rare_shares * 0.58])
    return by_origin


def given_names(gender: int) -> dict[str, tuple[Texts, Floats]]:
    """Given names by origin with their shares; gender 0 is female, 1 male."""
    found = groups("given_male.txt" if gender else "given_female.txt")
    return {origin: (names, zipf_weights(len(names), flat=14.0, power=0.8)) for origin, names in found.items()}


@lru_cache(maxsize=2)
def variants(name: str) -> dict[str, tuple[str, ...]]:
    """A word and the other ways people write it, from nicknames.txt or transliterations.txt."""
    return {head: tuple(words) for head, words in groups(name).items()}


@dataclass(frozen=True)
class Towns:
    """Towns, column by column."""

    city: Texts
    region: Texts
    country: Texts
    postcode: Texts
    area_code: Texts
    share: Floats


@lru_cache(maxsize=1)
def towns() -> Towns:
    """The towns where Meridian's customers live."""
    columns = list(zip(*(line.split("|") for line in _lines("cities.txt")), strict=True))
    weight = np.array(columns[5], dtype=float)
    city, region, country, postcode, area_code = (texts(column) for column in columns[:5])
    return Towns(city, region, country, postcode, area_code, weight / weight.sum())
