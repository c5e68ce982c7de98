"""Engines, published runs and state: the only room that knows DuckDB, Spark and SQLAlchemy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unequal.terms.faces import open_by_name

if TYPE_CHECKING:
    from unequal.storage import checks, databases, durable, state
    from unequal.storage.engine import Engine
    from unequal.storage.opening import open_engine
    from unequal.storage.runs import Manifest, Run, RunFolder
    from unequal.storage.state import State, open_state
    from unequal.storage.store import StepOutput

__all__ = [
    "Engine",
    "Manifest",
    "Run",
    "RunFolder",
    "State",
    "StepOutput",
    "checks",
    "databases",
    "durable",
    "open_engine",
    "open_state",
    "state",
]

open_by_name(
    __name__,
    __all__,
    engine=["Engine"],
    opening=["open_engine"],
    runs=["Manifest", "Run", "RunFolder"],
    state=["State", "open_state"],
    store=["StepOutput"],
)
