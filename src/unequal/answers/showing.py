"""How an answer wants to be seen: which of its tables, in what columns, and which charts; the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["text", "name", "code", "count", "money", "cost", "share", "exact", "number", "day"]
"""How a cell is written.

text: our own words; name: a text from the data; code: an id; count: a whole number; money: negative is a loss; cost: negative is
ordinary; share: a percentage; exact: four decimals; number: three significant digits; day: a date.
"""
ChartKind = Literal["bars", "ranges", "lines", "matrix", "network"]

MOST_ROWS: Final = 12
"""Rows of a table that a page and a terminal show; the answer itself has them all."""


@dataclass(frozen=True)
class Column:
    """One column of a table that is shown.

    Args:
        name: the column of the table.
        label: its heading.
        kind: how its values are written.
        term: the key of its definition, where the heading needs one.
        why_missing: what a dash in it means.
    """

    name: str
    label: str
    kind: Kind = "text"
    term: str = ""
    why_missing: str = ""


@dataclass(frozen=True)
class Shown:
    """A table of an answer as a reader sees it.

    Args:
        table: its name among the answer's tables.
        caption: what it lists.
        columns: from left to right; the first one names the row.
        note: a sentence beneath.
        most: rows shown; what is left out is told.
    """

    table: str
    caption: str
    columns: Sequence[Column]
    note: str = ""
    most: int = MOST_ROWS


@dataclass(frozen=True)
class Drawn:
    """A chart of an answer.

    Args:
        kind: bars: an amount for each row; ranges: an estimate with its ends for each row; lines: an amount over months or weeks,
            a line for each series; matrix: an amount for each row and column; network: who brought whom.
        table: its name among the answer's tables.
        title: what stands over it.
        label: the column that names a bar, a dot or a row of a matrix; of lines the month or week; of a network who brought.
        amount: the column drawn: money, counts or shares, as `unit` says; of a network what the brought one is worth.
        unit: an ISO code of a currency, "customers" or another counted thing, or "share".
        low, high: the columns with the ends of ranges.
        series: of lines the column that tells them apart, of a matrix the one across, of a network who was brought.
        most: rows drawn.
        neutral: amounts are ordinary costs or counts: no colour of gain or loss.
    """

    kind: ChartKind
    table: str
    title: str
    label: str
    amount: str
    unit: str
    low: str = ""
    high: str = ""
    series: str = ""
    most: int = 16
    neutral: bool = False
