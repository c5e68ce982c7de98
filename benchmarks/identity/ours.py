"""Unequal on a data set, by its real path and with its defaults: config, gather, resolve."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
from benchmarks.identity.data import DataSet, Source
from benchmarks.identity.metrics import Figures, figures

from unequal import config, identity, sources, storage
from unequal.config.storage import Storage
from unequal.flow import open_project

DAY = date(2026, 1, 5)


@dataclass(frozen=True)
class Resolved:
    """What a run found.

    Args:
        found: source, record_id, customer_id.
        seconds: by part: gather, resolve.
        folder: where the tables of the run are.
        cpu_seconds: of all threads together: what another's load on the machine hardly changes.
    """

    found: pd.DataFrame
    seconds: dict[str, float]
    folder: Path
    cpu_seconds: float

    def figures(self, truth: pd.DataFrame) -> Figures:
        """Scores against a truth of source, record_id and entity; records that are not in the truth are not scored."""
        together = with_entities(self.found, truth)
        return figures(together["customer_id"], together["entity"])


def with_entities(found: pd.DataFrame, truth: pd.DataFrame) -> pd.DataFrame:
    """Found customers beside true entities, one row a record of the truth.

    A record that found no customer, as one whose id is a placeholder, counts as alone.
    """
    together = truth.merge(found, on=["source", "record_id"], how="left", validate="one_to_one")
    lost = together["customer_id"].isna()
    together.loc[lost, "customer_id"] = [f"nobody {number}" for number in range(int(lost.sum()))]
    return together


def project_of(dataset: DataSet) -> config.Project:
    """The config that a user would write for the set, all defaults."""
    own = sorted({name for source in dataset.sources.values() for name in source.own})
    sources_section = {name: {"read": f"{name}.parquet", "records": _records(source)} for name, source in dataset.sources.items()}
    return config.Project.model_validate({
        "project": dataset.name, "reporting_currency": "EUR", "time_zone": "Etc/UTC", "default_region": dataset.region,
        "attributes": {name: {"type": "text", "meaning": f"{name} as its source has it"} for name in own}, "sources": sources_section,
    })  # fmt: skip


def _records(source: Source) -> dict[str, object]:
    columns = {name: column if isinstance(column, str) else list(column) for name, column in source.attributes.items()}
    return {"id": source.record_id, "kind": source.kind, "attributes": columns, "keys": dict(source.keys), "deduplicated": source.deduplicated}  # fmt: skip


def resolve(dataset: DataSet, folder: Path, *, threads: int = 2) -> Resolved:
    """Who is who in a set, nobody known before.

    Args:
        dataset: to resolve.
        folder: an empty one for the tables; they stay.
        threads: of the engine.
    """
    project = project_of(dataset)
    for name, source in dataset.sources.items():
        source.rows.to_parquet(folder / f"{name}.parquet", index=False)
    with storage.open_engine(Storage(threads=threads), folder / "scratch") as engine:
        rows = {name: engine.read(folder / f"{name}.parquet") for name in dataset.sources}
        return _resolved(engine, project, rows, folder)


@dataclass(frozen=True)
class LookedUp:
    """One look-up after the other, against a resolved set in memory.

    Args:
        milliseconds: of each.
        right: share of them whose first customer is the record's own.
        index_seconds: to make the published index.
        cold_seconds: to load it with everything else, before the first look-up.
    """

    milliseconds: np.ndarray
    right: float
    index_seconds: float
    cold_seconds: float


def look_up(dataset: DataSet, resolved: Resolved, folder: Path, *, times: int, seed: int = 4) -> LookedUp:
    """Ask for records of a set by some of their values, as a resolver that stays warm does.

    Args:
        dataset: of one row a record.
        resolved: see resolve.
        folder: where `resolve` has written.
        times: how many look-ups.
        seed: of the records drawn, and of the values that are left out: one in five.
    """
    project, lookup, chance = project_of(dataset), identity.lookup, np.random.default_rng(seed)
    files = identity.steps.files_of({name: folder / f"gathered-{name}" for name in dataset.sources})
    with storage.open_engine(Storage(threads=2), folder / "scratch-of-look-ups") as engine:
        read = {table: engine.read([folder / f"gathered-{name}" / f"{table}.parquet" for name in dataset.sources])
                for table in ("record", "person_attribute")}  # fmt: skip
        model = {name: engine.read(resolved.folder / f"{name}.parquet") for name in ("match_level", "match_figure", "value_frequency")}
        started = time.perf_counter()
        lookup.index(
            engine, records=read["record"], attributes=read["person_attribute"], model=model, files=files, project=project,
            folder=resolved.folder,
        )  # fmt: skip
        indexed = time.perf_counter()
        published = lookup.Published(
            read["record"], read["person_attribute"], engine.read(resolved.folder / "match_key.parquet"), model, files
        )
        bases = lookup.everybody(engine, published, project)
        whose = engine.arrow(engine.read(resolved.folder / "customer_record.parquet").select("source", "record_id", "customer_id"))
        customers = {kind: base.customers(whose) for kind, base in bases.items()}
        loaded = time.perf_counter()
    (source,) = dataset.sources.values()
    own = dict(zip(resolved.found["record_id"], resolved.found["customer_id"], strict=True))
    spent, right = [], 0
    for row in source.rows.iloc[chance.integers(0, len(source.rows), times)].to_dict("records"):
        given = {name: row[column] for name, column in source.attributes.items() if isinstance(row[column], str) and chance.random() > 0.2}
        begun = time.perf_counter()
        asked = lookup.asked(given, project)
        found = lookup.found(bases[asked.kind], asked)
        answer = lookup.identified(
            bases[asked.kind], found, customers[asked.kind].take(found.records).to_pylist(), kind=asked.kind, limit=5
        )
        spent.append(1000 * (time.perf_counter() - begun))
        right += bool(answer.candidates) and answer.candidates[0].customer_id == own[row[source.record_id]]
    return LookedUp(np.array(spent), right / times, indexed - started, loaded - indexed)


def resolve_world(world: Path, folder: Path) -> Resolved:
    """Who is who in a built demo, and who lives with whom, by its own config."""
    opened = open_project(world)
    project = opened.config
    with storage.open_engine(Storage(threads=2), folder / "scratch") as engine:
        rows = {}
        for name, source in project.sources.items():
            if source.records or source.relationships:
                place = folder / f"accepted-{name}"
                place.mkdir()
                files = sources.files_of(source, world)
                sources.accept(engine, name, source, files=files, project=project, folder=place, root=world)
                rows[name] = engine.read(place / "rows.parquet")
        resolved = _resolved(engine, project, {name: table for name, table in rows.items() if project.sources[name].records}, folder)
        gathered = [folder / f"gathered-{name}" for name, source in project.sources.items() if source.records]
        identity.steps.relate(
            engine, rows={name: table for name, table in rows.items() if project.sources[name].relationships},
            customers=engine.read(resolved.folder / "customer.parquet"), members=engine.read(resolved.folder / "customer_record.parquet"),
            records=engine.read([place / "record.parquet" for place in gathered]),
            attributes=engine.read([place / "person_attribute.parquet" for place in gathered]), project=project, folder=resolved.folder,
        )  # fmt: skip
        return resolved


def _resolved(
    engine: storage.Engine, project: config.Project, rows: dict[str, ibis.Table], folder: Path, *, before: Path | None = None,
    old_ids: Sequence[Mapping[str, str]] = (),
) -> Resolved:  # fmt: skip
    """Gather and resolve.

    Args:
        engine: to run on.
        project: the config.
        rows: each source's rows.
        folder: for the tables.
        before: CUSTOMER_RECORD of the run before; None at the first.
        old_ids: every redirect until then.
    """
    started, cpu = time.perf_counter(), time.process_time()
    places = {name: folder / f"gathered-{name}" for name in rows}
    for name, table in rows.items():
        places[name].mkdir()
        identity.gather(engine, name, project.sources[name], rows=table, project=project, folder=places[name])
    gathered = time.perf_counter()
    whole = folder / "who"
    whole.mkdir()
    identity.resolve(
        engine, records=engine.read([place / "record.parquet" for place in places.values()]),
        attributes=engine.read([place / "person_attribute.parquet" for place in places.values()]),
        before=engine.rows(identity.BEFORE, []) if before is None else engine.read(before).select(*identity.BEFORE),
        redirects=engine.rows({"old_id": "string", "customer_id": "string"}, list(old_ids)),
        files=identity.steps.files_of(places), project=project, day=DAY, folder=whole,
    )  # fmt: skip
    resolved, cpu = time.perf_counter(), time.process_time() - cpu
    found = pd.read_parquet(whole / "customer_record.parquet", columns=["source", "record_id", "customer_id"])
    return Resolved(found, {"gather": gathered - started, "resolve": resolved - gathered}, whole, cpu)
