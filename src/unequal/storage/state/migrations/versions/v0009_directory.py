"""People who come by the company's directory, and sign-ins that were begun there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "directory_person",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("person_id", "issuer", "subject")),
        sa.Column("signed_in_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_directory_person"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_directory_person_person_id"),
        sa.UniqueConstraint("issuer", "subject", name="uq_directory_person_issuer"),
    )
    op.create_table(
        "sign_in",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("browser_hash", "leads_to")),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("browser_hash", name="pk_sign_in"),
    )
    op.create_index("ix_sign_in_expires_at", "sign_in", ["expires_at"])
