"""A chart as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Picture:
    """A chart as SVG in CSS colours, in up to three sizes of which a page shows one, and what stands over it."""

    title: str
    wide: str
    narrow: str = ""
    middle: str = ""
