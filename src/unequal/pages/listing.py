"""Tables of a page: typed columns, plain rows, a total; the template only lays them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from unequal.pages.headings import term_of
from unequal.terms.amounts import count_text, exact_text, number_text, share_text

Kind = Literal["text", "name", "code", "count", "money", "cost", "share", "exact", "number", "day"]
"""How a cell is written.

text: our own words; name: a text from the data, isolated; code: an id; count: whole number;
money: negative is vermilion; cost: negative is ordinary; share: a percentage; exact: four decimals;
number: three significant digits; day: a date.
"""

_NUMBERS = ("count", "money", "cost", "share", "exact", "number")


@dataclass(frozen=True)
class Column:
    """One column of a listing.

    Args:
        name: the key of its value in a row.
        label: its heading.
        kind: how its values are written.
        term: the key of its definition, where the heading needs one.
        places: decimals of money; the currency's own by default.
    """

    name: str
    label: str
    kind: Kind = "text"
    term: str = ""
    places: int | None = None

    @property
    def is_number(self) -> bool:
        """Whether it is aligned to the right."""
        return self.kind in _NUMBERS


@dataclass(frozen=True)
class Listing:
    """A table of a page.

    Args:
        caption: what it lists; read aloud, and shown where the page has no heading for it.
        columns: from left to right; the first one names the row.
        rows: plain values by column name; `chip` names a colour token for the square before the row's name.
        total: the last row, under a double rule; None where there is none.
        currency: ISO code of its money, empty where a column says it.
        why_missing: for each column, what a dash in it means.
        note: a sentence beneath.
        about: the question it belongs to, for what its headings mean; empty for what every report rests on.
        is_explained: whether its headings lead to their definitions; not where a table with the same ones stands above it.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    total: Mapping[str, Any] | None = None
    currency: str = ""
    why_missing: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    about: str = ""
    is_explained: bool = True

    def term(self, column: Column) -> str:
        """The key of the definition that a heading needs; nothing where none is known."""
        if not self.is_explained:
            return ""
        is_label = column.name == "value" and column.kind in ("text", "name") and self.about
        return column.term or term_of(self.about, "slice" if is_label else column.name, column.label)

    @property
    def number_classes(self) -> str:
        """Classes that align the columns of numbers, once for the table and not for every cell."""
        return " ".join(f"n{index}" for index, column in enumerate(self.columns, 1) if column.is_number)

    def text(self, row: Mapping[str, Any], column: Column) -> str | None:
        """A cell's text; None where its value is missing."""
        value = row.get(column.name)
        if value is None or (value == "" and column.is_number):
            return None
        return cell_text(value, column, self.currency)

    def is_loss(self, row: Mapping[str, Any], column: Column) -> bool:
        """Whether a cell stands in the colour of destroyed value."""
        value = row.get(column.name)
        return column.kind == "money" and isinstance(value, Decimal | int) and value < 0

    def missing(self) -> list[str]:
        """The reasons for the dashes that do stand in the listing, one each."""
        seen = [column.name for column in self.columns for row in self.rows if self.text(row, column) is None]
        return list(dict.fromkeys(self.why_missing[name] for name in seen if self.why_missing.get(name)))


def cell_text(value: Any, column: Column, currency: str) -> str:
    """One value, written as its column says."""
    if column.kind == "count":
        return count_text(int(value))
    if column.kind == "share":
        return share_text(value, padded=True)
    if column.kind == "number":
        return number_text(float(value))
    if column.kind == "exact":
        return exact_text(value, places=4)
    if column.kind in ("money", "cost"):
        return exact_text(value, currency, places=column.places)
    return str(value)
