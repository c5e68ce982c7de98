"""The step of a run that sums what answers about the whole base ask for."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from unequal import customer_base, storage
from unequal.flow.desk import Desk, Outputs
from unequal.flow.summary import level_of_project


def totals(
    desk: Desk, book: storage.StepOutput, who: storage.StepOutput, related: storage.StepOutput, gathered: Outputs
) -> storage.StepOutput:
    """Each customer's lines, all entries by line, and how many customers there are under each definition."""
    active, level = desk.project.identity.active, level_of_project(desk.project)

    def work(folder: Path) -> None:
        entries = desk.read(book, "entry")
        last = desk.engine.fetch(entries.aggregate(last=entries["booked_on"].max()))[0]["last"] or date.max
        counted = customer_base.definitions.definitions(
            records=desk.read_all(gathered, "record"),
            members=desk.read(who, "customer_record"),
            customers=desk.read(who, "customer"),
            households=desk.read(related, "household"),
            entries=entries,
            lines=[str(line) for line in active.lines],
            since=last - timedelta(days=active.within_days - 1),
        )
        customer_base.steps.totals.steps.write(
            desk.engine, statement=desk.read(book, "statement"), entries=entries, definitions=counted, level=level, folder=folder
        )

    return desk.steps.step("totals", work, inputs=[book, who, related, *gathered.values(), active.model_dump_json(), level])
