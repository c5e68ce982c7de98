"""Order lines: what stood in each basket, discounts, fees, and what came back."""

# ruff: noqa: PLR2004 -- a made world is full of shares; each stands where it is used

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.demo import currencies, products
from unequal.demo import parameters as planted
from unequal.demo.campaigns import Reached, discount_of
from unequal.demo.columns import NOBODY, Bools, Floats, Ints, Texts, filled
from unequal.demo.customers import Customers
from unequal.demo.organisations import Organisations
from unequal.demo.purchases import Orders
from unequal.demo.randomness import generator, happens
from unequal.demo.timeline import DAYS

SALE, CREDIT, FEE = "SALE", "CREDIT", "FEE"
_KIND_ROWS: Final = tuple(planted.KIND_OF[name] for name in planted.KINDS)


@dataclass(frozen=True)
class Lines:
    """One row an order line; amounts in units of 0.0001 of the order's currency, costs positive."""

    order: Ints
    """The position of its order; of the original order where it is a credit."""
    kind: Texts
    product: Texts
    quantity: Ints
    price: Ints
    discount: Ints
    unit_cost: Ints
    credited_on: Ints
    """The day of a credit note, or NOBODY."""

    def __len__(self) -> int:
        """How many lines."""
        return len(self.order)

    def taken(self, rows: Bools | Ints) -> Lines:
        """Some of the lines."""
        return Lines(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def draw_lines(seed: int, cell: int, customers: Customers, firms: Organisations, orders: Orders, reached: Reached) -> Lines:
    """The lines of a cell's orders: sales, fees, and credits for what came back."""
    chance = generator(seed, cell, "lines")
    currency = order_currency(customers, orders)
    sales = _sales(chance, customers, firms, orders, reached, currency)
    fees = _fees(chance, orders, sales, currency)
    credits_ = _credits(chance, customers, orders, sales)
    columns = (np.r_[getattr(sales, n), getattr(fees, n), getattr(credits_, n)] for n in Lines.__dataclass_fields__)
    lines = Lines(*columns)
    return lines.taken(np.argsort(lines.order * 2 + (lines.credited_on != NOBODY), kind="stable"))


def order_currency(customers: Customers, orders: Orders) -> Ints:
    """The position of each order's currency; at the counter US dollars."""
    of_customer = currencies.number_of(customers.currency)
    return np.where(orders.customer == NOBODY, 0, of_customer[np.maximum(orders.customer, 0)])


def _sales(
    chance: np.random.Generator, customers: Customers, firms: Organisations, orders: Orders, reached: Reached, currency: Ints
) -> Lines:
    who = np.maximum(orders.customer, 0)
    is_firm = orders.customer >= customers.persons
    counts = 1 + np.minimum(chance.poisson(np.where(is_firm, 2.2, 1.0)), 8)
    order = np.repeat(np.arange(len(orders)), counts)
    weights = chance.gamma(2.0, 1.0, len(order))
    share = weights / np.bincount(order, weights)[order]
    cents = np.maximum(np.round(orders.value[order] * share * 100), 150).astype(np.int64)
    quantity = np.where(happens(chance, len(order), 0.7), 1, 1 + chance.geometric(0.5, len(order)))
    quantity = np.where(is_firm[order], quantity + chance.poisson(2.0, len(order)), quantity)
    price = np.maximum(cents // quantity, 60)
    favourite = customers.taste[who[order], chance.integers(0, 3, len(order))]
    category = np.where(happens(chance, len(order), 0.8), favourite, chance.integers(0, len(products.CATEGORY_MARGINS), len(order)))
    item = products.product_at(category, price)
    margin = np.clip(products.products().margin[item] + customers.margin[who[order]] * (orders.customer[order] != NOBODY), 0.06, 0.72)
    rate = _discount_rates(chance, customers, firms, orders, order, discount_of((orders.customer, orders.day), reached, len(orders)))
    local = currencies.local_prices()[currency[order]]
    tag = price * local // 1000 * 100
    discount = np.round(tag / 100 * quantity * rate).astype(np.int64) * 100
    unit_cost = np.round(tag * (1 - margin)).astype(np.int64)
    none = np.full(len(order), NOBODY)
    return Lines(order, filled(SALE, len(order)), products.products().code[item], quantity.astype(np.int64), tag, discount, unit_cost, none)


def _discount_rates(
    chance: np.random.Generator, customers: Customers, firms: Organisations, orders: Orders, order: Ints, off: Floats
) -> Floats:
    who = np.maximum(orders.customer, 0)[order]
    kind = customers.kind[who]
    share, low, high = (
        np.array([getattr(row, name) for row in _KIND_ROWS])[kind] for name in ("discount_share", "discount_low", "discount_high")
    )
    drawn = np.where(chance.random(len(order)) < share, chance.uniform(low, high), 0.0)
    terms = np.r_[np.zeros(customers.persons), firms.terms][who]
    rate = np.where(who >= customers.persons, terms, drawn)
    return np.where(orders.customer[order] == NOBODY, 0.0, np.minimum(np.round(rate, 2) + off[order], 0.65))


def _fees(chance: np.random.Generator, orders: Orders, sales: Lines, currency: Ints) -> Lines:
    """Postage on small orders, express, gift wrap, goodwill after failures, samples: lines that are not products."""
    local = currencies.local_prices()[currency]
    basket = np.bincount(sales.order, sales.price * sales.quantity - sales.discount, minlength=len(orders))
    sent, drawn = orders.channel != 1, chance.random((4, len(orders)))
    parts = (
        (products.POSTAGE, sent & (basket < 45 * local * 10), 495, 0),
        (products.EXPRESS, sent & (drawn[0] < 0.045), 990, 0),
        (products.GIFT_WRAP, drawn[1] < 0.05, 350, 60),
        (products.GOODWILL, (orders.failure > 0) & (drawn[2] < 0.45), -1000, 0),
        (products.SAMPLE, drawn[3] < 0.03, 0, 180),
    )
    made = [_fee_lines(code, np.flatnonzero(rows), cents, cost, local) for code, rows, cents, cost in parts]
    return Lines(*(np.concatenate([getattr(part, name) for part in made]) for name in Lines.__dataclass_fields__))


def _fee_lines(code: str, order: Ints, cents: int, cost: int, local: Ints) -> Lines:
    rows, tag = len(order), local[order]
    zeros, none = np.zeros(rows, np.int64), np.full(rows, NOBODY)
    price = np.sign(cents) * (abs(cents) * tag // 1000) * 100
    return Lines(order, filled(FEE, rows), filled(code, rows), zeros + 1, price, zeros, cost * tag // 1000 * 100, none)


def _credits(chance: np.random.Generator, customers: Customers, orders: Orders, sales: Lines) -> Lines:
    """Goods that came back: the net price is given back; the goods are worth what can be put on the shelf again."""
    who = orders.customer[sales.order]
    rate = np.array([row.return_rate for row in _KIND_ROWS])[customers.kind[np.maximum(who, 0)]]
    rate = np.where(who >= customers.persons, rate * 0.4, rate) + 0.35 * (orders.failure[sales.order] >= 2)
    back = np.flatnonzero((who != NOBODY) & (chance.random(len(sales)) < rate))
    sold = sales.taken(back)
    day = orders.day[sold.order] + 4 + chance.integers(0, 24, len(back))
    inside = day < DAYS
    sold, day = sold.taken(inside), day[inside]
    net = sold.price - (sold.discount // sold.quantity // 100) * 100
    shelf = np.round(sold.unit_cost * chance.uniform(0.35, 1.0, len(sold))).astype(np.int64)
    return Lines(sold.order, filled(CREDIT, len(sold)), sold.product, -sold.quantity, net, sold.discount * 0, shelf, day)


def freight_costs(seed: int, cell: int, customers: Customers, orders: Orders) -> Ints:
    """What the carrier takes for each order, in units of 0.0001 of the order's currency; none in the store."""
    chance = generator(seed, cell, "freight")
    factor = np.array([row.freight_factor for row in _KIND_ROWS])[customers.kind[np.maximum(orders.customer, 0)]]
    cents = (430 + orders.value * 2.6 + chance.gamma(2.0, 60.0, len(orders))) * factor
    local = currencies.local_prices()[order_currency(customers, orders)]
    return np.where(orders.channel == 1, 0, (cents * local / 1000).astype(np.int64) * 100)


def return_freight(orders: Orders, currency: Ints) -> Ints:
    """What the carrier takes for a parcel that comes back; 0.0001 of the order's currency."""
    fee: Ints = 640 * currencies.local_prices()[currency] // 1000 * 100
    return np.where(orders.channel == 1, 0, fee)
