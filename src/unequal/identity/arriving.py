"""Records that arrive between runs: only what they touch is worked out anew, and it comes out as a whole run would have it.

A record touches those that its keys bring it together with, as far as they are likely to be one; blocks and identifiers
whose cap it crosses; and all that hang together with these. Everything else stands: no weight and no limit that decides
about it has changed. What is touched goes through the very same code as a whole run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from unequal import config
from unequal.identity.arrays import Flags, Ints, column, runs_of, spread
from unequal.identity.clustering import UNKNOWN, Ends, closed, components
from unequal.identity.customer_ids import NONE, assign_ids, found_ids
from unequal.identity.matching import exact
from unequal.identity.matching.blocking import KeyHashes
from unequal.identity.matching.coding import NO_HASH, Coded, Hashes, Records, coded_records
from unequal.identity.matching.comparisons import Kind
from unequal.identity.matching.layers import LayeredIndex, Layers, rows_by_name
from unequal.identity.matching.levels import variants_of
from unequal.identity.matching.scoring import survivors
from unequal.identity.matching.settling import Constraints, Settled, settle
from unequal.identity.matching.training import Model
from unequal.identity.resolving import (
    KINDS,
    WEIGHED,
    Known,
    Resolved,
    feature_names,
    flags_of,
    identifier_features,
    is_of_kind,
    learned_models,
    once_of,
    ruled,
)

_NOBODY: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Arrived:
    """What an arrival changed.

    Args:
        rows: of the records that were looked at again, the new ones among them; numbered as they came.
        label: for each of them the number of the first record of its customer.
        customers: for each of them its customer's id, as a run would give it now.
        redirects: customers of the base that are merged away, and where each leads.
    """

    rows: Ints
    label: Ints
    customers: list[str]
    redirects: dict[str, str]


@dataclass(frozen=True, eq=False)
class Before:
    """Whose records are, as the state has it.

    Args:
        customers: for each record its customer's id; None for one that has none yet.
        founded: for each customer the day of its oldest membership, as a number.
        given_up: ids that are no customer's any more, and are given to none again.
        gone: records that are delivered no more, by source and record id, and whose they are: they may come again.
    """

    customers: Sequence[str | None]
    founded: Mapping[str, int]
    given_up: Collection[str] = ()
    gone: Mapping[tuple[str, str], str] = field(default_factory=dict)


class Standing:
    """Who is who, in memory, ready for more records.

    Args:
        project: the config.
        models: by kind; frozen.
    """

    def __init__(self, project: config.Project, models: Mapping[Kind, Model]) -> None:
        self._project = project
        self._models = models
        self._identifiers = identifier_features(project)
        self._layers = Layers()
        self._keys = {kind: [LayeredIndex() for _ in model.keys] for kind, model in models.items()}
        self._values = {name: LayeredIndex() for name in self._identifiers}
        self.source: list[str] = []
        self.record_id: list[str] = []
        self._once, self._generation = _NOBODY, _NOBODY
        self._organisation, self._real, self._alive = (np.zeros(0, dtype=np.bool_) for _ in range(3))
        self.label, self._component = _NOBODY, _NOBODY
        self.customer: list[str | None] = []
        self._before: list[str | None] = []
        self._founded: Mapping[str, int] = {}
        self._used: set[str] = set()
        self._gone: Mapping[tuple[str, str], str] = {}
        self._row: dict[tuple[str, str], int] = {}
        self._verdicts: list[tuple[tuple[str, str], tuple[str, str], str]] = []

    @classmethod
    def of(
        cls, known: Known, found: Resolved, project: config.Project, *, models: Mapping[Kind, Model] | None = None,
        customers: Sequence[str] | None = None, founded: Mapping[str, int] | None = None,
    ) -> Standing:  # fmt: skip
        """What stands after a whole run on which no steward's verdict bears; see `published` for one that they do.

        Args:
            known: the records of the run.
            found: how they were put together.
            project: the config.
            models: in force, where the run had too few records of a kind to weigh any; the run's own by default.
            customers: for each record its customer's id; founded by the customer's first record by default.
            founded: for each customer the day of its oldest membership, as a number; all of one day by default.
        """
        standing = cls(project, {**(models or {}), **learned_models(found)})
        rows = standing._take_in(known)
        given = customers if customers is not None else _founding_ids(standing, found.label)
        standing._begin(Before(given, founded if founded is not None else dict.fromkeys(given, 0)))
        standing.label = found.label
        linked = [(rows, found.label), *((of, of[settled.component]) for of, settled in found.of_kind.values())]
        standing._component = standing._hanging(rows, linked)
        return standing

    @classmethod
    def published(
        cls, known: Known, edges: Ends, before: Before, verdicts: Iterable[tuple[tuple[str, str], tuple[str, str], str]],
        project: config.Project, models: Mapping[Kind, Model],
    ) -> Standing:  # fmt: skip
        """What stands in a published base, and what stewards have said and done since.

        Args:
            known: its records, those that the sources still deliver.
            edges: by the records' numbers the pairs of EDGE, refused ones too: who hangs together is in them.
            before: see Before.
            verdicts: in force: two records by source and record id, and `same` or `different`.
            project: the config.
            models: in force.
        """
        standing = cls(project, models)
        rows = standing._take_in(known)
        standing._begin(before)
        standing._verdicts = list(verdicts)
        standing.label = standing._home(rows)
        standing._component = standing._hanging(rows, [edges, standing._said(rows, "same")])
        return standing

    def _begin(self, before: Before) -> None:
        self.customer, self._before = list(before.customers), list(before.customers)
        self._founded = before.founded
        self._used = {*before.founded, *before.given_up}
        self._gone = before.gone

    def row_of(self, source: str, record_id: str) -> int | None:
        """The number of a record that is there; None where it is not."""
        row = self._row.get((source, record_id))
        return None if row is None or not self._alive[row] else row

    def customer_before(self, row: int) -> str | None:
        """Whose a record was in the base; None for one that is new."""
        return self._before[row]

    def is_of_base(self, customer: str) -> bool:
        """Whether a customer was there before anything arrived."""
        return customer in self._founded

    def arrive(self, known: Known, *, leave: Ints = _NOBODY) -> Arrived:
        """Take in records that are new or have changed.

        Ids are always those that a run would give now: they follow from the base and all that has arrived since, in whatever order.

        Args:
            known: the records as they are now; one that is there already is replaced.
            leave: numbers of those that are no longer there.
        """
        names = zip(column(known.records, "source").to_pylist(), column(known.records, "record_id").to_pylist(), strict=True)
        replaced = [row for name in names if (row := self.row_of(*name)) is not None]
        leave = np.unique(np.concatenate([leave, np.array(replaced, dtype=np.int64)]))
        new = self._take_in(known)
        touched = self._crossed(new, leave)
        self._alive[leave] = False
        asked = np.unique(np.concatenate([new, touched.asked]))
        asked = asked[self._alive[asked]]
        near = self._neighbours(asked)
        concerned = np.unique(np.concatenate([asked, near, touched.reopened, leave]))
        again = np.flatnonzero(np.isin(self._component, np.unique(self._component[concerned])) & self._alive)
        rows = rows_by_name(self.source, self.record_id, again)
        label, component = self._settled(rows)
        self.label[rows], self._component[rows] = rows[label], rows[component]
        customers, redirects = self._named(rows, label)
        return Arrived(rows, rows[label], customers, redirects)

    def _named(self, rows: Ints, label: Ints) -> tuple[list[str], dict[str, str]]:
        """Customers' ids, by the rules that a run has; and the ids that lead elsewhere now."""
        had = [self._before[row] for row in rows.tolist()]
        ids = sorted({customer for customer in had if customer is not None})
        code = {customer: at for at, customer in enumerate(ids)}
        before = np.array([NONE if customer is None else code[customer] for customer in had], dtype=np.int64)
        assigned = assign_ids(label, before, np.array([self._founded[customer] for customer in ids], dtype=np.int64))
        heads = np.flatnonzero(label == np.arange(len(label)))
        founders = heads[assigned.heir[heads] == NONE]
        # What an earlier arrival founded here is worked out anew.
        self._used -= {now for row in rows.tolist() if (now := self.customer[row]) is not None and now not in self._founded}
        new = found_ids([(self.source[row], self.record_id[row]) for row in rows[founders].tolist()], self._used)
        name = {head: ids[assigned.heir[head]] for head in heads.tolist() if assigned.heir[head] != NONE} | dict(
            zip(founders.tolist(), new, strict=True)
        )
        customers = [name[head] for head in label.tolist()]
        for row, customer in zip(rows.tolist(), customers, strict=True):
            self.customer[row] = customer
        return customers, {ids[at]: ids[to] for at, to in enumerate(assigned.leads_to.tolist()) if at != to}

    def _take_in(self, known: Known) -> Ints:
        """Put records behind those that are there, each a customer of its own as yet."""
        names = feature_names(known.features)
        rows = self._layers.add(coded_records(known.features, names, known.others))
        source, record_id = (column(known.records, name).to_pylist() for name in ("source", "record_id"))
        # A record that has changed is its customer's still.
        for name in zip(source, record_id, strict=True):
            row = self._row.get(name)
            self._before.append(self._gone.get(name) if row is None else self._before[row])
        self._row.update(zip(zip(source, record_id, strict=True), rows.tolist(), strict=True))
        self.source += source
        self.record_id += record_id
        self._once = np.concatenate([self._once, once_of(column(known.records, "source"), self._project)])
        generation = np.asarray(column(known.features, "generation").fill_null(UNKNOWN), dtype=np.int64)
        self._generation = np.concatenate([self._generation, generation])
        self._organisation = np.concatenate([self._organisation, is_of_kind(known.records, "organisation")])
        self._real = np.concatenate([self._real, ~flags_of(known.records, "is_test")])
        self._alive = np.concatenate([self._alive, np.ones(len(rows), dtype=np.bool_)])
        self.customer += [None] * len(rows)
        self.label = np.concatenate([self.label, rows])
        self._component = np.concatenate([self._component, rows])
        self._put_in_indexes(rows)
        return rows

    def _put_in_indexes(self, rows: Ints) -> None:
        records = self._layers.of(rows) if self._layers.count > len(rows) else self._layers.whole()
        for name, feature in self._identifiers.items():
            self._values[name].add(*_value_hashes(records, feature, rows, self._real))
        for kind, indexes in self._keys.items():
            of_kind = np.flatnonzero(self._is(kind, rows))
            some = records.of(of_kind)
            variants = variants_of(some)
            hashes = KeyHashes(variants)
            for key, index in zip(self._models[kind].keys, indexes, strict=True):
                index.add(hashes.of(key), rows[of_kind[variants.owner]])

    def _is(self, kind: Kind, rows: Ints) -> Flags:
        found: Flags = (self._organisation[rows] == (kind == "organisation")) & self._real[rows]
        return found

    def _neighbours(self, asked: Ints) -> Ints:
        """Records that those asked about are likely to be one with."""
        found = [_NOBODY]
        for kind, model in self._models.items():
            of_kind = asked[self._is(kind, asked)]
            one, other = self._brought_together(kind, of_kind)
            rows = np.unique(np.concatenate([of_kind, other]))
            variants = variants_of(self._capped(rows).records)
            a, b = np.searchsorted(rows, one), np.searchsorted(rows, other)
            left, _ = survivors(variants, model.comparisons, model.chances, model.frequencies, a, b, least=model.link_from)
            found.append(other[left])
        return np.unique(np.concatenate([*found, self._sharing(asked)]))

    def _brought_together(self, kind: Kind, rows: Ints) -> tuple[Ints, Ints]:
        """The pairs of these records with any living one that the kind's keys make."""
        model, pairs = self._models[kind], [np.zeros((0, 2), dtype=np.int64)]
        variants = variants_of(self._layers.of(rows))
        hashes = KeyHashes(variants)
        for key, index in zip(model.keys, self._keys[kind], strict=True):
            distinct, back = np.unique(hashes.of(key), return_inverse=True)
            place, record = index.holders(distinct, self._alive)
            sizes = np.bincount(place, minlength=len(distinct))
            small = (sizes <= model.block_at_most) & (distinct != NO_HASH)
            pairs.append(_pairs(rows[variants.owner], back.reshape(-1), place[small[place]], record[small[place]]))
        found = np.unique(np.concatenate(pairs), axis=0)
        found = found[found[:, 0] != found[:, 1]]
        return found[:, 0], found[:, 1]

    def _sharing(self, asked: Ints) -> Ints:
        """Records that share an exact identifier with those asked about, under the cap."""
        records, found = self._layers.of(asked), [_NOBODY]
        for name, feature in self._identifiers.items():
            if feature not in WEIGHED and feature in records.features:
                hashes = np.unique(_value_hashes(records, feature, asked, self._real)[0])
                place, record = self._values[name].holders(hashes, self._alive)
                sizes = np.bincount(place, minlength=len(hashes))
                found.append(record[sizes[place] <= self._project.identity.shared_by_at_most])
        return np.concatenate(found)

    def _capped(self, rows: Ints, whole: Records | None = None) -> exact.Shared:
        """Records without the values that too many share; and who of them shares an exact one."""
        return exact.shared(
            whole or self._layers.of(rows),
            self._real[rows],
            self._identifiers,
            frozenset(WEIGHED),
            at_most=self._project.identity.shared_by_at_most,
            holders=lambda name, hashes: self._values[name].sizes(hashes, self._alive),
        )

    def _settled(self, rows: Ints) -> tuple[Ints, Ints]:
        """Some records put together anew: places of the first of each group, and of each component."""
        whole = self._layers.of(rows)
        shared = self._capped(rows, whole)
        same, different = self._said(rows, "same"), self._said(rows, "different")
        constraints = Constraints(
            self._once[rows], self._generation[rows], (shared.a, shared.b), same, closed(len(rows), same, different)
        )  # fmt: skip
        label = np.arange(len(rows), dtype=np.int64)
        hanging = [(shared.a, shared.b), same]
        found: dict[Kind, tuple[Ints, Settled]] = {}
        for kind in KINDS:
            of_kind = np.flatnonzero(self._is(kind, rows))
            if kind not in self._models or not len(of_kind):
                continue
            keys = self._keys[kind]
            settled = settle(
                kind, shared.records.of(of_kind), constraints.of(of_kind), model=self._models[kind], keyed=whole.of(of_kind),
                sizes=lambda place, hashes, keys=keys: keys[place].sizes(hashes, self._alive),  # type: ignore[misc]
            )  # fmt: skip
            label[of_kind] = of_kind[settled.label]
            found[kind] = (of_kind, settled)
            hanging.append((of_kind, of_kind[settled.component]))
        label = ruled(label, found, self._organisation[rows], self._real[rows], constraints)
        hanging.append((np.arange(len(rows), dtype=np.int64), label))
        return label, self._hanging(rows, hanging)

    def _hanging(self, rows: Ints, links: Sequence[Ends]) -> Ints:
        """For each of some records the place of the first of all that hang together with it: by links, or as one customer of the base."""
        own = np.arange(len(rows), dtype=np.int64)
        one, other = (np.concatenate(side) for side in zip((own, self._home(rows)), *links, strict=True))
        return components(len(rows), one, other)

    def _home(self, rows: Ints) -> Ints:
        """For each of some records the place of the first of its customer of the base; its own where it has none."""
        first: dict[str, int] = {}
        of_rows = enumerate(self._before[row] for row in rows.tolist())
        return np.array([at if customer is None else first.setdefault(customer, at) for at, customer in of_rows], dtype=np.int64)

    def _said(self, rows: Ints, verdict: str) -> Ends:
        """The places among some records of the pairs that stewards have judged so, the lower first."""
        if not self._verdicts:
            return _NOBODY, _NOBODY
        place = {(self.source[row], self.record_id[row]): at for at, row in enumerate(rows.tolist())}
        judged = [(place.get(one), place.get(other)) for one, other, said in self._verdicts if said == verdict]
        pairs = sorted({(min(a, b), max(a, b)) for a, b in judged if a is not None and b is not None and a != b})
        found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def _crossed(self, new: Ints, leave: Ints) -> _Touched:
        """Blocks and identifiers whose cap is crossed, either way, by records that come and go."""
        moving = np.concatenate([new, leave])
        going = np.isin(np.arange(len(self._alive)), leave)
        was = self._alive & ~np.isin(np.arange(len(self._alive)), new)
        will = self._alive & ~going
        records = self._layers.of(moving)
        asked, reopened = [_NOBODY], [_NOBODY]
        cap = self._project.identity.shared_by_at_most
        for name, feature in self._identifiers.items():
            if feature in records.features:
                hashes = np.unique(_value_hashes(records, feature, moving, self._real)[0])
                # What a cap lets through again, or no longer, is evidence of the holders' own: they are asked about anew.
                asked.append(_of_crossed(self._values[name], hashes, was, will, cap))
        for kind, model in self._models.items():
            some = moving[self._is(kind, moving)]
            own = self._layers.of(some)
            variants = variants_of(own)
            known = KeyHashes(variants)
            for key, index in zip(model.keys, self._keys[kind], strict=True):
                reopened.append(_of_crossed(index, np.unique(known.of(key)), was, will, model.block_at_most))
        return _Touched(np.unique(np.concatenate(asked)), np.unique(np.concatenate(reopened)))


@dataclass(frozen=True, eq=False)
class _Touched:
    """Records whose evidence has changed, and records whose blocks have."""

    asked: Ints
    reopened: Ints


def _founding_ids(standing: Standing, label: Ints) -> list[str]:
    """Ids as a first run gives them."""
    heads = np.flatnonzero(label == np.arange(len(label)))
    given = found_ids([(standing.source[head], standing.record_id[head]) for head in heads.tolist()], set())
    name = dict(zip(heads.tolist(), given, strict=True))
    return [name[head] for head in label.tolist()]


def _of_crossed(index: LayeredIndex, hashes: Hashes, was: Flags, will: Flags, at_most: int) -> Ints:
    """The records that hold a value whose number of holders crosses a cap."""
    hashes = hashes[hashes != NO_HASH]
    either = was | will
    place, record = index.holders(hashes, either)
    before = np.bincount(place[was[record]], minlength=len(hashes)) > at_most
    after = np.bincount(place[will[record]], minlength=len(hashes)) > at_most
    found: Ints = record[(before != after)[place] & will[record]]
    return found


def _value_hashes(records: Records, feature: str, rows: Ints, real: Flags) -> tuple[Hashes, Ints]:
    """Hashes of a feature's values, further ones too, on records that may link; and the records."""
    if feature not in records.features:
        return np.zeros(0, dtype=np.uint64), _NOBODY
    coded: Coded = records.features[feature]
    more, more_codes = records.others.get(feature, (_NOBODY, np.zeros(0, dtype=np.int32)))
    place = np.concatenate([np.arange(records.count, dtype=np.int64), more])
    codes = np.concatenate([coded.codes, more_codes])
    kept = (codes != UNKNOWN) & real[rows[place]]
    return coded.hashes[codes[kept]], rows[place[kept]]


def _pairs(owner: Ints, value: Ints, place: Ints, record: Ints) -> Any:
    """Each row with each record of its value: rows are given by owner and value, records by place of the value."""
    order = np.argsort(place, kind="stable")
    row, at = spread(*runs_of(place[order], value))
    return np.column_stack([owner[row], record[order][at]])
