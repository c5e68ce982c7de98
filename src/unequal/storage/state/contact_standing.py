"""What the state holds of a customer at the moment of contact, read in two statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from unequal.storage.state import driver
from unequal.storage.state.whose import Whose, padded, whose, whose_each

_EVER: Final = datetime(1, 1, 1)  # noqa: DTZ001 - naive UTC, as everything in the state


class Standing(NamedTuple):
    """What a decision must know of a customer; plain tuples, for it is read for every one of them.

    Args:
        customer_id: under which he stands today.
        version: the decision's reservation names it.
        contacts: (channel, purpose, policy, at) of every contact that was not released, oldest first.
        consents: (purpose, channel, status, at): the last word on each purpose and channel, in the order of time; of one instant all.
        preferences: (name, channel, value, at): the last of each name and channel, in the order of time; of one instant all.
        asked: (question, at, answer): every question put to him, in the order of time; answer None while it waits.
        arms: policy -> arm; where merged customers were in two, the one that was given first.
        tier: (tier, since): the level of service that he got last; None before the first.
        also: names under which he was met before he was known, whose rows are among these.
    """

    customer_id: str
    version: int
    contacts: tuple[tuple[str, str, str | None, datetime], ...]
    consents: tuple[tuple[str, str | None, str, datetime], ...]
    preferences: tuple[tuple[str, str | None, str, datetime], ...]
    asked: tuple[tuple[str, datetime, str | None], ...]
    arms: dict[str, str]
    tier: tuple[str, datetime] | None = None
    also: tuple[str, ...] = ()


def standing(connection: sa.Connection, customer_id: str, *, also: Sequence[str] = (), since: datetime | None = None) -> Standing:
    """What the state holds of a customer, under whatever id it was written.

    Args:
        customer_id: his, today's or an older one.
        also: ids under which he was met before he was known (`anonymous:SOURCE:VALUE`).
        since: contacts before it count for no limit, and are left out; all by default.
    """
    customer = whose(connection, customer_id)
    ids = sorted({*customer.ids, *also})
    return _standing(customer, _rows(connection, ids, since or _EVER), also)


def standings(connection: sa.Connection, customer_ids: Sequence[str], also: Sequence[Sequence[str]] = ()) -> list[Standing]:
    """What the state holds of several customers, in their order: as `standing` of each, in two statements for all of them.

    Args:
        customer_ids, also: as there, of each.
    """
    customers, names = whose_each(connection, customer_ids), also or [()] * len(customer_ids)
    # Whatever is written of a customer raises a version, so that of one who has none nothing is written.
    owner = {
        one: customer.customer_id
        for customer, his in zip(customers, names, strict=True)
        if customer.version or len(customer.ids) > 1 or his
        for one in (*customer.ids, *his)
    }
    of: dict[str, list[Any]] = {customer.customer_id: [] for customer in customers}
    for row in _rows(connection, padded(sorted(owner)), _EVER) if owner else ():
        of[owner[row[6]]].append(row)
    return [_standing(customer, of[customer.customer_id], his) for customer, his in zip(customers, names, strict=True)]


def _rows(connection: sa.Connection, ids: Sequence[str], since: datetime) -> list[Any]:
    rows: list[Any] = driver.run(connection, _statement(len(ids)), [*ids, driver.stamp(connection, since), *list(ids) * 5]).fetchall()
    return rows


def _standing(customer: Whose, rows: list[Any], also: Sequence[str]) -> Standing:
    if not rows:
        return Standing(customer.customer_id, customer.version, (), (), (), (), {}, None, tuple(also))
    found: tuple[list[Any], ...] = ([], [], [], [], [], [])
    for kind, a, b, c, at, _, _ in sorted(rows, key=_in_time):
        found[kind].append((a, b, c, driver.moment(at)))
    contacts, consents, preferences, asked, arms, tiers = found
    first: dict[str, str] = {}
    for policy, arm, _, _ in arms:
        first.setdefault(policy, arm)
    return Standing(
        customer.customer_id,
        customer.version,
        tuple(contacts),
        _last(consents),
        _last(preferences),
        tuple((question, at, answer) for question, answer, _, at in asked),
        first,
        (tiers[-1][0], tiers[-1][3]) if tiers else None,
        tuple(also),
    )


def _in_time(row: Any) -> Any:
    # Of arms that two merged customers were given at the same moment, the one of the id that sorts first.
    return row[4], row[5], row[3] or ""


def _last(rows: list[Any]) -> tuple[Any, ...]:
    """The last row of each pair of first two columns, and all of them where several are of one instant; the rows are in the order of time."""
    newest = {row[:2]: row[3] for row in rows}
    # Of words of one instant the stricter holds, whichever arrived first: who decides weighs them.
    return tuple(row for row in rows if row[3] == newest[row[:2]])


@cache
def _statement(ids: int) -> str:
    his = f"customer_id IN ({', '.join('?' * ids)})"
    return f"""
        SELECT 0, channel, purpose, policy, reserved_at, 0, customer_id FROM contact
            WHERE {his} AND reserved_at >= ? AND status <> 'released'
        UNION ALL SELECT 1, purpose, channel, status, at, consent_id, customer_id FROM consent WHERE {his}
        UNION ALL SELECT 2, name, channel, value, at, preference_id, customer_id FROM preference WHERE {his}
        UNION ALL SELECT 3, question, answer, channel, asked_at, asked_id, customer_id FROM question_asked WHERE {his}
        UNION ALL SELECT 4, policy, arm, customer_id, at, 0, customer_id FROM assignment WHERE {his}
        UNION ALL SELECT 5, tier, before, customer_id, since, 0, customer_id FROM tier_membership WHERE {his}"""  # noqa: S608 - our own names and places
