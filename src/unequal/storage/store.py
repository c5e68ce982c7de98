"""Outputs of steps, addressed by what they were made from, so that an unchanged step costs nothing."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from unequal.storage import durable, faults
from unequal.terms.errors import StorageError

_LISTING: Final = "step.json"


@dataclass(frozen=True)
class StepOutput:
    """What one step left: a folder of Parquet tables that never changes again.

    Args:
        name: the step's name, as in `post orders`.
        key: digest of its code, parameters and inputs.
        folder: where its tables lie.
        digest: digest of the tables' bytes; what later steps depend on.
        made: whether this run made it, rather than found it.
    """

    name: str
    key: str
    folder: Path
    digest: str
    made: bool

    def table(self, name: str) -> Path:
        """The path of one of its tables.

        Raises:
            StorageError: STO005, the step has no such table.
        """
        path = self.folder / f"{name}.parquet"
        if not path.exists():
            raise StorageError("STO005", f"the step {self.name} left no table {name}", where=str(self.folder))
        return path

    @property
    def tables(self) -> dict[str, Path]:
        """All of its tables by name."""
        return {path.stem: path for path in sorted(self.folder.glob("*.parquet"))}


class Store:
    """The folder of step outputs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        durable.make_folder(folder)

    def find(self, name: str, key: str) -> StepOutput | None:
        """The output of a step made from just this, or None."""
        folder = self.folder / _folder_name(name, key)
        listing = folder / _LISTING
        if not listing.exists():
            return None
        digest = json.loads(listing.read_text())["digest"]
        return StepOutput(name, key, folder, digest, made=False)

    def make(self, name: str, key: str, work: Callable[[Path], None]) -> StepOutput:
        """Run a step into a folder aside, sync it, and give it its name.

        A step that fails leaves nothing that `find` would find.

        Raises:
            StorageError: STO003, the disk takes no more; and whatever `work` raises.
        """
        aside = self.folder / f".{_folder_name(name, key)}.{os.getpid()}"
        shutil.rmtree(aside, ignore_errors=True)
        try:
            with durable.full_disk_told(aside):
                aside.mkdir()
                work(aside)
                digest = _digest_of_tables(aside)
                faults.point(f"list {name}")
                (aside / _LISTING).write_text(json.dumps({"step": name, "key": key, "digest": digest}))
                durable.sync_tree(aside)
        except BaseException:
            shutil.rmtree(aside, ignore_errors=True)
            raise
        final = self.folder / _folder_name(name, key)
        if final.exists():  # an earlier stop left it without its listing, or another process was first
            shutil.rmtree(final)
        durable.rename_whole(aside, final)
        return StepOutput(name, key, final, digest, made=True)

    def sweep(self, keep: set[Path]) -> list[Path]:
        """Remove every folder that no kept run refers to; says which."""
        wanted = {path.resolve() for path in keep}
        swept = [folder for folder in sorted(self.folder.iterdir()) if folder.resolve() not in wanted]
        for folder in swept:
            faults.point(f"sweep {folder.name}")
            shutil.rmtree(folder, ignore_errors=True)
        return swept


def _folder_name(name: str, key: str) -> str:
    return f"{name.replace(' ', '-')}-{key[:16]}"


def _digest_of_tables(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith((".", "_SUCCESS")))
    return durable.digest_of_texts(*(f"{path.relative_to(folder)}={durable.digest_of_file(path)}" for path in files))
