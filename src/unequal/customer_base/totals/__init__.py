"""Sums that answers about the whole base would otherwise make again from every entry."""

from unequal.customer_base.totals import steps, summing

__all__ = ["steps", "summing"]
