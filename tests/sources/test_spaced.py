"""Text whose cells are parted by runs of spaces: what is a row, and what becomes of a line that is none."""

from __future__ import annotations

import itertools
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unequal.config.sources import Source
from unequal.sources.limits import Limits
from unequal.sources.sniffing import sniff
from unequal.sources.spaced import SpacedReader
from unequal.terms.errors import Problems, SourceError

DISCS = b" customer_id  date discs  dollars\r\n 00001 19970101  1   11.77\r\n 00002 19970112 12  277.00\r\n"
CONTRACTS = {"date": {"type": "date", "format": "%Y%m%d"}, "discs": "integer", "dollars": "money"}


def tiles(accepted, size):
    spans = accepted.spans
    return spans[0][0] == 0 and spans[-1][1] == size and all(a[1] == b[0] for a, b in itertools.pairwise(spans))


def test_cells_parted_by_any_number_of_spaces_are_cast_by_their_contracts(accepting):
    accepted = accepting({"discs.txt": DISCS}, format="spaced", columns=CONTRACTS)
    assert accepted.column("customer_id") == ["00001", "00002"]
    assert accepted.column("dollars") == [D("11.77"), D("277.00")]
    assert [str(day) for day in accepted.column("date")] == ["1997-01-01", "1997-01-12"]
    assert accepted.spans == [(0, 35, "header", 0), (35, len(DISCS), "accepted", 2)]
    assert accepted.extracts[0]["format"] == "spaced"


@pytest.mark.parametrize("block", [7, 1 << 20])
def test_lines_with_more_or_fewer_cells_are_quarantined_with_their_place(accepting, block):
    data = b"id town total\n1 York 5.00\n2 New York 6.00\n3  7.00\n\n   \t \n4\tHull\t8.00 \n5 Bath x\n6"
    accepted = accepting({"a.txt": data}, format="spaced", columns={"total": "money"}, limits=Limits(block=block))
    assert accepted.column("id") == ["1", "4"]
    assert accepted.reasons == [(2, None, "ragged_row"), (3, None, "ragged_row"), (5, "total", "not_a_number"), (6, None, "ragged_row")]
    assert accepted.quarantined[0]["detail"] == "4 cells where the header has 3"
    assert accepted.quarantined[0]["raw"] == "2 New York 6.00\n"
    assert tiles(accepted, len(data))


def test_lines_end_in_any_of_three_ways_and_a_quote_is_a_letter_of_its_cell(accepting):
    accepted = accepting({"a.txt": b'id name\r\n1 "Ann\r2 5"\n3 Cid,Dee'}, format="spaced")
    assert accepted.column("name") == ['"Ann', '5"', "Cid,Dee"]
    assert accepted.quarantined == []


def test_a_no_break_space_parts_nothing(accepting):
    accepted = accepting({"a.txt": "id town\n1 New\u00a0York\n".encode()}, format="spaced")
    assert accepted.column("town") == ["New\u00a0York"]


def test_bytes_that_are_no_text_cost_their_own_line_only(accepting):
    data = b"id town\n1 Z\xfcrich\n2 K\xc3\xb6ln\n3 Hu\x00ll\n4 Bath\n\x1a"
    accepted = accepting({"a.txt": data}, format="spaced")
    assert accepted.column("town") == ["Köln", "Bath"]
    assert accepted.reasons == [(1, None, "bad_encoding"), (3, None, "nul_byte"), (5, None, "ctrl_z")]
    assert tiles(accepted, len(data))


def test_utf16_is_read_and_places_count_bytes_of_the_file(accepting):
    data = "id   town\n1    Zürich\n2\n3    Köln\n".encode("utf-16")
    accepted = accepting({"a.txt": data}, format="spaced")
    assert accepted.column("town") == ["Zürich", "Köln"]
    assert data[accepted.quarantined[0]["byte_start"] : accepted.quarantined[0]["byte_end"]].decode("utf-16-le") == "2\n"
    assert tiles(accepted, len(data))


def test_lines_before_the_header_and_a_header_of_ones_own_are_declared(accepting):
    data = b"Discs of 1997\n id  total\n  1   5.00\n"
    assert accepting({"a.txt": data}, format="spaced", skip_lines=1).column("total") == ["5.00"]
    accepted = accepting({"a.txt": b" 1  5.00\n"}, format="spaced", header=("no", "total"))
    assert accepted.column("no") == ["1"]


def test_a_footer_with_fewer_cells_is_a_checksum(accepting):
    footer = {"columns": {"total": "money"}, "footer": {"column": "id", "checks": {"total": "total"}}}
    accepted = accepting({"a.txt": b" id  total\n  1  5.00\n  2  6.50\nTOTAL 11.50\n"}, format="spaced", **footer)
    assert accepted.column("id") == ["1", "2"]
    assert accepted.spans[-1][2] == "footer"


@pytest.mark.parametrize("data", [b"", b"   \n\t\n", b"\xef\xbb\xbf"])
def test_a_file_with_no_line_is_refused(accepting, data):
    with pytest.raises(SourceError, match="SRC004"):
        accepting({"a.txt": data}, format="spaced")


def test_a_cell_beyond_the_bound_is_quarantined(accepting):
    accepted = accepting({"a.txt": b"id town\n1 " + b"x" * 60 + b"\n2 Hull\n"}, format="spaced", limits=Limits(cell=50))
    assert accepted.reasons == [(1, None, "cell_too_large")]
    assert accepted.column("id") == ["2"]


def test_a_file_of_spaces_read_as_csv_is_told_its_format(accepting):
    with pytest.raises(Problems, match="declare format: spaced"):
        accepting({"a.txt": DISCS}, format="csv", columns=CONTRACTS)


def test_a_first_look_sees_that_spaces_part_the_cells_and_that_names_are_one_column(tmp_path):
    (tmp_path / "discs.txt").write_bytes(DISCS)
    (found,) = sniff(tmp_path / "discs.txt")
    assert (found.format, found.delimiter) == ("spaced", None)
    assert found.table["dollars"].to_pylist() == ["11.77", "277.00"]
    (tmp_path / "names.csv").write_bytes(b"full name\nAnn Smith\nBob Jones\n")
    assert sniff(tmp_path / "names.csv")[0].format == "csv"


PARTS = st.sampled_from(
    [b"a", b"19.5", b" ", b"  ", b"\t", b"\n", b"\r\n", b"\r", b"\x0c", b"\x00", b"\xe9", "\u00a0ë".encode(), b'"', b","]
)


@settings(max_examples=200, deadline=None)
@given(data=st.lists(PARTS, min_size=1, max_size=40).map(b"".join), cells=st.integers(1, 3), block=st.integers(7, 60))
def test_every_line_is_a_row_or_is_quarantined_as_its_words_say(tmp_path_factory, data, cells, block):
    """Against Python's own splitting of each line; how the file is cut into blocks changes nothing."""
    path = tmp_path_factory.getbasetemp() / "law.txt"
    path.write_bytes(b"x" + data)
    reader = SpacedReader(path, Source(read="law.txt", header=tuple(f"c{n}" for n in range(cells))), "law", limits=Limits(block=block))
    pieces = [make() for make in reader.pieces()]
    lines = (b"x" + data).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    words = [[word for word in line.replace(b"\t", b" ").split(b" ") if word] for line in lines if line.strip()]
    fine = [b"\x00" not in b"".join(row) and b"\xe9" not in b"".join(row).replace("ë".encode(), b"") and len(row) == cells for row in words]
    rows = [list(row) for piece in pieces for row in zip(*(column.to_pylist() for column in piece.rows.columns), strict=True)]
    assert rows == [[word.decode() for word in row] for row, good in zip(words, fine, strict=True) if good]
    assert [number for piece in pieces for number in piece.numbers.tolist()] == [n for n, good in enumerate(fine, 1) if good]
    assert sum(len(piece.broken) for piece in pieces) == fine.count(False)
    spans = [(0, 0), *(piece.span for piece in pieces), (len(data) + 1,) * 2]
    assert all(before[1] == after[0] for before, after in itertools.pairwise(spans))
