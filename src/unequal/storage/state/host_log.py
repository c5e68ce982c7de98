"""Tasks of hosts, read and written. Made by `open_live`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from unequal.storage.state import host_tasks
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.host_tasks import HostTaskRow


class HostLog:
    """What hosts have to do. Safe for threads; what is written is durable when the call returns."""

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer = engine, writer

    def tasks(self) -> list[HostTaskRow]:
        """Every task, the most dollars first; see host_tasks.tasks."""
        with self._engine.connect() as connection, connection.begin():
            return host_tasks.tasks(connection)

    def add(self, rows: Sequence[HostTaskRow], *, at_most: int) -> list[HostTaskRow]:
        """Write tasks as far as there is room; see host_tasks.add."""
        return self._writer.write(lambda connection: host_tasks.add(connection, rows, at_most=at_most))

    def drop_doubles(self, at: datetime) -> int:
        """Leave each customer one open task; see host_tasks.drop_doubles."""
        return self._writer.write(lambda connection: host_tasks.drop_doubles(connection, at))

    def finish(self, task_id: str, *, outcome: str, at: datetime, author: str) -> bool:
        """Write what came of a task; false where it is not open."""
        return self._writer.write(lambda connection: host_tasks.finish(connection, task_id, outcome=outcome, at=at, author=author))
