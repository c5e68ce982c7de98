"""Engines, published runs and state: the only room that knows DuckDB, Spark and SQLAlchemy."""

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
