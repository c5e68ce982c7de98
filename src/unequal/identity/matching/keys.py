"""Parts of records that bring pairs together: a pair is compared where the two agree on all parts of one key.

To add a part, write a function from records to hashes and list it in PARTS. Which keys are made of them is learned
from the data (`blocking`), so a part that helps nobody costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pyarrow as pa

from unequal.identity.matching.coding import Hashes, OfTexts, Records, each, mixed
from unequal.identity.matching.comparisons import Kind
from unequal.identity.matching.likeness import (
    compute,
    district_of,
    last_digits,
    local_part,
    mail_host,
    root_of_first,
    start_of,
    start_without_blanks,
)

PartFunction = Callable[[Records], Hashes]


@dataclass(frozen=True)
class Part:
    """One thing that two records may have in common.

    Args:
        name: as reports show it.
        subject: what it is about; a key never takes two parts of one subject.
        needs: features that must be there.
        of: a hash for each record, 0 where it does not know.
        weak: whether it says so little that two others must stand beside it.
    """

    name: str
    subject: str
    needs: tuple[str, ...]
    of: PartFunction
    weak: bool = False


@dataclass(frozen=True)
class Key:
    """Parts that must agree, all of them."""

    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """Its parts' names."""
        return " + ".join(part.name for part in self.parts)

    def hashes(self, of_part: Callable[[Part], Hashes]) -> Hashes:
        """A hash for each record, 0 where any part is not known."""
        found = of_part(self.parts[0])
        for part in self.parts[1:]:
            found = mixed(found, of_part(part))
        return found


def parts_of_features(kind: Kind, features: Collection[str]) -> tuple[Part, ...]:
    """The parts that features allow."""
    known = [part for part in PARTS[kind] if all(name in features for name in part.needs)]
    keys = [_whole(name, name) for name in features if name.startswith("key_")]
    own = [_whole(name, name) for name in features if name.startswith("own_")]
    return (*known, *keys, *own)


def candidate_keys(parts: Sequence[Part]) -> tuple[Key, ...]:
    """Every key that could be used: parts alone, pairs of parts, and threes of parts that are too common in pairs."""
    alone = [Key((part,)) for part in parts if not part.weak]
    pairs = [Key(pair) for pair in combinations(parts, 2) if _fit(pair) and not any(part.weak for part in pair)]
    threes = [Key(three) for three in combinations(parts, 3) if _fit(three) and sum(part.weak for part in three) <= 2 and _worth_it(three)]
    return (*alone, *pairs, *threes)


def key_named(name: str, parts: Sequence[Part]) -> Key | None:
    """The key of that name; None where one of its parts is not there."""
    by_name = {part.name: part for part in parts}
    wanted = name.split(" + ")
    return Key(tuple(by_name[part] for part in wanted)) if all(part in by_name for part in wanted) else None


def _fit(parts: Sequence[Part]) -> bool:
    return len({part.subject for part in parts}) == len(parts)


def _worth_it(parts: Sequence[Part]) -> bool:
    """Threes are for what is too common in pairs: names, towns and years."""
    return all(part.subject in {"given", "family", "birth", "place"} or part.weak for part in parts) and any(part.weak for part in parts)


def _whole(name: str, feature: str, *, subject: str | None = None) -> Part:
    return Part(name, subject or feature, (feature,), lambda records: _per_value(records, feature))


def _per_value(records: Records, feature: str) -> Hashes:
    coded = records.features[feature]
    return coded.per_record(coded.hashes)


def _by_value(feature: str, name: str, of_value: Callable[[str], str | None]) -> PartFunction:
    return _by_values(feature, name, each(of_value))


def _by_values(feature: str, name: str, of_values: OfTexts) -> PartFunction:
    def of(records: Records) -> Hashes:
        coded = records.features[feature]
        return coded.per_record(coded.hashed_facet(name, of_values))

    return of


def _house(records: Records) -> Hashes:
    street, number = records.features["street"], records.features["house_number"]
    return mixed(street.per_record(street.hashes), number.per_record(number.hashes))


def _both_names(records: Records) -> Hashes:
    """Given and family name in whichever order."""
    first = _GIVEN(records)
    family = records.features["family"]
    last = family.per_record(family.hashed_facet("first name in it", root_of_first))
    low, high = np.minimum(first, last), np.maximum(first, last)
    return mixed(low, high)


def _date_part(*places: int) -> OfTexts:
    def of_values(texts: Any) -> Any:
        whole = compute("if_else", compute("equal", compute("count_substring", texts, "-"), 2), texts, None)
        parts = compute("split_pattern", whole, "-")
        return compute("binary_join_element_wise", *[compute("list_element", parts, place) for place in places], "-")

    return of_values


_SOUNDS: Final = str.maketrans(
    {**dict.fromkeys("bfpvw", "1"), **dict.fromkeys("cgjkqsxz", "2"), **dict.fromkeys("dt", "3"), "l": "4", **dict.fromkeys("mn", "5"), "r": "6",
     **dict.fromkeys("aeiouyh' ", None)}
)  # fmt: skip
_AGAIN: Final = re.compile(r"(.)\1+")


def sounds_of(names: Sequence[str]) -> list[str | None]:
    """How names sound: consonants in classes, behind the first letter's own class. Source: after Russell's Soundex, 1918.

    >>> meyer, maier, smith, smyth = sounds_of(["meyer", "maier", "smith", "smyth"])
    >>> meyer == maier, smith == smyth
    (True, True)
    """
    letters = [name.replace(" ", "").replace("\n", "") for name in names]
    first = {letter: letter.translate(_SOUNDS) or letter for letter in {name[:1] for name in letters}}
    # All names at once, a line each, for a call costs more than a name.
    rest = "\n".join([name[1:] for name in letters]).translate(_SOUNDS).split("\n")
    whole = "\n".join([first[name[:1]] + more for name, more in zip(letters, rest, strict=bool(names))])
    return [sound[:5] or None for sound in _AGAIN.sub(r"\1", whole).split("\n")][: len(names)]


def _sounds(texts: Any) -> Any:
    return pa.array(sounds_of(texts.to_pylist()), pa.string())


_GIVEN: Final = _by_values("given", "root of the first name", root_of_first)


def _words_sorted(value: str) -> str | None:
    return " ".join(sorted(value.split()))


def _rarest_word(place: int) -> Callable[[str], str | None]:
    """The longest words of a name stand for its rarest."""

    def of_value(value: str) -> str | None:
        words = sorted(value.split(), key=lambda word: (-len(word), word))
        return words[place] if len(words) > place else None

    return of_value


PARTS: Final[dict[Kind, tuple[Part, ...]]] = {
    "person": (
        Part("both names", "names", ("given", "family"), _both_names),
        Part("given name", "given", ("given",), _GIVEN),
        Part("given name's start", "given", ("given",), _by_values("given", "three letters", start_without_blanks(3)), weak=True),
        _whole("family name", "family"),
        Part("family name's sound", "family", ("family",), _by_values("family", "sound", _sounds)),
        Part("family name's start", "family", ("family",), _by_values("family", "four letters", start_without_blanks(4))),
        _whole("birth date", "birth_date", subject="birth"),
        Part("birth month and day", "birth", ("birth_date",), _by_values("birth_date", "month and day", _date_part(1, 2))),
        Part("birth year and month", "birth", ("birth_date",), _by_values("birth_date", "year and month", _date_part(0, 1))),
        Part("birth year", "birth", ("birth_date",), _by_values("birth_date", "year", start_of(4)), weak=True),
        _whole("e-mail", "email"),
        Part("e-mail's name", "email", ("email",), _by_values("email", "local part", local_part)),
        _whole("phone", "phone"),
        Part("phone's end", "phone", ("phone",), _by_values("phone", "last seven digits", last_digits)),
        _whole("postcode", "postcode", subject="place"),
        Part("postal district", "place", ("postcode",), _by_value("postcode", "district", district_of), weak=True),
        _whole("town", "city", subject="place"),
        Part("house", "street", ("street", "house_number"), _house),
        _whole("street", "street"),
        _whole("tax id", "tax_id"),
    ),
    "organisation": (
        Part("name", "organisation", ("organisation",), _by_value("organisation", "sorted", _words_sorted)),
        Part("name's longest word", "organisation", ("organisation",), _by_value("organisation", "rarest", _rarest_word(0))),
        Part("name's second longest word", "organisation", ("organisation",), _by_value("organisation", "second", _rarest_word(1))),
        Part("name's start", "organisation", ("organisation",), _by_values("organisation", "start", start_without_blanks(5)), weak=True),
        _whole("tax id", "tax_id"),
        _whole("phone", "phone"),
        Part("e-mail's host", "email", ("email",), _by_values("email", "domain", mail_host)),
        _whole("postcode", "postcode", subject="place"),
        _whole("town", "city", subject="place"),
        Part("house", "street", ("street", "house_number"), _house),
        _whole("street", "street"),
    ),
}
