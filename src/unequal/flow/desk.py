"""What the steps of one run work with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis

from unequal import config, storage
from unequal.flow.keeping import Steps
from unequal.flow.opening import OpenProject

Outputs = Mapping[str, storage.StepOutput]
"""What steps left, by the source that they are about."""


@dataclass(frozen=True)
class Desk:
    """What the steps of one run work with."""

    project: config.Project
    opened: OpenProject
    folder: storage.RunFolder
    engine: storage.Engine
    state: storage.State
    before: storage.state.RunRow | None
    last_action: int
    steps: Steps

    def read(self, output: storage.StepOutput, table: str) -> ibis.Table:
        """A table that a step left."""
        return self.engine.read(output.table(table))

    def read_all(self, outputs: Mapping[str, storage.StepOutput], table: str) -> ibis.Table:
        """The same table of several steps, as one."""
        return self.engine.read([output.table(table) for output in outputs.values()])
