"""A first look into files: format, delimiter, header, encoding, and a table of what is in them.

This is light reading for suggestions only: it may pass over a row that it cannot parse. What a
run accepts and quarantines is decided by the reading proper.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from unequal.sources.column_values import Arrow, pc
from unequal.sources.contracts import TEXT_FORMATS
from unequal.sources.spaced import cells_in
from unequal.sources.vocabulary import NAMES, fit, words_of
from unequal.terms.errors import SourceError

TextFormat = Literal["csv", "tsv", "spaced", "parquet", "jsonl", "xlsx", "xls"]

_HEAD_BYTES: Final = 256 << 10
_READ_BYTES: Final = 64 << 20
"""A text file up to this size is looked at whole; of a larger one its beginning and blocks spread over the rest."""
_BLOCK_BYTES: Final = 1 << 20
_BLOCKS: Final = 24
_ROWS_AT_MOST: Final = 2_000_000
_HEAD_LINES: Final = 200
_SKIP_AT_MOST: Final = 20
_ALIKE: Final = 0.95
"""What share of lines must be alike to be taken for a table."""
_DELIMITERS: Final = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Sniffed:
    """One table of one file.

    Args:
        path: the file.
        format: as the config names it.
        table: what was read of it; text columns for text files.
        whole: whether that is all of it.
        sheet: the sheet of a workbook with more than one.
        delimiter: between cells of a text file.
        skip_lines: lines before the header.
        header: names made up for a file without a header, else None.
        notes: what the user should know.
        footer: the first column's name where the last row is a total, and its value.
    """

    path: Path
    format: TextFormat
    table: pa.Table
    whole: bool
    sheet: str | None = None
    delimiter: str | None = None
    skip_lines: int = 0
    header: tuple[str, ...] | None = None
    notes: tuple[str, ...] = ()
    footer: tuple[str, str] | None = None

    @property
    def is_text(self) -> bool:
        """Whether its values are text that a contract must cast."""
        return self.format in TEXT_FORMATS


def sniff(path: Path) -> list[Sniffed]:
    """The tables of a file.

    Raises:
        SourceError: SRC060 missing or empty, SRC061 of a kind that is not read, SRC062 not what its ending says.
    """
    if not path.is_file() or path.stat().st_size == 0:
        raise SourceError("SRC060", "there is nothing to look at", where=str(path), seen="an empty file" if path.exists() else "no such file",
                          do="give the path of an extract")  # fmt: skip
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    try:
        if ending == "parquet":
            return [_parquet(path)]
        if ending in ("xlsx", "xls"):
            return _workbook(path, "xlsx" if ending == "xlsx" else "xls")
        if ending in ("jsonl", "ndjson"):
            return [_json_lines(path)]
        if ending in ("csv", "tsv", "txt", "tab"):
            return [_text(path, "tsv" if ending in ("tsv", "tab") else "csv")]
    except (pa.ArrowException, CalamineError, OSError, UnicodeError, ValueError) as error:
        raise SourceError("SRC062", "a file is not what its ending says", where=str(path), seen=str(error).splitlines()[0][:200],
                          do="export it again, or rename it") from error  # fmt: skip
    raise SourceError("SRC061", "files of this kind are not read", where=str(path), seen=f"the ending .{ending}",
                      do="unpack it, or export it as csv, xlsx, jsonl or parquet")  # fmt: skip


def _parquet(path: Path) -> Sniffed:
    file = pq.ParquetFile(path)
    if file.metadata.num_rows <= _ROWS_AT_MOST:
        return Sniffed(path, "parquet", file.read(), whole=True)
    groups, rows = [], 0
    step = max(1, file.num_row_groups * file.metadata.row_group(0).num_rows // _ROWS_AT_MOST)
    for group in range(0, file.num_row_groups, step):
        rows += file.metadata.row_group(group).num_rows
        groups.append(group)
        if rows >= _ROWS_AT_MOST:
            break
    return Sniffed(path, "parquet", file.read_row_groups(groups), whole=False)


def _workbook(path: Path, kind: TextFormat) -> list[Sniffed]:
    workbook = CalamineWorkbook.from_path(str(path))
    found = []
    for name in workbook.sheet_names:
        rows = [row for row in workbook.get_sheet_by_name(name).to_python() if any(cell != "" for cell in row)]
        header = [str(cell).strip() for cell in rows[0]] if rows else []
        if len(rows) > 1 and all(header) and len(set(header)) == len(header):
            columns = {column: _cells([row[place] for row in rows[1:]]) for place, column in enumerate(header)}
            found.append(Sniffed(path, kind, pa.table(columns), whole=True, sheet=name))
    if not found:
        raise ValueError("no sheet has a header with names of its own and rows below")
    return found if len(found) > 1 or len(workbook.sheet_names) > 1 else [Sniffed(path, kind, found[0].table, whole=True)]


def _cells(cells: Sequence[Any]) -> Arrow:
    """A column of a sheet by the type that all of its cells have; text where they differ."""
    kinds = {type(cell) for cell in cells if cell != ""}
    plain = [None if cell == "" else cell for cell in cells]
    if kinds and kinds <= {float, int}:
        return pa.array([None if cell is None else float(cell) for cell in plain], pa.float64())
    if kinds == {bool}:
        return pa.array(plain, pa.bool_())
    if kinds == {date}:
        return pa.array(plain, pa.date32())
    if kinds and kinds <= {date, datetime}:
        moments = [cell if cell is None or isinstance(cell, datetime) else datetime(cell.year, cell.month, cell.day) for cell in plain]  # noqa: DTZ001
        return pa.array(moments, pa.timestamp("us"))
    texts = [None if cell is None else str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in plain]
    return pa.array(texts, pa.string())


def _json_lines(path: Path) -> Sniffed:
    raw, whole = _head(path, _READ_BYTES)
    rows = []
    for line in raw.decode("utf-8", errors="replace").splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict):
            rows.append(row)
    if not rows:
        raise ValueError("no line is a JSON object")
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: pa.array([_plain(row.get(name)) for row in rows], pa.string()) for name in names}
    return Sniffed(path, "jsonl", pa.table(columns), whole=whole)


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | int | float) else None


def _head(path: Path, size: int) -> tuple[bytes, bool]:
    """The first bytes of a file, unpacked, and whether that is all."""
    with gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb") as file:
        raw = file.read(size + 1)
    return raw[:size], len(raw) <= size


def _text(path: Path, kind: TextFormat) -> Sniffed:
    head, short = _head(path, _HEAD_BYTES)
    encoding, notes = _encoding(head)
    lines = head.decode(encoding, errors="replace").splitlines()
    lines = lines if short else lines[:-1]
    if not any(line.strip() for line in lines):
        raise ValueError("there is no text in it")
    delimiter = _delimiter(lines)
    if delimiter is None and _is_spaced(lines):
        kind, delimiter, lines = "spaced", "\t", [_tabbed(line.encode()).decode() for line in lines]
    delimiter = delimiter or ","
    skip, width = _preamble(lines, delimiter)
    rows = list(csv.reader(lines[skip:], delimiter=delimiter))
    header = _header(rows)
    names = header or _made_up(rows, width)
    if duplicate := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"two columns are called {duplicate[0]!r}; rename one")
    table, whole, odd = _cells_of_text(path, encoding, delimiter, skip + (1 if header else 0), names, spaced=kind == "spaced")
    if len(names) == 1:
        notes.append("No delimiter was found, so that a whole line is one cell: columns of fixed width must be converted first.")
    if odd:
        notes.append(f"{odd:,} rows have more or fewer cells than the header: a run quarantines them.")
    table, footer = _without_footer(table, names)
    return Sniffed(
        path,
        kind,
        table,
        whole,
        delimiter=None if kind == "spaced" else delimiter,
        skip_lines=skip,
        header=None if header else tuple(names),
        notes=tuple(notes),
        footer=footer,
    )


def _encoding(head: bytes) -> tuple[str, list[str]]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", []
    try:
        # A letter may be cut in two at the end of what was read.
        head[: len(head) - 4 if len(head) > 4 else len(head)].decode("utf-8", errors="strict")  # noqa: PLR2004
    except UnicodeDecodeError as error:
        if error.end < len(head) - 8:
            return "cp1252", ["Some bytes are not UTF-8: a run quarantines their rows. Export the file as UTF-8."]
    return "utf-8-sig", []


def _delimiter(lines: Sequence[str]) -> str | None:
    """The delimiter that cuts most lines into the same number of cells, more than one; None where no one does."""

    def fitness(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in csv.reader(lines[:_HEAD_LINES], delimiter=delimiter) if row)
        width, rows = max(widths.items(), key=lambda each: (each[1] if each[0] > 1 else 0, each[0]))
        return (rows / sum(widths.values()) if width > 1 else 0.0, width)

    best = max(_DELIMITERS, key=lambda delimiter: (round(fitness(delimiter)[0], 2), fitness(delimiter)[1]))
    return best if fitness(best)[1] > 1 else None


def _is_spaced(lines: Sequence[str]) -> bool:
    """Whether lines are filled up with spaces and have as many words each; a column of names has one space between two words."""
    looked = [line for line in lines[:_HEAD_LINES] if line.strip()]
    width, rows = Counter(len(cells_in(line.encode())) for line in looked).most_common(1)[0]
    return width > 1 and rows >= _ALIKE * len(looked) and sum("  " in line for line in looked) >= _ALIKE * len(looked)


def _tabbed(line: bytes) -> bytes:
    return b"\t".join(cells_in(line))


def _preamble(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """How many lines stand before the header, and how wide the table is."""
    widths = [len(row) for row in csv.reader(lines[:_HEAD_LINES], delimiter=delimiter)]
    width = Counter(each for each in widths if each).most_common(1)[0][0]
    physical = [len(next(csv.reader([line], delimiter=delimiter), [])) for line in lines[: _SKIP_AT_MOST + 1]]
    skip = next((number for number, found in enumerate(physical) if found == width), 0)
    return skip, width


def _header(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """The first row, where it names columns: all filled, none a number, a date or an address of e-mail."""
    first = [cell.strip() for cell in rows[0]]
    if not all(first) or any(any(letter.isdigit() for letter in cell) and not any(letter.isalpha() for letter in cell) for cell in first):
        return None
    if any("@" in cell for cell in first):
        return None
    named = sum(any(fit(words_of(cell), known)[0] for known in NAMES.values()) for cell in first)
    below = [row for row in rows[1:20] if len(row) == len(first)]
    numeric_below = any(all(row[place].strip()[:1].isdigit() for row in below) for place in range(len(first))) if below else True
    return list(rows[0]) if named or numeric_below else None


def _made_up(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    return [f"column_{place + 1}" for place in range(width or len(rows[0]))]


def _cells_of_text(
    path: Path, encoding: str, delimiter: str, skip: int, names: Sequence[str], *, spaced: bool
) -> tuple[pa.Table, bool, int]:
    """All cells as text: of the whole file, or of its beginning and of blocks spread over it."""
    raw, whole = _head(path, _READ_BYTES)
    odd = Counter[str]()
    first = _parse(raw if whole else raw[: raw.rfind(b"\n") + 1], encoding, delimiter, skip, names, odd, spaced=spaced)
    if whole or path.name.lower().endswith(".gz") or encoding == "utf-16":
        return first, whole, odd["rows"]
    parts = [first]
    size = path.stat().st_size
    with path.open("rb") as file:
        for number in range(_BLOCKS):
            file.seek(_READ_BYTES + (size - _READ_BYTES - _BLOCK_BYTES) * number // max(_BLOCKS - 1, 1))
            block = file.read(_BLOCK_BYTES)
            block = block[block.find(b"\n") + 1 : block.rfind(b"\n") + 1]
            if block:
                parts.append(_parse(block, encoding, delimiter, 0, names, Counter(), spaced=spaced))
    return pa.concat_tables(parts), False, odd["rows"]


def _parse(raw: bytes, encoding: str, delimiter: str, skip: int, names: Sequence[str], odd: Counter[str], *, spaced: bool) -> pa.Table:
    text = raw.decode(encoding, errors="replace").encode() if encoding != "utf-8-sig" else raw.removeprefix(b"\xef\xbb\xbf")
    text = b"\n".join(_tabbed(line) for line in text.splitlines()) if spaced else text

    def pass_over(_row: Any) -> Literal["skip"]:
        odd["rows"] += 1
        return "skip"

    return arrow_csv.read_csv(
        io.BytesIO(_as_utf8(text)),
        read_options=arrow_csv.ReadOptions(column_names=list(names), skip_rows=skip, block_size=8 << 20),
        parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=pass_over),
        convert_options=arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )


def _as_utf8(text: bytes) -> bytes:
    """A stray byte deep in the file does not stop the look into it."""
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("utf-8", errors="replace").encode()
    return text


_TOTALS: Final = frozenset({"total", "totals", "grand total", "sum", "summe", "gesamt", "gesamtsumme", "somme", "suma", "totale"})


def _without_footer(table: pa.Table, names: Sequence[str]) -> tuple[pa.Table, tuple[str, str] | None]:
    """A last row that says it is the total is no row of the data."""
    if table.num_rows < 2:  # noqa: PLR2004
        return table, None
    last = table.slice(table.num_rows - 1).to_pylist()[0]
    for name in names:
        value = (last[name] or "").strip()
        if value.lower() in _TOTALS and pc.sum(pc.equal(pc.utf8_lower(pc.utf8_trim_whitespace(table[name])), value.lower())).as_py() == 1:
            return table.slice(0, table.num_rows - 1), (name, value)
    return table, None
