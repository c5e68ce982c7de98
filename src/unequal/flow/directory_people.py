"""People who come by the company's directory: written when they come, known again by the directory's own name for them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

from unequal import storage

SIGN_IN_MINUTES: Final = 10
_BY: Final = "directory"


class DirectoryPeople:
    """Part of `People`.

    Args:
        state: where they are kept.
        clock: the present moment, naive UTC.
        hash_of: what of a secret is kept.
    """

    def __init__(self, state: storage.state.DirectoryState, clock: Callable[[], datetime], hash_of: Callable[[str], str]) -> None:
        self._state, self._now, self._hash_of = state, clock, hash_of

    def moment(self) -> datetime:
        """The present moment, naive UTC, which tokens are held against."""
        return self._now()

    def begin(self, secret: str, leads_to: str) -> None:
        """A sign-in begins in the browser that holds a secret: it can be ended once, within ten minutes."""
        now = self._now()
        self._state.begin(storage.state.BegunRow(self._hash_of(secret), leads_to, now + timedelta(minutes=SIGN_IN_MINUTES)), now)

    def end(self, secret: str) -> str | None:
        """Where a sign-in leads that was begun in this browser; None where none was, it is over, or it has been too long."""
        begun = self._state.end(self._hash_of(secret), self._now())
        return None if begun is None else begun.leads_to

    def rows(self) -> list[storage.state.DirectoryRow]:
        """Everybody who ever came by a directory."""
        return self._state.rows()

    def has(self, person_id: str) -> bool:
        """Whether a person came by a directory."""
        return any(row.person_id == person_id for row in self._state.rows())

    def known(self, issuer: str, subject: str) -> storage.state.PersonRow | None:
        """Somebody by the directory's own name for him."""
        return self._state.person(issuer, subject)

    def came(self, issuer: str, subject: str, shown: str, roles: Iterable[str]) -> storage.state.PersonRow:
        """Write that somebody came, and with which roles; whoever comes first is added, under a name that nobody has."""
        joined, now = " ".join(sorted(set(roles))), self._now()
        person = self.known(issuer, subject)
        while person is None:
            person_id = f"person_{secrets.token_hex(6)}"
            for name in (shown, f"{shown} ({person_id.removeprefix('person_')})"):
                new = storage.state.PersonRow(person_id, name, storage.state.NO_PASSWORD, joined, now)
                told = storage.state.Told(now, _BY, "people.manage", f"person:{name}", f"added as {joined}")
                if self._state.add(new, storage.state.DirectoryRow(person_id, issuer, subject, now), told):
                    return new
            # Somebody has the name, or the same person came this instant by another way: then he is known now.
            person = self.known(issuer, subject)
        self._state.came(person.person_id, joined, now, self._changed(person.person_id, f"roles {joined}"))
        return storage.state.PersonRow(person.person_id, person.name, person.password_hash, joined, person.created_at, person.disabled_at)

    def lost_all(self, person_id: str) -> None:
        """Somebody has no group left that gives a role: his roles go, and his sessions end."""
        self._state.came(person_id, "", self._now(), self._changed(person_id, "no role any more"))

    def _changed(self, person_id: str, words: str) -> storage.state.Told:
        return storage.state.Told(self._now(), _BY, "people.manage", person_id, words)
