"""What one run changes in who is who: the tables that the identity step leaves, in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    import pyarrow.dataset as ds

_COLUMNS: Final[list[tuple[str, pa.DataType]]] = [
    ("kind", pa.string()),
    ("source", pa.string()),
    ("record_id", pa.string()),
    ("from_customer", pa.string()),
    ("to_customer", pa.string()),
    ("since", pa.date32()),
]
EVENTS: Final = pa.schema(_COLUMNS)
REDIRECTS: Final = pa.schema([pa.field("old_id", pa.string()), pa.field("customer_id", pa.string())])
ROWS_AT_ONCE: Final = 100_000


@dataclass(frozen=True)
class MembershipDifference:
    """One run's changes of membership.

    Args:
        events: kind, source, record_id, from_customer (null: the record is new), to_customer
            (null: the record is forgotten), since; one row for each record that changes.
        redirects: old_id, customer_id; one row for each id that is merged away.
    """

    events: ds.Dataset
    redirects: ds.Dataset

    @classmethod
    def empty(cls) -> MembershipDifference:
        """Nothing changes."""
        return cls.of_tables(EVENTS.empty_table(), REDIRECTS.empty_table())

    @classmethod
    def of_tables(cls, events: pa.Table, redirects: pa.Table) -> MembershipDifference:
        """From tables in memory."""
        # Imported here: it brings pandas with it, and few who open a state write to it.
        from pyarrow.dataset import dataset

        return cls(dataset(events), dataset(redirects))

    @classmethod
    def of_files(cls, events: Path, redirects: Path) -> MembershipDifference:
        """From the identity step's `customer_event` and `customer_redirect`, read as they are written to the state."""
        from pyarrow.dataset import dataset

        return cls(dataset(events, format="parquet"), dataset(redirects, format="parquet"))

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.events.count_rows() or self.redirects.count_rows())

    def event_batches(self) -> Iterator[pa.RecordBatch]:
        """The events, a part at a time, columns as in EVENTS."""
        return _batches(self.events, EVENTS)

    def redirect_batches(self) -> Iterator[pa.RecordBatch]:
        """The redirects, a part at a time, columns as in REDIRECTS."""
        return _batches(self.redirects, REDIRECTS)


def _batches(rows: ds.Dataset, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in rows.to_batches(columns=schema.names, batch_size=ROWS_AT_ONCE):
        if batch.num_rows:
            yield batch.cast(schema)
