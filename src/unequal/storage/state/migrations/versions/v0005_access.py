"""People, keys, sessions, the token of the first start, and the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    _people()
    _keys()
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("actor", "action", "subject", "detail", "previous", "seal")),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )


def _people() -> None:
    op.create_table(
        "person",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("person_id", "name", "password_hash", "roles")),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("disabled_at", sa.DateTime),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
        sa.UniqueConstraint("name", name="uq_person_name"),
    )
    op.create_table(
        "session",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("session_hash", "person_id")),
        *(sa.Column(name, sa.DateTime, nullable=False) for name in ("created_at", "seen_at", "expires_at")),
        sa.PrimaryKeyConstraint("session_hash", name="pk_session"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_session_person_id"),
    )
    op.create_index("ix_session_person_id", "session", ["person_id"])
    op.create_table(
        "setup_token",
        sa.Column("token_hash", sa.Text, nullable=False),
        *(sa.Column(name, sa.DateTime, nullable=False) for name in ("created_at", "expires_at")),
        sa.PrimaryKeyConstraint("token_hash", name="pk_setup_token"),
    )


def _keys() -> None:
    op.create_table(
        "api_key",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("key_id", "name", "kind", "secret_hash", "scopes")),
        sa.Column("source", sa.Text),
        sa.Column("created_by", sa.Text, nullable=False),
        *(sa.Column(name, sa.DateTime, nullable=False) for name in ("created_at", "expires_at")),
        sa.Column("revoked_at", sa.DateTime),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_key"),
        sa.UniqueConstraint("secret_hash", name="uq_api_key_secret_hash"),
    )
