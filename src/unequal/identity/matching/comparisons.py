"""What is compared of two records, and in which levels they can agree.

To add a comparison, write a function from pairs to levels here and list it in COMPARISONS: training,
runs, increments, look-ups and explanations follow. A level is a small integer: 0 where either record does not know,
1 for the best agreement, higher for less, the last for none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from unequal.identity.arrays import Flags
from unequal.identity.matching import dates
from unequal.identity.matching.coding import UNKNOWN, Coded, Codes, Records, each
from unequal.identity.matching.likeness import (
    CLOSE,
    LONG_ENOUGH,
    crossed,
    district_of,
    family_levels,
    first_of,
    given_levels,
    last_digits,
    lengths_of,
    likened,
    likeness_of,
    local_part,
    mail_host,
    slips_between,
    text_lengths,
)
from unequal.identity.matching.pairs import Pairs, agree, codes_of_pairs, graded
from unequal.identity.matching.similarity import Levels, jaro_winkler, of_distinct_pairs, token_ratios

Kind = Literal["person", "organisation"]


LevelFunction = Callable[[Pairs], Levels]


@dataclass(frozen=True)
class Level:
    """One way in which two records can agree.

    Args:
        label: in words, for explanations.
        matching: how often two records of one customer agree so, before anything is learned.
        strangers: the same of two records drawn at random.
        household: the same of two members of one household, where they agree more than strangers do.
    """

    label: str
    matching: float
    strangers: float
    household: float = 0.0


@dataclass(frozen=True)
class Comparison:
    """One question about two records.

    Args:
        name: as explanations show it.
        needs: features of which at least one must be known for the question to be asked.
        levels: best first; their numbers are 1, 2, and on.
        of: the levels of pairs of records.
        groups: "home" where members of one household agree more than strangers do, "name" where namesakes do, "birth" where twins do,
            "generation" where father and son of one name differ more than strangers do.
        exact_by_value: whether level 1 is reached by the same value of that feature and by little else.
        lasting: whether it is for life, or nearly so: two records of one customer agree on it more often than not.
        silent: the level of pairs where no record at hand says anything; 0 where silence tells nothing.
        frequency: level -> the feature whose value both hold at it: agreement on a rare value says more.
    """

    name: str
    needs: tuple[str, ...]
    levels: tuple[Level, ...]
    of: LevelFunction
    frequency: Mapping[int, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    exact_by_value: bool = True
    silent: int = 0
    lasting: bool = False


def comparisons_for(kind: Kind, records: Records) -> tuple[Comparison, ...]:
    """The comparisons that the features of these records allow: the known ones, and one for each key and own attribute."""
    known = [comparison for comparison in COMPARISONS[kind] if any(name in records.features for name in comparison.needs)]
    keys = [_key(name) for name in records.features if name.startswith("key_")]
    own = [_own(name) for name in records.features if name.startswith("own_")]
    return (*known, *keys, *own)


def comparison_named(kind: Kind, name: str) -> Comparison:
    """The comparison of that name; what is no known one's is a key's or an own attribute's."""
    known = {comparison.name: comparison for comparison in COMPARISONS[kind]}
    if name in known:
        return known[name]
    return _key(name) if name.startswith("key_") else _own(name)


_GIVEN_DIFFERS_FROM: Final = 5
_FAMILY_DIFFERS_FROM: Final = 4


def _both_names(pairs: Pairs) -> tuple[Levels, Levels]:
    """Levels of given and family name, as they stand or, where only that agrees, changed over."""
    if "names" not in pairs.kept:
        pairs.kept["names"] = _names(pairs)
    found: tuple[Levels, Levels] = pairs.kept["names"]
    return found


def _names(pairs: Pairs) -> tuple[Levels, Levels]:
    records, a, b = pairs.records, pairs.a, pairs.b
    given, family = records.features.get("given"), records.features.get("family")
    none = np.zeros(len(a), dtype=np.int8)
    of_given = none if given is None else graded(pairs, "given", given_levels(given)).copy()
    of_family = none if family is None else graded(pairs, "family", family_levels(family)).copy()
    if given is None or family is None:
        return of_given, of_family
    suspects = np.flatnonzero(
        ((of_given >= _GIVEN_DIFFERS_FROM) | (of_given == 0)) & ((of_family >= _FAMILY_DIFFERS_FROM) | (of_family == 0))
    )
    of_a = crossed(given, family, a[suspects], b[suspects])
    suspects, of_a = suspects[of_a > 0], of_a[of_a > 0]
    of_b = crossed(given, family, b[suspects], a[suspects])
    of_given[suspects[of_b > 0]], of_family[suspects[of_b > 0]] = of_a[of_b > 0], of_b[of_b > 0]
    return of_given, of_family


def _given(pairs: Pairs) -> Levels:
    return _both_names(pairs)[0]


def _family(pairs: Pairs) -> Levels:
    return _both_names(pairs)[1]


def _birth_date(pairs: Pairs) -> Levels:
    coded = pairs.coded("birth_date")
    parts = coded.numbers("date parts", dates.parts)
    return graded(pairs, "birth_date", lambda one, other: dates.levels(parts[one], parts[other]))


def _email(pairs: Pairs) -> Levels:
    coded = pairs.coded("email")
    local = coded.facet("local part", local_part)
    length = coded.numbers("local length", lambda _: np.asarray(text_lengths(coded.texts("local part", local_part).fill_null(""))))

    def level(one: Codes, other: Codes) -> Levels:
        slips, alike = likened(coded, one, coded, other, start=3, before_last="@", at_most=2)
        enough = np.minimum(length[one], length[other]) >= LONG_ENOUGH
        same = local[one] == local[other]
        # A name of few letters says little by itself, and with a host that is nearly the same it does.
        return first_of([(same & enough, 2), (slips & (enough | same), 3), ((alike >= CLOSE) & enough, 4)], 5)

    return graded(pairs, "email", level)


def _generation(pairs: Pairs) -> Levels:
    coded = pairs.coded("generation")
    one, other, both = codes_of_pairs(coded, pairs.a, pairs.b)
    return first_of([(both & (one == other), 1), ((one == UNKNOWN) & (other == UNKNOWN), _SILENT), (~both, 3)], 4)


def _phone(pairs: Pairs) -> Levels:
    coded = pairs.coded("phone")
    tail = coded.facet("last seven digits", last_digits)

    def level(one: Codes, other: Codes) -> Levels:
        slip = slips_between(coded, one, other, at_most=1, start=6, end=5)
        return first_of([(slip | (tail[one] == tail[other]), 2)], 3)

    return graded(pairs, "phone", level)


def _exact(name: str) -> LevelFunction:
    def of(pairs: Pairs) -> Levels:
        return graded(pairs, name, lambda one, _: np.full(len(one), 2, dtype=np.int8))

    return of


def _code(name: str) -> LevelFunction:
    """Ids of any kind: the same, a slip of the hand apart, or different."""

    def of(pairs: Pairs) -> Levels:
        coded = pairs.coded(name)
        length = lengths_of(coded)

        def level(one: Codes, other: Codes) -> Levels:
            slip = slips_between(coded, one, other, at_most=1, start=3) & (np.minimum(length[one], length[other]) >= 6)
            return first_of([(slip, 2)], 3)

        return graded(pairs, name, level)

    return of


def _text(name: str) -> LevelFunction:
    def of(pairs: Pairs) -> Levels:
        coded = pairs.coded(name)
        return graded(pairs, name, lambda one, other: first_of([(likeness_of(coded, one, other) >= 0.9, 2)], 3))

    return of


def _street(pairs: Pairs) -> Levels:
    coded = pairs.coded("street")

    def close(one: Codes, other: Codes) -> Levels:
        slips, alike = likened(coded, one, coded, other, at_most=2)
        return first_of([(slips | (alike >= 0.9), 2)], 3)

    words = graded(pairs, "street", close)
    number, _ = agree(pairs, "house_number")
    unit, units_known = agree(pairs, "unit")
    no_numbers = "house_number" not in pairs.records.features
    house = (number | no_numbers) & (words == 1)
    return first_of(
        [
            (words == 0, 0),
            (house & ~(units_known & ~unit), 1),
            (house, 2),
            ((number | no_numbers) & (words == 2), 3),
            (words <= 2, 4),
        ],
        5,
    )


def _place(pairs: Pairs) -> Levels:
    postcode, postcodes = agree(pairs, "postcode")
    city, cities = agree(pairs, "city")
    region, regions = agree(pairs, "region")
    near = np.zeros(len(pairs.a), dtype=np.bool_)
    alike = np.zeros(len(pairs.a), dtype=np.bool_)
    if "postcode" in pairs.records.features:
        near = _near_postcodes(pairs) & postcodes & ~postcode
    if "city" in pairs.records.features:
        alike = _text("city")(pairs) == 2
    return first_of(
        [
            (~(postcodes | cities | regions), 0),
            (postcode, 1),
            (near & (city | alike), 2),
            (near, 3),
            (city, 4),
            (alike, 5),
            (region & ~cities & ~postcodes, 6),
        ],
        7,
    )


def _near_postcodes(pairs: Pairs) -> Flags:
    coded = pairs.coded("postcode")
    district = coded.facet("district", each(district_of))
    known, at, one, other = pairs.held("postcode")
    found: Flags = known == 1
    near = district[one] == district[other]
    found[at] = near | slips_between(coded, one, other, at_most=1, start=2)
    return found


def _organisation(pairs: Pairs) -> Levels:
    coded = pairs.coded("organisation")
    joined = coded.facet("joined", each(lambda value: value.replace(" ", "")))
    acronym = coded.facet("acronym", each(_acronym))

    def level(one: Codes, other: Codes) -> Levels:
        left, right = coded.values[one], coded.values[other]
        sorted_words, common_words = token_ratios(left, right)
        alike = jaro_winkler(left, right)
        short = (acronym[one] != UNKNOWN) & (coded.hashes[other] == _hash_of_acronym(coded)[one])
        short |= (acronym[other] != UNKNOWN) & (coded.hashes[one] == _hash_of_acronym(coded)[other])
        return first_of(
            [
                ((sorted_words == 100) | (joined[one] == joined[other]), 1),
                ((sorted_words >= 90) | (alike >= 0.95), 2),
                ((common_words == 100) | short, 3),
                ((sorted_words >= 70) | (alike >= 0.88), 4),
            ],
            5,
        )

    return graded(pairs, "organisation", lambda one, other: of_distinct_pairs(one, other, level))


def _acronym(value: str) -> str | None:
    return "".join(word[0] for word in value.split()) if " " in value else None


def _hash_of_acronym(coded: Coded) -> npt.NDArray[np.uint64]:
    return coded.hashed_facet("acronym", each(_acronym))


def _domain(pairs: Pairs) -> Levels:
    coded = pairs.coded("email")
    domain = np.append(coded.facet("domain", mail_host), UNKNOWN)
    one, other = domain[coded.codes[pairs.a]], domain[coded.codes[pairs.b]]
    known = (one != UNKNOWN) & (other != UNKNOWN)
    return first_of([(~known, 0), (one == other, 1)], 2)


def _key(name: str) -> Comparison:
    levels = (Level("same", 0.90, 1e-6), Level("one slip", 0.03, 3e-6), Level("different", 0.07, 1.0))
    return Comparison(name, (name,), levels, _code(name), frequency={1: name})


def _own(name: str) -> Comparison:
    levels = (Level("same", 0.65, 0.05), Level("close", 0.05, 0.005), Level("different", 0.30, 0.945))
    return Comparison(name, (name,), levels, _text(name), frequency={1: name})


_NAME: Final = frozenset({"name"})
_HOME: Final = frozenset({"home"})

_GIVEN: Final = Comparison(
    "given name",
    ("given",),
    (
        Level("same", 0.72, 0.004),
        Level("same by nickname or first name", 0.09, 0.001),
        Level("close", 0.10, 0.003),
        Level("initial", 0.03, 0.002),
        Level("similar", 0.03, 0.006),
        Level("different", 0.02, 0.60),
        Level("two names", 0.01, 0.384),
    ),
    _given,
    frequency={1: "given"},
    groups=_NAME,
    lasting=True,
)
_FAMILY: Final = Comparison(
    "family name",
    ("family",),
    (
        Level("same", 0.82, 0.002, 0.80),
        Level("close", 0.08, 0.002, 0.06),
        Level("shares a word", 0.02, 0.0005, 0.02),
        Level("similar", 0.02, 0.005, 0.02),
        Level("different", 0.06, 0.9905, 0.10),
    ),
    _family,
    frequency={1: "family"},
    groups=_NAME | _HOME,
    lasting=True,
)
_BIRTH_DATE: Final = Comparison(
    "birth date",
    ("birth_date",),
    (
        Level("same", 0.84, 4e-5),
        Level("one slip", 0.08, 0.0012),
        Level("two of year, month and day", 0.03, 0.003),
        Level("same year", 0.01, 0.012),
        Level("about a year apart at most", 0.005, 0.024),
        Level("different", 0.035, 0.96),
    ),
    _birth_date,
    frequency={1: "birth_date"},
    groups=frozenset({"birth"}),
    lasting=True,
)
_EMAIL: Final = Comparison(
    "e-mail",
    ("email",),
    (
        Level("same", 0.72, 1e-6, 0.15),
        Level("same name at another host", 0.03, 2e-6, 0.01),
        Level("close", 0.06, 3e-6, 0.02),
        Level("similar", 0.03, 2e-5, 0.04),
        Level("different", 0.16, 1.0, 0.78),
    ),
    _email,
    frequency={1: "email"},
    groups=_NAME | _HOME,
)
_PHONE: Final = Comparison(
    "phone",
    ("phone",),
    (Level("same", 0.66, 1e-6, 0.40), Level("one slip", 0.04, 3e-6, 0.03), Level("different", 0.30, 1.0, 0.57)),
    _phone,
    frequency={1: "phone"},
    groups=_HOME,
)
_STREET: Final = Comparison(
    "street",
    ("street",),
    (
        Level("same street, number and unit", 0.66, 1e-5, 0.70),
        Level("same house, another unit", 0.02, 1e-5, 0.04),
        Level("nearly the same street", 0.07, 1e-5, 0.06),
        Level("same street", 0.03, 5e-4, 0.02),
        Level("different", 0.22, 0.9995, 0.18),
    ),
    _street,
    frequency={1: "street", 2: "street"},
    groups=_HOME,
    exact_by_value=False,
)
_PLACE: Final = Comparison(
    "place",
    ("postcode", "city", "region"),
    (
        Level("same postcode", 0.72, 0.001, 0.76),
        Level("postcode nearly the same, same town", 0.05, 0.002, 0.05),
        Level("postcode nearly the same", 0.03, 0.003, 0.02),
        Level("same town", 0.07, 0.01, 0.06),
        Level("town nearly the same", 0.01, 0.001, 0.01),
        Level("same region", 0.02, 0.05, 0.02),
        Level("different", 0.10, 0.933, 0.08),
    ),
    _place,
    frequency={1: "postcode", 4: "city"},
    groups=_HOME,
)
_GENDER: Final = Comparison(
    "gender", ("gender",), (Level("same", 0.985, 0.5), Level("different", 0.015, 0.5)), _exact("gender"), groups=_NAME
)
_SILENT: Final = 2
_GENERATION: Final = Comparison(
    "generation",
    ("generation",),
    (
        Level("both say the same", 0.01, 1e-4, 0.002),
        Level("neither says one", 0.97, 0.98, 0.8),
        Level("one says senior, junior or third", 0.02, 0.0198, 0.19),
        Level("different", 1e-4, 1e-4, 0.148),
    ),
    _generation,
    groups=frozenset({"generation"}),
    silent=_SILENT,
)
"""Who is called junior has a senior: that somebody of this name says so makes kin of one name likelier, whoever else says nothing."""
_TAX_ID: Final = Comparison(
    "tax id",
    ("tax_id",),
    (Level("same", 0.90, 1e-6), Level("one slip", 0.05, 3e-6), Level("different", 0.05, 1.0)),
    _code("tax_id"),
    frequency={1: "tax_id"},
)
_ORGANISATION: Final = Comparison(
    "name",
    ("organisation",),
    (
        Level("same", 0.70, 1e-4),
        Level("close", 0.10, 1e-4),
        Level("one holds the other, or its initials", 0.09, 0.001),
        Level("similar", 0.05, 0.002),
        Level("different", 0.06, 0.997),
    ),
    _organisation,
    frequency={1: "organisation"},
    groups=_NAME,
    lasting=True,
    exact_by_value=False,
)
_DOMAIN: Final = Comparison(
    "e-mail domain", ("email",), (Level("same", 0.80, 1e-4, 0.40), Level("different", 0.20, 1.0, 0.60)), _domain, groups=_HOME
)

COMPARISONS: Final[dict[Kind, tuple[Comparison, ...]]] = {
    "person": (_GIVEN, _FAMILY, _BIRTH_DATE, _EMAIL, _PHONE, _STREET, _PLACE, _GENDER, _GENERATION, _TAX_ID),
    "organisation": (_ORGANISATION, _TAX_ID, _PHONE, _DOMAIN, _STREET, _PLACE),
}
