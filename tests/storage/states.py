"""Runs and differences to publish, in few words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa

from unequal.storage.state import MembershipDifference, RunRow, State
from unequal.storage.state.difference import EVENTS, REDIRECTS

DAY = date(2026, 1, 5)


def run(name: str, after: str | None = None, **more: Any) -> RunRow:
    """A run that follows another."""
    return RunRow(name, datetime(2026, 1, 5, 6, 30), f"runs/{name}.json", "0" * 64, "made", "revenue", previous_run=after, **more)


def difference(
    *events: tuple[str, str, str | None, str | None], redirects: dict[str, str] | None = None, day: date = DAY
) -> MembershipDifference:
    """From (kind, record, from, to) of the source crm."""
    rows = [{"kind": k, "source": "crm", "record_id": r, "from_customer": f, "to_customer": t, "since": day} for k, r, f, t in events]
    leads = [{"old_id": old, "customer_id": to} for old, to in (redirects or {}).items()]
    return MembershipDifference.of_tables(pa.Table.from_pylist(rows, EVENTS), pa.Table.from_pylist(leads, REDIRECTS))


def membership(state: State) -> dict[str, tuple[str, date]]:
    """Who is who: record -> customer and since when."""
    rows = [row for batch in state.membership_batches() for row in batch.to_pylist()]
    return {row["record_id"]: (row["customer_id"], row["since"]) for row in rows}
