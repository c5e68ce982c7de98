"""Treatments and what each would do to each customer: the planted potential outcomes.

Every customer has two futures for each treatment, with and without it, from the same draws,
so that the effect of a treatment on a person is known and a trial can be checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from unequal.demo.cell import Cell
from unequal.demo.columns import NOBODY, Arrow, Floats, Ints, Texts
from unequal.demo.randomness import uniform_of
from unequal.demo.timeline import DAYS, NEVER

HORIZON_DAYS: Final = 90
"""Outcomes are counted over so many days from the treatment."""
MARGIN: Final = 0.37
"""Of list value, after usual discounts, before a customer's own part."""
FREIGHT_DOLLARS: Final = 5.6
MOMENT_DAYS: Final = 21
"""A moment lasts so many days."""
PLAIN_TRAITS: Final = ("key", "rate", "dropout", "spend", "margin", "persuadable", "ended_on", "joined_on", "reach")
MOMENTS: Final = ("moved_on", "marries_on", "failed_on", "cart_left_on", "service_ends_on", "spoke_on")


@dataclass(frozen=True)
class Treatment:
    """What a treatment costs and does; effects are for a customer of persuadability 1."""

    cost: float
    """US dollars for each customer treated."""
    orders: float = 0.0
    """Orders added within the horizon."""
    value: float = 0.0
    """Share by which each order grows."""
    discount: float = 0.0
    """Taken off every order within the horizon, also those that would have come anyway."""
    keeps: float = 0.0
    """Share of the chance of leaving that it takes away."""
    annoys: float = 0.0
    """Added chance that someone better left alone leaves."""
    revives: float = 0.0
    """Chance that someone who had left comes back."""
    contacts: float = 0.0
    """Contacts with the support desk it causes; negative where it saves some."""
    moment: str = ""
    """The moment at which it works so much better."""
    at_moment: float = 1.0
    """By how much its effect on orders grows at the moment."""
    refers: float = 0.0
    """New customers brought, for each customer."""


TREATMENTS: Final = {
    "discount_blast": Treatment(0.02, orders=0.06, discount=0.20, annoys=0.004),
    "milestone_offer": Treatment(0.35, orders=0.012, moment="marries_on", at_moment=25.0, annoys=0.002),
    "moving_offer": Treatment(0.35, orders=0.014, moment="moved_on", at_moment=25.0, annoys=0.002),
    "cart_reminder": Treatment(0.01, orders=0.015, moment="cart_left_on", at_moment=18.0, annoys=0.001),
    "apology_upgrade": Treatment(9.0, orders=0.02, keeps=0.45, moment="failed_on", at_moment=9.0),
    "retention_call": Treatment(6.2, keeps=0.30, annoys=0.03, contacts=0.05, moment="service_ends_on", at_moment=3.0),
    "retention_offer": Treatment(0.3, keeps=0.20, discount=0.10, orders=0.01),
    "premium_upsell": Treatment(4.3, orders=0.01, value=0.16, annoys=0.022, contacts=0.08),
    "cross_sell_service": Treatment(1.1, orders=0.05, annoys=0.006),
    "win_back": Treatment(0.92, revives=0.055),
    "sample_to_advocate": Treatment(7.5, orders=0.03, refers=0.09, moment="spoke_on", at_moment=4.0),
    "referral_invitation": Treatment(0.05, refers=0.03),
    "self_service_nudge": Treatment(0.02, contacts=-0.12, annoys=0.012),
    "priority_service": Treatment(3.8, keeps=0.22, contacts=-0.02),
}


@dataclass(frozen=True)
class Traits:
    """What decides how customers answer; one row a customer."""

    key: Ints
    rate: Floats
    dropout: Floats
    spend: Floats
    margin: Floats
    persuadable: Floats
    ended_on: Ints
    joined_on: Ints
    reach: Floats
    moments: dict[str, Ints]

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Traits:
        """From the columns of truth/trait.parquet."""
        return cls(**{name: columns[name] for name in PLAIN_TRAITS}, moments={name: columns[name] for name in MOMENTS})

    def taken(self, rows: Ints) -> Traits:
        """Some of the customers."""
        return Traits.of({name: column[rows] for name, column in [*vars(self).items(), *self.moments.items()] if name != "moments"})


def keys_of(ids: Texts) -> Ints:
    """A number for each true id: persons, then organisations."""
    return np.array([int(name[1:]) + (10**9 if name[0] == "O" else 0) for name in ids], dtype=np.int64)


def traits_of(cell: Cell) -> dict[str, Arrow]:
    """The columns of truth/trait.parquet for one cell."""
    customers, names = cell.customers, cell.entity_ids
    columns: dict[str, Arrow] = {"customer_id": pa.array(names, pa.string()), "key": pa.array(keys_of(names))}
    for name, values in (("rate", customers.rate), ("dropout", customers.dropout), ("spend", customers.spend), ("margin", customers.margin),
                         ("persuadable", customers.persuadable), ("reach", _reach(cell))):  # fmt: skip
        columns[name] = pa.array(values, pa.float64())
    columns["ended_on"], columns["joined_on"] = pa.array(np.minimum(cell.bought.ended_on, NEVER)), pa.array(customers.joined_on)
    return columns | {name: pa.array(days) for name, days in _moments(cell).items()}


def _reach(cell: Cell) -> Floats:
    reach = np.zeros(len(cell.customers))
    known = cell.mentions.profile_person != NOBODY
    reach[cell.mentions.profile_person[known]] = cell.mentions.reach[known]
    return reach


def _moments(cell: Cell) -> dict[str, Ints]:
    """The last day of each kind of moment before the extracts end, or NEVER."""
    rows, persons, homes = len(cell.customers), len(cell.people), cell.people.households
    days = {name: np.full(rows, -NEVER) for name in MOMENTS}
    for name, when in (("moved_on", np.minimum(homes.moves_on, homes.leaves_on)), ("marries_on", homes.marries_on)):
        days[name][:persons] = np.where(when < DAYS, when, -NEVER)
    orders, sessions, services, mentions = cell.bought.orders, cell.sessions, cell.services, cell.mentions
    failed = (orders.failure > 0) & (orders.customer != NOBODY)
    np.maximum.at(days["failed_on"], orders.customer[failed], orders.day[failed])
    left = (sessions.cart == 1) & (sessions.user != NOBODY)
    np.maximum.at(days["cart_left_on"], cell.registers["web"].person[sessions.user[left]], sessions.day[left])
    np.maximum.at(days["service_ends_on"], services.owner, services.ended_on)
    speaker = mentions.profile_person[mentions.profile]
    known = speaker != NOBODY
    np.maximum.at(days["spoke_on"], speaker[known], mentions.day[known])
    return days


@dataclass(frozen=True)
class Prospect:
    """What is to be expected of customers on days, with and without a treatment; means, not draws."""

    orders_without: Floats
    orders_added: Floats
    leaves_without: Floats
    leaves_with: Floats
    revived: Floats
    contacts: Floats
    referred: Floats
    value_factor: Floats
    discount: Floats


def prospect_of(traits: Traits, name: str, day: Ints) -> Prospect:
    """The planted means of one treatment; `none` is no treatment at all."""
    treatment = TREATMENTS[name] if name != "none" else Treatment(0.0)
    rows = len(traits.key)
    active = (traits.ended_on > day) & (traits.joined_on <= day)
    known = traits.joined_on < NEVER
    fit = 0.5 + uniform_of(0, f"fit {name}", traits.key)
    moment = np.ones(rows)
    if treatment.moment:
        since = day - traits.moments[treatment.moment]
        moment = np.where((since >= 0) & (since <= MOMENT_DAYS), treatment.at_moment, 1.0)
    willing = np.maximum(traits.persuadable, 0.0) * fit
    better_alone = traits.persuadable < 0
    without = np.where(active, np.minimum(traits.rate * HORIZON_DAYS / 7, 20.0), 0.0)
    leaves = np.where(active, -np.expm1(-traits.dropout * HORIZON_DAYS / 7), 0.0)
    with_it = np.clip(
        leaves * (1 - np.minimum(treatment.keeps * willing * np.sqrt(moment), 0.9)) + treatment.annoys * 8 * better_alone * active, 0, 1
    )
    loud = 1.0 + np.minimum(traits.reach / 20_000, 4.0)
    return Prospect(
        orders_without=without,
        orders_added=np.where(active, treatment.orders * willing * moment, 0.0),
        leaves_without=leaves,
        leaves_with=with_it if name != "none" else leaves,
        revived=np.where(~active & known & (traits.joined_on <= day), treatment.revives * willing, 0.0),
        contacts=np.where(active, treatment.contacts * fit, 0.0),
        referred=np.where(active, treatment.refers * willing * loud * np.sqrt(moment), 0.0),
        value_factor=1 + treatment.value * willing,
        discount=np.full(rows, treatment.discount),
    )


def profit_of_order(traits: Traits, prospect: Prospect) -> Floats:
    """Dollars that one order leaves, after goods, freight and the treatment's discount."""
    value = traits.spend * prospect.value_factor
    return value * (MARGIN + traits.margin - prospect.discount) - FREIGHT_DOLLARS


def expected_profit(traits: Traits, name: str, day: Ints) -> Floats:
    """Expected profit of a customer within the horizon under a treatment, its cost taken off; US dollars."""
    prospect = prospect_of(traits, name, day)
    # Who leaves within the horizon does so half way through it on average.
    stays = 1 - prospect.leaves_with / 2
    orders = prospect.orders_without * stays + prospect.orders_added + prospect.revived
    newcomers = prospect.referred * 30.0
    cost = TREATMENTS[name].cost if name != "none" else 0.0
    return orders * profit_of_order(traits, prospect) + newcomers - 4.0 * prospect.contacts - cost
