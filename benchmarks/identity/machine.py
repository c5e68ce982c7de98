"""What machine a benchmark ran on, and where the real data are."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

DATA = Path(os.environ["UNEQUAL_DATA"]) if "UNEQUAL_DATA" in os.environ else None


IDENTITY = ("duckdb", "ibis-framework", "numpy", "splink")


def facts(packages: Sequence[str] = IDENTITY) -> str:
    """System, cores, load and versions of packages, in a line."""
    load = os.getloadavg()[0]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}; {versions}"
    )
