"""Policies in their versions: written by one person, previewed, approved by another, retired; never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from unequal.storage.state import driver
from unequal.storage.state.metadata import METADATA
from unequal.terms.errors import LiveError

POLICY_VERSION: Final = sa.Table(
    "policy_version",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("author", sa.Text, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("preview", sa.Text),
    sa.Column("approved_by", sa.Text),
    sa.Column("approved_at", sa.DateTime),
    sa.Column("retired_by", sa.Text),
    sa.Column("retired_at", sa.DateTime),
    # Counts the changes of which policies are live, so that whoever holds them in memory sees in one look whether he must read them anew.
    sa.Column("change", sa.BigInteger, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of a policy.

    Args:
        text: as its author wrote it.
        status: draft, approved or retired.
        preview: JSON of what it would do, as its approver saw it.
        approved_at, retired_at: it acts from the first until the second, exclusive; naive UTC.
        change: how many changes of any policy came before its last one, and that one.
    """

    name: str
    version: int
    text: str
    author: str
    created_at: datetime
    status: str = "draft"
    preview: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    retired_by: str | None = None
    retired_at: datetime | None = None
    change: int = 0


def submit(connection: sa.Connection, name: str, text: str, *, author: str, at: datetime) -> PolicyVersion:
    """Write a new version, a draft; where the newest one says the same and is not retired, that one is it.

    A draft acts for nobody until another person approves it.
    """
    _one_at_a_time(connection)
    newest = next(iter(versions(connection, name)), None)
    if newest is not None and newest.text == text and newest.status != "retired":
        return newest
    written = PolicyVersion(name, newest.version + 1 if newest else 1, text, author, at, change=change(connection))
    connection.execute(POLICY_VERSION.insert().values(**{column: getattr(written, column) for column in written.__slots__}))
    return written


def revert(connection: sa.Connection, name: str, version: int, *, author: str, at: datetime) -> PolicyVersion:
    """Write an earlier version's text as a new draft, which another person approves like any other.

    Raises:
        LiveError: LIV110, there is no such version.
    """
    _one_at_a_time(connection)
    return submit(connection, name, _one(connection, name, version).text, author=author, at=at)


def keep_preview(connection: sa.Connection, name: str, version: int, preview: str) -> PolicyVersion:
    """Write what a draft would do, for its approver to see; JSON text. A later preview takes the place of an earlier one.

    Raises:
        LiveError: LIV110, there is no such version; LIV111, it is no draft any more.
    """
    _one_at_a_time(connection)
    _draft(connection, name, version)
    _change(connection, name, version, {"preview": preview})
    return _one(connection, name, version)


def approve(connection: sa.Connection, name: str, version: int, *, by: str, at: datetime) -> PolicyVersion:
    """Let a draft act from now on, in place of the version that did so far.

    Raises:
        LiveError: LIV110, there is no such version; LIV111, it is no draft; LIV112, its author is who approves;
            LIV113, nobody has previewed it.
    """
    _one_at_a_time(connection)
    draft = _draft(connection, name, version)
    where = f"policy {name}, version {version}"
    if _same_person(draft.author, by):
        raise LiveError("LIV112", "a policy is approved by another person than its author", where=where, seen=f"{by} wrote it",
                        do="ask somebody else to look at its preview and approve it")  # fmt: skip
    if draft.preview is None:
        raise LiveError(
            "LIV113", "a policy is previewed before it is approved", where=where, do="preview it: how many customers, dollars, cost"
        )
    for acting in live(connection, at):
        if acting.name == name:
            _retire(connection, acting, by, at)
    _change(connection, name, version, {"status": "approved", "approved_by": by, "approved_at": at, "change": change(connection) + 1})
    return _one(connection, name, version)


def retire(connection: sa.Connection, name: str, *, by: str, at: datetime) -> PolicyVersion:
    """Stop a policy at once; anybody who may see it approved may, its author too.

    Raises:
        LiveError: LIV114, no version of it acts.
    """
    _one_at_a_time(connection)
    for acting in live(connection, at):
        if acting.name == name:
            _retire(connection, acting, by, at)
            return _one(connection, name, acting.version)
    raise LiveError("LIV114", "no version of this policy acts", where=f"policy {name}", do="list the policies for those that do")


def versions(connection: sa.Connection, name: str | None = None) -> list[PolicyVersion]:
    """Every version of a policy, newest first; of all policies by name where none is named."""
    wanted = sa.select(POLICY_VERSION).order_by(POLICY_VERSION.c.name, POLICY_VERSION.c.version.desc())
    if name is not None:
        wanted = wanted.where(POLICY_VERSION.c.name == name)
    return [PolicyVersion(**row) for row in connection.execute(wanted).mappings()]


def live(connection: sa.Connection, at: datetime) -> list[PolicyVersion]:
    """The versions that act at an instant, by name: approved at it or before, and not retired by then."""
    column = POLICY_VERSION.c
    acts = column.approved_at <= at, column.retired_at.is_(None) | (column.retired_at > at)
    wanted = sa.select(POLICY_VERSION).where(*acts).order_by(column.name, column.version)
    return [PolicyVersion(**row) for row in connection.execute(wanted).mappings()]


def change(connection: sa.Connection) -> int:
    """How many times it changed which policies are live; 0 before the first."""
    return int(driver.run(connection, "SELECT coalesce(max(change), 0) FROM policy_version").fetchone()[0])


def _one(connection: sa.Connection, name: str, version: int) -> PolicyVersion:
    wanted = sa.select(POLICY_VERSION).where(POLICY_VERSION.c.name == name, POLICY_VERSION.c.version == version)
    row = connection.execute(wanted).mappings().first()
    if row is None:
        raise LiveError("LIV110", "there is no such version of a policy", where=f"policy {name}, version {version}",
                        do="list the policy's versions")  # fmt: skip
    return PolicyVersion(**row)


def _draft(connection: sa.Connection, name: str, version: int) -> PolicyVersion:
    found = _one(connection, name, version)
    if found.status != "draft":
        raise LiveError("LIV111", "this version of the policy is no draft", where=f"policy {name}, version {version}", seen=f"it is {found.status}",
                        do="submit a new version, or revert to this one")  # fmt: skip
    return found


def _retire(connection: sa.Connection, acting: PolicyVersion, by: str, at: datetime) -> None:
    end = {"status": "retired", "retired_by": by, "retired_at": at, "change": change(connection) + 1}
    _change(connection, acting.name, acting.version, end)


def _change(connection: sa.Connection, name: str, version: int, values: dict[str, Any]) -> None:
    this = POLICY_VERSION.c.name == name, POLICY_VERSION.c.version == version
    connection.execute(POLICY_VERSION.update().where(*this).values(**values))


def _same_person(author: str, other: str) -> bool:
    return _plain(author) == _plain(other)


def _plain(person: str) -> list[str]:
    """A person as compared: blanks around the name count as little as capitals, behind the word that says what it is the name of, too."""
    return [part.strip() for part in person.casefold().split(":")]


def _one_at_a_time(connection: sa.Connection) -> None:
    """Hold off others who change policies; readers go on. SQLite has one writer as it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("LOCK TABLE policy_version IN SHARE ROW EXCLUSIVE MODE"))
