"""Texts on Ibis: literals that no engine reads anything into, patterns, letters and margins."""

from __future__ import annotations

import re
from functools import reduce
from typing import Any, Final

import ibis

from unequal.predicates.tree import Pattern, Wild


def literal(value: str) -> Any:
    """A text that is written in the predicate.

    Spark replaces ${name} by a setting or an environment variable anywhere in its SQL, even inside quotes; so the two
    characters are never written side by side.
    """
    pieces = re.split(r"(?<=\$)(?=\{)", value)
    return reduce(lambda left, right: left.concat(right), [ibis.literal(piece) for piece in pieces])


def matching(value: Any, pattern: Pattern) -> Any:
    """Whether whole texts fit a pattern; by the plainest operation that says so."""
    match pattern:
        case ():
            fits = value == ibis.literal("")
        case (str() as text,):
            fits = value == literal(text)
        case (str() as text, Wild.ANY):
            fits = value.startswith(literal(text))
        case (Wild.ANY, str() as text):
            fits = value.endswith(literal(text))
        case (Wild.ANY, str() as text, Wild.ANY):
            fits = value.contains(literal(text))
        case _:
            fits = value.re_search(literal(regular_expression(pattern)))
    return fits


def regular_expression(pattern: Pattern) -> str:
    r"""The pattern in the part of regular expressions that RE2 (DuckDB) and Java (Spark) read alike.

    >>> regular_expression(("a.", Wild.ONE, Wild.ANY))
    '(?s)^a\\...*\\z'
    """
    return f"(?s)^{''.join(_literally(part) if isinstance(part, str) else _WILD[part] for part in pattern)}\\z"


_WILD: Final = {Wild.ONE: ".", Wild.ANY: ".*"}


def _literally(text: str) -> str:
    return re.sub(r"[\\.+*?()|\[\]{}^$]", r"\\\g<0>", text)


def in_small_letters(value: Any) -> Any:
    """See patterns.small_letters. Engines differ on two capitals: sigma at the end of a word, and the dotted I."""
    return value.replace("\u03a3", "\u03c3").replace("\u0130", "i\u0307").lower()


def without_margins(value: Any) -> Any:
    """The text without spaces, no-break spaces, tabs and line breaks at both ends.

    By expression: the engines' own trim and Ibis' strip remove different characters on each.
    """
    return value.re_replace("^[ \u00a0\t\r\n]+|[ \u00a0\t\r\n]+\\z", "")
