"""A page in the words of the house: its own texts follow the config, the texts of the data stay."""

from __future__ import annotations

import re
from typing import Final

from unequal.terms.house_words import HouseWords

_APART: Final = frozenset({"bdi", "code", "script", "style", "svg"})
"""What a page sets apart: texts of the data, commands, and pictures, which are drawn in the words of the house."""
_TAG: Final = re.compile(r"(<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:\"[^\"]*\"|'[^']*'|[^'\">])*>)")
_TOLD: Final = re.compile(r'(\b(?:title|data-tip|data-hint|aria-label)=")([^"]*)')


def in_words_of_the_house(html: str, house: HouseWords) -> str:
    """A page, or a piece of one, in which customers are called what the house calls them.

    Args:
        html: in words of customers; texts of the data stand in `bdi` or `code`, as the shared macros write them.
        house: the config's words.

    >>> in_words_of_the_house('<b title="A customer">Customers: <bdi>Customer Ltd</bdi></b>', HouseWords("members"))
    '<b title="A member">Members: <bdi>Customer Ltd</bdi></b>'
    """
    parts, found, apart, end = [], "", 0, 0
    for tag in _TAG.finditer(html):
        between = html[end : tag.start()]
        parts.append(between if apart else house.say(between))
        found, end = tag[1], tag.end()
        if tag[3].lower() in _APART and not found.endswith("/>"):
            apart += -1 if tag[2] else 1
        parts.append(found if apart else _TOLD.sub(lambda told: told[1] + house.say(told[2]), found))
    return "".join([*parts, html[end:] if apart else house.say(html[end:])])
