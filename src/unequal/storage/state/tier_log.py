"""Levels of service that customers got, as the moment of contact uses them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from unequal.storage.state import tier_membership
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.tier_membership import Met, TierRow


class TierLog:
    """Who got which level of service. Safe for threads."""

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer = engine, writer

    def remember(self, several: Sequence[Met]) -> None:
        """Have written what is to be remembered of customers who were met; nobody waits for it.

        What is lost in a crash is written when the customer is met again: only then does it matter.
        """
        self._writer.submit(lambda connection: tier_membership.remember(connection, several))

    def members(self) -> list[TierRow]:
        """The level of service of every customer who has one; see tier_membership.members."""
        with self._engine.connect() as connection, connection.begin():
            return tier_membership.members(connection)
