"""How a customer came about: the events of its records, in the order in which runs were published."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from unequal.storage.state.membership import CUSTOMER_EVENT, CUSTOMER_REDIRECT
from unequal.storage.state.runs import RUN


@dataclass(frozen=True)
class Event:
    """One record that was new, or went to another customer.

    Args:
        published_at: when the run was, that changed it; naive UTC.
        run_id: that run.
        kind: founded, joined, merged, split, moved, ...; see the table customer_event.
        from_customer: the customer it left; None for a new record.
        to_customer: the customer it went to; None where it was forgotten.
    """

    published_at: datetime | None
    run_id: str
    kind: str
    source: str
    record_id: str
    from_customer: str | None
    to_customer: str | None


def events_of(connection: sa.Connection, customer_id: str) -> list[Event]:
    """Events by which records came to a customer, or to one that was merged into it, or left it; oldest first."""
    led_here = sa.select(CUSTOMER_REDIRECT.c.old_id).where(CUSTOMER_REDIRECT.c.customer_id == customer_id)
    ids = [customer_id, *connection.execute(led_here).scalars()]
    event = CUSTOMER_EVENT.c
    columns = (RUN.c.published_at, event.run_id, event.kind, event.source, event.record_id, event.from_customer, event.to_customer)
    wanted = (
        sa.select(*columns)
        .select_from(CUSTOMER_EVENT.outerjoin(RUN, RUN.c.run_id == event.run_id))
        .where(event.to_customer.in_(ids) | event.from_customer.in_(ids))
        .order_by(event.event)
    )
    return [Event(**row) for row in connection.execute(wanted).mappings()]
