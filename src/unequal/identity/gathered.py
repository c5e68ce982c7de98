"""What gathering left of each source, as one base in memory: records numbered through all sources, and what is compared of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from unequal.identity.arrays import arrow, column, integers
from unequal.identity.feature_tables import FEATURES, OTHER_VALUES
from unequal.identity.features import Wanted

RECORDS: Final = ("number", "source", "record_id", "kind", "is_test")


@dataclass(frozen=True)
class FeatureFiles:
    """Where the features of one source's records lie.

    Args:
        source: its name.
        best: FEATURES of its records, numbered within the source, with record_id and is_test.
        others: OTHER_VALUES, numbered likewise.
    """

    source: str
    best: Path
    others: Path


@dataclass(frozen=True, eq=False)
class Gathered:
    """Records of all sources.

    Args:
        records: number, source, record_id, kind, is_test; in the order of the numbers.
        features: FEATURES, in the same order.
        others: OTHER_VALUES.
    """

    records: pa.Table
    features: pa.Table
    others: pa.Table


def together(best: Sequence[pa.Table], others: Sequence[pa.Table], wanted: Wanted) -> Gathered:
    """The sources one behind the other.

    Args:
        best: FEATURES of each source, in the order of the sources' names; a column that a source lacks is null there.
        others: OTHER_VALUES of each, in the same order.
        wanted: what is compared in this project; other columns are left out.
    """
    begins = np.cumsum([0, *(table.num_rows for table in best)])
    in_order = [_in_order(table) for table in best]
    whole = pa.concat_tables(
        [_renumbered(table, int(begin)) for table, begin in zip(in_order, begins, strict=False)], promote_options="default"
    )
    names = [name for name in dict.fromkeys((*FEATURES.names, *wanted.passed_on)) if name in whole.column_names]
    more = [_renumbered(table.select(OTHER_VALUES.names), int(begin)) for table, begin in zip(others, begins, strict=False)]
    return Gathered(whole.select(RECORDS), whole.select(names), pa.concat_tables(more))


def _in_order(table: pa.Table) -> pa.Table:
    """In the order of the numbers, as a table is written; some engines write in parts."""
    number = integers(table, "number")
    if (number == np.arange(len(number))).all():
        return table
    return table.take(arrow(np.argsort(number)))


def _renumbered(table: pa.Table, begin: int) -> pa.Table:
    numbers: Any = column(table, "number")
    at = table.column_names.index("number")
    return table.set_column(at, "number", arrow(np.asarray(numbers, dtype=np.int64) + begin))
