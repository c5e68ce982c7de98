"""Accepting a source: its extracts become rows that count once."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from ibis import _

from unequal.config import Project, Source
from unequal.sources.accepting import Acceptance, Counts, Extract, raw_schema, typed_schema
from unequal.sources.contracts import TEXT_FORMATS, casts_of
from unequal.sources.formats import extract_name, format_of, open_reader
from unequal.sources.headings import heading_of
from unequal.sources.limits import LIMITS, Limits
from unequal.sources.outputs import Outputs, write_rows
from unequal.sources.row_ids import COUNTING, EXTRACT_NUMBER, TRACE, left_out, numbered, traces, with_extract_that_counts
from unequal.sources.tables import BYTE, EXTRACT, FILE, ROW, ROW_ID
from unequal.storage import Engine

LeftOut = Mapping[str, Mapping[str, int]]
"""For each file with repeated rows: `rows` left out, `changed` and `repeated` among them."""


def accept(
    engine: Engine,
    name: str,
    source: Source,
    *,
    files: Sequence[Path],
    project: Project,
    folder: Path,
    root: Path | None = None,
    limits: Limits = LIMITS,
) -> None:
    """Read the extracts of a source, cast and check every row, and write what became of each.

    Writes into `folder`: `rows` (accepted, counted once), `counted_once` (rows that another extract holds),
    `raw` (readable rows as found, without the footer), `quarantined`, `span`, `flag` and `extract`.

    Args:
        files: the extracts, in the order in which a later one supersedes an earlier.
        root: the project's folder; files inside it are named relative to it.

    Raises:
        SourceError, Problems: what makes a whole file unreadable or unlike its contract; nothing is published then.
    """
    names = [extract_name(source, file, root) for file in files]
    formats = [format_of(source, file) for file in files]
    readers = [
        open_reader(source, file, where=f"sources.{name}, file {told}", limits=limits) for file, told in zip(files, names, strict=True)
    ]
    heading = heading_of(name, source, readers, names)
    # Where any extract stores types, a column without a contract is kept as stored, and text among it is text.
    casts = casts_of(name, source, heading.columns, project, next((told for told in formats if told not in TEXT_FORMATS), formats[0]))
    key = () if source.key is None else (source.key,) if isinstance(source.key, str) else source.key
    extracts = [
        Extract(name, file, format, reader, heading.columns, places, heading.types, casts, key)
        for file, format, reader, places in zip(names, formats, readers, heading.places, strict=True)  # noqa: A001
    ]
    typed_path = engine.scratch / f"typed-{name}.parquet"
    typed_path.unlink(missing_ok=True)
    schemas = {"raw": raw_schema(heading.columns, heading.types), "typed": typed_schema(heading.columns, casts, heading.types)}
    with Outputs(folder, typed_path, **schemas) as outputs:
        counts = [Acceptance(extract, source, outputs).run() for extract in extracts]
    left = count_once(engine, typed_path, source, heading.columns, names, folder)
    typed_path.unlink(missing_ok=True)
    write_rows(EXTRACT, folder / "extract.parquet", _extract_rows(extracts, counts, left))


def _extract_rows(extracts: Sequence[Extract], counts: Sequence[Counts], left: LeftOut) -> list[dict[str, Any]]:
    rows = []
    for extract, count in zip(extracts, counts, strict=True):
        of_file = left.get(extract.file, {})
        out = of_file.get("rows", 0)
        rows.append({
            "source": extract.source, "file": extract.file, "format": extract.format, "bytes": extract.reader.size(),
            "rows_read": count.read, "rows_accepted": count.read - count.quarantined - out, "rows_quarantined": count.quarantined,
            "rows_counted_once": out, "encoding": extract.reader.encoding, "rows_changed": of_file.get("changed", 0),
            "rows_repeated": of_file.get("repeated", 0),
        })  # fmt: skip
    return rows


def count_once(engine: Engine, typed_path: Path, source: Source, columns: tuple[str, ...], files: Sequence[str], folder: Path) -> LeftOut:
    """Number the rows that repeat, leave out those that another extract holds, and write `rows` and `counted_once`.

    Args:
        typed_path: the typed rows of all extracts; taken over as `rows` where nothing is left to do.
        files: the extracts' names, in order.
    """
    typed = engine.read(typed_path)
    wanted = [*columns, FILE, ROW, BYTE, ROW_ID]
    traced = traces(typed)
    repeated = _repeated(engine, traced)
    if repeated is None:
        engine.write(typed.limit(0), folder / "counted_once.parquet")
        shutil.move(typed_path, folder / "rows.parquet")
        return {}
    once = source.overlap == "count_once"
    extracts = engine.rows(
        {FILE: "string", EXTRACT_NUMBER: "int64"}, [{FILE: file, EXTRACT_NUMBER: place} for place, file in enumerate(files)]
    )
    several = numbered(traced.semi_join(repeated, TRACE), extracts, count_once=once)
    several = with_extract_that_counts(several, last=source.key is not None) if once else several.mutate(**{COUNTING: _[EXTRACT_NUMBER]})
    counted = engine.materialise(several, "several")
    counts = counted[EXTRACT_NUMBER] == counted[COUNTING]
    single = traced.anti_join(repeated, TRACE).select(wanted)
    engine.write(single.union(counted.filter(counts).select(wanted)), folder / "rows.parquet")
    engine.write(counted.filter(~counts).select(wanted), folder / "counted_once.parquet")
    found = engine.fetch(left_out(counted, columns))
    return {row[FILE]: {count: int(row[count]) for count in ("rows", "changed", "repeated")} for row in found}


def _repeated(engine: Engine, traced: ibis.Table) -> ibis.Table | None:
    """The traces that stand more than once; None where every row is the only one of its kind.

    Sorted here and not grouped by the engine: 20 million traces are 160 MB, and take two seconds.
    """
    parts = [batch.column(0).to_numpy(zero_copy_only=False) for batch in engine.batches(traced.select(TRACE))]
    found = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    del parts
    found.sort()
    twice = np.unique(found[1:][found[1:] == found[:-1]])
    return engine.rows({TRACE: "int64"}, pa.table({TRACE: pa.array(twice)})) if twice.size else None
