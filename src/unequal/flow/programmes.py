"""The step of a run that says whom the company's programmes reached."""

from __future__ import annotations

from pathlib import Path

from unequal import ledger, storage
from unequal.flow.desk import Desk, Outputs


def reach(desk: Desk, accepted: Outputs, who: storage.StepOutput, gathered: Outputs) -> storage.StepOutput | None:
    """Whom each programme reached, where rows say so. None where the project declares no such programme."""
    read = ledger.steps.sources_of_programmes(desk.project)
    if not read:
        return None

    def work(folder: Path) -> None:
        ledger.steps.programmes(
            desk.engine, project=desk.project, rows={name: desk.read(accepted[name], "rows") for name in read},
            customer_record=desk.read(who, "customer_record"), records=desk.read_all(gathered, "record"), folder=folder,
        )  # fmt: skip

    parameters = [f"{name} {programme.model_dump_json()}" for name, programme in desk.project.programmes.items()]
    return desk.steps.step(
        "programmes", work, inputs=[*(accepted[name] for name in read), who, *gathered.values(), desk.project.time_zone, *parameters]
    )
