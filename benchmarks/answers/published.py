"""A published run of many entries, made cheaply: every customer of a small run stands in it many times."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

import ibis

from unequal import demo, flow, ledger, storage

IDS = frozenset({
    "customer_id", "from_customer", "to_customer", "household_id", "record_id", "record_id_a", "record_id_b", "record", "entry_id", "reverses",
    "document", "row_id", "interaction_id", "promise_id", "contact_id", "survey_id",
})  # fmt: skip
"""Columns that name one customer, record or entry: each copy has names of its own."""
READ = ("book", "who is who", "golden", "relate", "interactions", "programmes", "serve", "band", "judge", "experience", "loyal", "levers",
        "move", "turnover", "value", "equity", "totals")  # fmt: skip
"""Steps whose tables are multiplied, beside those that gather records: an answer reads them."""
UNREAD = frozenset({"customer_event", "customer_redirect", "match_level", "value_frequency", "feature", "other_value"})
RUN_ID = "2026-01-01T000000-copies"


def multiply(small: Path, large: Path, entries: int) -> None:
    """Publish, as the project `large`, the current run of the project `small` so many times over that it has about so many entries.

    What counts or sums the company by month, source or model stays as it is for one copy: it has as many rows however many customers
    there are. So this base is for telling time and memory, and no figure of it means anything.
    """
    shutil.rmtree(large, ignore_errors=True)
    large.mkdir(parents=True)
    shutil.copy(small / "unequal.yaml", large)
    before, after = flow.open_project(small), flow.open_project(large)
    with flow.open_base(before) as opened, after.run_folder.writing(), storage.open_state(after.state_url) as state:
        copies = max(1, round(entries / opened.engine.count(opened.base.table("entry"))))
        done = [_step(opened, after.run_folder.store, opened.run.step(name), copies) for name in opened.run.manifest.steps]
        steps = {one.name: {"key": one.key, "digest": one.digest, "folder": one.folder.name} for one in done}
        manifest = replace(opened.run.manifest, run_id=RUN_ID, steps=steps)
        at = datetime.now(UTC).replace(tzinfo=None)
        nobody = storage.state.MembershipDifference.empty()
        flow.publishing.publish(after.run_folder, state, manifest, nobody, previous=None, published_at=at, keep_runs=1)


def _step(opened: flow.reading.OpenBase, store: storage.store.Store, step: storage.StepOutput, copies: int) -> storage.StepOutput:
    """A step's output with its customers many times, or the very files where no answer reads them."""
    is_read = step.name in READ or step.name.startswith("gather ")

    def work(folder: Path) -> None:
        for name, path in step.tables.items():
            table = opened.engine.read(path)
            if is_read and name not in UNREAD and IDS & set(table.columns):
                opened.engine.write(reduce(ibis.union, _copies(table, copies)), folder / path.name)
            else:
                _link(path, folder / path.name)

    return store.make(step.name, step.key, work)


def _link(file: Path, to: Path) -> None:
    """The same bytes: outputs never change, so a second name does; a copy where the folders are on two disks."""
    try:
        os.link(file, to)
    except OSError:
        shutil.copy(file, to)


def _copies(table: ibis.Table, copies: int) -> Iterator[ibis.Table]:
    """A table as it is, and again under other names; a rank counts all copies."""
    for copy in range(copies):
        named = {name: _named(table, name, copy) for name in sorted(IDS & set(table.columns)) if copy}
        if "customer_rank" in table.columns:
            named["customer_rank"] = ((table["customer_rank"] - 1) * copies + copy + 1).cast(table["customer_rank"].type())
        yield table.mutate(**named)


def _named(table: ibis.Table, name: str, copy: int) -> ibis.Value:
    """An id of a copy; buckets of entries without a customer are the same in all of them."""
    suffixed = table[name].cast("string") + f"-{copy}"
    return ibis.ifelse(ledger.is_real_customer(table[name]), suffixed, table[name]) if name == "customer_id" else suffixed


def make(project: Path | None, aside: Path, large: Path, entries: int) -> None:
    """Publish the large run from a project that has been run; from a Meridian made and run aside where there is none."""
    if project is None:
        project = aside / "meridian"
        demo.build(project)
        flow.run(flow.open_project(project))
    multiply(project, large, entries)
