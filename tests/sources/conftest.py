"""Accepting files made in the test, and reading back what became of their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from unequal import sources, storage
from unequal.config.project import Project
from unequal.config.sources import Source
from unequal.sources.limits import LIMITS, Limits


@dataclass(frozen=True)
class Accepted:
    """What a source became."""

    folder: Path

    def table(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.folder / f"{name}.parquet").to_pylist()

    @property
    def rows(self) -> list[dict[str, Any]]:
        return sorted(self.table("rows"), key=lambda row: (row["_file"], row["_row"]))

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    @property
    def quarantined(self) -> list[dict[str, Any]]:
        return self.table("quarantined")

    @property
    def reasons(self) -> list[tuple[int | None, str | None, str]]:
        return [(row["row"], row["column"], row["reason"]) for row in self.quarantined]

    @property
    def spans(self) -> list[tuple[int, int, str, int]]:
        return [(row["byte_start"], row["byte_end"], row["status"], row["rows"]) for row in self.table("span")]

    @property
    def extracts(self) -> list[dict[str, Any]]:
        return self.table("extract")


Accepting = Callable[..., Accepted]


@pytest.fixture
def accepting(duckdb_engine: storage.Engine, tmp_path: Path) -> Accepting:
    """Write files, accept them as one source, and hand back what became of them."""
    runs = iter(range(1000))

    def accept(files: Mapping[str, bytes] | None = None, *, limits: Limits = LIMITS, time_zone: str = "UTC", **source: Any) -> Accepted:
        place = tmp_path / f"project-{next(runs)}"
        out = place / "out"
        out.mkdir(parents=True)
        for name, content in (files or {}).items():
            (place / name).write_bytes(content)
        given = Source(**{"read": tuple(files or ()), **source})
        project = Project(project="test", reporting_currency="EUR", time_zone=time_zone, sources={"orders": given})
        found = sources.files_of(given, place)
        sources.accept(duckdb_engine, "orders", given, files=found, project=project, folder=out, root=place, limits=limits)
        return Accepted(out)

    return accept
