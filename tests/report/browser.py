"""Debian's Chromium, where it is installed: prints a page, or opens one and says what it shows."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def printed_pages(html: str, folder: Path, *, paper: str) -> int:
    """How many sheets a page takes on a paper, as in "A4 landscape"."""
    page, pdf = folder / "page.html", folder / "page.pdf"
    page.write_text(
        html.replace("</head>", f"<style>@page{{size:{paper}}}</style></head>").replace("style-src ", "style-src 'unsafe-inline' "),
        encoding="utf-8",
    )
    # A policy with digests ignores 'unsafe-inline', so the paper's size needs the digests gone.
    page.write_text(re.sub(r"style-src [^;]*;", "style-src 'unsafe-inline';", page.read_text(encoding="utf-8")), encoding="utf-8")
    _run(folder, "--no-pdf-header-footer", f"--print-to-pdf={pdf}", page.as_uri())
    return len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes()))


def shown(html: str, folder: Path, *, width: int = 1440, height: int = 900) -> str:
    """The page's document after its scripts have run."""
    page = folder / "page.html"
    page.write_text(html, encoding="utf-8")
    return _run(folder, f"--window-size={width},{height}", "--dump-dom", page.as_uri())


def _run(folder: Path, *arguments: str) -> str:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    command = [chromium, *_FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
