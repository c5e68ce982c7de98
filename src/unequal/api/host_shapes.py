"""What is sent and answered about tasks of hosts."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from unequal import contact_centre
from unequal.api.shapes import Name, Sent, Shown


def _day(value: object) -> object:
    # Pydantic would take a bare number for seconds since 1970.
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("write a day as in 2026-03-05")
    return value


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class HostTasksAsked(Sent):
    """Which tasks."""

    host: Name | None = Field(None, description="Of this host; of all whose tasks the caller sees, by default.")
    status: Literal["open", "done", "all"] = Field("open", description="Open, done, or all, those that were dropped among them.")
    due_until: Day | None = Field(None, description="Due on this day or before.")
    after: Name | None = Field(None, description="The task_id that was read last.")
    limit: int = Field(100, ge=1, le=1000)


class HostTaskOutcome(Sent):
    """What came of a task; who says so is the caller."""

    outcome: Name = Field(
        description="The customer stays, is gone, or could not be reached.",
        json_schema_extra={"enum": list(contact_centre.host_tasks.OUTCOMES)},
    )


class HostPlanAsked(Sent):
    """Nothing: tasks are made from the published run by what the project declares."""


class HostTask(Shown):
    """Something that a host has to do for a customer."""

    task_id: str
    customer_id: str = Field(description="Under the id of today.")
    host: str | None = Field(None, description="Whose it is.")
    reason: str | None = Field(None, description="Why, in the words that the project declares.")
    stake: Decimal | None = Field(
        None,
        description="Dollars that are expected of the customer, in the reporting currency: an estimate of the day on which the task was made.",
    )
    due_on: date = Field(description="The last day on which it is done in time.")
    created_at: datetime
    status: str = Field(description="open, done or dropped.")
    outcome: str | None = Field(None, description="What came of it, once it is done.")
    outcome_at: datetime | None = Field(None, description="When that was told.")
    author: str | None = Field(None, description="By whom, as the audit knows him.")


class HostTasks(BaseModel):
    """Tasks: the most dollars at stake first for whoever sees those, or else those that are due first."""

    tasks: list[HostTask]


class HostPlan(BaseModel):
    """What planning did."""

    made: list[HostTask] = Field(description="The new tasks, in the order of a list of tasks.")
    deserving: int = Field(description="Customers with a host, a signal and something to lose.")
    resting: int = Field(description="Of those, who has a task or had one lately.")
    without_room: int = Field(description="Of those, who has none because the host has no room.")
    dropped: int = Field(description="Open tasks of customers who have become one with another that has a task.")
