"""Who may come in, and the audit: the verbs that read the clock and write the state. What roles allow is settled in `access`."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from unequal import storage
from unequal.flow.clock import utc_now
from unequal.flow.directory_people import DirectoryPeople
from unequal.flow.opening import OpenProject
from unequal.terms.errors import AccessError

if TYPE_CHECKING:
    from unequal.flow import directory

    Directory = directory.Directory

SETUP_HOURS: Final = 24
SESSION_HOURS: Final = 12
IDLE_MINUTES: Final = 60
_SEEN_EVERY: Final = timedelta(minutes=1)

PersonRow = storage.state.PersonRow
KeyRow = storage.state.KeyRow
SessionRow = storage.state.SessionRow
Entry = storage.state.Entry
Head = storage.state.Head
DirectoryRow = storage.state.DirectoryRow
audit_faults = storage.state.audit_faults


def ticks() -> float:
    """Seconds that only ever go up."""
    return time.monotonic()


def new_secret(prefix: str) -> str:
    """A secret of 256 random bits after a prefix that says what it is for."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def hash_of(secret: str) -> str:
    """What of a secret is kept: it has 256 random bits, so a plain SHA-256 cannot be searched back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class People:
    """People, keys, sessions and the audit of a project. Made by `open_people`; safe for threads."""

    def __init__(self, state: storage.state.AccessState, clock: Callable[[], datetime] = utc_now) -> None:
        self._state = state
        self.now = clock
        self.directory = DirectoryPeople(state.directory, clock, hash_of)

    # The first start

    def set_up_token(self) -> str | None:
        """A token with which the first person comes in, good once and for a day; None where somebody is there already."""
        token, now = new_secret("setup_"), self.now()
        is_new = self._state.new_setup_token(hash_of(token), now, now + timedelta(hours=SETUP_HOURS))
        return token if is_new else None

    def set_up(self, token: str, name: str, password_hash: str, roles: Iterable[str]) -> PersonRow | None:
        """The first person; None where the token is no good, or no more."""
        person = self._new_person(name, password_hash, roles)
        told = self._told("anonymous", "set_up", f"person:{name}", person.roles)
        return person if self._state.add_person(person, told, setup_hash=hash_of(token)) else None

    # People

    def people(self) -> list[PersonRow]:
        """Everybody, by name."""
        return self._state.people()

    def named(self, name: str) -> PersonRow | None:
        """Somebody by name."""
        return self._state.person(name=name)

    def add(self, name: str, password_hash: str, roles: Iterable[str], *, by: str) -> PersonRow | None:
        """Let somebody in; None where the name is taken."""
        person = self._new_person(name, password_hash, roles)
        is_added = self._state.add_person(person, self._told(by, "people.manage", f"person:{name}", f"added as {person.roles}"))
        return person if is_added else None

    def change(
        self, person_id: str, *, by: str, roles: Iterable[str] | None = None, is_disabled: bool | None = None, password_hash: str | None = None
    ) -> bool:  # fmt: skip
        """Change what is given, and end the sessions of the person; nothing given changes nothing; False where nobody has this id."""
        values: dict[str, object] = {}
        if roles is not None:
            values["roles"] = _joined(roles)
        if is_disabled is not None:
            values["disabled_at"] = self.now() if is_disabled else None
        if password_hash is not None:
            values["password_hash"] = password_hash
        if not values:
            return any(person.person_id == person_id for person in self.people())
        words = [f"roles {values['roles']}"] if roles is not None else []
        words += [] if is_disabled is None else ["access taken away" if is_disabled else "access given back"]
        words += ["password changed"] if password_hash is not None else []
        return self._state.change_person(person_id, self._told(by, "people.manage", person_id, ", ".join(words)), **values)

    def rehash(self, person_id: str, password_hash: str) -> None:
        """The same password under newer parameters."""
        self._state.rehash(person_id, password_hash)

    # Keys

    def all_keys(self) -> list[KeyRow]:
        """Every key, oldest first, without its secret."""
        return self._state.all_keys()

    def add_key(
        self, name: str, kind: str, *, by: str, days: int, scopes: Collection[str] = (), source: str | None = None
    ) -> tuple[KeyRow, str]:  # fmt: skip
        """A new key and its secret, which is told this once."""
        secret, now = new_secret(f"uneq_{kind}_"), self.now()
        key = KeyRow(
            f"key_{secrets.token_hex(6)}", name, kind, hash_of(secret), _joined(scopes), source, by, now, now + timedelta(days=days)
        )
        self._state.add_key(key, self._told(by, "keys.manage", key.key_id, f"{kind} key {name}: {source or key.scopes}"))
        return key, secret

    def revoke_key(self, key_id: str, *, by: str) -> bool:
        """End a key at once; False where none of this id is in force."""
        return self._state.revoke_key(key_id, self._told(by, "keys.manage", key_id, "revoked"))

    def key_of(self, secret: str) -> KeyRow | None:
        """The key of a secret, while it is in force."""
        key = self._state.key(secret_hash=hash_of(secret))
        return key if key is not None and key.revoked_at is None and key.expires_at > self.now() else None

    # Sessions

    def open_session(self, person: PersonRow, how: str = "") -> str:
        """Sign somebody in; the token is in his browser alone. `how` is for the audit."""
        token, now = new_secret("session_"), self.now()
        session = SessionRow(hash_of(token), person.person_id, now, now, now + timedelta(hours=SESSION_HOURS))
        self._state.open_session(session, self._told(f"person:{person.name}", "session.open", detail=how))
        return token

    def person_of(self, token: str) -> PersonRow | None:
        """Whose session a token is, while it lasts: twelve hours, or one without use."""
        found, now = self._state.session(hash_of(token)), self.now()
        if found is None:
            return None
        session, person = found
        if person.disabled_at is not None or session.expires_at <= now or session.seen_at + timedelta(minutes=IDLE_MINUTES) <= now:
            return None
        if session.seen_at + _SEEN_EVERY <= now:
            self._state.seen(session.session_hash, now)
        return person

    def close_session(self, token: str, person: str) -> None:
        """Sign somebody out."""
        self._state.close_session(hash_of(token), self._told(f"person:{person}", "session.close"))

    # Audit

    def tell(self, actor: str, action: str, subject: str = "", detail: str = "") -> Entry:
        """Write into the audit what somebody does."""
        return self._state.tell(self._told(actor, action, subject, detail))

    def audit(self, *, after: int = 0, limit: int | None = None) -> list[Entry]:
        """Entries of the audit in order."""
        return self._state.audit(after=after, limit=limit)

    def audit_head(self) -> Head:
        """Number and seal of the last entry: keep it elsewhere."""
        return self._state.audit_head()

    def check_audit(self, heads: Iterable[Head] = ()) -> list[str]:
        """What was altered, dropped, reordered or cut off in the audit; see `audit_faults`."""
        return audit_faults(self._state.audit(), list(heads))

    def close(self) -> None:
        """Give back the connections."""
        self._state.close()

    def _new_person(self, name: str, password_hash: str, roles: Iterable[str]) -> PersonRow:
        return PersonRow(f"person_{secrets.token_hex(6)}", name, password_hash, _joined(roles), self.now())

    def _told(self, actor: str, action: str, subject: str = "", detail: str = "") -> storage.state.Told:
        return storage.state.Told(self.now(), actor, action, subject, detail)


def _joined(words: Iterable[str]) -> str:
    return " ".join(sorted(set(words)))


def open_people(project: OpenProject, clock: Callable[[], datetime] = utc_now) -> People:
    """People, keys, sessions and the audit of a project.

    Raises:
        StorageError: as open_state does.
    """
    return People(storage.state.open_access(project.state_url), clock)


def open_directory(project: OpenProject) -> Directory | None:
    """The company's directory, if the config names one.

    Raises:
        ConfigError: CFG009, its secret is not there.
    """
    if project.config.live.sign_in is None:
        return None
    # What speaks OpenID Connect is loaded where it is spoken.
    from unequal.flow.directory import Directory

    return Directory(project)


def directory_refuses(why: str) -> AccessError:
    """ACC021: the directory lets somebody not in; of its own words one that RFC 6749 and OpenID Connect know, as letters alone."""
    word = why if why.isascii() and why.replace("_", "").isalpha() else "no reason that is known"
    return AccessError("ACC021", "the directory does not let you in", seen=word[:60], do="begin anew, or ask whoever runs the directory")
