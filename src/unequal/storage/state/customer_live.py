"""The version of a customer: whatever happens to him raises it, so that who decided on an older one is found out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import driver

_BUMP: Final = """
    INSERT INTO customer_live (customer_id, version) VALUES (?, 1)
    ON CONFLICT (customer_id) DO UPDATE SET version = customer_live.version + 1"""

_BUMP_LED: Final = """
    INSERT INTO customer_live (customer_id, version)
    SELECT id, 1 FROM (SELECT old_id AS id FROM redirect_difference UNION SELECT customer_id FROM redirect_difference) AS led WHERE id IS NOT NULL
    ON CONFLICT (customer_id) DO UPDATE SET version = customer_live.version + 1"""


def bump(connection: sa.Connection, customer_ids: Iterable[str]) -> None:
    """Raise the versions of some customers: whoever decides on what they were before must look again."""
    # In one order everywhere, so that two writers do not wait for each other.
    for customer_id in sorted(set(customer_ids)):
        driver.run(connection, _BUMP, (customer_id,))


def bump_led(connection: sa.Connection, customer_ids: Iterable[str]) -> None:
    """Raise the versions of customers who are merged or parted: a decision on one of them that knew nothing of the other is found out."""
    _hold(connection)
    bump(connection, customer_ids)


def bump_difference(connection: sa.Connection) -> None:
    """The same for all redirects of a run's difference, which lies in the temporary table `redirect_difference`."""
    _hold(connection)
    driver.run(connection, _BUMP_LED)


def _hold(connection: sa.Connection) -> None:
    """Let writers who raise versions finish, and none begin: two who raise many in another order would wait for each other."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE customer_live IN SHARE ROW EXCLUSIVE MODE"))
