"""What questions of one open base have gathered, kept for those that ask for the same."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import ibis

from unequal import storage

MOST_TABLES: Final = 128
MOST_VALUES: Final = 20_000_000
"""Rows by columns of all tables that are kept: some hundreds of megabytes, less than the engine may have."""
UNTOUCHED: Final = 64
"""As many of those asked for last always stay: the question under way may be about to read them. One that is sliced has two for each of twelve
slices, and a dozen beside them."""


class KeptTables:
    """Runs a table once, and has it when the same is asked again: SQL that reads it was compiled then, too.

    What has not been asked for longest goes, once there are too many tables, or too many values in them.

    Args:
        engine: where tables are run.
        most_tables, most_values, untouched: how much is kept; see the constants of these names.
    """

    def __init__(
        self, engine: storage.Engine, *, most_tables: int = MOST_TABLES, most_values: int = MOST_VALUES, untouched: int = UNTOUCHED
    ) -> None:
        self._engine = engine
        self._most_tables, self._most_values, self._untouched = most_tables, most_values, untouched
        self._kept: OrderedDict[object, tuple[ibis.Table, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def keep(self, table: ibis.Table) -> ibis.Table:
        """The rows of a table, run now or when it was asked for before."""
        asked = table.op()
        if asked not in self._kept:
            made = self._engine.materialise(table, "asked")
            self._kept[asked] = made, self._engine.count(made) * len(made.columns)
            self._let_go()
        self._kept.move_to_end(asked)
        return self._kept[asked][0]

    def _let_go(self) -> None:
        values = sum(size for _, size in self._kept.values())
        while len(self._kept) > self._untouched and (len(self._kept) > self._most_tables or values > self._most_values):
            _, (oldest, size) = self._kept.popitem(last=False)
            self._engine.drop(oldest)
            values -= size
