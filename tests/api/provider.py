"""A directory that speaks OpenID Connect on this machine, written from the standard: keys of its own, codes good once, PKCE held to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "unequal", "a secret of two sides"
Claims = dict[str, Any]


def key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}, private=True)


KEYS = {kid: key(kid) for kid in ("first", "second", "stranger")}
"""Made once: it takes long."""


@dataclass
class Provider:
    """A directory.

    Attributes:
        issuer: its address.
        now: its clock, in seconds since 1970.
        person: claims of whoever signs in there.
        spoil: changes the claims of the next tokens.
        sign: makes a token of claims; signed by `signer`, by default.
        published: ids of its public keys.
        said: changes what it says of itself.
        answers: for a path an answer in the place of the right one: a function of the handler.
        asked: paths that were asked for; given: everything that must be kept nowhere.
    """

    issuer: str
    now: Callable[[], int]
    person: Claims = field(default_factory=lambda: {"sub": "u-1", "email": "ann@meridian.example", "groups": ["stewards"]})
    spoil: Claims = field(default_factory=dict)
    sign: Callable[[Claims], str] | None = None
    signer: str = "first"
    published: list[str] = field(default_factory=lambda: ["first"])
    said: Claims = field(default_factory=dict)
    answers: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    redeemed: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def visited(self, url: str) -> dict[str, str]:
        """Somebody's browser comes to sign in: what it takes back."""
        wanted = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (wanted["response_type"], wanted["client_id"], wanted["code_challenge_method"]) == ("code", CLIENT, "S256")
        code = secrets.token_urlsafe(24)
        self.codes[code] = wanted
        self.given += [code]
        return {"code": code, "state": wanted["state"], "iss": self.issuer, "session_state": "a word of its own"}

    def claims(self, wanted: dict[str, str]) -> Claims:
        now = self.now()
        made = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": wanted["nonce"], **self.person, **self.spoil}
        return {name: value for name, value in made.items() if value is not None}

    def token(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.signer}, claims, KEYS[self.signer])

    def documents(self) -> dict[str, Any]:
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys", "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256", "HS256"], **self.said,
            },
            "/keys": {"keys": [KEYS[kid].as_dict(private=False) for kid in self.published] + [{"kty": "oct", "kid": "shared", "k": "c2hhcmVk"}]},
        }  # fmt: skip

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        wanted = self.codes.pop(form["code"], None)
        self.redeemed.append(form)
        who = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        challenge = _base64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if who != f"{CLIENT}:{SECRET}" or form["grant_type"] != "authorization_code":
            return 401, {"error": "invalid_client"}
        if wanted is None or challenge != wanted["code_challenge"] or form["redirect_uri"] != wanted["redirect_uri"]:
            return 400, {"error": "invalid_grant", "error_description": "canary of the provider"}
        token = (self.sign or self.token)(self.claims(wanted))
        made = {
            "id_token": token,
            "access_token": secrets.token_urlsafe(24),
            "refresh_token": secrets.token_urlsafe(24),
            "token_type": "Bearer",
        }
        self.given += [token, *token.split("."), made["access_token"], made["refresh_token"], form["code_verifier"], SECRET]
        return 200, made


def unsigned(claims: Claims) -> str:
    """A token that says that nobody signed it."""
    return f"{_parts('none', claims)}."


def signed_with_the_public_key(claims: Claims) -> str:
    """A token signed by HMAC with what everybody knows: the public key, as PEM."""
    parts = _parts("HS256", claims)
    return f"{parts}.{_base64(hmac.digest(KEYS['first'].as_pem(private=False), parts.encode(), hashlib.sha256))}"


def _parts(algorithm: str, claims: Claims) -> str:
    return ".".join(_base64(json.dumps(part).encode()) for part in ({"alg": algorithm, "kid": "first"}, claims))


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@contextmanager
def directory(now: Callable[[], int]) -> Iterator[Provider]:
    """A directory, on this machine."""

    class Asked(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(lambda: (200, here.documents()[self.path]) if self.path in here.documents() else (404, {}))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            flat = {name: values[0] for name, values in form.items()}
            self.answer(lambda: here.redeem(flat, self.headers.get("Authorization", "")))

        def answer(self, right: Callable[[], tuple[int, Any]]) -> None:
            here.asked.append(self.path)
            if self.path in here.answers:
                here.answers[self.path](self)
                return
            status, said = right()
            self.send(status, json.dumps(said).encode())

        def send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    here = Provider(f"http://127.0.0.1:{server.server_address[1]}", now)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield here
    server.shutdown()
    server.server_close()


def failing(status: int, body: bytes = b"{}", **headers: str) -> Callable[[Any], None]:
    """An answer of another status."""
    return lambda asked: asked.send(status, body, **headers)


def huge(asked: Any) -> None:
    """More than anybody reads."""
    asked.send(200, b'{"keys": [' + b'"x", ' * 200_000 + b'"x"]}')


def dripping(asked: Any) -> None:
    """A letter now and then."""
    for _ in range(200):
        asked.wfile.write(b"H")
        time.sleep(0.1)
