"""Records into customers, customers into households: weighed, put together under constraints, judged by stewards, given ids for life."""

from unequal.identity import arrivals, graph, lookup, run_figures, steps, stewardship, tables
from unequal.identity.records import record_key
from unequal.identity.steps import BEFORE, VERDICT, gather, resolve

__all__ = [
    "BEFORE", "VERDICT",
    "arrivals", "gather", "graph", "lookup", "record_key", "resolve", "run_figures", "steps", "stewardship", "tables",
]  # fmt: skip
