"""Under which ids a customer's rows lie: rows keep the id under which they were written, and merges lead from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

import sqlalchemy as sa

from unequal.storage.state import driver

_TODAY: Final = "SELECT customer_id FROM customer_redirect WHERE old_id = ?"

# One statement, so that the version is not younger than the ids: a merge that comes in after it makes the version old.
_WHOSE: Final = """
    SELECT 0, customer_id, 0 FROM customer_redirect WHERE old_id = ?
    UNION ALL SELECT 1, old_id, 0 FROM customer_redirect WHERE customer_id = ?
    UNION ALL SELECT 2, '', version FROM customer_live WHERE customer_id = ?"""


_TOUCHED: Final = """
    SELECT customer_id FROM customer_live WHERE version > 0
    UNION SELECT customer_id FROM customer_redirect UNION SELECT old_id FROM customer_redirect"""

T = TypeVar("T")


class Whose(NamedTuple):
    """A customer as he stands today.

    Args:
        customer_id: his id today.
        ids: that one, and every id that leads to it, sorted.
        version: how often something has happened to him; 0 before the first.
    """

    customer_id: str
    ids: tuple[str, ...]
    version: int


def today(connection: sa.Connection, customer_id: str) -> str:
    """The id to which an id leads today: its own, unless it was merged away."""
    row = driver.run(connection, _TODAY, (customer_id,)).fetchone()
    return str(row[0]) if row else customer_id


def whose(connection: sa.Connection, customer_id: str) -> Whose:
    """The customer to whom an id leads today, with all his ids and his version.

    What is read of him after this is at least as new as the version.
    """
    rows = driver.run(connection, _WHOSE, (customer_id,) * 3).fetchall()
    for kind, led_to, _ in rows:
        if kind == 0:
            return whose(connection, led_to)
    ids = sorted({customer_id, *(row[1] for row in rows if row[0] == 1)})
    return Whose(customer_id, tuple(ids), next((int(row[2]) for row in rows if row[0] == 2), 0))  # noqa: PLR2004 - the kind above


def whose_each(connection: sa.Connection, customer_ids: Sequence[str]) -> list[Whose]:
    """The same of several, in their order, in one statement for all who were not merged away."""
    if not customer_ids:
        return []
    asked = padded(customer_ids)
    versions: dict[str, int] = {}
    others: dict[str, list[str]] = {}
    merged: set[str] = set()
    for kind, customer_id, old_id, version in driver.run(connection, _each(len(asked)), asked * 3).fetchall():
        if kind == 0:
            merged.add(customer_id)
        elif kind == 1:
            others.setdefault(customer_id, []).append(old_id)
        else:
            versions[customer_id] = version
    return [
        whose(connection, one) if one in merged else Whose(one, tuple(sorted({one, *others.get(one, ())})), versions.get(one, 0))
        for one in customer_ids
    ]


def touched(connection: sa.Connection) -> set[str]:
    """Every id that something was ever written of, or that leads to another or from one: of all others the state holds nothing."""
    found = driver.run(connection, _TOUCHED, ()).fetchall()
    return {str(row[0]) for row in found}


def padded(values: Sequence[T]) -> list[T]:
    """Values, the last of them again and again up to a power of two: so few statements are made ready, whatever the number asked for.

    >>> padded(["a", "b", "c"])
    ['a', 'b', 'c', 'c']
    """
    return [*values, *[values[-1]] * ((1 << (len(values) - 1).bit_length()) - len(values))]


@cache
def _each(values: int) -> str:
    them = f"({', '.join('?' * values)})"
    return f"""
        SELECT 0, old_id, customer_id, 0 FROM customer_redirect WHERE old_id IN {them}
        UNION ALL SELECT 1, customer_id, old_id, 0 FROM customer_redirect WHERE customer_id IN {them}
        UNION ALL SELECT 2, customer_id, '', version FROM customer_live WHERE customer_id IN {them}"""  # noqa: S608 - our own names and places


def rows_of(connection: sa.Connection, table: sa.Table, customer_id: str, in_order_of: sa.ColumnElement[Any]) -> Iterator[dict[str, Any]]:
    """Every row of a customer, under whatever id, in the order of a column and then of the table's key, which is left out."""
    (key,) = table.primary_key.columns
    columns = [column for column in table.columns if column is not key]
    ids = whose(connection, customer_id).ids
    wanted = sa.select(*columns).where(table.c.customer_id.in_(ids)).order_by(in_order_of, key)
    yield from (dict(row) for row in connection.execute(wanted).mappings())
