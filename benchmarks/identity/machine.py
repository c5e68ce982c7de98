"""What machine a benchmark ran on, and where the real data are."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

DATA = Path(os.environ["UNEQUAL_DATA"]) if "UNEQUAL_DATA" in os.environ else None


def facts() -> str:
    """System, cores, load and versions, in a line."""
    load = os.getloadavg()[0]
    versions = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "ibis-framework", "numpy", "splink"))
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}; {versions}"
    )
