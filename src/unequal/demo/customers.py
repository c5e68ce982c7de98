"""Customers as they are underneath: how often they would buy, how much, how they behave, what they experience.

Persons and organisations stand in one row space: persons first, then the cell's organisations.
"""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.demo import parameters as planted
from unequal.demo.columns import NOBODY, Bools, Floats, Ints, Texts, texts
from unequal.demo.mentions import HEARD_AFTER_DAYS, Mentions
from unequal.demo.organisations import RUINOUS_TERMS, SALESPEOPLE, Organisations
from unequal.demo.people import People
from unequal.demo.randomness import chosen_earlier, generator, happens
from unequal.demo.timeline import DAYS, NEVER, day_at, season_passed
from unequal.demo.words import towns

SHOPPER_SHARE: Final = 0.72
CATEGORIES: Final = ("kitchen", "garden", "tools", "linen", "lighting", "outdoor", "office", "pets")


@dataclass(frozen=True)
class Customers:
    """One row a person or organisation of a cell; who never buys has no day of joining."""

    persons: int
    shops: Bools
    joined_on: Ints
    came_by: Ints
    referrer: Ints
    referral_type: Ints
    """1 would not have joined, 2 would have joined anyway, 0 not referred."""
    mention: Ints
    """The mention that brought the customer, or NOBODY."""
    kind: Ints
    rate: Floats
    """Orders a week of seasonal time while active."""
    dropout: Floats
    """Rate of leaving a week."""
    spend: Floats
    """Mean order value in US dollars."""
    margin: Floats
    """Added to the margin rate of what is bought."""
    attributes: Floats
    """Customers x service attributes."""
    taste: Ints
    """Three favoured categories, column by column."""
    currency: Texts
    persuadable: Floats
    """How much a treatment moves the customer; mean 1, negative for those better left alone."""

    def __len__(self) -> int:
        """How many persons and organisations."""
        return len(self.rate)


def draw_customers(seed: int, cell: int, people: People, firms: Organisations, mentions: Mentions) -> Customers:
    """What the persons and organisations of a cell are as customers."""
    chance = generator(seed, cell, "customers")
    persons, rows = len(people), len(people) + len(firms)
    is_firm = np.arange(rows) >= persons
    shops = is_firm | (chance.random(rows) < SHOPPER_SHARE)
    shops[firms.consultant] = True
    came_by = _came_by(chance, rows, persons, shops)
    kind = _kinds(chance, came_by, is_firm)
    joined, mention = _joining(chance, came_by, shops, mentions)
    came_by = np.where((came_by == 2) & (mention == NOBODY), 0, came_by)
    referrer = _referrers(chance, joined, came_by, kind, shops, persons)
    came_by = np.where((came_by == 1) & (referrer == NOBODY), 0, came_by)
    referral_type = np.where(came_by == 1, 1 + (chance.random(rows) < planted.REFERRED_ANYWAY_SHARE), 0)
    attributes = _attributes(chance, people, firms)
    rate, dropout, spend, margin = _latent(chance, came_by, is_firm, attributes)
    rate = rate * np.array(planted.KIND_RATES)[kind]
    _plant_accounts(firms, persons, rate, spend, dropout)
    taste = np.argsort(chance.random((rows, len(CATEGORIES))), axis=1)[:, :3]
    town = np.r_[people.addresses.town[people.address[:, 0]], firms.addresses.town]
    currency = texts([{"US": "USD", "CA": "CAD", "GB": "GBP", "DE": "EUR"}[nation] for nation in towns().country])[town]
    joined[firms.consultant] = min(joined[firms.consultant], 90)
    return Customers(
        persons, shops, np.where(shops, joined, NEVER), came_by, referrer, referral_type, mention, kind, rate, dropout, spend, margin,
        attributes, taste, currency, _persuadable(chance, rows),
    )  # fmt: skip


def _came_by(chance: np.random.Generator, rows: int, persons: int, shops: Bools) -> Ints:
    came_by = chance.choice(len(planted.CAME_BY), rows, p=planted.CAME_BY_SHARES)
    came_by[persons:] = 0
    return np.where(shops, came_by, 0)


def _kinds(chance: np.random.Generator, came_by: Ints, is_firm: Bools) -> Ints:
    """Kinds of behaviour; a voucher portal brings bargain hunters."""
    kind = chance.choice(len(planted.KINDS), len(came_by), p=planted.KIND_SHARES)
    bargain = planted.KINDS.index("bargain")
    kind = np.where((came_by == planted.CAME_BY.index("voucher_portal")) & (happens(chance, len(kind), 0.45)), bargain, kind)
    return np.where(is_firm & (kind == bargain), 0, kind)


def _joining(chance: np.random.Generator, came_by: Ints, shops: Bools, mentions: Mentions) -> tuple[Ints, Ints]:
    """The day of the first order, by season, with a rush at the opening; vouchers came in the last two years."""
    rows = len(came_by)
    total = season_passed()[DAYS]
    drawn = chance.random(rows)
    rush = happens(chance, rows, 0.20)
    joined = np.where(rush, drawn * 150, day_at(drawn * total))
    vouchers = came_by == planted.CAME_BY.index("voucher_portal")
    joined = np.where(vouchers, 730 + drawn**0.7 * (DAYS - 740), joined).astype(np.int64)
    mention = np.full(rows, NOBODY)
    social = np.flatnonzero((came_by == planted.CAME_BY.index("social")) & shops)
    loud = np.flatnonzero(mentions.influence > 0)
    if len(loud):
        heard = chance.choice(loud, len(social), p=mentions.influence[loud] / mentions.influence[loud].sum())
        days = mentions.day[heard] + 1 + chance.exponential(HEARD_AFTER_DAYS, len(social)).astype(np.int64)
        late = days >= DAYS - 5
        mention[social[~late]], joined[social[~late]] = heard[~late], days[~late]
    return np.minimum(joined, DAYS - 2), mention


def _referrers(chance: np.random.Generator, joined: Ints, came_by: Ints, kind: Ints, shops: Bools, persons: int) -> Ints:
    """Earlier customers who referred later ones: seven of ten are fans of the house."""
    rows = np.arange(len(joined))
    can = shops & (rows < persons)
    fans = np.flatnonzero(can & (kind == planted.KINDS.index("fan")))
    others = np.flatnonzero(can & (kind == 0))
    by_fan = chosen_earlier(chance, joined, joined[fans], fans, gap=14)
    by_other = chosen_earlier(chance, joined, joined[others], others, gap=14)
    referrer = np.where(happens(chance, len(joined), 0.7), by_fan, by_other)
    referrer = np.where(referrer == NOBODY, by_other, referrer)
    return np.where(came_by == 1, referrer, NOBODY)


def _attributes(chance: np.random.Generator, people: People, firms: Organisations) -> Floats:
    """What each experiences: delivery depends on the town, the rest on the person."""
    town = np.r_[people.addresses.town[people.address[:, 0]], firms.addresses.town]
    attributes = chance.normal(0.0, 1.0, (len(town), len(planted.ATTRIBUTES)))
    # Carriers serve towns well or badly in every world alike.
    local = generator(7, -1, "towns").normal(0.0, 1.0, len(towns().share))
    attributes[:, 0] = 0.8 * attributes[:, 0] + 0.6 * local[town]
    return attributes


def _latent(chance: np.random.Generator, came_by: Ints, is_firm: Bools, attributes: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Order rate, dropout rate, mean spend and margin of each."""
    rows = len(came_by)
    columns = []
    effects = np.exp(attributes @ np.array([planted.DROPOUT_EFFECTS[name] for name in planted.ATTRIBUTES]))
    for process in (planted.PERSONS, planted.FIRMS):
        rate = chance.gamma(process.r, 1 / process.alpha, rows) * np.array(planted.CAME_BY_RATE)[came_by]
        dropout = chance.gamma(process.s, 1 / process.beta, rows) * effects * np.array(planted.CAME_BY_DROPOUT)[came_by]
        precision = chance.gamma(process.spend_q, 1 / process.spend_v, rows)
        spend = process.spend_p / precision * np.array(planted.CAME_BY_SPEND)[came_by]
        columns.append((rate, dropout, np.minimum(spend, 4_000.0), chance.normal(0.0, process.margin_sd, rows)))
    persons, firms = columns
    rate, dropout, spend, margin = (np.where(is_firm, firm, person) for person, firm in zip(persons, firms, strict=True))
    return rate, dropout, spend, margin


def _plant_accounts(firms: Organisations, persons: int, rate: Floats, spend: Floats, dropout: Floats) -> None:
    """Organisations that are what they are on purpose.

    The consultant has a small portfolio of his own, and those he introduced are rich and stay;
    one salesperson's accounts are poor; those with ruinous terms buy much.
    """
    large = persons + np.flatnonzero(firms.terms >= RUINOUS_TERMS)
    rate[large], spend[large] = np.maximum(rate[large], 0.25), np.maximum(spend[large], 260.0)
    rate[firms.consultant], spend[firms.consultant], dropout[firms.consultant] = 0.035, 42.0, 0.0002
    introduced = persons + np.flatnonzero(firms.introducer == firms.consultant)
    firms.terms[introduced - persons] = np.minimum(firms.terms[introduced - persons], 0.05)
    rate[introduced], spend[introduced] = np.maximum(rate[introduced], 0.45), np.maximum(spend[introduced], 420.0)
    dropout[introduced] = np.minimum(dropout[introduced], 0.002)
    poor = persons + np.flatnonzero((firms.salesperson == SALESPEOPLE - 1) & (firms.introducer != firms.consultant))
    rate[poor], spend[poor] = rate[poor] * 0.5, spend[poor] * 0.35


def _persuadable(chance: np.random.Generator, rows: int) -> Floats:
    """Two in three are moved a little, one in four much, one in twelve the wrong way."""
    group = chance.random(rows)
    much, little = 2.2 + 0.6 * chance.random(rows), 0.6 + 0.3 * chance.random(rows)
    return np.where(group < 0.25, much, np.where(group < 0.917, little, -0.9))
