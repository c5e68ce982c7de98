"""The step of a run that looks at the codes that people pick from lists."""

from __future__ import annotations

from pathlib import Path

from unequal import customer_base, storage
from unequal.flow.desk import Desk, Outputs


def codes(desk: Desk, accepted: Outputs, book: storage.StepOutput) -> None:
    """Which values of code fields may be only a form's default, and what the ledger hangs on them."""

    def work(folder: Path) -> None:
        customer_base.steps.codes.tell_codes(
            desk.engine,
            rows={name: desk.read(output, "rows") for name, output in accepted.items()},
            entries=desk.read(book, "entry"),
            project=desk.project,
            folder=folder,
        )

    mapped = [source.model_dump_json(include={"key", "records", "postings", "interactions"}) for source in desk.project.sources.values()]
    declared = [f"{name} {one.model_dump_json()}" for name, one in desk.project.codes.items()]
    desk.steps.step("codes", work, inputs=[*accepted.values(), book, *mapped, *declared])
