"""What agents give at their own discretion."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

AFTER = "0006"

revision = "0007"
down_revision = AFTER
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    op.create_table(
        "goodwill",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("goodwill_id", "decision_id", "customer_id", "channel", "agent")),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.PrimaryKeyConstraint("goodwill_id", name="pk_goodwill"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.decision_id"], name="fk_goodwill_decision_id"),
    )
    op.create_index("ix_goodwill_decision_id", "goodwill", ["decision_id"])
    op.create_index("ix_goodwill_agent_at", "goodwill", ["agent", "at"])
    op.create_index("ix_goodwill_customer_id_at", "goodwill", ["customer_id", "at"])
