"""What happened at the moment of contact comes back as ordinary files, so that the next run reads it like any other source."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from unequal import config, storage
from unequal.flow.opening import OpenProject

FOLDER: Final = ".unequal/live"
_WANTED: Final = re.compile(rf"(?:\./)?{re.escape(FOLDER)}/({'|'.join(storage.state.RETURNED)})-([A-Za-z0-9_]+)\.parquet")


def bring_back(opened: OpenProject) -> tuple[Path, ...]:
    """Write anew every file of `.unequal/live/` that a source of the project reads; nothing where none does.

    A file is named for a table and for the source whose record ids it carries: `contacts-crm.parquet`. Where the same table is
    read for several sources, a customer's rows stand in the file of the first of them in which he has a record. A file whose
    rows are the same as before is the same to the byte, so that steps which rest on it are skipped.

    Returns:
        The files.

    Raises:
        StorageError: the state cannot be opened, or the disk is full.
    """
    wanted = list(_wanted(opened.config))
    if not wanted:
        return ()
    folder = opened.folder / FOLDER
    storage.durable.make_folder(folder)
    with storage.state.open_live(opened.state_url) as live:
        return tuple(_written(live, folder, table, source, _before(wanted, table, source)) for table, source in wanted)


def is_returned(source: config.Source, table: str) -> bool:
    """Whether a source reads a table that comes back from the moment of contact."""
    matched = [_WANTED.fullmatch(place) for place in ([source.read] if isinstance(source.read, str) else source.read)]
    return any(one is not None and one[1] == table for one in matched)


def _wanted(project: config.Project) -> Iterator[tuple[str, str]]:
    """Tables and sources that the project's sources read, in their order, each once."""
    found: dict[tuple[str, str], None] = {}
    for source in project.sources.values():
        for place in [source.read] if isinstance(source.read, str) else source.read:
            if matched := _WANTED.fullmatch(place):
                found[matched[1], matched[2]] = None
    yield from found


def _before(wanted: list[tuple[str, str]], table: str, source: str) -> list[str]:
    same = [name for other, name in wanted if other == table]
    return same[: same.index(source)]


def _written(live: storage.state.LiveState, folder: Path, table: str, source: str, before: list[str]) -> Path:
    path = folder / f"{table}-{source}.parquet"
    aside = path.with_suffix(".part")
    with storage.durable.full_disk_told(aside), pq.ParquetWriter(aside, storage.state.RETURNED[table]) as writer:
        for batch in live.contacts.returned(table, source, after=before):
            writer.write_batch(batch)
    os.replace(aside, path)  # noqa: PTH105 - both lie in one folder
    return path
