"""Messages to the world outside, as those who write and send them use them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from unequal.storage.state import contacts, outbox
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.outbox import Claimed, Message


class MessageQueue:
    """The outbox: at least once, each with a key that never changes. Safe for threads; see `outbox`."""

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer = engine, writer

    def enqueue(self, messages: Sequence[Message]) -> int:
        """Write messages; how many were new. What a decision sends, its reservation names instead."""
        return self._writer.write(lambda connection: outbox.enqueue(connection, messages))

    def claim(self, at: datetime, *, at_most: int = 50) -> list[Claimed]:
        """Take messages to send; they come back two minutes later unless something is said of them."""
        return self._writer.write(lambda connection: outbox.claim(connection, at, at_most=at_most))

    def done(self, message: Claimed) -> bool:
        """It was received; false where another worker has it now."""
        return self._writer.write(lambda connection: outbox.done(connection, message))

    def all_done(self, messages: Sequence[Claimed]) -> int:
        """They were received, all of them; how many are not another worker's now."""
        return self._writer.write(lambda connection: sum(outbox.done(connection, message) for message in messages))

    def retry(self, message: Claimed, at: datetime, complaint: str) -> bool:
        """It was not received, and will be tried again later; after twelve attempts it has failed."""
        return self._writer.write(lambda connection: outbox.retry(connection, message, at, complaint))

    def give_up(self, message: Claimed, complaint: str) -> bool:
        """It will never be received."""
        return self._writer.write(lambda connection: outbox.give_up(connection, message, complaint))

    def withhold(
        self, message: Claimed, decision_ids: Sequence[str], at: datetime, why: str, *, payload: str | None = None, status: str = "withdrawn"
    ) -> Claimed | None:  # fmt: skip
        """Send nothing any more of some decisions that it tells of; what is left to be sent; see contacts.withhold."""
        return self._writer.write(
            lambda connection: contacts.withhold(connection, message, decision_ids, at, why, payload=payload, status=status)
        )

    def unreceived(self, since: datetime) -> list[tuple[str, str, int]]:
        """Of messages written since an instant: whether they wait or failed, why, and how many."""
        with self._engine.connect() as connection, connection.begin():
            return outbox.unreceived(connection, since)

    def waiting(self) -> dict[str, int]:
        """How many are waiting, sent and failed; and withdrawn, where any are."""
        with self._engine.connect() as connection, connection.begin():
            return outbox.waiting(connection)
