"""Who is who around a few customers: what a steward's action is worked out from, and what readers lay over a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa
import sqlalchemy as sa

from unequal.storage.state.membership import CUSTOMER_EVENT, CUSTOMER_MEMBERSHIP, CUSTOMER_REDIRECT
from unequal.storage.state.stewardship import STEWARD_ACTION

_AT_ONCE: Final = 500
"""Values in one IN: SQLite takes no more than some thousands."""

CHANGED: Final = pa.schema([*(pa.field(name, pa.string()) for name in ("source", "record_id", "customer_id")), pa.field("since", pa.date32())])  # fmt: skip

Record = tuple[str, str]


@dataclass(frozen=True)
class Around:
    """What stands around some customers.

    Args:
        members: record -> customer and since when, of every record of these customers.
        redirects: ids that lead to one of them -> which.
        came: (record, former customer) of records that came to one of them from another, oldest first; not by what is undone.
        went: former id -> every record that ever left it, of ids that are no customer's today.
    """

    members: dict[Record, tuple[str, date]]
    redirects: dict[str, str]
    came: tuple[tuple[Record, str], ...]
    went: dict[str, frozenset[Record]]


def around(connection: sa.Connection, customer_ids: Iterable[str]) -> Around:
    """What stands around some customers."""
    wanted = sorted(set(customer_ids))
    member, redirect, event = CUSTOMER_MEMBERSHIP.c, CUSTOMER_REDIRECT.c, CUSTOMER_EVENT.c
    rows = _of(connection, sa.select(member.source, member.record_id, member.customer_id, member.since), member.customer_id, wanted)
    redirects = dict(_of(connection, sa.select(redirect.old_id, redirect.customer_id), redirect.customer_id, wanted))
    arriving = sa.select(event.event, event.source, event.record_id, event.from_customer).where(event.from_customer.is_not(None), _counts())
    arrived = sorted(_of(connection, arriving, event.to_customer, wanted))
    former = sorted({*redirects, *(row[3] for row in arrived)})
    living = {row[0] for row in _of(connection, sa.select(member.customer_id).distinct(), member.customer_id, former)}
    free = [customer for customer in former if customer not in living]
    went: dict[str, set[Record]] = {}
    for source, record_id, left in _of(
        connection, sa.select(event.source, event.record_id, event.from_customer), event.from_customer, free
    ):
        went.setdefault(left, set()).add((source, record_id))
    return Around(
        members={(row[0], row[1]): (row[2], row[3]) for row in rows},
        redirects=redirects,
        came=tuple(((row[1], row[2]), row[3]) for row in arrived),
        went={customer: frozenset(records) for customer, records in went.items()},
    )


def customers_of(connection: sa.Connection, records: Iterable[Record]) -> dict[Record, str]:
    """The customers of some records; records that nobody knows are left out."""
    member = CUSTOMER_MEMBERSHIP.c
    found: dict[Record, str] = {}
    for source, record_id in set(records):
        wanted = sa.select(member.customer_id).where(member.source == source, member.record_id == record_id)
        customer = connection.execute(wanted).scalar()
        if customer is not None:
            found[source, record_id] = customer
    return found


def leads_to(connection: sa.Connection, customer_id: str) -> str:
    """The id under which a customer stands today: its own, where its redirect leads, or where the last of its records went."""
    redirect, member, event = CUSTOMER_REDIRECT.c, CUSTOMER_MEMBERSHIP.c, CUSTOMER_EVENT.c
    led: str | None = connection.execute(sa.select(redirect.customer_id).where(redirect.old_id == customer_id)).scalar()
    if led is not None or connection.execute(sa.select(member.source).where(member.customer_id == customer_id).limit(1)).first():
        return led or customer_id
    # An id that an action founded and an undo took back leads nowhere by itself, for nothing may be left of the action.
    last = sa.select(event.source, event.record_id).where(event.from_customer == customer_id).order_by(event.event.desc()).limit(1)
    record = connection.execute(last).first()
    return customer_id if record is None else customers_of(connection, [(record[0], record[1])]).get((record[0], record[1]), customer_id)


def is_used(connection: sa.Connection, customer_id: str) -> bool:
    """Whether an id is, or ever was, a customer's."""
    used = (CUSTOMER_MEMBERSHIP.c.customer_id, CUSTOMER_REDIRECT.c.old_id, CUSTOMER_EVENT.c.from_customer)
    return any(connection.execute(sa.select(column).where(column == customer_id).limit(1)).first() for column in used)


def given_up(connection: sa.Connection) -> Sequence[Sequence[str | None]]:
    """Ids that were a customer's and are none's today, and where each leads; null where an undo took it back."""
    member, redirect, event = CUSTOMER_MEMBERSHIP.c, CUSTOMER_REDIRECT.c, CUSTOMER_EVENT.c
    living = sa.exists().where(member.customer_id == event.from_customer)
    led = sa.exists().where(redirect.old_id == event.from_customer)
    taken_back = sa.select(event.from_customer, sa.null()).where(event.from_customer.is_not(None), ~living, ~led).distinct()
    rows = [*connection.execute(sa.select(redirect.old_id, redirect.customer_id)), *connection.execute(taken_back)]
    return sorted((tuple(row) for row in rows), key=lambda row: str(row[0]))


def ever_known(connection: sa.Connection, source: str) -> list[str]:
    """Records of a source that are or once were a customer's, those that were forgotten since among them; sorted."""
    event = CUSTOMER_EVENT.c
    return sorted(connection.execute(sa.select(event.record_id).where(event.source == source).distinct()).scalars())


def changed_since(connection: sa.Connection, action: int) -> pa.Table:
    """Records that stewards have moved since an action, and where they stand: CHANGED, by source and record_id."""
    member, event = CUSTOMER_MEMBERSHIP.c, CUSTOMER_EVENT.c
    moved = sa.select(event.source, event.record_id).where(event.action > action).distinct().subquery()
    same = (member.source == moved.c.source) & (member.record_id == moved.c.record_id)
    wanted = sa.select(member.source, member.record_id, member.customer_id, member.since).join(moved, same)
    rows = sorted(tuple(row) for row in connection.execute(wanted))
    return pa.Table.from_pylist([dict(zip(CHANGED.names, row, strict=True)) for row in rows], CHANGED)


def _counts() -> sa.ColumnElement[bool]:
    """Events that are neither undone nor undo something."""
    event, action = CUSTOMER_EVENT.c.action, STEWARD_ACTION.c
    undone = sa.select(action.undoes).where(action.undoes.is_not(None))
    undoing = sa.select(action.action).where(action.undoes.is_not(None))
    return event.is_(None) | (event.not_in(undone) & event.not_in(undoing))


def _of(connection: sa.Connection, statement: sa.Select[Any], column: sa.ColumnElement[Any], values: Sequence[str]) -> list[Any]:
    """Rows of a query whose column has one of many values."""
    found: list[Any] = []
    for at in range(0, len(values), _AT_ONCE):
        found += [tuple(row) for row in connection.execute(statement.where(column.in_(values[at : at + _AT_ONCE])))]
    return found
