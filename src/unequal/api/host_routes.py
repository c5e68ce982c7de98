"""Routes for tasks of hosts and account managers."""

from __future__ import annotations

from typing import Any

from unequal.api import host_shapes
from unequal.api.routing import Call, route


@route(
    "GET", "/v1/host-tasks", "host_tasks.read", query=host_shapes.HostTasksAsked, answer=host_shapes.HostTasks,
    more={"404": "There is no task after which to go on."},
)  # fmt: skip
def host_tasks(call: Call) -> Any:
    """For whom hosts have something to do, why and until when; an agent is told the tasks that he works off himself."""
    return {"tasks": call.desk.host_tasks(call.caller, **call.query.model_dump())}


@route(
    "POST", "/v1/host-tasks/{task_id}/outcome", "host_tasks.finish", body=host_shapes.HostTaskOutcome, status=204,
    more={"409": "It is done or dropped already."},
)  # fmt: skip
def finish_host_task(call: Call) -> Any:
    """Say what came of a host's task, once."""
    call.desk.finish_host_task(call.caller, call.path["task_id"], outcome=call.body.outcome)


@route("POST", "/v1/host-tasks/plan", "host_tasks.plan", body=host_shapes.HostPlanAsked, answer=host_shapes.HostPlan)
def plan_host_tasks(call: Call) -> Any:
    """Make tasks for hosts from the published run, as far as they have room."""
    return call.desk.plan_host_tasks(call.caller)
