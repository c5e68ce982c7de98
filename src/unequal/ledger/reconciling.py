"""Reading what control totals are made of: raw rows, what left rows out, what rules say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import count
from operator import or_
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from unequal import config
from unequal.ledger.booking_day import month_start
from unequal.ledger.control import EXACTLY, Cell, CellTotals, Flags, LeftOut, Mask, add_up, columns_of, control_lines, source_sums
from unequal.ledger.differing_rows import explain, should_be
from unequal.ledger.posting import postings_of
from unequal.ledger.raw_values import raw_column, texts, typed
from unequal.ledger.reconciliation import Place
from unequal.ledger.routing import columns_asked, holds, is_return
from unequal.ledger.verbs import Verbs
from unequal.terms.errors import LedgerError

ROWS_AT_ONCE = 1_000_000
_NUMBERS = count(1)


@dataclass(frozen=True)
class SourceRows:
    """Where a source's rows lie: what accepting and posting wrote.

    Args:
        name: the source's name.
        source: its config.
        accepted: the tables that `sources.accept` wrote, by name.
        posted: the tables that `post_source` wrote, by name.
    """

    name: str
    source: config.Source
    accepted: Mapping[str, Path]
    posted: Mapping[str, Path]

    @property
    def postings(self) -> config.sources.Postings:
        """The source's mapping."""
        return postings_of(self.name, self.source)


def lines_of(engine: Verbs, rows: SourceRows, project: config.Project, others: Mapping[str, Path]) -> Iterator[pa.Table]:
    """The control lines of a source, a million raw rows at a time.

    Args:
        engine: asked only which rows the rules hold for.
        rows: where they lie.
        project: the config.
        others: raw rows of the sources by name, where a currency is looked up.
    """
    left_out = _left_out(rows)
    currencies = _currencies(rows, project, others)
    types = engine.read(rows.accepted["rows"]).schema()
    whole = frozenset(name for name, kind in types.items() if kind.is_integer())
    asked = columns_asked(rows.postings, types, where=f"sources.{rows.name}.postings")
    wanted = list(dict.fromkeys([*columns_of(rows.postings), *asked, "_file", "_row"]))
    for raw in _chunks(rows.accepted["raw"], wanted):
        flags = _flags(engine, rows, project, raw, asked)
        yield control_lines(
            raw, rows.source, rows.postings, project, flags=flags, left_out=left_out, currencies=currencies, whole=whole,
        )  # fmt: skip


def control_totals(
    engine: Verbs, rows: SourceRows, project: config.Project, others: Mapping[str, Path]
) -> tuple[dict[Cell, CellTotals], dict[str, Decimal]]:
    """The control totals of a source by cell, and the plain sum of each of its amounts."""
    totals: dict[Cell, CellTotals] = {}
    sums = dict.fromkeys(rows.postings.amounts, Decimal(0))
    for lines in lines_of(engine, rows, project, others):
        add_up(totals, lines)
        for name, amount in source_sums(lines, rows.postings).items():
            sums[name] = EXACTLY.add(sums[name], amount)
    return totals, sums


def located(
    engine: Verbs, rows: SourceRows, project: config.Project, others: Mapping[str, Path], entries: ibis.Table, *, places: Sequence[Place]
) -> list[str]:
    """The rows that differ in some cells, told one by one."""
    expected = pa.concat_tables(should_be(lines, places) for lines in lines_of(engine, rows, project, others))
    own = entries.filter(entries["source"] == rows.name)
    booked = own.select(
        "line", "currency", "amount_name", file="source_file", row="source_row", period=month_start(own["booked_on"]),
        amount=own["original_amount"].cast("decimal(38, 4)"),
    )  # fmt: skip
    cells = reduce(
        or_,
        [(booked["period"] == period) & (booked["line"] == line) & (booked["currency"] == currency) for period, line, currency in places],
    )
    return explain(expected, engine.arrow(booked.filter(cells)))


def _chunks(path: Path, columns: list[str]) -> Iterator[pa.Table]:
    """Rows of Parquet in tables of about a million."""
    held: list[pa.RecordBatch] = []
    for batch in ds.dataset(path, format="parquet").to_batches(columns=columns, batch_size=ROWS_AT_ONCE // 8):
        held.append(batch)
        if sum(each.num_rows for each in held) >= ROWS_AT_ONCE:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _left_out(rows: SourceRows) -> list[LeftOut]:
    """The rows that were not booked, and why: the first list that names a row is what became of it."""
    quarantined = _places(rows.accepted.get("quarantined"), "file", "row")
    counted_once = _places(rows.accepted.get("counted_once"), "_file", "_row")
    unknown = _places(rows.posted.get("quarantined"), "file", "row")
    return [LeftOut("quarantined", quarantined), LeftOut("counted_once", counted_once), LeftOut("unknown_currency", unknown)]


def _places(path: Path | None, file: str, row: str) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Row numbers by file; none where the table was not written."""
    if path is None:
        return {}
    table = ds.dataset(path, format="parquet").to_table(columns=[file, row])
    table = table.filter(pc.is_valid(table[row]))
    grouped = table.group_by(file).aggregate([(row, "list")])
    return {each[file]: np.sort(np.asarray(each[f"{row}_list"], dtype=np.int64)) for each in grouped.to_pylist()}


def _currencies(rows: SourceRows, project: config.Project, others: Mapping[str, Path]) -> dict[str, str] | None:
    """Codes by key where the currency is looked up in another source; from its raw rows, as all else here."""
    lookup = rows.postings.currency
    if not isinstance(lookup, config.sources.Lookup):
        return None
    if lookup.source not in others:
        raise LedgerError("LED006", "a value is looked up in a source that is not there", where=f"sources.{rows.name}.postings.currency",
                          seen=lookup.source, do=f"add sources.{lookup.source}")  # fmt: skip
    there = project.sources[lookup.source]
    table = ds.dataset(others[lookup.source], format="parquet").to_table(columns=[lookup.key, lookup.value])
    keys = texts(table[lookup.key].combine_chunks(), raw_column(lookup.key, there, project)).to_pylist()
    codes = texts(table[lookup.value].combine_chunks(), raw_column(lookup.value, there, project)).to_pylist()
    return {key: code for key, code in zip(keys, codes, strict=True) if key is not None and code is not None}


def _flags(engine: Verbs, rows: SourceRows, project: config.Project, raw: pa.Table, columns: Sequence[str]) -> Flags:
    """What the rules say of each raw row, of values typed apart from the accepted rows."""
    postings = rows.postings
    asked = {f"when {name}": amount.when for name, amount in postings.amounts.items() if amount.when}
    none: Mask = np.zeros(raw.num_rows, dtype=np.bool_)
    if not (asked or postings.rules or postings.returns):
        return Flags((), none)
    where = f"sources.{rows.name}.postings"
    kinds = ds.dataset(rows.accepted["rows"], format="parquet").schema
    values = {name: typed(raw[name].combine_chunks(), raw_column(name, rows.source, project), kinds.field(name).type) for name in columns}
    table = _read_back(engine, pa.table({**values, "_place": pa.array(np.arange(raw.num_rows))}))
    questions = {name: holds(text, table, where=where) for name, text in asked.items()}
    questions |= {f"rule {number}": holds(rule.when, table, where=where) for number, rule in enumerate(postings.rules)}
    questions["returned"] = is_return(table, postings, where=where)
    answers = engine.arrow(table.select("_place", **questions)).sort_by("_place")
    masks = {name: np.asarray(answers[name].to_numpy(), dtype=np.bool_) for name in questions}
    return Flags(
        rules=tuple(masks[f"rule {number}"] for number in range(len(postings.rules))),
        returned=masks["returned"],
        when={name: masks[f"when {name}"] for name, amount in postings.amounts.items() if amount.when},
    )


def _read_back(engine: Verbs, values: pa.Table) -> ibis.Table:
    """An Arrow table as a table of the engine, by way of its scratch folder: nothing stays in its memory."""
    path = engine.scratch / f"rules-{next(_NUMBERS)}.parquet"
    pq.write_table(values, path)
    return engine.read(path)
