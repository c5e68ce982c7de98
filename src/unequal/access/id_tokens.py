"""Whether a token of the directory is believed: signed by one of its keys in a way that was agreed on, for us, now, and for this sign-in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from joserfc import jwt
from joserfc.errors import ClaimError, InvalidKeyIdError, JoseError

from unequal.terms.errors import AccessError

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

    from unequal.flow import people

LEEWAY_SECONDS: Final = 60
"""By how much the directory's clock and ours may differ."""


def claims_of(token: str, directory: people.Directory, *, nonce: str, now: datetime) -> dict[str, Any]:
    """What a token says, once all of it holds.

    Args:
        token: as the directory gave it for a code.
        directory: whose keys, issuer, client id and algorithms count.
        nonce: of this sign-in.
        now: naive UTC.

    Raises:
        AccessError: ACC022, it is not believed; and as `Directory.keys`.

    Source: OpenID Connect Core 1.0, 3.1.3.7
    """
    settings = directory.settings
    try:
        try:
            found = _decoded(token, directory.keys(), settings.algorithms)
        except InvalidKeyIdError:
            # It may have taken a new key since; and whoever makes keys up must not have it asked each time.
            anew = directory.keys_anew()
            if anew is None:
                raise
            found = _decoded(token, anew, settings.algorithms)
        rules = jwt.JWTClaimsRegistry(
            int(now.replace(tzinfo=UTC).timestamp()), LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.issuer}, aud={"essential": True, "value": settings.client_id},
            sub={"essential": True}, exp={"essential": True}, iat={"essential": True}, nonce={"essential": True, "value": nonce},
        )  # fmt: skip
        rules.validate(found)
    except ClaimError as error:
        raise not_believed(f"its {error.claim}") from None
    except JoseError as error:
        raise not_believed(error.error.replace("_", " ")) from None
    except (ValueError, TypeError, RecursionError):
        raise not_believed("it cannot be read") from None
    if found["nonce"] != nonce:
        raise not_believed("its nonce")
    _check_party(found, settings.client_id)
    return found


def _decoded(token: str, keys: KeySet, algorithms: tuple[str, ...]) -> dict[str, Any]:
    return jwt.decode(token, keys, algorithms=list(algorithms)).claims


def _check_party(claims: dict[str, Any], client_id: str) -> None:
    """A token for several must say that it was given to us, and one that says whom it was given to must name us."""
    audience, party = claims["aud"], claims.get("azp")
    is_for_others = isinstance(audience, list) and set(audience) != {client_id}
    if (party is None and is_for_others) or (party is not None and party != client_id):
        raise not_believed("its azp")


def not_believed(why: str) -> AccessError:
    """ACC022, with the check that failed and nothing of the token."""
    return AccessError(
        "ACC022", "the directory's word is not believed", seen=why, do="begin anew; if it happens again, tell an administrator"
    )
