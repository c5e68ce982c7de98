"""Public data: fetched from a server on loopback that serves well, badly, half, or not at all."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pyarrow.parquet as pq
import pytest

from unequal.sources import data_forms, public_data
from unequal.sources.data_sets import DATA_SETS, DataFile, DataSet, Download
from unequal.terms.errors import SourceError


class Home:
    """A data set's home on loopback: what it serves, and how."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.truncated: set[str] = set()
        self.asked: list[str] = []
        self.url = ""


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    served = Home()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            body = served.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if self.path in served.truncated else body)

        def log_message(self, *_given: object) -> None:
            return

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    yield served
    server.shutdown()
    server.server_close()


def _known(content: bytes, path: str, *, required: bool = True) -> Download:
    digest = hashlib.sha256(content).hexdigest()
    return Download(
        path,
        (f"https://data.example/{path}",),
        (DataFile(path, digest, required),),
        data_forms.as_it_is(path),
        digest if required else None,
    )


@pytest.fixture
def two_files(monkeypatch: pytest.MonkeyPatch, home: Home) -> Home:
    """A data set of two files, both served well."""
    home.files = {"/a.csv": b"x\n1\n2\n", "/b.csv": b"y\n3\n"}
    made = DataSet(
        "made", "https://data.example", "MIT", (_known(home.files["/a.csv"], "a.csv"), _known(home.files["/b.csv"], "b.csv")), "", ""
    )
    monkeypatch.setitem(DATA_SETS, "made", made)
    return home


def _everything(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_data_set_is_fetched_once_and_then_found(two_files: Home, tmp_path: Path) -> None:
    folder = public_data.get("made", tmp_path, base_url=two_files.url)
    assert (folder / "a.csv").read_bytes() == b"x\n1\n2\n"
    assert _everything(tmp_path) == {"made/a.csv", "made/b.csv"}
    asked = len(two_files.asked)
    assert public_data.get("made", tmp_path, base_url=two_files.url) == folder
    assert len(two_files.asked) == asked


def test_a_wrong_checksum_is_refused_and_nothing_of_the_file_stays(two_files: Home, tmp_path: Path) -> None:
    two_files.files["/b.csv"] = b"y\n999\n"
    with pytest.raises(SourceError) as refused:
        public_data.get("made", tmp_path, base_url=two_files.url, retries=0)
    assert refused.value.code == "SRC052"
    assert _everything(tmp_path) == {"made/a.csv"}


def test_a_truncated_download_is_refused_and_the_next_try_goes_on_with_what_is_missing(two_files: Home, tmp_path: Path) -> None:
    two_files.truncated = {"/b.csv"}
    with pytest.raises(SourceError) as refused:
        public_data.get("made", tmp_path, base_url=two_files.url, retries=0)
    assert refused.value.code in ("SRC051", "SRC052")
    assert _everything(tmp_path) == {"made/a.csv"}
    two_files.truncated, two_files.asked = set(), []
    folder = public_data.get("made", tmp_path, base_url=two_files.url)
    assert two_files.asked == ["/b.csv"]
    assert (folder / "b.csv").read_bytes() == b"y\n3\n"


def test_a_file_that_its_home_does_not_have_is_told_with_the_answer(two_files: Home, tmp_path: Path) -> None:
    del two_files.files["/b.csv"]
    with pytest.raises(SourceError, match="SRC053") as refused:
        public_data.get("made", tmp_path, base_url=two_files.url, retries=0)
    assert "404" in refused.value.seen


def test_a_second_home_is_tried_when_the_first_has_not_the_file(two_files: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digest = hashlib.sha256(b"y\n3\n").hexdigest()
    homes = ("https://data.example/gone.csv", "https://data.example/b.csv")
    download = Download("b.csv", homes, (DataFile("b.csv", digest, required=True),), data_forms.as_it_is("b.csv"), digest)
    monkeypatch.setitem(DATA_SETS, "moved", DataSet("moved", "", "", (download,), "", ""))
    assert (public_data.get("moved", tmp_path, base_url=two_files.url, retries=0) / "b.csv").exists()
    assert two_files.asked == ["/gone.csv", "/b.csv"]


def test_without_a_network_the_error_says_what_to_do(two_files: Home, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="SRC051") as refused:
        public_data.get("made", tmp_path, base_url="http://127.0.0.1:9", retries=0)
    assert "connect to the internet" in refused.value.do


def test_an_unknown_name_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="SRC050") as refused:
        public_data.get("cdnov", tmp_path)
    assert "cdnow" in refused.value.do


def test_a_file_without_a_known_checksum_must_come_to_its_figures(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.files = {"/n.csv": b"n\n1\n2\n3\n"}
    download = Download("n.csv", ("https://data.example/n.csv",), (DataFile("n.csv"),), data_forms.as_it_is("n.csv"))
    made = DataSet("n", "https://data.example", "", (download,), "", "", {"n.csv": "3"}, data_forms.rows_of_text("n.csv"))
    monkeypatch.setitem(DATA_SETS, "n", made)
    assert (public_data.get("n", tmp_path / "right", base_url=home.url) / "n.csv").exists()
    home.files["/n.csv"] = b"n\n1\n2\n"
    with pytest.raises(SourceError, match="SRC054") as refused:
        public_data.get("n", tmp_path / "wrong", base_url=home.url)
    assert "n.csv 2, not 3" in refused.value.seen
    assert _everything(tmp_path / "wrong") == set()


def test_a_download_of_another_form_is_refused(home: Home, tmp_path: Path) -> None:
    path = urlsplit(DATA_SETS["cdnow"].downloads[0].urls[0]).path
    home.files = {path: b"<html>moved</html>"}
    with pytest.raises(SourceError, match="SRC054"):
        public_data.get("cdnow", tmp_path, base_url=home.url, retries=0)
    assert _everything(tmp_path) == set()


def test_progress_is_told_in_bytes(two_files: Home, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    public_data.get("made", tmp_path, base_url=two_files.url, progress=lambda *each: told.append(each))
    assert ("a.csv", 6, 6) in told
    assert ("b.csv", 4, 4) in told


def _zipped(**members: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_the_zip_of_cdnow_becomes_the_file_with_a_header(tmp_path: Path) -> None:
    archive = tmp_path / "CDNOW_master.zip"
    archive.write_bytes(_zipped(**{"CDNOW_master.txt": b" 00001 19970101  1   11.77\n 00002 19970112  5   77.00\n"}))
    data_forms.cdnow(archive, tmp_path)
    assert data_forms.measure_cdnow(tmp_path) == {"transactions": "2", "customers": "2", "discs": "6", "dollars": "88.77"}


def test_the_zip_of_the_telephone_company_loses_the_columns_that_nothing_reads(tmp_path: Path) -> None:
    table = (
        b"\xef\xbb\xbfCustomer ID,Latitude,Total Revenue,Total Refunds,Customer Status,Churn Reason\r\n1,34.1,10.50,0.5,Churned,price\r\n"
    )
    archive = tmp_path / "churn.zip"
    archive.write_bytes(_zipped(**{"telecom_customer_churn.csv": table, "telecom_data_dictionary.csv": b"x\r\n"}))
    data_forms.telco(archive, tmp_path)
    kept = (tmp_path / "telecom_customer_churn.csv").read_bytes()
    assert kept == b"\xef\xbb\xbfCustomer ID,Total Revenue,Total Refunds,Customer Status\r\n1,10.50,0.5,Churned\r\n"
    assert data_forms.measure_telco(tmp_path) == {"customers": "1", "churned": "1", "revenue": "10.50", "refunds": "0.50"}


def _workbook_in_zip(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    held = io.BytesIO()
    workbook.save(held)
    path.write_bytes(_zipped(**{"Online Retail.xlsx": held.getvalue()}))
    return path


def test_the_workbooks_of_the_retailer_become_the_two_years(tmp_path: Path) -> None:
    day = datetime(2010, 12, 1, 8, 26)
    second = [["Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID", "Country"],
              [489434, 85048, "LIGHTS", 12, day, 6.95, 13085, "United Kingdom"], ["C489449", "22087", None, -2, day, 2.1, None, "Australia"]]  # fmt: skip
    first = [["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"],
             [536365, "85123A", "HEART", 6, day, 2, 17850, "United Kingdom"], ["C536379", "D", None, -1, day, 27.5, None, "France"]]  # fmt: skip
    data_forms.retail_2009(_workbook_in_zip(tmp_path / "ii.zip", {"Year 2009-2010": second}), tmp_path)
    data_forms.retail_2010(_workbook_in_zip(tmp_path / "i.zip", {"Online Retail": first}), tmp_path)
    typed = pq.read_table(tmp_path / "year_2009_2010.parquet").to_pylist()
    assert typed[0] == {"Invoice": "489434", "StockCode": "85048", "Description": "LIGHTS", "Quantity": 12, "InvoiceDate": "2010-12-01 08:26:00",
                        "Price": 6.95, "Customer ID": 13085, "Country": "United Kingdom"}  # fmt: skip
    assert (typed[1]["Description"], typed[1]["Customer ID"]) == ("nan", None)
    text = pq.read_table(tmp_path / "year_2010_2011.parquet").to_pylist()
    assert text[0] == {"InvoiceNo": "536365", "StockCode": "85123A", "Description": "HEART", "Quantity": "6", "InvoiceDate": "2010-12-01 08:26:00",
                       "UnitPrice": "2.0", "CustomerID": "17850.0", "Country": "United Kingdom"}  # fmt: skip
    figures = data_forms.measure_online_retail(tmp_path)
    assert figures["year_2009_2010 net"] == "79.200"
    assert figures["year_2010_2011 net"] == "-15.500"


def test_the_served_form_of_hillstrom_comes_out_to_the_byte(unequal_data: Path, tmp_path: Path) -> None:
    ours = (unequal_data / "hillstrom" / "hillstrom.csv").read_bytes()
    served = tmp_path / "served.csv"
    served.write_bytes(ours + b"\r\n")
    assert hashlib.sha256(served.read_bytes()).hexdigest() == DATA_SETS["hillstrom"].downloads[0].sha256
    data_forms.without_last_newline("hillstrom.csv")(served, tmp_path)
    assert (tmp_path / "hillstrom.csv").read_bytes() == ours


@pytest.mark.parametrize("name", public_data.names())
def test_the_registry_agrees_with_the_data_that_is_here(unequal_data: Path, name: str) -> None:
    folder = unequal_data / name
    if not folder.exists():
        pytest.skip(f"{name} is absent")
    chosen = DATA_SETS[name]
    for download in chosen.downloads:
        for file in download.files:
            if file.sha256 is not None:
                assert hashlib.sha256((folder / file.path).read_bytes()).hexdigest() == file.sha256, file.path
    found = chosen.measure(folder)
    assert {figure: found[figure] for figure in chosen.figures} == dict(chosen.figures)
    assert public_data.is_complete(name, folder)


def test_every_data_set_says_where_it_lives_under_which_terms_and_how_it_is_verified() -> None:
    for name, chosen in DATA_SETS.items():
        assert chosen.home.startswith("https://"), name
        assert chosen.licence, name
        assert chosen.form, name
        assert chosen.verified, name
        checked = all(file.required for download in chosen.downloads for file in download.files)
        assert checked or chosen.figures, f"{name} has neither a checksum that is required nor figures"
