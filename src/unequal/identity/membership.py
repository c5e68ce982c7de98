"""Who is who after a run, and what is different from before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from unequal.identity.arrays import Flags, Floats, Ints, arrow, column, integers, strings
from unequal.identity.customer_ids import NONE, Assigned, assign_ids, found_ids
from unequal.identity.tables import CUSTOMER, CUSTOMER_EVENT, CUSTOMER_RECORD, CUSTOMER_REDIRECT

_EPOCH: Final = date(1970, 1, 1)
_KINDS: Final = ("founded", "joined", "merged", "split", "moved")


@dataclass(frozen=True)
class After:
    """CUSTOMER_RECORD, CUSTOMER_EVENT and CUSTOMER_REDIRECT of a run."""

    customer_records: pa.Table
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


def member_tables(known: pa.Table, label: Ints, past: pa.Table, old_ids: list[str], day: date, weight: Floats | None = None) -> After:
    """Give clusters their customer ids, and tell what changed.

    Args:
        known: number, source, record_id of the live records, in order of number.
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
        seen=np.arange(known.num_rows + len(gone)) < known.num_rows,
        weight=np.concatenate([np.full(known.num_rows, np.nan) if weight is None else weight, np.full(len(gone), np.nan)]),
    )
    return changes.tables(strings(ids), assigned, _days(day))


@dataclass(frozen=True)
class _Changes:
    """Every record ever seen, live ones first, with the code of its customer before and after."""

    source: Any
    record_id: Any
    code_before: Ints
    code_after: Ints
    since_before: Ints
    seen: Flags
    weight: Floats

    def tables(self, ids: Any, assigned: Assigned, today: int) -> After:
        """The three tables."""
        changed = self.code_before != self.code_after
        records = {
            "customer_id": ids.take(arrow(self.code_after)),
            "source": self.source,
            "record_id": self.record_id,
            "since": _dates(np.where(changed, today, self.since_before)),
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
        return After(
            pa.table(records).select(CUSTOMER_RECORD.names),
            pa.table(events).select(CUSTOMER_EVENT.names),
            pa.table(redirects).select(CUSTOMER_REDIRECT.names),
        )


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

    ids: list[str]
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
    return _Past(encoded.dictionary.take(arrow(order)).to_pylist(), founded, customer, since, integers(past, "number", absent=NONE))


def _ids_after(known: pa.Table, label: Ints, assigned: Assigned, ids: list[str], old_ids: list[str]) -> tuple[list[str], Ints]:
    """All ids, those of before first, and for each live record the code of its customer now."""
    heads = np.flatnonzero(label == np.arange(len(label)))
    founders = heads[assigned.heir[heads] == NONE]
    chosen = arrow(founders)
    sources, record_ids = (column(known, name).take(chosen).to_pylist() for name in ("source", "record_id"))
    new = found_ids(zip(sources, record_ids, strict=True), {*ids, *old_ids})
    code_of_head = assigned.heir.copy()
    code_of_head[founders] = len(ids) + np.arange(len(founders))
    return [*ids, *new], code_of_head[label]


def _kinds(before: Ints, after: Ints, assigned: Assigned) -> Any:
    """What happened to each record that changed."""
    is_new, to_new = before == NONE, after >= len(assigned.leads_to)
    heirs = np.append(assigned.leads_to, NONE)
    merged = ~is_new & (heirs[before] == after)
    kinds = np.select([is_new & to_new, is_new, merged, to_new], [0, 1, 2, 3], default=4)
    return strings(_KINDS).take(arrow(kinds))


def _days(day: date) -> int:
    return (day - _EPOCH).days


def _dates(days: Ints) -> Any:
    return arrow(days.astype(np.int32), pa.int32()).cast(pa.date32())
