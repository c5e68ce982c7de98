"""Texts as people type them: what is plain is made comparable in SQL, the rest in Python.

A plain value holds printable ASCII alone; there SQL and Python give the same answer, which a
law test holds them to. Everything else (accents, other scripts, characters that do not show)
is seen once per distinct value by Python, whose Unicode tables no engine shares.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import ibis.expr.types as ir

PLAIN: Final = r"^[\x20-\x7e]*$"
ZERO_WIDTH: Final = (
    "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_LOOSE: Final = "^ |  | $"
"""Where it is not found, no blank is to be taken out: most values are left as they are."""
_UNSEEN: Final = dict.fromkeys(map(ord, ZERO_WIDTH))


def is_plain(value: ir.StringValue) -> ir.BooleanValue:
    """Whether a text holds printable ASCII alone."""
    return value.re_search(PLAIN)


def has_zero_width(text: str) -> bool:
    """Whether a text holds characters that do not show."""
    return not _UNSEEN.keys().isdisjoint(map(ord, text))


def composed(text: str) -> str:
    r"""NFC without characters that do not show, blanks collapsed: twins of one text become equal.

    >>> composed(" Zoe\u0308\u200b  A ") == "Zo\u00eb A"
    True
    """
    return " ".join(unicodedata.normalize("NFC", text.translate(_UNSEEN)).split())


def folded_in_sql(value: ir.StringValue) -> ir.StringValue:
    """A plain text in lower case, blanks collapsed."""
    return code_in_sql(value.lower())


def folded(text: str) -> str:
    """The same of any text.

    >>> folded("  12 High  STREET ")
    '12 high street'
    """
    return composed(text).lower()


def code_in_sql(value: ir.StringValue) -> ir.StringValue:
    """A key of an application, plain: as it is but for blanks around it and several in a row. Case may tell two keys apart, so it stays."""
    found: ir.StringValue = value.re_search(_LOOSE).ifelse(value.re_replace("^ +| +$", "").re_replace(" +", " "), value)
    return found


def code(text: str) -> str:
    """The same of any key."""
    return composed(text)


def tax_id_in_sql(value: ir.StringValue) -> ir.StringValue:
    """A plain tax id: letters and digits in upper case; null below five of them or without a digit."""
    letters = value.upper().re_replace("[^0-9A-Z]", "")
    return (letters.re_search("^.{5,}$") & letters.re_search("[0-9]")).ifelse(letters, None)


def tax_id(text: str) -> str | None:
    """The same of any tax id.

    >>> tax_id("DE 123.456.788")
    'DE123456788'
    """
    letters = re.sub("[^0-9A-Z]", "", unicodedata.normalize("NFKC", composed(text)).upper())
    return letters if re.search("^.{5,}$", letters) and re.search("[0-9]", letters) else None
