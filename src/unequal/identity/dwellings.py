"""Where somebody lives, from an address as it was written: what households are told apart by.

An address is read for one question only: do two persons share a door? So towns and countries
fall away, and what stays is the number, the street, the unit and the postcode, each in one
way of writing. Python reads each distinct address once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from anyascii import anyascii

SEPARATOR: Final = "\x1f"
"""Between street or whole address, unit and postcode in the text that `dwelling` reads."""

_SHORT: Final = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln", "boulevard": "blvd", "court": "ct",
    "place": "pl", "terrace": "ter", "parkway": "pkwy", "highway": "hwy", "square": "sq", "circle": "cir", "close": "cl", "way": "wy",
    "north": "n", "south": "s", "east": "e", "west": "w", "saint": "st", "mount": "mt", "crescent": "cres", "trail": "trl",
    "strasse": "str", "platz": "pl", "allee": "al",
}  # fmt: skip
_UNIT: Final = re.compile(r"^(?:apartment|apt|unit|suite|ste|flat|room|rm|floor|fl|wohnung|whg|no)[ .#]+|^#\s*")
_UNIT_INSIDE: Final = re.compile(r"[ ,]+((?:apartment|apt|unit|suite|ste|flat)[ .#]+[0-9a-z-]+|#\s*[0-9a-z-]+)$")
_NUMBER: Final = re.compile(r"\d+(?:\s?[a-z]|-\d+)?")


@dataclass(frozen=True, slots=True)
class Dwelling:
    """An address in comparable parts; each is empty where it is not said.

    Args:
        number: of the house, as 12 or 12a.
        street: its words in one way of writing.
        unit: of the flat, without the word for it.
        postcode: letters and digits alone.
    """

    number: str = ""
    street: str = ""
    unit: str = ""
    postcode: str = ""


def dwelling(written: str) -> Dwelling:
    r"""An address in parts.

    Args:
        written: street or whole address, unit and postcode, with U+001F between them; any may be empty.

    >>> dwelling("12 Oak Street, Apt 4, Springfield, MA\x1f\x1f01103")
    Dwelling(number='12', street='oak st', unit='4', postcode='01103')
    >>> dwelling("Hauptstraße 7a\x1f\x1f10115")
    Dwelling(number='7a', street='haupt str', unit='', postcode='10115')
    """
    line, unit, postcode = (_latin(part) for part in written.split(SEPARATOR))
    pieces = [piece.strip() for piece in line.split(",") if piece.strip()]
    first = pieces[0] if pieces else ""
    inside = _UNIT_INSIDE.search(first)
    if inside:
        first, pieces = first[: inside.start()], [first, inside[1], *pieces[1:]]
    if not unit:
        unit = next((piece for piece in pieces[1:] if _UNIT.match(piece)), "")
    number, street = _number_and_street(first)
    return Dwelling(number, street, re.sub("[^a-z0-9]", "", _UNIT.sub("", unit)), re.sub("[^a-z0-9]", "", postcode))


def _latin(text: str) -> str:
    return (text if text.isascii() else anyascii(text)).lower().strip()


def _number_and_street(line: str) -> tuple[str, str]:
    """House number, before the street or after it, and the street's words."""
    words = re.sub("[^a-z0-9 -]", " ", line).split()
    at = next((place for place in (0, len(words) - 1) if words and _NUMBER.fullmatch(words[place])), None)
    number = words.pop(at) if at is not None else ""
    parted = [part for word in words for part in _with_street_apart(word.replace("-", ""))]
    return number, " ".join(_SHORT.get(word, word) for word in parted)


def _with_street_apart(word: str) -> list[str]:
    """Germans write the street's kind into its name: hauptstrasse, hauptstr."""
    found = re.fullmatch("(.{2,}?)(strasse|str)", word)
    return [found[1], "str"] if found else [word]
