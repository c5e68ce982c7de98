"""The state as the moment of contact uses it: read and written while customers wait."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import sqlalchemy as sa

from unequal.storage.state.event_log import EventLog
from unequal.storage.state.group_commit import Writer


class LiveState:
    """An open state database, with one writer. Made by `open_live`; safe for threads.

    Attributes:
        writer: what writes; jobs of one customer's moment go through it together.
        events: what reached us of customers.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.writer = Writer(engine)
        self.events = EventLog(engine, self.writer)

    def close(self) -> None:
        """Write what waits, and give back the connections."""
        self.writer.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
