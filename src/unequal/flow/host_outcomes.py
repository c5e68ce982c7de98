"""What came of hosts' tasks, from the state, for questions that watch it month by month."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pyarrow as pa

from unequal import config, storage
from unequal.flow.clock import day_in, utc_now

TASKS: Final = pa.schema([("due_on", pa.date32()), ("done_on", pa.date32()), ("outcome", pa.string())])
"""done_on and outcome are absent where a task was not done."""


def host_outcomes(state: storage.State, project: config.Project, until: datetime | None = None) -> pa.Table:
    """Tasks that were done, or should have been.

    Args:
        state: the state.
        project: whose.
        until: as where an older run is asked: what came later is not known yet; all is by default.

    Returns:
        TASKS: a row for each task that was done, or whose day is over; those that were dropped are left out.
    """
    zone, at = ZoneInfo(project.time_zone), until or utc_now()
    told = []
    for one in state.host_tasks():
        if one.status == "dropped" or one.created_at > at:
            continue
        done_on = None if one.outcome_at is None or one.outcome_at > at else day_in(zone, one.outcome_at)
        if done_on is not None or one.due_on < day_in(zone, at):
            told.append({"due_on": one.due_on, "done_on": done_on, "outcome": one.outcome if done_on else None})
    return pa.Table.from_pylist(told, TASKS)
