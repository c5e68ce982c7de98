"""How wide a text will be, and how to break or shorten it, before anything is drawn.

Charts place their findings beside the marks they speak of, which needs the size of a text
in pixels. Pages are read in whatever sans-serif the reader's system has; these widths are
those of the common ones, a little on the wide side.
"""

from __future__ import annotations

import unicodedata
from typing import Final

FONT: Final = "-apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, Liberation Sans, system-ui, sans-serif"
"""The system's own, nothing is fetched; those of like width first, for what is measured here must fit."""

LINE_HEIGHT: Final = 1.3

_THOUSANDTHS_OF_EM: Final = {
    character: width
    for width, characters in {
        222: "ijl'|", 278: " !,./:;fIt[]\\\N{NO-BREAK SPACE}", 333: '()-r`"{}', 389: "*", 500: "ckvxyzJs", 556: "?$#0123456789Labdeghnopqu_",
        584: "+<=>~^\N{MINUS SIGN}", 611: "FTZ", 667: "ABEKPSVXY&", 722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%", 944: "W", 1015: "@",
    }.items()
    for character in characters
}  # fmt: skip
_BOLD: Final = 1.07
_SLACK: Final = 1.05
_ISOLATE, _END_OF_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def text_width(text: str, *, size: float = 12, bold: bool = False) -> float:
    """Pixels that a line of text takes at most, near enough to place it."""
    ems = sum(_THOUSANDTHS_OF_EM.get(character) or _width_of_other(character) for character in text) / 1000
    return ems * size * _SLACK * (_BOLD if bold else 1)


def wrapped(text: str, width: float, *, size: float = 12, bold: bool = False, lines: int = 3) -> list[str]:
    """The text in lines no wider than `width`; the last ends in an ellipsis where it must."""
    broken: list[str] = []
    for word in text.split():
        longer = f"{broken[-1]} {word}" if broken else word
        if broken and text_width(longer, size=size, bold=bold) <= width:
            broken[-1] = longer
        else:
            broken.append(word)
    if len(broken) > lines:
        broken[lines - 1 :] = [" ".join(broken[lines - 1 :])]
    return [shortened(line, width, size=size, bold=bold) for line in broken] or [""]


def shortened(text: str, width: float, *, size: float = 12, bold: bool = False) -> str:
    """The text itself where it fits, else as much of it as fits with an ellipsis."""
    if text_width(text, size=size, bold=bold) <= width:
        return text
    kept = text
    while kept and text_width(f"{kept}…", size=size, bold=bold) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def isolated(text: str) -> str:
    """A name from the data, kept from turning the writing direction of what stands beside it."""
    directions = {unicodedata.bidirectional(character) for character in text}
    return f"{_ISOLATE}{text}{_END_OF_ISOLATE}" if directions & {"R", "AL", "RLE", "RLO", "RLI", "AN"} else text


def _width_of_other(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn"):
        return 0
    return 1000 if unicodedata.east_asian_width(character) in ("W", "F") else 620
