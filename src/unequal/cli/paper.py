"""A page on paper: HTML printed to PDF by the system's Chromium."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from unequal.terms.errors import AnswerError

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS: Final = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--disable-extensions", "--no-first-run")
_SECONDS: Final = 180


def to_pdf(page: Path, pdf: Path) -> Path:
    """Print a page.

    Args:
        page: an HTML file that needs nothing else.
        pdf: where to write; replaced if there.

    Returns:
        `pdf`.

    Raises:
        AnswerError: ANS017, there is no Chromium here, or it printed nothing.
    """
    chromium = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if chromium is None:
        raise AnswerError("ANS017", "there is no Chromium here to print with", where="--pdf", seen=f"none of {', '.join(_NAMES)}",
                          do=f"install it, or open {page} in a browser and print it there")  # fmt: skip
    with tempfile.TemporaryDirectory() as profile:
        command = [chromium, *_FLAGS, f"--user-data-dir={profile}", f"--print-to-pdf={pdf.resolve()}", page.resolve().as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603 - no shell, and our own page
        except subprocess.TimeoutExpired as error:
            raise _not_printed(page, f"nothing after {_SECONDS} seconds") from error
    if done.returncode or not pdf.exists():
        raise _not_printed(page, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit code {done.returncode}")
    return pdf


def _not_printed(page: Path, seen: str) -> AnswerError:
    return AnswerError(
        "ANS017", "Chromium did not print the page", where=str(page), seen=seen, do="open it in a browser and print it there"
    )
