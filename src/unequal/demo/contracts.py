"""Services by the month: who owns, pays for and uses each, when it ends and why, and every invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.demo import currencies
from unequal.demo import parameters as planted
from unequal.demo.columns import NOBODY, Floats, Ints, Texts, counted_within, texts
from unequal.demo.customers import Customers
from unequal.demo.people import People
from unequal.demo.randomness import generator, happens
from unequal.demo.timeline import DAYS

PLANS: Final = texts(list(planted.SERVICES))
OWNER_SHARE: Final = 0.25
FIRM_SHARE: Final = 0.45
PARENT_PAYS_SHARE: Final = 0.6
OTHER_USER_SHARE: Final = 0.2
DAYS_A_MONTH: Final = 30.4375
BAD_PAYERS_SHARE: Final = 0.022


@dataclass(frozen=True)
class Services:
    """One row a service; customers are positions of persons, then organisations."""

    owner: Ints
    payer: Ints
    user: Ints
    plan: Ints
    started_on: Ints
    months: Ints
    """Renewals until it ends, counted past the extracts' end where it lives on."""
    theta: Floats
    effect: Floats
    """The sum of attributes times effects, on the log of the hazard."""
    reason: Ints
    """Why it ends in truth; a position in END_REASONS."""
    reason_recorded: Texts
    discount_rate: Floats
    promotion: Ints
    """Months at half price at the start."""

    def __len__(self) -> int:
        """How many services."""
        return len(self.owner)

    @property
    def ended_on(self) -> Ints:
        """The day each ends, also past the end of the extracts."""
        return self.started_on + (self.months * DAYS_A_MONTH).astype(np.int64)


@dataclass(frozen=True)
class Invoices:
    """One row an invoice; amounts in units of 0.0001 of the payer's currency, costs positive."""

    service: Ints
    number: Ints
    day: Ints
    list_amount: Ints
    discount: Ints
    cost: Ints
    written_off_on: Ints
    wrong: Ints
    """1 where the company billed wrongly and the customer noticed."""


def draw_services(seed: int, cell: int, people: People, customers: Customers) -> Services:
    """The services of one cell: the discrete hazard with what the customer experiences."""
    chance = generator(seed, cell, "services")
    is_firm = np.arange(len(customers)) >= customers.persons
    owner = np.flatnonzero(chance.random(len(customers)) < np.where(is_firm, FIRM_SHARE, OWNER_SHARE))
    rows = len(owner)
    person_plan = chance.choice(3, rows, p=(0.46, 0.26, 0.28))
    plan = np.where(is_firm[owner], 3, person_plan)
    started = np.where(
        customers.shops[owner], customers.joined_on[owner] + chance.exponential(150, rows), chance.uniform(0, DAYS - 60, rows)
    )
    keep = started < DAYS - 45
    owner, plan, started = owner[keep], plan[keep], started[keep].astype(np.int64)
    effects = np.array([planted.RENEWAL_EFFECTS[name] for name in planted.ATTRIBUTES])
    effect = customers.attributes[owner] @ effects
    theta, months = _renewals(chance, plan, effect)
    reason, recorded = _reasons(chance, customers, owner)
    payer, user = _roles(chance, people, owner, customers.persons)
    discount = np.where(happens(chance, len(owner), 0.25), 0.1, 0.0)
    return Services(
        owner,
        payer,
        user,
        plan,
        started,
        months,
        theta,
        effect,
        reason,
        recorded,
        discount,
        np.where(happens(chance, len(owner), 0.3), 3, 0),
    )


def _renewals(chance: np.random.Generator, plan: Ints, effect: Floats) -> tuple[Floats, Ints]:
    """Months that each service lives: the survival function solved for a uniform draw."""
    a, b, c = (np.array([getattr(planted.SERVICES[name], part) for name in PLANS])[plan] for part in "abc")
    theta = np.clip(chance.beta(a, b), 1e-9, 1 - 1e-9)
    power = np.log(chance.random(len(plan))) / (np.log1p(-theta) * np.exp(effect))
    return theta, np.minimum(np.ceil(power ** (1 / c)), 1_200).astype(np.int64)


def _reasons(chance: np.random.Generator, customers: Customers, owner: Ints) -> tuple[Ints, Texts]:
    """Why each ends: rather for price where price is felt; and what was recorded, often the form's default."""
    price, service = customers.attributes[owner, 4], customers.attributes[owner, 3]
    weight = np.stack(
        [np.exp(-0.6 * price), np.full(len(owner), 0.5), np.exp(-0.6 * service), np.full(len(owner), 0.9), np.full(len(owner), 0.7)]
    )
    heights = np.cumsum(weight / weight.sum(axis=0), axis=0)
    reason = (chance.random(len(owner)) > heights).sum(axis=0)
    recorded = texts(list(planted.END_REASONS))[reason]
    default = chance.random(len(owner)) < planted.END_REASON_DEFAULT_SHARE
    return reason.astype(np.int64), np.where(default, planted.END_REASON_DEFAULT, recorded)


def _roles(chance: np.random.Generator, people: People, owner: Ints, persons: int) -> tuple[Ints, Ints]:
    """Who pays and who uses: parents pay for grown children, and another of the household may be the user."""
    person = np.minimum(owner, persons - 1)
    homes = people.households
    is_person = owner < persons
    parent_pays = is_person & homes.child[person] & (chance.random(len(owner)) < PARENT_PAYS_SHARE)
    payer = np.where(parent_pays, homes.head[person], owner)
    size = np.bincount(homes.of_person, minlength=homes.count)[homes.of_person[person]]
    other = homes.head[person] + (homes.place[person] + 1 + chance.integers(0, 3, len(owner)) % np.maximum(size - 1, 1)) % size
    lends = is_person & (size > 1) & (chance.random(len(owner)) < OTHER_USER_SHARE)
    return payer, np.where(lends, other, np.where(is_person, owner, NOBODY))


def draw_invoices(seed: int, cell: int, customers: Customers, services: Services) -> Invoices:
    """Monthly invoices up to the end of the extracts; a few are never paid."""
    chance = generator(seed, cell, "invoices")
    open_months = np.maximum(((DAYS - 1 - services.started_on) // DAYS_A_MONTH).astype(np.int64) + 1, 0)
    counts = np.minimum(services.months, open_months)
    service = np.repeat(np.arange(len(services)), counts)
    number = counted_within(service)
    day = services.started_on[service] + (number * DAYS_A_MONTH).astype(np.int64)
    plan = services.plan[service]
    currency = currencies.number_of(customers.currency)[services.payer[service]]
    local = currencies.local_prices()[currency]
    price = np.array([planted.SERVICE_PRICES[name] for name in PLANS])[plan] * local // 1000
    half = (number < services.promotion[service]) * 0.5
    discount = np.round(price * np.maximum(services.discount_rate[service], half)).astype(np.int64)
    share = np.array([planted.SERVICE_COST_SHARES[name] for name in PLANS])[plan]
    cost = np.round(price * share * chance.uniform(0.85, 1.2, len(service))).astype(np.int64)
    bad = (chance.random(len(customers)) < BAD_PAYERS_SHARE)[services.payer[service]]
    written_off = np.where(chance.random(len(service)) < np.where(bad, 0.35, 0.0012), day + 95, NOBODY)
    written_off = np.where(written_off < DAYS, written_off, NOBODY)
    wrong = (happens(chance, len(service), 0.006)).astype(np.int64)
    return Invoices(service, number, day, price * 100, discount * 100, cost * 100, written_off, wrong)
