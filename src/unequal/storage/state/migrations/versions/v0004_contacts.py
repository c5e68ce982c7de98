"""Decisions, contacts and what customers say to them; policies, their budgets and arms; timers and messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

AFTER = "0003"

revision = "0004"
down_revision = AFTER
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    _decisions()
    _contacts()
    _words()
    _policies()
    _timers()
    _outbox()


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True, nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]


def _decisions() -> None:
    op.create_table(
        "decision",
        *_texts("decision_id", "customer_id", "channel"),
        sa.Column("at", sa.DateTime, nullable=False),
        *_texts("inputs", "versions"),
        sa.Column("winner", sa.Text),
        *_texts("response"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decision"),
    )
    op.create_index("ix_decision_customer_id_at", "decision", ["customer_id", "at"])
    op.create_table(
        "outcome",
        _number("outcome_id"),
        *_texts("decision_id", "kind"),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("amount", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.Column("author", sa.Text),
        sa.PrimaryKeyConstraint("outcome_id", name="pk_outcome"),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.decision_id"], name="fk_outcome_decision_id"),
        sa.UniqueConstraint("decision_id", "kind", "at", name="uq_outcome_decision_id_kind_at"),
    )


def _contacts() -> None:
    op.create_table(
        "contact",
        *_texts("contact_id", "customer_id", "channel", "purpose"),
        sa.Column("policy", sa.Text),
        sa.Column("policy_version", sa.Integer),
        sa.Column("treatment", sa.Text),
        sa.Column("decision_id", sa.Text),
        sa.Column("reserved_at", sa.DateTime, nullable=False),
        *_texts("status"),
        sa.Column("status_at", sa.DateTime, nullable=False),
        sa.Column("cost", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name="pk_contact"),
    )
    op.create_index("ix_contact_customer_id_reserved_at", "contact", ["customer_id", "reserved_at"])
    op.create_index("ix_contact_decision_id", "contact", ["decision_id"])


def _words() -> None:
    op.create_table(
        "consent",
        _number("consent_id"),
        *_texts("customer_id", "purpose"),
        sa.Column("channel", sa.Text),
        *_texts("status"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        *_texts("evidence"),
        sa.PrimaryKeyConstraint("consent_id", name="pk_consent"),
    )
    op.create_table(
        "preference",
        _number("preference_id"),
        *_texts("customer_id", "name", "value"),
        sa.Column("channel", sa.Text),
        sa.Column("at", sa.DateTime, nullable=False),
        *_texts("source"),
        sa.PrimaryKeyConstraint("preference_id", name="pk_preference"),
    )
    op.create_table(
        "question_asked",
        _number("asked_id"),
        *_texts("customer_id", "question", "channel"),
        sa.Column("asked_at", sa.DateTime, nullable=False),
        sa.Column("decision_id", sa.Text),
        sa.Column("answer", sa.Text),
        sa.Column("answered_at", sa.DateTime),
        sa.PrimaryKeyConstraint("asked_id", name="pk_question_asked"),
    )
    for table in ("consent", "preference", "question_asked"):
        op.create_index(f"ix_{table}_customer_id", table, ["customer_id"])


def _policies() -> None:
    op.create_table(
        "policy_version",
        *_texts("name"),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        *_texts("text", "author"),
        sa.Column("created_at", sa.DateTime, nullable=False),
        *_texts("status"),
        sa.Column("preview", sa.Text),
        sa.Column("approved_by", sa.Text),
        sa.Column("approved_at", sa.DateTime),
        sa.Column("retired_by", sa.Text),
        sa.Column("retired_at", sa.DateTime),
        sa.Column("change", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_policy_version"),
    )
    op.create_index("ix_policy_version_change", "policy_version", ["change"])
    op.create_table(
        "policy_spend",
        *_texts("name"),
        sa.Column("version", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_policy_spend"),
    )
    op.create_table(
        "assignment",
        *_texts("policy", "customer_id", "arm"),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.PrimaryKeyConstraint("policy", "customer_id", name="pk_assignment"),
    )
    op.create_index("ix_assignment_customer_id", "assignment", ["customer_id"])


def _timers() -> None:
    op.create_table(
        "timer",
        _number("timer_id"),
        *_texts("policy", "customer_id", "event_id"),
        sa.Column("due_at", sa.DateTime, nullable=False),
        *_texts("status"),
        sa.Column("status_at", sa.DateTime),
        sa.PrimaryKeyConstraint("timer_id", name="pk_timer"),
        sa.UniqueConstraint("policy", "event_id", name="uq_timer_policy_event_id"),
    )
    pending = sa.text("status = 'pending'")
    op.create_index("ix_timer_due_at", "timer", ["due_at"], sqlite_where=pending, postgresql_where=pending)
    op.create_index("ix_timer_customer_id", "timer", ["customer_id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        _number("message_id"),
        *_texts("destination", "payload", "idempotency_key"),
        sa.Column("created_at", sa.DateTime, nullable=False),
        *_texts("status"),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.DateTime, nullable=False),
        sa.Column("complaint", sa.Text),
        sa.PrimaryKeyConstraint("message_id", name="pk_outbox"),
        sa.UniqueConstraint("idempotency_key", name="uq_outbox_idempotency_key"),
    )
    waiting = sa.text("status = 'waiting'")
    op.create_index("ix_outbox_next_at", "outbox", ["next_at"], sqlite_where=waiting, postgresql_where=waiting)
