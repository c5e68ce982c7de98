"""The state as the moment of contact uses it: read and written while customers wait."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import sqlalchemy as sa

from unequal.storage.state.allocations import AllocationLog
from unequal.storage.state.checkpointing import Checkpointer
from unequal.storage.state.contact_log import ContactLog
from unequal.storage.state.event_log import EventLog
from unequal.storage.state.goodwill_log import GoodwillLog
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.host_log import HostLog
from unequal.storage.state.kept import KeptTexts
from unequal.storage.state.message_queue import MessageQueue
from unequal.storage.state.policy_log import PolicyLog
from unequal.storage.state.tier_log import TierLog
from unequal.storage.state.timer_queue import TimerQueue


class LiveState:
    """An open state database, with one writer. Made by `open_live`; safe for threads.

    Attributes:
        writer: what writes; jobs of one customer's moment go through it together.
        events: what reached us of customers.
        contacts: the one ledger of contacts, decisions with what came of them, and what customers say to them.
        policies: in their versions.
        timers: what is to be done later.
        outbox: messages to the world outside.
        goodwill: what agents give at their discretion.
        tiers: which level of service customers got.
        hosts: what hosts have to do for customers.
        kept: texts that decisions were made by.
        allocations: what was planned where there was not enough for all.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._checkpointer = Checkpointer(engine)
        self.writer = Writer(engine, committed=self._checkpointer.written)
        self.events = EventLog(engine, self.writer)
        self.contacts = ContactLog(engine, self.writer)
        self.policies = PolicyLog(engine, self.writer)
        self.timers = TimerQueue(engine, self.writer)
        self.outbox = MessageQueue(engine, self.writer)
        self.goodwill = GoodwillLog(engine, self.writer)
        self.tiers = TierLog(engine, self.writer)
        self.hosts = HostLog(engine, self.writer)
        self.kept = KeptTexts(engine, self.writer)
        self.allocations = AllocationLog(self.writer)

    def close(self) -> None:
        """Write what waits, and give back the connections."""
        self.writer.close()
        self._checkpointer.close()
        self.events.close()
        self.contacts.close()
        self.policies.close()
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
