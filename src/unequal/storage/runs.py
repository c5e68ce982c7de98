"""Published runs: a manifest each, read under a shared lock, swept when nobody reads them.

The pointer to the current run is one row in the state database (see state/). What lies here
is what that row points at: `runs/RUN_ID.json`, which names the step outputs in `store/`.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from unequal.storage import durable, faults
from unequal.storage.store import StepOutput, Store
from unequal.terms.errors import StorageError


@dataclass(frozen=True)
class Manifest:
    """What a run is made of, and from what.

    Args:
        run_id: its name; sorts by time.
        project: the project's name in its config.
        config_digest: digest of the config's text.
        code_digest: digest of the code that made it.
        steps: step name -> (key, digest, folder below `store/`; and erased, the erasures that it was written anew for).
        summary: figures for `status`, plain JSON values.
    """

    run_id: str
    project: str
    config_digest: str
    code_digest: str
    steps: Mapping[str, Mapping[str, str]]
    summary: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """JSON, keys sorted."""
        return json.dumps(self.__dict__, sort_keys=True, indent=1).encode()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Read what `to_bytes` wrote."""
        return cls(**json.loads(content))


@dataclass(frozen=True)
class Run:
    """A published run, open for reading."""

    manifest: Manifest
    folder: Path
    published_at: str

    @property
    def run_id(self) -> str:
        return self.manifest.run_id

    def step(self, name: str) -> StepOutput:
        """The output of one of its steps.

        Raises:
            StorageError: STO007, the run has no such step.
        """
        found = self.manifest.steps.get(name)
        if found is None:
            raise StorageError("STO007", f"the run {self.run_id} has no step {name}", do="run `unequal run` again")
        return StepOutput(name, found["key"], self.folder / "store" / found["folder"], found["digest"], made=False)

    def steps(self, prefix: str) -> list[StepOutput]:
        """The outputs of all steps whose name starts so, in the order of the run."""
        return [self.step(name) for name in self.manifest.steps if name.startswith(prefix)]


class RunFolder:
    """The folder `.unequal` of a project: store, runs, scratch and locks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        durable.make_folder(self.runs)
        self.store = Store(folder / "store")

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder for what must be put aside while the block lasts; what a dead process left, the next run sweeps."""
        folder = self.folder / "scratch" / f"{os.getpid()}-{secrets.token_hex(4)}"
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Locked before the folder is there, so that a folder whose lock is free has no owner any more.
        with folder.with_suffix(".lock").open("w") as lock:
            _lock(lock, fcntl.LOCK_EX)
            try:
                folder.mkdir()
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
                folder.with_suffix(".lock").unlink(missing_ok=True)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the one place of a writer.

        Raises:
            StorageError: STO006, another process is running this project.
        """
        with (self.folder / "writer.lock").open("w") as lock:
            if not _lock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                raise StorageError("STO006", "another run of this project is at work", where=str(self.folder),
                                   do="wait for it to end; a process that died holds no lock")  # fmt: skip
            self._sweep_scratch()
            yield

    def write_manifest(self, manifest: Manifest) -> Path:
        """Put a run's manifest on the disk; it is not published until the state points at it."""
        path = self.runs / f"{manifest.run_id}.json"
        with durable.full_disk_told(path):
            durable.write_whole(path, manifest.to_bytes())
        return path

    def manifest(self, run_id: str) -> Manifest | None:
        """A run's manifest, or None where it has been swept."""
        path = self.runs / f"{run_id}.json"
        return Manifest.from_bytes(path.read_bytes()) if path.exists() else None

    @contextmanager
    def reading(self, run_id: str, published_at: str) -> Iterator[Run | None]:
        """Hold a run while it is read; None where it has been swept meanwhile."""
        with self._lock_of(run_id).open("a") as lock:
            _lock(lock, fcntl.LOCK_SH)
            manifest = self.manifest(run_id)
            if manifest is None:
                self._lock_of(run_id).unlink(missing_ok=True)
            yield Run(manifest, self.folder, published_at) if manifest else None

    def wait_for_readers(self, run_ids: Sequence[str], seconds: float) -> list[str]:
        """Wait until nobody reads some runs as they were when this was called.

        Returns:
            Runs that somebody still reads.
        """
        give_up = time.monotonic() + seconds
        return [run_id for run_id in run_ids if not self._is_let_go(run_id, give_up)]

    def _is_let_go(self, run_id: str, give_up: float) -> bool:
        with self._lock_of(run_id).open("a") as lock:
            while not _lock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                if time.monotonic() > give_up:
                    return False
                time.sleep(0.02)
        return True

    def sweep(self, keep: Sequence[str]) -> list[str]:
        """Remove runs that are not kept and that nobody reads, then step outputs that no run left needs.

        Returns:
            The ids of the runs removed.
        """
        swept = [path.stem for path in sorted(self.runs.glob("*.json")) if path.stem not in keep and self._remove_run(path)]
        needed = {
            self.folder / "store" / step["folder"]
            for path in self.runs.glob("*.json")
            for step in Manifest.from_bytes(path.read_bytes()).steps.values()
        }
        self.store.sweep(needed)
        self._sweep_unfinished()
        return swept

    def _lock_of(self, run_id: str) -> Path:
        return self.runs / f"{run_id}.lock"

    def _remove_run(self, manifest: Path) -> bool:
        lock_path = self._lock_of(manifest.stem)
        with lock_path.open("a") as lock:
            if not _lock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                return False
            faults.point(f"remove {manifest.name}")
            manifest.unlink()
            faults.point(f"remove {lock_path.name}")
            lock_path.unlink(missing_ok=True)
            return True

    def _sweep_unfinished(self) -> None:
        """Remove what a writer that died left in `runs/`: manifests half written, locks of runs that are gone."""
        for path in self.runs.iterdir():
            if path.name.startswith(".") or (path.suffix == ".lock" and not path.with_suffix(".json").exists()):
                path.unlink(missing_ok=True)

    def _sweep_scratch(self) -> None:
        """Remove what processes that died left in `scratch/`: the locks of the living are held."""
        for folder in (path for path in (self.folder / "scratch").glob("*") if path.is_dir()):
            with folder.with_suffix(".lock").open("a") as lock:
                if _lock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    shutil.rmtree(folder, ignore_errors=True)
                    folder.with_suffix(".lock").unlink(missing_ok=True)


def _lock(stream: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(stream, kind)
    except BlockingIOError:
        return False
    return True
