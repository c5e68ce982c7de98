"""Who is who after a run, and what is different from before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity.arrays import Flags, Floats, Ints, arrow, column, distinct, integers, order_of, strings
from unequal.identity.customer_ids import NONE, Assigned, assign_ids, found_ids
from unequal.identity.founding import founding_ids
from unequal.identity.matching.coding import hashed
from unequal.identity.tables import CUSTOMER, CUSTOMER_EVENT, CUSTOMER_RECORD, CUSTOMER_REDIRECT

_EPOCH: Final = date(1970, 1, 1)
_KINDS: Final = ("founded", "joined", "merged", "split", "moved")


@dataclass(frozen=True)
class After:
    """CUSTOMER_RECORD, CUSTOMER, CUSTOMER_EVENT and CUSTOMER_REDIRECT of a run, each in the order of its key."""

    customer_records: pa.Table
    customers: pa.Table
    events: pa.Table
    redirects: pa.Table


def with_numbers(before: ibis.Table, numbered: ibis.Table) -> ibis.Table:
    """Who was who, by the numbers of records now: what member_tables takes as the past.

    Args:
        before: source, record_id, customer_id, since.
        numbered: RECORD and `number`.

    Returns:
        number int64, source, record_id, customer_id, since; source and record_id only where number is null.
    """
    joined = before.left_join(numbered, ["source", "record_id"])
    gone = numbered.number.isnull()
    return joined.select(
        number=numbered.number,
        source=gone.ifelse(before.source, None),
        record_id=gone.ifelse(before.record_id, None),
        customer_id=before.customer_id,
        since=before.since,
    )


def member_tables(known: pa.Table, label: Ints, past: pa.Table, old_ids: Sequence[str], day: date, weight: Floats | None = None) -> After:
    """Give clusters their customer ids, and tell what changed.

    Args:
        known: number, source, record_id, kind, is_test of the live records, in order of number.
        label: for each of them the lowest number in its cluster.
        past: customer_id, since of every record ever seen, and its number now; where it is gone,
            number is null and source and record_id say which it was.
        old_ids: ids that were merged away before.
        day: the run's.
        weight: for each live record the evidence that it belongs, in bits; NaN for none.
    """
    before = _past(past)
    code_now = np.full(known.num_rows, NONE, dtype=np.int64)
    since_now = np.full(known.num_rows, _days(day), dtype=np.int64)
    live = before.now != NONE
    code_now[before.now[live]] = before.customer[live]
    since_now[before.now[live]] = before.since[live]
    assigned = assign_ids(label, code_now, before.founded)
    ids, code_after = _ids_after(known, label, assigned, before.ids, old_ids)
    gone = np.flatnonzero(~live)
    changes = _Changes(
        source=pa.concat_arrays([column(known, "source"), column(past, "source").take(arrow(gone))]),
        record_id=pa.concat_arrays([column(known, "record_id"), column(past, "record_id").take(arrow(gone))]),
        code_before=np.concatenate([code_now, before.customer[gone]]),
        code_after=np.concatenate([code_after, assigned.leads_to[before.customer[gone]]]),
        since_before=np.concatenate([since_now, before.since[gone]]),
        organisation=np.asarray(_equal(column(known, "kind"), "organisation")).astype(np.bool_),
        test=np.asarray(column(known, "is_test")).astype(np.bool_),
        seen=np.arange(known.num_rows + len(gone)) < known.num_rows,
        weight=np.concatenate([np.full(known.num_rows, np.nan) if weight is None else weight, np.full(len(gone), np.nan)]),
    )
    return changes.tables(ids, assigned, _days(day))


@dataclass(frozen=True)
class _Changes:
    """Every record ever seen, live ones first, with the code of its customer before and after.

    Args:
        organisation, test: of the live ones alone.
    """

    source: Any
    record_id: Any
    code_before: Ints
    code_after: Ints
    since_before: Ints
    organisation: Flags
    test: Flags
    seen: Flags
    weight: Floats

    def tables(self, ids: Any, assigned: Assigned, today: int) -> After:
        """The four tables."""
        changed = self.code_before != self.code_after
        since = np.where(changed, today, self.since_before)
        records = {
            "customer_id": ids.take(arrow(self.code_after)),
            "source": self.source,
            "record_id": self.record_id,
            "since": _dates(since),
            "match_weight": pa.array(self.weight, mask=np.isnan(self.weight)),
            "seen": arrow(self.seen),
        }
        at = np.flatnonzero(changed)
        before = self.code_before[at]
        events = {
            "kind": _kinds(before, self.code_after[at], assigned),
            "source": self.source.take(arrow(at)),
            "record_id": self.record_id.take(arrow(at)),
            "from_customer": ids.take(pa.array(before, mask=before == NONE)),
            "to_customer": ids.take(arrow(self.code_after[at])),
            "since": _dates(np.full(len(at), today, dtype=np.int64)),
        }
        merged = np.flatnonzero(assigned.leads_to != np.arange(len(assigned.leads_to)))
        redirects = {"old_id": ids.take(arrow(merged)), "customer_id": ids.take(arrow(assigned.leads_to[merged]))}
        # Live records are in order already, and merged customers too: codes sort as ids do.
        in_order = bool(self.seen.all())
        return After(
            _by_key(pa.table(records).select(CUSTOMER_RECORD.names), CUSTOMER_RECORD.key, in_order=in_order),
            self._customers(ids, since),
            _by_key(pa.table(events).select(CUSTOMER_EVENT.names), CUSTOMER_EVENT.key, in_order=in_order),
            pa.table(redirects).select(CUSTOMER_REDIRECT.names),
        )

    def _customers(self, ids: Any, since: Ints) -> pa.Table:
        """CUSTOMER: what customers_of makes of the crosswalk."""
        count, live = len(ids), self.code_after[: len(self.organisation)]
        records = np.bincount(self.code_after, minlength=count)
        of_sources = self.source.dictionary_encode()
        source, sources = np.asarray(of_sources.indices), np.zeros(count, dtype=np.int64)
        for place in range(len(of_sources.dictionary)):
            by_source = np.zeros(count, dtype=np.bool_)
            by_source[self.code_after[source == place]] = True
            sources += by_source
        founded = np.full(count, np.iinfo(np.int64).max, dtype=np.int64)
        np.minimum.at(founded, self.code_after, since)
        alive = np.bincount(live, minlength=count)
        organisations = np.bincount(live[self.organisation], minlength=count)
        is_test = (alive > 0) & (np.bincount(live[self.test], minlength=count) == alive)
        kind = pa.array(np.where(organisations * 2 >= alive, 1, 0), mask=alive == 0)
        held = np.flatnonzero(records)
        held = held[order_of(ids.take(arrow(held)))]
        columns = {
            "customer_id": ids.take(arrow(held)),
            "kind": strings(("person", "organisation")).take(kind.take(arrow(held))),
            "records": arrow(records[held]),
            "sources": arrow(sources[held]),
            "is_test": arrow(is_test[held]),
            "founded_on": _dates(founded[held]),
        }
        return pa.table(columns).select(CUSTOMER.names)


def _by_key(table: pa.Table, key: Sequence[str], *, in_order: bool) -> pa.Table:
    return table if in_order else table.sort_by([(name, "ascending") for name in key])


def customers_of(customer_records: ibis.Table, records: ibis.Table) -> ibis.Table:
    """The customers that a crosswalk makes.

    Args:
        customer_records: CUSTOMER_RECORD.
        records: RECORD.

    Returns:
        CUSTOMER. As many organisations as persons among its records make an organisation.
    """
    joined = customer_records.left_join(records, ["source", "record_id"]).select(
        "customer_id", "source", "since", organisation=(records.kind == "organisation").cast("int64"), test=records.is_test.cast("int64"),
    )  # fmt: skip
    grouped = joined.group_by("customer_id").aggregate(
        records=joined.count().cast("int64"),
        sources=joined.source.nunique().cast("int64"),
        founded_on=joined.since.min(),
        organisations=joined.organisation.sum(),
        live=joined.organisation.count(),
        tests=joined.test.sum(),
    )
    is_organisation = grouped.organisations * 2 >= grouped.live
    kind = ibis.cases((grouped.live == 0, ibis.null("string")), (is_organisation, "organisation"), else_="person")
    is_test = ((grouped.live > 0) & (grouped.tests == grouped.live)).fill_null(ibis.literal(value=False))
    return grouped.mutate(kind=kind, is_test=is_test).select(*CUSTOMER.names)


@dataclass(frozen=True)
class _Past:
    """Who was who.

    Args:
        ids: of customers, in order; their places are their codes.
        founded: for each of them the day of its oldest membership.
        customer: for each record of then the code of its customer.
        since: for each the day since when.
        now: for each its number now; NONE where it is gone.
    """

    ids: Any
    founded: Ints
    customer: Ints
    since: Ints
    now: Ints


def _past(past: pa.Table) -> _Past:
    encoded = column(past, "customer_id").dictionary_encode()
    sort: Any = pc.sort_indices
    order = np.asarray(sort(encoded.dictionary))
    rank = np.zeros(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    customer = rank[np.asarray(encoded.indices)]
    since = integers(past, "since")
    founded = np.full(len(order), np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(founded, customer, since)
    return _Past(encoded.dictionary.take(arrow(order)), founded, customer, since, integers(past, "number", absent=NONE))


def _ids_after(known: pa.Table, label: Ints, assigned: Assigned, ids: Any, old_ids: Sequence[str]) -> tuple[Any, Ints]:
    """All ids, those of before first, and for each live record the code of its customer now."""
    heads = np.flatnonzero(label == np.arange(len(label)))
    founders = heads[assigned.heir[heads] == NONE]
    chosen = arrow(founders)
    source, record_id = (column(known, name).take(chosen) for name in ("source", "record_id"))
    new = founding_ids(source, record_id)
    used = pa.concat_arrays([ids, strings(old_ids)])
    taken: Any = pc.is_in(new, value_set=used)
    if taken.true_count or not _all_distinct(new):
        new = strings(found_ids(zip(source.to_pylist(), record_id.to_pylist(), strict=True), set(used.to_pylist())))
    code_of_head = assigned.heir.copy()
    code_of_head[founders] = len(ids) + np.arange(len(founders))
    return pa.concat_arrays([ids, new]), code_of_head[label]


def _all_distinct(texts: Any) -> bool:
    """Whether no two texts are the same; by their hashes, so that once in a very long time it says no for nothing."""
    return len(distinct(hashed(texts))) == len(texts)


def _kinds(before: Ints, after: Ints, assigned: Assigned) -> Any:
    """What happened to each record that changed."""
    is_new, to_new = before == NONE, after >= len(assigned.leads_to)
    heirs = np.append(assigned.leads_to, NONE)
    merged = ~is_new & (heirs[before] == after)
    kinds = np.select([is_new & to_new, is_new, merged, to_new], [0, 1, 2, 3], default=4)
    return strings(_KINDS).take(arrow(kinds))


def _equal(one: Any, other: Any) -> Any:
    compute: Any = pc.equal
    return compute(one, other)


def _days(day: date) -> int:
    return (day - _EPOCH).days


def _dates(days: Ints) -> Any:
    return arrow(days.astype(np.int32), pa.int32()).cast(pa.date32())
