"""Value: what each customer will bring, through itself and through others; forecasts, each with its range and its test."""

from unequal.value import buying, earlier, owning, referral, renewing, segments, spending, steps, tables, totals

__all__ = ["buying", "earlier", "owning", "referral", "renewing", "segments", "spending", "steps", "tables", "totals"]
