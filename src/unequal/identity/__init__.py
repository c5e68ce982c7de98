"""Records into customers, customers into households: weighed, put together under constraints, judged by stewards, given ids for life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.identity import arrivals, graph, lookup, run_figures, steps, stewardship, tables
    from unequal.identity.records import record_key
    from unequal.identity.steps import BEFORE, VERDICT, gather, resolve

__all__ = [
    "BEFORE", "VERDICT",
    "arrivals", "gather", "graph", "lookup", "record_key", "resolve", "run_figures", "steps", "stewardship", "tables",
]  # fmt: skip

open_by_name(__name__, __all__, records=["record_key"], steps=["BEFORE", "VERDICT", "gather", "resolve"])
