"""The step of a run that tells why customers stay, and with whom that veers."""

from __future__ import annotations

from pathlib import Path

from unequal import customer_base, storage
from unequal.flow.desk import Desk, Outputs


def loyal(
    desk: Desk, accepted: Outputs, who: storage.StepOutput, beside: tuple[storage.StepOutput, storage.StepOutput], book: storage.StepOutput,
    valued: storage.StepOutput,
) -> None:  # fmt: skip
    """What goes with staying, found in orders, contacts and declared behaviours; and early warnings, in dollars at risk."""
    project, (related, contacts) = desk.project, beside
    read = sorted({behaviour.source for behaviour in project.loyalty.behaviours.values()})
    loyalty = customer_base.steps.loyalty

    def work(folder: Path) -> None:
        known = loyalty.Known(
            entries=desk.read(book, "entry"),
            contacts=desk.read(contacts, "interaction"),
            relationships=desk.read(related, "relationship"),
            customers=desk.read(who, "customer"),
            customer_record=desk.read(who, "customer_record"),
            values=desk.read(valued, "customer_value"),
            rows={name: desk.read(accepted[name], "rows") for name in read},
        )
        loyalty.find(desk.engine, known, project=project, folder=folder)

    parameters = [project.loyalty.model_dump_json(), project.value.model_dump_json()]
    desk.steps.step("loyal", work, inputs=[book, contacts, related, who, valued, *(accepted[name] for name in read), *parameters])
