"""Texts in table functions: what must be the same on every engine."""

from __future__ import annotations

from typing import Any


def trimmed(text: Any) -> Any:
    """A text column without blanks around it.

    By a pattern, not by `strip`: Ibis sends Spark an escape that TRIM reads as the letters v and f.
    """
    return text.re_replace(r"^\s+|\s+$", "")
