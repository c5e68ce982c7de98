"""The steps of a run that put customers into bands, and say how far these can be relied on."""

from __future__ import annotations

from pathlib import Path

from unequal import customer_base, identity, storage
from unequal.flow.desk import Desk
from unequal.flow.summary import level_of_project
from unequal.terms.lines import Level


def band(desk: Desk, book: storage.StepOutput, fit: storage.StepOutput | None) -> storage.StepOutput:
    """What each customer brings, and in which band that puts them."""
    level = level_of_project(desk.project)

    def work(folder: Path) -> None:
        customer_base.steps.band(desk.engine, statement=desk.read(book, "statement"), entries=desk.read(book, "entry"), level=level, project=desk.project, folder=folder,
                                 fit=desk.read(fit, "plan_fit") if fit else None)  # fmt: skip

    rules = customer_base.steps.rules_at_expense(desk.project)
    return desk.steps.step(
        "band", work, inputs=[book, level, desk.project.customer_base.model_dump_json(), *rules, *([fit] if fit else [])]
    )


def judge(
    desk: Desk,
    banded: storage.StepOutput,
    book: storage.StepOutput,
    who: storage.StepOutput,
    cost: storage.StepOutput | None,
    served: storage.StepOutput | None,
) -> None:
    """Whether each customer's band would stand, were a driver of cost to serve, a doubtful link or the window of time otherwise."""
    level = level_of_project(desk.project)
    # Where service is no part of the figure, nothing of it moves a band.
    counted = cost is not None and served is not None and bool(desk.project.ledger.activities) and level is Level.CONTRIBUTION

    def work(folder: Path) -> None:
        doubt = identity.steps.in_doubt(
            desk.engine,
            edges=desk.read(who, "edge"),
            figures=desk.read(who, "match_figure"),
            customer_record=desk.read(who, "customer_record"),
        )
        steps = customer_base.steps
        service = steps.Service(desk.read(served, "activity_cost"), desk.read(cost, "pool")) if counted and cost and served else None
        steps.judge(
            desk.engine,
            banded=desk.read(banded, "band"),
            statement=desk.read(book, "statement"),
            entries=desk.read(book, "entry"),
            level=level,
            service=service,
            doubt=steps.Doubt(doubt.maybe_one, doubt.parts),
            project=desk.project,
            folder=folder,
        )

    counting = [step for step in (cost, served) if step is not None and counted]
    desk.steps.step("judge", work, inputs=[banded, book, who, *counting, level, desk.project.customer_base.model_dump_json()])
