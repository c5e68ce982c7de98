"""Ids: how customers, records and rows are named."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - naive UTC, as every moment inside
_MILLISECOND: Final = timedelta(milliseconds=1)

UNASSIGNED: Final = "unassigned"
"""The customer_id of dollars that no customer can be found for: a bucket, named and shown."""

IDLE: Final = "idle"
"""The customer_id of capacity that was paid for and not used: a bucket, reported and never charged to anybody."""

SEPARATOR: Final = "\x1f"
"""Between the parts of a compound key before it is hashed or joined; never part of a value."""


def record_name(source: str, record_id: str) -> str:
    """How a source's record is written where one text must name it: `crm:10042`."""
    return f"{source}:{record_id}"


def founding_customer_id(source: str, record_id: str) -> str:
    """The customer id that a record founds: the same on every machine and re-run.

    >>> founding_customer_id("crm", "10042")
    'c_a7df3a87cbab'
    """
    digest = hashlib.md5(f"{source}{SEPARATOR}{record_id}".encode(), usedforsecurity=False)
    return f"c_{digest.hexdigest()[:12]}"


def new_id(at: datetime) -> str:
    """An id that nobody has had, in 32 hexadecimal digits: milliseconds first, then 80 bits drawn.

    Ids of one time lie together in an index, so that a database writes few pages for many of them. The last digits are as good as any
    password; the first tell when.

    Args:
        at: naive UTC, of the year 1970 or later.

    Source: RFC 9562, UUID version 7, without its marks.
    """
    return f"{(at - _EPOCH) // _MILLISECOND:012x}{os.urandom(10).hex()}"
