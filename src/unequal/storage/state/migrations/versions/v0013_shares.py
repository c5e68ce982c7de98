"""The share that was held out when a lot was drawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it."""
    op.add_column("assignment", sa.Column("share_held_out", sa.Text))
