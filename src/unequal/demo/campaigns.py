"""Campaigns: sent to some at random, held back from others, with an effect that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from unequal.demo.columns import Bools, Ints, texts
from unequal.demo.customers import Customers
from unequal.demo.randomness import generator
from unequal.demo.timeline import DAYS, day_of


@dataclass(frozen=True)
class Campaign:
    """One campaign; money in cents, effects per customer reached."""

    code: str
    name: str
    channel: str
    goal: str
    sent_on: int
    contact_cost: int
    fixed_cost: int
    reach_share: float
    """Of those who could be reached, the share drawn for the trial."""
    treated_share: float
    extra_orders: float
    """Added orders in the window for one of mean persuadability."""
    extra_discount: float
    """Taken off every order of the treated within the window."""
    window_days: int
    only_silent: bool = False


def _campaign(code: str, name: str, channel: str, goal: str, sent: date, cost: int, fixed: int, *, extra: float, discount: float = 0.0, reach: float = 0.5, treated: float = 0.5, window: int = 28, silent: bool = False) -> Campaign:  # fmt: skip
    return Campaign(code, name, channel, goal, day_of(sent), cost, fixed, reach, treated, extra, discount, window, silent)


CAMPAIGNS: Final = (
    _campaign("OPEN22", "Opening letter", "mail", "grow", date(2022, 9, 6), 74, 180_000, extra=0.045),
    _campaign("XMAS22", "Christmas catalogue", "mail", "grow", date(2022, 11, 14), 152, 260_000, extra=0.060),
    _campaign("SPR23", "Spring letter", "email", "grow", date(2023, 3, 20), 2, 40_000, extra=0.018),
    _campaign("CARE23", "Care plan up-sell by phone", "phone", "upsell", date(2023, 6, 12), 410, 90_000, extra=0.012, reach=0.2),
    _campaign("BACK23", "We miss you", "email", "win_back", date(2023, 10, 9), 2, 35_000, extra=0.055, reach=0.8, silent=True, window=45),
    _campaign("XMAS23", "Christmas catalogue", "mail", "grow", date(2023, 11, 13), 158, 280_000, extra=0.055),
    _campaign(
        "BLAST24", "Twenty off everything", "email", "grow", date(2024, 4, 15), 2, 30_000, extra=0.020, discount=0.20, reach=0.7, window=35
    ),
    _campaign("SELF24", "Serve yourself", "email", "serve_cheaper", date(2024, 6, 17), 2, 55_000, extra=0.0, reach=0.4),
    _campaign("FANS24", "Bring a friend", "email", "refer", date(2024, 8, 19), 2, 30_000, extra=0.008, reach=0.5),
    _campaign("XMAS24", "Christmas catalogue", "mail", "grow", date(2024, 11, 11), 171, 300_000, extra=0.050),
    _campaign("PREM25", "Premium by phone", "phone", "upsell", date(2025, 3, 10), 430, 95_000, extra=0.020, reach=0.2),
    _campaign("HASTE25", "Shorter calls", "phone", "serve_cheaper", date(2025, 3, 17), 0, 20_000, extra=0.0, reach=0.3),
    _campaign(
        "BACK25", "We miss you still", "mail", "win_back", date(2025, 5, 12), 92, 60_000, extra=0.075, reach=0.8, silent=True, window=45
    ),
    _campaign("XMAS25", "Christmas catalogue", "mail", "grow", date(2025, 11, 10), 176, 320_000, extra=0.052),
)

OPPOSED: Final = (("PREM25", "HASTE25"), ("CARE23", "SPR23"), ("BLAST24", "SELF24"))
"""Campaigns that pull the same customer in opposite directions."""
SILENT_AFTER_DAYS: Final = 150


@dataclass(frozen=True)
class Reached:
    """Customers drawn for a campaign: one row each, treated or held out, with the orders it added."""

    customer: Ints
    campaign: Ints
    treated: Bools
    extra_orders: Ints


def draw_campaigns(seed: int, cell: int, customers: Customers, ended_on: Ints, ordered: tuple[Ints, Ints]) -> Reached:
    """Who was drawn for each campaign, by chance alone, and what it added to whom.

    `ordered` are the customers and days of their own orders: what the company sees of them.
    """
    chance = generator(seed, cell, "campaigns")
    parts = [_drawn(chance, campaign, customers, ended_on, ordered) for campaign in CAMPAIGNS]
    customer, treated, extra = (np.concatenate([part[column] for part in parts]) for column in range(3))
    number = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    return Reached(customer, number, treated, extra)


def _drawn(
    chance: np.random.Generator, campaign: Campaign, customers: Customers, ended_on: Ints, ordered: tuple[Ints, Ints]
) -> tuple[Ints, Bools, Ints]:
    able = customers.shops & (customers.joined_on < campaign.sent_on - 30) & (campaign.sent_on < DAYS)
    if campaign.only_silent:
        # The company sees only silence: some of the silent are still customers.
        able &= campaign.sent_on - _last_order(ordered, campaign.sent_on, len(able)) > SILENT_AFTER_DAYS
    drawn = np.flatnonzero(able & (chance.random(len(able)) < campaign.reach_share))
    treated = chance.random(len(drawn)) < campaign.treated_share
    reachable = campaign.only_silent | (ended_on[drawn] >= campaign.sent_on)
    mean = campaign.extra_orders * np.maximum(customers.persuadable[drawn], 0.0) * treated * reachable
    return drawn, treated, chance.poisson(mean)


def _last_order(ordered: tuple[Ints, Ints], before: int, rows: int) -> Ints:
    who, day = ordered
    last = np.zeros(rows, dtype=np.int64)
    known = day < before
    np.maximum.at(last, who[known], day[known])
    return last


def discount_of(campaign_days: tuple[Ints, Ints], reached: Reached, rows: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What running campaigns take off each order; `campaign_days` are the orders' customers and days."""
    customer, day = campaign_days
    off = np.zeros(rows)
    for number, campaign in enumerate(CAMPAIGNS):
        if campaign.extra_discount:
            treated = np.zeros(int(max(customer.max(initial=0), reached.customer.max(initial=0))) + 1, dtype=bool)
            treated[reached.customer[(reached.campaign == number) & reached.treated]] = True
            inside = (day >= campaign.sent_on) & (day < campaign.sent_on + campaign.window_days)
            off = np.where(inside & (customer >= 0) & treated[np.maximum(customer, 0)], campaign.extra_discount, off)
    return off


CODES: Final = texts([campaign.code for campaign in CAMPAIGNS])
