"""Laws of reading delimited text: every byte is accounted for, and how a file is cut into blocks changes nothing."""

import gzip
import io
import itertools
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unequal.config.sources import Source
from unequal.sources.blocks import blocks
from unequal.sources.delimited import DelimitedReader
from unequal.sources.json_lines import JsonLinesReader
from unequal.sources.limits import Limits
from unequal.sources.scanning import Dialect, scan, scan_exactly
from unequal.terms.errors import UnequalError

WIDE = Limits(block=1 << 20, cell=12, record=40)


def walk(data, cells, limits):
    """The grammar, letter by letter, on its own: (start, end, cells or reason) of every record.

    Written from the definition in docs/reference/sources.md, and not from the readers.
    """
    found, position = [], 0
    while position < len(data):
        if data[position] in b"\r\n":
            position += 1
            continue
        line_end = end_of_line(data, position)
        end, parts = record_at(data, position, limits)
        if end is not None and len(parts) != cells and end > line_end:
            second = data[line_end : end_of_line(data, line_end)]
            alone_end, alone = record_at(second, 0, replace(limits, record=1 << 30))
            if alone_end == len(second) and len(alone) == cells:
                end = None
        if end is None:
            end, parts = line_end, "quote"
        if end - position > limits.record:
            parts = "large"
        found.append((position, end, parts))
        position = end
    return found


def end_of_line(data, position):
    while position < len(data) and data[position] not in b"\r\n":
        position += 1
    return position + 2 if data[position : position + 2] == b"\r\n" else min(position + 1, len(data))


def record_at(data, position, limits):
    """Where the record ends and its cells; no end where a quote is misplaced or not closed in time."""
    start, parts = position, []
    while True:
        cell = bytearray()
        if data[position : position + 1] == b'"':
            position += 1
            while True:
                if position >= len(data):
                    return None, parts
                if data[position : position + 2] == b'""':
                    cell += b'"'
                    position += 2
                elif data[position] == 0x22:
                    position += 1
                    break
                else:
                    cell.append(data[position])
                    position += 1
            if position < len(data) and data[position] not in b",\r\n":
                return None, parts
        else:
            while position < len(data) and data[position] not in b",\r\n":
                cell.append(data[position])
                position += 1
        parts.append(bytes(cell))
        if position >= len(data) or data[position] != 0x2C:
            end = end_of_line(data, position) if position < len(data) else position
            quoted = b'"' in data[start:end]
            late = quoted and (position - start >= limits.record and position < len(data))
            return (None if late else end), parts
        position += 1


def expected(data, cells, limits):
    """Rows that must be accepted, as (start, end, cells), and places that must be quarantined."""
    rows, bad = [], []
    for start, end, parts in walk(data, cells, limits):
        record = data[start:end]
        try:
            record.decode()
            text = True
        except UnicodeDecodeError:
            text = False
        fine = (
            isinstance(parts, list) and len(parts) == cells and text and not set(record) & {0, 0x1A, 0x1F}
            and (end - start <= limits.cell or max(map(len, parts)) <= limits.cell)
        )  # fmt: skip
        (rows if fine else bad).append((start, end, [part.decode() for part in parts]) if fine else (start, end))
    return rows, bad


def reading(data, cells, limits, folder, name="law.csv"):
    """What the reader makes of a file: rows, quarantined places, spans of its pieces."""
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    source = Source(read=name, header=tuple(f"c{place}" for place in range(cells)))
    reader = DelimitedReader(path, source, "law", limits=limits)
    rows, bad, spans = [], [], []
    for make in reader.pieces():
        piece = make()
        columns = [column.to_pylist() for column in piece.rows.columns]
        texts = [list(row) for row in zip(*columns, strict=True)]
        rows += list(zip(piece.starts.tolist(), piece.ends.tolist(), texts, strict=True))
        bad += [(broken.start, broken.end) for broken in piece.broken]
        spans.append(piece.span)
    return SimpleNamespace(rows=rows, bad=sorted(bad), spans=spans, size=reader.size(), prelude=reader.prelude)


PIECES = st.sampled_from(
    [b"a", b"bc", b",", b",", b"\n", b"\n", b"\r\n", b"\r", b'"', b'"', b'""', b'","', b'"\n', b',"', b"\x00", b"\x1a",
     "ë".encode(), b"\xe9", b"x" * 15, b"1,2\n", b'3,"4"\n', b'"5\n6",7\n']
)  # fmt: skip
TEXTS = st.lists(PIECES, min_size=1, max_size=40).map(b"".join).filter(lambda data: data.strip(b"\r\n") and not mixed(data))


def mixed(data):
    """Files that are refused for another delimiter, or taken for UTF-16, are another law's."""
    return data.count(b"\x00") * 3 > len(data) or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1f\x8b"))


@settings(max_examples=400, deadline=None)
@given(data=TEXTS, cells=st.integers(1, 3))
def test_the_reader_agrees_with_the_grammar_row_for_row(tmp_path_factory, data, cells):
    found = reading(data, cells, WIDE, tmp_path_factory.getbasetemp())
    rows, bad = expected(data, cells, WIDE)
    assert found.rows == rows
    assert found.bad == bad


@settings(max_examples=200, deadline=None)
@given(data=TEXTS, cells=st.integers(1, 3), block=st.integers(7, 60))
def test_the_size_of_the_blocks_changes_nothing(tmp_path_factory, data, cells, block):
    folder = tmp_path_factory.getbasetemp()
    whole, cut = reading(data, cells, WIDE, folder), reading(data, cells, replace(WIDE, block=block), folder)
    assert (cut.rows, cut.bad) == (whole.rows, whole.bad)


@settings(max_examples=100, deadline=None)
@given(data=TEXTS, block=st.integers(7, 60))
def test_a_packed_file_reads_as_the_plain_one(tmp_path_factory, data, block):
    folder, limits = tmp_path_factory.getbasetemp(), replace(WIDE, block=block)
    plain, packed = reading(data, 2, limits, folder), reading(data, 2, limits, folder, "law.csv.gz")
    assert (packed.rows, packed.bad, packed.size) == (plain.rows, plain.bad, plain.size)


@settings(max_examples=300, deadline=None)
@given(data=st.binary(min_size=1, max_size=200) | TEXTS, block=st.integers(7, 300))
def test_pieces_tile_any_bytes_whatever_they_are(tmp_path_factory, data, block):
    try:
        found = reading(data, 2, replace(WIDE, block=block), tmp_path_factory.getbasetemp())
    except UnequalError as error:
        found = error
    if isinstance(found, UnequalError):
        assert found.code in {"SRC004", "SRC005", "SRC008"}
        return
    edges = [span[:2] for span in found.prelude] + found.spans
    assert edges[0][0] == 0
    assert edges[-1][1] == found.size
    assert all(before[1] == after[0] for before, after in itertools.pairwise(edges))
    places = sorted([row[:2] for row in found.rows] + found.bad)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(places))
    assert all(any(first <= start and end <= last for first, last in found.spans) for start, end in places)


@settings(max_examples=300, deadline=None)
@given(data=TEXTS, cells=st.integers(0, 3), final=st.booleans())
def test_the_fast_scan_finds_what_the_exact_one_finds(data, cells, final):
    dialect = Dialect(ord(","), cells)
    fast, exact = scan(data, dialect, WIDE, final=final), scan_exactly(data, dialect, WIDE, final=final)
    assert np.array_equal(fast.starts, exact.starts)
    assert np.array_equal(fast.ends, exact.ends)
    assert (fast.consumed, fast.broken) == (exact.consumed, exact.broken)


WELL_FORMED = st.lists(st.lists(st.text(st.sampled_from('ab",\n\r ë🙂'), max_size=5), min_size=2, max_size=2), min_size=1, max_size=30)


@settings(max_examples=200, deadline=None)
@given(rows=WELL_FORMED, block=st.integers(7, 200), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_what_a_writer_writes_is_read_back(tmp_path_factory, rows, block, end):
    import csv

    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    found = reading(text.getvalue().encode(), 2, Limits(block=block), tmp_path_factory.getbasetemp())
    assert [cells for _, _, cells in found.rows] == rows
    assert found.bad == []


UTF16 = st.sampled_from(["utf-16-le", "utf-16-be"])


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.text(st.sampled_from("abë🙂,"), min_size=1, max_size=6), min_size=1, max_size=20),
    encoding=UTF16,
    block=st.integers(7, 60),
)
def test_places_in_utf16_lead_back_to_the_bytes_of_the_file(tmp_path_factory, rows, encoding, block):
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff"
    data = mark + "".join(f"{row}\n" for row in rows).encode(encoding)
    found = reading(data, 2, replace(WIDE, block=block, record=1000), tmp_path_factory.getbasetemp())
    places = sorted([row[:2] for row in found.rows] + found.bad)
    assert [data[start:end].decode(encoding) for start, end in places] == [f"{row}\n" for row in rows]


@settings(max_examples=200, deadline=None)
@given(data=st.lists(st.sampled_from([b'{"a": 1}\n', b'{"a": "\\ud800"}\n', b"{\n", b"\r\n", b'{"b":{"c":[1]}}', b"\xff", b"\n", b"[]\n", b"\x00"]), min_size=1).map(b"".join),
       block=st.integers(7, 60))  # fmt: skip
def test_json_lines_tile_too(tmp_path_factory, data, block):
    path: Path = tmp_path_factory.getbasetemp() / "law.jsonl"
    path.write_bytes(data)
    try:
        reader = JsonLinesReader(path, "law", limits=Limits(block=block))
    except UnequalError as error:
        reader = error
    if isinstance(reader, UnequalError):
        assert reader.code == "SRC004"
        return
    pieces = [make() for make in reader.pieces()]
    edges = [(0, 0), *(span[:2] for span in reader.prelude), *(piece.span for piece in pieces), (reader.size(), reader.size())]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(edges))
    counted = sum(piece.numbers.size + len(piece.broken) for piece in pieces)
    text = data.decode("latin-1")
    if not text.startswith(("\xff\xfe", "\xfe\xff")) and reader.encoding == "utf-8":
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        assert counted == sum(1 for line in lines if line.encode("latin-1") and not line.encode("latin-1").isspace())


ROWS = st.lists(st.sampled_from(["1,a", "1,b", "2,a", "3,c"]), max_size=12)


@settings(max_examples=40, deadline=None)
@given(extracts=st.lists(ROWS, min_size=2, max_size=3))
def test_rows_of_overlapping_extracts_count_as_multisets(tmp_path_factory, extracts):
    """Each row counts as often as in the extract that has it most often; what is left out is the rest."""
    rows, left = accepted(tmp_path_factory, extracts)
    counted = Counter()
    for extract in extracts:
        counted |= Counter(extract)
    assert Counter(rows) == counted
    assert Counter(left) == sum((Counter(extract) for extract in extracts), Counter()) - counted


def accepted(tmp_path_factory, extracts):
    import pyarrow.parquet as pq

    from unequal import sources, storage
    from unequal.config.project import Project
    from unequal.config.storage import Storage

    folder = tmp_path_factory.mktemp("overlap")
    files = []
    for number, extract in enumerate(extracts):
        files.append(folder / f"{number}.csv")
        files[-1].write_text("\n".join(["k,v", *extract]) + "\n")
    source = Source(read=tuple(file.name for file in files))
    project = Project(project="law", reporting_currency="EUR", time_zone="UTC", sources={"s": source})
    with storage.open_engine(Storage(threads=1), folder / "scratch") as engine:
        sources.accept(engine, "s", source, files=files, project=project, folder=folder)
    tables = (pq.read_table(folder / f"{name}.parquet") for name in ("rows", "counted_once"))
    found = [[f"{row['k']},{row['v']}" for row in table.to_pylist()] for table in tables]
    ids = [row["_row_id"] for row in pq.read_table(folder / "rows.parquet").to_pylist()]
    assert len(set(ids)) == len(ids)
    return found


@pytest.mark.parametrize("cut", [1, 5, 13])
def test_blocks_end_where_records_end(tmp_path, cut):
    path = tmp_path / "a.csv"
    path.write_bytes(b'a,b\n1,"x\ny"\n2,z\n' * 20)
    reader = DelimitedReader(path, Source(read="a.csv"), "law", limits=Limits(block=cut))
    from functools import partial

    records = partial(scan, dialect=reader.dialect, limits=reader.limits)
    found = list(blocks(reader.stream, records, reader.limits, begin=4, base=4))
    assert b"".join(block.data for block in found) == path.read_bytes()[4:]
    assert all(block.data.endswith((b"z\n", b'y"\n', b"b\n")) for block in found)
