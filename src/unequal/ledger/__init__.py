"""The ledger: every dollar that moved, on its line, with its customer, reconciled with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.ledger import steps, tables, what_if
    from unequal.ledger.assignment import assign, is_real_customer, of_customers
    from unequal.ledger.posting import post
    from unequal.ledger.routing import mapped_lines
    from unequal.ledger.statement import customer_statement, level_amount, level_of, waterfall

__all__ = [
    "assign",
    "customer_statement",
    "is_real_customer",
    "level_amount",
    "level_of",
    "mapped_lines",
    "of_customers",
    "post",
    "steps",
    "tables",
    "waterfall",
    "what_if",
]

open_by_name(
    __name__,
    __all__,
    assignment=["assign", "is_real_customer", "of_customers"],
    posting=["post"],
    routing=["mapped_lines"],
    statement=["customer_statement", "level_amount", "level_of", "waterfall"],
)
