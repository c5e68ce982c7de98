"""The tables of who may come in, and their rows. Secrets are kept as hashes alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state.metadata import METADATA

PERSON: Final = sa.Table(
    "person",
    METADATA,
    sa.Column("person_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("password_hash", sa.Text, nullable=False),
    sa.Column("roles", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("disabled_at", sa.DateTime),
)

API_KEY: Final = sa.Table(
    "api_key",
    METADATA,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("secret_hash", sa.Text, nullable=False, unique=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("source", sa.Text),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("expires_at", sa.DateTime, nullable=False),
    sa.Column("revoked_at", sa.DateTime),
)

SESSION: Final = sa.Table(
    "session",
    METADATA,
    sa.Column("session_hash", sa.Text, primary_key=True),
    sa.Column("person_id", sa.Text, sa.ForeignKey("person.person_id"), nullable=False, index=True),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("seen_at", sa.DateTime, nullable=False),
    sa.Column("expires_at", sa.DateTime, nullable=False),
)

SETUP_TOKEN: Final = sa.Table(
    "setup_token",
    METADATA,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("expires_at", sa.DateTime, nullable=False),
)


@dataclass(frozen=True)
class PersonRow:
    """Somebody who signs in; roles are sorted and parted by spaces, times are naive UTC."""

    person_id: str
    name: str
    password_hash: str
    roles: str
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True)
class KeyRow:
    """A program's key, without its secret.

    Args:
        kind: ingest or service.
        secret_hash: SHA-256 of the secret, in hex.
        scopes: of a service key: what it may use, sorted, parted by spaces.
        source: of an ingest key: the source whose events it brings.
    """

    key_id: str
    name: str
    kind: str
    secret_hash: str
    scopes: str
    source: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class SessionRow:
    """Somebody signed in; the token itself is in his browser alone."""

    session_hash: str
    person_id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Told:
    """What the audit says of a change, written with it or not at all."""

    at: datetime
    actor: str
    action: str
    subject: str = ""
    detail: str = ""
