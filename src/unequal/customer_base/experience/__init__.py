"""What customers experience: what they say of it, who serves them, and whether what was promised was kept."""

from unequal.customer_base.experience import driving, steadying, steps, tables

__all__ = ["driving", "steadying", "steps", "tables"]
