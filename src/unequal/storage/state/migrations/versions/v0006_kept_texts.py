"""Texts that decisions were made by, each once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

AFTER = "0005"

revision = "0006"
down_revision = AFTER
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "kept_text",
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_kept_text"),
    )
