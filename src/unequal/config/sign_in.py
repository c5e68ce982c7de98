"""What the section `live` says of signing in by a directory that the company has already, by OpenID Connect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field

from unequal.config.addresses import reference_to
from unequal.config.model import Section
from unequal.config.problems import KeyPath, Problem, shown

Role = Literal["viewer", "analyst", "policy_author", "steward", "privacy_officer", "administrator", "agent"]
"""The roles of people, as `access` has them."""
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures by a key that the directory alone has: none by a secret that two sides share."""
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_LONGEST: Final = 500


def _is_base(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"https", "http"} or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("no address of a server: write https://NAME, perhaps with a path, without a user, a query or a fragment")
    return url


def _is_site(url: str) -> str:
    if urlsplit(_is_base(url)).path not in {"", "/"}:
        raise ValueError("no address of a server alone: leave the path out")
    return url.removesuffix("/")


_Address = Annotated[str, Field(max_length=_LONGEST), AfterValidator(_is_base)]
_Site = Annotated[str, Field(max_length=_LONGEST), AfterValidator(_is_site)]
_Claim = Annotated[str, Field(min_length=1, max_length=_LONGEST)]
_Scope = Annotated[str, Field(pattern=r"^[!#-\[\]-~]{1,200}$")]


class SignIn(Section):
    """The company's directory, by which people sign in beside those whom Unequal itself knows by a password."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Meridian", "issuer": "https://login.meridian.example", "client_id": "unequal", "client_secret": "env:SIGN_IN_SECRET",
                 "address": "https://unequal.meridian.example", "scopes": ["openid", "email", "groups"],
                 "roles": {"call-centre": ["agent"], "data-stewards": ["steward", "viewer"]}}
            ]
        }
    )  # fmt: skip

    name: Annotated[str, Field(min_length=1, max_length=60)] = Field(description="As people know it: the button says Sign in with NAME.")
    issuer: _Address = Field(
        description="The directory's own name for itself, to the letter; beneath it lies /.well-known/openid-configuration, which must name it too."
    )
    client_id: Annotated[str, Field(min_length=1, max_length=_LONGEST)] = Field(description="As the directory knows this server.")
    client_secret: Annotated[str, AfterValidator(reference_to("a client's secret"))] = Field(
        description="env:NAME of a variable, or file:PATH of a file, that holds the secret which the directory gave this server."
    )
    address: _Site = Field(
        description="Where people's browsers reach this server, as in https://unequal.example.com. The directory must be told that it may send "
        "them to /v1/session/oidc/callback there."
    )
    roles: dict[Annotated[str, Field(min_length=1, max_length=_LONGEST)], Annotated[tuple[Role, ...], Field(min_length=1)]] = Field(
        description="Which roles a group of the directory gives. Whoever is in none of them is not let in; a group that does not stand here gives nothing."
    )
    scopes: Annotated[tuple[_Scope, ...], Field(max_length=20)] = Field(
        ("openid", "email", "profile"), description="What is asked of the directory; openid must be among it."
    )
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = Field(
        ("RS256",), description="With which signatures a token is believed; all others are refused, whatever the token says of itself."
    )
    subject: _Claim = Field("sub", description="The claim that names a person for ever: by it he is known again.")
    shown_by: Annotated[tuple[_Claim, ...], Field(min_length=1, max_length=5)] = Field(
        ("email", "name"),
        description="Claims by which he is called here and in the audit: the first that the token has, at his first sign-in.",
    )
    groups: _Claim = Field("groups", description="The claim that lists his groups.")
    allow_private: bool = Field(
        False,
        description="Whether the directory may lie in a private network, or on this machine, and be plain http there on this machine alone.",
    )


def problems_of_sign_in(sign_in: SignIn | None) -> Iterator[Problem]:
    """What would let somebody read along, what the directory would not answer, and roles that nobody holds together."""
    if sign_in is None:
        return
    at: KeyPath = ("live", "sign_in")
    for key, url in (("issuer", sign_in.issuer), ("address", sign_in.address)):
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            do = "write https://; plain http is for this machine alone (127.0.0.1, localhost)"
            yield Problem("CFG088", "a sign-in is not encrypted", (*at, key), seen=shown(url), do=do)
    if urlsplit(sign_in.issuer).hostname in _LOOPBACK and not sign_in.allow_private:
        do = "say allow_private: true of a directory on this machine"
        yield Problem(
            "CFG088", "a directory lies on this machine, and nothing allows it", (*at, "issuer"), seen=shown(sign_in.issuer), do=do
        )
    if "openid" not in sign_in.scopes:
        do = "put openid among the scopes: without it the directory does not say who somebody is"
        yield Problem("CFG089", "a sign-in does not ask who somebody is", (*at, "scopes"), seen=", ".join(sign_in.scopes), do=do)
    for group, roles in sign_in.roles.items():
        if "agent" in roles and len(set(roles)) > 1:
            do = "an agent is nothing else beside: give the other roles by a group of their own"
            yield Problem("CFG090", "a group gives roles that nobody holds together", (*at, "roles", group), seen=", ".join(roles), do=do)
