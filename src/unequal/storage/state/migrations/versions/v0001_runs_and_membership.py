"""Runs, who is who, its events and redirects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    _runs()
    _membership()
    _events()
    _redirects()


def _runs() -> None:
    op.create_table(
        "run",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("previous_run", sa.Text),
        sa.Column("published_at", sa.DateTime, nullable=False),
        sa.Column("project", sa.Text, nullable=False),
        sa.Column("level", sa.Text, nullable=False),
        sa.Column("month_end", sa.Boolean, nullable=False),
        sa.Column("manifest_path", sa.Text, nullable=False),
        sa.Column("manifest_sha256", sa.Text, nullable=False),
        sa.Column("summary", sa.JSON, nullable=False),
        sa.Column("membership_version", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_run"),
        sa.UniqueConstraint("run_id", name="uq_run_run_id"),
        sa.UniqueConstraint("previous_run", name="uq_run_previous_run"),
        sa.ForeignKeyConstraint(["previous_run"], ["run.run_id"], name="fk_run_previous_run"),
    )


def _membership() -> None:
    op.create_table(
        "customer_membership",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("since_run", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "record_id", name="pk_customer_membership"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_customer_membership_customer_id", "customer_membership", ["customer_id"])


def _events() -> None:
    op.create_table(
        "customer_event",
        sa.Column("event", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("from_customer", sa.Text),
        sa.Column("to_customer", sa.Text),
        sa.Column("from_since", sa.Date),
        sa.Column("from_run", sa.Text),
        sa.PrimaryKeyConstraint("event", name="pk_customer_event"),
    )
    changed = sa.text("from_customer IS NOT NULL")
    op.create_index("ix_customer_event_from_customer", "customer_event", ["from_customer"],
                    sqlite_where=changed, postgresql_where=changed)  # fmt: skip


def _redirects() -> None:
    op.create_table(
        "customer_redirect",
        sa.Column("old_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("old_id", name="pk_customer_redirect"),
    )
    op.create_index("ix_customer_redirect_customer_id", "customer_redirect", ["customer_id"])
