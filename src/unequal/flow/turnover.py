"""The step of a run that says which customers came and which went."""

from __future__ import annotations

from pathlib import Path

from unequal import customer_base, storage
from unequal.flow.desk import Desk, Outputs


def turnover(
    desk: Desk, accepted: Outputs, gathered: Outputs, who: storage.StepOutput, contacts: storage.StepOutput, book: storage.StepOutput,
    valued: storage.StepOutput,
) -> storage.StepOutput:  # fmt: skip
    """Who was gained and how, who has left and why, and how long the base lasts."""
    steps = customer_base.steps.turnover.steps
    read = steps.sources_of(desk.project)

    def work(folder: Path) -> None:
        known = steps.Known(
            desk.read(book, "entry"),
            desk.read(who, "customer"),
            desk.read(who, "customer_record"),
            desk.read_all(gathered, "person_attribute"),
            desk.read(contacts, "interaction"),
            desk.read(valued, "lifetime"),
            {name: desk.read(accepted[name], "rows") for name in read},
        )
        steps.tell(desk.engine, known, project=desk.project, folder=folder)

    parameters = (desk.project.turnover.model_dump_json(exclude={"planned", "default_reasons"}), desk.project.value.model_dump_json())
    before = [book, who, contacts, valued, *gathered.values(), *(accepted[name] for name in read)]
    return desk.steps.step("turnover", work, inputs=[*before, *parameters])
