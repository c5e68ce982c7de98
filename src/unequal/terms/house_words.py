"""What the house calls its customers, and what they bring: donors and gifts, patients and visits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

OtherWord = Literal["orders", "sales", "occasions", "company"]
"""A word beside "customers" that a house may have its own word for."""

BESIDE: Final[Mapping[str, Mapping[OtherWord, str]]] = {
    "donors": {"orders": "gifts", "sales": "gifts", "occasions": "gifts", "company": "charity"},
    "members": {"company": "association"},
    "patients": {"orders": "visits", "sales": "charges", "occasions": "visits"},
    "citizens": {"orders": "requests", "sales": "fees", "occasions": "requests", "company": "authority"},
    "guests": {"orders": "stays", "occasions": "stays"},
    "clients": {"sales": "fees"},
}
"""What goes with each word for customers; what is not listed keeps its own word."""

_WORDS: Final = re.compile(
    r"`[^`]*`|\b(?:(?P<article>[Aa]n?) )?(?:(?!order to\b)(?P<counted>customer|order|occasion)(?P<many>s?)|(?P<whole>sales|company))\b", re.IGNORECASE
)  # fmt: skip
"""The words, each with an article before it, and texts between backticks, which are commands and stay as they are."""


def named(count: float, words: str) -> str:
    """What so many customers are called.

    >>> named(1, "donors"), named(3, "citizens")
    ('donor', 'citizens')
    """
    return words.removesuffix("s") if count == 1 else words


@dataclass(frozen=True)
class HouseWords:
    """The words of a house.

    Args:
        customers: what it calls its customers, in the plural.
        further: its words for orders, sales, occasions and company, where it has its own.
    """

    customers: str = "customers"
    further: Mapping[OtherWord, str] = field(default_factory=dict)

    def say(self, text: str) -> str:
        """A text about customers in the words of the house; what stands between backticks stays as it is.

        >>> HouseWords("donors", {"orders": "gifts"}).say("Customers and an order a customer: see `unequal export customers`.")
        'Donors and a gift a donor: see `unequal export customers`.'
        """
        said = {str(old): word for old, word in self.further.items()} | {"customers": self.customers}
        if all(word == old for old, word in said.items()):
            return text
        return _WORDS.sub(lambda found: _said(found, said), text)


AS_CUSTOMERS: Final = HouseWords()
"""The words of a house that has none of its own."""


@cache
def of_customers(customers: str) -> HouseWords:
    """The words that go with what the house calls its customers."""
    return HouseWords(customers, BESIDE.get(customers, {}))


def _said(found: re.Match[str], said: Mapping[str, str]) -> str:
    """One word, as large or small as it stood, with the article that goes with it."""
    old = found["counted"] or found["whole"]
    if old is None:
        return found[0]
    plural = said.get(f"{old.lower()}s" if found["counted"] else old.lower())
    if plural is None:
        return found[0]
    word = named(1, plural) if found["counted"] and not found["many"] else plural
    word = word.capitalize() if old[0].isupper() else word
    if not found["article"]:
        return word
    article = "an" if word[0].lower() in "aeiou" else "a"
    return f"{article.capitalize() if found['article'][0].isupper() else article} {word}"
