"""Customers who come and who go."""

from unequal.customer_base.turnover import cohorts, reasons, steps, survival, tables

__all__ = ["cohorts", "reasons", "steps", "survival", "tables"]
