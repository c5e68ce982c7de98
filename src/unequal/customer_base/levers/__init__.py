"""Get, keep, grow: the change in profit parted by the levers that made it."""

from unequal.customer_base.levers import steps, tables
from unequal.customer_base.levers.bridging import LEVERS, before_of, bridge, months_of, referred_of, years_to_quarters

__all__ = ["LEVERS", "before_of", "bridge", "months_of", "referred_of", "steps", "tables", "years_to_quarters"]
