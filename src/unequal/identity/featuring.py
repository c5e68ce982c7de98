"""The Python half of reading names and addresses into parts: values that SQL could not settle, each distinct one once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import pyarrow as pa
from anyascii import anyascii

from unequal.identity import addresses
from unequal.identity.arrays import strings
from unequal.identity.name_words import GENERATIONS
from unequal.identity.organisations import organisation_parts
from unequal.identity.person_names import Parts, family_parts, full_parts, given_parts
from unequal.identity.places import GENDERS
from unequal.identity.texts import composed

_NAME: Final = ("given", "family", "generation")
_PLACE: Final = ("house_number", "street", "unit", "postcode", "city", "region", "country")
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "given_name": ("given", "generation"), "family_name": ("family", "generation"), "full_name": _NAME, "suffix": ("generation",),
    "organisation_name": ("organisation", "legal_form"), "address": _PLACE, "street": ("house_number", "street", "unit"), "unit": ("unit",),
    "postcode": ("postcode",), "city": ("city",), "region": ("region",), "country": ("country",), "gender": ("gender",),
}  # fmt: skip
"""Attributes that are read into parts: the features that each tells."""

_COLUMNS: Final = tuple(dict.fromkeys(part for parts in PARTS.values() for part in parts))
PARSED_PARTS: Final = {"attribute": "string", "value": "string", **dict.fromkeys(_COLUMNS, "string")}
"""Types of the table that `parsed_features` makes: what each value left over comes to."""


def parsed_features(left_over: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What values that SQL left come to.

    Args:
        left_over: distinct attribute and value.

    Yields:
        PARSED_PARTS, a batch for each batch; null where a part is not told.
    """
    for batch in left_over:
        rows = [(row["attribute"], row["value"]) for row in batch.to_pylist()]
        read = [parts_of(attribute, value) for attribute, value in rows]
        columns = {"attribute": [row[0] for row in rows], "value": [row[1] for row in rows]}
        columns |= {part: [found.get(part) for found in read] for part in _COLUMNS}
        yield pa.record_batch([strings(column) for column in columns.values()], names=list(PARSED_PARTS))


def parts_of(attribute: str, value: str) -> dict[str, str]:
    """The features that one normalised value tells: the rules that features.read_in_sql has in SQL.

    >>> parts_of("full_name", "dr jon yang jr")
    {'given': 'jon', 'family': 'yang', 'generation': '2'}
    """
    return {part: told for part, told in _READ[attribute](value).items() if told}


def _name(parts: Parts) -> dict[str, str]:
    generation = str(parts.generation) if parts.generation else ""
    return {"given": " ".join(parts.given), "family": " ".join(parts.family), "generation": generation}


def _organisation(value: str) -> dict[str, str]:
    found = organisation_parts(value)
    return {"organisation": " ".join(found.words), "legal_form": found.form}


def _place(found: addresses.Address) -> dict[str, str]:
    return {part: getattr(found, part) for part in _PLACE}


def _suffix(value: str) -> dict[str, str]:
    return {"generation": str(next((GENERATIONS[word] for word in value.replace(",", " ").split() if word in GENERATIONS), ""))}


def _gender(value: str) -> dict[str, str]:
    return {"gender": GENDERS.get(composed(anyascii(value).lower().strip(".")), "")}


_READ: Final[dict[str, Callable[[str], dict[str, str]]]] = {
    "given_name": lambda value: _name(given_parts(value)),
    "family_name": lambda value: _name(family_parts(value)),
    "full_name": lambda value: _name(full_parts(value)),
    "suffix": _suffix,
    "organisation_name": _organisation,
    "address": lambda value: _place(addresses.address(value)),
    "street": lambda value: _place(addresses.street(value)),
    "unit": lambda value: {"unit": addresses.unit(value)},
    "postcode": lambda value: {"postcode": addresses.postcode(value)},
    "city": lambda value: {"city": addresses.city(value)},
    "region": lambda value: {"region": addresses.region(value)},
    "country": lambda value: {"country": addresses.country(value)},
    "gender": _gender,
}
