"""The verbs of an engine that the parts of a step use: only `steps` itself may know the room storage."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import ibis
import pyarrow as pa


class Verbs(Protocol):
    """What an open engine is asked to do here; see storage.Engine."""

    scratch: Path

    def read(self, paths: Path) -> ibis.Table:
        """Rows of a Parquet file as a table."""

    def fetch(self, table: ibis.Table) -> list[dict[str, Any]]:
        """Rows of a small result."""

    def write(self, table: ibis.Table, path: Path) -> None:
        """Run a table and write it as Parquet."""

    def count(self, table: ibis.Table) -> int:
        """How many rows a table has."""

    def arrow(self, table: ibis.Table) -> pa.Table:
        """All rows of a table."""
