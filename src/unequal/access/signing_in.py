"""Signing in by the company's directory: begun in one browser, ended there once, with the roles that the config gives to the groups."""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from unequal.access.callers import ANYBODY
from unequal.access.permissions import checked_roles
from unequal.flow import people
from unequal.terms.errors import AccessError

_LONGEST_NAME: Final = 150
_LONGEST_SUBJECT: Final = 255
_MOST_GROUPS: Final = 1000
_NOT_HELD_AGAINST: Final = frozenset({"ACC005", "ACC007", "ACC018", "ACC019"})
"""Too much at once, or the directory's failing: nobody was refused."""


@dataclass(frozen=True)
class Returned:
    """What a browser brings back from the directory.

    Args:
        secret: of the browser's cookie.
        state: what the directory was given with it.
        code: for a token.
        error: in the place of a code.
        issuer: who sends it, where the directory says so (RFC 9207).
    """

    secret: str
    state: str
    code: str
    error: str = ""
    issuer: str = ""


class SigningIn:
    """Signing in by a directory.

    All that binds a sign-in to the browser that began it comes from one secret in its cookie: state, nonce and PKCE's verifier are drawn from it,
    and the database keeps its hash.

    Args:
        members: people and sessions.
        directory: the company's.
        count: counts a refusal against an address, and raises where there are too many.
    """

    def __init__(self, members: people.People, directory: people.Directory, count: Callable[[str], None]) -> None:
        self._members, self._directory, self._count = members, directory, count

    @property
    def name(self) -> str:
        """As people know the directory."""
        return self._directory.settings.name

    def begin(self, leads_to: str) -> tuple[str, str]:
        """Where a browser goes, and the secret that it keeps.

        Raises:
            AccessError: ACC007, ACC018, ACC019: the directory cannot be asked now.
        """
        secret = people.new_secret("sign_in_")
        url = self._directory.sign_in_url(**{what: _drawn(secret, what) for what in ("state", "nonce", "verifier")})
        self._members.directory.begin(secret, leads_to)
        return url, secret

    def end(self, returned: Returned, address: str) -> tuple[str, str]:
        """A session's token, and where to go.

        Raises:
            AccessError: ACC005, too many refusals; ACC007, ACC018, ACC019, the directory cannot be asked now; ACC020, it was not begun here;
                ACC021, the directory lets nobody in; ACC022, its word is not believed; ACC023, no group gives a role; ACC024, the access was closed.
        """
        told = _Told()
        try:
            return self._ended(returned, told)
        except AccessError as error:
            if error.code not in _NOT_HELD_AGAINST:
                self._count(address)
                self._members.tell(ANYBODY.name, "session.refused", told.subject, f"by the directory: {error.code} {error.seen}")
            raise

    def _ended(self, returned: Returned, told: _Told) -> tuple[str, str]:
        leads_to = self._taken(returned)
        if returned.error:
            raise people.directory_refuses(returned.error)
        if returned.issuer and returned.issuer != self._directory.settings.issuer:
            raise _not_begun("another issuer answers")
        if not returned.code:
            raise _not_begun("there is no code")
        token = self._directory.id_token(returned.code, _drawn(returned.secret, "verifier"))
        # Loaded here: whoever lets nobody in by a directory needs none of it.
        from unequal.access.id_tokens import claims_of

        claims = claims_of(token, self._directory, nonce=_drawn(returned.secret, "nonce"), now=self._members.directory.moment())
        person = self._person(claims, told)
        return self._members.open_session(person, f"by {self.name}"), leads_to

    def _taken(self, returned: Returned) -> str:
        """Where a sign-in leads that was begun in this browser with this state; it cannot be ended a second time."""
        if not returned.secret or not hmac.compare_digest(
            _drawn(returned.secret, "state").encode("ascii"), returned.state.encode("utf-8", "surrogatepass")
        ):
            raise _not_begun("no state of this browser")
        leads_to = self._members.directory.end(returned.secret)
        if leads_to is None:
            raise _not_begun("it has been ended already, or has taken too long")
        return leads_to

    def _person(self, claims: Mapping[str, Any], told: _Told) -> people.PersonRow:
        """Whom a token names, with the roles that his groups give him now."""
        settings, rows = self._directory.settings, self._members.directory
        subject = claims.get(settings.subject)
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or "\0" in subject:
            from unequal.access.id_tokens import not_believed

            raise not_believed(f"its {settings.subject}")
        known = rows.known(settings.issuer, subject)
        told.subject = known.person_id if known else ""
        if known is not None and known.disabled_at is not None:
            raise AccessError("ACC024", "your access was closed", do="ask an administrator of this server")
        try:
            roles = checked_roles(roles_of(claims.get(settings.groups), settings.roles))
        except AccessError as error:
            if known is not None:
                rows.lost_all(known.person_id)
            raise AccessError("ACC023", "your groups give you no role here", seen=error.seen,
                              do="ask whoever runs the directory for a group that has one, or an administrator to give your group one") from None  # fmt: skip
        return rows.came(settings.issuer, subject, shown_name(claims, settings.shown_by) or "somebody of the directory", roles)


@dataclass
class _Told:
    """Whom a refusal concerned, as far as it was known."""

    subject: str = ""


def roles_of(groups: object, given: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """The roles that groups give: those that the config says, and no other.

    >>> sorted(roles_of(["stewards", "everybody"], {"stewards": ("steward", "viewer")}))
    ['steward', 'viewer']
    >>> roles_of({"steward": True}, {"steward": ("steward",)}), roles_of(None, {})
    (frozenset(), frozenset())
    """
    named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    return frozenset(role for group in named[:_MOST_GROUPS] if isinstance(group, str) for role in given.get(group, ()))


def shown_name(claims: Mapping[str, Any], shown_by: tuple[str, ...]) -> str:
    r"""What somebody is called: the first claim that is there, without signs that cannot be seen; an address that he has not proved is left out.

    >>> shown_name({"email": "ann@example.com", "email_verified": False, "name": " Ann\u202e "}, ("email", "name"))
    'Ann'
    """
    for claim in shown_by:
        said = claims.get(claim)
        if not isinstance(said, str) or (claim == "email" and claims.get("email_verified") is False):
            continue
        seen = "".join(letter for letter in unicodedata.normalize("NFC", said[: 2 * _LONGEST_NAME]) if letter.isprintable())
        if seen.strip():
            return seen.strip()[:_LONGEST_NAME]
    return ""


def _drawn(secret: str, what: str) -> str:
    """A text of 256 bits that only whoever has the secret can know, another for each use."""
    digest = hmac.digest(secret.encode("utf-8", "surrogatepass"), what.encode("ascii"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def _not_begun(seen: str) -> AccessError:
    return AccessError("ACC020", "this sign-in was not begun in this browser", seen=seen, do="begin anew, at the address that people use")
