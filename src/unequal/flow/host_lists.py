"""Tasks of hosts as other systems ask for them: a part of a list at a time, of all hosts or of those alone whose tasks a person works off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from unequal import storage
from unequal.flow.hosting import CENT, HostDesk
from unequal.flow.opening import OpenProject

_Task = storage.state.HostTaskRow
_COUNTS: Final = ("deserving", "resting", "without_room", "dropped")


class HostLists:
    """Lists of tasks, and what came of each. Safe for threads.

    Args:
        project: that has been run.
        state: open.
        clock: naive UTC.
    """

    def __init__(self, project: OpenProject, state: storage.state.LiveState, clock: Callable[[], datetime]) -> None:
        self._desk = HostDesk(project, state, clock)
        declared = project.config.live.hosts
        self._worked_by = {} if declared is None else declared.worked_by
        self._planning = threading.Lock()

    def tasks(
        self, *, person: str | None, by_stake: bool, host: str | None = None, status: str = "open", due_until: date | None = None,
        after: str | None = None, limit: int = 100,
    ) -> list[dict[str, Any]] | None:  # fmt: skip
        """A part of the list.

        Args:
            person: who sees only what he works off; None: all.
            by_stake: the most dollars at stake first; else what is due first, equals by customer, so that the order tells no dollars.
            host: whose; all by default.
            status: open, done or dropped; or all.
            due_until: the last day on which it is due.
            after: the task_id that was read last, whatever became of it since.
            limit: at most so many.

        Returns:
            A document for each task; None: there is no task `after`, or none that he sees.
        """
        rest = _ordered(self._of(person), by_stake=by_stake)
        if after is not None:
            numbers = {one.task_id: number for number, one in enumerate(rest, 1)}
            if after not in numbers:
                return None
            rest = rest[numbers[after] :]
        wanted = (one for one in rest if host in (None, one.host) and status in ("all", one.status))
        return [_document(one) for one in islice((one for one in wanted if due_until is None or one.due_on <= due_until), limit)]

    def finish(self, task_id: str, *, outcome: str, person: str | None, author: str) -> bool:
        """Write down what came of a task; false where there is none of that id, or none that the person works off.

        Raises:
            ContactCentreError: CTC042, it is open no more; CTC043, nothing of the kind can come of one.
        """
        if not any(one.task_id == task_id for one in self._of(person)):
            return False
        self._desk.finish(task_id, outcome=outcome, author=author)
        return True

    def plan(self, *, by_stake: bool) -> dict[str, Any]:
        """Make tasks from the published run; see HostDesk.plan.

        Returns:
            `made`, documents in the order of `tasks`; and the numbers of a HostPlan.
        """
        # One after the other: each reads the whole base.
        with self._planning:
            found = self._desk.plan()
        return {
            **{name: getattr(found, name) for name in _COUNTS},
            "made": [_document(one) for one in _ordered(found.made, by_stake=by_stake)],
        }

    def _of(self, person: str | None) -> list[_Task]:
        """Every task that somebody works off."""
        every = self._desk.tasks(is_open=False)
        return every if person is None else [one for one in every if person in self._worked_by.get(one.host, (one.host,))]


def _ordered(tasks: Iterable[_Task], *, by_stake: bool) -> list[_Task]:
    if by_stake:
        return sorted(tasks, key=lambda one: (-one.stake, one.task_id))
    return sorted(tasks, key=lambda one: (one.due_on, one.customer_id, one.task_id))


def _document(one: _Task) -> dict[str, Any]:
    # The state keeps amounts to four places.
    return {**asdict(one), "stake": one.stake.quantize(CENT)}
