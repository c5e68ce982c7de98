"""Whom to treat how where not everybody can be: what brings most in all under budgets, capacities and fairness, with the price of each.

`would_have` says who would have been treated but for his lot. `offered` says what could be done with one customer, `plain` with many at once of whom the state holds nothing, and `solve` chooses for all; `Options` and `Limits`, with `Fairness`, are what it is asked,
`Allocation` what it answers.
"""

from __future__ import annotations

from unequal.treatments.allocation.beside import would_have
from unequal.treatments.allocation.columns import Coded, Plain, plain
from unequal.treatments.allocation.offering import offered
from unequal.treatments.allocation.problem import UNITS, Allocation, Fairness, Limits, Options, of_customers
from unequal.treatments.allocation.solving import solve

__all__ = [
    "UNITS",
    "Allocation",
    "Coded",
    "Fairness",
    "Limits",
    "Options",
    "Plain",
    "of_customers",
    "offered",
    "plain",
    "solve",
    "would_have",
]
