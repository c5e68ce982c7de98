"""How large a part of a text file may be before it is set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Limits:
    """Bounds within which delimited text is read.

    Args:
        block: bytes read at a time.
        cell: bytes of the largest cell; a row with a larger one is quarantined.
        record: bytes within which a quoted cell must end, counted from the start of its row, and
            the longest line that is looked at; beyond it a quote counts as unterminated.
    """

    block: int = 16 << 20
    cell: int = 1 << 20
    record: int = 64 << 20


LIMITS: Final = Limits()

RAW_BYTES: Final = 4096
"""How much of a quarantined row is kept beside its place."""
