"""Runs that need no engine: the very steps, manifest, state and sweep of a real one, in milliseconds.

Generation g of a run holds g in every table and moves every record to the customer of g, so that
whoever sees two generations at once sees a mixture, and it shows.
"""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from unequal import storage
from unequal.flow.publishing import publish
from unequal.storage.state.difference import EVENTS, REDIRECTS

RECORDS = tuple(str(number) for number in range(20))
STEPS = ("accept orders", "who is who", "book")


def state_url(folder: Path) -> str:
    return f"sqlite:///{folder / '.unequal' / 'state.db'}"


def publish_generation(folder: Path, generation: int) -> None:
    """Make and publish the run of a generation, as flow.batch does."""
    runs = storage.RunFolder(folder / ".unequal")
    with runs.writing(), storage.open_state(state_url(folder)) as state:
        before = state.current_run()
        rates = _step(runs, "rates", 0)
        done = {"rates": rates, **{name: _step(runs, name, generation) for name in STEPS}}
        manifest = storage.Manifest(
            run_id=f"run-{generation}-{len(state.runs())}",
            project="p",
            config_digest="c",
            code_digest="d",
            steps={name: {"key": step.key, "digest": step.digest, "folder": step.folder.name} for name, step in done.items()},
            summary={"level": "revenue", "generation": generation},
        )
        # One month for all, so that the sweep has something to do.
        moment = datetime(2026, 1, 31, 12) + timedelta(seconds=generation)
        publish(runs, state, manifest, _difference(state, generation), previous=before, published_at=moment, keep_runs=1)


def _step(runs: storage.RunFolder, name: str, generation: int) -> storage.StepOutput:
    def work(folder: Path) -> None:
        for table in ("first", "second"):
            (folder / f"{table}.parquet").write_text(f"{name} {table} of generation {generation}")

    key = storage.durable.digest_of_texts(name, str(generation))
    return runs.store.find(name, key) or runs.store.make(name, key, work)


def _difference(state: storage.State, generation: int) -> storage.state.MembershipDifference:
    """Every record moves from the customer it has to that of the generation; the old id leads there."""
    now = {row["record_id"]: row["customer_id"] for batch in state.membership_batches() for row in batch.to_pylist()}
    new = f"c_{generation}"
    moved = [
        {"kind": "merged" if record in now else "founded", "source": "crm", "record_id": record, "from_customer": now.get(record),
         "to_customer": new, "since": date(2026, 1, 31)}
        for record in RECORDS if now.get(record) != new
    ]  # fmt: skip
    redirects = [{"old_id": old, "customer_id": new} for old in sorted(set(now.values()) - {new})]
    return storage.state.MembershipDifference.of_tables(pa.Table.from_pylist(moved, EVENTS), pa.Table.from_pylist(redirects, REDIRECTS))


class Mixture(Exception):  # noqa: N818 - it is what was seen
    """A reader sees parts of two runs, or a run that is not whole."""


def seen(folder: Path) -> int:
    """The generation that a reader sees in every table and in who is who.

    Raises:
        Mixture: it is not one.
    """
    with storage.open_state(state_url(folder)) as state:
        return seen_in(folder, state)


def seen_in(folder: Path, state: storage.State, *, pause_seconds: float = 0) -> int:
    """As `seen`, with the state open; asks again where a publisher came in between. A slow reader pauses over its run."""
    runs = storage.RunFolder(folder / ".unequal")
    for _ in range(100):
        row = state.current_run()
        if row is None:
            raise Mixture("no run")
        with runs.reading(row.run_id, "") as run:
            if run is None:
                continue
            time.sleep(pause_seconds)
            members = {entry["customer_id"] for batch in state.membership_batches() for entry in batch.to_pylist()}
            led = {entry["customer_id"] for entry in state.redirects().to_pylist()}
            generation = _generation_of(runs, run, row)
            still = state.current_run()
        if still is not None and still.run_id != row.run_id:
            continue
        if members != {f"c_{generation}"} or not led <= members:
            raise Mixture(f"run of generation {generation}, membership of {sorted(members)}, redirects to {sorted(led)}")
        return generation
    raise Mixture("a reader never gets hold of a run")


def _generation_of(runs: storage.RunFolder, run: storage.Run, row: storage.state.RunRow) -> int:
    path = runs.runs / f"{row.run_id}.json"
    if storage.durable.digest_of_file(path) != row.manifest_sha256:
        raise Mixture("the manifest is not the one that was published")
    generation = int(str(run.manifest.summary["generation"]))
    for name in ("rates", *STEPS):
        step, wanted = run.step(name), 0 if name == "rates" else generation
        for table in ("first", "second"):
            text = step.table(table).read_text()
            if text != f"{name} {table} of generation {wanted}":
                raise Mixture(f"{name} {table} says {text!r} in generation {generation}")
    return generation


def leftovers(folder: Path) -> list[str]:
    """What lies in the project's folder that no published run needs."""
    place = folder / ".unequal"
    manifests = sorted((place / "runs").glob("*.json"))
    needed = {step["folder"] for path in manifests for step in json.loads(path.read_text())["steps"].values()}
    found = [str(path) for path in (place / "store").iterdir() if path.name not in needed]
    found += [str(path) for path in (place / "scratch").glob("*")]
    found += [str(path) for path in (place / "runs").glob(".*")]
    return found + [str(path) for path in (place / "runs").glob("*.lock") if not path.with_suffix(".json").exists()]
