"""One problem of the config before it has its place, and how what was seen is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

KeyPath = tuple[str | int, ...]
"""The keys and list positions that lead to a value: ("sources", "orders", "read", 0)."""

SHOWN_AT_MOST: Final = 80

LONGEST_LOOKED_AT: Final = 2000

# Lengths are bounded so that no text, however made, takes long to search. A password may hold a slash.
_PASSWORD_IN_ADDRESS: Final = re.compile(r"(?P<user>://[^\s/@:]{0,200}):\S{0,500}@")
_PASSWORD_IN_WORDS: Final = re.compile(r"(?P<name>password|passwd|pwd|secret)\s{0,9}=\s{0,9}[^\s;&]+", re.IGNORECASE)


@dataclass(frozen=True)
class Mark:
    """A line and a column, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Problem:
    """What is wrong at a path of the config; the document knows its line.

    Args:
        code: as in "CFG010".
        what: the problem in one line.
        path: where it is; where the path does not exist, its nearest heading is named.
        seen: the text as the file has it, never a value from the environment.
        do: what the reader can do about it.
        at_key: the key itself is wrong, not the value behind it.
        mark: the very place, where it is not that of the path.
    """

    code: str
    what: str
    path: KeyPath
    seen: str = ""
    do: str = ""
    at_key: bool = False
    mark: Mark | None = None


def dotted(path: KeyPath) -> str:
    """A path in words: `sources.orders.read[0]`.

    >>> dotted(("sources", "orders", "read", 0))
    'sources.orders.read[0]'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return shown(text.removeprefix("."))


def holds_password(text: str) -> bool:
    """Whether a text carries a password, as in an address `scheme://user:password@host`."""
    return _PASSWORD_IN_ADDRESS.search(text) is not None


def masked(text: str) -> str:
    """The text without its passwords."""
    return _PASSWORD_IN_WORDS.sub(r"\g<name>=***", _PASSWORD_IN_ADDRESS.sub(r"\g<user>:***@", text))


def shown(text: str) -> str:
    """A text as an error may show it: masked, on one line, without control characters, and short."""
    if len(text) > LONGEST_LOOKED_AT:
        return f"a text of {len(text):,} characters"
    clean = "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in masked(text))
    return clean if len(clean) <= SHOWN_AT_MOST else f"{clean[: SHOWN_AT_MOST - 1]}…"


def close_name(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty where none is near.

    >>> close_name("reed", ["read", "format"])
    'read'
    """
    return next(iter(get_close_matches(name[:100].lower(), sorted(known), n=1, cutoff=0.6)), "")


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str = "") -> str:
    """The advice for an unknown name: the near one, or what there is to choose from."""
    names = sorted(known)
    near = close_name(name, names)
    if near:
        return f"did you mean {near}?"
    return otherwise or (f"choose from {', '.join(names)}" if names else "")
