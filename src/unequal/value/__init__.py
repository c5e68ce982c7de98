"""What each customer is worth: how often they will order, what an order brings, and how sure that is."""

from unequal.value import buying, spending

__all__ = ["buying", "spending"]
