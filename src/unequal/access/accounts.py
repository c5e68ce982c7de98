"""People, keys, sessions and the audit, each verb behind its permission."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from unequal.access.allowing import allowed
from unequal.access.callers import Caller
from unequal.access.fields import CLASSES
from unequal.access.gate import Gate
from unequal.access.permissions import KEY_KINDS, SCOPES, checked_roles
from unequal.access.signing_in import Returned, SigningIn
from unequal.flow import people
from unequal.terms.errors import AccessError

LONGEST_DAYS: Final = 3660
FIELD_SCOPES: Final = frozenset(f"fields.{name}" for name in CLASSES)
_FIRST_ROLES: Final = ("administrator",)


class Accounts:
    """Who may come in."""

    def __init__(self, gate: Gate) -> None:
        self._gate, self._members = gate, gate.members

    @allowed("set_up")
    def set_up(self, _caller: Caller, token: str, name: str, password: str) -> people.PersonRow:
        """The first person, an administrator, by the token that the first start printed.

        Raises:
            AccessError: ACC008, the password; ACC010, the token is no good, or somebody is there already.
        """
        person = self._members.set_up(token, name, self._gate.passwords.hashed(password), _FIRST_ROLES)
        if person is None:
            raise AccessError(
                "ACC010", "the set-up token is no good", do="start the server anew: it prints one, as long as nobody is there"
            )
        return person

    @allowed("session.open")
    def sign_in(self, _caller: Caller, name: str, password: str, address: str) -> str:
        """A session's token; see Gate.sign_in."""
        return self._gate.sign_in(name, password, address)

    @allowed("session.open")
    def begin_sign_in(self, _caller: Caller, leads_to: str) -> tuple[str, str]:
        """Where a browser goes to sign in by the directory, and the secret that it keeps; see SigningIn.begin.

        Raises:
            AccessError: ACC017, there is no directory.
        """
        return self._directory().begin(leads_to)

    @allowed("session.open")
    def end_sign_in(self, _caller: Caller, /, address: str, **returned: str) -> tuple[str, str]:
        """A session's token and where to go, for what a browser brings from the directory; see Returned and SigningIn.end.

        Raises:
            AccessError: ACC017, there is no directory.
        """
        return self._directory().end(Returned(**returned), address)

    def _directory(self) -> SigningIn:
        if self._gate.directory is None:
            raise AccessError("ACC017", "people do not sign in by a directory here", do="sign in with a password, or declare live.sign_in")
        return self._gate.directory

    @allowed("session.own")
    def who(self, caller: Caller) -> people.PersonRow:
        """Who is signed in."""
        found = self._members.named(caller.name.removeprefix("person:"))
        if found is None:
            raise AccessError("ACC012", "there is no such person", seen=caller.name)
        return found

    @allowed("session.own")
    def sign_out(self, caller: Caller, token: str) -> None:
        """End one's session."""
        self._members.close_session(token, caller.name.removeprefix("person:"))

    @allowed("people.manage")
    def everybody(self, _caller: Caller) -> list[tuple[people.PersonRow, people.DirectoryRow | None]]:
        """Everybody, each with the directory that he comes by, if any."""
        by_directory = {row.person_id: row for row in self._members.directory.rows()}
        return [(person, by_directory.get(person.person_id)) for person in self._members.people()]

    @allowed("people.manage")
    def add_person(self, caller: Caller, name: str, password: str, roles: Iterable[str]) -> people.PersonRow:
        """Let somebody in.

        Raises:
            AccessError: ACC008, the password; ACC009, the roles; ACC011, the name is taken.
        """
        person = self._members.add(name, self._gate.passwords.hashed(password), checked_roles(roles), by=caller.name)
        if person is None:
            raise AccessError("ACC011", "somebody has this name already", seen=name[:100], do="take another name")
        return person

    @allowed("people.manage")
    def change_person(
        self, caller: Caller, person_id: str, *, roles: Iterable[str] | None = None, is_disabled: bool | None = None, password: str | None = None
    ) -> None:  # fmt: skip
        """Change roles, standing or password; whoever it is must sign in anew.

        Raises:
            AccessError: ACC008, ACC009 as for add_person; ACC012, there is nobody of this id; ACC016, it is the last administrator;
                ACC025, he comes by the directory, which says his roles and knows his password: his access alone is closed or opened here.
        """
        if (roles is not None or password is not None) and self._members.directory.has(person_id):
            raise AccessError("ACC025", "the directory says this, and nobody here", seen=person_id[:100],
                              do="change his groups in the directory; here his access can be taken away, and given back")  # fmt: skip
        given = None if roles is None else checked_roles(roles)
        if is_disabled or (given is not None and "administrator" not in given):
            self._keep_one_administrator(person_id)
        hashed = None if password is None else self._gate.passwords.hashed(password)
        if not self._members.change(person_id, by=caller.name, roles=given, is_disabled=is_disabled, password_hash=hashed):
            raise AccessError("ACC012", "there is no such person", seen=person_id[:100], do="look at its spelling")

    def _keep_one_administrator(self, person_id: str) -> None:
        able = [person for person in self._members.people() if "administrator" in person.roles.split() and person.disabled_at is None]
        if [person.person_id for person in able] == [person_id]:
            raise AccessError(
                "ACC016", "somebody must remain who lets people in", seen=able[0].name, do="make somebody else administrator first"
            )

    @allowed("keys.manage")
    def keys(self, _caller: Caller) -> list[people.KeyRow]:
        """Every key, without its secret."""
        return self._members.all_keys()

    @allowed("keys.manage")
    def add_key(
        self, caller: Caller, name: str, kind: str, *, days: int, scopes: Collection[str] = (), source: str | None = None
    ) -> tuple[people.KeyRow, str]:  # fmt: skip
        """A new key and its secret, which nobody can see again.

        Raises:
            AccessError: ACC013, an ingest key without a source or with scopes, a service key without scopes or with unknown ones.
        """
        _check_key(kind, days, scopes, source)
        return self._members.add_key(name, kind, by=caller.name, days=days, scopes=scopes, source=source)

    @allowed("keys.manage")
    def revoke_key(self, caller: Caller, key_id: str) -> None:
        """End a key: at once here, and within two seconds in other processes."""
        if not self._members.revoke_key(key_id, by=caller.name):
            raise AccessError("ACC012", "there is no such key in force", seen=key_id[:100], do="look at its spelling")
        self._gate.forget_keys()

    @allowed("audit.read")
    def audit(self, _caller: Caller, *, after: int = 0, limit: int = 100) -> list[people.Entry]:
        """Entries of the audit in order."""
        return self._members.audit(after=after, limit=limit)

    @allowed("audit.read")
    def audit_head(self, _caller: Caller) -> people.Head:
        """Number and seal of the last entry, to be kept elsewhere."""
        return self._members.audit_head()

    @allowed("audit.read")
    def check_audit(self, _caller: Caller, heads: Iterable[people.Head] = ()) -> list[str]:
        """What was altered, dropped, reordered or cut off, by the chain itself and by heads that were kept."""
        return self._members.check_audit(heads)


def _check_key(kind: str, days: int, scopes: Collection[str], source: str | None) -> None:
    unknown = sorted(set(scopes) - SCOPES - FIELD_SCOPES)
    wrong = {
        f"kind {kind[:40]}": kind not in KEY_KINDS,
        f"{days} days": not 1 <= days <= LONGEST_DAYS,
        "an ingest key without a source, or with scopes": kind == "ingest" and (not source or bool(scopes)),
        "a service key without scopes, or with a source": kind == "service" and (not scopes or source is not None),
        f"no such scope: {', '.join(unknown)[:200]}": bool(unknown),
    }
    seen = next((words for words, is_so in wrong.items() if is_so), None)
    if seen is not None:
        raise AccessError("ACC013", "there can be no such key", seen=seen,
                          do=f"an ingest key has a source; a service key has scopes of {', '.join(sorted(SCOPES | FIELD_SCOPES))}")  # fmt: skip


def on_this_machine(user: str) -> Caller:
    """Whoever has a shell beside the state's database: the command line acts as an administrator, and the audit says so."""
    return Caller(f"cli:{user}", frozenset({"administrator"}))
