"""Customers who come and who go."""

from unequal.customer_base.turnover import reasons, steps, survival, tables

__all__ = ["reasons", "steps", "survival", "tables"]
