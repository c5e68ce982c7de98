"""Sentences on a page: their numbers lead to what is behind them, ids and commands stand apart."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup, escape

_FOUND: Final = re.compile(
    r"(?P<code>`[^`]+`|\bc_[0-9a-f]{12}\b)"
    r"|(?P<day>\b\d{4}-\d\d-\d\d\b)"
    r"|(?P<number>(?<![\w.,/:_-])(?:(?<!\d)[−+]|(?<=[\s(])-)?(?:[A-Z]{0,3}[$€£¥₹₩₪₫₦₱₴₺]|[A-Z]{3}\N{NO-BREAK SPACE})?\d[\d,]*(?:\.\d+)?[kMBT]?(?:\s?%)?(?![\w/_]|-\d|[.,]\d))"
)
"""A command between backticks or a customer's id; or a number with its sign, currency, unit and percent, which is no part of a name; or a day, which is not broken."""
_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def told(text: str, behind: str = "") -> Markup:
    """A sentence with its numbers unbroken, and linked to where it is told what is behind them.

    Args:
        text: plain text; what stands in it is escaped.
        behind: the id of that place on the page; numbers are not linked where it is empty.

    >>> str(told("In 2025 c_0123456789ab lost −$1.32M, 12.5%.", "lost-behind"))
    'In 2025 <code>c_0123456789ab</code> lost <a class="fig" href="#lost-behind">−$1.32M</a>, <a class="fig" href="#lost-behind">12.5%</a>.'
    """
    parts, end = [], 0
    for found in _FOUND.finditer(text):
        parts += [escape(text[end : found.start()]), _marked(found, behind)]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _marked(found: re.Match[str], behind: str) -> Markup:
    if found["code"]:
        return Markup("<code>{}</code>").format(found["code"].strip("`"))
    if found["day"]:
        return Markup('<span class="fig">{}</span>').format(found["day"])
    if _YEAR.fullmatch(found["number"]):
        return escape(found["number"])
    if not behind:
        return Markup('<span class="fig">{}</span>').format(found["number"])
    return Markup('<a class="fig" href="#{}">{}</a>').format(behind, found["number"])
