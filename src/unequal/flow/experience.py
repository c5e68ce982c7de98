"""The step of a run that puts surveys, contacts that agents answered, and promises under their customers."""

from __future__ import annotations

from pathlib import Path

from unequal import customer_base, storage
from unequal.flow.desk import Desk, Outputs

_told = customer_base.steps.experience


def experience(
    desk: Desk, accepted: Outputs, gathered: Outputs, who: storage.StepOutput, contacts: storage.StepOutput, book: storage.StepOutput
) -> None:
    """What customers said, who served them, and what they were promised; nothing where the config says nothing of it."""
    project = desk.project
    read = _told.steps.sources_of_experience(project)
    if not read:
        return

    def work(folder: Path) -> None:
        _told.steps.tell(
            desk.engine,
            rows={name: desk.read(accepted[name], "rows") for name in read},
            interactions=desk.read(contacts, "interaction"),
            entries=desk.read(book, "entry"),
            owners=_told.steps.Owners(desk.read(who, "customer_record"), desk.read_all(gathered, "record")),
            project=project,
            folder=folder,
        )

    sections = [section.model_dump_json() for section in (project.surveys, project.agents, project.promises) if section is not None]
    desk.steps.step(
        "experience",
        work,
        inputs=[*(accepted[name] for name in read), who, *gathered.values(), contacts, book, project.time_zone, *sections],
    )
