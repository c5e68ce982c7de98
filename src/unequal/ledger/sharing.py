"""Costs that many customers caused together: a campaign's fixed cost over those it reached, a carrier's invoice over its parcels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from unequal import config
from unequal.ledger.activities import SHARED, events_of, key_of
from unequal.ledger.booking_day import month_start
from unequal.ledger.charging import batches_of, entry_id_of, with_amounts
from unequal.ledger.currency import convert
from unequal.ledger.pools import cost_mapping
from unequal.ledger.posting import posted_rows
from unequal.ledger.splitting import ids_of, split_costs
from unequal.terms.money import from_units, money_sum, to_units


def receivers_of(
    rows: ibis.Table,
    name: str,
    shared: config.ledger.SharedCost,
    source: config.Source,
    *,
    project: config.Project,
    lookups: Mapping[str, ibis.Table],
    parts: int,
) -> ibis.Table:
    """The rows that share a cost, as events whose ticks are their weights; see `activities.events_of`."""
    each = {"minutes": "1", **({"times": shared.weight} if shared.weight else {})}
    as_activity = config.ledger.Activity(
        pool="shared", each=shared.over, when=shared.when, customer=shared.customer, occurred_on=shared.occurred_on,
        time=config.ledger.TimeEquation.model_validate({"terms": {"weight": each}}),
    )  # fmt: skip
    events = events_of(
        rows, name, as_activity, source, project=project, lookups=lookups, parts=parts, match=tuple(shared.match.values()), prefix=SHARED
    )
    key = events["key"] if shared.match else events["month"].cast("string").substr(0, 10)
    return events.mutate(line=ibis.literal(str(shared.line)), key=key, pool=ibis.null("string"), cause=ibis.null("string"))


def shared_amounts(
    rows: Mapping[str, ibis.Table], shared: config.ledger.SharedCost, source: config.Source, *, project: config.Project, rates: ibis.Table
) -> ibis.Table:
    """What is to be shared, for each key and month: key, currency, month, original, amount, unknown (rows without a rate)."""
    told = rows[shared.cost.source]
    mapped = source.model_copy(update={"postings": cost_mapping(shared.cost, shared.line)})
    posted = posted_rows(told, shared.cost.source, mapped, project=project, lookups=rows)
    converted = convert(posted, rates, reporting_currency=project.reporting_currency, valid_days=project.ledger.rate_valid_days)
    keys = told.select(_row="_row_id", key=key_of(told, tuple(shared.match), f"{shared.cost.source}"))
    keyed = converted.inner_join(keys, converted["row_id"] == keys["_row"])
    month = month_start(keyed["booked_on"])
    dated = keyed.mutate(month=month, key=keyed["key"] if shared.match else month.cast("string").substr(0, 10))
    grouped = dated.group_by("key", "currency", "month").aggregate(
        original=money_sum(dated["original_amount"]),
        amount=money_sum(dated["amount"]),
        unknown=dated["amount"].isnull().sum().cast("int64"),
    )
    return grouped.order_by("key", "month", "currency")


def spread(
    name: str, shared: config.ledger.SharedCost, costs: Sequence[Mapping[str, Any]], path: Path, schema: pa.Schema, *, currency: str
) -> list[pa.Table]:
    """The parts of a shared cost as entries, exactly; a cost that no row shares is one entry at the level of the company.

    Args:
        name: of the shared cost.
        shared: its config.
        costs: rows of `shared_amounts`.
        path: rows of `receivers_of`.
        schema: of the entries.
        currency: the reporting currency.
    """
    sums: dict[str | None, Decimal] = {}
    for row in costs:
        sums[row["key"]] = sums.get(row["key"], Decimal(0)) + row["amount"]
    keys = [key for key in sums if key is not None]
    batches = list(batches_of(path, ["key", "ticks", "entry_id"]))
    group = np.concatenate([np.zeros(0, np.int64), *(_places(batch["key"], keys) for batch in batches)])
    weights = np.concatenate([np.zeros(0, np.int64), *(batch["ticks"].to_numpy() for batch in batches)])
    ids = np.concatenate([np.zeros(0, np.uint64), *(ids_of(batch["entry_id"]) for batch in batches)])
    reached = np.flatnonzero(group >= 0)
    order = reached[np.argsort(group[reached], kind="stable")]
    counts = np.bincount(group[order], minlength=len(keys))
    totals = np.array([to_units(-sums[key]) for key in keys], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    shares = np.zeros(len(group), dtype=np.int64)
    shares[order] = split_costs(np.where(counts > 0, totals, 0), starts, weights[order], ids[order])
    alone = [(key, sums[key]) for key in sums if key is None or not counts[keys.index(key)]]
    day = {row["key"]: row["month"] for row in costs}
    rows = [_with_the_company(name, shared, key, amount, day[key], currency) for key, amount in alone if amount]
    return [*with_amounts([path], shares, group >= 0), pa.Table.from_pylist(rows, schema=schema)]


def _places(keys: pa.Array, known: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The place of each key among the known ones; -1 where it is none of them."""
    place = {key: number for number, key in enumerate(known)}
    encoded = keys.dictionary_encode()
    of_code = np.array([*(place.get(key, -1) for key in encoded.dictionary.to_pylist()), -1], dtype=np.int64)
    codes = encoded.indices.fill_null(len(of_code) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = of_code[codes]
    return found


def _with_the_company(
    name: str, shared: config.ledger.SharedCost, key: str | None, amount: Decimal, month: Any, currency: str
) -> dict[str, Any]:
    exact = from_units(to_units(amount))
    return {
        "entry_id": entry_id_of(f"{SHARED}{name}", key or "", SHARED), "level": "corporate", "booked_on": month, "line": str(shared.line),
        "amount": exact, "original_amount": exact, "currency": currency, "activity": name, "source": f"{SHARED}{name}", "source_file": "unequal.yaml",
        "source_row": 0, "row_id": key or "", "amount_name": f"{SHARED}{name}", "month": month, "ticks": 0,
    }  # fmt: skip
