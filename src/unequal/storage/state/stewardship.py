"""What stewards did: every action, the verdicts that it gave, and the redirects that it changed.

Nothing here is ever edited or deleted. An undo is an action of its own which names the one that it takes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state.metadata import METADATA

STEWARD_ACTION: Final = sa.Table(
    "steward_action",
    METADATA,
    # Counts up by one under the lock of a writer; the highest number is the version of the overlay.
    sa.Column("action", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("given_at", sa.DateTime, nullable=False),
    sa.Column("run_id", sa.Text, sa.ForeignKey("run.run_id"), nullable=False),
    sa.Column("undoes", sa.Integer, sa.ForeignKey("steward_action.action"), unique=True),
)

VERDICT: Final = sa.Table(
    "verdict",
    METADATA,
    sa.Column("verdict_number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("action", sa.Integer, sa.ForeignKey("steward_action.action"), nullable=False, index=True),
    sa.Column("source_a", sa.Text, nullable=False),
    sa.Column("record_id_a", sa.Text, nullable=False),
    sa.Column("source_b", sa.Text, nullable=False),
    sa.Column("record_id_b", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("given_at", sa.DateTime, nullable=False),
    sa.Column("drawn", sa.Text, nullable=False),
    sa.Column("weight", sa.Float),
    sa.Column("linked", sa.Boolean),
)
"""`drawn`, `weight` and `linked` are how the pair came up and what the run thought of it then: accuracy is measured by them."""

REDIRECT_EVENT: Final = sa.Table(
    "redirect_event",
    METADATA,
    sa.Column("event", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("action", sa.Integer, sa.ForeignKey("steward_action.action"), nullable=False, index=True),
    sa.Column("old_id", sa.Text, nullable=False),
    sa.Column("from_customer", sa.Text),
    sa.Column("from_run", sa.Text),
    sa.Column("to_customer", sa.Text),
)
"""Every redirect that an action changes, with what it overwrote; no customer: there was, or is, no redirect."""


@dataclass(frozen=True)
class Action:
    """One thing that a steward did.

    Args:
        kind: merge, unmerge, verdicts or undo.
        author: who did it.
        reason: why, in words.
        given_at: naive UTC.
        run_id: the run that stood then.
        number: counts up by one; the state gives it.
        undoes: the number of the action that this one takes back.
        undone_by: the number of the action that took this one back.
    """

    kind: str
    author: str
    reason: str
    given_at: datetime
    run_id: str
    number: int = 0
    undoes: int | None = None
    undone_by: int | None = None


@dataclass(frozen=True)
class Move:
    """A record that an action takes from one customer to another; kind is merged, split or undone."""

    kind: str
    source: str
    record_id: str
    from_customer: str
    to_customer: str


@dataclass(frozen=True)
class VerdictRow:
    """A steward's word on two records.

    Args:
        source_a, record_id_a: the record that sorts first.
        source_b, record_id_b: the other.
        verdict: same or different.
        drawn: how the pair came up: `dollars` (by what is at stake, or by the steward's own choice) or `random`.
        weight: the run's evidence then, in bits; None where it did not weigh the pair.
        linked: whether the run linked the two; None where it did not look at the pair.
        action: number of the action that gave it; the state sets it.
    """

    source_a: str
    record_id_a: str
    source_b: str
    record_id_b: str
    verdict: str
    author: str
    reason: str
    given_at: datetime
    drawn: str = "dollars"
    weight: float | None = None
    linked: bool | None = None
    action: int = 0


@dataclass(frozen=True)
class Done:
    """What an action did, or would do.

    Args:
        action: as it is written.
        moves: records that changed their customer.
        redirects: old id -> where it leads now; None: nowhere, it is a customer again.
        left: records of an undone action that stay where a later run has put them.
    """

    action: Action
    moves: tuple[Move, ...]
    redirects: dict[str, str | None]
    left: int = 0
