"""Who is who: which customer each record belongs to, every change of it, and where old ids lead.

Ids and dates only: no personal value stands here.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from unequal.storage.state.metadata import METADATA

CUSTOMER_MEMBERSHIP: Final = sa.Table(
    "customer_membership",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("record_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("since", sa.Date, nullable=False),
    # No foreign key to run: checked row by row it would cost more than writing three million rows.
    sa.Column("since_run", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

CUSTOMER_EVENT: Final = sa.Table(
    "customer_event",
    METADATA,
    sa.Column("event", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    sa.Column("run_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("record_id", sa.Text, nullable=False),
    sa.Column("from_customer", sa.Text),
    sa.Column("to_customer", sa.Text),
    sa.Column("from_since", sa.Date),
    sa.Column("from_run", sa.Text),
    sa.Column("action", sa.Integer),
)
"""One row per record and change. `from_since` and `from_run` are what the change overwrote, so that it can be undone.

`action` is the steward's that made the change; where it is null, the run did. In `run_id` and `since_run` an action stands as `action:7`.
"""

CHANGED: Final = CUSTOMER_EVENT.c.from_customer.is_not(None)
# First memberships are by far the most events and are found by their record; only changes are looked up by customer.
sa.Index("ix_customer_event_from_customer", CUSTOMER_EVENT.c.from_customer, sqlite_where=CHANGED, postgresql_where=CHANGED)

BY_ACTION: Final = CUSTOMER_EVENT.c.action.is_not(None)
sa.Index("ix_customer_event_action", CUSTOMER_EVENT.c.action, sqlite_where=BY_ACTION, postgresql_where=BY_ACTION)

CUSTOMER_REDIRECT: Final = sa.Table(
    "customer_redirect",
    METADATA,
    sa.Column("old_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False, index=True),
    sa.Column("run_id", sa.Text, nullable=False),
)
"""Ids that were merged away, each leading to the current id in one step."""
