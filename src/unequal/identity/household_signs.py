"""What may tell that two persons live together: their homes, names, numbers and ages, as codes.

Texts become numbers here, each distinct one once; what follows works on arrays alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity.arrays import Flags, Ints, column, integers
from unequal.identity.dwellings import SEPARATOR, Dwelling, dwelling
from unequal.identity.name_words import GENERATIONS
from unequal.identity.names import name_of

UNKNOWN: Final = -1
_PARTS: Final = ("given_name", "family_name", "full_name", "suffix", "birth_date", "phone", "email")
_PLACE: Final = ("street", "address", "unit", "postcode")
_COMPUTE: Any = pc


@dataclass(frozen=True)
class Held:
    """Which persons hold which values: one row a person and value, in order of person.

    Args:
        person: place of the person.
        value: code of the value.
        holders: for each code how many persons hold it.
    """

    person: Ints
    value: Ints
    holders: Ints


@dataclass(frozen=True)
class Homes:
    """Where persons were last known to live: one row a person and address, in order of person.

    Args:
        person: place of the person.
        by_postcode: code of number and postcode; UNKNOWN where either is missing.
        by_street: code of number and street; likewise.
        street: code of the street, in `streets`.
        unit: code of the unit; UNKNOWN where none is given.
        postcode: code of the postcode; UNKNOWN where none is given.
        door: whether number and street are known: else only the postcode is.
        first: day, from 1970 on, on which the person was first known to be there.
        last: the last such day.
        streets: the streets by code.
    """

    person: Ints
    by_postcode: Ints
    by_street: Ints
    street: Ints
    unit: Ints
    postcode: Ints
    door: Flags
    first: Ints
    last: Ints
    streets: list[str]


@dataclass(frozen=True)
class Signs:
    """All that is known of persons that bears on who lives with whom.

    Args:
        customers: ids of the persons, in order; their places are the persons' numbers.
        families: words of family names, past ones too; `words` has them by code.
        birth: day of birth, from 1970 on; NaN where not known.
    """

    customers: list[str]
    homes: Homes
    families: Held
    words: list[str]
    phones: Held
    emails: Held
    birth: np.ndarray[tuple[int], np.dtype[np.float64]]

    def __len__(self) -> int:
        """How many persons."""
        return len(self.customers)


def said_of_persons(customers: ibis.Table, members: ibis.Table, records: ibis.Table, attributes: ibis.Table) -> ibis.Table:
    """What the records of persons say of names, homes, numbers and ages: one row a record.

    Args:
        customers: CUSTOMER; organisations and test accounts are left out.
        members: CUSTOMER_RECORD.
        records: RECORD.
        attributes: PERSON_ATTRIBUTE.

    Returns:
        customer_id, source, record_id, day int64 (from 1970 on; null where the source does not say), place (street or address, unit and
        postcode, U+001F between them) and the normalised values of rank 1; null where not known.
    """
    persons = customers.filter((customers.kind == "person") & ~customers.is_test).select("customer_id")
    owned = members.join(persons, "customer_id").select("customer_id", "source", "record_id")
    known = records.filter(records.kind == "person").select("source", "record_id", "observed_at")
    theirs = owned.join(known, ["source", "record_id"])
    latest = attributes.filter(
        attributes["rank"] == 1, attributes.attribute.isin([*_PARTS, *_PLACE]), attributes.value_normalised.notnull()
    )
    joined = theirs.left_join(latest.select("source", "record_id", "attribute", "value_normalised"), ["source", "record_id"])
    value = {name: joined.value_normalised.max(where=joined.attribute == name) for name in (*_PARTS, *_PLACE)}
    wide = joined.group_by("customer_id", "source", "record_id").aggregate(observed_at=joined.observed_at.max(), **value)
    street = wide.street.coalesce(wide.address)
    place = ibis.literal(SEPARATOR).join([part.fill_null("") for part in (street, wide.unit, wide.postcode)])
    nowhere = street.isnull() & wide.postcode.isnull()
    day = (wide.observed_at.cast("timestamp(6)").epoch_seconds() // 86_400).cast("int64")
    told = wide.select("customer_id", "source", "record_id", *_PARTS, day=day, place=nowhere.ifelse(ibis.null("string"), place))
    return told.order_by("customer_id", "source", "record_id")


def signs_of(said: pa.Table) -> Signs:
    """Texts as codes.

    Args:
        said: see said_of_persons; in order of customer_id.
    """
    encoded = column(said, "customer_id").dictionary_encode()
    ids: list[str] = encoded.dictionary.to_pylist()
    order = np.argsort(np.array(ids, dtype=object), kind="stable") if ids else np.zeros(0, np.int64)
    rank = np.empty(len(ids), dtype=np.int64)
    rank[order] = np.arange(len(ids))
    person = rank[np.asarray(encoded.indices, dtype=np.int64)] if ids else np.zeros(0, np.int64)
    families, words = _families(person, said)
    return Signs(
        customers=[ids[place] for place in order],
        homes=_homes(person, said),
        families=families,
        words=words,
        phones=_held_texts(person, said, "phone"),
        emails=_held_texts(person, said, "email"),
        birth=_births(person, said, len(ids)),
    )


def held(person: Ints, value: Ints, values: int) -> Held:
    """Each person and value once."""
    both = np.unique(person * max(values, 1) + value)
    person, value = np.divmod(both, max(values, 1))
    return Held(person, value, np.bincount(value, minlength=values).astype(np.int64))


def _held_texts(person: Ints, said: pa.Table, name: str) -> Held:
    texts = column(said, name)
    rows = np.flatnonzero(np.asarray(texts.is_valid()))
    encoded = texts.take(pa.array(rows)).dictionary_encode()
    return held(person[rows], np.asarray(encoded.indices, dtype=np.int64), len(encoded.dictionary))


def _families(person: Ints, said: pa.Table) -> tuple[Held, list[str]]:
    """Words of family names; every name as it was written is read once."""
    parts = [column(said, name).fill_null("") for name in ("given_name", "family_name", "full_name", "suffix")]
    encoded = _COMPUTE.binary_join_element_wise(*parts, SEPARATOR).dictionary_encode()
    code: dict[str, int] = {}
    words_of: list[list[int]] = []
    for text in encoded.dictionary.to_pylist():
        given, family, full, suffix = text.split(SEPARATOR)
        read = name_of("person", given, family, full, suffix)
        words_of.append([code.setdefault(word, len(code)) for word in read.family if len(word) > 1 and word not in GENERATIONS])
    indices = np.asarray(encoded.indices, dtype=np.int64)
    counts = np.array([len(words) for words in words_of], dtype=np.int64)
    flat = np.array([word for words in words_of for word in words], dtype=np.int64)
    starts = np.cumsum(counts) - counts
    many = counts[indices] if len(counts) else np.zeros(0, np.int64)
    at = np.repeat(starts[indices] if len(counts) else many, many) + _counted(many)
    return held(np.repeat(person, many), flat[at], len(code)), list(code)


def _counted(many: Ints) -> Ints:
    """0, 1, 2 ... within each row that is repeated so many times."""
    return np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)


def _births(person: Ints, said: pa.Table, persons: int) -> Any:
    """The day of birth that most records say; the earlier one where two are said as often."""
    texts = column(said, "birth_date")
    encoded = texts.dictionary_encode()
    days = np.array([_day(text) for text in encoded.dictionary.to_pylist()], dtype=np.float64)
    rows = np.flatnonzero(np.asarray(texts.is_valid()))
    codes = np.asarray(encoded.indices.fill_null(0), dtype=np.int64)[rows]
    birth = np.full(persons, np.nan)
    if not len(rows):
        return birth
    both, counts = np.unique(person[rows] * len(days) + codes, return_counts=True)
    who, code = np.divmod(both, len(days))
    order = np.lexsort((-days[code], counts, who))
    birth[who[order]] = days[code[order]]  # the last of each person stays: the most counted
    return birth


def _day(text: str) -> float:
    try:
        return float(np.datetime64(text, "D").astype(np.int64))
    except ValueError:
        return float("nan")


def _homes(person: Ints, said: pa.Table) -> Homes:
    places = column(said, "place")
    rows = np.flatnonzero(np.asarray(places.is_valid()))
    encoded = places.take(pa.array(rows)).dictionary_encode()
    read = [dwelling(text) for text in encoded.dictionary.to_pylist()]
    day = integers(said, "day", absent=0)[rows]
    both = person[rows] * max(len(read), 1) + np.asarray(encoded.indices, dtype=np.int64)
    once, at = np.unique(both, return_inverse=True)
    first, last = np.full(len(once), np.iinfo(np.int64).max), np.full(len(once), np.iinfo(np.int64).min)
    np.minimum.at(first, at, day)
    np.maximum.at(last, at, day)
    who, code = np.divmod(once, max(len(read), 1))
    streets: dict[str, int] = {}
    street = np.array([streets.setdefault(home.street, len(streets)) for home in read], dtype=np.int64)
    return Homes(
        person=who, by_postcode=_codes(read, "number", "postcode")[code], by_street=_codes(read, "number", "street")[code],
        street=street[code], unit=_codes(read, "unit")[code], postcode=_codes(read, "postcode")[code],
        door=np.array([bool(home.number and home.street) for home in read], dtype=np.bool_)[code],
        first=first, last=last, streets=list(streets),
    )  # fmt: skip


def _codes(read: list[Dwelling], *parts: str) -> Ints:
    """A code for each text of parts; UNKNOWN where one is empty."""
    known: dict[tuple[str, ...], int] = {}
    found = [tuple(str(getattr(home, part)) for part in parts) for home in read]
    return np.array([known.setdefault(text, len(known)) if all(text) else UNKNOWN for text in found], dtype=np.int64)
