"""The step of a run that holds what each contract used against every plan that was offered."""

from __future__ import annotations

from pathlib import Path

from unequal import customer_base, storage
from unequal.flow.desk import Desk, Outputs

_plans = customer_base.steps.plans


def fit(desk: Desk, accepted: Outputs, gathered: Outputs, who: storage.StepOutput) -> storage.StepOutput | None:
    """Which plan would have done for less; None where the config has no section of plans."""
    read = _plans.sources_of_plans(desk.project)
    if desk.project.plans is None:
        return None

    def work(folder: Path) -> None:
        _plans.tell(
            desk.engine, rows={name: desk.read(accepted[name], "rows") for name in read}, customer_record=desk.read(who, "customer_record"),
            records=desk.read_all(gathered, "record"), project=desk.project, folder=folder,
        )  # fmt: skip

    parameters = [desk.project.time_zone, desk.project.plans.model_dump_json()]
    return desk.steps.step("plans", work, inputs=[*(accepted[name] for name in read), who, *gathered.values(), *parameters])
