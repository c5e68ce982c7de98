"""Keys by which a record is looked up: those that runs compare by, and some for callers who know little.

What is published of them is MATCH_KEY: hashes of values, sorted, with the records that have them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal import config
from unequal.identity import resolving
from unequal.identity.arrays import Flags, Ints, arrow, column, integers, strings
from unequal.identity.matching import exact
from unequal.identity.matching.coding import Records
from unequal.identity.matching.comparisons import Kind
from unequal.identity.matching.index import KeyIndex, MatchIndex
from unequal.identity.matching.keys import Key, key_named, parts_of_features
from unequal.identity.matching.training import Model
from unequal.identity.tables import MATCH_KEY
from unequal.terms.ids import SEPARATOR

_FOR_CALLERS: Final[dict[Kind, tuple[str, ...]]] = {
    "person": (
        "both names", "e-mail", "phone", "phone's end", "tax id", "birth date", "family name + postcode", "family name + town",
        "given name + postcode", "family name's sound + birth date", "family name + birth year and month", "house",
    ),
    "organisation": ("name", "name's longest word", "tax id", "phone", "e-mail's host", "house"),
}  # fmt: skip
"""By what a caller who knows little can still be found, whatever keys a run has learned."""


@dataclass(frozen=True, eq=False)
class Askable:
    """Records of one kind that can be asked for.

    Args:
        index: of the records, with the keys of `for_callers`.
        source, record_id: of each, in the index's order.
        too_common: feature -> values on so many records that they mean nobody.
        deciding: feature -> the exact identifier that it holds: who shares one is one customer.
        own_keys: so many of the keys, from the first, are those that runs compare by.
    """

    index: MatchIndex
    source: Any
    record_id: Any
    too_common: Mapping[str, frozenset[str]]
    deciding: Mapping[str, str]
    own_keys: int

    def names(self, records: Ints) -> tuple[list[str], list[str]]:
        """Source and record_id of some records."""
        source, record_id = (names.take(arrow(records)).to_pylist() for names in (self.source, self.record_id))
        return source, record_id

    def customers(self, whose: pa.Table) -> Any:
        """Whose each record is, as an Arrow array; null for one that belongs to nobody.

        Args:
            whose: source, record_id, customer_id.
        """
        joined: Any = pc.binary_join_element_wise
        own = joined(self.source, self.record_id, SEPARATOR)
        known = joined(column(whose, "source"), column(whose, "record_id"), SEPARATOR)
        index_in: Any = pc.index_in
        return column(whose, "customer_id").take(index_in(own, value_set=known))


def for_callers(model: Model) -> Model:
    """A model with the keys for callers behind its own."""
    parts = parts_of_features(model.kind, model.frequencies)
    names = dict.fromkeys([*_FOR_CALLERS[model.kind], *(part.name for part in parts if part.name.startswith(("key_", "own_")))])
    own = {key.name for key in model.keys}
    more = [key for name in names if name not in own and isinstance(key := key_named(name, parts), Key)]
    return replace(model, keys=(*model.keys, *more))


def askable(
    known: resolving.Known, project: config.Project, models: Mapping[Kind, Model], keys: pa.Table | None = None
) -> dict[Kind, Askable]:
    """All records of a run, ready to be asked; test accounts are left out, as no run compares them.

    Args:
        known: the records.
        project: the config.
        models: by which they are weighed.
        keys: MATCH_KEY of the same run; worked out where it is not at hand.
    """
    before = resolving.compared(known)
    real = ~resolving.flags_of(known.records, "is_test")
    identifiers = resolving.identifier_features(project)
    at_most = project.identity.shared_by_at_most
    after = exact.shared(before, real, identifiers, frozenset(resolving.WEIGHED), at_most=at_most).records
    common = {feature: _too_common(before, after, feature) for feature in identifiers.values() if feature in before.features}
    found = {}
    for kind, model in models.items():
        rows = np.flatnonzero(resolving.is_of_kind(known.records, kind) & real)
        records, whole = after.of(rows), for_callers(model)
        held = None if keys is None else _held(keys, kind, rows, len(whole.keys))
        source, record_id = (column(known.records, name).take(arrow(rows)) for name in ("source", "record_id"))
        index = MatchIndex.of(whole, records, held)
        found[kind] = Askable(index, source, record_id, common, deciding(identifiers), len(model.keys))
    return found


def deciding(identifiers: Mapping[str, str]) -> dict[str, str]:
    """Features that decide by themselves who is one customer, with their identifiers."""
    return {feature: name for name, feature in identifiers.items() if feature not in resolving.WEIGHED}


def match_key_table(known: resolving.Known, project: config.Project, models: Mapping[Kind, Model]) -> pa.Table:
    """MATCH_KEY of all records; in order within each key."""
    parts = [_no_keys()]
    real = ~resolving.flags_of(known.records, "is_test")
    for kind, base in askable(known, project, models).items():
        rows = np.flatnonzero(resolving.is_of_kind(known.records, kind) & real)
        parts += [_of_key(kind, place, index, rows) for place, index in enumerate(base.index.keys)]
    return pa.concat_tables(parts).select(MATCH_KEY.names)


def without(records: Records, too_common: Mapping[str, frozenset[str]]) -> Records:
    """Records without the values that too many share."""
    features, others = dict(records.features), dict(records.others)
    for name, values in too_common.items():
        if name in features and values:
            flagged: Flags = np.isin(features[name].values.astype(str), sorted(values))
            others[name] = exact.others_without(records, name, flagged)
            features[name] = exact.coded_without(features[name], flagged)
    return Records(records.count, features, {name: more for name, more in others.items() if len(more[0])})


def _too_common(before: Records, after: Records, feature: str) -> frozenset[str]:
    coded = before.features[feature]
    gone = (coded.counts > 0) & (after.features[feature].counts == 0)
    return frozenset(str(value) for value in coded.values[gone])


def _of_key(kind: Kind, place: int, index: KeyIndex, rows: Ints) -> pa.Table:
    count = np.zeros(len(index.hashes), dtype=np.int64)
    columns = [strings([kind]).take(arrow(count)), arrow(count + place), arrow(index.hashes.view(np.int64)), arrow(rows[index.records])]
    return pa.table(dict(zip(MATCH_KEY.names, columns, strict=True)))


def _no_keys() -> pa.Table:
    none = pa.array([], pa.int64())
    return pa.table(dict(zip(MATCH_KEY.names, (strings([]), none, none, none), strict=True)))


def _held(keys: pa.Table, kind: Kind, rows: Ints, count: int) -> list[KeyIndex]:
    """An index a key from MATCH_KEY, whatever order its rows come in: an engine of several threads reads a sorted file as it likes."""
    equal: Any = pc.equal
    some = keys.filter(equal(keys["kind"], kind))
    place, hashes, number = (integers(some, name) for name in ("key", "hash", "number"))
    by_key = np.argsort(place.astype(np.int16), kind="stable")
    ends = np.searchsorted(place[by_key], np.arange(count + 1))
    return [_index_of(hashes[of_key], np.searchsorted(rows, number[of_key])) for of_key in np.split(by_key, ends[1:-1])]


def _index_of(hashes: Ints, records: Ints) -> KeyIndex:
    # They come in a few runs that ascend, which this kind of sorting only has to put together.
    order = np.argsort(hashes.view(np.uint64), kind="stable")
    return KeyIndex(hashes.view(np.uint64)[order], records[order].astype(np.int64))
