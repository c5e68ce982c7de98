"""Pairs of persons who may live together, and how they compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from unequal.identity.arrays import Flags, Ints
from unequal.identity.household_signs import UNKNOWN, Held, Homes, Signs

HOME: Final = ("unknown", "other", "apart", "other_unit", "stale", "unit_missing", "unit", "house", "crowded", "postcode")
"""How two homes compare: not known; two addresses; one has left where the other stays; two units of one building; one
address, but of one person only from before the other moved on; one address, the unit missing on one side; one unit; one
address without units; such an address of many persons; one postcode, the street known of one at most."""
FAMILY: Final = ("unknown", "differ", "alike", "same")
SHARED: Final = ("unknown", "differ", "same")
AGES: Final = ("unknown", "same_day", "near", "between", "generation", "far")
_AGE_YEARS: Final = (1 / 365, 12.0, 18.0, 42.0)
_YEAR: Final = 365.25
_OTHER, _APART, _OTHER_UNIT, _STALE, _UNIT_MISSING, _UNIT, _HOUSE, _CROWDED, _POSTCODE = range(1, len(HOME))
_TOGETHER: Final = np.array([0, 0, 2, 3, 4, 5, 7, 6, 5, 1])
"""Which comparison counts where a pair has several addresses in common: the strongest."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of persons and their comparison; one row a pair, a < b.

    Args:
        home, family, phone, email, age: places in the lists above.
        family_holders, phone_holders, email_holders: holders of the rarest value that they share; 0 where they share none.
    """

    a: Ints
    b: Ints
    home: Ints
    family: Ints
    phone: Ints
    email: Ints
    age: Ints
    family_holders: Ints
    phone_holders: Ints
    email_holders: Ints

    def __len__(self) -> int:
        """How many pairs."""
        return len(self.a)


def candidate_pairs(signs: Signs, *, crowd: int, shared_by_at_most: int) -> tuple[Ints, Ints]:
    """Pairs of persons who share an address, a phone, an e-mail, or a family name in one postcode.

    Args:
        signs: see Signs.
        crowd: an address of more persons than this joins only those of one family name.
        shared_by_at_most: a phone or an e-mail of more persons than this is nobody's.
    """
    homes, families = signs.homes, signs.families
    blocks = [
        (homes.person, homes.by_postcode, crowd), (homes.person, homes.by_street, crowd),
        (signs.phones.person, signs.phones.value, shared_by_at_most), (signs.emails.person, signs.emails.value, shared_by_at_most),
        _of_one_family(families, homes.person, homes.postcode, crowd, len(signs)),
    ]  # fmt: skip
    found = [_within(person, value, most, len(signs)) for person, value, most in blocks]
    both = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    a, b = np.divmod(both, max(len(signs), 1))
    return a, b


def compared(signs: Signs, a: Ints, b: Ints, *, crowd: int) -> Pairs:
    """How pairs compare.

    Args:
        signs: see Signs.
        a, b: places of persons.
        crowd: persons at an address without units from which on it is crowded.
    """
    family, family_holders = families_compared(signs, a, b)
    phone, phone_holders = _shared(signs.phones, a, b)
    email, email_holders = _shared(signs.emails, a, b)
    home = _home_levels(signs.homes, a, b, len(signs), crowd)
    return Pairs(a, b, home, family, phone + 1, email + 1, ages_compared(signs, a, b), family_holders, phone_holders, email_holders)


def families_compared(signs: Signs, a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """The level of family names, a place in FAMILY, and the holders of the rarest that a pair shares."""
    family, holders = _shared(signs.families, a, b)
    levels = np.select([family == UNKNOWN, family == 1], [0, 3], default=1)
    differ = np.flatnonzero(levels == 1)
    levels[differ[_alike(signs, a[differ], b[differ])]] = 2
    return levels, holders


def pairs_by_place(homes: Homes, persons: int, *, crowd: int) -> dict[str, int]:
    """How many pairs of persons share a postcode alone, and how many a crowded address: too many to look at each."""
    crowded = _crowded(homes, crowd)
    everyone = _pairs_sharing(homes.person, homes.postcode, persons)
    behind_doors = _pairs_sharing(homes.person[homes.door], homes.postcode[homes.door], persons)
    return {"postcode": everyone - behind_doors, "crowded": _pairs_sharing(homes.person[crowded], homes.by_street[crowded], persons)}


def _pairs_sharing(person: Ints, value: Ints, persons: int) -> int:
    known = value != UNKNOWN
    sizes = np.bincount(np.unique(value[known] * max(persons, 1) + person[known]) // max(persons, 1))
    return int((sizes * (sizes - 1) // 2).sum())


def _within(person: Ints, value: Ints, most: int, persons: int) -> Ints:
    """Pairs of persons within each value that at most so many hold; a * persons + b."""
    known = value != UNKNOWN
    both = np.unique(value[known] * max(persons, 1) + person[known])
    value, person = np.divmod(both, max(persons, 1))
    starts = np.flatnonzero(np.r_[True, value[1:] != value[:-1]]) if len(value) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(value)])
    fits = np.repeat(sizes <= most, sizes)
    value, person = value[fits], person[fits]
    found = []
    for step in range(1, most):
        same = np.flatnonzero(value[step:] == value[:-step])
        if not len(same):
            break
        found.append(person[same] * persons + person[same + step])
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _of_one_family(families: Held, person: Ints, postcode: Ints, most: int, persons: int) -> tuple[Ints, Ints, int]:
    """Family name and postcode together, as a value that persons hold."""
    known = postcode != UNKNOWN
    left, right = _joined(person[known], families.person, persons)
    words = max(len(families.holders), 1)
    return person[known][left], postcode[known][left] * words + families.value[right], most


def _joined(left: Ints, right: Ints, persons: int) -> tuple[Ints, Ints]:
    """Rows of two lists that are of one person; `right` is in order."""
    counts = np.bincount(right, minlength=persons)
    starts = np.cumsum(counts) - counts
    many = counts[left]
    within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    return np.repeat(np.arange(len(left)), many), np.repeat(starts[left], many) + within


def _combined(values_of: Ints, a: Ints, b: Ints, persons: int) -> tuple[Ints, Ints, Ints]:
    """Each value of a beside each of b: the pair's row, and rows of the list that `values_of` gives the persons of."""
    row, of_a = _joined(a, values_of, persons)
    again, of_b = _joined(b[row], values_of, persons)
    return row[again], of_a[again], of_b


def _shared(values: Held, a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """Whether pairs share a value: UNKNOWN, 0 or 1; and how many persons hold the rarest that they share."""
    persons = int(max(values.person.max(initial=0), a.max(initial=0), b.max(initial=0))) + 1
    counts = np.bincount(values.person, minlength=persons)
    level = np.where((counts[a] > 0) & (counts[b] > 0), 0, UNKNOWN)
    row, of_a, of_b = _combined(values.person, a, b, persons)
    same = values.value[of_a] == values.value[of_b]
    rarest = np.full(len(a), np.iinfo(np.int64).max)
    np.minimum.at(rarest, row[same], values.holders[values.value[of_a[same]]])
    level[row[same]] = 1
    return level, np.where(level == 1, rarest, 0)


def _alike(signs: Signs, a: Ints, b: Ints) -> Flags:
    """Whether two family names are one but for a slip."""
    row, of_a, of_b = _combined(signs.families.person, a, b, len(signs))
    words = max(len(signs.words), 1)
    both, at = np.unique(signs.families.value[of_a] * words + signs.families.value[of_b], return_inverse=True)
    alike = np.array([one_slip(signs.words[pair // words], signs.words[pair % words]) for pair in both.tolist()], dtype=np.bool_)
    found = np.zeros(len(a), dtype=np.bool_)
    if len(both):
        found[row[alike[at]]] = True
    return found


def one_slip(one: str, other: str) -> bool:
    """One letter more, less, another, or two in each other's place.

    >>> one_slip("meyer", "meier"), one_slip("meyer", "myeer"), one_slip("lee", "le"), one_slip("meyer", "maier")
    (True, True, False, False)
    """
    if min(len(one), len(other)) < 4 or abs(len(one) - len(other)) > 1:  # noqa: PLR2004 -- shorter names differ by a letter
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    return left[1:] == right[1:] or left[1:] == right or left == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])


def ages_compared(signs: Signs, a: Ints, b: Ints) -> Ints:
    """The level of the distance of ages, a place in AGES."""
    gap = np.abs(signs.birth[a] - signs.birth[b]) / _YEAR
    return np.where(np.isnan(gap), 0, 1 + np.searchsorted(_AGE_YEARS, np.nan_to_num(gap), side="right"))


def _home_levels(homes: Homes, a: Ints, b: Ints, persons: int, crowd: int) -> Ints:
    """How the homes of pairs compare: the strongest of what their addresses say."""
    row, of_a, of_b = _combined(homes.person, a, b, persons)
    same = _same_door(homes, of_a, of_b)
    left_on = _left_on(homes, persons)
    level = np.full(len(row), _OTHER)
    no_door = ~homes.door[of_a] | ~homes.door[of_b]
    one_postcode = (homes.postcode[of_a] == homes.postcode[of_b]) & (homes.postcode[of_a] != UNKNOWN)
    level[no_door] = 0
    level[no_door & one_postcode] = _POSTCODE
    level[same] = _at_one_door(homes, of_a[same], of_b[same], left_on, _crowded(homes, crowd))
    best = np.full(len(a), -1)
    np.maximum.at(best, row, _TOGETHER[level] * len(HOME) + level)
    return np.where(best < 0, 0, best % len(HOME))


def _same_door(homes: Homes, one: Ints, other: Ints) -> Flags:
    """One address, though the street or the postcode may be mistyped on one of them."""
    by_street = (homes.by_street[one] == homes.by_street[other]) & (homes.by_street[one] != UNKNOWN)
    same_postcode = homes.postcode[one] == homes.postcode[other]
    either_unknown = (homes.postcode[one] == UNKNOWN) | (homes.postcode[other] == UNKNOWN)
    by_postcode = (
        (homes.by_postcode[one] == homes.by_postcode[other]) & (homes.by_postcode[one] != UNKNOWN) & homes.door[one] & homes.door[other]
    )
    same: Flags = by_street & (same_postcode | either_unknown)
    unsure = np.flatnonzero(by_postcode & ~same)
    count = max(len(homes.streets), 1)
    both, at = np.unique(homes.street[one[unsure]] * count + homes.street[other[unsure]], return_inverse=True)
    alike = np.array([one_slip(homes.streets[pair // count], homes.streets[pair % count]) for pair in both.tolist()], dtype=np.bool_)
    if len(unsure):
        same[unsure[alike[at]]] = True
    return same


def _left_on(homes: Homes, persons: int) -> Ints:
    """For each home the day on which its person was first seen somewhere else afterwards; never where it is the latest."""
    never = np.iinfo(np.int64).max
    left = np.full(len(homes.person), never)
    row, one, other = _combined(homes.person, np.arange(persons), np.arange(persons), persons)
    del row
    later = (homes.first[other] > homes.last[one]) & homes.door[one] & homes.door[other]
    later &= ~_same_door(homes, one, other)
    np.minimum.at(left, one[later], homes.first[other[later]])
    # Seen here again after all, under another way of writing: then it was not left.
    again = (homes.last[other] >= left[one]) & _same_door(homes, one, other)
    left[one[again]] = never
    return left


def _crowded(homes: Homes, crowd: int) -> Flags:
    """Whether so many persons have the address of each home that nobody can be told by it."""
    known = homes.by_street != UNKNOWN
    both = np.unique(homes.by_street[known] * (int(homes.person.max(initial=0)) + 1) + homes.person[known])
    counts = np.bincount(both // (int(homes.person.max(initial=0)) + 1), minlength=int(homes.by_street.max(initial=0)) + 1)
    return np.where(known, counts[np.maximum(homes.by_street, 0)] >= crowd, False)


def _at_one_door(homes: Homes, one: Ints, other: Ints, left_on: Ints, crowded: Flags) -> Ints:
    unit, of_other = homes.unit[one], homes.unit[other]
    none, missing = (unit == UNKNOWN) & (of_other == UNKNOWN), (unit == UNKNOWN) | (of_other == UNKNOWN)
    here = np.select(
        [none & crowded[one], none, missing & crowded[one], missing, unit == of_other],
        [_CROWDED, _HOUSE, _CROWDED, _UNIT_MISSING, _UNIT], default=_OTHER_UNIT,
    )  # fmt: skip
    never = np.iinfo(np.int64).max
    gone, gone_other = left_on[one] != never, left_on[other] != never
    # Whoever is known to be here after the other was seen elsewhere has not moved with him.
    stayed = (gone & ~gone_other & (homes.last[other] >= left_on[one])) | (gone_other & ~gone & (homes.last[one] >= left_on[other]))
    moved: Ints = np.select(
        [here == _OTHER_UNIT, stayed | (gone & gone_other), gone | gone_other], [_OTHER_UNIT, _APART, _STALE], default=here
    )
    return moved
