"""Who was erased: no value of his, but keyed hashes of what identified him, so that he is known again when he comes back by a file or an event."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import driver
from unequal.storage.state.metadata import METADATA

ERASURE: Final = sa.Table(
    "erasure",
    METADATA,
    sa.Column("erasure_id", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("finished_at", sa.DateTime),
)
"""`finished_at` stays empty until no kept run holds anything of him: an erasure that was stopped goes on from there."""

SUPPRESSION: Final = sa.Table(
    "suppression",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("erasure_id", sa.Text, nullable=False),
)

SUPPRESSION_KEY: Final = sa.Table(
    "suppression_key",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("key", sa.Text, nullable=False),
)
"""One row. Whoever has no key can hash every telephone number there is, and learns nothing."""

Identifier = tuple[str, ...]
"""What identifies somebody: ("record", source, id), ("handle", source, kind, value), ("email", value), ("phone", digits) and so on."""


@dataclass(frozen=True)
class Suppressed:
    """Those who were erased, as whoever meets them may know them.

    Args:
        key: of the hashes; hexadecimal.
        digests: of their identifiers.
    """

    key: str
    digests: frozenset[str]

    def holds(self, identifier: Identifier) -> bool:
        """Whether it is an erased person's."""
        return bool(self.digests) and digest_of(self.key, identifier) in self.digests

    @property
    def version(self) -> str:
        """What steps depend on: empty where nobody was erased."""
        return sha256("".join(sorted(self.digests)).encode()).hexdigest() if self.digests else ""


NOBODY: Final = Suppressed("", frozenset())


@dataclass(frozen=True)
class ErasureRow:
    """One erasure; customer_id is the id that his dollars keep. Times are naive UTC."""

    erasure_id: str
    customer_id: str
    at: datetime
    finished_at: datetime | None = None


def digest_of(key: str, identifier: Identifier) -> str:
    """HMAC-SHA-256 of an identifier under the project's key."""
    return hmac.new(bytes.fromhex(key), json.dumps(identifier, ensure_ascii=True).encode(), sha256).hexdigest()


def suppressed(connection: sa.Connection) -> Suppressed:
    """Everybody who was erased."""
    key = connection.execute(sa.select(SUPPRESSION_KEY.c.key)).scalar()
    return Suppressed(key or "", frozenset(connection.execute(sa.select(SUPPRESSION.c.digest)).scalars()))


def how_many(connection: sa.Connection) -> int:
    """How many digests there are: none is ever taken away."""
    return int(driver.run(connection, "SELECT COUNT(*) FROM suppression").fetchall()[0][0])


def key_of(connection: sa.Connection, given: str | None = None) -> str:
    """The key of this project's hashes; made, or taken as given, where there is none yet."""
    key: str | None = connection.execute(sa.select(SUPPRESSION_KEY.c.key)).scalar()
    if key is None:
        key = given or secrets.token_hex(32)
        connection.execute(SUPPRESSION_KEY.insert().values(number=1, key=key))
    return key


def add(connection: sa.Connection, row: ErasureRow, digests: Iterable[str]) -> None:
    """Write an erasure and its digests; those that are there already stay as they are."""
    known = set(connection.execute(sa.select(SUPPRESSION.c.digest)).scalars())
    if connection.execute(sa.select(ERASURE.c.at).where(ERASURE.c.erasure_id == row.erasure_id)).first() is None:
        connection.execute(ERASURE.insert().values(**vars(row)))
    new = sorted(set(digests) - known)
    if new:
        connection.execute(SUPPRESSION.insert(), [{"digest": digest, "erasure_id": row.erasure_id} for digest in new])


def erasures(connection: sa.Connection) -> list[ErasureRow]:
    """Every erasure, oldest first."""
    wanted = sa.select(ERASURE).order_by(ERASURE.c.at, ERASURE.c.erasure_id)
    return [ErasureRow(**row) for row in connection.execute(wanted).mappings()]


def digests_of(connection: sa.Connection, erasure_id: str) -> list[str]:
    """The digests that one erasure wrote, sorted."""
    wanted = sa.select(SUPPRESSION.c.digest).where(SUPPRESSION.c.erasure_id == erasure_id)
    return sorted(connection.execute(wanted).scalars())


def finish(connection: sa.Connection, erasure_id: str, at: datetime) -> None:
    """Say that nothing of him is left in any kept run."""
    connection.execute(ERASURE.update().where(ERASURE.c.erasure_id == erasure_id).values(finished_at=at))
