"""Stewards' actions and verdicts, the redirects that they change, and which of them a run knew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    _actions()
    _verdicts()
    _redirect_events()
    # Runs and events from before are of a time without stewards.
    op.add_column("run", sa.Column("last_action", sa.Integer, nullable=False, server_default="0"))
    op.add_column("customer_event", sa.Column("action", sa.Integer))
    by_action = sa.text("action IS NOT NULL")
    op.create_index("ix_customer_event_action", "customer_event", ["action"], sqlite_where=by_action, postgresql_where=by_action)


def _actions() -> None:
    op.create_table(
        "steward_action",
        sa.Column("action", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("given_at", sa.DateTime, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("undoes", sa.Integer),
        sa.PrimaryKeyConstraint("action", name="pk_steward_action"),
        sa.ForeignKeyConstraint(["run_id"], ["run.run_id"], name="fk_steward_action_run_id"),
        sa.ForeignKeyConstraint(["undoes"], ["steward_action.action"], name="fk_steward_action_undoes"),
        sa.UniqueConstraint("undoes", name="uq_steward_action_undoes"),
    )


def _verdicts() -> None:
    op.create_table(
        "verdict",
        sa.Column("verdict_number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("action", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("source_a", "record_id_a", "source_b", "record_id_b")),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("verdict", "author", "reason")),
        sa.Column("given_at", sa.DateTime, nullable=False),
        sa.Column("drawn", sa.Text, nullable=False),
        sa.Column("weight", sa.Float),
        sa.Column("linked", sa.Boolean),
        sa.PrimaryKeyConstraint("verdict_number", name="pk_verdict"),
        sa.ForeignKeyConstraint(["action"], ["steward_action.action"], name="fk_verdict_action"),
    )
    op.create_index("ix_verdict_action", "verdict", ["action"])


def _redirect_events() -> None:
    op.create_table(
        "redirect_event",
        sa.Column("event", sa.Integer, autoincrement=True, nullable=False),
        sa.Column("action", sa.Integer, nullable=False),
        sa.Column("old_id", sa.Text, nullable=False),
        sa.Column("from_customer", sa.Text),
        sa.Column("from_run", sa.Text),
        sa.Column("to_customer", sa.Text),
        sa.PrimaryKeyConstraint("event", name="pk_redirect_event"),
        sa.ForeignKeyConstraint(["action"], ["steward_action.action"], name="fk_redirect_event_action"),
    )
    op.create_index("ix_redirect_event_action", "redirect_event", ["action"])
