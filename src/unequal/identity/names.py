"""Names of persons and organisations made comparable, and when two of them cannot be one's own.

What follows a shared e-mail or phone is decided here: two names that conflict keep two persons
of one household apart. It is strict on purpose: at this stage a link missed costs less than two
customers made one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import ibis.expr.types as ir
from anyascii import anyascii

from unequal.identity.name_words import GENERATIONS
from unequal.identity.organisations import organisation_parts
from unequal.identity.person_names import family_parts, full_parts, given_parts
from unequal.identity.texts import composed
from unequal.terms.texts import trimmed

_INITIAL: Final = 1
_SHORT_NAME: Final = 2
_TYPED_NAME: Final = 4
_SHORTENED_BY: Final = 3


@dataclass(frozen=True, slots=True)
class Name:
    """What a record is called, in comparable words.

    Args:
        given, family: a person's; empty where not known.
        generation: 1 senior, 2 junior, 3, 4; 0 where not said.
        organisation: an organisation's, without its legal form; empty where not known.
    """

    given: tuple[str, ...] = ()
    family: tuple[str, ...] = ()
    generation: int = 0
    organisation: tuple[str, ...] = ()


def name_in_sql(value: ir.StringValue) -> ir.StringValue:
    """A plain name: lower case, apostrophes out, other marks as blanks; a comma stays, it says which name comes first."""
    lower = value.lower()
    words = trimmed(lower.re_replace("['`]", "").re_replace("[^a-z0-9,]+", " ")).nullif("")
    # Most names are words already: to look is cheaper than to replace.
    found: ir.StringValue = lower.re_search("^[a-z]+( [a-z]+)*$").ifelse(lower, words)
    return found


def name(text: str) -> str | None:
    r"""The same of any name, in Latin letters; signs and emoji are left out.

    >>> name("Zoë  O'Neil-Ünal \U0001f600")
    'zoe oneil unal'
    """
    letters = "".join(" " if unicodedata.category(sign)[0] == "S" and sign != "`" else sign for sign in composed(text))
    words = re.sub("[^a-z0-9,]+", " ", re.sub("['`]", "", anyascii(letters).lower())).strip()
    return words or None


def name_of(kind: str, given: str = "", family: str = "", full: str = "", suffix: str = "", organisation: str = "") -> Name:
    """The name of a record from its normalised attributes, in whichever of them it came.

    >>> name_of("person", full="yang, dr jon v")
    Name(given=('jon', 'v'), family=('yang',), generation=0, organisation=())
    """
    if kind == "organisation":
        return Name(organisation=organisation_parts(organisation or full).words)
    whole, first, last = full_parts(full), given_parts(given), family_parts(family)
    given_words = first.given or whole.given
    # The family name of another whole name is not this one's.
    family_words = last.family or (whole.family if given_words == whole.given else ())
    if len(given_words) > len(family_words) > 0 and given_words[-len(family_words) :] == family_words:
        given_words = given_words[: -len(family_words)]
    generation = GENERATIONS.get(suffix.strip(), 0) or last.generation or first.generation or whole.generation
    return Name(given_words, family_words, generation)


def names_conflict(one: Name, other: Name) -> bool:
    """Whether two names cannot be one person's, or one organisation's; what is not known never conflicts.

    >>> names_conflict(Name(("jon",)), Name(("jonathan",))), names_conflict(Name(("paul",)), Name(("paula",)))
    (False, True)
    """
    if one == other:
        return False
    if one.generation and other.generation and one.generation != other.generation:
        return True
    if one.organisation and other.organisation and not _same_organisation(one.organisation, other.organisation):
        return True
    return any(not _may_be_one(left, right) for left, right in zip(one.given, other.given, strict=False))


def families_conflict(one: Name, other: Name) -> bool:
    """Whether both family names are known and share no word: a phone number alone may have been given to someone new.

    >>> families_conflict(Name(("ann",), ("lee",)), Name(("ann",), ("lee", "jones")))
    False
    """
    return bool(one.family and other.family) and not set(one.family) & set(other.family)


def _may_be_one(left: str, right: str) -> bool:
    short, long = sorted((left, right), key=len)
    if left == right or (len(short) == _INITIAL and long.startswith(short)):
        return True
    # Dan and Daniel are one name; Daniel and Daniela, Paul and Paula are a couple.
    if len(short) >= _SHORT_NAME and len(long) - len(short) >= _SHORTENED_BY and long.startswith(short):
        return True
    return len(short) == len(long) >= _TYPED_NAME and _swapped(left, right)


def _swapped(left: str, right: str) -> bool:
    """Two letters next to each other changed places: a slip of the hand."""
    first = next(at for at, (one, other) in enumerate(zip(left, right, strict=True)) if one != other)
    return left[:first] + left[first + 1 : first + 2] + left[first] + left[first + 2 :] == right


def _same_organisation(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return set(one) == set(other) or "".join(one) == "".join(other)
