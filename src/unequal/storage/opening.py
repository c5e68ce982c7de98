"""Opening what the config names."""

from __future__ import annotations

from pathlib import Path

from unequal import config
from unequal.storage.duckdb import DuckDBEngine
from unequal.storage.engine import Engine


def open_engine(settings: config.storage.Storage, scratch: Path) -> Engine:
    """The engine that the project's config names, with `scratch` for what it must put aside."""
    if settings.engine == "spark":
        from unequal.storage.spark import SparkEngine

        return SparkEngine(scratch, threads=settings.threads)
    return DuckDBEngine(scratch, memory_limit=settings.memory_limit, threads=settings.threads)
