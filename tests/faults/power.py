"""What a disk holds after the power fails: what was synced, and nothing else.

Watches `os.fsync`. A file's bytes last as they were when it was last synced, a folder's names as they were
when it was last synced; all else is gone, as the laws of file systems allow. SQLite syncs by itself, out of
sight, so its own files are taken as they are.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_OF_SQLITE = ("state.db", "state.db-wal", "state.db-shm")


class Disk:
    """The part of a folder that would survive, kept up to date as the process syncs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bytes: dict[int, bytes] = {}
        self._names: dict[int, dict[str, int]] = {}
        self._kinds: dict[int, bool] = {}
        for path in [folder, *folder.rglob("*")]:
            self._remember(path)
        self._fsync = os.fsync
        os.fsync = self._watched  # type: ignore[assignment]

    def _watched(self, descriptor: int) -> None:
        self._fsync(descriptor)
        self._remember(Path(f"/proc/self/fd/{descriptor}").readlink())

    def _remember(self, path: Path) -> None:
        number = path.stat().st_ino
        if path.is_dir():
            self._names[number] = {entry.name: entry.inode() for entry in os.scandir(path)}
            self._kinds |= {entry.inode(): entry.is_dir() for entry in os.scandir(path)}
        else:
            self._bytes[number] = path.read_bytes()

    def after_power_loss(self, to: Path) -> None:
        """Write what survives into another folder."""
        shutil.rmtree(to, ignore_errors=True)
        self._write(self._folder.stat().st_ino, to)
        state = self._folder / ".unequal"
        for name in _OF_SQLITE:
            if (state / name).exists() and (to / ".unequal").exists():
                shutil.copy(state / name, to / ".unequal" / name)

    def _write(self, number: int, to: Path) -> None:
        to.mkdir()
        for name, inode in self._names.get(number, {}).items():
            if self._kinds[inode]:
                self._write(inode, to / name)
            elif name not in _OF_SQLITE:
                (to / name).write_bytes(self._bytes.get(inode, b""))
