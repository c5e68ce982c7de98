"""Opening a published run for questions: one run, held while it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

import ibis

from unequal import config, storage
from unequal.answers import Base
from unequal.flow.opening import OpenProject
from unequal.terms.errors import StorageError
from unequal.terms.lines import Level

SLICING_ATTRIBUTES: Final = ("country", "region", "city", "segment", "gender")
"""Attributes of a customer that questions may slice by, beside the project's own: none of them names a person."""

_TRIES: Final = 5


@dataclass(frozen=True)
class OpenBase:
    """A published run, open: what answers need, and what tracing needs beside it."""

    base: Base
    run: storage.Run
    engine: storage.Engine
    state: storage.State

    def source_table(self, source: str, table: str) -> ibis.Table:
        """A table that accepting a source left: rows, quarantined, span, extract, counted_once."""
        return self.engine.read(self.run.step(f"accept {source}").table(table))


@contextmanager
def open_base(opened: OpenProject, *, as_of: str | None = None) -> Iterator[OpenBase]:
    """Open the current run, or a kept one, for as long as the block lasts.

    Args:
        opened: the project.
        as_of: a run's id, or a day YYYY-MM-DD (the last run published on or before it); the current run by default.

    Raises:
        StorageError: STO009, nothing is published yet; STO010, no kept run is that old.
    """
    folder = opened.run_folder
    with storage.open_state(opened.state_url) as state:
        for _ in range(_TRIES):
            row = _wanted(state, folder, as_of)
            with folder.reading(row.run_id, row.published_at.isoformat()) as run:
                # Between finding the row and holding its run, a publisher may have swept it: then there is a newer one.
                if run is not None:
                    yield from _opened(opened, folder, state, run, row)
                    return
            if as_of is not None:
                break
    raise StorageError("STO010", "that run is not kept", seen=row.run_id, do="`unequal status` lists the runs that are")


def _opened(
    opened: OpenProject, folder: storage.RunFolder, state: storage.State, run: storage.Run, row: storage.state.RunRow
) -> Iterator[OpenBase]:
    with folder.scratch() as scratch, storage.open_engine(opened.config.storage, scratch) as engine:
        base = Base(
            project=opened.config,
            run_id=run.run_id,
            published_at=f"{row.published_at.isoformat(timespec='seconds')}Z",
            level=Level(row.level),
            tables=_tables(engine, run, opened.config),
            arrow=engine.arrow,
        )
        yield OpenBase(base, run, engine, state)


def _wanted(state: storage.State, folder: storage.RunFolder, as_of: str | None) -> storage.state.RunRow:
    current = state.current_run()
    if current is None:
        raise StorageError("STO009", "nothing is published yet", do="run `unequal run` first")
    if as_of is None:
        return current
    runs = state.runs()
    exact = [row for row in runs if row.run_id == as_of]
    fitting = exact or [row for row in runs if _not_after(row, as_of) and folder.manifest(row.run_id) is not None]
    if not fitting:
        raise StorageError("STO010", "no kept run is of that name, or that old", where="--as-of", seen=as_of,
                           do="`unequal status` lists the runs that are kept; write a day as YYYY-MM-DD")  # fmt: skip
    return fitting[-1]


def _not_after(row: storage.state.RunRow, as_of: str) -> bool:
    try:
        return row.published_at.date() <= date.fromisoformat(as_of)
    except ValueError:
        return False


def _tables(engine: storage.Engine, run: storage.Run, project: config.Project) -> Mapping[str, ibis.Table]:
    """The published tables by the names that answers use."""
    book, who, gathered = run.step("book"), run.step("who is who"), run.steps("gather ")
    tables = {
        "entry": engine.read(book.table("entry")),
        "statement": engine.read(book.table("statement")),
        "reconciliation": engine.read(run.step("reconcile").table("reconciliation")),
        "band": engine.read(run.step("band").table("band")),
        "customer": engine.read(who.table("customer")),
        "customer_record": engine.read(who.table("customer_record")),
        "record": engine.read([step.table("record") for step in gathered]),
        "person_attribute": engine.read([step.table("person_attribute") for step in gathered]),
        "quarantined": engine.read([step.table("quarantined") for prefix in ("accept ", "post ") for step in run.steps(prefix)]),
        "extract": engine.read([step.table("extract") for step in run.steps("accept ")]),
    }
    return {**tables, "customer_attribute": customer_attributes(tables, sliceable(project))}


def sliceable(project: config.Project) -> tuple[str, ...]:
    """Attributes that questions may name: the known ones that name nobody, and the project's own unless protected."""
    own = tuple(name for name, attribute in project.attributes.items() if not attribute.protected)
    mapped = {name for source in project.sources.values() if source.records for name in source.records.attributes}
    return tuple(name for name in (*SLICING_ATTRIBUTES, *own) if name in mapped)


def customer_attributes(tables: Mapping[str, ibis.Table], attributes: tuple[str, ...]) -> ibis.Table:
    """What questions may name of a customer: kind, band, and one value of each attribute.

    Worked out when a question names them and published nowhere: values about persons live in `person_attribute` alone.

    Returns:
        customer_id, kind, band, and a text column an attribute: the smallest of the customer's values where they differ.
    """
    customers = tables["customer"].select("customer_id", "kind")
    bands = tables["band"].select("customer_id", "band")
    known = customers.left_join(bands, "customer_id").select("customer_id", "kind", "band")
    if not attributes:
        return known
    values = tables["person_attribute"].filter(tables["person_attribute"]["attribute"].isin(attributes))
    owned = values.join(tables["customer_record"], ["source", "record_id"])
    value = owned["value_given"]
    wide = owned.group_by("customer_id").aggregate(**{name: value.min(where=owned["attribute"] == name) for name in attributes})
    return known.left_join(wide, "customer_id").select(*known.columns, *attributes)
