"""Orders: who buys when, what brought the order, what went wrong with it, and who leaves when and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.demo import parameters as planted
from unequal.demo.campaigns import CAMPAIGNS, Reached, draw_campaigns
from unequal.demo.columns import NOBODY, Bools, Floats, Ints, texts
from unequal.demo.customers import Customers
from unequal.demo.randomness import generator, happens
from unequal.demo.timeline import DAYS, FUTURE_DAYS, NEVER, day_at, season_at

HORIZON: Final = DAYS + FUTURE_DAYS
FAILURES: Final = ("", "late", "damaged", "wrong_item")
CHANNELS: Final = texts(["web", "store", "phone"])
END_CAUSES: Final = ("active", "faded", "delivery_failure")
COUNTER_SALES_SHARE: Final = 0.04
"""Store orders of nobody known, for each order of a customer."""


@dataclass(frozen=True)
class Orders:
    """One row an order, by day; `customer` is NOBODY for a sale at the counter."""

    customer: Ints
    day: Ints
    campaign: Ints
    """The campaign that added the order, or NOBODY."""
    failure: Ints
    channel: Ints
    value: Floats
    """Before discounts, in US dollars."""

    def __len__(self) -> int:
        """How many orders."""
        return len(self.customer)

    def taken(self, rows: Bools | Ints) -> Orders:
        """Some of the orders."""
        return Orders(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Purchases:
    """The orders of a cell, what comes after the extracts' end, and how each customer's buying ended."""

    orders: Orders
    future: Orders
    ended_on: Ints
    """The day after which no more orders come; NEVER without a first order."""
    end_cause: Ints
    reached: Reached


def draw_purchases(seed: int, cell: int, customers: Customers) -> Purchases:
    """The orders of one cell from the opening to two years after the extracts end."""
    chance = generator(seed, cell, "purchases")
    lifetime = 7.0 * chance.exponential(1.0, len(customers)) / customers.dropout
    ended_on = np.where(customers.shops, customers.joined_on + np.minimum(lifetime, NEVER / 2).astype(np.int64), NEVER)
    who, day = _own_orders(chance, customers, ended_on)
    reached = draw_campaigns(seed, cell, customers, ended_on, (who, day))
    more_who, more_day, more_campaign = _added_orders(chance, reached)
    who, day = np.r_[who, more_who], np.r_[day, more_day]
    campaign = np.r_[np.full(len(who) - len(more_who), NOBODY), more_campaign]
    order = np.lexsort((day, who))
    who, day, campaign = who[order], day[order], campaign[order]
    failure, leaves = _failures(generator(seed, cell, "failures"), customers, who, day)
    stays, ended_on, cause = _leaving(who, day, leaves, ended_on)
    chance = generator(seed, cell, "baskets")
    orders = Orders(who, day, campaign, failure, *_values(chance, customers, who)).taken(stays)
    orders = _with_counter_sales(chance, orders)
    past = orders.day < DAYS
    by_day = np.argsort(orders.day[past], kind="stable")
    return Purchases(orders.taken(past).taken(by_day), orders.taken(~past), ended_on, cause, reached)


def _own_orders(chance: np.random.Generator, customers: Customers, ended_on: Ints) -> tuple[Ints, Ints]:
    """First orders, and a Poisson process in seasonal time until the customer leaves or the horizon."""
    buyers = np.flatnonzero(customers.shops)
    joined = customers.joined_on[buyers].astype(float)
    from_, until = season_at(joined), season_at(np.minimum(ended_on[buyers], HORIZON - 1).astype(float))
    span = np.maximum(until - from_, 0.0)
    counts = chance.poisson(customers.rate[buyers] * span / 7.0)
    place = np.repeat(np.arange(len(buyers)), counts)
    moments = from_[place] + chance.random(len(place)) * span[place]
    days = np.minimum(day_at(moments).astype(np.int64), HORIZON - 1)
    return np.r_[buyers, buyers[place]], np.r_[customers.joined_on[buyers], days]


def _added_orders(chance: np.random.Generator, reached: Reached) -> tuple[Ints, Ints, Ints]:
    row = np.repeat(np.arange(len(reached.customer)), reached.extra_orders)
    number = reached.campaign[row]
    sent = np.array([campaign.sent_on for campaign in CAMPAIGNS])[number]
    window = np.array([campaign.window_days for campaign in CAMPAIGNS])[number]
    days = sent + 1 + (chance.random(len(row)) * (window - 1)).astype(np.int64)
    inside = days < DAYS
    return reached.customer[row][inside], days[inside], number[inside]


def _failures(chance: np.random.Generator, customers: Customers, who: Ints, day: Ints) -> tuple[Ints, Bools]:
    """What went wrong with each order, and whether the customer leaves for it."""
    failing = planted.FAILING
    bad = (day >= failing.bad_from) & (day < failing.bad_until)
    rate = failing.rate * np.exp(failing.delivery_effect * customers.attributes[who, 0]) * np.where(bad, failing.bad_factor, 1.0)
    failed = chance.random(len(who)) < rate
    failure = np.where(failed, 1 + chance.choice(3, len(who), p=(0.6, 0.22, 0.18)), 0)
    return failure, failed & (chance.random(len(who)) < failing.leaves)


def _leaving(who: Ints, day: Ints, leaves: Bools, ended_on: Ints) -> tuple[Bools, Ints, Ints]:
    """Orders after the one that made its customer leave never come."""
    left_on = np.full(len(ended_on), NEVER)
    np.minimum.at(left_on, who[leaves], day[leaves])
    ended = np.minimum(ended_on, left_on)
    cause = np.where(ended >= DAYS, 0, np.where(left_on <= ended_on, 2, 1))
    return day <= left_on[who], ended, cause


def _values(chance: np.random.Generator, customers: Customers, who: Ints) -> tuple[Ints, Floats]:
    """Channels and gamma values; the mean is the customer's own."""
    shape = np.where(who >= customers.persons, planted.FIRMS.spend_p, planted.PERSONS.spend_p)
    value = np.maximum(chance.gamma(shape) / shape * customers.spend[who], 4.0)
    loyal_channel = who * 7 % 3
    drawn = chance.choice(3, len(who), p=(0.62, 0.24, 0.14))
    channel = np.where(happens(chance, len(who), 0.35), loyal_channel, drawn)
    return channel.astype(np.int64), np.minimum(value, 40_000.0)


def _with_counter_sales(chance: np.random.Generator, orders: Orders) -> Orders:
    past = int((orders.day < DAYS).sum())
    count = round(past * COUNTER_SALES_SHARE)
    day = np.minimum(day_at(chance.random(count) * season_at(np.array([float(DAYS)]))[0]).astype(np.int64), DAYS - 1)
    nobody = np.full(count, NOBODY)
    counter = Orders(
        nobody, day, nobody, np.zeros(count, np.int64), np.ones(count, np.int64), np.round(chance.gamma(2.0, 18.0, count) + 3, 2)
    )
    return Orders(*(np.r_[getattr(orders, name), getattr(counter, name)] for name in orders.__dataclass_fields__))
