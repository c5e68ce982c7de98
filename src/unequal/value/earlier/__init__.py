"""What customers were worth on an earlier morning, reckoned again by today's models from what was booked by then."""

from unequal.value.earlier import steps, tables

__all__ = ["steps", "tables"]
