"""The examples, copied and run on the public data, and how their figures are held against published ones."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal as D
from pathlib import Path

from unequal import flow
from unequal.answers import Answer

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def opened(name: str, data: Path, folder: Path) -> Iterator[flow.reading.OpenBase]:
    """An example's base, of a run in a folder of its own."""
    shutil.copytree(EXAMPLES / name, folder / name)
    project = flow.open_project(folder / name, {"UNEQUAL_DATA": str(data)})
    flow.run(project)
    with flow.open_base(project) as base:
        yield base


def figures(answer: Answer) -> dict[str, object]:
    return {figure.name: figure.value for figure in answer.figures}


def percent(share: object) -> str:
    assert isinstance(share, float)
    return f"{share * 100:.1f}"


def cents(amount: object) -> D:
    assert isinstance(amount, D)
    return round(amount, 2)


def residuals(base: flow.reading.OpenBase) -> set[D]:
    rows = base.base.fetch(base.base.table("reconciliation"))
    assert rows
    return {D(str(row["amount"])) for row in rows if row["item"] == "residual"}
