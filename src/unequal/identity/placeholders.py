"""Values that people and forms enter where nothing is known: never an identifier."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import ibis.expr.types as ir

from unequal.terms.placeholder_words import CODE, OTHER_THAN_FILLING, PUNCTUATION, WORDS

RECORD_ID: Final = r"^(|0{2,}|9{6,})$"
"""What CODE is of a key, of a record's own id, where a single nought may be the first of a count."""


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
