"""The steps of a run that charge what serving customers takes."""

from __future__ import annotations

from pathlib import Path

from unequal import ledger, storage
from unequal.flow.desk import Desk, Outputs


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
