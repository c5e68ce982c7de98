"""A report on paper: by the system's Chromium where there is one, and said plainly where there is none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Terminal
from tests.report.made_answers import good_company

from unequal import report
from unequal.cli.paper import to_pdf
from unequal.terms.errors import AnswerError


def test_a_report_is_printed_to_pdf(tmp_path: Path) -> None:
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        pytest.skip("Chromium is not installed: apt-get install chromium")
    page = tmp_path / "report.html"
    page.write_text(report.full(good_company(50)), encoding="utf-8")
    pdf = to_pdf(page, tmp_path / "report.pdf")
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert pdf.stat().st_size > 10_000


def test_a_print_asked_for_by_its_name_has_its_page_beside_it(unequal_changing: Terminal, tmp_path: Path) -> None:
    if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        pytest.skip("Chromium is not installed: apt-get install chromium")
    unequal_changing("report", "--board", "--pdf", "-o", str(tmp_path / "board.pdf"))
    assert (tmp_path / "board.pdf").stat().st_size > 10_000
    assert "<html" in (tmp_path / "board.html").read_text(encoding="utf-8")


def test_without_chromium_the_page_is_there_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    page = tmp_path / "report.html"
    page.write_text("<p>told</p>", encoding="utf-8")
    with pytest.raises(AnswerError, match="ANS017"):
        to_pdf(page, tmp_path / "report.pdf")
    assert page.exists()
