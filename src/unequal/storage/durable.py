"""Files that are whole or absent, and still there after the power fails."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from unequal.storage import faults
from unequal.terms.errors import StorageError

_OF_THE_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})


@contextmanager
def full_disk_told(path: Path) -> Iterator[None]:
    """Tell a disk that is full, failing or limited as an error of ours.

    Raises:
        StorageError: STO003, the disk takes no more.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        raise StorageError("STO003", "a table cannot be written", where=str(path), seen=os.strerror(error.errno or 0),
                           do="make room on the disk; the last published run is unharmed") from error  # fmt: skip


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, so that they are still there after the power fails."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_file(folder.parent)


def sync_file(path: Path) -> None:
    """Wait until a file's bytes are on the disk."""
    faults.point(f"sync {path.name}")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until every file below a folder, and the folders themselves, are on the disk."""
    for path in sorted(folder.rglob("*")):
        sync_file(path)
    sync_file(folder)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader sees all of it or none, and a power cut leaves one or the other."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    faults.point(f"write {path.name}")
    beside.write_bytes(content)
    sync_file(beside)
    faults.point(f"rename {path.name}")
    beside.replace(path)
    sync_file(path.parent)


def rename_whole(folder: Path, to: Path) -> None:
    """Give a finished folder its final name; it must be synced before."""
    faults.point(f"rename {to.name}")
    folder.rename(to)
    sync_file(to.parent)


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def digest_of_texts(*texts: str) -> str:
    """One SHA-256 over several texts, whose borders count."""
    whole = hashlib.sha256()
    for text in texts:
        whole.update(f"{len(text.encode())}:".encode())
        whole.update(text.encode())
    return whole.hexdigest()
