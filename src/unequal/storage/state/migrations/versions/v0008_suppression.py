"""Who was erased, and the keyed hashes by which he is known again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

AFTER = "0007"

revision = "0008"
down_revision = AFTER
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "erasure",
        sa.Column("erasure_id", sa.Text, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime),
        sa.PrimaryKeyConstraint("erasure_id", name="pk_erasure"),
    )
    op.create_table(
        "suppression",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("erasure_id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_suppression"),
    )
    op.create_table(
        "suppression_key",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_suppression_key"),
    )
