"""Table contracts: what a published column is, means and is measured in."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Column:
    """One column of a contract.

    Args:
        name: noun first, unit last, as in `tenure_weeks`.
        type: an Ibis type in text: string, int64, boolean, date, timestamp(6), decimal(18, 4), float64.
        meaning: one sentence for the dictionary.
        unit: what it counts: "currency", "weeks", "rows"; "-" where there is none.
        nullable: whether it may be absent; the meaning then says what absence means.
        personal: holds a value about a person; only `person_attribute`, `quarantined` and state may.
    """

    name: str
    type: str
    meaning: str
    unit: str = "-"
    nullable: bool = False
    personal: bool = False


@dataclass(frozen=True)
class TableContract:
    """A published table: its columns in order, its key and its meaning.

    Args:
        is_newer: its step wrote other tables before it wrote this one. A kept run of an earlier version is read without it, and whatever
            needs it says that the run has none.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=())
    is_newer: bool = False

    @cached_property
    def types(self) -> dict[str, str]:
        """Column names and Ibis types, in order."""
        return {column.name: column.type for column in self.columns}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(self.types)
