"""Who may come in: people, keys, sessions and the token of the first start. Secrets are kept as hashes alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from unequal.storage.state import audit
from unequal.storage.state.access_tables import API_KEY, PERSON, SESSION, SETUP_TOKEN, KeyRow, PersonRow, SessionRow, Told
from unequal.storage.state.audit import Entry, Head
from unequal.storage.state.directory import DirectoryState
from unequal.terms.errors import StorageError


class AccessState:
    """People, keys, sessions and the audit. Safe for threads: each call has its own connection."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.directory = DirectoryState(engine, self._writing)

    # People

    def people(self) -> list[PersonRow]:
        """Everybody, by name; those whose access was taken away too."""
        with self._engine.connect() as connection:
            return [PersonRow(**row) for row in connection.execute(sa.select(PERSON).order_by(PERSON.c.name)).mappings()]

    def person(self, *, name: str) -> PersonRow | None:
        """Somebody by name."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(PERSON).where(PERSON.c.name == name)).mappings().first()
        return None if row is None else PersonRow(**row)

    def add_person(self, person: PersonRow, told: Told, *, setup_hash: str | None = None) -> bool:
        """Let somebody in.

        Args:
            person: whom.
            told: for the audit.
            setup_hash: of a set-up token, which this uses up: it must be good, and nobody be there yet.

        Returns:
            False where the name is taken, or the token is no good; then nothing is written.
        """
        try:
            with self._writing("person") as connection:
                if setup_hash is not None and not _used_up(connection, setup_hash, person.created_at):
                    return False
                connection.execute(PERSON.insert().values(**vars(person)))
                _tell(connection, told)
        except sa.exc.IntegrityError:
            return False
        return True

    def change_person(self, person_id: str, told: Told, **values: Any) -> bool:
        """Change somebody's roles, password or standing, and end every session of his; False where nobody has this id."""
        with self._writing("person") as connection:
            changed = connection.execute(PERSON.update().where(PERSON.c.person_id == person_id).values(**values)).rowcount
            if changed:
                # Whoever was signed in was so by the old roles or the old password.
                connection.execute(SESSION.delete().where(SESSION.c.person_id == person_id))
                _tell(connection, told)
        return bool(changed)

    def rehash(self, person_id: str, password_hash: str) -> None:
        """The same password under newer parameters."""
        with self._writing("password") as connection:
            connection.execute(PERSON.update().where(PERSON.c.person_id == person_id).values(password_hash=password_hash))

    def new_setup_token(self, token_hash: str, at: datetime, expires_at: datetime) -> bool:
        """Put a set-up token in the place of any before it; False where somebody is there already."""
        with self._writing("set-up token") as connection:
            if connection.execute(sa.select(PERSON.c.person_id).limit(1)).first() is not None:
                return False
            connection.execute(SETUP_TOKEN.delete())
            connection.execute(SETUP_TOKEN.insert().values(token_hash=token_hash, created_at=at, expires_at=expires_at))
        return True

    # Keys

    def all_keys(self) -> list[KeyRow]:
        """Every key, oldest first; expired and revoked ones too."""
        with self._engine.connect() as connection:
            wanted = sa.select(API_KEY).order_by(API_KEY.c.created_at, API_KEY.c.key_id)
            return [KeyRow(**row) for row in connection.execute(wanted).mappings()]

    def key(self, *, secret_hash: str) -> KeyRow | None:
        """A key by the hash of its secret."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(API_KEY).where(API_KEY.c.secret_hash == secret_hash)).mappings().first()
        return None if row is None else KeyRow(**row)

    def add_key(self, key: KeyRow, told: Told) -> None:
        """Write a key."""
        with self._writing("key") as connection:
            connection.execute(API_KEY.insert().values(**vars(key)))
            _tell(connection, told)

    def revoke_key(self, key_id: str, told: Told) -> bool:
        """End a key; False where there is none of this id that is in force."""
        with self._writing("key") as connection:
            live = API_KEY.update().where(API_KEY.c.key_id == key_id, API_KEY.c.revoked_at.is_(None))
            changed = connection.execute(live.values(revoked_at=told.at)).rowcount
            if changed:
                _tell(connection, told)
        return bool(changed)

    # Sessions

    def open_session(self, session: SessionRow, told: Told) -> None:
        """Somebody has signed in; sessions that have run out are swept."""
        with self._writing("session") as connection:
            connection.execute(SESSION.delete().where(SESSION.c.expires_at <= session.created_at))
            connection.execute(SESSION.insert().values(**vars(session)))
            _tell(connection, told)

    def session(self, session_hash: str) -> tuple[SessionRow, PersonRow] | None:
        """A session and whose it is."""
        with self._engine.connect() as connection:
            found = connection.execute(sa.select(SESSION).where(SESSION.c.session_hash == session_hash)).mappings().first()
            if found is None:
                return None
            row = connection.execute(sa.select(PERSON).where(PERSON.c.person_id == found["person_id"])).mappings().one()
        return SessionRow(**found), PersonRow(**row)

    def seen(self, session_hash: str, at: datetime) -> None:
        """A session was used."""
        with self._writing("session") as connection:
            connection.execute(SESSION.update().where(SESSION.c.session_hash == session_hash).values(seen_at=at))

    def close_session(self, session_hash: str, told: Told) -> None:
        """Somebody has signed out."""
        with self._writing("session") as connection:
            if connection.execute(SESSION.delete().where(SESSION.c.session_hash == session_hash)).rowcount:
                _tell(connection, told)

    # Audit

    def tell(self, told: Told) -> Entry:
        """Write into the audit what happens elsewhere."""
        with self._writing("audit") as connection:
            return _tell(connection, told)

    def audit(self, *, after: int = 0, limit: int | None = None) -> list[Entry]:
        """Entries of the audit in order."""
        with self._engine.connect() as connection:
            return audit.entries(connection, after=after, limit=limit)

    def audit_head(self) -> Head:
        """Number and seal of the audit's last entry."""
        with self._engine.connect() as connection:
            return audit.head(connection)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    @contextmanager
    def _writing(self, what: str) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection
        except (sa.exc.OperationalError, sa.exc.InternalError) as error:
            raise StorageError("STO106", f"the state database does not take the {what}", seen=str(error.orig).splitlines()[0],
                               do="make room where it lies, or see that its server runs; the last published run is unharmed") from error  # fmt: skip


def _used_up(connection: sa.Connection, setup_hash: str, at: datetime) -> bool:
    """Take a set-up token out, if it is good and nobody is there yet."""
    if connection.dialect.name == "postgresql":
        # Two first starts at once: the second must see whom the first has let in.
        connection.execute(sa.text("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE"))
    if connection.execute(sa.select(PERSON.c.person_id).limit(1)).first() is not None:
        return False
    good = SETUP_TOKEN.delete().where(SETUP_TOKEN.c.token_hash == setup_hash, SETUP_TOKEN.c.expires_at > at)
    return bool(connection.execute(good).rowcount)


def _tell(connection: sa.Connection, told: Told) -> Entry:
    return audit.append(connection, told.at, actor=told.actor, action=told.action, subject=told.subject, detail=told.detail)
