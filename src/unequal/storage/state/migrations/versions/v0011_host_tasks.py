"""What hosts have to do for which customers, and what came of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "host_task",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("task_id", "customer_id", "host", "reason")),
        sa.Column("stake", sa.BigInteger, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("outcome_at", sa.DateTime),
        sa.Column("author", sa.Text),
        sa.PrimaryKeyConstraint("task_id", name="pk_host_task"),
    )
    op.create_index("ix_host_task_customer_id", "host_task", ["customer_id"])
