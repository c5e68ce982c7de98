"""Records of a published run brought to hand for look-ups: all of them once, or only those that one look-up needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, storage
from unequal.identity import identifiers, resolving
from unequal.identity import steps as steps_of_identity
from unequal.identity.arrays import Ints, arrow, column, integers
from unequal.identity.gathered import FeatureFiles
from unequal.identity.lookup import looking_up, match_keys
from unequal.identity.lookup.asked import Asked
from unequal.identity.lookup.looking_up import HOLDERS_AT_MOST
from unequal.identity.lookup.match_keys import Askable
from unequal.identity.matching import keeping
from unequal.identity.matching.coding import NO_HASH, Hashes, Records
from unequal.identity.matching.comparisons import Kind
from unequal.identity.matching.index import KeyIndex, MatchIndex
from unequal.identity.matching.training import Model
from unequal.identity.tables import MATCH_KEY
from unequal.terms.errors import IdentityError

_Thing = TypeVar("_Thing")


@dataclass(frozen=True)
class Published:
    """What of a published run look-ups need.

    Args:
        records: RECORD of all sources.
        attributes: PERSON_ATTRIBUTE of all sources.
        match_key: MATCH_KEY.
        model: `match_level`, `match_figure` and `value_frequency`.
        files: the features that were gathered with the records; worked out from the attributes where they are not given.
    """

    records: ibis.Table
    attributes: ibis.Table
    match_key: ibis.Table
    model: Mapping[str, ibis.Table]
    files: Sequence[FeatureFiles] | None = None


def index(
    engine: storage.Engine, *, records: ibis.Table, attributes: ibis.Table, model: Mapping[str, ibis.Table],
    files: Sequence[FeatureFiles] | None = None, project: config.Project, folder: Path,
) -> None:  # fmt: skip
    """By what records are found when somebody is looked up.

    Args:
        engine: to run on.
        records: RECORD of all sources.
        attributes: PERSON_ATTRIBUTE of all sources.
        model: `match_level`, `match_figure` and `value_frequency` of the same run.
        files: the features that were gathered with the records; worked out from the attributes by default.
        project: the config.
        folder: where to write `match_key`.
    """
    known = steps_of_identity.all_known(engine, records, attributes, files, None, project)
    models = keeping.models_of({name: engine.arrow(table) for name, table in model.items()})
    keys = engine.rows(MATCH_KEY.types, match_keys.match_key_table(known, project, models))
    engine.write(keys.order_by(*MATCH_KEY.key), folder / "match_key.parquet")


def models_of(engine: storage.Engine, published: Published) -> dict[Kind, Model]:
    """The models in force, by kind."""
    return keeping.models_of({name: engine.arrow(table) for name, table in published.model.items()})


def everybody(engine: storage.Engine, published: Published, project: config.Project) -> dict[Kind, Askable]:
    """All records in memory: for many look-ups, one after the other."""
    known = steps_of_identity.all_known(engine, published.records, published.attributes, published.files, None, project)
    return match_keys.askable(known, project, models_of(engine, published), engine.arrow(published.match_key))


def base_for(engine: storage.Engine, published: Published, asked: Asked, project: config.Project) -> Askable:
    """Only the records that one look-up may find, with the same outcome as among all.

    Raises:
        IdentityError: IDN022, no run has learned to tell records of this kind apart.
    """
    model = of_kind(models_of(engine, published), asked.kind)
    common = _too_common(engine, published, project)
    whom, _ = looking_up.partial(asked, match_keys.for_callers(model), common)
    hashes = looking_up.hashes_of(match_keys.for_callers(model), whom)
    holders = _holders(engine, published.match_key, asked.kind, hashes)
    known, records = _some(engine, published, np.unique(holders[~_crowded(holders), 2]), project)
    return _base(model, known, match_keys.without(records, common), holders, common, project)


def base_of_pair(
    engine: storage.Engine, published: Published, pair: Iterable[tuple[str, str]], project: config.Project
) -> tuple[resolving.Known, Askable]:
    """Two records, and how many others share their keys.

    Args:
        engine: to run on.
        published: the run.
        pair: source and record_id of both.
        project: the config.

    Raises:
        IdentityError: IDN022, no run has learned to tell records of this kind apart; IDN023, they are a person and an
            organisation, or are not in this run's extracts.
    """
    named = engine.rows({"source": "string", "record_id": "string"}, [dict(zip(("source", "record_id"), one, strict=True)) for one in pair])
    numbered = identifiers.numbered(published.records)
    numbers = integers(engine.arrow(numbered.semi_join(named, ["source", "record_id"]).select("number").order_by("number")), "number")
    known, records = _some(engine, published, numbers, project)
    kinds = set(column(known.records, "kind").to_pylist())
    if len(numbers) != 2 or len(kinds) != 1:  # noqa: PLR2004 -- a pair
        raise IdentityError("IDN023", "these two cannot be weighed", seen=f"{len(numbers)} of them are in this run, of kind {', '.join(sorted(kinds))}",
                            do="name two different records of one kind that the run's extracts hold, as SOURCE:RECORD_ID")  # fmt: skip
    kind: Kind = kinds.pop()
    model = of_kind(models_of(engine, published), kind)
    common = _too_common(engine, published, project)
    records = match_keys.without(records, common)
    holders = _holders(engine, published.match_key, kind, looking_up.hashes_of(match_keys.for_callers(model), records))
    return known, _base(model, known, records, holders, common, project)


def of_kind(by_kind: Mapping[Kind, _Thing], kind: Kind) -> _Thing:
    """What there is of a kind: a model, or records that can be asked for.

    Raises:
        IdentityError: IDN022, there is none.
    """
    if kind not in by_kind:
        raise IdentityError("IDN022", f"no run has learned to tell a {kind} from another", seen=f"it knows {', '.join(by_kind) or 'nobody'}",
                            do="run with sources that hold two records of this kind and more, or ask for the other kind")  # fmt: skip
    return by_kind[kind]


def _base(
    model: Model, known: resolving.Known, records: Records, holders: Ints, common: Mapping[str, frozenset[str]], project: config.Project
) -> Askable:
    whole = match_keys.for_callers(model)
    numbers = np.unique(holders[~_crowded(holders), 2])
    indexes = []
    for place in range(len(whole.keys)):
        of_key = holders[holders[:, 0] == place]
        hashes = of_key[:, 1].view(np.uint64) if len(of_key) else np.zeros(0, dtype=np.uint64)
        order = np.lexsort((of_key[:, 2], hashes))
        # What is passed over leads to nobody: it only counts.
        indexes.append(KeyIndex(hashes[order], np.searchsorted(numbers, of_key[order, 2])))
    index = MatchIndex.of(whole, records, indexes)
    source, record_id = column(known.records, "source"), column(known.records, "record_id")
    return Askable(index, source, record_id, common, match_keys.deciding(resolving.identifier_features(project)), len(model.keys))


def _holders(engine: storage.Engine, match_key: ibis.Table, kind: Kind, hashes: Mapping[int, Hashes]) -> Ints:
    """Who has the hashes: a row for each key, hash and number of a record."""
    rows = sorted({(place, int(value)) for place, of in hashes.items() for value in of[of != NO_HASH].view(np.int64)})
    if not rows:
        return np.zeros((0, 3), dtype=np.int64)
    keys, values = zip(*rows, strict=True)
    wanted = engine.rows({"key": "int64", "hash": "int64"}, pa.table({"key": arrow(keys, pa.int64()), "hash": arrow(values, pa.int64())}))
    found = engine.arrow(match_key.filter(match_key.kind == kind).semi_join(wanted, ["key", "hash"]).select("key", "hash", "number"))
    return np.column_stack([integers(found, name) for name in ("key", "hash", "number")])


def _crowded(holders: Ints) -> Any:
    """Whether each row is of a hash that too many have."""
    if not len(holders):
        return np.zeros(0, dtype=np.bool_)
    _, back, counts = np.unique(holders[:, :2], axis=0, return_inverse=True, return_counts=True)
    return counts[back.reshape(-1)] > HOLDERS_AT_MOST


def _some(engine: storage.Engine, published: Published, numbers: Ints, project: config.Project) -> tuple[resolving.Known, Records]:
    """Some records, numbered by their places among them."""
    places = pa.table({"number": arrow(numbers), "place": arrow(np.arange(len(numbers)))})
    wanted = engine.rows({"number": "int64", "place": "int64"}, places)
    joined = identifiers.numbered(published.records).inner_join(wanted, "number")
    some = engine.materialise(joined.select(*published.records.columns, number=joined.place), "some-records")
    known = steps_of_identity.known_of(engine, some, published.attributes.semi_join(some, ["source", "record_id"]), None, project)
    return known, resolving.compared(known)


def _too_common(engine: storage.Engine, published: Published, project: config.Project) -> dict[str, frozenset[str]]:
    """Feature -> values of identifiers on more records than mean anyone."""
    features = resolving.identifier_features(project)
    values = identifiers.identifier_values(identifiers.numbered(published.records), published.attributes, sorted(features))
    held = identifiers.holders(values)
    rows = engine.fetch(held.filter(held.records > project.identity.shared_by_at_most).select("identifier", "value"))
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(features[row["identifier"]], set()).add(row["value"])
    return {feature: frozenset(of) for feature, of in found.items()}
