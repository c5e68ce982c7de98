"""A few records that arrive between runs, against many: what changes is worked out from what they touch alone."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from benchmarks.identity.data import DataSet
from benchmarks.identity.metrics import Figures, figures
from benchmarks.identity.ours import project_of

from unequal import identity, storage
from unequal.config.storage import Storage
from unequal.identity import arriving, identifiers, resolving


@dataclass(frozen=True)
class Arrivals:
    """What arriving came to.

    Args:
        seconds: of each batch, from records that are read to customers with their ids.
        whole: seconds of weighing and grouping all records at once by the same model.
        looked_at: records that were put together anew, batch by batch.
        alike: the partition after all batches, scored against that of all records at once.
    """

    seconds: list[float]
    whole: float
    looked_at: list[int]
    alike: Figures

    @property
    def identical(self) -> bool:
        """Whether both partitions are the same."""
        return self.alike.pairs.precision == self.alike.pairs.recall == 1.0


def arrivals(dataset: DataSet, folder: Path, *, new: int, batches: int, seed: int) -> Arrivals:
    """Hold all records but some, learn nothing anew, and let these arrive.

    Args:
        dataset: of one row a record.
        folder: an empty one.
        new: how many arrive.
        batches: in how many batches.
        seed: of who they are.
    """
    project, chance = project_of(dataset), np.random.default_rng([seed, 21])
    known = _known(dataset, folder)
    budget = resolving.budget_of(project)
    models = resolving.learned_models(resolving.resolved(known, project, {}, budget))
    started = time.perf_counter()
    at_once = resolving.resolved(known, project, models, budget)
    whole = time.perf_counter() - started
    order = chance.permutation(known.records.num_rows)
    before = _some(known, np.sort(order[new:]))
    standing = arriving.Standing.of(before, resolving.resolved(before, project, models, budget), project, models=models)
    seconds, looked_at = [], []
    for batch in np.array_split(order[:new], batches):
        some = _some(known, batch)
        started = time.perf_counter()
        arrived = standing.arrive(some)
        seconds.append(time.perf_counter() - started)
        looked_at.append(len(arrived.rows))
    place = {record_id: row for row, record_id in enumerate(standing.record_id)}
    rows = [place[record_id] for record_id in known.records["record_id"].to_pylist()]
    return Arrivals(seconds, whole, looked_at, figures(np.array(standing.label)[rows], at_once.label))


def _known(dataset: DataSet, folder: Path) -> resolving.Known:
    project = project_of(dataset)
    with storage.open_engine(Storage(threads=2), folder / "scratch") as engine:
        places = []
        for name, source in dataset.sources.items():
            source.rows.to_parquet(folder / f"{name}.parquet", index=False)
            places.append(folder / f"gathered-{name}")
            places[-1].mkdir()
            rows = engine.read(folder / f"{name}.parquet")
            identity.gather(engine, name, project.sources[name], rows=rows, project=project, folder=places[-1])
        records = engine.materialise(identifiers.numbered(engine.read([place / "record.parquet" for place in places])), "numbered")
        attributes = engine.read([place / "person_attribute.parquet" for place in places])
        return identity.steps.known_of(engine, records, attributes, None, project)


def _some(known: resolving.Known, rows: np.ndarray) -> resolving.Known:
    """Some of the records, numbered as they stand there; further values go with the records that have them."""
    wanted = pa.array(rows, pa.int64())
    numbers = pa.array(np.arange(len(rows)), pa.int64())
    place = np.full(known.records.num_rows, -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    at = place[np.asarray(known.others["number"], dtype=np.int64)]
    others = known.others.set_column(0, "number", pa.array(at, pa.int64())).filter(pa.array(at >= 0))
    return resolving.Known(
        known.records.take(wanted).set_column(0, "number", numbers), known.features.take(wanted).set_column(0, "number", numbers), others,
        known.verdicts,
    )  # fmt: skip
