"""The company's directory, asked by OpenID Connect: what it says of itself, its keys, and what it gives for a code.

Whatever it names is gone to as webhooks are: taken apart strictly, looked up once, never inside unless the config allows it, never led on by a
redirect, and with an end to time and size. No token is kept or logged: it lives as long as the call that reads it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key

from unequal import config
from unequal.flow import connecting, people, places
from unequal.flow.opening import OpenProject
from unequal.terms.errors import AccessError

CALLBACK: Final = "/v1/session/oidc/callback"
LARGEST_ANSWER: Final = 256 * 1024
_SECONDS: Final = 5.0
_KEPT_SECONDS: Final = 3600.0
"""How long what it says of itself, and its keys, are believed without asking again: a key that it takes back is believed no longer."""
_ANEW_SECONDS: Final = 60.0
"""Its keys are not asked for more often, whatever tokens name."""
_SILENT_SECONDS: Final = 5.0
"""After it was not reached, nobody waits for it again this long."""
_AT_ONCE: Final = 8
_PATIENCE_SECONDS: Final = 2.0
_MOST_KEYS: Final = 100
_KINDS_OF_KEYS: Final = frozenset({"RSA", "EC"})
_SHORTEST_RSA: Final = 342
"""Letters of base64 that a modulus of 2,048 bits has."""
_OK: Final = 200
_BY_FORM: Final = "client_secret_post"


@dataclass(frozen=True)
class Described:
    """What a directory says of itself, checked."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    client_auth: str


class Directory:
    """A directory. Safe for threads; at most eight ask it at once.

    Args:
        project: its config says which directory, under `live.sign_in`.
        resolve: the addresses that a name has.
        ticks: seconds that only go up.

    Raises:
        ConfigError: CFG009, the secret is not there.
    """

    def __init__(
        self, project: OpenProject, resolve: places.Resolve = places.resolve, ticks: Callable[[], float] = time.monotonic
    ) -> None:  # fmt: skip
        settings = project.config.live.sign_in
        assert settings is not None, "open_directory has looked"
        self.settings = settings
        where = project.loaded.where("live", "sign_in", "client_secret")
        self._secret = config.addresses.follow(settings.client_secret, project.environment, project.folder, where=where)
        self._resolve, self._ticks = resolve, ticks
        self._seats, self._lock = threading.BoundedSemaphore(_AT_ONCE), threading.Lock()
        self._described: tuple[Described, float] | None = None
        self._keys: tuple[KeySet, float] | None = None
        self._silent_until = ticks()

    @property
    def redirect_uri(self) -> str:
        """Where it sends people back to."""
        return f"{self.settings.address}{CALLBACK}"

    def sign_in_url(self, *, state: str, nonce: str, verifier: str) -> str:
        """Where a browser goes to sign in.

        Args:
            state: comes back beside the code.
            nonce: comes back within the token.
            verifier: of PKCE (RFC 7636, S256), which is shown when the code is redeemed; here goes its hash alone.

        Raises:
            AccessError: ACC007, ACC018, ACC019 as for `described`.
        """
        described = self.described()
        url, _ = self._client(described).create_authorization_url(
            described.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce
        )
        return str(url)

    def id_token(self, code: str, verifier: str) -> str:
        """The token that says who somebody is, for a code; it is not checked yet.

        Raises:
            AccessError: ACC007, ACC018, ACC019 as for `described`; ACC021, it gives none for this code.
        """
        described = self.described()
        try:
            answer = self._client(described).fetch_token(
                described.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except OAuth2Error as error:
            # Its error codes are words of RFC 6749; whatever else it says is not shown.
            raise people.directory_refuses(str(error.error)) from None
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _unfit("its answer to a code has no id_token")
        return token

    def described(self) -> Described:
        """What it says of itself, asked for once an hour.

        Raises:
            AccessError: ACC007, too many ask at once; ACC018, it was not reached; ACC019, it says something else than it must.
        """
        with self._lock:
            kept = self._described
        if kept is not None and kept[1] > self._ticks():
            return kept[0]
        found = self._described_in(self._document(get_well_known_url(self.settings.issuer, external=True)))
        with self._lock:
            self._described = found, self._ticks() + _KEPT_SECONDS
        return found

    def _described_in(self, said: Mapping[str, Any]) -> Described:
        if said.get("issuer") != self.settings.issuer:
            raise _unfit("it names another issuer than live.sign_in.issuer")
        for key, ours in (
            ("code_challenge_methods_supported", {"S256"}),
            ("id_token_signing_alg_values_supported", set(self.settings.algorithms)),
        ):
            theirs = said.get(key)
            if isinstance(theirs, list) and not ours & {one for one in theirs if isinstance(one, str)}:
                raise _unfit(f"{key} has none of {', '.join(sorted(ours))}")
        found = {}
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            url = said.get(name)
            if not isinstance(url, str):
                raise _unfit(f"it has no {name}")
            self._place(url, name)
            found[name] = url
        ways = said.get("token_endpoint_auth_methods_supported")
        by_form = isinstance(ways, list) and _BY_FORM in ways and "client_secret_basic" not in ways
        return Described(**found, client_auth=_BY_FORM if by_form else "client_secret_basic")

    def keys(self) -> KeySet:
        """Its keys, asked for once an hour.

        Raises:
            AccessError: as for `described`.
        """
        with self._lock:
            kept = self._keys
        return kept[0] if kept is not None and kept[1] + _KEPT_SECONDS > self._ticks() else self._fetched_keys()

    def keys_anew(self) -> KeySet | None:
        """Its keys, asked for again because a token names one that is not known; None where that was done less than a minute ago.

        Raises:
            AccessError: as for `described`.
        """
        with self._lock:
            kept = self._keys
            if kept is not None:
                if kept[1] + _ANEW_SECONDS > self._ticks():
                    return None
                # Whoever comes next while this is under way does not ask too.
                self._keys = kept[0], self._ticks()
        return self._fetched_keys()

    def _fetched_keys(self) -> KeySet:
        listed = self._document(self.described().jwks_uri).get("keys")
        found = KeySet([key for one in (listed if isinstance(listed, list) else [])[:_MOST_KEYS] if (key := _key(one)) is not None])
        with self._lock:
            self._keys = found, self._ticks()
        return found

    def _client(self, described: Described) -> Any:
        """Authlib's client, over our own way of asking."""
        return OAuth2Client(
            _Session(self), self.settings.client_id, self._secret.get_secret_value(), described.client_auth,
            scope=" ".join(self.settings.scopes), redirect_uri=self.redirect_uri, code_challenge_method="S256",
        )  # fmt: skip

    def _document(self, url: str) -> dict[str, Any]:
        answer = self.asked(url, "GET")
        if answer.status != _OK:
            raise _silent(f"it answered {answer.status}, and redirects are not followed")
        return _parsed(answer)

    def asked(self, url: str, method: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> connecting.Answer:
        """One request to the directory, at an address that it named.

        Raises:
            AccessError: as for `described`.
        """
        place = self._place(url, "an address that it names")
        if self._ticks() < self._silent_until:
            raise _silent("it did not answer a moment ago")
        with self._seat():
            try:
                addresses = places.addresses_of(place, self._resolve, allow_private=self.settings.allow_private)
                if place.scheme == "http" and not all(map(places.is_on_this_machine, addresses)):
                    raise _unfit(f"{place.host}: plain http is for this machine alone")
                return connecting.exchanged(
                    place,
                    addresses,
                    method,
                    body,
                    {"Accept": "application/json", **(headers or {})},
                    seconds=_SECONDS,
                    at_most=LARGEST_ANSWER,
                )
            except places.LeadsInside as error:
                raise _unfit(f"{place.host}: {error}") from None
            except places.Unreached as error:
                self._silent_until = self._ticks() + _SILENT_SECONDS
                raise _silent(str(error)) from None

    def _place(self, url: str, what: str) -> places.Place:
        try:
            return places.place_of(url, allow_plain=self.settings.issuer.startswith("http://"))
        except places.Astray as error:
            raise _unfit(f"{what}: {error}") from None

    @contextmanager
    def _seat(self) -> Iterator[None]:
        if not self._seats.acquire(timeout=_PATIENCE_SECONDS):
            raise AccessError("ACC007", "too many people sign in at once", do="try again in a few seconds")
        try:
            yield
        finally:
            self._seats.release()


class _Session:
    """What Authlib's client posts by: our own guarded way."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def post(self, url: str, *, data: Mapping[str, str], headers: Mapping[str, str], auth: ClientAuth) -> _Response:
        _, signed, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return _Response(self._directory.asked(url, "POST", body.encode("ascii"), signed))


@dataclass(frozen=True)
class _Response:
    """An answer as Authlib's client reads it."""

    answer: connecting.Answer

    @property
    def status_code(self) -> int:
        return self.answer.status

    def raise_for_status(self) -> None:
        raise _silent(f"it answered {self.answer.status}, and redirects are not followed")

    def json(self) -> dict[str, Any]:
        if self.answer.status // 100 not in {2, 4}:
            self.raise_for_status()
        return _parsed(self.answer)


def _parsed(answer: connecting.Answer) -> dict[str, Any]:
    if not answer.is_whole:
        raise _unfit(f"an answer has more than {LARGEST_ANSWER:,} bytes")
    try:
        found = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise _unfit("an answer is no JSON object")
    return found


def _key(said: object) -> Key | None:
    """One of its keys: such as signs, is no secret that two share, and is not so short that it could be found out; None for any other."""
    if not isinstance(said, dict) or said.get("kty") not in _KINDS_OF_KEYS or said.get("use", "sig") != "sig":
        return None
    if said["kty"] == "RSA" and len(str(said.get("n", "")).rstrip("=")) < _SHORTEST_RSA:
        return None
    try:
        return import_key(said)
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _silent(why: str) -> AccessError:
    return AccessError("ACC018", "the directory was not reached", where="live.sign_in", seen=why, do="try again in a minute")


def _unfit(why: str) -> AccessError:
    return AccessError("ACC019", "the directory does not answer as it must", where="live.sign_in", seen=why,
                       do="have an administrator compare the config with what the directory says of itself")  # fmt: skip
