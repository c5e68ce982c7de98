"""Steps that are done once: found again while their code, parameters and inputs stay as they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Final

import unequal
from unequal import storage
from unequal.flow.progress import Progress

_SHOWING: Final = frozenset({"answers", "access", "charts", "pages", "report", "demo", "notebook", "api", "console", "cli"})
"""Rooms that show figures and make none: a change there leaves every step's output as it was."""


@cache
def code_digest() -> str:
    """Digest of the code that makes figures: a change to it makes every step anew."""
    root = Path(unequal.__file__).parent
    files = sorted(path for path in root.rglob("*.py") if path.relative_to(root).parts[0] not in _SHOWING)
    return storage.durable.digest_of_texts(unequal.__version__, *(path.read_text(encoding="utf-8") for path in files))


class Steps:
    """Runs the steps of one run in turn, and remembers what each left."""

    def __init__(self, folder: storage.RunFolder, progress: Progress) -> None:
        self._store = folder.store
        self._progress = progress
        self.done: dict[str, storage.StepOutput] = {}

    def step(self, name: str, work: Callable[[Path], None], *, inputs: Iterable[storage.StepOutput | str] = ()) -> storage.StepOutput:
        """Do a step, or find what it left before.

        Args:
            name: unique within the run, as in "post orders".
            work: writes the step's tables into the folder it is given.
            inputs: outputs it reads, and texts (parameters, digests of files) it depends on.
        """
        key = storage.durable.digest_of_texts(code_digest(), name, *(part if isinstance(part, str) else part.digest for part in inputs))
        self._progress.begin(name)
        started = time.perf_counter()
        output = self._store.find(name, key) or self._store.make(name, key, work)
        self._progress.end(name, made=output.made, seconds=time.perf_counter() - started)
        self.done[name] = output
        return output

    def reuse(self, name: str, output: storage.StepOutput) -> storage.StepOutput:
        """Take over what the last published run left, as it stands."""
        self._progress.begin(name)
        self._progress.end(name, made=False, seconds=0.0)
        self.done[name] = output
        return output
