"""Patterns of `like`: read once into texts and wild places, so that no engine's escape rule matters."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby
from typing import Final

from unequal.predicates.tree import Pattern, Wild

MAX_ANY: Final = 5
"""How many `%` a pattern may have: matching one takes time that grows with every one of them."""


def read_pattern(written: str, escape: str = "") -> Pattern:
    """The pattern that a text says: % is any text, also none; _ is one character; nothing else is special.

    Args:
        written: the pattern.
        escape: a character that makes the %, _ or itself after it literal; none where it is empty.

    Raises:
        ValueError: the escape stands before anything else or at the end, or there are more than five %.

    >>> read_pattern("a!%%", "!")
    ('a%', <Wild.ANY: '%'>)
    """
    places: list[str | Wild] = []
    signs = iter(written)
    for sign in signs:
        if sign == escape:
            following = next(signs, "")
            if following not in {"%", "_", escape} or not following:
                raise ValueError(f"in a pattern, the escape {escape} stands before something else than %, _ or {escape}")
            places.append(following)
        else:
            places.append(Wild.ANY if sign == "%" else Wild.ONE if sign == "_" else sign)
    pattern = _joined(places)
    if pattern.count(Wild.ANY) > MAX_ANY:
        raise ValueError(f"a pattern has more than {MAX_ANY} times %")
    return pattern


def in_small_letters(pattern: Pattern) -> Pattern:
    """The pattern with its texts in small letters, as the function `lower` has them."""
    return tuple(part if isinstance(part, Wild) else small_letters(part) for part in pattern)


def small_letters(text: str) -> str:
    """The text in small letters, letter by letter: what the function `lower` means.

    A capital sigma becomes the same small sigma anywhere in a word; Python alone would look at its neighbours.

    >>> small_letters("ΟΔΟΣ")
    'οδοσ'
    """
    return text.replace("\u03a3", "\u03c3").lower()


def matcher(pattern: Pattern) -> Callable[[str], bool]:
    """Whether a whole text fits the pattern, in time that grows with the text's length and not faster.

    >>> matcher(("a", Wild.ONE, Wild.ANY))("abc")
    True
    """
    match pattern:
        case ():
            return "".__eq__
        case (str() as only,):
            return only.__eq__
        case (str() as start, Wild.ANY):
            return lambda text: text.startswith(start)
        case (Wild.ANY, str() as end):
            return lambda text: text.endswith(end)
        case (Wild.ANY, str() as part, Wild.ANY):
            return lambda text: part in text
    return _piece_by_piece(pattern)


def _piece_by_piece(pattern: Pattern) -> Callable[[str], bool]:
    """Pieces between the wild `ANY` are of fixed length; each may as well be taken where it is found first."""
    pieces: list[list[str | Wild]] = [[]]
    for place in pattern:
        if place is Wild.ANY:
            pieces.append([])
        else:
            pieces[-1].append(place)
    head, *middle = [
        re.compile("".join("." if place is Wild.ONE else re.escape(str(place)) for place in piece), re.DOTALL) for piece in pieces
    ]
    if not middle:
        return lambda text: head.fullmatch(text) is not None
    tail, length = middle.pop(), sum(1 if place is Wild.ONE else len(str(place)) for place in pieces[-1])

    def fits(text: str) -> bool:
        found, last = head.match(text), len(text) - length
        for piece in middle:
            found = found and piece.search(text, found.end(), max(last, 0))
        return found is not None and found.end() <= last and tail.match(text, last) is not None

    return fits


def _joined(places: list[str | Wild]) -> Pattern:
    """Neighbouring characters joined to texts, and neighbouring % to one."""
    parts: list[str | Wild] = []
    for kind, group in groupby(places, key=lambda place: place if isinstance(place, Wild) else None):
        members = list(group)
        if kind is None:
            parts.append("".join(str(member) for member in members))
        else:
            parts.extend([kind] if kind is Wild.ANY else [kind] * len(members))
    return tuple(parts)
