"""Faults put into the code on purpose: each harness must find each of them, or it proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unequal import storage
from unequal.storage import durable, faults
from unequal.storage.runs import RunFolder
from unequal.storage.state import publishing
from unequal.storage.state.database import State
from unequal.storage.store import Store


def manifest_after_publishing() -> None:
    """The row points at a manifest that is written only afterwards."""
    written: list[tuple[Path, bytes]] = []
    publish = State.publish

    def later(self: RunFolder, manifest: storage.Manifest) -> Path:
        path = self.runs / f"{manifest.run_id}.json"
        written.append((path, manifest.to_bytes()))
        path.write_bytes(manifest.to_bytes())
        digest = durable.digest_of_file(path)
        path.unlink()
        digests[path] = digest
        return path

    digests: dict[Path, str] = {}
    real = durable.digest_of_file
    durable.digest_of_file = lambda path: digests.get(path) or real(path)  # type: ignore[assignment]

    def first(self: State, run: Any, difference: Any = None) -> Any:
        row = publish(self, run, difference)
        for path, content in written:
            durable.write_whole(path, content)
        return row

    RunFolder.write_manifest = later  # type: ignore[method-assign]
    State.publish = first  # type: ignore[method-assign]


def publishing_in_two_transactions() -> None:
    """The run's row is committed by itself, who is who after it."""

    def twice(self: State, run: Any, difference: Any = None) -> Any:
        with self._writing("run") as connection:
            row = publishing.publish(connection, run, storage.state.MembershipDifference.empty())
        faults.point("between two transactions")
        with self._writing("run") as connection:
            publishing._write_difference(connection, run.run_id, difference)
        return row

    State.publish = twice  # type: ignore[method-assign]


def sweeping_before_publishing() -> None:
    """Yesterday's run is removed before today's is pointed at."""
    publish = State.publish

    def first(self: State, run: Any, difference: Any = None) -> Any:
        RunFolder(FOLDER[0] / ".unequal").sweep(keep=[run.run_id])
        return publish(self, run, difference)

    State.publish = first  # type: ignore[method-assign]


FOLDER: list[Path] = []
"""The project at work, for a mutation that must know it."""


def orphans_left() -> None:
    """What a dead run left in the store stays there."""
    Store.sweep = lambda self, keep: []  # type: ignore[method-assign]


def readers_without_a_lock() -> None:
    """A reader takes no hold of its run."""

    @contextmanager
    def reading(self: RunFolder, run_id: str, published_at: str) -> Iterator[storage.Run | None]:
        manifest = self.manifest(run_id)
        yield storage.Run(manifest, self.folder, published_at) if manifest else None

    RunFolder.reading = reading  # type: ignore[method-assign, assignment]


def without_sync(matches: Callable[[Path], bool]) -> Callable[[], None]:
    """One fsync of the protocol is left out."""

    def put_in() -> None:
        sync_file = durable.sync_file

        def most(path: Path) -> None:
            if matches(path):
                faults.point(f"no sync of {path.name}")
            else:
                sync_file(path)

        durable.sync_file = most

    return put_in


KILLED = {
    "manifest after publishing": manifest_after_publishing,
    "publishing in two transactions": publishing_in_two_transactions,
    "sweeping before publishing": sweeping_before_publishing,
    "orphans left": orphans_left,
}
POWER = {
    "no sync of a table": without_sync(lambda path: path.name == "second.parquet"),
    "no sync of a step's listing": without_sync(lambda path: path.name == "step.json"),
    "no sync of a step's folder": without_sync(lambda path: path.name.startswith(".book-")),
    "no sync of the store": without_sync(lambda path: path.name == "store"),
    "no sync of the manifest": without_sync(lambda path: ".json." in path.name),
    "no sync of the folder of manifests": without_sync(lambda path: path.name == "runs"),
    "manifest after publishing": manifest_after_publishing,
}
READERS = {"readers without a lock": readers_without_a_lock}
