"""Habits: what is counted of a customer, out of how many times it could have been; shares and rates, never sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["shares", "rate"]


@dataclass(frozen=True)
class Part:
    """One way to do it.

    Args:
        name: of the habit, as in `channel web`.
        often: what is said of whoever does it more than others.
        seldom: what is said of whoever does it less; empty where that says nothing.
    """

    name: str
    often: str
    seldom: str = ""


@dataclass(frozen=True)
class Habit:
    """Ways of which each time one was taken (shares), or something that happened so often for each day of buying (a rate).

    Args:
        name: what is chosen, as in `channel`.
        meaning: as a heading says it.
        kind: shares, which add up to 1 over the parts; or a rate, of one part.
        parts: the ways.
    """

    name: str
    meaning: str
    kind: Kind
    parts: tuple[Part, ...]

    @property
    def family(self) -> str:
        """What habits are about that tell much the same: all kinds of contact are one."""
        return self.name.split(" ", 1)[0]


CHANNEL, WEEKDAY, SEASON, DISCOUNT, RETURNS, BREADTH, PRICE, PRODUCT = (
    "channel", "weekday", "season", "discount", "returns", "breadth", "price", "product",
)  # fmt: skip
CONTACT, CONTRACT, UNPAID = "contact", "contract", "unpaid"
OTHERS = "others"

WEEKDAYS = Habit(WEEKDAY, "Days of the week on which they buy", "shares", (
    Part("weekday weekend", "buys at weekends"), Part("weekday working day", "buys on working days"),
))  # fmt: skip
SEASONS = Habit(SEASON, "Quarters of the year in which they buy", "shares", (
    Part("season 1", "buys from January to March"), Part("season 2", "buys from April to June"),
    Part("season 3", "buys from July to September"), Part("season 4", "buys from October to December"),
))  # fmt: skip
DISCOUNTS = Habit(DISCOUNT, "Discounts with which they buy", "shares", (
    Part("discount none", "buys at full price"), Part("discount small", "buys at small discounts"), Part("discount deep", "buys at deep discounts"),
))  # fmt: skip
RETURNED = Habit(RETURNS, "Goods that they send back", "shares", (
    Part("returns back", "sends goods back"), Part("returns kept", "keeps what is bought"),
))  # fmt: skip
PRICES = Habit(PRICE, "How dear the goods are that they choose", "shares", (
    Part("price dear", "chooses the dearer goods"), Part("price other", "chooses the cheaper goods"),
))  # fmt: skip
PRODUCTS_AT_ONCE = Habit(BREADTH, "Further products on one day", "rate", (
    Part("breadth", "buys many products at once", "buys one product at a time"),
))  # fmt: skip
BILLS = Habit(
    UNPAID, "Bills that are left unpaid", "shares", (Part("unpaid yes", "leaves bills unpaid"), Part("unpaid no", "pays the bills"))
)


def channels(names: Sequence[str]) -> Habit:
    """Through which channels they buy; the last part is every other one."""
    parts = [Part(f"{CHANNEL} {name}", f"buys through {name}", f"seldom buys through {name}") for name in names]
    return Habit(CHANNEL, "Channels through which they buy", "shares", (*parts, Part(f"{CHANNEL} {OTHERS}", "buys through other channels")))


def products(names: Sequence[str]) -> Habit:
    """Which products they buy; the last part is every other one."""
    parts = [Part(f"{PRODUCT} {name}", f"buys {name}", f"seldom buys {name}") for name in names]
    return Habit(PRODUCT, "Products that they buy", "shares", (*parts, Part(f"{PRODUCT} {OTHERS}", "buys other products")))


def contacts(contact: str | None, channel: str | None) -> Habit:
    """How often they have contact of a kind, for each day on which they buy."""
    what = " by ".join(word for word in (contact or "contact", channel) if word)
    return Habit(
        f"{CONTACT} {what}",
        f"Contacts: {what}",
        "rate",
        (Part(f"{CONTACT} {what}", f"often in contact ({what})", f"seldom in contact ({what})"),),
    )


def contract(name: str) -> Habit:
    """Whether they have a contract of a kind beside what they order."""
    parts = (Part(f"{CONTRACT} {name} yes", f"has a contract ({name})"), Part(f"{CONTRACT} {name} no", f"has no contract ({name})"))
    return Habit(f"{CONTRACT} {name}", f"Contracts: {name}", "shares", parts)


def parts_of(habits: Sequence[Habit]) -> tuple[Part, ...]:
    """Every part, in the order of the columns of counts."""
    return tuple(part for habit in habits for part in habit.parts)
