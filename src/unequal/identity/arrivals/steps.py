"""A published base brought into memory, for records that arrive between runs; and what arrives, read as a run reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa

from unequal import config, storage
from unequal.identity import identifiers, membership, resolving, steps
from unequal.identity.arrays import Ints, column, integers
from unequal.identity.arriving import Before, Standing
from unequal.identity.lookup import Published
from unequal.identity.lookup.steps import models_of
from unequal.identity.steps import Ways

_GONE = -1
Verdict = tuple[tuple[str, str], tuple[str, str], str]


def standing_in(
    engine: storage.Engine, published: Published, *, edges: ibis.Table, before: pa.Table, given_up: Iterable[str],
    verdicts: Iterable[Verdict], project: config.Project,
) -> Standing:  # fmt: skip
    """A published base, ready for more records.

    Args:
        engine: to run on.
        published: what the run left.
        edges: EDGE of the run.
        before: source, record_id, customer_id, since: the state's membership as it is now.
        given_up: ids that are no customer's any more.
        verdicts: in force: two records by source and record id, and `same` or `different`.
        project: the config.
    """
    numbered = engine.materialise(identifiers.numbered(published.records), "numbered")
    known = steps.known_of(engine, numbered, published.attributes, None, project)
    past = engine.arrow(membership.with_numbers(engine.rows(steps.BEFORE, before), numbered))
    whose = _before(past, known.records.num_rows, given_up)
    return Standing.published(known, _numbered_edges(engine, edges, numbered), whose, verdicts, project, models_of(engine, published))


def known_rows(
    engine: storage.Engine, name: str, source: config.Source, rows: ibis.Table, *, ways: Ways, project: config.Project, folder: Path
) -> resolving.Known:
    """What some rows of a source say of persons and organisations: read as a run reads them.

    Args:
        engine: to run on.
        name: the source's name.
        source: its section of the config, with `records`.
        rows: accepted rows.
        ways: how the source writes, see steps.ways_of.
        project: the config.
        folder: an empty one.
    """
    steps.gather(engine, name, source, rows=rows, project=project, folder=folder, ways=ways)
    numbered = engine.materialise(identifiers.numbered(engine.read(folder / "record.parquet")), "numbered")
    return steps.known_of(engine, numbered, engine.read(folder / "person_attribute.parquet"), None, project, ways)


def _before(past: pa.Table, records: int, given_up: Iterable[str]) -> Before:
    number, customer = integers(past, "number", absent=_GONE), column(past, "customer_id").to_pylist()
    customers: list[str | None] = [None] * records
    for at, whose in zip(number.tolist(), customer, strict=True):
        if at != _GONE:
            customers[at] = whose
    founded: dict[str, int] = {}
    for whose, day in zip(customer, integers(past, "since").tolist(), strict=True):
        founded[whose] = min(day, founded.get(whose, day))
    gone = [row for row in past.select(["source", "record_id", "customer_id"]).to_pylist() if row["record_id"] is not None]
    names: Mapping[tuple[str, str], str] = {(row["source"], row["record_id"]): row["customer_id"] for row in gone}
    return Before(customers, founded, frozenset(given_up), names)


def _numbered_edges(engine: storage.Engine, edges: ibis.Table, numbered: ibis.Table) -> tuple[Ints, Ints]:
    """The pairs of EDGE by the numbers of their records."""
    names = numbered.select("source", "record_id", "number")
    one, other = (names.rename({f"{name}_{side}": name for name in names.columns}) for side in ("a", "b"))
    found = edges.inner_join(one, ["source_a", "record_id_a"]).inner_join(other, ["source_b", "record_id_b"])
    pairs = engine.arrow(found.select("number_a", "number_b"))
    return np.array(integers(pairs, "number_a")), np.array(integers(pairs, "number_b"))
