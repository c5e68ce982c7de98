"""Timers, as those who set, cancel and fire them use them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from unequal.storage.state import timers
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.timers import TimerRow


class TimerQueue:
    """Timers; each fires once. Safe for threads; see `timers`. Within a job of the writer, call `timers` itself."""

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer = engine, writer

    def put(self, rows: Sequence[TimerRow]) -> int:
        """Set timers; how many were new: an event sets one of a policy."""
        return self._writer.write(lambda connection: timers.put(connection, rows))

    def due(self, at: datetime, *, at_most: int = 100) -> list[TimerRow]:
        """Those to be fired. What a timer does names it in its reservation, or goes on after `claim`."""
        with self._engine.connect() as connection, connection.begin():
            return timers.due(connection, at, at_most=at_most)

    def claim(self, timer_id: int, at: datetime) -> None:
        """Fire one that does nothing more in the state. LIV102: it was fired or cancelled."""
        self._writer.write(lambda connection: timers.claim(connection, timer_id, at))

    def call_off(self, timer_id: int, at: datetime) -> int:
        """Cancel one; 0 where it was done with before."""
        return self._writer.write(lambda connection: timers.call_off(connection, timer_id, at))

    def postpone(self, timer_ids: Sequence[int], until: datetime) -> int:
        """Let some come due later; how many were still pending."""
        return self._writer.write(lambda connection: timers.postpone(connection, timer_ids, until))

    def cancel(self, customer_id: str, policies: Iterable[str], at: datetime, *, also: Iterable[str] = ()) -> int:
        """Cancel what is pending for a customer under some policies; how many."""
        names, others = tuple(policies), tuple(also)
        return self._writer.write(lambda connection: timers.cancel(connection, customer_id, names, at, also=others))

    def fired(self, customer_id: str, policy: str, at: datetime, *, also: Iterable[str] = ()) -> list[TimerRow]:
        """What fired for a customer at an instant under a policy."""
        with self._engine.connect() as connection, connection.begin():
            return timers.fired(connection, customer_id, policy, at, also=also)

    def pending(self, customer_id: str, *, also: Iterable[str] = ()) -> list[TimerRow]:
        """What is still to come for a customer, soonest first."""
        with self._engine.connect() as connection, connection.begin():
            return timers.pending(connection, customer_id, also=also)
