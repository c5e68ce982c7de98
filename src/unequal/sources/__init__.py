"""Reading what a company's applications extract: every row accepted, quarantined or counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.sources import public_data, tables
    from unequal.sources.assessment import Assessment
    from unequal.sources.column_types import columns_of
    from unequal.sources.formats import files_of, headers
    from unequal.sources.profiling import assess
    from unequal.sources.raw_rows import raw_row
    from unequal.sources.steps import accept
    from unequal.sources.suggesting import suggest

__all__ = ["Assessment", "accept", "assess", "columns_of", "files_of", "headers", "public_data", "raw_row", "suggest", "tables"]

open_by_name(
    __name__,
    __all__,
    assessment=["Assessment"],
    column_types=["columns_of"],
    formats=["files_of", "headers"],
    profiling=["assess"],
    raw_rows=["raw_row"],
    steps=["accept"],
    suggesting=["suggest"],
)
