"""Visits to the web shop: their rhythm tells who is leaving before the orders do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unequal.demo import parameters as planted
from unequal.demo.columns import NOBODY, Bools, Ints
from unequal.demo.customers import Customers
from unequal.demo.randomness import generator, uniform_of
from unequal.demo.timeline import DAYS, NEVER

VISITS_A_YEAR = 8.0
PROSPECT_VISITS_A_YEAR = 2.0
ANONYMOUS_SHARE = 0.05


@dataclass(frozen=True)
class Sessions:
    """One row a visit, by time."""

    user: Ints
    """The position of the registration, or NOBODY for a visitor who did not sign in."""
    day: Ints
    second: Ints
    seconds: Ints
    pages: Ints
    cart: Ints
    """0 no cart, 1 left with a cart, 2 ordered."""


def erodes(seed: int, persons: Ints) -> Bools:
    """Whose visits fall before they leave: a function of the person alone."""
    return uniform_of(seed, "erosion", persons) < planted.EROSION_SHARE


def draw_sessions(seed: int, cell: int, customers: Customers, person: Ints, since: Ints, ended_on: Ints) -> Sessions:
    """Visits of registered persons; `person` and `since` stand one row a registration.

    Who will leave for good comes less often in the last weeks before; the rest is even in time.
    """
    chance = generator(seed, cell, "sessions")
    shops = customers.shops[person]
    yearly = np.where(shops, VISITS_A_YEAR * (0.35 + 6.0 * np.minimum(customers.rate[person], 0.6)), PROSPECT_VISITS_A_YEAR)
    yearly = yearly * chance.lognormal(-0.12, 0.5, len(person))
    end = np.where(shops, np.minimum(ended_on[person], NEVER), NEVER)
    counts = chance.poisson(yearly * np.maximum(DAYS - since, 0) / 365.25)
    user = np.repeat(np.arange(len(person)), counts)
    day = since[user] + (chance.random(len(user)) * (DAYS - since[user])).astype(np.int64)
    until_end = end[user] - day
    fading = (until_end <= planted.SILENT_DAYS_BEFORE_END) & erodes(seed, person + 1_000_003 * cell)[user]
    keep_share = np.where(until_end < 0, 0.04, np.where(fading, planted.EROSION_FACTOR, 1.0))
    kept = chance.random(len(user)) < keep_share
    user, day = user[kept], day[kept]
    anonymous = round(len(user) * ANONYMOUS_SHARE)
    user, day = np.r_[user, np.full(anonymous, NOBODY)], np.r_[day, chance.integers(0, DAYS, anonymous)]
    rows = len(user)
    second = (chance.beta(3, 2, rows) * 86_000).astype(np.int64)
    pages = 1 + chance.geometric(0.22, rows)
    order = np.argsort(day * 86_400 + second, kind="stable")
    cart = chance.choice(3, rows, p=(0.72, 0.13, 0.15))
    seconds = (pages * chance.gamma(2.0, 22.0, rows)).astype(np.int64) + 3
    return Sessions(*(column[order] for column in (user, day, second, seconds, pages, cart)))
