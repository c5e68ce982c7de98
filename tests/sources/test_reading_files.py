"""Which files are read, what is told of them from their headers, and a row as it stands."""

from pathlib import Path

import pytest

from unequal import sources
from unequal.config.sources import Source
from unequal.terms.errors import Problems, SourceError


def test_files_come_in_the_order_of_the_list_and_of_a_glob_by_name(tmp_path):
    for name in ("b.csv", "a.csv", "z.csv"):
        (tmp_path / name).write_text("x\n")
    found = sources.files_of(Source(read=("z.csv", "*.csv")), tmp_path)
    assert [file.name for file in found] == ["z.csv", "a.csv", "b.csv"]


def test_every_path_that_finds_nothing_is_told(tmp_path):
    with pytest.raises(Problems) as caught:
        sources.files_of(Source(read=("none.csv", "no/*.csv")), tmp_path)
    assert [problem.where for problem in caught.value.problems] == ["read: none.csv", "read: no/*.csv"]


def test_a_file_whose_name_has_the_marks_of_a_glob_is_found(tmp_path):
    (tmp_path / "a[1].csv").write_text("x\n")
    assert [file.name for file in sources.files_of(Source(read="a[1].csv"), tmp_path)] == ["a[1].csv"]


def test_a_format_that_no_ending_tells_is_asked_for(tmp_path):
    (tmp_path / "orders.dat").write_text("a\n1\n")
    with pytest.raises(SourceError, match="SRC003"):
        sources.headers(Source(read="orders.dat"), [tmp_path / "orders.dat"])
    assert sources.headers(Source(read="orders.dat", format="csv"), [tmp_path / "orders.dat"]) == ["a"]


def test_headers_are_told_without_reading_the_data(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,Total\n" + b"1,2\n" * 50_000 + b'"broken')
    assert sources.headers(Source(read="a.csv", columns={"total": {"type": "money", "also_named": ["Total"]}}), [path]) == ["id", "total"]


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="SRC002"):
        sources.headers(Source(read="a.csv"), [tmp_path / "a.csv"])


@pytest.mark.parametrize(("row", "text"), [(1, "1,Ann"), (2, "2,bad,row\n"), (3, '3,"B\nob"')])
def test_a_row_is_shown_as_it_stands_in_its_file(tmp_path, row, text):
    path: Path = tmp_path / "a.csv"
    path.write_bytes(b'id,name\r\n1,Ann\r\n2,bad,row\n3,"B\nob"')
    assert sources.raw_row(Source(read="a.csv"), path, row=row) == text


def test_a_row_that_is_no_longer_there_is_an_error(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id\n1\n")
    with pytest.raises(SourceError, match="SRC025"):
        sources.raw_row(Source(read="a.csv"), path, row=2)


def test_a_delimiter_of_more_than_a_byte_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a¦b\n".encode())
    with pytest.raises(SourceError, match="SRC026"):
        sources.headers(Source(read="a.csv", delimiter="¦"), [path])
