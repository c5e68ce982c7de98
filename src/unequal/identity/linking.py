"""From shared identifiers to links that can be weighed: texts become codes, and links become edges again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.identity.arrays import Flags, Ints, arrow, column, integers, strings
from unequal.identity.clustering import UNKNOWN, Links, Refusal, Traits, conflicting
from unequal.identity.names import Name, families_conflict, name_of, names_conflict
from unequal.identity.tables import EDGE
from unequal.terms.ids import SEPARATOR

GUARDED: Final = ("email", "phone")
"""Identifiers that a household, or an office, may share; every other names its holder."""
_STRENGTH: Final = {"tax_id": 1, "email": 2, "phone": 3}
_NAME_PARTS: Final = ("given_name", "family_name", "full_name", "suffix", "organisation_name")
_REASON: Final = {reason: None if reason is Refusal.NONE else reason.name.lower() for reason in Refusal}


@dataclass(frozen=True)
class Evidence:
    """Links between records, with what stands against them.

    Args:
        links: see clustering.
        traits: likewise.
        identifier: for each link the name of what the two share, an Arrow array.
    """

    links: Links
    traits: Traits
    identifier: Any


def evidence_of(known: pa.Table, candidates: pa.Table, guarding: pa.Table, project: config.Project) -> Evidence:
    """Codes for clustering.

    Args:
        known: number, source, record_id, kind of every record, in the order of the numbers.
        candidates: a, b, identifier; see identifiers.candidate_links.
        guarding: see identifiers.guarding_values.
        project: which sources hold each customer once.
    """
    names, name_codes = _names(known, guarding)
    traits = Traits(
        once=_once(column(known, "source"), project),
        kind=_is_organisation(column(known, "kind")).astype(np.int64),
        birth_date=_codes(known.num_rows, guarding, "birth_date"),
        name=name_codes,
        names_conflict=lambda one, other: names_conflict(names[one], names[other]),
    )
    in_order = candidates.sort_by([("a", "ascending"), ("b", "ascending"), ("identifier", "ascending")])
    identifier = column(in_order, "identifier")
    links = Links(
        a=integers(in_order, "a"),
        b=integers(in_order, "b"),
        strength=_per_identifier(identifier, lambda name: _STRENGTH.get(name, 0)),
        guarded=_per_identifier(identifier, lambda name: name in GUARDED).astype(np.bool_),
        barred=np.zeros(len(identifier), dtype=np.bool_),
    )
    by_phone = _per_identifier(identifier, lambda name: name == "phone").astype(np.bool_)
    # A phone that two persons of other family names have: alone, such a number was given to someone new.
    barred = conflicting(links, name_codes, by_phone, lambda one, other: families_conflict(names[one], names[other]))
    return Evidence(replace(links, barred=barred), traits, identifier)


def edge_table(known: pa.Table, evidence: Evidence, refused: Ints) -> pa.Table:
    """EDGE: each link by its records' names, and what became of it."""
    source, record_id = column(known, "source"), column(known, "record_id")
    a, b = arrow(evidence.links.a), arrow(evidence.links.b)
    columns = {
        "source_a": source.take(a),
        "record_id_a": record_id.take(a),
        "source_b": source.take(b),
        "record_id_b": record_id.take(b),
        "identifier": evidence.identifier,
        "weight": arrow([None] * len(a), pa.float64()),
        "refused_because": strings(_REASON[reason] for reason in Refusal).take(arrow(refused)),
    }
    return pa.table(columns).select(EDGE.names)


def _names(known: pa.Table, guarding: pa.Table) -> tuple[list[Name], Ints]:
    """The distinct names of linked records, and for each record the code of its own."""
    numbers = integers(guarding, "number")
    kinds = column(known, "kind").take(arrow(numbers))
    parts: list[Any] = [kinds, *(column(guarding, part).fill_null("") for part in _NAME_PARTS)]
    # Records that are called the same are read once; a separator that no name holds keeps the parts apart.
    join: Any = pc.binary_join_element_wise
    encoded = join(*parts, SEPARATOR).dictionary_encode()
    code_of: dict[Name, int] = {}
    codes = []
    for text in encoded.dictionary.to_pylist():
        name = name_of(*text.split(SEPARATOR))
        codes.append(UNKNOWN if name == Name() else code_of.setdefault(name, len(code_of)))
    by_record = np.full(known.num_rows, UNKNOWN, dtype=np.int64)
    by_record[numbers] = np.array([*codes, UNKNOWN], dtype=np.int64)[np.asarray(encoded.indices)]
    return list(code_of), by_record


def _is_organisation(kind: Any) -> Flags:
    equal: Any = pc.equal
    return np.asarray(equal(kind, "organisation")).astype(np.bool_)


def _once(source: Any, project: config.Project) -> Ints:
    """For each record the code of its source, if that holds each customer once; else UNKNOWN."""
    encoded = source.dictionary_encode()
    code = [at if _is_deduplicated(project, name) else UNKNOWN for at, name in enumerate(encoded.dictionary.to_pylist())]
    return _taken(code, encoded)


def _is_deduplicated(project: config.Project, source: str) -> bool:
    declared = project.sources[source].records if source in project.sources else None
    return declared is not None and declared.deduplicated


def _codes(records: int, guarding: pa.Table, name: str) -> Ints:
    """For each record the code of its value; UNKNOWN where there is none."""
    codes = np.full(records, UNKNOWN, dtype=np.int64)
    encoded = column(guarding, name).dictionary_encode()
    codes[integers(guarding, "number")] = np.asarray(encoded.indices.fill_null(UNKNOWN))
    return codes


def _per_identifier(identifier: Any, value: Callable[[str], int]) -> Ints:
    encoded = identifier.dictionary_encode()
    return _taken([value(name) for name in encoded.dictionary.to_pylist()], encoded)


def _taken(values: list[int], encoded: Any) -> Ints:
    # One more than there are, so that no rows can be taken from no values.
    found: Ints = np.array([*values, UNKNOWN], dtype=np.int64)[np.asarray(encoded.indices)]
    return found
