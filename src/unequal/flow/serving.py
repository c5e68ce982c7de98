"""The steps of a run that charge what serving customers takes."""

from __future__ import annotations

from pathlib import Path

from unequal import customer_base, ledger, storage
from unequal.flow.desk import Desk, Outputs
from unequal.flow.summary import level_of_project
from unequal.terms.lines import Level


def cost(desk: Desk, accepted: Outputs, rates: storage.StepOutput) -> storage.StepOutput | None:
    """What pools cost goes to the events that used their time; what nobody used stays idle. None where the project declares none."""
    sources_asked = ledger.steps.served_from(desk.project)
    if not sources_asked:
        return None

    def work(folder: Path) -> None:
        rows = {name: desk.read(accepted[name], "rows") for name in sources_asked}
        ledger.steps.charge(desk.engine, project=desk.project, rows=rows, rates=desk.read(rates, "rate"), folder=folder)

    parameters = [
        desk.project.ledger.model_dump_json(), desk.project.reporting_currency, desk.project.time_zone,
        *(desk.project.sources[name].model_dump_json(include={"postings", "interactions", "records"}) for name in sources_asked),
    ]  # fmt: skip
    return desk.steps.step("cost", work, inputs=[rates, *(accepted[name] for name in sources_asked), *parameters])


def serve(desk: Desk, cost: storage.StepOutput | None, who: storage.StepOutput, gathered: Outputs) -> storage.StepOutput | None:
    """What was done for each customer, by activity and month."""
    if cost is None:
        return None

    def work(folder: Path) -> None:
        ledger.steps.serve(
            desk.engine,
            charged=desk.read(cost, "posted"),
            customer_record=desk.read(who, "customer_record"),
            records=desk.read_all(gathered, "record"),
            project=desk.project,
            folder=folder,
        )

    return desk.steps.step("serve", work, inputs=[cost, who, *gathered.values(), desk.project.ledger.model_dump_json()])


def judge(desk: Desk, banded: storage.StepOutput, cost: storage.StepOutput | None, served: storage.StepOutput | None) -> None:
    """Whether each customer's band would stand if a driver of cost to serve were a quarter more or less."""
    if cost is None or served is None or not desk.project.ledger.activities or level_of_project(desk.project) is not Level.CONTRIBUTION:
        return  # where service is no part of the figure, nothing of it moves a band

    def work(folder: Path) -> None:
        customer_base.steps.judge(
            desk.engine,
            banded=desk.read(banded, "band"),
            served=desk.read(served, "activity_cost"),
            pools=desk.read(cost, "pool"),
            project=desk.project,
            folder=folder,
        )

    desk.steps.step("judge", work, inputs=[banded, cost, served, desk.project.customer_base.model_dump_json()])
