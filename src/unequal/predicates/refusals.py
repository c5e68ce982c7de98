"""How a predicate is refused: its place in the text, shown with a caret, and what to write instead."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from unequal.terms.errors import PredicateError

SHOWN = 60
"""How much of a long line an error shows, in characters."""
MARGIN = " " * len("  seen:  ")
"""What stands before the first line of `seen` in a printed error, so that the caret stands below its text."""


@dataclass(frozen=True, slots=True)
class Text:
    """A predicate's text and the place of the config, or the option, that holds it."""

    text: str
    where: str

    def refusal(self, code: str, what: str, start: int, end: int, *, do: str) -> PredicateError:
        """The error for the characters from `start` up to `end`, counted from 0."""
        return PredicateError(code, what, where=self._place(start), seen=self._excerpt(start, end), do=do)

    def _place(self, start: int) -> str:
        line = self.text.count("\n", 0, start) + 1
        column = start - (self.text.rfind("\n", 0, start) + 1) + 1
        several = "\n" in self.text.strip()
        place = f"line {line}, column {column}" if several else f"column {column}"
        return f"{self.where}, {place}" if self.where else place

    def _excerpt(self, start: int, end: int) -> str:
        first = self.text.rfind("\n", 0, start) + 1
        last = self.text.find("\n", start)
        last = len(self.text) if last < 0 else last
        left = first if start - first <= SHOWN // 2 else start - SHOWN // 2
        right = min(last, left + SHOWN)
        before, told = printable(self.text[left:start]), printable(self.text[start : min(end, right)])
        head, tail = "..." if left > first else "", "..." if right < last else ""
        caret = " " * _width(head + before) + "^" * max(1, _width(told))
        return f"{head}{before}{told}{printable(self.text[max(start, min(end, right)) : right])}{tail}\n{MARGIN}{caret}"


def printable(text: str) -> str:
    r"""The text with what a terminal would act upon, or not show, written as an escape.

    >>> printable("a\x1bb")
    'a\\x1bb'
    """
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def _width(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    return sum(0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF") for char in text)
