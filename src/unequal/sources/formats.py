"""Which files a source has, what they are written in, and what reads them."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path

from unequal.config import Source, columns
from unequal.sources.database_tables import DatabaseReader
from unequal.sources.delimited import DelimitedReader
from unequal.sources.headings import heading_of
from unequal.sources.json_lines import JsonLinesReader
from unequal.sources.limits import LIMITS, Limits
from unequal.sources.parquet import ParquetReader
from unequal.sources.pieces import Reader
from unequal.sources.spaced import SpacedReader
from unequal.sources.workbooks import WorkbookReader
from unequal.terms.errors import Problems, SourceError


def files_of(source: Source, folder: Path) -> list[Path]:
    """The files, or the database, that a source is read from.

    Paths in the order of the list, each glob's by name; the same file twice is taken once. A database whose
    address stands elsewhere is `env:NAME` or `file:PATH`.

    Args:
        folder: where the config lies.

    Raises:
        Problems: SRC001, for each path or glob that finds nothing.
    """
    given = columns.parts(source.read)
    found: dict[Path, None] = {}
    problems: list[SourceError] = []
    for pattern in given:
        matches = _matches(pattern, folder)
        found.update(dict.fromkeys(matches))
        if not matches:
            problems.append(SourceError("SRC001", "nothing is found to read", where=f"read: {pattern}", seen=f"looked in {folder}",
                                        do="correct the path; it is relative to the config"))  # fmt: skip
    if problems:
        raise Problems(problems)
    return list(found)


def _matches(pattern: str, folder: Path) -> list[Path]:
    if pattern.startswith("env:"):
        return [Path(pattern)]
    if pattern.startswith("file:"):
        return [Path(f"file:{folder.absolute() / Path(pattern.removeprefix('file:')).expanduser()}")]
    path = folder / os.path.expanduser(pattern.removeprefix("sqlite:"))  # noqa: PTH111
    if path.is_file():
        return [path]
    return [Path(match) for match in sorted(glob.glob(str(path), recursive=True)) if os.path.isfile(match)]  # noqa: PTH113, PTH207


def format_of(source: Source, file: Path) -> str:
    """What a file is written in: as declared, else as its ending says.

    Raises:
        SourceError: SRC003, neither says.
    """
    told = columns.format_of(source) or columns.format_of(source.model_copy(update={"read": file.name}))
    if told is None:
        raise SourceError("SRC003", "the format of a file cannot be told from its name", where=str(file), seen=file.suffix or "no ending",
                          do="declare format: csv, tsv, spaced, parquet, jsonl, xlsx, xls, sqlite or postgresql")  # fmt: skip
    return told


def extract_name(source: Source, file: Path, root: Path | None) -> str:
    """How an extract is named in every table: its file relative to the project where it lies inside; a database with its table."""
    inside = root is not None and file.is_absolute() and file.is_relative_to(root)
    name = file.relative_to(root).as_posix() if inside and root is not None else str(file)
    return f"{name}/{source.table}" if source.table is not None else name


def open_reader(source: Source, file: Path, *, where: str, limits: Limits = LIMITS) -> Reader:
    """Open one file of a source and read its header; its rows are read when they are asked for."""
    form = format_of(source, file)
    if form in ("csv", "tsv"):
        return DelimitedReader(file, source, where, format=form, limits=limits)
    if form == "spaced":
        return SpacedReader(file, source, where, limits=limits)
    if form == "jsonl":
        return JsonLinesReader(file, where, limits=limits)
    if form == "parquet":
        return ParquetReader(file, where)
    if form in ("xlsx", "xls"):
        return WorkbookReader(file, source, where)
    return DatabaseReader(file, source, where)


def headers(source: Source, files: Sequence[Path]) -> list[str]:
    """The columns of a source, under the names that its contracts use; only headers are read.

    Raises:
        SourceError, Problems: as opening and checking the headers of the files do.
    """
    readers = [open_reader(source, file, where=f"file {file}") for file in files]
    return list(heading_of("", source, readers, [str(file) for file in files]).columns)
