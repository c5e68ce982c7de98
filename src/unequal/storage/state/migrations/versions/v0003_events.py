"""Events as they reach us, those that could not be taken, whose they are, and how often something happened to a customer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add them."""
    _handles()
    _events()
    _quarantine()
    op.create_table(
        "customer_live",
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name="pk_customer_live"),
        sqlite_with_rowid=False,
    )


def _handles() -> None:
    op.create_table(
        "handle",
        sa.Column("handle_id", _NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "kind", "value")),
        sa.Column("record_source", sa.Text),
        sa.Column("record_id", sa.Text),
        sa.Column("leads_to", _NUMBER),
        sa.Column("disputed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("handle_id", name="pk_handle"),
        sa.UniqueConstraint("source", "kind", "value", name="uq_handle_source_kind_value"),
    )
    record, leads = sa.text("record_id IS NOT NULL"), sa.text("leads_to IS NOT NULL")
    op.create_index("ix_handle_record_source_record_id", "handle", ["record_source", "record_id"],
                    sqlite_where=record, postgresql_where=record)  # fmt: skip
    op.create_index("ix_handle_leads_to", "handle", ["leads_to"], sqlite_where=leads, postgresql_where=leads)


def _events() -> None:
    op.create_table(
        "event",
        sa.Column("event_id", _NUMBER, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("source", "message_id", "kind")),
        sa.Column("name", sa.Text),
        sa.Column("handle_id", _NUMBER, nullable=False),
        sa.Column("original_timestamp", sa.DateTime),
        sa.Column("sent_at", sa.DateTime),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("timestamp", sa.DateTime, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("payload_hash", sa.Text, nullable=False),
        sa.UniqueConstraint("source", "message_id", name="uq_event_source_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_handle_id", "event", ["handle_id"])


def _quarantine() -> None:
    op.create_table(
        "event_quarantined",
        sa.Column("quarantined_id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("payload_hash", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("quarantined_id", name="pk_event_quarantined"),
        sa.UniqueConstraint("source", "payload_hash", "reason", name="uq_event_quarantined_source_payload_hash_reason"),
    )
