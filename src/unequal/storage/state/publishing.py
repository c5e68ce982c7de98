"""Publishing a run: its row, and the change of who is who, in one transaction."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Final

import sqlalchemy as sa

from unequal.storage import faults
from unequal.storage.state import bulk
from unequal.storage.state.acting import last_action
from unequal.storage.state.customer_live import bump_difference
from unequal.storage.state.difference import MembershipDifference
from unequal.storage.state.runs import RUN, RunRow, current_run
from unequal.terms.errors import StorageError

_ASIDE: Final = {
    "membership_difference": "kind TEXT, source TEXT, record_id TEXT, from_customer TEXT, to_customer TEXT, since DATE",
    "redirect_difference": "old_id TEXT, customer_id TEXT",
}

_STALE: Final = """
    SELECT count(*) FROM membership_difference d
    LEFT JOIN customer_membership m ON m.source = d.source AND m.record_id = d.record_id
    WHERE coalesce(m.customer_id, '') <> coalesce(d.from_customer, '')"""

_EVENTS: Final = """
    INSERT INTO customer_event (run_id, kind, source, record_id, from_customer, to_customer, from_since, from_run)
    SELECT :run_id, d.kind, d.source, d.record_id, d.from_customer, d.to_customer, m.since, m.since_run
    FROM membership_difference d
    LEFT JOIN customer_membership m ON m.source = d.source AND m.record_id = d.record_id"""

# SQLite reads ON as a join's unless a WHERE stands before ON CONFLICT.
_MEMBERSHIP: Final = """
    INSERT INTO customer_membership (source, record_id, customer_id, since, since_run)
    SELECT source, record_id, to_customer, since, :run_id FROM membership_difference WHERE to_customer IS NOT NULL
    ON CONFLICT (source, record_id) DO UPDATE
    SET customer_id = excluded.customer_id, since = excluded.since, since_run = excluded.since_run"""

# Not EXISTS: SQLite would read the whole difference again for every record it knows.
_FORGOTTEN: Final = """
    DELETE FROM customer_membership WHERE (source, record_id) IN (
        SELECT source, record_id FROM membership_difference WHERE to_customer IS NULL)"""

# An id that led to one which is now merged away leads to where that one leads: one step, always.
_LEAD_ON: Final = """
    UPDATE customer_redirect SET customer_id = r.customer_id FROM redirect_difference r
    WHERE r.old_id = customer_redirect.customer_id"""

_REDIRECTS: Final = """
    INSERT INTO customer_redirect (old_id, customer_id, run_id)
    SELECT old_id, customer_id, :run_id FROM redirect_difference"""


def publish(connection: sa.Connection, run: RunRow, difference: MembershipDifference) -> RunRow:
    """Write a run's row and its difference; the caller's transaction makes them one.

    Returns:
        The run as it was written, with its membership_version.

    Raises:
        StorageError: STO103, another run was published since this one began; STO104, a steward acted since
            then, or the difference was made against another membership than the one that stands.
    """
    if connection.dialect.name == "postgresql":
        # Readers go on; another publisher waits here, and then finds that it comes too late.
        connection.execute(sa.text("LOCK TABLE run IN SHARE ROW EXCLUSIVE MODE"))
    newest = current_run(connection)
    if (newest.run_id if newest else None) != run.previous_run:
        raise StorageError("STO103", "another run was published while this one was at work",
                           seen=f"this run follows {run.previous_run or 'nothing'}, the newest is {newest.run_id if newest else 'none'}",
                           do="run again; the other run is published and unharmed")  # fmt: skip
    action = last_action(connection)
    if action != run.last_action:
        raise StorageError("STO104", "a steward has changed who is who since this run began",
                           seen=f"the last action is {action}, this run knows of {run.last_action}",
                           do="run again; nothing of this run was published, and steps that are done are kept")  # fmt: skip
    changes = not difference.is_empty
    unchanged_since = newest.membership_version if newest else run.run_id
    written = replace(run, membership_version=run.run_id if changes else unchanged_since)
    if changes:
        _write_difference(connection, run.run_id, difference)
    faults.point("state write run")
    number = connection.execute(sa.select(sa.func.coalesce(sa.func.max(RUN.c.number), 0) + 1)).scalar_one()
    connection.execute(RUN.insert().values(number=number, **asdict(written)))
    return written


def _write_difference(connection: sa.Connection, run_id: str, difference: MembershipDifference) -> None:
    drop = " ON COMMIT DROP" if connection.dialect.name == "postgresql" else ""
    for name, columns in _ASIDE.items():
        connection.execute(sa.text(f"CREATE TEMPORARY TABLE {name} ({columns}){drop}"))
    faults.point("state load difference")
    bulk.load(connection, "membership_difference", difference.event_batches())
    bulk.load(connection, "redirect_difference", difference.redirect_batches())
    stale = connection.execute(sa.text(_STALE)).scalar_one()
    if stale:
        raise StorageError("STO104", "who is who has changed since this run worked it out", seen=f"{stale:,} records are elsewhere now",
                           do="run again; nothing of this run was published")  # fmt: skip
    for step, statement in {"events": _EVENTS, "membership": _MEMBERSHIP, "forgotten": _FORGOTTEN,
                            "lead on": _LEAD_ON, "redirects": _REDIRECTS}.items():  # fmt: skip
        faults.point(f"state write {step}")
        connection.execute(sa.text(statement), {"run_id": run_id} if ":run_id" in statement else {})
    bump_difference(connection)
    if not drop:
        for name in _ASIDE:
            connection.execute(sa.text(f"DROP TABLE {name}"))
