"""Values that people and forms enter where nothing is known: never an identifier."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import ibis.expr.types as ir

from unequal.terms.placeholder_words import CODE, OTHER_THAN_FILLING, PUNCTUATION, WORDS

RECORD_ID: Final = r"^(|0{2,}|9{6,})$"
"""What CODE is of a key, of a record's own id, where a single nought may be the first of a count."""

EMAIL: Final = (
    r"^(no-?reply|do-?not-?reply|donotreply|none|no-?e?-?mail|unknown|n\.?a|null|nil|test|tester|anonymous|noone|nobody|nospam|xx+|asdf)@"
    r"|@(none|noemail|nomail|no-mail|unknown|invalid|test|nowhere)\.[a-z]+$"
)
"""Searched in a normalised e-mail address."""

PHONE: Final = r"(0{7}|1{7}|2{7}|3{7}|4{7}|5{7}|6{7}|7{7}|8{7}|9{7}|12345678|123456789|1234567890)$"
"""Searched in the digits of a phone number: it ends in one digit seven times, or in a count."""

TAX_ID: Final = r"^(0+|1+|2+|3+|4+|5+|6+|7+|8+|9+|0?123456789?0?|12345(6|67|678)?)$"
"""Searched in a normalised tax id."""


def words_with(own: Iterable[str]) -> frozenset[str]:
    """The known words and the project's own, in lower case."""
    return WORDS | {value.strip().lower() for value in own}


def is_word(value: ir.StringValue, words: frozenset[str]) -> ir.BooleanValue:
    """Whether a value is one of the words, in any case and with blanks around it.

    One pattern instead of a list of literals: a query asks this of every attribute, and each literal costs time to compile.
    """
    either = "|".join(re.sub(r"([!-/:-@\[-\^`{-~])", r"\\\1", word) for word in sorted(words))
    return value.lower().re_search(rf"^[\s\x0b]*(?:{either})[\s\x0b]*$")


def is_placeholder_code(value: ir.StringValue, words: frozenset[str], pattern: str = CODE) -> ir.BooleanValue:
    """Whether a key, or an id, of an application says that there is none."""
    # To look for another letter or digit is cheaper than to take the marks out, and most keys have one.
    filled = value.re_search(OTHER_THAN_FILLING).ifelse(False, value.re_replace(PUNCTUATION, "").re_search(pattern))
    return is_word(value, words) | filled
