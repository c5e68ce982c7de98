"""Names of persons and organisations made comparable, in Latin letters."""

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

_FAMILY_FIRST: Final = re.compile("([\u4e00-\u9fff])([\u4e00-\u9fff]{1,2})|([\uac00-\ud7a3])([\uac00-\ud7a3]{1,3})")
"""Chinese and Korean names without a blank: the first sign is the family's, but for a few families of two."""


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


def whole_name(text: str) -> str | None:
    """The same of a person's whole name; Chinese and Korean ones stand family first, which a comma says.

    >>> whole_name("\u5218\u6770"), whole_name("Jon Yang")
    ('liu, jie', 'jon yang')
    """
    found = _FAMILY_FIRST.fullmatch(composed(text).strip())
    if found is None:
        return name(text)
    family, given = (part for part in found.groups() if part)
    return f"{name(family)}, {name(given)}"


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
