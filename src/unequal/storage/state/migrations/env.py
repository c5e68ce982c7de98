"""Alembic's way in: migrate over the connection that open_state hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from unequal.storage.state import (
    access,
    audit,
    consents,
    events,
    kept,
    membership,
    policies,
    preferences,
    reserving,
    runs,
    stewardship,
    suppression,
)
from unequal.storage.state.metadata import METADATA

KNOWN = (access, audit, consents, events, kept, membership, policies, preferences, reserving, runs, stewardship, suppression)
"""Importing a module of tables enters them into METADATA."""

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()
