"""Pieces of Markdown that several built pages are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def anchor(heading: str) -> str:
    """The fragment by which GitHub links to a heading.

    >>> anchor("CFG001 The config cannot be read")
    'cfg001-the-config-cannot-be-read'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars inside cells are escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n"
