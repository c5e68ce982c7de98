"""All records into customers: persons and organisations each by a model of their own, and across both by exact identifiers alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.identity import clustering
from unequal.identity.arrays import Flags, Floats, Ints, arrow, column, distinct, integers, strings
from unequal.identity.clustering import UNKNOWN
from unequal.identity.matching import exact
from unequal.identity.matching.coding import Records, coded_records
from unequal.identity.matching.comparisons import Kind, comparisons_for
from unequal.identity.matching.settling import Constraints, Settled, settle
from unequal.identity.matching.training import Budget, Model
from unequal.identity.tables import EDGE, SHARED_IDENTIFIER

KINDS: Final[tuple[Kind, ...]] = ("person", "organisation")
WEIGHED: Final = ("email", "phone")
"""Identifiers that a household, or an office, may share: evidence among other. Every other names its holder."""
_FEATURES_THAT_IDENTIFY: Final = frozenset({"email", "phone", "tax_id", "birth_date"})
_NOT_COMPARED: Final = frozenset({"number", "source", "kind", "legal_form"})


@dataclass(frozen=True, eq=False)
class Known:
    """Records as they are numbered, and what is said of them.

    Args:
        records: number, source, record_id, kind, is_test; in the order of the numbers.
        features: FEATURES, in the same order.
        others: OTHER_VALUES.
        verdicts: a, b, verdict: pairs that a steward judged.
    """

    records: pa.Table
    features: pa.Table
    others: pa.Table
    verdicts: pa.Table


@dataclass(frozen=True, eq=False)
class Resolved:
    """Who is together, and why.

    Args:
        label: for each record the lowest record of its customer.
        of_kind: for each kind its records' numbers, and how they were settled; absent where there are none.
        weight: for each record the strongest weight that ties it to its customer; NaN where none does.
        over_cap: SHARED_IDENTIFIER.
    """

    label: Ints
    of_kind: Mapping[Kind, tuple[Ints, Settled]]
    weight: Floats
    over_cap: pa.Table
    _records: pa.Table
    _edges: _Edges

    @property
    def edges(self) -> pa.Table:
        """EDGE; made when it is asked for."""
        return edge_table(self._records, self._edges)


def resolved(known: Known, project: config.Project, models: Mapping[Kind, Model], budget: Budget) -> Resolved:
    """Put all records together.

    Args:
        known: see Known.
        project: which sources hold each customer once, and how many false links are allowed.
        models: learned before; a kind that has none is learned now.
        budget: how many pairs may be compared.
    """
    count = known.records.num_rows
    real = ~flags_of(known.records, "is_test")
    whole = compared(known)
    shared = exact.shared(
        whole, real, identifier_features(project), frozenset(WEIGHED), at_most=project.identity.shared_by_at_most
    )  # fmt: skip
    constraints = _constraints(known, shared, project)
    apart = replace(constraints, different=clustering.closed(count, constraints.same, constraints.different))
    label = np.arange(count, dtype=np.int64)
    of_kind: dict[Kind, tuple[Ints, Settled]] = {}
    for kind in KINDS:
        rows = np.flatnonzero(is_of_kind(known.records, kind) & real)
        records = shared.records.of(rows)
        if comparisons_for(kind, records) and len(rows) > 1:
            settled = settle(
                kind, records, apart.of(rows), keyed=whole.of(rows) if len(shared.over) else None,
                model=models.get(kind), budget=budget, false_at_most=project.identity.false_links_at_most,
            )  # fmt: skip
            label[rows] = rows[settled.label]
            of_kind[kind] = (rows, settled)
    label = _joined(label, of_kind, known, apart)
    edges = _edges(label, of_kind, known, shared, constraints, apart)
    return Resolved(label, of_kind, _weights(count, edges), _over_cap(known.records, shared), known.records, edges)


def learned_models(found: Resolved) -> dict[Kind, Model]:
    """The models that weighed the records."""
    return {kind: settled.model for kind, (_, settled) in found.of_kind.items()}


def report_of(found: Resolved) -> dict[Kind, dict[str, float]]:
    """What the run states of itself, by kind: how much was compared, what is expected to be false or missed, and what has moved."""
    return {
        kind: {
            "records": float(len(rows)),
            "pairs_compared": float(settled.compared),
            "false_share_expected": settled.false_share,
            "matches_missed_expected": settled.missed,
            **settled.drift.figures(),
        }
        for kind, (rows, settled) in found.of_kind.items()
    }


def budget_of(project: config.Project) -> Budget:
    """How much comparing a project allows."""
    return Budget(project.identity.block_at_most, project.identity.pairs_a_record)


def numbered_verdicts(records: pa.Table, said: pa.Table | None) -> pa.Table:
    """Verdicts by the numbers of their records, lower first; those on records that are not delivered say nothing now.

    Args:
        records: number, source, record_id.
        said: source_a, record_id_a, source_b, record_id_b, verdict; None for none.

    Returns:
        a, b, verdict; in order, each once.
    """
    rows = [] if said is None else said.to_pylist()
    wanted = strings(sorted({row[side] for row in rows for side in ("record_id_a", "record_id_b")}))
    named: Any = pc.is_in(column(records, "record_id"), value_set=wanted)
    some = records.select(["number", "source", "record_id"]).filter(named).to_pylist() if rows else []
    number = {(row["source"], row["record_id"]): row["number"] for row in some}
    found = []
    for row in rows:
        a, b = number.get((row["source_a"], row["record_id_a"])), number.get((row["source_b"], row["record_id_b"]))
        if a is not None and b is not None and a != b:
            found.append((min(a, b), max(a, b), row["verdict"]))
    # Said twice is said once: a verdict is a label too.
    a_, b_, verdict = zip(*sorted(set(found)), strict=True) if found else ((), (), ())
    return pa.table({"a": arrow(a_, pa.int64()), "b": arrow(b_, pa.int64()), "verdict": strings(verdict)})


def identifier_features(project: config.Project) -> dict[str, str]:
    """The identifiers of a project, each with the feature that holds it."""
    keys = {key for source in project.sources.values() if source.records for key in source.records.keys}
    found = {}
    for name in {*project.identity.identifiers, *keys}:
        prefix = "" if name in _FEATURES_THAT_IDENTIFY else ("key_" if name in keys else "own_")
        found[name] = f"{prefix}{name}"
    return found


def feature_names(features: pa.Table) -> list[str]:
    """The columns of FEATURES that are compared, or tell records apart."""
    return [name for name in features.column_names if name not in _NOT_COMPARED]


def compared(known: Known) -> Records:
    """What is compared of all records, as codes."""
    return coded_records(known.features, feature_names(known.features), known.others)


def _over_cap(records: pa.Table, shared: exact.Shared) -> pa.Table:
    """SHARED_IDENTIFIER."""
    # Names are in order, and so are the numbers of records.
    place, first, held = shared.over[np.lexsort((shared.over[:, 1], shared.over[:, 0]))].T
    columns = {
        "identifier": strings(shared.names).take(arrow(place)) if shared.names else strings([]),
        "source": column(records, "source").take(arrow(first)),
        "record_id": column(records, "record_id").take(arrow(first)),
        "records": arrow(held),
        "reason": strings(["over_cap"] * len(held)),
    }
    return pa.table(columns).select(SHARED_IDENTIFIER.names)


@dataclass(frozen=True, eq=False)
class _Edges:
    """Pairs worth knowing of, by the records' numbers; see EDGE."""

    a: Ints
    b: Ints
    bits: Floats
    basis: Ints
    identifier: Any
    links: Flags
    refused: Ints


_BASES: Final = ("weight", "identifier", "verdict")
_REFUSALS: Final = (None, "deduplicated", "generations", "verdict", "others", "kinds")
_BY_OTHERS: Final = 4


def _constraints(known: Known, shared: exact.Shared, project: config.Project) -> Constraints:
    generation = column(known.features, "generation")
    verdict = column(known.verdicts, "verdict")
    a, b = integers(known.verdicts, "a"), integers(known.verdicts, "b")
    same = np.asarray(_equal(verdict, "same")).astype(np.bool_)
    return Constraints(
        once=once_of(column(known.records, "source"), project),
        generation=np.asarray(generation.fill_null(UNKNOWN), dtype=np.int64),
        must=(shared.a, shared.b),
        same=(a[same], b[same]),
        different=(a[~same], b[~same]),
    )


def _joined(label: Ints, of_kind: Mapping[Kind, tuple[Ints, Settled]], known: Known, apart: Constraints) -> Ints:
    """Groups joined as stewards say, and where a person and an organisation share an exact identifier."""
    return ruled(label, of_kind, is_of_kind(known.records, "organisation"), ~flags_of(known.records, "is_test"), apart)


def ruled(label: Ints, of_kind: Mapping[Kind, tuple[Ints, Settled]], organisation: Flags, real: Flags, apart: Constraints) -> Ints:
    """Groups of each kind joined as stewards say, and where a person and an organisation share an exact identifier.

    Args:
        label: for each record the lowest record of its group.
        of_kind: see Resolved.
        organisation, real: for each record what it is, and whether it may link.
        apart: of all records; what follows from verdicts is among those that are different.
    """
    # A steward's word holds for test accounts too.
    label = clustering.joined(label, apart.same, apart.different, _strongest_first(of_kind, apart))
    return across_kinds(label, organisation, real, apart)


def across_kinds(label: Ints, organisation: Flags, real: Flags, constraints: Constraints) -> Ints:
    """Groups joined where a person and an organisation share an exact identifier.

    Groups of one kind stand: only what joins two of them is held against the sources that know nobody twice.

    Args:
        label: for each record the lowest record of its group.
        organisation, real: for each record what it is, and whether it may link.
        constraints: of all records.
    """
    a, b = constraints.must
    bridges = (organisation[a] != organisation[b]) & real[a] & real[b]
    return clustering.across(label, (a[bridges], b[bridges]), constraints.different, constraints.once)


def _strongest_first(of_kind: Mapping[Kind, tuple[Ints, Settled]], apart: Constraints) -> tuple[Ints, Ints]:
    """Pairs that were weighed, rules counted in; those of equal weight in the order of their records."""
    none = np.zeros(0, dtype=np.int64)
    if not len(apart.different[0]):
        return none, none
    a = np.concatenate([none, *(rows[settled.a] for rows, settled in of_kind.values())])
    b = np.concatenate([none, *(rows[settled.b] for rows, settled in of_kind.values())])
    bits = apart.applied(np.concatenate([np.zeros(0), *(settled.bits for _, settled in of_kind.values())]), a, b)
    order = np.lexsort((b, a, -bits))
    return a[order], b[order]


def _edges(
    label: Ints,
    of_kind: Mapping[Kind, tuple[Ints, Settled]],
    known: Known,
    shared: exact.Shared,
    constraints: Constraints,
    apart: Constraints,
) -> _Edges:
    """What was weighed, or is ruled; `apart` holds what follows from verdicts beside what was said."""
    a = np.concatenate([np.zeros(0, dtype=np.int64), *(rows[settled.a] for rows, settled in of_kind.values())])
    b = np.concatenate([np.zeros(0, dtype=np.int64), *(rows[settled.b] for rows, settled in of_kind.values())])
    bits = np.concatenate([np.zeros(0), *(settled.bits for _, settled in of_kind.values())])
    least = np.concatenate([np.zeros(0), *(np.full(len(settled.a), settled.model.link_from) for _, settled in of_kind.values())])
    a, b, bits, least = _with_pairs_across(a, b, bits, least, constraints)
    identifier, by_identifier = _identifiers(a, b, shared)
    judged = constraints.among("same", a, b) | constraints.among("different", a, b)
    basis = np.where(judged, 2, np.where(by_identifier, 1, 0))
    together = label[a] == label[b]
    wanted = (bits >= least) | (basis > 0)
    kind = is_of_kind(known.records, "organisation")
    refused = np.select(
        [
            together | ~wanted, apart.among("different", a, b), constraints.deduplicated(a, b),
            constraints.generations(a, b) & (basis == 0), kind[a] != kind[b],
        ],
        [0, 3, 1, 2, 5], default=_BY_OTHERS,
    )  # fmt: skip
    by_others = np.flatnonzero(refused == _BY_OTHERS)
    refused[by_others[_meet_twice(label, constraints.once, a[by_others], b[by_others])]] = 1
    return _Edges(a, b, bits, basis, identifier, together & wanted, refused)


def _meet_twice(label: Ints, once: Ints, a: Ints, b: Ints) -> Ints:
    """Places of the pairs whose customers hold two ids of one source that knows nobody twice."""
    held: dict[int, set[int]] = {}
    concerned = np.flatnonzero(np.isin(label, np.concatenate([label[a], label[b]])) & (once != UNKNOWN))
    for customer, source in zip(label[concerned].tolist(), once[concerned].tolist(), strict=True):
        held.setdefault(customer, set()).add(source)
    pairs = zip(label[a].tolist(), label[b].tolist(), strict=True)
    return np.array([at for at, (one, other) in enumerate(pairs) if held.get(one, set()) & held.get(other, set())], dtype=np.int64)


def _with_pairs_across(a: Ints, b: Ints, bits: Floats, least: Floats, constraints: Constraints) -> tuple[Ints, Ints, Floats, Floats]:
    """The pairs of rules that no model saw: between kinds, and of test accounts."""
    count = np.int64(max(len(constraints.once), 1))
    ruled = [np.minimum(*pair) * count + np.maximum(*pair) for pair in (constraints.must, constraints.same, constraints.different)]
    by_rule = distinct(np.concatenate(ruled))
    if not len(by_rule):
        return a, b, bits, least
    added = np.setdiff1d(by_rule, a * count + b, assume_unique=True)
    unknown = np.full(len(added), np.nan)
    return (
        np.concatenate([a, added // count]), np.concatenate([b, added % count]), np.concatenate([bits, unknown]), np.concatenate([least, unknown]),
    )  # fmt: skip


def _identifiers(a: Ints, b: Ints, shared: exact.Shared) -> tuple[Any, Flags]:
    """For each pair the first exact identifier that it shares, and whether it shares one."""
    count = np.int64(max(shared.records.count, 1))
    order = np.lexsort((shared.identifier, shared.b, shared.a))
    first, at = np.unique((shared.a * count + shared.b)[order], return_index=True)
    if not len(first):
        return strings([None] * len(a)), np.zeros(len(a), dtype=np.bool_)
    wanted = a * count + b
    place = np.minimum(np.searchsorted(first, wanted), len(first) - 1)
    found = first[place] == wanted
    return strings(shared.names).take(pa.array(shared.identifier[order][at][place], mask=~found)), found


def edge_table(records: pa.Table, edges: _Edges) -> pa.Table:
    """EDGE: pairs by their records' names, and what became of them."""
    source, record_id = column(records, "source"), column(records, "record_id")
    order = np.argsort(edges.a * np.int64(max(records.num_rows, 1)) + edges.b)
    a, b, bits = arrow(edges.a[order]), arrow(edges.b[order]), edges.bits[order]
    columns = {
        "source_a": source.take(a),
        "record_id_a": record_id.take(a),
        "source_b": source.take(b),
        "record_id_b": record_id.take(b),
        "basis": strings(_BASES).take(arrow(edges.basis[order])),
        "identifier": edges.identifier.take(arrow(order)),
        "weight": pa.array(bits, mask=np.isnan(bits)),
        "links": arrow(edges.links[order]),
        "refused_because": strings(_REFUSALS).take(arrow(edges.refused[order])),
    }
    return pa.table(columns).select(EDGE.names)


def _weights(count: int, edges: _Edges) -> Floats:
    """For each record the strongest weight of a link."""
    found = np.full(count, -np.inf)
    weighed = edges.links & ~np.isnan(edges.bits)
    for side in (edges.a, edges.b):
        np.maximum.at(found, side[weighed], edges.bits[weighed])
    return np.where(np.isinf(found), np.nan, found)


def once_of(source: Any, project: config.Project) -> Ints:
    """For each record the place of its source in the config, if that holds each customer once; else UNKNOWN."""
    place = {
        name: at if declared.records and declared.records.deduplicated else UNKNOWN
        for at, (name, declared) in enumerate(project.sources.items())
    }
    encoded = source.dictionary_encode()
    codes = [place.get(name, UNKNOWN) for name in encoded.dictionary.to_pylist()]
    found: Ints = np.array([*codes, UNKNOWN], dtype=np.int64)[np.asarray(encoded.indices)]
    return found


def is_of_kind(records: pa.Table, kind: str) -> Flags:
    """Which records are of a kind."""
    found: Flags = np.asarray(_equal(column(records, "kind"), kind)).astype(np.bool_)
    return found


def flags_of(records: pa.Table, name: str) -> Flags:
    """A column of yes and no."""
    found: Flags = np.asarray(column(records, name)).astype(np.bool_)
    return found


def _equal(one: Any, other: Any) -> Any:
    compute: Any = pc.equal
    return compute(one, other)
