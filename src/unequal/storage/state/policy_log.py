"""Policies in their versions, as those who write and approve them use them, and those who decide by them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from unequal.storage.state import policies
from unequal.storage.state.group_commit import Writer
from unequal.storage.state.policies import PolicyVersion
from unequal.storage.state.reader import Reader


class PolicyLog:
    """Policies: submitted, previewed, approved by another person, retired and reverted. Safe for threads; see `policies`."""

    def __init__(self, engine: sa.Engine, writer: Writer) -> None:
        self._engine, self._writer, self._reader = engine, writer, Reader(engine)

    def submit(self, name: str, text: str, *, author: str, at: datetime) -> PolicyVersion:
        """Write a new version, a draft; the newest one where it says the same and is not retired."""
        return self._writer.write(lambda connection: policies.submit(connection, name, text, author=author, at=at))

    def keep_preview(self, name: str, version: int, preview: str) -> PolicyVersion:
        """Write what a draft would do, as JSON. LIV110: no such version; LIV111: it is no draft."""
        return self._writer.write(lambda connection: policies.keep_preview(connection, name, version, preview))

    def approve(self, name: str, version: int, *, by: str, at: datetime) -> PolicyVersion:
        """Let a draft act. LIV110: no such version; LIV111: it is no draft; LIV112: its author approves; LIV113: no preview."""
        return self._writer.write(lambda connection: policies.approve(connection, name, version, by=by, at=at))

    def retire(self, name: str, *, by: str, at: datetime) -> PolicyVersion:
        """Stop a policy at once. LIV114: no version of it acts."""
        return self._writer.write(lambda connection: policies.retire(connection, name, by=by, at=at))

    def revert(self, name: str, version: int, *, author: str, at: datetime) -> PolicyVersion:
        """Make a draft of an earlier version's text. LIV110: no such version."""
        return self._writer.write(lambda connection: policies.revert(connection, name, version, author=author, at=at))

    def versions(self, name: str | None = None) -> list[PolicyVersion]:
        """Every version of a policy, or of all, newest first."""
        with self._engine.connect() as connection, connection.begin():
            return policies.versions(connection, name)

    def live(self, at: datetime) -> list[PolicyVersion]:
        """The versions that act at an instant."""
        with self._engine.connect() as connection, connection.begin():
            return policies.live(connection, at)

    def change(self) -> int:
        """A number that changes with what is live; a reservation that names it is refused once it has changed."""
        return self._reader.read(policies.change)

    def close(self) -> None:
        """Close the connections that it reads over."""
        self._reader.close()
