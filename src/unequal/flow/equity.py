"""The step of a run that reckons what the base was worth last time, so that its change can be told."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

from unequal import config, customer_base, ledger, storage, value
from unequal.flow.desk import Desk, Outputs
from unequal.flow.summary import level_of_project

_A_YEAR: Final = timedelta(weeks=52)


def then(
    desk: Desk, accepted: Outputs, who: storage.StepOutput, book: storage.StepOutput, valued: storage.StepOutput
) -> storage.StepOutput:
    """What each customer was worth when a kept run last forecast as of an earlier day; 52 weeks ago where none did."""
    level, settings = level_of_project(desk.project), desk.project.value
    day = last_time(desk, valued)
    holding = sorted({source for one in settings.relationships.values() for source in config.value.sources_of(one)})

    def work(folder: Path) -> None:
        entries = desk.read(book, "entry")
        known = ledger.customer_statement(entries.filter(entries["booked_on"] < (day or date.min)))
        value.earlier.steps.forecast_then(
            desk.engine,
            entries=entries,
            customers=desk.read(who, "customer"),
            bands=customer_base.steps.banded(customer_base.customer_figures(known, level), desk.project),
            customer_record=desk.read(who, "customer_record"),
            rows={name: desk.read(accepted[name], "rows") for name in holding},
            level=level,
            project=desk.project,
            then=day,
            folder=folder,
        )

    parameters = (level, settings.model_dump_json(), desk.project.customer_base.model_dump_json(), str(day))
    return desk.steps.step("equity", work, inputs=[book, who, valued, *(accepted[name] for name in holding), *parameters])


def levers(desk: Desk, book: storage.StepOutput, related: storage.StepOutput) -> storage.StepOutput:
    """By which levers what customers bring has changed: who came, who left, and what those who stayed bought and cost."""
    level = level_of_project(desk.project)

    def work(folder: Path) -> None:
        customer_base.steps.levers.steps.write(
            desk.engine,
            entries=desk.read(book, "entry"),
            statement=desk.read(book, "statement"),
            relationships=desk.read(related, "relationship"),
            level=level,
            folder=folder,
        )

    return desk.steps.step("levers", work, inputs=[book, related, level])


def last_time(desk: Desk, valued: storage.StepOutput) -> date | None:
    """The day from which the last kept run forecast that did so as of an earlier day than this one; else 52 weeks before.

    None where this run forecasts nothing.
    """
    today = as_of(desk.engine, valued)
    if today is None:
        return None
    for row in reversed(desk.state.runs()):
        manifest = desk.folder.manifest(row.run_id)
        known = manifest is not None and "value" in manifest.steps
        day = as_of(desk.engine, storage.Run(manifest, desk.folder.folder, "").step("value")) if manifest and known else None
        if day is not None and day < today:
            return day
    return today - _A_YEAR


def as_of(engine: storage.Engine, valued: storage.StepOutput) -> date | None:
    """The first day of a run's forecasts; None where it made none."""
    lifetimes = engine.read(valued.table("lifetime"))
    found: date | None = engine.fetch(lifetimes.aggregate(day=lifetimes["as_of"].max()))[0]["day"]
    return found
