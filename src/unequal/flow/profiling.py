"""The step of a run that puts down what rules over customers read, for the whole base and for one customer at the moment of contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import ibis

from unequal import customer_base, storage
from unequal.flow import published
from unequal.flow.desk import Desk
from unequal.flow.summary import level_of_project

_READ: Final[Mapping[str, tuple[str, ...]]] = {
    "who is who": ("customer",),
    "band": ("band",),
    "book": ("entry",),
    "judge": ("band_stability",),
    "interactions": ("interaction",),
    "relate": ("household", "relationship"),
    "value": ("customer_value", "lifetime", "prospect", "through_others", "influence"),
    "needs": ("customer_needs",),
    "turnover": ("gained", "lost", "won_back"),
    "loyal": ("signal",),
    "experience": ("promise",),
    "plans": ("plan_fit",),
}
"""The steps whose tables it reads."""


def profile(desk: Desk) -> storage.StepOutput:
    """One row a customer, and what happened to each when."""
    level, steps = level_of_project(desk.project), customer_base.steps.profiling
    read = {name: output for name, output in desk.steps.done.items() if name in _READ}

    def work(folder: Path) -> None:
        steps.write(desk.engine, dict(_tables(desk, read)), level=level, folder=folder)

    return desk.steps.step("profile", work, inputs=[*read.values(), level])


def _tables(desk: Desk, read: Mapping[str, storage.StepOutput]) -> Iterator[tuple[str, ibis.Table]]:
    for step, output in read.items():
        there = output.tables
        yield from ((name, desk.read(output, name)) for name in _READ[step] if name in there or step not in published.IN_PART)
