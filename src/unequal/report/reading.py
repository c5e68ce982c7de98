"""Reading an answer: its figures by name and its tables as plain rows, absent ones as nothing."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from unequal.answers import Answer, Figure

Rows = list[dict[str, Any]]


def rows_of(answer: Answer, name: str) -> Rows:
    """The rows of one of its tables; none where the answer has no such table."""
    table = answer.tables.get(name)
    return [] if table is None else list(table.to_pylist())


def slice_rows(answer: Answer) -> Rows:
    """The slices in the order to show them: months as they follow each other, else as the answer ranks them."""
    rows = rows_of(answer, "slices")
    return sorted(rows, key=lambda row: str(row["value"] or "")) if answer.by == "month" else rows


def figure_of(answer: Answer, name: str) -> Figure | None:
    """The figure of that name; None where the answer has none."""
    return next((figure for figure in answer.figures if figure.name == name), None)


def money_of(answer: Answer, name: str) -> Decimal | None:
    """A figure of money; None where it is absent or missing."""
    figure = figure_of(answer, name)
    return Decimal(figure.value) if figure is not None and isinstance(figure.value, Decimal | int) else None


def unassigned_of(answer: Answer) -> Decimal | None:
    """All money without a customer, on whatever line: the one sum that every page shows for it."""
    if "unassigned" in answer.tables:
        return total_of(rows_of(answer, "unassigned"), "amount")
    return money_of(answer, "unassigned")


def count_of(answer: Answer, name: str) -> int | None:
    """A figure that counts something."""
    figure = figure_of(answer, name)
    return int(figure.value) if figure is not None and isinstance(figure.value, Decimal | int | float) else None


def share_of(answer: Answer, name: str) -> Decimal | float | None:
    """A figure that is a share or an index."""
    figure = figure_of(answer, name)
    return figure.value if figure is not None and isinstance(figure.value, Decimal | float | int) else None


def total_of(rows: Rows, column: str) -> Decimal:
    """The exact sum of a column of money; a missing value adds nothing."""
    return sum((Decimal(row[column]) for row in rows if row.get(column) is not None), Decimal(0))


def count_total(rows: Rows, column: str) -> int:
    """The sum of a column of counts."""
    return sum(int(row[column]) for row in rows if row.get(column) is not None)


def is_positive(answer: Answer) -> bool:
    """Whether percentages of the total mean anything."""
    total = money_of(answer, "total")
    return total is not None and total > 0


def moment_text(timestamp: str) -> str:
    """An ISO timestamp as a reader writes it; text that is none stays as it is.

    >>> moment_text("2026-11-22T04:14:00Z")
    '22 November 2026, 04:14 UTC'
    """
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        return timestamp
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC" if "T" in timestamp or " " in timestamp else f"{moment.day} {moment:%B %Y}"
