"""A zip with one text file is read like the file; another zip is refused."""

from __future__ import annotations

import zipfile

import pytest

from unequal.config.columns import format_of
from unequal.config.sources import Source
from unequal.sources.text_streams import TextStream
from unequal.terms.errors import SourceError


def zipped(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("log")
        for name, text in files.items():
            archive.writestr(f"log/{name}.csv", text)
    return path


def test_the_one_file_of_a_zip_is_read_as_it_is_unpacked(tmp_path):
    stream = TextStream(zipped(tmp_path / "log.csv.zip", events="no,day\n1,2026-01-01\n"), "log.csv.zip")
    assert b"".join(stream.chunks(7)) == b"no,day\n1,2026-01-01\n"
    assert stream.line_at(8) == 2
    assert format_of(Source(read="data/log.csv.zip")) == "csv"


def test_a_zip_of_several_files_is_refused_since_nobody_says_which_is_meant(tmp_path):
    with pytest.raises(SourceError, match="SRC005"):
        TextStream(zipped(tmp_path / "log.zip", a="x", b="y"), "log.zip")


def test_a_zip_that_is_cut_off_is_refused(tmp_path):
    whole = zipped(tmp_path / "log.zip", a="x" * 1000).read_bytes()
    (tmp_path / "cut.zip").write_bytes(whole[:60])
    with pytest.raises(SourceError, match="SRC005"):
        TextStream(tmp_path / "cut.zip", "cut.zip")
