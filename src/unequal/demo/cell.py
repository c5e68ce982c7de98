"""One cell of the world: everything that happens to its persons and organisations, in the order it depends on itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unequal.demo import parameters as planted
from unequal.demo.baskets import Lines, draw_lines, freight_costs
from unequal.demo.columns import NOBODY, Bools, Ints, Texts, numbered
from unequal.demo.contracts import Invoices, Services, draw_invoices, draw_services
from unequal.demo.customers import Customers, draw_customers
from unequal.demo.mentions import Mentions, draw_mentions
from unequal.demo.organisations import Organisations, draw_organisations
from unequal.demo.parameters import World
from unequal.demo.people import People, draw_people
from unequal.demo.purchases import Purchases, draw_purchases
from unequal.demo.randomness import generator, happens
from unequal.demo.registers import FORMS, Register, first_days, register
from unequal.demo.sessions import Sessions, draw_sessions
from unequal.demo.tickets import Agents, Tickets, draw_agents, draw_tickets
from unequal.demo.timeline import DAYS, NEVER


@dataclass(frozen=True)
class Cell:
    """What one cell holds; positions in all its tables count from 0."""

    number: int
    people: People
    firms: Organisations
    mentions: Mentions
    customers: Customers
    bought: Purchases
    lines: Lines
    freight: Ints
    services: Services
    invoices: Invoices
    agents: Agents
    tickets: Tickets
    sessions: Sessions
    registers: dict[str, Register]

    @property
    def entity_ids(self) -> Texts:
        """True ids of persons, then organisations."""
        persons = numbered("P", self.people.first_number + np.arange(len(self.people)), 7)
        names: Texts = np.r_[persons, numbered("O", self.firms.first_number + np.arange(len(self.firms)), 6)]
        return names


def draw_cell(world: World, number: int) -> Cell:
    """One cell of the world; nothing but the world's seed and the cell's number matters."""
    seed, persons = world.seed, world.persons_of(number)
    people = draw_people(seed, number, number * world.cell, persons)
    firms = draw_organisations(seed, number, number * world.firms_a_full_cell, world.firms_of(number), people)
    mentions = draw_mentions(seed, number, persons)
    customers = draw_customers(seed, number, people, firms, mentions)
    bought = draw_purchases(seed, number, customers)
    lines = draw_lines(seed, number, customers, firms, bought.orders, bought.reached)
    freight = freight_costs(seed, number, customers, bought.orders)
    services = draw_services(seed, number, people, customers)
    invoices = draw_invoices(seed, number, customers, services)
    agents = draw_agents(seed, number, persons)
    tickets = draw_tickets(seed, number, people, customers, firms=firms, bought=bought, services=services, invoices=invoices, agents=agents)
    registers = _registers(
        seed, number, people, firms=firms, mentions=mentions, customers=customers, bought=bought, services=services, tickets=tickets
    )
    web = registers["web"]
    sessions = draw_sessions(seed, number, customers, web.person, web.created_on, bought.ended_on)
    return Cell(
        number, people, firms, mentions, customers, bought, lines, freight, services, invoices, agents, tickets, sessions, registers
    )


def _registers(seed: int, cell: int, people: People, *, firms: Organisations, mentions: Mentions, customers: Customers, bought: Purchases, services: Services, tickets: Tickets) -> dict[str, Register]:  # fmt: skip
    """The person records of the applications, each from what made the person come into it."""
    persons = len(people)
    until = np.where(customers.shops, bought.ended_on, NEVER)[:persons]
    chance = generator(seed, cell, "who registers where")
    shoppers = np.flatnonzero(customers.shops[:persons])
    joined = customers.joined_on[:persons]
    account = _account_days(services, persons)
    members, member_days = _members(chance, customers, shoppers, joined)
    callers, caller_days = first_days(tickets.caller, tickets.day)
    seen = np.zeros(persons, dtype=bool)
    seen[np.r_[shoppers, account[0], callers, firms.contact_person]] = True
    users, user_days = _users(chance, shoppers, joined, seen)
    linked = np.flatnonzero(mentions.profile_person != NOBODY)
    speakers = mentions.profile_person[linked]
    everyone = {
        "shop": (shoppers, joined[shoppers]),
        "billing": account,
        "support": (callers, caller_days),
        "web": (users, user_days),
        "loyalty": _with_speakers(members, member_days, speakers, joined),
        "social": (speakers, np.full(len(speakers), DAYS - 1)),
        "contacts": (firms.contact_person, (chance.random(len(firms.contact_person)) * 300).astype(np.int64)),
    }
    return {name: register(seed, cell, people, FORMS[name], who, days, until[who]) for name, (who, days) in everyone.items()}


def _account_days(services: Services, persons: int) -> tuple[Ints, Ints]:
    """Owners and payers have billing accounts from their first service on."""
    who, days = np.r_[services.owner, services.payer], np.r_[services.started_on, services.started_on]
    is_person = who < persons
    return first_days(who[is_person], days[is_person])


def _members(chance: np.random.Generator, customers: Customers, shoppers: Ints, joined: Ints) -> tuple[Ints, Ints]:
    """Members of the loyalty scheme: among them both sides of each recorded referral."""
    member = happens(chance, len(joined), 0.46)
    recorded = (customers.referrer[: len(joined)] != NOBODY) & (chance.random(len(joined)) < planted.REFERRAL_RECORDED_SHARE)
    member[recorded] = True
    member[customers.referrer[: len(joined)][recorded]] = True
    who = shoppers[member[shoppers]]
    days = joined[who] + np.where(recorded[who], 0, chance.exponential(60, len(who)).astype(np.int64))
    return who, np.minimum(days, DAYS - 1)


def _with_speakers(members: Ints, days: Ints, speakers: Ints, joined: Ints) -> tuple[Ints, Ints]:
    """Speakers on social networks joined the scheme: that is how their handles are known."""
    late = np.setdiff1d(speakers, members)
    since = np.where(joined[late] < DAYS, joined[late], DAYS // 2)
    return np.r_[members, late], np.r_[days, since]


def _users(chance: np.random.Generator, shoppers: Ints, joined: Ints, seen: Bools) -> tuple[Ints, Ints]:  # fmt: skip
    """Users of the web shop: most shoppers, half the others, and everyone whom no other application knows."""
    persons = len(joined)
    shops = np.zeros(persons, dtype=bool)
    shops[shoppers] = True
    uses = chance.random(persons) < np.where(shops, 0.63, 0.45)
    uses |= ~seen
    who = np.flatnonzero(uses)
    near = joined[who] + chance.integers(-30, 150, len(who))
    days = np.where(shops[who], near, chance.integers(0, DAYS - 1, len(who)))
    return who, np.clip(days, 0, DAYS - 1)
