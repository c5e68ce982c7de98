"""Social mentions: profiles with their reach, and what they said of Meridian."""

from __future__ import annotations

from typing import Final

import numpy as np

from unequal.demo.applications.labels import tell_others, tell_persons
from unequal.demo.applications.loyalty import handles
from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Ints, Texts, filled, joined, texts
from unequal.demo.ink import Ink
from unequal.demo.randomness import generator, scattered
from unequal.demo.text_files import amount, clock, glued, json_lines, whole
from unequal.demo.timeline import DAYS, written
from unequal.demo.words import family_names, given_names, towns

ISO: Final = "%Y-%m-%d"


def write(ink: Ink, cell: Cell) -> None:
    """Profiles and mentions of one cell."""
    names = handles(cell)
    _write_profiles(ink, cell, names)
    _write_mentions(ink, cell, names)


def _write_profiles(ink: Ink, cell: Cell, names: Texts) -> None:
    register, mentions = cell.registers["social"], cell.mentions
    speakers = np.flatnonzero(mentions.profile_person != NOBODY)
    place = np.full(len(cell.people), NOBODY)
    place[mentions.profile_person[speakers]] = speakers
    profile = place[register.person]
    seen = register.seen
    shown = joined(seen.given, " ", seen.family)
    _lines(ink, names[profile], shown, seen.email, seen.city, mentions.reach[profile])
    tell_persons(ink, cell, "profiles", names[profile], register)
    strangers = np.flatnonzero(mentions.profile_person == NOBODY)
    chance = generator(ink.world.seed, cell.number, "strangers")
    given, family = given_names(0)["english"][0], family_names()["english"][0]
    whom = joined(given[chance.integers(0, len(given), len(strangers))], " ", family[chance.integers(0, len(family), len(strangers))])
    city = towns().city[chance.integers(0, len(towns().city), len(strangers))]
    _lines(ink, names[strangers], whom, filled("", len(strangers)), city, mentions.reach[strangers])
    ids = texts([f"X{cell.number:03d}{n:05d}" for n in range(len(strangers))])
    tell_others(ink, "profiles", names[strangers], "stranger", ids, np.full(len(strangers), DAYS - 1))


def _lines(ink: Ink, names: Texts, shown: Texts, email: Texts, city: Texts, reach: Ints) -> None:
    fields = {
        "handle": (names, "text"),
        "display_name": (shown, "text"),
        "email": (email, "text"),
        "location": (city, "text"),
        "followers": (whole(reach), "bare"),
    }
    ink.text("social/profiles.jsonl").lines(json_lines(fields))


def _write_mentions(ink: Ink, cell: Cell, names: Texts) -> None:
    mentions = cell.mentions
    rows = len(mentions.day)
    ids = texts([f"N{number:08d}" for number in scattered(cell.number * 50_000 + np.arange(rows), 5).tolist()])
    moment = glued(written(mentions.day, ISO), "T", clock(mentions.second), "Z")
    hundredths = np.round(mentions.sentiment * 100).astype(np.int64)
    heard = (mentions.reach[mentions.profile] * 0.04).astype(np.int64)
    fields = {
        "mention_id": (ids, "word"), "handle": (names[mentions.profile], "text"), "posted_at": (moment, "word"),
        "sentiment": (amount(hundredths * 100), "bare"), "impressions": (whole(heard), "bare"),
    }  # fmt: skip
    ink.text("social/mentions.jsonl").lines(json_lines(fields))
    brought = np.flatnonzero(cell.customers.mention != NOBODY)
    which = cell.customers.mention[brought]
    speaker = mentions.profile_person[mentions.profile[which]]
    ink.truth("influence", {
        "mention_id": ids[which], "handle": names[mentions.profile[which]],
        "from_id": np.where(speaker == NOBODY, "", cell.entity_ids[np.maximum(speaker, 0)]), "to_id": cell.entity_ids[brought],
        "joined_on": written(cell.customers.joined_on[brought], ISO),
    })  # fmt: skip
