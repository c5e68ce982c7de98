"""The customer base's steps."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import ibis

from unequal import config
from unequal.customer_base.bands import bands, customer_figures
from unequal.customer_base.tables import BAND
from unequal.storage import Engine
from unequal.terms.lines import Level

__all__ = ["BAND", "band", "banded"]


def band(engine: Engine, *, statement: ibis.Table, level: Level, project: config.Project, folder: Path) -> None:
    """Write `band.parquet`: what each customer brings at the base's level, and in which band that puts them.

    Args:
        engine: where it runs.
        statement: STATEMENT.
        level: the evidence level that the project's mapped lines reach.
        project: for the thresholds of the bands.
        folder: where to write.
    """
    engine.write(banded(customer_figures(statement, level), project), folder / "band.parquet")


def banded(figures: ibis.Table, project: config.Project) -> ibis.Table:
    """BAND of CUSTOMER_FIGURE, by the project's thresholds."""
    limits = project.customer_base
    return bands(
        figures,
        break_even_within=Decimal(limits.break_even_within),
        break_even_share_of_sales=Decimal(str(limits.break_even_share_of_sales)),
    )
