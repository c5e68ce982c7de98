"""Files that are written as the world is made: text put together column by column, Parquet and SQLite."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from unequal.demo.columns import Arrow, Ints, Texts

pc: Any = pyarrow.compute
Cells = Any
"""A column of cells: an array of str, or Arrow text."""


def glued(*parts: Cells | str) -> Arrow:
    """Row by row, the parts one after the other as Arrow text."""
    return pc.binary_join_element_wise(*(part if isinstance(part, str | pa.Array) else pa.array(part, pa.string()) for part in parts), "")


def whole(numbers: Ints) -> Arrow:
    """Whole numbers as text."""
    return pa.array(numbers).cast(pa.string())


def amount(units: Ints, *, mark: str = ".", digits: int = 2) -> Arrow:
    """Units of 0.0001 as text with two or four digits after the mark."""
    step = 10 ** (4 - digits)
    cents = np.abs(units) // step
    sign = pc.if_else(pa.array(units < 0), "-", "")
    tail = pc.utf8_lpad(whole(cents % 10**digits), width=digits, padding="0")
    return pc.binary_join_element_wise(sign, whole(cents // 10**digits), mark, tail, "")


def clock(seconds: Ints) -> Arrow:
    """Seconds of a day as HH:MM:SS."""
    parts = [pc.utf8_lpad(whole(part), width=2, padding="0") for part in (seconds // 3600 % 24, seconds // 60 % 60, seconds % 60)]
    return pc.binary_join_element_wise(*parts, ":")


def quoted(values: Cells, delimiter: str) -> Arrow:
    """Cells of a text table: in quotes where they hold the delimiter, a quote or a line's end."""
    column = pa.array(values, pa.string()) if not isinstance(values, pa.Array) else values
    special = pc.match_substring_regex(column, f'[{delimiter}"\\n\\r]')
    if not pc.any(special).as_py():
        return column
    doubled = pc.replace_substring(column, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), column)


class TextFile:
    """A text file that grows; knows how many data rows it has.

    Args:
        path: written anew; gzip where it ends in .gz, without a time in it, so that bytes are the same again.
        header: the first line, if any.
        mark: bytes before the first line, as a byte order mark.
    """

    def __init__(self, path: Path, header: str = "", *, mark: bytes = b"") -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.name = path.name
        self.rows = 0
        self._raw = path.open("wb")
        self._out: IO[bytes] = self._raw
        if path.suffix == ".gz":
            self._out = cast("IO[bytes]", gzip.GzipFile(filename="", fileobj=self._raw, mode="wb", compresslevel=5, mtime=0))
        self._out.write(mark)
        if header:
            self._out.write(header.encode() + b"\n")

    def lines(self, lines: Arrow) -> None:
        """Add lines."""
        if len(lines):
            both = pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(lines)], pa.int32()), lines), "\n")
            self._out.write(both[0].as_buffer())
            self._out.write(b"\n")
            self.rows += len(lines)

    def table(self, columns: Sequence[Cells], delimiter: str) -> None:
        """Add rows of cells."""
        self.lines(pc.binary_join_element_wise(*(quoted(column, delimiter) for column in columns), delimiter))

    def raw(self, line: bytes) -> int:
        """Add one line as it is; its number among the data rows, from 1."""
        self._out.write(line + b"\n")
        self.rows += 1
        return self.rows

    def close(self) -> None:
        """Finish the file."""
        self._out.close()
        self._raw.close()


def json_lines(fields: Mapping[str, tuple[Cells, str]]) -> Arrow:
    """One JSON object a row. A field is its column and how it stands: text, word (needs no escape), bare.

    Empty text is null.
    """
    parts: list[Any] = []
    lead = "{"
    for name, (values, style) in fields.items():
        parts.append(f'{lead}"{name}":')
        parts.append(_json_value(values, style))
        lead = ","
    parts.append("}")
    return pc.binary_join_element_wise(*parts, "")


def _json_value(values: Cells, style: str) -> Arrow:
    if style == "text":
        return pa.array([json.dumps(value, ensure_ascii=False) if value else "null" for value in values], pa.string())
    column = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    shown = pc.binary_join_element_wise('"', column, '"', "") if style == "word" else column
    return pc.if_else(pc.equal(column, ""), "null", shown)


class ParquetFile:
    """A Parquet file that grows by row groups; its columns are those of the first table added."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def table(self, table: pa.Table) -> None:
        """Add rows."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()


class SqliteFile:
    """A SQLite database written anew: tables by name with their columns in words, all text."""

    def __init__(self, path: Path, tables: Mapping[str, str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        for table, columns in tables.items():
            self._database.execute(f"CREATE TABLE {table} ({' TEXT, '.join(columns.split())} TEXT)")

    def rows(self, table: str, columns: Sequence[Texts]) -> None:
        """Add rows given as columns; an empty text is null."""
        lists = [column.tolist() for column in columns]
        holes = ",".join("?" * len(lists))
        rows = ([value if value != "" else None for value in row] for row in zip(*lists, strict=True))
        self._database.execute("BEGIN")
        self._database.executemany(f"INSERT INTO {table} VALUES ({holes})", rows)  # noqa: S608 -- our own table names
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Finish the file."""
        self._database.close()
