"""Tables of a run laid out by customer in files that are mapped into memory: a customer's rows are found without asking an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, customer_base, identity
from unequal.flow import packing
from unequal.flow.reading import OpenBase, golden_values
from unequal.terms.ids import SEPARATOR

Row = dict[str, Any]

_LATEST: Final = 100
"""How many orders and contacts of a customer are told: the latest."""
AUTHORISING: Final = ("owner", "user", "payer", "purchaser", "agent")
"""Relationships by which one customer may act for another, or answers for what it buys."""


class ByCustomer:
    """A table's rows by customer."""

    def __init__(self, opened: OpenBase, table: ibis.Table, ids: Any, file: Path) -> None:
        """Lay a table out.

        Args:
            opened: the run.
            table: with customer_id; of one customer in the order in which the rows stand, for which a column `_place` may say.
            ids: sorted customer ids; rows of others are left out.
            file: must not exist; it is the caller's to remove.
        """
        order = [name for name in ("customer_id", "_place") if name in table.columns]
        schema = table.drop(*order).schema().to_pyarrow()
        counts = np.zeros(len(ids) + 1, np.int64)
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for batch in opened.engine.batches(table.order_by(*order), 100_000):
                places = packing.places_among(ids, batch.column("customer_id"))
                counts[1:] += np.bincount(places[places >= 0], minlength=len(ids))
                writer.write_batch(batch.filter(pa.array(places >= 0)).select(schema.names).cast(schema))
        self._starts = np.cumsum(counts)
        self._rows = pa.ipc.open_file(pa.memory_map(str(file))).read_all()

    def of(self, place: int) -> list[Row]:
        """The rows of one customer."""
        first, last = int(self._starts[place]), int(self._starts[place + 1])
        rows: list[Row] = self._rows.slice(first, last - first).to_pylist() if last > first else []
        return rows


def _golden(opened: OpenBase) -> ibis.Table:
    """Values that stand for a customer, those of protected attributes left out."""
    base = opened.base
    told = golden_values(base.table("golden_attribute"), base.table("person_attribute"))
    protected = [name for name, one in base.project.attributes.items() if one.protected]
    told = told.filter(told["attribute"].notin(protected)) if protected else told
    kept = ("customer_id", "attribute", "value", "source", "record_id", "rule", "agreeing", "conflicting")
    return told.select(*kept, _place="attribute")


def _records(opened: OpenBase) -> ibis.Table:
    """The records that are a customer."""
    told = opened.base.table("customer_record")
    return told.select("customer_id", "source", "record_id", "since", _place=told["source"].concat(" ", told["record_id"]))


def _plain(name: str, *place: str) -> Callable[[OpenBase], ibis.Table | None]:
    """A published table as it is, in the order of a column."""

    def told(opened: OpenBase) -> ibis.Table | None:
        table = opened.base.tables.get(name)
        return table if table is None or not place else table.mutate(_place=table[place[0]])

    return told


def _home(opened: OpenBase) -> ibis.Table | None:
    """Who lives in the household of each: customer_id, member."""
    homes = opened.base.tables.get("household")
    if homes is None:
        return None
    others = homes.select(_home="household_id", member="customer_id")
    joined = homes.inner_join(others, homes["household_id"] == others["_home"])
    return joined.select("customer_id", "member", _place="member")


def _ties(opened: OpenBase) -> ibis.Table | None:
    """How each stands to others: customer_id, other, kind, and `is` (it is the other's) or `has` (the other is its)."""
    told = opened.base.tables.get("relationship")
    if told is None:
        return None
    kept = ("kind", "evidence", "since", "until")
    parts = [
        told.select(customer_id=own, other=other, stands=ibis.literal(word), **{name: told[name] for name in kept})
        for own, other, word in (("from_customer", "to_customer", "is"), ("to_customer", "from_customer", "has"))
    ]
    whole = ibis.union(*parts, distinct=False)
    return whole.mutate(_place=whole["kind"].concat(" ", whole["other"]))


def _orders(opened: OpenBase) -> ibis.Table:
    """The latest orders of each."""
    made = customer_base.steps.profiling.orders(opened.base.table("entry"))
    return _latest(made.select("customer_id", "document", "source", "ordered_on", "amount", _at="ordered_at"), "document")


def _contacts(opened: OpenBase) -> ibis.Table | None:
    """The latest contacts of each."""
    found = opened.base.tables.get("interaction")
    if found is None:
        return None
    at = found["occurred_at"].coalesce(found["occurred_on"].cast("timestamp(6)"))
    kept = ("customer_id", "occurred_on", "occurred_at", "contact", "channel", "agent", "duration_seconds", "outcome", "source", "row_id")
    return _latest(found.select(*kept, _at=at), "row_id")


def _latest(rows: ibis.Table, tie: str) -> ibis.Table:
    place = ibis.row_number().over(ibis.window(group_by="customer_id", order_by=[ibis.desc("_at"), tie]))
    return rows.mutate(_place=place).filter(lambda t: t["_place"] < _LATEST).drop("_at")


def _promises(opened: OpenBase) -> ibis.Table | None:
    """What was promised and is not done yet."""
    made = opened.base.tables.get("promise")
    if made is None:
        return None
    return made.filter(made["kept_on"].isnull()).select("customer_id", "promise_id", "promised_on", "is_kept", _place="promised_on")


def _contracts(opened: OpenBase) -> ibis.Table | None:
    """The contracts of each, as the rows of their sources say: nothing of them but what the config calls a contract's terms."""
    base = opened.base
    told = [
        _contracts_of(opened, name, one)
        for name, one in base.project.value.relationships.items()
        if isinstance(one, config.value.Contracts)
    ]
    return ibis.union(*told, distinct=False) if len(told) > 1 else next(iter(told), None)


def _contracts_of(opened: OpenBase, name: str, one: config.value.Contracts) -> ibis.Table:
    rows = opened.source_table(one.source, "rows")
    keys = opened.base.project.sources[one.source].key
    contract = identity.record_key(rows, keys) if keys else rows["_row_id"]
    holding = rows.select(
        _record=identity.record_key(rows, one.customer.id), contract_id=contract.cast("string"), relationship=ibis.literal(name),
        started_on=rows[one.started].cast("date"), ends_on=rows[one.ended].cast("date"), renews=ibis.literal(one.renews),
    )  # fmt: skip
    owners = opened.base.table("customer_record").filter(lambda t: t["source"] == (one.customer.source or one.source))
    joined = holding.inner_join(owners, holding["_record"] == owners["record_id"])
    return joined.select("customer_id", "contract_id", "relationship", "started_on", "ends_on", "renews", _place="contract_id")


TOLD: Final[Mapping[str, Callable[[OpenBase], ibis.Table | None]]] = {
    "records": _records,
    "golden": _golden,
    "lines": _plain("customer_line", "line"),
    "drivers": _plain("profit_driver"),
    "value_drivers": _plain("value_driver", "relationship"),
    "lifetimes": _plain("lifetime", "relationship"),
    "steady": _plain("band_stability"),
    "home": _home,
    "ties": _ties,
    "orders": _orders,
    "contacts": _contacts,
    "promises": _promises,
    "contracts": _contracts,
    "plans": _plain("plan_fit", "contract_id"),
}
"""What is told of a customer beside its row: a table by customer, or None where the run has nothing of the kind."""


def lay_out(opened: OpenBase, ids: Any, folder: Path) -> Mapping[str, ByCustomer]:
    """All that is told of customers, by its name."""
    found = {name: tell(opened) for name, tell in TOLD.items()}
    return {name: ByCustomer(opened, table, ids, folder / f"{name}.arrow") for name, table in found.items() if table is not None}


def asked_anew(opened: OpenBase, customer_id: str) -> dict[str, list[Row]]:
    """The same of one customer, asked of the engine: of one whom a steward has joined or parted since the run."""
    told: dict[str, list[Row]] = {}
    for name, tell in TOLD.items():
        table = tell(opened)
        if table is not None:
            rows = table.filter(table["customer_id"] == customer_id)
            rows = rows.order_by("_place") if "_place" in rows.columns else rows
            told[name] = [
                {key: cell for key, cell in row.items() if key not in ("customer_id", "_place")} for row in opened.engine.fetch(rows)
            ]
    return told


def written(record_id: object) -> str:
    """A record's id as its source writes it."""
    return str(record_id).replace(SEPARATOR, "|")
