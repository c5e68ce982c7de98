"""The words of a person's name, whichever field they stand in: given names, family name, generation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from unequal.identity.letters import folded_family, folded_given
from unequal.identity.name_words import GENERATIONS, HISPANIC, IRISH, MAIDEN, PARTICLES, POSTNOMINALS, RANKS, STYLES, TITLES

_ORDINAL: Final = re.compile(r"^[0-9]+(st|nd|rd|th)$")
_SHORT: Final = 3
"""A word of so many letters at least is joined to a Mc or an O' before it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What one field says of a person's name; generation is 0 where it is not said."""

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    generation: int = 0


def given_parts(text: str) -> Parts:
    """A field of given names, normalised: titles and generations come off, words come to their key form.

    >>> given_parts("dr jon v"), given_parts("juergen jr")
    (Parts(given=('jon', 'v'), family=(), generation=0), Parts(given=('jurgen',), family=(), generation=2))
    """
    words, generation = _without_ends(text.replace(",", " ").split(), initials=True)
    return Parts(given=tuple(map(folded_given, _without_titles(words))), generation=generation)


def family_parts(text: str) -> Parts:
    """A field of family names, normalised: particles stay, what an apostrophe or a blank has cut is joined.

    >>> family_parts("mc donald").family, family_parts("o neil iii"), family_parts("schmidt geb mueller").family
    (('mcdonald',), Parts(given=(), family=('oneil',), generation=3), ('schmidt', 'muller'))
    """
    words, generation = _without_ends(text.replace(",", " ").split())
    words = _without_titles(words)
    if len(words) > 1 and words[0] in {"o", "d", "l", "mac"} and len(words[1]) >= _SHORT:
        words = [words[0] + words[1], *words[2:]]
    return Parts(family=_family(words), generation=generation)


def full_parts(full: str) -> Parts:
    """A whole name, normalised, in either order; what stands behind a comma may be a style.

    >>> full_parts("yang, dr jon v")
    Parts(given=('jon', 'v'), family=('yang',), generation=0)
    >>> full_parts("thomas clifford, 1st baron clifford of chudleigh")
    Parts(given=('thomas',), family=('clifford',), generation=0)
    """
    before, _, after = full.partition(",")
    words, rest = before.split(), after.replace(",", " ").split()
    if not words or not rest:
        return _in_order(words or rest)
    if _is_style(rest, words):
        return _in_order(words)
    given, generation = _without_ends(rest)
    if not given or (len(given) == 1 and (given[0] in POSTNOMINALS or given[0] in GENERATIONS)):
        found = _in_order(words)
        return Parts(found.given, found.family, generation or GENERATIONS.get(rest[0], 0) or found.generation)
    family = family_parts(before)
    return Parts(tuple(map(folded_given, _without_titles(given))), family.family, generation or family.generation)


def _is_style(rest: list[str], before: list[str]) -> bool:
    """Whether what follows the comma tells what the person is: `1st baron ...`, `queen of ...`, and `lord ...` after a whole name."""
    if _ORDINAL.match(rest[0]) and (len(rest) > 1 or rest[0] not in GENERATIONS):
        return True
    names = [word for word in before if word not in PARTICLES]
    return rest[0] in STYLES and (rest[0] in {"of", "the"} or "of" in rest or len(names) > 1)


def _in_order(words: list[str]) -> Parts:
    """Given names first, family name last; it begins with its first particle, or with the first of two Spanish family names."""
    words, generation = _without_ends(words)
    words = _joined(_without_titles(words, and_ranks=True))
    maiden: list[str] = []
    at = next((at for at, word in enumerate(words) if at > 1 and word in MAIDEN), len(words))
    words, maiden = words[:at], words[at + 1 :]
    if "of" in words[1:-1]:
        cut = words.index("of", 1)
        # John of Gaunt is called after the place; Thomas Clifford of Chudleigh has a name already.
        words = words[:cut] if cut > 1 else words[:cut] + words[cut + 1 :]
    first = next((at for at, word in enumerate(words[:-1]) if at and (word in PARTICLES or word in HISPANIC)), len(words) - 1)
    given, family = (words[:first], words[first:] + maiden) if first > 0 else (words, maiden)
    return Parts(tuple(map(folded_given, given)), _family(family), generation)


def _without_ends(words: list[str], *, initials: bool = False) -> tuple[list[str], int]:
    """Words without what is written behind a name, and the generation that it tells; one word always stays.

    Where initials may stand at the end, `m d` is no degree.
    """
    generation = 0
    while len(words) > 1:
        if words[-1] in GENERATIONS:
            generation = generation or GENERATIONS[words[-1]]
        elif not initials and len(words) > 2 and words[-1] == "d" and words[-2] in {"ph", "m"}:  # noqa: PLR2004 -- a name and both letters
            words = words[:-1]
        elif words[-1] not in POSTNOMINALS:
            break
        words = words[:-1]
    return words, generation


def _without_titles(words: list[str], *, and_ranks: bool = False) -> list[str]:
    while len(words) > 1 and (words[0] in TITLES or (and_ranks and len(words) > 2 and words[0] in RANKS)):  # noqa: PLR2004 -- a name of two
        words = words[1:]
    return words


def _joined(words: list[str]) -> list[str]:
    """Words with Mc, Mac and O' joined to what follows; inside a name, a bare Mac may be someone's given name."""
    found: list[str] = []
    for word in words:
        last = found[-1] if found else ""
        mac = last == "mc" or (last == "mac" and len(found) > 1)
        if (mac and len(word) >= _SHORT) or (last == "o" and len(found) > 1 and word in IRISH):
            found[-1] = last + word
        else:
            found.append(word)
    return found


def _family(words: list[str]) -> tuple[str, ...]:
    several = len(words) > 1
    kept = [word for at, word in enumerate(_joined(words)) if not (several and at and word in MAIDEN)]
    return tuple("st" if several and word == "saint" else folded_family(word) for word in kept)
