"""A made world as hard as public sets of historical persons: ten records a person, and hardly two alike.

What makes it hard, all by numbers of our own: few given names and few towns, so that strangers look
alike; brothers, and fathers with sons of the same name; titles, names taken at marriage or for the
stage, short forms; days known to the year only; postcodes of a neighbour; gaps in every column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from benchmarks.identity.slips import befalls, composed, days, drawn, frame, instead, joined, missing, slipped, spaced, zipf
from benchmarks.identity.worlds import ENDS, MIDDLES, ONSETS, mistaken_days, nicknamed

from unequal.demo import words as demo_words

MEN: Final = ["william", "john", "thomas", "george", "james", "charles", "henry", "robert", "edward", "joseph", "richard", "alfred", "arthur", "frederick", "samuel", "walter", "albert", "harry", "david", "edwin", "ernest", "benjamin", "francis", "frank", "daniel", "peter", "alexander", "herbert", "philip", "michael", "hugh", "andrew", "edmund", "matthew", "stephen", "isaac", "percy", "sidney", "lewis", "ralph", "augustus", "cecil", "leonard", "nathaniel", "reginald", "horace", "roger", "oliver", "jonathan", "patrick", "simon", "abraham", "theodore", "anthony", "christopher", "martin", "laurence", "gilbert", "humphrey", "rupert", "godfrey", "ambrose", "silas"]  # fmt: skip
WOMEN: Final = ["mary", "elizabeth", "ann", "sarah", "jane", "margaret", "emma", "alice", "ellen", "florence", "annie", "eliza", "edith", "charlotte", "emily", "martha", "harriet", "hannah", "catherine", "maria", "frances", "louisa", "caroline", "susan", "rose", "ada", "clara", "agnes", "dorothy", "lucy", "isabella", "amelia", "anna", "helen", "julia", "sophia", "rebecca", "eleanor", "matilda", "barbara", "victoria", "beatrice"]  # fmt: skip
COUNTIES: Final = ["devon", "cornwall", "kent", "surrey", "sussex", "essex", "norfolk", "suffolk", "lancashire", "yorkshire", "cheshire", "derbyshire", "durham", "cumberland", "dorset", "somerset", "wiltshire", "hampshire", "berkshire", "oxfordshire", "buckinghamshire", "hertfordshire", "bedfordshire", "cambridgeshire", "lincolnshire", "staffordshire", "shropshire", "herefordshire", "worcestershire", "warwickshire", "gloucestershire", "middlesex"]  # fmt: skip
OCCUPATIONS: Final = ["politician", "cricketer", "painter", "writer", "footballer", "clergyman", "actor", "engineer", "architect", "military officer", "naval officer", "botanist", "physician", "lawyer", "composer", "rugby player", "photographer", "poet", "banker", "merchant", "explorer", "astronomer", "sculptor", "singer", "journalist", "chemist", "publisher", "brewer", "athlete", "mathematician"]  # fmt: skip
TITLES: Final = ("baron", "baronet", "earl", "viscount")
NUMBERS: Final = ("1st", "2nd", "3rd", "4th", "5th", "7th")
LETTERS: Final = np.array(list("abdefghjlnpqrstuwxyz"))
RECORDS_EACH: Final = 10


@dataclass(frozen=True)
class Persons:
    """Who lived, one row a person; empty text where there is nothing."""

    woman: np.ndarray
    given: np.ndarray
    middle: np.ndarray
    family: np.ndarray
    other_given: np.ndarray
    other_family: np.ndarray
    before: np.ndarray
    after: np.ndarray
    seat: np.ndarray
    born: np.ndarray
    town: np.ndarray
    postcode: np.ndarray
    occupation: np.ndarray


def hard(records: int = 50_000, seed: int = 1) -> pd.DataFrame:
    """Historical persons in one table, ten records a person.

    Args:
        records: rows to make.
        seed: another seed, another world.

    Returns:
        unique_id, full_name, first_name, surname, dob (YYYY-MM-DD), birth_place, postcode, gender,
        occupation, and `cluster`, the true person; texts, None where nothing is written; in an order of chance.
    """
    chance = np.random.default_rng([seed, 50])
    count = records // RECORDS_EACH + 1
    persons = _persons(chance, count)
    copies = 1 + chance.negative_binomial(4, 4 / (3 + RECORDS_EACH), count)
    copies[-1] += max(records - copies.sum(), 0)
    who = np.repeat(np.arange(count), copies)[:records]
    columns = _written(persons, who, chance)
    order = chance.permutation(len(who))
    table = frame({name: values[order] for name, values in columns.items()})
    table.insert(0, "unique_id", np.arange(len(who)))
    table["cluster"] = who[order]
    return table


def _persons(chance: np.random.Generator, count: int) -> Persons:
    woman = befalls(chance, count, 0.15)
    given, middle, family = _given(chance, woman), missing(_given(chance, woman), chance, 0.55), _family(chance, count)
    born = (-20_000 - chance.gamma(2.0, 13_000, count)).astype(np.int64)
    town = drawn(chance, zipf(len(TOWNS), flat=1.5, power=1.0), count)
    postcode = _postcodes(chance, town)
    occupation = drawn(chance, zipf(len(OCCUPATIONS), flat=2.0, power=0.9), count)
    _relatives(chance, given, family, woman, born, town, postcode, occupation)
    changes = np.where(woman, befalls(chance, count, 0.6), befalls(chance, count, 0.12))
    other_family = np.where(changes, _family(chance, count), "")
    other_given = np.where(changes & ~woman, _given(chance, woman), "")
    peer, knight = befalls(chance, count, 0.14), befalls(chance, count, 0.10)
    before = np.where(knight & ~woman, "sir", np.where(befalls(chance, count, 0.05), "rev", ""))
    title = np.array(TITLES)[drawn(chance, np.array([0.4, 0.4, 0.12, 0.08]), count)]
    seat = np.where(peer & (title != "baronet"), TOWNS[chance.integers(0, len(TOWNS), count)], "")
    number = np.array(NUMBERS)[drawn(chance, zipf(len(NUMBERS), flat=0.5, power=1.0), count)]
    after = np.where(peer & ~woman, spaced(number, title), "")
    return Persons(
        woman, given, middle, family, other_given, other_family, before, after, np.where(woman, "", seat), born, town, postcode, occupation
    )


def _relatives(
    chance: np.random.Generator, given: np.ndarray, family: np.ndarray, woman: np.ndarray, born: np.ndarray, town: np.ndarray,
    postcode: np.ndarray, occupation: np.ndarray,
) -> None:  # fmt: skip
    """Makes brothers and sons of some, in place: of the same surname and town, often of the same trade and street; sons of the same name."""
    count = len(given)
    sibling, son = befalls(chance, count, 0.16), befalls(chance, count, 0.05)
    sibling[0] = son[0] = False
    sibling &= ~son
    for kin, later in ((sibling, chance.integers(-2_900, 2_900, count)), (son, chance.integers(7_500, 13_000, count))):
        at = np.flatnonzero(kin)
        family[at], town[at], born[at] = family[at - 1], town[at - 1], born[at - 1] + later[at]
        near, alike = at[befalls(chance, len(at), 0.6)], at[befalls(chance, len(at), 0.5)]
        postcode[near], occupation[alike] = postcode[near - 1], occupation[alike - 1]
    at = np.flatnonzero(son & ~woman)
    at = at[~woman[at - 1]]
    given[at] = given[at - 1]


def _given(chance: np.random.Generator, woman: np.ndarray) -> np.ndarray:
    men, women = np.array(MEN), np.array(WOMEN)
    hers = women[drawn(chance, zipf(len(women), flat=2.0, power=1.05), len(woman))]
    return np.where(woman, hers, men[drawn(chance, zipf(len(men), flat=2.0, power=1.05), len(woman))])


def _surnames() -> np.ndarray:
    """English family names, the most frequent first, rarer ones put together from syllables."""
    known = np.array([str(name).lower() for name in demo_words.groups("surnames.txt")["english"] if str(name).isalpha()])
    more = composed(3_000, np.random.default_rng(12), parts=(ONSETS, MIDDLES, ENDS))
    return np.r_[known, more[~np.isin(more, known)]]


def _family(chance: np.random.Generator, rows: int) -> np.ndarray:
    return SURNAMES[drawn(chance, zipf(len(SURNAMES), flat=6.0, power=0.85), rows)]


def _town_names() -> np.ndarray:
    ends = ("bury", "by", "combe", "dale", "ford", "ham", "ley", "minster", "mouth", "stead", "ton", "wick")
    return np.r_[["london"], composed(259, np.random.default_rng(13), parts=(ONSETS, MIDDLES, ends))]


SURNAMES: Final = _surnames()
TOWNS: Final = _town_names()


def _postcodes(chance: np.random.Generator, town: np.ndarray) -> np.ndarray:
    """A postcode within a town: its area and district are the town's, or in London one of many."""
    rows = len(town)
    district = np.where(town == 0, chance.integers(1, 22, rows), 1 + town % 17)
    return joined(_area(town), district.astype(str), " ", _inward(chance, rows))


def _area(town: np.ndarray) -> np.ndarray:
    area = town // 8
    return joined(LETTERS[area % len(LETTERS)], LETTERS[(area * 7 + 3) % len(LETTERS)])


def _inward(chance: np.random.Generator, rows: int) -> np.ndarray:
    letters = LETTERS[chance.integers(0, len(LETTERS), (2, rows))]
    return joined(chance.integers(1, 10, rows).astype(str), letters[0], letters[1])


def _written(persons: Persons, who: np.ndarray, chance: np.random.Generator) -> dict[str, np.ndarray]:
    """What each record says of its person."""
    rows = len(who)
    full, first, last = _names(persons, who, chance)
    gender = np.where(persons.woman[who] ^ befalls(chance, rows, 0.01), "female", "male")
    other = drawn(chance, zipf(len(OCCUPATIONS), flat=2.0, power=0.9), rows)
    occupation = np.array(OCCUPATIONS)[np.where(befalls(chance, rows, 0.10), other, persons.occupation[who])]
    return {
        "full_name": full, "first_name": first, "surname": last,
        "dob": missing(_days(persons.born[who], chance), chance, 0.13),
        "birth_place": missing(_places(persons.town[who], chance), chance, 0.16),
        "postcode": missing(_moved(persons, who, chance), chance, 0.14),
        "gender": missing(gender, chance, 0.06), "occupation": missing(occupation, chance, 0.14),
    }  # fmt: skip


def _names(persons: Persons, who: np.ndarray, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Full name, its first word and its last: in every form that people are written in."""
    rows = len(who)
    given, middle, family = persons.given[who], persons.middle[who], persons.family[who]
    changed = befalls(chance, rows, 0.4) & (persons.other_family[who] != "")
    family = np.where(changed, persons.other_family[who], family)
    given = instead(given, changed, persons.other_given[who])
    given = instead(given, befalls(chance, rows, 0.10), middle)
    given = nicknamed(given, befalls(chance, rows, 0.20), chance)
    given = np.where(befalls(chance, rows, 0.05), given.astype("U1"), given)
    given, family = slipped(given, befalls(chance, rows, 0.09), chance), slipped(family, befalls(chance, rows, 0.14), chance)
    middle = missing(middle, chance, 0.5)
    before, after, seat = (
        missing(part[who], chance, share) for part, share in ((persons.before, 0.5), (persons.after, 0.45), (persons.seat, 0.2))
    )
    seat = np.where(after == "", "", seat)
    full = spaced(
        before,
        given,
        middle,
        np.where((seat != "") & befalls(chance, rows, 0.3), "", family),
        after,
        np.where(seat == "", "", joined("of ", seat)),
    )
    first = np.where((before != "") & befalls(chance, rows, 0.25), before, given)
    last = np.where((seat != "") & befalls(chance, rows, 0.7), seat, family)
    return full, missing(first, chance, 0.01), missing(last, chance, 0.015)


def _days(born: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Days of birth: as they were, known to the year only, or wrong."""
    rows = len(born)
    off = np.where(befalls(chance, rows, 0.05), chance.integers(-5, 6, rows) * 365, 0) + np.where(
        befalls(chance, rows, 0.05), chance.integers(-40, 41, rows), 0
    )
    day = mistaken_days(days(born + off), chance)
    return np.where(befalls(chance, rows, 0.16), joined(day.astype("U4"), "-01-01"), day)


def _places(town: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """The town, its county, or another town."""
    rows = len(town)
    named = TOWNS[np.where(befalls(chance, rows, 0.05), chance.integers(0, len(TOWNS), rows), town)]
    return np.where(befalls(chance, rows, 0.14), np.array(COUNTIES)[town // 8 % len(COUNTIES)], named)


def _moved(persons: Persons, who: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """The home's postcode, or one in its district, in its area, or anywhere."""
    rows, home, town = len(who), persons.postcode[who], persons.town[who]
    outward = np.strings.partition(home, " ")[0]
    in_district = joined(outward, " ", _inward(chance, rows))
    kind = drawn(chance, np.array([0.30, 0.35, 0.17, 0.18]), rows)
    in_area = joined(_area(town), chance.integers(1, 22, rows).astype(str), " ", _inward(chance, rows))
    return np.choose(kind, [home, in_district, in_area, _postcodes(chance, chance.integers(0, len(TOWNS), rows))])
