"""Published runs: the newest row is the only pointer to what readers see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from unequal.storage.state.metadata import METADATA

RUN: Final = sa.Table(
    "run",
    METADATA,
    # Counts up by one: two runs that follow the same one want the same number, and only one can have it.
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("run_id", sa.Text, nullable=False, unique=True),
    sa.Column("previous_run", sa.Text, sa.ForeignKey("run.run_id"), unique=True),
    sa.Column("published_at", sa.DateTime, nullable=False),
    sa.Column("project", sa.Text, nullable=False),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("month_end", sa.Boolean, nullable=False),
    sa.Column("manifest_path", sa.Text, nullable=False),
    sa.Column("manifest_sha256", sa.Text, nullable=False),
    sa.Column("summary", sa.JSON, nullable=False),
    sa.Column("membership_version", sa.Text, nullable=False),
    sa.Column("last_action", sa.Integer, nullable=False, server_default="0"),
)


@dataclass(frozen=True)
class RunRow:
    """One published run.

    Args:
        run_id: its name, never used twice.
        published_at: naive UTC.
        manifest_path: the file that lists its tables, relative to the project's folder.
        manifest_sha256: of that file.
        project: the project's name.
        level: the evidence level of its dollars (terms.lines.Level).
        month_end: kept for ever, because it is the last run of a month.
        summary: a few figures to show without opening the run; plain JSON values.
        previous_run: the run that was current when this one began; None for the first.
        membership_version: the latest run, this one included, that changed who is who; the state sets it when it publishes.
        last_action: number of the last steward's action when this run began: it and all before it are part of the run.
    """

    run_id: str
    published_at: datetime
    manifest_path: str
    manifest_sha256: str
    project: str
    level: str
    month_end: bool = False
    summary: Mapping[str, Any] = field(default_factory=dict)
    previous_run: str | None = None
    membership_version: str = ""
    last_action: int = 0


def current_run(connection: sa.Connection) -> RunRow | None:
    """The newest run, which is the one that readers see; None before the first."""
    row = connection.execute(sa.select(RUN).order_by(RUN.c.number.desc()).limit(1)).mappings().first()
    return None if row is None else run_of(row)


def all_runs(connection: sa.Connection) -> list[RunRow]:
    """Every published run, oldest first."""
    return [run_of(row) for row in connection.execute(sa.select(RUN).order_by(RUN.c.number)).mappings()]


def run_of(row: Mapping[Any, Any]) -> RunRow:
    """A run from its row."""
    return RunRow(**{name: value for name, value in row.items() if name != "number"})
