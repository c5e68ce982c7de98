"""Two made worlds that identity is measured on; no third party's data, and the same rows for the same seed.

`made` is big and mild, for speed: most persons have one record. `hard` is small and bad, like a
public set of historical persons: ten records a person, changed names, wrong days, few towns.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from benchmarks.identity.slips import (
    DIGITS,
    befalls,
    composed,
    days,
    drawn,
    frame,
    instead,
    joined,
    missing,
    slipped,
    zipf,
)

from unequal.demo import words as demo_words

ONSETS = (
    "b",
    "br",
    "c",
    "ch",
    "cl",
    "cr",
    "d",
    "f",
    "fr",
    "g",
    "gr",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "tr",
    "v",
    "w",
)
MIDDLES = ("aban", "all", "amb", "arn", "ast", "eld", "emer", "enn", "ever", "ick", "ill", "ing", "oll", "ond", "orb", "ovel", "um", "urn")
ENDS = ("a", "ard", "berg", "by", "er", "es", "ett", "ey", "field", "ford", "ham", "ier", "in", "ini", "ko", "ley", "man", "o", "ov", "sen", "ski", "son", "sworth", "ton", "worth")  # fmt: skip
MAIL_HOSTS = np.array(["gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "mail.org", "post.net", "webhome.com"])
FIRST_DAY, LAST_DAY = -14_600, 13_500  # born 1930 to 2006


def made(records: int = 1_000_000, seed: int = 1) -> pd.DataFrame:
    """Persons of today in one table, 1.4 records a person.

    Args:
        records: rows to make.
        seed: another seed, another world.

    Returns:
        unique_id, first_name, surname, dob (YYYY-MM-DD), city, postcode, email, phone, and `cluster`,
        the true person; texts, None where nothing is written; in an order of chance.
    """
    chance = np.random.default_rng([seed, 14])
    persons = _persons(chance, int(records / 1.3) + 10)
    # One to four records each, 1.4 in the mean; what is over the asked number is cut off.
    copies = 1 + drawn(chance, np.array([0.72, 0.18, 0.08, 0.02]), len(persons["dob"]))
    who = np.repeat(np.arange(len(copies)), copies)[:records]
    first_of = np.r_[True, who[1:] != who[:-1]]
    columns = _written(persons, who, first_of, chance)
    order = chance.permutation(len(who))
    table = frame({name: values[order] for name, values in columns.items()})
    table.insert(0, "unique_id", np.arange(len(who)))
    table["cluster"] = who[order]
    return table


@lru_cache(maxsize=1)
def _names() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Given names of both genders, and family names, each with shares."""
    chance = np.random.default_rng(7)
    given = _lower(np.concatenate([names for gender in (0, 1) for names, _ in demo_words.given_names(gender).values()]))
    more = composed(700, chance, parts=(ONSETS, ("a", "e", "i", "o"), ("bel", "dan", "la", "lin", "na", "ra", "ris", "ven")))
    given = np.r_[chance.permutation(given), np.setdiff1d(more, given)]
    family = _lower(np.concatenate([names for names, _ in demo_words.family_names().values()]))
    more = composed(9_000, chance, parts=(ONSETS, MIDDLES, ENDS))
    family = np.r_[chance.permutation(family), chance.permutation(np.setdiff1d(more, family))]
    return given, zipf(len(given), flat=12.0, power=0.85), family, zipf(len(family), flat=25.0, power=0.7)


@lru_cache(maxsize=1)
def _nicknames() -> dict[str, list[str]]:
    return {full.lower(): [short.lower() for short in shorts] for full, shorts in demo_words.variants("nicknames.txt").items()}


def nicknamed(names: np.ndarray, where: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Short forms of given names where asked and where there is one."""
    distinct, at = np.unique(names, return_inverse=True)
    known = _nicknames()
    forms = [known.get(str(name), [""]) for name in distinct]
    most = max(len(form) for form in forms)
    table = np.array([[form[place % len(form)] for place in range(most)] for form in forms])
    return instead(names, where, table[at, chance.integers(0, most, len(names))])


def _lower(names: np.ndarray) -> np.ndarray:
    """Names in lower case, of letters alone."""
    low = np.unique(np.strings.lower(names.astype(str)))
    return low[np.array([str(name).isascii() and str(name).isalpha() for name in low])]


def _persons(chance: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """Who lives: one row a person; one in twenty lives with the one before, and shares surname, address and perhaps the phone."""
    given, given_shares, family, family_shares = _names()
    first, last = given[drawn(chance, given_shares, count)], family[drawn(chance, family_shares, count)]
    town = drawn(chance, zipf(400, flat=5.0, power=0.8), count)
    postcode = joined(np.char.zfill((100 + town * 2).astype(str), 3), np.char.zfill(chance.integers(0, 60, count).astype(str), 2))
    phone = _phones(chance, town)
    at_home = befalls(chance, count, 0.05)
    at_home[0] = False
    host = np.flatnonzero(at_home) - 1
    last[at_home], town[at_home], postcode[at_home] = last[host], town[host], postcode[host]
    shares = at_home & befalls(chance, count, 0.3)
    phone[shares] = phone[np.flatnonzero(shares) - 1]
    born = chance.integers(FIRST_DAY, LAST_DAY, count)
    return {"first_name": first, "surname": last, "dob": days(born), "town": town, "postcode": postcode,
            "email": _emails(chance, first, last, taken=False), "phone": phone}  # fmt: skip


def _phones(chance: np.random.Generator, town: np.ndarray) -> np.ndarray:
    """Numbers that could be dialled: a real area code, and a line of seven digits."""
    codes = np.unique(demo_words.towns().area_code[demo_words.towns().country == "US"]).astype(str)
    return joined(codes[town % len(codes)], chance.integers(2_110_000, 9_990_000, len(town)).astype(str))


def _emails(chance: np.random.Generator, first: np.ndarray, last: np.ndarray, *, taken: bool) -> np.ndarray:
    """Names at a host; nobody has another's: who comes later gets a number, and a late one a long number."""
    rows = len(first)
    short = befalls(chance, rows, 0.3)
    before = joined(np.where(short, first.astype("U1"), joined(first, ".")), last)
    host = drawn(chance, zipf(len(MAIL_HOSTS), flat=1.0, power=1.0), rows)
    if taken:
        number = chance.integers(10_000, 10_000_000, rows).astype(str)
    else:
        _, same = np.unique(joined(before, host.astype(str)), return_inverse=True)
        order = np.argsort(same, kind="stable")
        starts = np.searchsorted(same[order], same[order])
        before_me = np.empty(rows, np.int64)
        before_me[order] = np.arange(rows) - starts
        number = np.where(before_me == 0, "", before_me.astype(str))
    return joined(before, number, "@", MAIL_HOSTS[host])


@lru_cache(maxsize=1)
def _towns() -> np.ndarray:
    known = _lower(demo_words.towns().city)
    more = composed(
        500, np.random.default_rng(11), parts=(ONSETS, MIDDLES, ("burgh", "dale", "field", "ford", "ham", "mouth", "port", "ton", "ville"))
    )
    return np.r_[known, np.setdiff1d(more, known)][:400]


def _written(persons: dict[str, np.ndarray], who: np.ndarray, first_of: np.ndarray, chance: np.random.Generator) -> dict[str, np.ndarray]:
    """What the records say; the first of a person is as liable to slips as the others, but nobody has moved yet."""
    rows, later = len(who), ~first_of
    first, last, town = persons["first_name"][who], persons["surname"][who], persons["town"][who]
    _, _, family, family_shares = _names()
    last = np.where(later & befalls(chance, rows, 0.03), family[drawn(chance, family_shares, rows)], last)
    first = nicknamed(first, befalls(chance, rows, 0.15), chance)
    moved = later & befalls(chance, rows, 0.15)
    town = np.where(moved, chance.integers(0, 400, rows), town)
    new_post = joined(np.char.zfill((100 + town * 2).astype(str), 3), np.char.zfill(chance.integers(0, 60, rows).astype(str), 2))
    postcode = np.where(moved, new_post, persons["postcode"][who])
    email = np.where(later & befalls(chance, rows, 0.2), _emails(chance, first, last, taken=True), persons["email"][who])
    phone = np.where(later & befalls(chance, rows, 0.2), _phones(chance, town), persons["phone"][who])
    swapped = befalls(chance, rows, 0.01)
    first, last = np.where(swapped, last, first), np.where(swapped, first, last)
    columns = {"first_name": first, "surname": last, "dob": mistaken_days(persons["dob"][who], chance), "city": _towns()[town],
               "postcode": postcode, "email": email, "phone": phone}  # fmt: skip
    slip = {"first_name": 0.06, "surname": 0.07, "city": 0.03, "postcode": 0.02, "email": 0.03, "phone": 0.02}
    for name, share in slip.items():
        alphabet = {"alphabet": DIGITS} if name in ("postcode", "phone") else {}
        columns[name] = slipped(columns[name], befalls(chance, rows, share), chance, **alphabet)
    gone = {"first_name": 0.02, "surname": 0.01, "dob": 0.10, "city": 0.08, "postcode": 0.10, "email": 0.20, "phone": 0.25}
    return {name: missing(values, chance, gone[name]) for name, values in columns.items()}


def mistaken_days(day: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Days of which some have day and month swapped, a digit wrong, or the first of January in their place."""
    rows, year, month, of_month = len(day), day.astype("U4"), _part(day, 5), _part(day, 8)
    could = of_month.astype(np.int64) <= 12
    swapped = befalls(chance, rows, 0.01) & could
    out = np.where(swapped, joined(year, "-", of_month, "-", month), day)
    other = chance.integers(1, 29, rows)
    out = np.where(befalls(chance, rows, 0.02), joined(year, "-", month, "-", np.char.zfill(other.astype(str), 2)), out)
    return np.where(befalls(chance, rows, 0.005), joined(year, "-01-01"), out)


def _part(day: np.ndarray, start: int) -> np.ndarray:
    """Two characters of each YYYY-MM-DD."""
    width = day.dtype.itemsize // 4
    points = np.ascontiguousarray(day).view("U1").reshape(len(day), width)[:, start : start + 2]
    return np.ascontiguousarray(points).view("U2").reshape(-1)
