"""People who come by the company's directory, and sign-ins that were begun there and not ended yet. No token of the directory is ever kept."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from unequal.storage.state import audit
from unequal.storage.state.access_tables import PERSON, SESSION, PersonRow, Told
from unequal.storage.state.metadata import METADATA

DIRECTORY_PERSON: Final = sa.Table(
    "directory_person",
    METADATA,
    sa.Column("person_id", sa.Text, sa.ForeignKey("person.person_id"), primary_key=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("signed_in_at", sa.DateTime, nullable=False),
    sa.UniqueConstraint("issuer", "subject", name="uq_directory_person_issuer"),
)

SIGN_IN: Final = sa.Table(
    "sign_in",
    METADATA,
    sa.Column("browser_hash", sa.Text, primary_key=True),
    sa.Column("leads_to", sa.Text, nullable=False),
    sa.Column("expires_at", sa.DateTime, nullable=False, index=True),
)

NO_PASSWORD: Final = ""
"""In the place of a password's hash: no password has it."""
Writing = Callable[[str], AbstractContextManager[sa.Connection]]


@dataclass(frozen=True)
class DirectoryRow:
    """Somebody whom the directory named.

    Args:
        person_id: of the person.
        issuer, subject: who named him, and the directory's own name for him: together they are his alone.
        signed_in_at: last, naive UTC.
    """

    person_id: str
    issuer: str
    subject: str
    signed_in_at: datetime


@dataclass(frozen=True)
class BegunRow:
    """A sign-in that was begun.

    Args:
        browser_hash: of the secret that the browser which began holds.
        leads_to: where to go when it has ended, on this server.
        expires_at: naive UTC.
    """

    browser_hash: str
    leads_to: str
    expires_at: datetime


class DirectoryState:
    """People of the directory, and sign-ins that were begun. Part of an AccessState.

    Args:
        engine: for reading.
        writing: a transaction that writes what its argument says.
    """

    def __init__(self, engine: sa.Engine, writing: Writing) -> None:
        self._engine, self._writing = engine, writing

    def rows(self) -> list[DirectoryRow]:
        """Everybody who ever came by a directory."""
        with self._engine.connect() as connection:
            wanted = sa.select(DIRECTORY_PERSON).order_by(DIRECTORY_PERSON.c.person_id)
            return [DirectoryRow(**row) for row in connection.execute(wanted).mappings()]

    def person(self, issuer: str, subject: str) -> PersonRow | None:
        """Somebody by the directory's name for him."""
        his = sa.select(PERSON).join(DIRECTORY_PERSON, DIRECTORY_PERSON.c.person_id == PERSON.c.person_id)
        his = his.where(DIRECTORY_PERSON.c.issuer == issuer, DIRECTORY_PERSON.c.subject == subject)
        with self._engine.connect() as connection:
            row = connection.execute(his).mappings().first()
        return None if row is None else PersonRow(**row)

    def add(self, person: PersonRow, row: DirectoryRow, told: Told) -> bool:
        """Write somebody who comes for the first time; False where his name is taken, or he has come this instant by another way."""
        try:
            with self._writing("person") as connection:
                connection.execute(PERSON.insert().values(**vars(person)))
                connection.execute(DIRECTORY_PERSON.insert().values(**vars(row)))
                _tell(connection, told)
        except sa.exc.IntegrityError:
            return False
        return True

    def came(self, person_id: str, roles: str, at: datetime, told: Told) -> None:
        """Write which roles somebody has now, and when he came. Where the roles are others than before, his other sessions end, and it is told."""
        with self._writing("person") as connection:
            others = PERSON.update().where(PERSON.c.person_id == person_id, PERSON.c.roles != roles)
            if connection.execute(others.values(roles=roles)).rowcount:
                connection.execute(SESSION.delete().where(SESSION.c.person_id == person_id))
                _tell(connection, told)
            if roles:
                his = DIRECTORY_PERSON.update().where(DIRECTORY_PERSON.c.person_id == person_id)
                connection.execute(his.values(signed_in_at=at))

    def begin(self, begun: BegunRow, at: datetime) -> None:
        """Write that a sign-in was begun; those that have run out are swept."""
        with self._writing("sign-in") as connection:
            connection.execute(SIGN_IN.delete().where(SIGN_IN.c.expires_at <= at))
            connection.execute(SIGN_IN.insert().values(**vars(begun)))

    def end(self, browser_hash: str, at: datetime) -> BegunRow | None:
        """Take out a sign-in that was begun and has not run out: once, however many ask at once."""
        with self._writing("sign-in") as connection:
            row = connection.execute(sa.select(SIGN_IN).where(SIGN_IN.c.browser_hash == browser_hash)).mappings().first()
            taken = connection.execute(SIGN_IN.delete().where(SIGN_IN.c.browser_hash == browser_hash)).rowcount
        return BegunRow(**row) if row is not None and taken and row["expires_at"] > at else None


def _tell(connection: sa.Connection, told: Told) -> None:
    audit.append(connection, told.at, actor=told.actor, action=told.action, subject=told.subject, detail=told.detail)
