"""Value: what each customer will bring, through itself and through others; forecasts, each with its range and its test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.value import buying, compiled, earlier, owning, referral, renewing, segments, spending, steps, tables, totals

__all__ = ["buying", "compiled", "earlier", "owning", "referral", "renewing", "segments", "spending", "steps", "tables", "totals"]

open_by_name(__name__, __all__)
