"""The tables that kernels take: named tuples of arrays, which numba knows."""

from __future__ import annotations

from typing import Any, NamedTuple


class Rows(NamedTuple):
    """The options: of each customer where his rows begin, of each row its option and value, and of each customer his group (-1 is the last)."""

    starts: Any
    option: Any
    value: Any
    group: Any


class Prices(NamedTuple):
    """What an option takes, and what treating one of a group takes beside it, in units."""

    option: Any
    group: Any


class Taking(NamedTuple):
    """What each of something takes of which rows of limits: where its entries begin, their rows, and how much."""

    starts: Any
    rows: Any
    takes: Any


class Room(NamedTuple):
    """What options and groups take of each row of limits, how much there is of it, and what it is measured by."""

    of_options: Any
    of_groups: Any
    limits: Any
    scale: Any
