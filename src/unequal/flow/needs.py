"""The step of a run that tells what customers need, apart from what they are worth."""

from __future__ import annotations

from pathlib import Path

import ibis

from unequal import customer_base, storage
from unequal.flow.desk import Desk


def needs(desk: Desk, contacts: storage.StepOutput, book: storage.StepOutput) -> None:
    """Which customers have the same habits; a group that the run before had already keeps its name.

    The run before is no input of the step: while entries, contacts and contracts stay as they are, what was found stands.
    """
    steps = customer_base.steps.needs

    def work(folder: Path) -> None:
        known = steps.Known(desk.read(book, "entry"), desk.read(contacts, "interaction"), _before(desk))
        steps.find(desk.engine, known, project=desk.project, folder=folder)

    settings = desk.project.value.model_dump_json(include={"relationships", "as_of"})
    desk.steps.step("needs", work, inputs=[book, contacts, settings])


def _before(desk: Desk) -> ibis.Table | None:
    """NEEDS_TRAIT of the run before this one; None where it had none."""
    manifest = desk.folder.manifest(desk.before.run_id) if desk.before else None
    if manifest is None or "needs" not in manifest.steps:
        return None
    return desk.read(storage.Run(manifest, desk.folder.folder, "").step("needs"), "needs_trait")
