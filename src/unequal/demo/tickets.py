"""The support desk: who calls about what and whose fault it was, which agent answers, what is written down."""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from unequal.demo import parameters as planted
from unequal.demo.columns import NOBODY, Bools, Floats, Ints
from unequal.demo.contracts import Invoices, Services
from unequal.demo.customers import Customers
from unequal.demo.organisations import Organisations
from unequal.demo.people import People
from unequal.demo.purchases import Orders, Purchases
from unequal.demo.randomness import generator, happens
from unequal.demo.timeline import DAYS, day_of

REASONS: Final = (
    "GENERAL", "DELIVERY_LATE", "GOODS_DAMAGED", "WRONG_ITEM", "BILLING_ERROR", "WEB_OUTAGE", "PRODUCT_QUESTION", "RETURN_QUESTION",
    "CHANGE_OF_ADDRESS", "HOW_TO", "PAYMENT", "PRICE_COMPLAINT", "CANCEL_SERVICE",
)  # fmt: skip
"""As the desk's form lists them; the first is what a hurried agent picks, and never the true reason."""
COMPANY_CAUSED: Final = (1, 2, 3, 4, 5)
OWN_WISHES: Final = (6, 7, 9, 10, 11)
OUTAGES: Final = (day_of(date(2023, 8, 14)), day_of(date(2025, 2, 20)))
CHANNELS: Final = ("phone", "chat", "email")
QUOTA_FROM: Final = day_of(date(2024, 7, 1))
"""From this day team 1 is paid for short calls."""
QUOTA_TEAM: Final = 1
TEAMS: Final = 3


@dataclass(frozen=True)
class Agents:
    """The agents of one cell."""

    first_number: int
    team: Ints
    resolves: Floats
    seconds: Floats
    picks_first: Floats
    """Of tickets, those on which the agent picks the first code in the list."""


@dataclass(frozen=True)
class Tickets:
    """One row a ticket, by day."""

    caller: Ints
    """The person who calls."""
    customer: Ints
    """On whose behalf: the caller or the organisation."""
    day: Ints
    second: Ints
    channel: Ints
    agent: Ints
    reason: Ints
    recorded: Ints
    handle_seconds: Ints
    resolved: Bools
    repeat: Ints
    """How often the same matter was raised before."""
    order: Ints
    """The order it is about, or NOBODY."""

    def __len__(self) -> int:
        """How many tickets."""
        return len(self.caller)


def draw_agents(seed: int, cell: int, persons: int) -> Agents:
    """Agents for a cell: one in four picks the first code in the list most of the time."""
    chance = generator(seed, cell, "agents")
    count = max(TEAMS, round(persons / 800))
    lazy = np.arange(count) % 4 == 0
    picks = np.where(lazy, chance.uniform(0.62, 0.85, count), chance.uniform(0.01, 0.07, count))
    return Agents(cell * 40, np.arange(count) % TEAMS, chance.uniform(0.66, 0.93, count), chance.uniform(230, 520, count), picks)


def draw_tickets(seed: int, cell: int, people: People, customers: Customers, *, firms: Organisations, bought: Purchases, services: Services, invoices: Invoices, agents: Agents) -> Tickets:  # fmt: skip
    """The tickets of a cell: the company's own failures and the customers' wishes, repeats included."""
    chance = generator(seed, cell, "tickets")
    parts = [
        _after_failures(chance, bought.orders),
        _after_wrong_bills(chance, services, invoices),
        _after_outages(chance, customers, bought.ended_on),
        _own_wishes(chance, customers, bought.ended_on),
        _cancellations(chance, services),
        _moves(chance, people, customers, bought.ended_on),
    ]
    customer, day, reason, order = (np.concatenate([part[column] for part in parts]) for column in range(4))
    inside = day < DAYS
    customer, day, reason, order = customer[inside], day[inside], reason[inside], order[inside]
    caller = _callers(chance, people, firms, customer, customers.persons)
    known = caller != NOBODY
    first = (caller[known], customer[known], day[known], reason[known], order[known])
    return _answered(chance, agents, first)


_Events = tuple[Ints, Ints, Ints, Ints]


def _after_failures(chance: np.random.Generator, orders: Orders) -> _Events:
    rows = np.flatnonzero((orders.failure > 0) & (orders.customer != NOBODY) & (chance.random(len(orders)) < planted.FAILING.calls))
    return orders.customer[rows], orders.day[rows] + 2 + chance.integers(0, 7, len(rows)), orders.failure[rows], rows


def _after_wrong_bills(chance: np.random.Generator, services: Services, invoices: Invoices) -> _Events:
    rows = np.flatnonzero(invoices.wrong)
    customer = services.payer[invoices.service[rows]]
    return customer, invoices.day[rows] + 3 + chance.integers(0, 10, len(rows)), np.full(len(rows), 4), np.full(len(rows), NOBODY)


def _after_outages(chance: np.random.Generator, customers: Customers, ended_on: Ints) -> _Events:
    who, days = [], []
    for outage in OUTAGES:
        active = customers.shops & (customers.joined_on < outage) & (ended_on > outage) & (happens(chance, len(customers), 0.035))
        who.append(np.flatnonzero(active))
        days.append(outage + chance.integers(0, 2, len(who[-1])))
    customer = np.concatenate(who)
    return customer, np.concatenate(days), np.full(len(customer), 5), np.full(len(customer), NOBODY)


def _own_wishes(chance: np.random.Generator, customers: Customers, ended_on: Ints) -> _Events:
    """Contacts that customers want, by their kind; those hard to please with prices complain of prices."""
    until = np.minimum(ended_on, DAYS)
    span = np.where(customers.shops, np.maximum(until - customers.joined_on, 0), 0)
    yearly = np.array([planted.KIND_OF[name].contacts_a_year for name in planted.KINDS])[customers.kind]
    counts = chance.poisson(yearly * span / 365.25)
    who = np.repeat(np.arange(len(customers)), counts)
    day = customers.joined_on[who] + (chance.random(len(who)) * (span[who] + 1)).astype(np.int64)
    reason = np.array(OWN_WISHES)[chance.choice(len(OWN_WISHES), len(who), p=(0.3, 0.2, 0.24, 0.18, 0.08))]
    complains = (customers.attributes[who, 4] < -0.8) & (happens(chance, len(who), 0.3))
    return who, day, np.where(complains, 11, reason), np.full(len(who), NOBODY)


def _cancellations(chance: np.random.Generator, services: Services) -> _Events:
    rows = np.flatnonzero((services.ended_on < DAYS) & (happens(chance, len(services), 0.6)))
    day = np.maximum(services.ended_on[rows] - chance.integers(1, 25, len(rows)), services.started_on[rows])
    return services.owner[rows], day, np.full(len(rows), 12), np.full(len(rows), NOBODY)


def _moves(chance: np.random.Generator, people: People, customers: Customers, ended_on: Ints) -> _Events:
    homes = people.households
    day = np.minimum(homes.moves_on, homes.leaves_on)
    persons = len(people)
    active = customers.shops[:persons] & (customers.joined_on[:persons] < day) & (ended_on[:persons] > day) & (day < DAYS)
    who = np.flatnonzero(active & (happens(chance, persons, 0.3)))
    return who, day[who] + chance.integers(0, 20, len(who)), np.full(len(who), 8), np.full(len(who), NOBODY)


def _callers(chance: np.random.Generator, people: People, firms: Organisations, customer: Ints, persons: int) -> Ints:
    """The person who calls: for an organisation its purchaser, and sometimes the partner for a person."""
    purchaser = np.full(len(firms), NOBODY)
    purchaser[firms.contact_of[::-1]] = firms.contact_person[::-1]
    person = np.minimum(customer, persons - 1)
    homes = people.households
    couple = homes.couple[person] & (happens(chance, len(customer), 0.06))
    partner = np.minimum(homes.head[person] + 1 - homes.place[person], persons - 1)
    own = np.where(couple, partner, person)
    return np.where(customer >= persons, purchaser[np.maximum(customer - persons, 0)], own)


def _answered(chance: np.random.Generator, agents: Agents, first: tuple[Ints, Ints, Ints, Ints, Ints]) -> Tickets:
    """Agents answer; what is not resolved is raised again within a week, at most twice."""
    caller, customer, day, reason, order = first
    waves = []
    for repeat in range(3):
        rows = len(caller)
        agent = chance.integers(0, len(agents.team), rows)
        quota = (agents.team[agent] == QUOTA_TEAM) & (day >= QUOTA_FROM)
        seconds = chance.gamma(3.0, agents.seconds[agent] / 3.0) * np.where(quota, 0.66, 1.0) * np.where(repeat > 0, 1.25, 1.0) + 25
        resolved = chance.random(rows) < agents.resolves[agent] - 0.15 * quota
        first_code = chance.random(rows) < np.minimum(agents.picks_first[agent] + 0.25 * quota, 0.95)
        mistaken = happens(chance, rows, 0.06)
        recorded = np.where(first_code, 0, np.where(mistaken, chance.integers(1, len(REASONS), rows), reason))
        channel = chance.choice(3, rows, p=(0.62, 0.23, 0.15))
        second = 8 * 3600 + (chance.beta(2, 2.4, rows) * 11.5 * 3600).astype(np.int64)
        waves.append(
            (
                caller,
                customer,
                day,
                second,
                channel,
                agent,
                reason,
                recorded,
                seconds.astype(np.int64),
                resolved,
                np.full(rows, repeat),
                order,
            )
        )
        again = ~resolved & (happens(chance, rows, 0.7))
        day = day + 1 + chance.integers(0, 7, rows)
        again &= day < DAYS
        caller, customer, day, reason, order = (column[again] for column in (caller, customer, day, reason, order))
    columns = [np.concatenate([wave[column] for wave in waves]) for column in range(len(waves[0]))]
    by_day = np.argsort(columns[2] * 86_400 + columns[3], kind="stable")
    return Tickets(*(column[by_day] for column in columns))
