"""Which numbers of a page lead nowhere: to no definition, or to nothing behind them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from tests.report.html_reading import VOID

_SHAPES: Final = re.compile(r"^[−+]?[^\w\s]?\d|^[A-Z]{3}\s\d")


class Explained(HTMLParser):
    """Reads a report; `undefined` are headings and labels without a definition, `unfounded` figures with nothing behind them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.undefined: list[str] = []
        self.unfounded: list[str] = []
        self.headings = self.figures = 0
        self._places: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self._section = ""
        self._counted: dict[str, int] = {}
        self._leads: list[str] = []
        self.feed(html)
        self.close()
        commands = {place for place, told in self._places.items() if "unequal " in told}
        self.unfounded += [f"{place} names no command" for place in self._leads if place not in commands]
        self.unfounded += [f"{count} cells of {name}" for name, count in self._counted.items() if f"{name}-behind" not in commands]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        attributes = dict(attrs)
        if tag == "section":
            self._section = attributes.get("id") or ""
        if "fig" in (attributes.get("class") or "").split() and tag == "a":
            self._leads.append((attributes["href"] or "").removeprefix("#"))
        self._open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        text = data.strip()
        if not text:
            return
        tags = [tag for tag, _ in self._open]
        classes = " ".join(attributes.get("class") or "" for _, attributes in self._open).split()
        for _, attributes in self._open:
            if (attributes.get("id") or "").endswith("-behind"):
                self._places[attributes["id"] or ""] = self._places.get(attributes["id"] or "", "") + data
        if "part" in classes or "svg" in tags or "definitions" in classes:
            return  # tables in full repeat the headings of the one above them
        if ("thead" in tags and "th" in tags) or ("strip" in classes and "dt" in tags):
            self.headings += 1
            if "term" not in classes:
                self.undefined.append(f"{self._section}: {text}")
        if "strip" in classes and "figure" in classes and "dash" not in classes:
            self.figures += 1
            if "a" not in tags:
                self.unfounded.append(f"{self._section}: {text}")
        if "tbody" in tags and "td" in tags and _SHAPES.match(text) and self._section:
            self._counted[self._section] = self._counted.get(self._section, 0) + 1
