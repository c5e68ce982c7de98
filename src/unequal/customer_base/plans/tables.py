"""The contract of what a run publishes of plans."""

from __future__ import annotations

from typing import Final

from unequal.terms.money import TOTAL
from unequal.terms.tables import Column, TableContract

PLAN_FIT: Final = TableContract(
    name="plan_fit",
    meaning="Every contract on a plan: what it came to, and what the cheapest plan that covers the same use would have come to.",
    key=("contract_id",),
    columns=(
        Column("contract_id", "string", "The contract; the id of its row where no column names it."),
        Column("customer_id", "string", "Whose it is; `unassigned` where no customer was found."),
        Column("unassigned_reason", "string", "Why no customer was found; absent where one was.", nullable=True),
        Column("record_source", "string", "The source of the record that its last row names; absent where it names none.", nullable=True),
        Column("record", "string", "The record that its last row names; absent where it names none.", nullable=True),
        Column("plan", "string", "The plan that its last row names; absent where it names none.", nullable=True),
        Column("intervals", "int64", "How many months, quarters or years of use are known.", unit="intervals"),
        Column("paid", TOTAL, "What was paid for them, or what the plan's price says; absent where the plan has no price.", unit="reporting currency", nullable=True),
        Column("cheaper_plan", "string", "The cheapest other plan that covers each of them; absent where none is cheaper, or a use is not known.",
               nullable=True),
        Column("cheaper", TOTAL, "What they would have come to on it; absent likewise.", unit="reporting currency", nullable=True),
        Column("overpaid", TOTAL, "The former less the latter; 0 where none is cheaper; absent where it cannot be told.", unit="reporting currency", nullable=True),
        Column("year_difference", "decimal(18, 4)", "That for a year; absent likewise.", unit="reporting currency", nullable=True),
    ),
)  # fmt: skip
