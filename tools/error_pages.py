"""docs/errors.md, put together from docs/errors/*.md: one section for each code, in order."""

from __future__ import annotations

import re
from pathlib import Path

from tools.markdown import anchor

HEADING = re.compile(r"^## (?P<code>[A-Z]{3}\d{3}) (?P<title>.+)$", re.MULTILINE)

_BEGINNING = """# Errors

Every error says its code, what is wrong, where, what was seen and what to do about it. Below, each code says more: what
it means, why it is an error at all, and how to mend it.
"""


def sections_of(text: str) -> dict[str, tuple[str, str]]:
    """Code: title and text, of one room's page.

    Raises:
        ValueError: a code has two sections, or a section says nothing.
    """
    headings = list(HEADING.finditer(text))
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    sections: dict[str, tuple[str, str]] = {}
    for heading, end in zip(headings, ends, strict=True):
        code, body = heading["code"], text[heading.end() : end].strip()
        if code in sections or not body:
            raise ValueError(f"{code} has {'two sections' if code in sections else 'an empty section'}")
        sections[code] = (heading["title"].strip(), body)
    return sections


def documented_codes(folder: Path) -> dict[str, Path]:
    """Every code that has a section, and the page it is in."""
    return {code: page for page in sorted(folder.glob("*.md")) for code in sections_of(page.read_text(encoding="utf-8"))}


def error_page(folder: Path) -> str:
    """The whole page: a table of contents by room, then the sections sorted by code.

    Raises:
        ValueError: a code stands on a page of another room, or has two sections.
    """
    contents, parts = [], []
    for page in sorted(folder.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        room = text.partition("\n")[0].removeprefix("# ").strip()
        sections = sections_of(text)
        strangers = [code for code in sections if not code.startswith(page.stem)]
        if strangers:
            raise ValueError(f"{page.name} holds {', '.join(strangers)}, which belong to another room")
        contents.append(f"\n**[{room}](#{anchor(room)})**\n")
        parts.append(f"## {room}\n")
        for code, (title, body) in sorted(sections.items()):
            heading = f"{code} {title}"
            contents.append(f"- [{heading}](#{anchor(heading)})")
            parts.append(f"### {heading}\n\n{body}\n")
    return "\n".join([_BEGINNING.rstrip(), *contents, "", *parts]).rstrip() + "\n"
