"""Social mentions: who speaks of Meridian, how many hear it, and what it brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.demo.columns import NOBODY, Bools, Floats, Ints
from unequal.demo.randomness import generator
from unequal.demo.timeline import DAYS

PROFILE_SHARE: Final = 0.07
"""Of persons, those whose profile on a social network is known."""
STRANGERS_SHARE: Final = 0.04
"""Profiles of people who are not customers, for each person."""
INFLUENCER_SHARE: Final = 0.10
KIND_MOOD: Final = 0.2
"""A mention that speaks more kindly than this brings customers."""
HEARD_AFTER_DAYS: Final = 9.0
"""Mean days from a mention to the first order of one it brings."""


@dataclass(frozen=True)
class Mentions:
    """Profiles of a cell (strangers last) and their mentions, one row a mention."""

    profile_person: Ints
    """The person behind each profile, or NOBODY for a stranger."""
    reach: Ints
    """Followers of each profile."""
    linked: Bools
    """Whether the person told the loyalty desk the handle."""
    profile: Ints
    """The profile of each mention."""
    day: Ints
    second: Ints
    sentiment: Floats
    influence: Floats
    """Weight with which a mention brings customers: reach times how kindly it speaks, never below 0."""


def draw_mentions(seed: int, cell: int, persons: int) -> Mentions:
    """The social side of one cell."""
    chance = generator(seed, cell, "mentions")
    speakers = np.flatnonzero(chance.random(persons) < PROFILE_SHARE)
    strangers = round(persons * STRANGERS_SHARE)
    person = np.r_[speakers, np.full(strangers, NOBODY)].astype(np.int64)
    loud = chance.random(len(person)) < INFLUENCER_SHARE
    reach = np.where(loud, chance.lognormal(9.6, 0.8, len(person)), chance.lognormal(5.0, 1.0, len(person))).astype(np.int64) + 3
    counts = chance.poisson(np.where(loud, 9.0, 1.6))
    profile = np.repeat(np.arange(len(person)), counts)
    rows = len(profile)
    mood = np.clip(chance.normal(0.25, 0.5, rows), -1, 1)
    day = chance.integers(5, DAYS, rows)
    influence = np.where((mood > KIND_MOOD) & loud[profile], reach[profile] * mood, 0.0)
    return Mentions(person, reach, (person != NOBODY), profile, day, chance.integers(0, 86_400, rows), np.round(mood, 2), influence)
