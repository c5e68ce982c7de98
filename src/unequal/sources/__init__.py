"""Reading what a company's applications extract: every row accepted, quarantined or counted once."""

from unequal.sources import public_data, tables
from unequal.sources.assessment import Assessment
from unequal.sources.column_types import columns_of
from unequal.sources.formats import files_of, headers
from unequal.sources.profiling import assess
from unequal.sources.raw_rows import raw_row
from unequal.sources.steps import accept
from unequal.sources.suggesting import suggest

__all__ = ["Assessment", "accept", "assess", "columns_of", "files_of", "headers", "public_data", "raw_row", "suggest", "tables"]
