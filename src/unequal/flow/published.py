"""Which step publishes which tables, beside what every run has: told once, for who checks a run and for who reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from unequal import customer_base, ledger, storage, value
from unequal.terms.tables import TableContract

_BASE: Final = customer_base.steps

BESIDE: Final[Mapping[str, tuple[TableContract, ...]]] = {
    "interactions": (ledger.tables.INTERACTION,),
    "programmes": (ledger.tables.PROGRAMME_MEMBER,),
    "tie out": (ledger.tables.TIE_OUT,),
    "cost": (ledger.tables.POOL, ledger.tables.IDLE),
    "serve": (ledger.tables.ACTIVITY_COST, ledger.tables.ACTIVITY_SUM, ledger.tables.ACTIVITY_TIME),
    "totals": _BASE.totals.steps.ALL,
    "codes": _BASE.codes.ALL,
    "judge": (_BASE.BAND_STABILITY,),
    "experience": _BASE.experience.tables.ALL,
    "plans": (_BASE.plans.PLAN_FIT,),
    "value": value.tables.ALL,
    "loyal": _BASE.loyalty.LOYALTY,
    "needs": _BASE.needs.ALL,
    "levers": _BASE.levers.tables.ALL,
    "equity": value.earlier.tables.ALL,
    "move": _BASE.moving.tables.ALL,
    "turnover": _BASE.turnover.tables.ALL,
    "profile": _BASE.profiling.ALL,
}
"""Step: its tables. An older run, and a project that declares nothing of the kind, may lack a step; a step that is there has its tables."""

WHERE_DECLARED: Final = frozenset({"programmes", "cost", "serve", "experience", "plans"})
"""Steps that not every project has."""

IN_PART: Final = frozenset({"experience"})
"""Steps that write those of their tables of which the config has a section."""


def tables_of(step: str, output: storage.StepOutput, *, is_kept: bool) -> Iterator[tuple[TableContract, Path]]:
    """The tables that a step published, by contract.

    A step that gains a table marks its contract as newer: runs of before it are kept, and must stay readable.

    Args:
        step: its name.
        output: what it wrote.
        is_kept: of a run that may be an older version's.

    Raises:
        StorageError: STO005, one is missing that the step has always written, or that a run of today writes.
    """
    there = output.tables
    for contract in BESIDE[step]:
        may_lack = step in IN_PART or (is_kept and contract.is_newer)
        if not may_lack or contract.name in there:
            yield contract, output.table(contract.name)
