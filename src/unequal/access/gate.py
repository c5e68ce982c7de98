"""Who is calling: by a key, by a session, or nobody that is known; and how often he has called."""

from __future__ import annotations

import hmac
import threading
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Final

from unequal.access.callers import ANYBODY, Caller
from unequal.access.limits import Buckets, Limits, network_of
from unequal.access.passwords import Passwords
from unequal.access.permissions import stranger
from unequal.access.signing_in import SigningIn
from unequal.flow import people
from unequal.terms.errors import AccessError

_KNOWN_SECONDS: Final = 2.0
"""How long a key that was found is known without looking: a key that another process revokes works this long at most."""
_MOST_KNOWN: Final = 10_000


class Gate:
    """Tells callers apart and counts their requests. Safe for threads.

    Args:
        members: people, keys and sessions.
        source_of: the source of an ingest key that the config declares, or None.
        limits: how often somebody may ask.
        ticks: seconds that only go up.
        directory: the company's, by which people sign in too.
    """

    def __init__(
        self, members: people.People, *, source_of: Callable[[str], str | None] | None = None, limits: Limits | None = None,
        ticks: Callable[[], float] = people.ticks, directory: people.Directory | None = None,
    ) -> None:  # fmt: skip
        self.members = members
        self.passwords = Passwords()
        self._source_of = source_of
        self._ticks = ticks
        limits = limits or Limits()
        self._keys, self._accounts = Buckets(limits.key, ticks), Buckets(limits.account, ticks)
        self._addresses, self._sign_ins = Buckets(limits.address, ticks), Buckets(limits.sign_in, ticks)
        self._known: OrderedDict[str, tuple[Caller, float]] = OrderedDict()
        self._lock = threading.Lock()
        self.directory = None if directory is None else SigningIn(members, directory, self._count_refusal)

    def by_key(self, secret: str, address: str) -> Caller:
        """Whose key this is.

        Raises:
            AccessError: ACC001, nobody's, or no more; ACC005, it asks too often.
        """
        caller = self._of_key(secret)
        if caller is None:
            self._addresses.take(network_of(address))
            raise stranger()
        self._keys.take(caller.name)
        return caller

    def knows(self, secret: str) -> bool:
        """Whether it is known whose key this is, without looking it up."""
        known = self._known.get(people.hash_of(secret))
        return known is not None and known[1] > self._ticks()

    def by_session(self, token: str, address: str) -> Caller:
        """Whose session this is.

        Raises:
            AccessError: ACC001, nobody's, or no more; ACC005, he asks too often.
        """
        person = self.members.person_of(token)
        if person is None:
            self._addresses.take(network_of(address))
            raise stranger()
        self._accounts.take(person.person_id)
        return Caller(f"person:{person.name}", frozenset(person.roles.split()), subject=person.person_id)

    def unknown(self, address: str) -> Caller:
        """Somebody who shows nothing.

        Raises:
            AccessError: ACC005, his address asks too often.
        """
        self._addresses.take(network_of(address))
        return ANYBODY

    def sign_in(self, name: str, password: str, address: str) -> str:
        """A session's token for a name and password.

        Raises:
            AccessError: ACC005, too many wrong passwords; ACC006, wrong, or nobody has the name; ACC007, too many at once.
        """
        buckets = (f"address {network_of(address)}", f"name {name}")
        for bucket in buckets:
            self._sign_ins.take(bucket)
        person = self.members.named(name)
        is_let_in = person is not None and person.disabled_at is None
        # Whoever comes by the directory has no password, and none that could be guessed.
        is_right = self.passwords.is_right((person.password_hash or None) if person else None, password)
        if person is None or not (is_let_in and is_right):
            self.members.tell(ANYBODY.name, "session.refused", person.person_id if person else "")
            raise AccessError("ACC006", "the name or the password is wrong", do="try again, or have an administrator set a new password")
        for bucket in buckets:
            self._sign_ins.give(bucket)
        if self.passwords.is_dated(person.password_hash):
            self.members.rehash(person.person_id, self.passwords.hashed(password))
        return self.members.open_session(person)

    def _count_refusal(self, address: str) -> None:
        self._sign_ins.take(f"address {network_of(address)}")

    def forget_keys(self) -> None:
        """Look every key up anew: one was revoked."""
        with self._lock:
            self._known.clear()

    def _of_key(self, secret: str) -> Caller | None:
        source = self._source_of(secret) if self._source_of else None
        if source is not None:
            return Caller(f"source:{source}", frozenset({"ingest"}), source=source)
        digest, now = people.hash_of(secret), self._ticks()
        known = self._known.get(digest)
        if known is not None and known[1] > now:
            return known[0]
        key = self.members.key_of(secret)
        if key is None:
            return None
        caller = Caller(f"key:{key.key_id}", frozenset({key.kind}), frozenset(key.scopes.split()), key.source, key.key_id)
        with self._lock:
            self._known[digest] = (caller, now + _KNOWN_SECONDS)
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return caller


def csrf_of(token: str) -> str:
    """What a page must send beside the cookie of a session: only who was told it by us, and not by the cookie alone, knows it."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), b"csrf", sha256).hexdigest()


def is_csrf_of(token: str, given: str) -> bool:
    """Whether what a page sent belongs to its session."""
    return hmac.compare_digest(csrf_of(token).encode("ascii"), given.encode("utf-8", "surrogatepass"))
