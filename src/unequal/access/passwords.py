"""Passwords: hashed by argon2id, a few at a time, for each hash takes 64 MB of memory on purpose."""

from __future__ import annotations

import functools
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import argon2

from unequal.terms.errors import AccessError

SHORTEST: Final = 12
LONGEST_BYTES: Final = 1024
AT_ONCE: Final = 2


class Passwords:
    """Makes and checks hashes, `at_once` of them together; who waits longer than `patience_seconds` is sent away."""

    def __init__(self, *, at_once: int = AT_ONCE, patience_seconds: float = 5.0) -> None:
        self._hasher = argon2.PasswordHasher()
        self._seats = threading.BoundedSemaphore(at_once)
        self._patience = patience_seconds

    @functools.cached_property
    def _nobody(self) -> str:
        """Checked where nobody has the name, so that an answer takes as long as for a wrong password."""
        return self._hasher.hash("nobody has this password")

    def hashed(self, password: str) -> str:
        """A password's hash, with its own salt and parameters.

        Raises:
            AccessError: ACC007, too many at once; ACC008, the password is too short or too long.
        """
        text = _as_typed(password)
        if len(text) < SHORTEST or len(text.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
            raise AccessError("ACC008", "the password is too short or too long", seen=f"{len(text)} characters",
                              do=f"take {SHORTEST} characters or more; a few words will do")  # fmt: skip
        with self._seat():
            return self._hasher.hash(text.encode("utf-8", "surrogatepass"))

    def is_right(self, password_hash: str | None, password: str) -> bool:
        """Whether a password is that of a hash; with no hash it takes as long, and is wrong.

        Raises:
            AccessError: ACC007, too many at once.
        """
        given = _as_typed(password).encode("utf-8", "surrogatepass")
        if len(given) > LONGEST_BYTES:
            return False
        with self._seat():
            try:
                return self._hasher.verify(password_hash or self._nobody, given) and bool(password_hash)
            except argon2.exceptions.VerificationError:
                return False

    def is_dated(self, password_hash: str) -> bool:
        """Whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    @contextmanager
    def _seat(self) -> Iterator[None]:
        if not self._seats.acquire(timeout=self._patience):
            raise AccessError("ACC007", "too many people sign in at once", do="try again in a few seconds")
        try:
            yield
        finally:
            self._seats.release()


def _as_typed(password: str) -> str:
    """The same password, whichever keyboard wrote its accents."""
    return unicodedata.normalize("NFKC", password)
