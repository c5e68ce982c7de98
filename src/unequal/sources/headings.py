"""The columns of a source over all of its extracts, checked against what the config names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from unequal.config import Source
from unequal.sources.casting_typed import stored_type
from unequal.sources.contracts import columns_needed, contract_of
from unequal.sources.pieces import Reader
from unequal.sources.tables import BOOKKEEPING
from unequal.terms.errors import Problems, SourceError


@dataclass(frozen=True)
class Heading:
    """The columns of a source.

    Args:
        columns: names as contracts use them, in the order they are met.
        types: what each is kept as where no contract says: text where the extracts differ.
        places: for each extract, where each column stands in it; None where it has none.
    """

    columns: tuple[str, ...]
    types: tuple[pa.DataType, ...]
    places: tuple[tuple[int | None, ...], ...]


def heading_of(name: str, source: Source, readers: Sequence[Reader], files: Sequence[str]) -> Heading:
    """Bring the headers of all extracts under one.

    Raises:
        Problems: SRC006 a column twice, SRC007 a column that the config names is missing, SRC013 extracts differ
            in columns and no key tells their rows apart, SRC021 a name that is taken.
    """
    names = [tuple(canonical(column, source) for column in reader.columns) for reader in readers]
    problems: list[SourceError] = []
    for reader, own, file in zip(readers, names, files, strict=True):
        problems += _problems(source, reader, own, f"sources.{name}, file {file}" if name else f"file {file}")
    columns = tuple(dict.fromkeys(column for own in names for column in own))
    if not problems and len(set(map(frozenset, names))) > 1 and source.key is None and source.overlap == "count_once":
        problems.append(_differing(name, names, files))
    if problems:
        raise Problems(problems)
    places = tuple(tuple(own.index(column) if column in own else None for column in columns) for own in names)
    types = tuple(_common_type([reader.types[at[i]] for reader, at in zip(readers, places, strict=True) if at[i] is not None])  # type: ignore[index]
                  for i in range(len(columns)))  # fmt: skip
    return Heading(columns, types, places)


def canonical(column: str, source: Source) -> str:
    """The name that the config uses for a column of a file."""
    for name in source.columns:
        contract = contract_of(source, name)
        if contract and column in contract.also_named:
            return name
    return column


def _common_type(types: Sequence[pa.DataType]) -> pa.DataType:
    kept = {stored_type(given) for given in types}
    return kept.pop() if len(kept) == 1 else pa.string()


def _problems(source: Source, reader: Reader, names: tuple[str, ...], where: str) -> Iterator[SourceError]:
    twice = [column for column, times in Counter(column.lower() for column in names).items() if times > 1]
    if twice:
        yield SourceError("SRC006", "a header names a column twice", where=where, seen=", ".join(twice),
                          do="rename one in the export; or declare header with all names, and skip_lines: 1")  # fmt: skip
    taken = [column for column in names if column.lower() in BOOKKEEPING]
    if taken:
        yield SourceError(
            "SRC021", "a column bears a name that Unequal needs", where=where, seen=", ".join(taken), do="rename it in the export"
        )
    missing = {column: place for column, place in columns_needed(source).items() if column not in names}
    if missing:
        told = ", ".join(f"{column!r} ({place})" for column, place in missing.items())
        has = ", ".join(repr(column) for column in reader.columns)
        yield SourceError("SRC007", "columns that the config names are missing", where=where, seen=f"missing {told}; the file has {has}"[:2000],
                          do=_advice(reader, missing))  # fmt: skip


def _advice(reader: Reader, missing: dict[str, str]) -> str:
    others = [mark for mark in (";", "\t", "|", ",") if len(reader.columns) == 1 and mark in reader.columns[0]]
    if others:
        return f"its first line is cut by {others[0]!r}, it seems: declare delimiter"
    if len(reader.columns) == 1 and set(missing) <= set(reader.columns[0].split()):
        return "its first line is cut by spaces, it seems: declare format: spaced"
    if any(_like_data(column) for column in reader.columns):
        return "the first line looks like data: declare header with the names of all columns, or skip_lines for what stands before it"
    return f"correct the name{'s' if len(missing) > 1 else ''}, or declare also_named where another extract uses another name"


def _like_data(column: str) -> bool:
    digits = sum(letter.isdigit() for letter in column)
    return digits * 2 > len(column)


def _differing(name: str, names: Sequence[tuple[str, ...]], files: Sequence[str]) -> SourceError:
    common = frozenset.intersection(*map(frozenset, names))
    told = "; ".join(f"{file} alone has {', '.join(sorted(set(own) - common))}"
                     for own, file in zip(names, files, strict=True) if set(own) - common)  # fmt: skip
    return SourceError("SRC013", "extracts of one source have different columns, so that rows in both could not be recognised",
                       where=f"sources.{name}" if name else "", seen=told[:2000],
                       do="declare also_named for columns that were renamed, a key, or overlap: keep")  # fmt: skip
