"""Charging: what a pool cost in a month goes to the events that used its time, to the cent; what nobody used stays idle."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unequal.ledger.activities import POSTED
from unequal.ledger.pools import POOL, Month
from unequal.ledger.splitting import Hashes, Ints, amounts_of, ids_of, split_costs
from unequal.terms.ids import IDLE, SEPARATOR
from unequal.terms.lines import Line
from unequal.terms.money import from_units

_ROWS_AT_ONCE: Final = 250_000
_MANY: Final = ("entry_id", "row_id", "document")
_LAST: Final = np.uint64(2**64 - 1)


@dataclass(frozen=True)
class Work:
    """The time that the events of one pool took, a row each.

    Args:
        month: months since year 0.
        ticks: how long.
        ids: in which order equals get what is left over.
    """

    month: Ints
    ticks: Ints
    ids: Hashes


def work_of(paths: Sequence[Path]) -> Work:
    """The work that events files hold, one behind the other."""
    batches = [batch for path in paths for batch in batches_of(path, ["month", "ticks", "entry_id"])]
    months = [month_numbers(batch["month"]) for batch in batches]
    ticks = [np.asarray(batch["ticks"].to_numpy(), dtype=np.int64) for batch in batches]
    ids = [ids_of(batch["entry_id"]) for batch in batches]
    if not batches:
        return Work(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint64))
    return Work(np.concatenate(months), np.concatenate(ticks), np.concatenate(ids))


def month_numbers(days: pa.Array | pa.ChunkedArray) -> Ints:
    """Months since year 0 of a column of days."""
    years, months = (np.asarray(part.to_numpy(), dtype=np.int64) for part in (pc.year(days), pc.month(days)))
    return years * 12 + months - 1


def charged(pool: str, work: Work, costs: Mapping[date, int], practical: Mapping[date, int]) -> tuple[list[Month], Ints]:
    """Share what a pool cost over its work, month by month.

    A month's cost is shared by time: over what events took and what was left of practical capacity, which stays idle. Where more
    was worked than practical capacity, the whole cost is shared over what was worked: nobody is charged what was not spent.

    Args:
        pool: its name.
        work: what its events took.
        costs: month -> units of 0.0001 that the pool cost.
        practical: month -> ticks of practical capacity.

    Returns:
        A Month for each month with a cost, a capacity or work; and a row each of `work` its share in units, zero in a month without cost.
    """
    months = sorted({*costs, *practical, *(first_of(number) for number in np.unique(work.month).tolist())})
    numbers = np.array([month.year * 12 + month.month - 1 for month in months], dtype=np.int64)
    group = np.searchsorted(numbers, work.month)
    counts = np.bincount(group, minlength=len(months))
    used = _sums(group, work.ticks, len(months))
    spare = np.array([max(practical.get(month, 0) - int(ticks), 0) for month, ticks in zip(months, used, strict=True)], dtype=np.int64)
    # A month in which nobody worked and nobody could: all of its cost is idle.
    spare[(spare == 0) & (used == 0)] = 1
    totals = np.array([costs.get(month, 0) for month in months], dtype=np.int64)
    shares, idle = _shared(totals, group, work, spare)
    rows = [
        Month(pool, month, int(total), practical.get(month), int(ticks), int(events), int(left))
        for month, total, ticks, events, left in zip(months, totals, used, counts, idle, strict=True)
    ]
    return rows, shares


def first_of(number: int) -> date:
    """The first day of a month by its number since year 0."""
    return date(number // 12, number % 12 + 1, 1)


def _sums(group: Ints, values: Ints, groups: int) -> Ints:
    """Sums of whole numbers by group, exactly: bincount would add in floating point."""
    sums = np.zeros(groups, dtype=np.int64)
    np.add.at(sums, group, values)
    return sums


def _shared(totals: Ints, group: Ints, work: Work, spare: Ints) -> tuple[Ints, Ints]:
    """Shares of the work's rows, and of what was spare: one a group, last in line for a unit left over."""
    groups, rows = len(totals), len(group)
    every = np.concatenate([group, np.arange(groups)])
    order = np.argsort(every.astype(np.int16) if groups < np.iinfo(np.int16).max else every, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(every, minlength=groups))]).astype(np.int64)
    weights = np.concatenate([work.ticks, spare])[order]
    ids = np.concatenate([work.ids, np.full(groups, _LAST)])[order]
    shares = np.empty(len(every), dtype=np.int64)
    shares[order] = split_costs(totals, starts, weights, ids)
    return shares[:rows], shares[rows:]


def with_amounts(paths: Sequence[Path], shares: Ints, kept: npt.NDArray[np.bool_]) -> Iterator[pa.Table]:
    """The events of files with what each cost, negative as in the ledger.

    Args:
        paths: the files, as `work_of` had them.
        shares: one an event, in that order.
        kept: which events make an entry: those that a cost reaches.
    """
    begin = 0
    for batch in (batch for path in paths for batch in batches_of(path, None)):
        table = pa.Table.from_batches([batch])
        end = begin + len(table)
        own = amounts_of(-shares[begin:end])
        for name in ("amount", "original_amount"):
            table = table.set_column(table.column_names.index(name), name, own)
        yield table if kept[begin:end].all() else table.filter(pa.array(kept[begin:end]))
        begin = end


def paid(work: Work, months: Sequence[Month]) -> npt.NDArray[np.bool_]:
    """Which events lie in a month in which the pool cost something."""
    numbers = [month.month.year * 12 + month.month.month - 1 for month in months if month.cost]
    found: npt.NDArray[np.bool_] = np.isin(work.month, np.array(numbers, dtype=np.int64))
    return found


def writing(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A file for entries: what is another text on every row gets no dictionary, which costs more than all the sharing."""
    few = [name for name in schema.names if name not in _MANY and (pa.types.is_string(schema.field(name).type))]
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=few)


def schema_of(path: Path) -> pa.Schema:
    """The columns of a file, or of a folder of files, all nullable: which of them an engine marks as never null is its own affair."""
    return pa.schema([field.with_nullable(nullable=True) for field in pq.read_schema(_files(path)[0])])


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def batches_of(path: Path, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    """The rows of a file, or of a folder of files, in the same order each time."""
    for part in _files(path):
        with pq.ParquetFile(part) as file:
            yield from file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=columns)


def idle_rows(months: Sequence[Month], schema: pa.Schema, currency: str, where: str) -> pa.Table:
    """What idle capacity cost, an entry a pool and month, with the columns of events."""
    rows: list[dict[str, Any]] = [
        {
            "entry_id": entry_id_of(f"{POOL}{month.pool}", month.month.isoformat(), IDLE), "level": IDLE, "booked_on": month.month, "line": str(Line.COST_TO_SERVE), "currency": currency, "source": f"{POOL}{month.pool}",
            "source_file": where, "source_row": 0, "row_id": month.month.isoformat(), "amount_name": IDLE, "pool": month.pool,
            "month": month.month, "ticks": month.spare, "amount": from_units(-month.idle), "original_amount": from_units(-month.idle),
        }
        for month in months
        if month.idle
    ]  # fmt: skip
    assert {"entry_id", *POSTED} <= set(schema.names), "idle entries are posted like any other"
    return pa.Table.from_pylist(rows, schema=schema)


def entry_id_of(*parts: str) -> str:
    """The id of an entry that has no row of its own."""
    return hashlib.md5(SEPARATOR.join(parts).encode(), usedforsecurity=False).hexdigest()
