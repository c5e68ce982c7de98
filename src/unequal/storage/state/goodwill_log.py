"""What agents gave, as the moment of contact uses it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from unequal.storage.state import goodwill
from unequal.storage.state.goodwill import GoodwillLimits, GoodwillRow, Measured
from unequal.storage.state.group_commit import Writer


class GoodwillLog:
    """Gifts within their limits. Safe for threads; what is written is durable when the call returns."""

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer = engine, writer

    def give(self, row: GoodwillRow, limits: GoodwillLimits) -> bool:
        """Write a gift; false where it was written before. LIV400: a limit leaves less; LIV406: its id is another gift's."""
        return self._writer.write(lambda connection: goodwill.give(connection, row, limits))

    def left(self, decision_id: str, agent: str, limits: GoodwillLimits) -> dict[str, Decimal]:
        """What each limit leaves; see goodwill.left."""
        with self._engine.connect() as connection, connection.begin():
            return goodwill.left(connection, decision_id, agent, limits)

    def of_customer(self, customer_id: str, *, since: datetime) -> list[GoodwillRow]:
        """What a customer was given from an instant on."""
        with self._engine.connect() as connection, connection.begin():
            return goodwill.of_customer(connection, customer_id, since=since)

    def measured(self, *, since: datetime, until: datetime) -> list[Measured]:
        """What agents did and gave; see goodwill.measured."""
        with self._engine.connect() as connection, connection.begin():
            return goodwill.measured(connection, since=since, until=until)
