"""Products: what is sold, at which list price and margin, and the codes of what is no product."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from unequal.demo.columns import Floats, Ints, Texts, texts
from unequal.demo.customers import CATEGORIES
from unequal.demo.randomness import generator

IN_CATEGORY: Final = 30
CATEGORY_MARGINS: Final = (0.42, 0.38, 0.35, 0.47, 0.44, 0.37, 0.31, 0.40)
NOUNS: Final = (
    "pan kettle knife bowl jug board", "spade hose planter rake trowel bench", "drill hammer saw wrench level clamp",
    "towel sheet blanket cushion napkin curtain", "lamp lantern bulb shade candle torch", "tent stool cooler hammock grill flask",
    "desk chair folder printer shredder shelf", "bed leash feeder basket toy carrier",
)  # fmt: skip
STYLES: Final = ("plain", "classic", "large", "deluxe", "studio")

POSTAGE, EXPRESS, GIFT_WRAP, GOODWILL, CARD_FEE, SAMPLE = "POST", "EXPRESS", "GIFTWRAP", "GOODWILL", "CARDFEE", "SAMPLE"
"""Codes in the product column that are no products."""


@dataclass(frozen=True)
class Products:
    """The catalogue; positions are category x 30 + place, by rising price."""

    code: Texts
    name: Texts
    category: Ints
    price: Ints
    """List price in US cents."""
    margin: Floats


@lru_cache(maxsize=1)
def products() -> Products:
    """The catalogue: the same in every world."""
    chance = generator(1, -1, "products")
    place = np.tile(np.arange(IN_CATEGORY), len(CATEGORIES))
    category = np.repeat(np.arange(len(CATEGORIES)), IN_CATEGORY)
    price = np.round(100 * 3.5 * 1.205**place * chance.uniform(0.93, 1.07, len(place))).astype(np.int64)
    price = (price // 10) * 10 - 1
    nouns = [words.split() for words in NOUNS]
    name = texts([f"{STYLES[p % 5]} {nouns[c][p % 6]}" for c, p in zip(category.tolist(), place.tolist(), strict=True)])
    code = texts(
        [f"{CATEGORIES[c][:3].upper()}-{1000 + (p * 37 + c * 11) % 900}" for c, p in zip(category.tolist(), place.tolist(), strict=True)]
    )
    margin = np.array(CATEGORY_MARGINS)[category] + chance.uniform(-0.06, 0.06, len(place))
    return Products(code, name, category, price, margin)


def product_at(category: Ints, cents: Ints) -> Ints:
    """The product of a category whose list price is next below the amount; the cheapest where none is."""
    catalogue = products()
    chosen = np.zeros(len(category), dtype=np.int64)
    for number in range(len(CATEGORIES)):
        rows = category == number
        prices = catalogue.price[number * IN_CATEGORY : (number + 1) * IN_CATEGORY]
        chosen[rows] = number * IN_CATEGORY + np.maximum(np.searchsorted(prices, cents[rows], side="right") - 1, 0)
    return chosen
